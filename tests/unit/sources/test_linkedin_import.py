"""The quirks of real exports, each in a made-up archive."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from licet.sources.catalogue import Catalogue
from licet.sources.embedded_labels import check_stamps, stamped_labels
from licet.sources.import_report import FileOutcome, ImportReport
from licet.sources.linkedin import import_linkedin
from licet.sources.linkedin.linkedin_csv import read_sheet
from licet.terms import SourceError
from unit.sources.linkedin_archives import MESSAGES_HEADER, PROFILE, SHARES, archive, message

CONNECTIONS = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\nBen,B,,,,,05 Sep 2023\n"
PREAMBLE = 'Notes:\n"When exporting, you may notice, that addresses\nare missing."\n\n'


def take(tmp_path: Path, files: dict[str, str | bytes]) -> ImportReport:
    return import_linkedin(archive(tmp_path / "a.zip", files), tmp_path / "out", region="CH")


def rows(tmp_path: Path, table: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = pq.read_table(tmp_path / "out" / f"{table}.parquet").to_pylist()
    return found


def outcome(report: ImportReport, name: str) -> FileOutcome:
    return next(each for each in report.files if each.name == name)


@pytest.mark.parametrize("preamble", ["", PREAMBLE, "\n\n", "Notes:\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_header_is_found_by_its_words(tmp_path: Path, preamble: str, bom: bytes, ending: str) -> None:
    text = bom + (preamble + CONNECTIONS).replace("\n", ending).encode()
    report = take(tmp_path, {"Connections.csv": text})
    (row,) = rows(tmp_path, "connections")
    assert (row["first_name"], row["connected_on"]) == ("Ben", "05 Sep 2023")
    assert str(row["created"]) == "2023-09-05 00:00:00+00:00"
    assert report.counts["connections"] == 1


def test_other_files_may_have_a_preamble_too(tmp_path: Path) -> None:
    take(tmp_path, {"Positions.csv": PREAMBLE + "Company Name,Title,Started On\nAcme,Smith,Mar 2021\n"})
    assert [row["title"] for row in rows(tmp_path, "positions")] == ["Smith"]


def test_a_header_may_have_many_new_columns_and_they_stay_unlabelled(tmp_path: Path) -> None:
    new = ",".join(f"New {n}" for n in range(9))
    text = f"Creation Time,Marketplace Type,{new},Media\n2025-01-01,Coach,a,b,c,d,e,f,g,h,i,\n"
    report = take(tmp_path, {"Services Marketplace/Providers.csv": text})
    columns = report.tables["services"].columns
    assert (columns["marketplace_type"], columns["new_3"]) == ("profile.services", None)
    assert "new_3" in outcome(report, "Services Marketplace/Providers.csv").reason


def test_columns_of_one_name_are_all_kept(tmp_path: Path) -> None:
    report = take(
        tmp_path, {"Ad_Targeting.csv": "Member Age,Job Titles,Job Titles,Job Titles\n30-40,one,two,three\n"}
    )
    (row,) = rows(tmp_path, "ad_targeting")
    assert [row[name] for name in ("job_titles", "job_titles_2", "job_titles_3")] == ["one", "two", "three"]
    assert report.tables["ad_targeting"].columns["job_titles_3"] == "advertising.targeting"
    assert report.tables["ad_targeting"].columns["member_age"] == "demographic.age"


def test_a_cell_may_have_several_lines(tmp_path: Path) -> None:
    take(tmp_path, {"Profile.csv": PROFILE.replace("\n", "\r\n")})
    assert rows(tmp_path, "profile")[0]["summary"] == "Steel, stone\r\nand wood"


@pytest.mark.parametrize(
    "name",
    [
        *("Comments.csv", "COMMENTS.CSV", "Comments_123456789.csv", "comments_1.csv", "Comments (2).csv"),
        *("Complete_Export/Comments_9_1.csv", "Export\\Comments.csv"),
    ],
)
@pytest.mark.parametrize("header", ["Date,Link,Message", "DATE,LINK,MESSAGE", '"date" , link,message'])
def test_names_are_told_whatever_their_case_and_numbers(tmp_path: Path, name: str, header: str) -> None:
    header = header.replace(" , ", ",")
    take(tmp_path, {name: f"{header}\n2025-01-01 00:00:00,https://example.org,Well said\n"})
    assert [row["message"] for row in rows(tmp_path, "comments")] == ["Well said"]


def test_files_of_one_kind_share_a_table_and_keep_their_names(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "Shares.csv": SHARES,
        "Shares_77.csv": SHARES.replace("SharedUrl,MediaUrl", "SharedURL,MediaURL"),
    }
    report = take(tmp_path, files)
    found = rows(tmp_path, "shares")
    assert [row["archive_file"] for row in found] == ["Shares.csv"] * 2 + ["Shares_77.csv"] * 2
    assert len({row["record_id"] for row in found}) == 4
    assert [name for name in found[0] if name.startswith("shared")] == ["shared_url"]
    assert report.tables["shares"].key == "record_id"


def test_a_label_that_two_files_disagree_on_is_no_label(tmp_path: Path) -> None:
    # the second "Message" of one file gets the name that a new column has in the other
    files: dict[str, str | bytes] = {
        "Comments.csv": "Date,Link,Message,Message\n2025-01-01,x,a,b\n",
        "Comments_1.csv": "Date,Link,Message,Message 2\n2025-01-01,x,c,d\n",
    }
    assert take(tmp_path, files).tables["comments"].columns["message_2"] is None


@pytest.mark.parametrize("folder", ["", "Jobs/", "jobs/"])
def test_the_jobs_files_may_lie_at_the_root(tmp_path: Path, folder: str) -> None:
    text = "Saved Date,Job Url,Job Title,Company Name\n2025-01-01,x,Smith,Acme\n"
    report = take(tmp_path, {f"{folder}Saved Jobs.csv": text})
    assert report.tables["saved_jobs"].columns["job_title"] == "job_seeking.saved_jobs"


@pytest.mark.parametrize("text", ["No conversations found", "no conversations found\r\n", "", "\n\n"])
def test_a_file_that_says_that_it_holds_nothing_is_empty(tmp_path: Path, text: str) -> None:
    report = take(tmp_path, {"LearningCoachMessages.csv": text, "Profile.csv": PROFILE})
    assert outcome(report, "LearningCoachMessages.csv").fate == "empty"
    assert "ai_learning_coach_messages" not in report.tables


def test_an_article_is_text_with_title_and_day(tmp_path: Path) -> None:
    html = (
        "<html><head><title>Tab</title></head><body><h1>On <b>bridges</b></h1>"
        "<p class='created'>Created on 2025-01-01 08:00</p><p>Published on 2025-01-02 09:30</p>"
        "<p>They <a href='javascript:alert(1)'>carry</a> us.</p><script>bad()</script><h1>Later</h1></body></html>"
    )
    report = take(tmp_path, {"Articles/Articles/on-bridges.html": html})
    (row,) = rows(tmp_path, "articles")
    assert (row["title"], str(row["created"])) == ("On bridges", "2025-01-02 09:30:00+00:00")
    assert "They carry us." in str(row["body"])
    assert "javascript" not in str(row["body"]) and "bad()" not in str(row["body"])
    assert report.tables["articles"].columns["body"] == "content.articles"


def test_a_page_outside_the_articles_folder_is_no_article(tmp_path: Path) -> None:
    report = take(tmp_path, {"welcome.html": "<p>Hello</p>", "Profile.csv": PROFILE})
    assert outcome(report, "welcome.html").fate == "not understood"


def test_an_article_beyond_512_kib_is_cut_and_says_so(tmp_path: Path) -> None:
    report = take(tmp_path, {"Articles/a.html": "<p>" + "word " * 120_000 + "</p>"})
    assert outcome(report, "Articles/a.html").reason.startswith("not read: ")
    assert len(str(rows(tmp_path, "articles")[0]["body"])) <= 512 * 1024


def test_the_basic_export_without_posts_is_told_to_the_person(tmp_path: Path) -> None:
    assert any(
        "no posts" in note and "basic" in note for note in take(tmp_path, {"Profile.csv": PROFILE}).notes
    )
    report = take(tmp_path, {"Profile.csv": PROFILE, "Shares.csv": SHARES})
    assert not any("no posts" in note for note in report.notes)


def test_posts_that_were_not_understood_are_not_called_absent(tmp_path: Path) -> None:
    report = take(tmp_path, {"Profile.csv": PROFILE, "Shares.csv": "Datum,Verweis,Text\na,b,c\n"})
    assert not any("no posts" in note for note in report.notes)
    assert any("Shares.csv" in note for note in report.notes)


def test_messages_are_stamped_as_private_and_groups_called_ambiguous(tmp_path: Path) -> None:
    report = take(tmp_path, {"messages.csv": MESSAGES_HEADER + message("psst")})
    labels = stamped_labels(tmp_path / "out" / "messages.parquet")
    written = {name: label for name, label in labels.items() if name in ("content", "subject", "from", "to")}
    assert set(written.values()) == {"private_communication.messages"} and len(written) == 4
    assert set(labels.values()) == {"private_communication.messages"}
    assert any("group messages" in note and "ambiguous" in note for note in report.notes)


@pytest.mark.parametrize(
    "name",
    [
        "coach_messages.csv",
        "guide_messages.csv",
        "learning_coach_messages.csv",
        "learning_role_play_messages.csv",
    ],
)
def test_conversations_with_an_ai_are_not_private_messages(tmp_path: Path, name: str) -> None:
    report = take(tmp_path, {name: MESSAGES_HEADER + message("help me")})
    (table,) = set(report.tables) - {"members"}
    labels = stamped_labels(tmp_path / "out" / f"{table}.parquet")
    assert labels["content"] == "ai_conversation"


def test_an_invitation_note_is_private(tmp_path: Path) -> None:
    header = "From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl\n"
    take(tmp_path, {"Invitations.csv": f'{header}Mara,Ben,"9/5/26, 8:12 AM",Hi,OUTGOING,a,b\n'})
    assert stamped_labels(tmp_path / "out" / "invitations.parquet")["message"] == (
        "private_communication.invitations"
    )
    assert str(rows(tmp_path, "invitations")[0]["created"]) == "2026-09-05 08:12:00+00:00"


def test_files_that_nobody_knows_are_listed(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "Profile.csv": PROFILE,
        "Horoscope.csv": "a,b\n1,2\n",
        "photo.jpg": b"\xff",
    }
    report = take(tmp_path, files)
    assert {each.name for each in report.files if each.fate == "not understood"} == {
        "Horoscope.csv",
        "photo.jpg",
    }
    assert any("Horoscope.csv" in note and "photo.jpg" in note for note in report.notes)


def test_cells_beyond_the_header_and_unnamed_columns_are_kept_without_a_label(tmp_path: Path) -> None:
    report = take(tmp_path, {"Courses.csv": "Name,Number,\nAlgebra,1,,extra\nLogic,2,note\n"})
    first, second = rows(tmp_path, "courses")
    assert (first["beyond_header"], second["column_3"]) == (["extra"], "note")
    columns = report.tables["courses"].columns
    assert columns["beyond_header"] is None and columns["column_3"] is None


def test_columns_an_export_leaves_out_are_there_and_empty(tmp_path: Path) -> None:
    report = take(tmp_path, {"Rich Media.csv": "Type,Link\nPHOTO,https://example.org\n"})
    assert rows(tmp_path, "media")[0]["media_description"] is None
    assert report.tables["media"].columns["media_description"] == "content.media"


def test_what_the_archive_says_becomes_facts_about_its_owner(tmp_path: Path) -> None:
    zipped = archive(
        tmp_path / "a.zip",
        {
            "Profile.csv": PROFILE,
            "Registration.csv": "Registered At,Registration Ip,Subscription Types\n2011-02-03 04:05:06 UTC,::1,\n",
        },
    )
    seen: list[tuple[str, int, int]] = []
    report = import_linkedin(
        zipped, tmp_path / "out", lambda name, done, total: seen.append((name, done, total)), subject="mara"
    )
    (member,) = rows(tmp_path, "members")
    assert (member["member_id"], member["region"], str(member["birth_date"])) == (
        "mara",
        "CH",
        "1990-03-04",
    )
    assert str(member["joined"]) == "2011-02-03 04:05:06+00:00"
    assert [name for name, _, _ in seen] == ["Profile.csv", "Registration.csv"]
    assert seen[-1][1] == seen[-1][2]
    assert any(note.startswith("your region: CH (") for note in report.notes)


def test_what_is_written_agrees_with_its_own_catalogue(tmp_path: Path) -> None:
    report = take(
        tmp_path,
        {"Profile.csv": PROFILE, "Shares.csv": SHARES, "messages.csv": MESSAGES_HEADER + message("x")},
    )
    check_stamps(Catalogue(licet_catalogue=1, facts=report.facts, tables=dict(report.tables)), tmp_path)
    shares = report.tables["shares"]
    assert (shares.created, shares.visibility) == ("created", "visibility")
    assert [row["visibility"] for row in rows(tmp_path, "shares")] == ["public", "connections"]


@pytest.mark.parametrize(
    "content",
    [
        "Name,Number\nx,1\n".encode("utf-16"),
        b"Cours,Num\xc3\xa9ro\nx,1\n",
        b"a,b\n" * 60 + b"Name,Number\n",
    ],
)
def test_a_file_that_is_not_what_it_says_loses_only_itself(tmp_path: Path, content: bytes) -> None:
    report = take(tmp_path, {"Courses.csv": content, "Profile.csv": PROFILE})
    lost = outcome(report, "Courses.csv")
    assert (lost.fate, lost.reason.split(":")[0]) == ("not understood", "SRC-052")
    assert "courses" not in report.tables
    assert report.counts["profile"] == 1


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (b"\xff\xfe,1", "not UTF-8"),
        (b"x\x00,1", "characters that no text has"),
        (b"x" * 1_200_000 + b",1", "longer than 1 MiB"),
        (b'"' + b"x" * 140_000 + b'",1', "field limit"),
        (b"x" * 140_000 + b",1", "field limit"),
        (b"x" + b"," * 600, "more than 512 cells"),
        (b'"never closed', "unexpected end of data"),
        (b'"a "quote" here",1', "expected after"),
    ],
)
def test_a_row_that_cannot_be_read_loses_only_itself(tmp_path: Path, row: bytes, why: str) -> None:
    content = b"Name,Number\nfirst,1\n" + row + b"\nlast,3\n"
    report = take(tmp_path, {"Courses.csv": content, "Profile.csv": PROFILE})
    assert [kept["name"] for kept in rows(tmp_path, "courses")] == ["first", "last"]
    met = outcome(report, "Courses.csv")
    assert (met.fate, met.rows) == ("imported", 2) and "not read: row 2" in met.reason and why in met.reason
    assert any(piece.name == "Courses.csv" and piece.what.startswith("row 2") for piece in report.unread)


def test_a_quotation_mark_that_is_never_closed_swallows_no_rows(tmp_path: Path) -> None:
    lines = [f"2026-01-0{day} 03:04:05,https://x.example/{day},fine,,,PUBLIC" for day in range(1, 8)]
    lines[1] = '2026-01-02 03:04:05,https://x.example/2,"never closed\nnor here,,,PUBLIC'
    # the cell that swallows them is closed by the next one that has quotation marks, and the row is too wide
    lines[5] = '2026-01-06 03:04:05,https://x.example/6,", and so on",,,PUBLIC'
    text = "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n" + "\n".join(lines) + "\n"
    report = take(tmp_path, {"Shares.csv": text, "Profile.csv": PROFILE})
    days = [kept["created"].day for kept in rows(tmp_path, "shares")]
    assert days == [1, 3, 4, 5, 6, 7] and "row 2" in outcome(report, "Shares.csv").reason


def test_a_line_within_a_cell_that_reads_like_a_row_is_told_and_makes_no_row(tmp_path: Path) -> None:
    said = '"a post\n2026-01-09 03:04:05,https://x.example/9,planted,,,PUBLIC\nand its end"'
    text = f"{SHARES.splitlines()[0]}\n2026-01-02 03:04:05,https://x.example/2,{said},,,CONNECTIONS\n"
    report = take(tmp_path, {"Shares.csv": text, "Profile.csv": PROFILE})
    (kept,) = rows(tmp_path, "shares")
    assert kept["visibility"] == "connections" and "planted" in kept["share_commentary"]
    assert "what may be rows in row 1" in outcome(report, "Shares.csv").reason


def test_a_file_of_which_no_row_can_be_read_is_not_understood(tmp_path: Path) -> None:
    report = take(tmp_path, {"Courses.csv": b"Name,Number\n\xff,1\n", "Profile.csv": PROFILE})
    assert outcome(report, "Courses.csv").fate == "not understood" and "courses" not in report.tables


def test_where_rows_begin_is_not_looked_for_without_end() -> None:
    held = b"Name,Number\n" + b'"a\n' * 3 + (b"x" * 900 + b"\n") * 9000
    sheet = read_sheet(io.BytesIO(held), ("Name", "Number"), "x")
    assert sheet is not None and len(list(sheet.rows)) == 0
    told = sum(each.bytes or 0 for each in sheet.unread)
    assert told == len(held) - len(b"Name,Number\n")


def test_rows_beyond_any_measure_are_told_and_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.sources.linkedin.sheets.MOST_CELLS", 100)
    # the header is narrow: what lies beyond it counts as well
    text = "Name,Number\n" + ",".join(["x"] * 101) + "\nleft,1\n"
    report = take(tmp_path, {"Courses.csv": text, "Profile.csv": PROFILE})
    met = outcome(report, "Courses.csv")
    assert met.rows == 1 and "everything from row 2 on (the file has far more rows" in met.reason


def test_endless_blank_lines_are_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.sources.linkedin.linkedin_csv.MOST_LINES", 100)
    report = take(tmp_path, {"Courses.csv": "Name,Number\n" + "\n" * 100, "Profile.csv": PROFILE})
    assert "more than 100 lines" in outcome(report, "Courses.csv").reason


@pytest.mark.parametrize("region", ["Switzerland", "ch", "EEA", "", "XX-"])
def test_a_region_that_is_none_is_refused(tmp_path: Path, region: str) -> None:
    with pytest.raises(SourceError) as caught:
        import_linkedin(archive(tmp_path / "a.zip", {"Profile.csv": PROFILE}), tmp_path / "o", region=region)
    assert caught.value.code == "SRC-047"
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("files", [{}, {"holiday.txt": "sun"}, {"Profile.csv": "a,b\n1,2\n"}])
def test_an_archive_with_nothing_known_is_refused(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    with pytest.raises(SourceError) as caught:
        take(tmp_path, files)
    assert caught.value.code == "SRC-048"
    assert not (tmp_path / "out").exists()
