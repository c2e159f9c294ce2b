"""Whose download it is: by all that is in it, never by what strangers chose; in doubt the candidates and no verdict."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from journeys.archives import COMPLETE, SECRET, zipped
from journeys.downloads import CHATGPT, META, TAKEOUT
from journeys.more_downloads import CLAUDE, MORE_DOWNLOADS, REDDIT, X
from licet.audit import Report, audit_archive
from licet.audit.audit_page import page
from licet.audit.topics import TRAINING
from licet.sources.archives.archive_kinds import Kind
from licet.sources.archives.whose_download import whose
from licet.sources.download import open_download
from licet.sources.linkedin import import_linkedin
from licet.terms import SourceError
from licet.terms.moments import parse_moment

AT = parse_moment("2026-12-01")
Files = dict[str, str | bytes]


def audited(tmp_path: Path, files: Files, name: str = "a.zip", **asked: Any) -> Report:
    return audit_archive(zipped(tmp_path / name, files), AT, **{"region": "DE", "age": 40} | asked)


def refused(tmp_path: Path, files: Files, **asked: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        audited(tmp_path, files, **asked)
    return caught.value


def rows(report: Report) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in report.files:
        found[one.file.layout.table] = found.get(one.file.layout.table, 0) + one.file.rows
    return found


def kinds(report: Report, table: str) -> set[str | None]:
    return {
        column.kind for one in report.files if one.file.layout.table == table for column in one.file.columns
    }


def under(folder: str, files: Files) -> Files:
    return {f"{folder}/{name}": content for name, content in files.items()}


@pytest.mark.parametrize(("name", "pack"), [("x", "x_grok"), ("reddit", "reddit"), ("claude", "claude")])
def test_every_file_is_named_and_nothing_private_is_shown(tmp_path: Path, name: str, pack: str) -> None:
    files = MORE_DOWNLOADS[name]
    report = audited(tmp_path, files)
    assert report.kind is Kind(name) and report.policy.id == pack
    named = {member for one in report.files for member in one.file.members or [one.file.name]}
    assert named | {one.name for one in (*report.unread, *report.others)} == set(files)
    assert all(one.reason for one in report.others) and all(piece.why for piece in report.unread)
    for text in (json.dumps(report.as_json(), ensure_ascii=False), page(report)):
        assert SECRET not in text
    # the archive's name, and the folder that it was unpacked to, say nothing
    assert rows(audited(tmp_path, under("mine", files), name="linkedin.zip")) == rows(report)


def test_the_archive_of_x_is_read(tmp_path: Path) -> None:
    report = audited(tmp_path, X, region=None, age=None)
    assert report.person.region == "FR" and report.person.age == 36
    assert rows(report) == {
        "x_posts": 2, "x_messages": 3, "x_messages_about": 1, "x_likes": 1, "x_grok": 2, "x_interests": 3,
        "x_ads": 2, "x_inferred": 1, "x_ads_seen": 2, "x_profile": 2, "x_age": 1, "x_unknown": 1, "x_media": 1,
        "x_message_media": 1,
    }  # fmt: skip
    assert kinds(report, "x_messages") == kinds(report, "x_message_media") == {"private_communication"}
    assert kinds(report, "x_unknown") == {None}
    assert kinds(report, "x_profile") >= {"contact.email", "profile.name", "profile.location"}
    posts = next(one for one in report.files if one.file.layout.table == "x_posts")
    assert {alike.visibility for alike in posts.file.groups} == {"public"}
    assert posts.file.first is not None and posts.file.first.moment.isoformat() == "2025-10-08T20:19:24+00:00"
    assert not any(one.reaches[TRAINING].now for one in report.files if one.file.layout.table == "x_messages")


@pytest.mark.parametrize("history", [None, "window.YTD.protected_history.part0 = [ {} ]", "[", b"\xff"])
def test_posts_on_x_are_public_only_where_the_archive_says_that_they_always_were(
    tmp_path: Path, history: str | bytes | None
) -> None:
    files = {name: content for name, content in X.items() if name != "data/protected-history.js"}
    report = audited(tmp_path, files if history is None else files | {"data/protected-history.js": history})
    posts = next(one for one in report.files if one.file.layout.table == "x_posts")
    assert {alike.visibility for alike in posts.file.groups} == {None}


def test_a_reddit_request_is_read(tmp_path: Path) -> None:
    report = audited(tmp_path, REDDIT, age=None)
    assert report.person.age == 36
    assert rows(report) == {
        "reddit_posts": 1, "reddit_comments": 1, "reddit_messages": 1, "reddit_chats": 1, "reddit_votes": 2,
        "reddit_communities": 2, "reddit_ads": 1, "reddit_birthdate": 1, "reddit_statistics": 1, "reddit_logins": 2,
    }  # fmt: skip
    assert kinds(report, "reddit_messages") == {"private_communication"}
    assert kinds(report, "reddit_posts") == {"content.posts", "security.logins"}
    copies = {one.name for one in report.others if one.fate == "not imported"}
    assert copies == {"post_headers.csv", "messages_archive_headers.csv", "checkfile.csv"}
    assert not any(
        one.reaches[TRAINING].now for one in report.files if "message" in one.title or "chat" in one.title
    )


def test_conversations_with_claude_are_read(tmp_path: Path) -> None:
    report = audited(tmp_path, CLAUDE, region="CH")
    assert rows(report) == {
        "claude_messages": 2, "claude_conversations": 1, "claude_user": 1, "claude_projects": 1, "claude_memories": 1,
    }  # fmt: skip
    assert kinds(report, "claude_messages") == {"ai_conversation", "ai_conversation.uploads"}
    assert [words.text for words in report.words] == ["Wie alt ist die Brücke?"]
    assert any("mood" in one.file.remark for one in report.files)
    one = json.loads(str(CLAUDE["conversations.json"]))[0]
    assert rows(audited(tmp_path, {"renamed.json": json.dumps(one)}))["claude_messages"] == 2


def test_a_name_that_anybody_uses_is_of_whom_the_header_is(tmp_path: Path) -> None:
    comments = (
        "Comment ID,Channel ID,Comment Create Timestamp,Price,Video ID,Comment Text\nU,UC,2025-01-02,0,a,hi\n"
    )
    youtube: Files = {f"Takeout/YouTube/comments/comments({n}).csv": comments for n in range(9)}
    activity = {name: TAKEOUT[name] for name in TAKEOUT if name.endswith("Gemini-Apps/MeineAktivitäten.json")}
    assert audited(tmp_path, activity | youtube).kind is Kind.TAKEOUT
    assert refused(tmp_path, {"comments.csv": comments}).code == "SRC-048"
    generic: Files = {
        "messages.csv": "from,to,subject,date,id,body,thread,flag\nzoe,ben,hi,2025-01-02,1,x,,\n"
    }
    assert refused(tmp_path, generic).code == "SRC-048"


def test_what_was_handed_over_in_a_chat_is_data_and_no_evidence(tmp_path: Path) -> None:
    handed: Files = {
        f"file-A{n}-{name.rpartition('/')[2]}": content
        for n, (name, content) in enumerate((META | COMPLETE | X | REDDIT).items())
    }
    report = audited(tmp_path, CHATGPT | handed)
    assert report.kind is Kind.CHATGPT
    assert not any(one.file.layout.table.startswith(("meta", "reddit", "x_")) for one in report.files)
    in_folder: Files = {"user-1/Connections.csv": COMPLETE["Connections.csv"], "user-1/message_1.json": "{}"}
    assert audited(tmp_path, CHATGPT | in_folder).kind is Kind.CHATGPT
    stored = under("Takeout/Drive/backup", COMPLETE)
    assert audited(tmp_path, TAKEOUT | stored).kind is Kind.TAKEOUT


def test_two_platforms_in_one_are_told_and_one_can_be_chosen(tmp_path: Path) -> None:
    both = under("linkedin", COMPLETE) | under("openai", CHATGPT)
    error = refused(tmp_path, both)
    assert error.code == "SRC-172" and "ChatGPT, LinkedIn" in error.what
    assert "--platform chatgpt or --platform linkedin" in error.fix
    chosen = audited(tmp_path, both, platform="chatgpt")
    assert chosen.kind is Kind.CHATGPT and rows(chosen) == rows(audited(tmp_path, CHATGPT))
    assert any("LinkedIn" in one.reason and one.name == "linkedin/Profile.csv" for one in chosen.others)
    assert refused(tmp_path, CHATGPT, platform="meta").code == "SRC-172"
    assert refused(tmp_path, CHATGPT, platform="myspace").code == "SRC-175"


def test_two_exports_of_one_person_count_once_and_those_of_two_people_not_at_all(tmp_path: Path) -> None:
    basic = {name: COMPLETE[name] for name in ("Profile.csv", "Skills.csv", "messages.csv")}
    report = audited(tmp_path, under("Basic_Export", basic) | under("Complete_Export", COMPLETE))
    assert rows(report) == rows(audited(tmp_path, COMPLETE))
    twice = [one for one in report.others if "more than once" in one.reason]
    assert {one.name for one in twice} == {f"Basic_Export/{name}" for name in basic}
    ben = {"Profile.csv": str(COMPLETE["Profile.csv"]).replace("Mara", "Ben")}
    error = refused(tmp_path, under("a", COMPLETE) | under("b", COMPLETE | ben))
    assert error.code == "SRC-172" and "different people" in error.what and "“a/”" in error.what
    two_users = under("a", CHATGPT) | under(
        "b", CHATGPT | {"user.json": '{"email": "ben@x.example", "id": "user-2"}'}
    )
    assert refused(tmp_path, two_users).code == "SRC-172"


def test_what_a_computer_left_in_it_is_listed_once_and_never_counted(tmp_path: Path) -> None:
    shadows: Files = {
        f"__MACOSX/{name.rpartition('/')[0]}/._x{n}.jpg": b"\0\5" for n, name in enumerate(META)
    }
    files = META | shadows | {".DS_Store": b"\0", "media/posts/._1.jpg": b"\0", "Thumbs.db": b"\0"}
    report = audited(tmp_path, files)
    assert rows(report) == rows(audited(tmp_path, META))
    (left,) = [one for one in report.others if "system" in one.reason]
    assert left.name.endswith(f"and {len(shadows) + 2} more")


@pytest.mark.parametrize(
    ("files", "what", "fix"),
    [
        ({"account/user.json": '{"avatar_hash": "x", "discriminator": "0", "id": "1"}'}, "Discord", "LinkedIn"),
        ({"channels.json": '[{"id": "C", "created": 1, "members": []}]', "integration_logs.json": '[{"app_id": "1"}]'},
         "Slack", "LinkedIn"),
        ({"schema.json": '{"version": "1.2.0", "github_sha": "0"}'}, "GitHub", "licet guide github_copilot"),
        ({"copilot-activity-history.csv": "Conversation,Time,Author,Message\nx,2026-01-01,Human,hi\n"},
         "Microsoft Copilot", "licet guide microsoft_copilot"),
        ({"Users.xml": '<?xml version="1.0"?>\n<users>\n</users>'}, "Stack Overflow", "licet import stackexchange"),
        ({"[Content_Types].xml": "<x/>", "xl/workbook.xml": '<workbook xmlns="http://x/spreadsheetml/2006/main"/>'},
         "a spreadsheet", "the CSV as the platform sent it"),
    ],
)  # fmt: skip
def test_a_download_that_is_not_read_is_called_by_its_name(
    tmp_path: Path, files: Files, what: str, fix: str
) -> None:
    error = refused(tmp_path, files)
    assert error.code == "SRC-173" and what in error.what and fix in error.fix


def tarred(name: str) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = 2
        archive.addfile(member, io.BytesIO(b"{}"))
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "what", "fix"),
    [
        (
            tarred("Takeout/My Activity/Search/MyActivity.json"),
            ".tgz file of Google Takeout",
            "file type .zip",
        ),
        (tarred("./schema.json"), ".tgz file that GitHub may have made", "licet guide github_copilot"),
        (tarred("x"), ".tgz file, which", "give the folder"),
        (b"\x1f\x8b\x08" + bytes(600), ".tgz file, which", "give the folder"),
        (b"7z\xbc\xaf\x27" + bytes(600), ".7z file", "give the folder"),
        (bytes(257) + b"ustar" + bytes(600), ".tar file", "give the folder"),
    ],
    ids=["Takeout", "GitHub", "a tar of one file", "gzip of nothing", "7z", "tar"],
)
def test_an_archive_that_is_no_zip_is_told_what_to_do(
    tmp_path: Path, content: bytes, what: str, fix: str
) -> None:
    path = tmp_path / "download.bin"
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        audit_archive(path, AT, region="CH")
    assert caught.value.code == "SRC-174" and what in caught.value.what and fix in caught.value.fix
    inner: Files = {"takeout-20261001T000000Z-001.tgz": content}
    assert "unpack the archives" in refused(tmp_path, inner).fix


def test_a_folder_is_read_like_the_zip_that_it_was_and_nothing_in_it_is_followed(tmp_path: Path) -> None:
    place = tmp_path / "unpacked"
    for name, content in X.items():
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    asked: dict[str, Any] = {"region": "DE", "age": 40}
    assert rows(audit_archive(place, AT, **asked)) == rows(audited(tmp_path, X))
    (tmp_path / "outside.js").write_text(str(X["data/tweets.js"]))
    (place / "data" / "tweets-part1.js").symlink_to(tmp_path / "outside.js")
    (place / "data" / "loop").symlink_to(place)
    assert rows(audit_archive(place, AT, **asked)) == rows(audited(tmp_path, X))
    with pytest.raises(SourceError) as caught:
        audit_archive(tmp_path / "empty", AT)
    assert caught.value.code == "SRC-040"


def test_the_zips_of_a_folder_and_one_in_a_zip_are_read_one_level_deep(tmp_path: Path) -> None:
    place, asked = tmp_path / "parts", {"region": "CH", "age": 40}
    place.mkdir()
    names = list(TAKEOUT)
    for number, part in enumerate((names[:3], names[3:]), start=1):
        zipped(place / f"takeout-20261001T000000Z-{number:03}.zip", {name: TAKEOUT[name] for name in part})
    whole = audit_archive(zipped(tmp_path / "a.zip", TAKEOUT), AT, **asked)
    assert rows(audit_archive(place, AT, **asked)) == rows(whole)
    with open_download(place) as download:
        assert whose(download, place).unread == []
    (place / "takeout-20261001T000000Z-001.zip").rename(place / "x.zip")
    with open_download(place) as download:
        assert [each.name for each in whose(download, place).unread] == [
            "part 1 of this Takeout",
            "parts after part 2 of this Takeout, if there are any",
        ]
    one = {"Downloads/takeout.zip": (place / "takeout-20261001T000000Z-002.zip").read_bytes()}
    assert rows(audited(tmp_path, one)) == rows(
        audited(tmp_path, {name: TAKEOUT[name] for name in names[3:]})
    )
    bomb = {
        "b.zip": zipped(
            tmp_path / "b.zip",
            {"conversations.json": b'[{"mapping": {}, "message": "' + b" " * 9_000_000 + b'"}]'},
        ).read_bytes()
    }
    assert refused(tmp_path, bomb).code == "SRC-046"
    (place / "x.zip").write_bytes(b"PK")
    (place / "takeout-20261001T000000Z-002.zip").unlink()
    with pytest.raises(SourceError, match=r"SRC-048.*x\.zip: SRC-041"):
        audit_archive(place, AT, **asked)


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("takeout-20261001T000000Z-003.zip", {"part 1", "part 2", "parts after part 3"}),
        ("takeout-20261001T000000Z-2-002.zip", {"part 1", "parts after part 2"}),
        ("takeout-20261001T000000Z-001.zip", set()),
        ("a.zip", set()),
        ("facebook-zoe-part-2-of-3.zip", {"part 1 of 3", "part 3 of 3"}),
        ("export part 1.zip", {"parts after part 1"}),
        ("data-2026-10-01-batch-0001.zip", set()),  # as Claude's are called, and this is none
    ],
)
def test_the_other_parts_of_a_numbered_download_are_unread(
    tmp_path: Path, name: str, missing: set[str]
) -> None:
    with open_download(zipped(tmp_path / name, TAKEOUT)) as download:
        found = {each.name.partition(" of this")[0] for each in whose(download, tmp_path / name).unread}
    assert found == missing


def test_a_conversations_file_that_is_missing_in_between_is_unread(tmp_path: Path) -> None:
    talk = CHATGPT["conversations.json"]
    with open_download(
        zipped(tmp_path / "a.zip", {f"conversations-{n:03}.json": talk for n in (1, 4)})
    ) as download:
        missing = [each.name for each in whose(download, tmp_path / "a.zip").unread]
    assert missing == ["conversations-002.json", "conversations-003.json"]


def test_archives_within_and_sheets_that_were_saved_again_are_unread(tmp_path: Path) -> None:
    files = COMPLETE | {"deep/more.zip": b"PK", "Connections.xlsx": b"PK", "old.7z": b"7z"}
    with open_download(zipped(tmp_path / "a.zip", files)) as download:
        unread = {each.name: each for each in whose(download, tmp_path / "a.zip").unread}
    assert set(unread) == {"more.zip", "deep/more.zip", "Connections.xlsx", "old.7z"}
    assert all(each.why and each.bytes and each.kind is None for each in unread.values())


def test_an_importer_of_one_platform_takes_no_others_files_and_each_once(tmp_path: Path) -> None:
    for files in (REDDIT, CHATGPT):
        with pytest.raises(SourceError) as caught:
            import_linkedin(zipped(tmp_path / "a.zip", files), tmp_path / "out", region="CH")
        assert caught.value.code == "SRC-048" and "none of LinkedIn" in caught.value.what
    both = under("Basic", COMPLETE) | under("Complete", COMPLETE) | {"__MACOSX/Basic/._Skills.csv": b"\0"}
    report = import_linkedin(zipped(tmp_path / "a.zip", both), tmp_path / "out", region="CH")
    once = import_linkedin(zipped(tmp_path / "a.zip", COMPLETE), tmp_path / "once", region="CH")
    assert report.counts == once.counts
    assert {one.name for one in report.files} > {f"Complete/{name}" for name in COMPLETE}


def test_a_hint_alone_is_no_verdict(tmp_path: Path) -> None:
    for files, name in (
        ({"Skills.csv": "Name\nSteel\n"}, "linkedin"),
        ({"log.json": '[{"creation_timestamp": 1748000000, "x": 1}]'}, "meta"),
        ({"projects/takeout/menu.json": "{}", "Skills.csv": "Name\nSteel\n"}, "linkedin"),
    ):
        error = refused(tmp_path, files)
        assert error.code == "SRC-172" and f"--platform {name}" in error.fix
    assert audited(tmp_path, {"Skills.csv": "Name\nSteel\n"}, platform="linkedin").rows == 1
    assert refused(tmp_path, {"takeout/menu/a.json": "{}"}).code == "SRC-048"
    assert refused(tmp_path, {"Connections.xlsx": b"PK", "Shares.ods": b"PK"}).code == "SRC-173"


@pytest.mark.parametrize(
    "saved",
    [
        "FIRST;LAST\n".replace("FIRST", "First Name").replace("LAST", "Last Name;Company;Position")
        + "Ben;B;Mill;Miller\n",
        "First Name\tLast Name\tCompany\tPosition\nBen\tB\tMill\tMiller\n",
        "First Name,Last Name,Company,Position\nBen,B,Mill,Miller\n".encode("utf-16"),
    ],
)
def test_a_sheet_that_a_spreadsheet_saved_again_is_unread(tmp_path: Path, saved: str | bytes) -> None:
    path = zipped(tmp_path / "a.zip", COMPLETE | {"Connections.csv": saved})
    with open_download(path) as download:
        assert [each.name for each in whose(download, path).unread] == ["Connections.csv", "more.zip"]
    (tmp_path / "Connections.csv").write_bytes(saved if isinstance(saved, bytes) else saved.encode())
    with open_download(tmp_path / "Connections.csv") as download:
        found = whose(download, tmp_path / "Connections.csv")
    assert found.kind is Kind.LINKEDIN and [each.name for each in found.unread] == ["Connections.csv"]


def test_an_older_download_that_was_handed_over_is_not_a_second_one(tmp_path: Path) -> None:
    old = {
        "user-9/conversations.json": CHATGPT["conversations.json"],
        "user-9/user.json": '{"id": "user-2", "email": "x"}',
    }
    assert audited(tmp_path, CHATGPT | old).kind is Kind.CHATGPT
    stored = under("Takeout/Drive/old", TAKEOUT)
    assert audited(tmp_path, TAKEOUT | stored).kind is Kind.TAKEOUT


def test_what_google_keeps_beside_a_picture_is_of_the_picture(tmp_path: Path) -> None:
    place = "Takeout/Google Photos/Trip"
    beside: Files = {
        f"{place}/a.jpg.json": "{}", f"{place}/b.jpg.supplemental-metadata.json": "{}",
        f"{place}/b.jpg.supplemental-metadata(1).json": "{}", f"{place}/c(2).jpg.supplem.json": "{}",
    }  # fmt: skip
    pictures: Files = {f"{place}/{name}": b"x" for name in ("a.jpg", "b.jpg", "b(1).jpg", "c(2).jpg")}
    report = audited(tmp_path, TAKEOUT | pictures | beside | {f"{place}/alone.jpg.json": "{}"})
    told = {one.name for one in report.others if "picture beside it" in one.reason}
    assert told == set(beside) and f"{place}/alone.jpg.json" in {each.name for each in report.unread}


def test_a_file_by_itself_may_have_lost_its_ending(tmp_path: Path) -> None:
    for name, content in (("conversations", CLAUDE["conversations.json"]), ("tweets", X["data/tweets.js"])):
        (tmp_path / name).write_text(str(content), encoding="utf-8")
        assert audit_archive(tmp_path / name, AT, region="CH", age=40).rows > 1
    (tmp_path / "posts.csv").write_text(str(REDDIT["posts.csv"]))
    assert audit_archive(tmp_path / "posts.csv", AT, region="CH", age=40).kind is Kind.REDDIT
    batch = zipped(tmp_path / "data-2026-10-01-batch-0002.zip", CLAUDE)
    with open_download(batch) as download:
        missing = [each.name for each in whose(download, batch).unread]
    assert missing == ["batch 0000 of this download", "batch 0001 of this download"]


def test_an_archive_that_was_handed_over_is_not_opened_where_its_chat_was_unpacked(tmp_path: Path) -> None:
    place = tmp_path / "chat"
    place.mkdir()
    for name in ("conversations.json", "user.json"):
        (place / name).write_text(str(CHATGPT[name]), encoding="utf-8")
    zipped(place / "file-A1-backup.zip", COMPLETE)
    report = audit_archive(place, AT, region="CH", age=40)
    assert report.kind is Kind.CHATGPT and rows(report)["chatgpt_uploads"] == 1
