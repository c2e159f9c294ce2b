"""Downloads of ChatGPT, Meta and Google: told apart by what is in them, every value accounted for, every file named."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from journeys.archives import COMPLETE, INTERFACE, SECRET, zipped
from journeys.downloads import CHATGPT, CHATGPT_IN_PARTS, DOWNLOADS, META, TAKEOUT
from licet.audit import Report, audit_archive
from licet.audit.audit_page import page
from licet.audit.judgement import Fate
from licet.audit.topics import ADS, TRAINING
from licet.sources.archives.archive_kinds import Kind
from licet.terms import SourceError
from licet.terms.moments import parse_moment

AT = parse_moment("2026-12-01")


def audited(tmp_path: Path, files: dict[str, str | bytes], **asked: Any) -> Report:
    return audit_archive(zipped(tmp_path / "a.zip", files), asked.pop("at", AT), **asked)


def filled(value: Any) -> int:
    """Values that say anything, counted without the reader's help."""
    if isinstance(value, dict):
        return sum(filled(inner) for inner in value.values())
    if isinstance(value, list):
        return sum(filled(inner) for inner in value)
    return 0 if value is None or (isinstance(value, str) and not value.strip()) else 1


def _without(value: Any, *keys: str) -> Any:
    if isinstance(value, list):
        return [_without(inner, *keys) for inner in value]
    if isinstance(value, dict):
        return {key: _without(inner, *keys) for key, inner in value.items() if key not in keys}
    return value


def of(report: Report, table: str) -> Iterator[Any]:
    return (one for one in report.files if one.file.layout.table == table)


@pytest.mark.parametrize(("name", "kind", "pack"), [
    ("chatgpt", Kind.CHATGPT, "openai_chatgpt"), ("chatgpt_in_parts", Kind.CHATGPT, "openai_chatgpt"),
    ("meta", Kind.META, "meta_ai"), ("takeout", Kind.TAKEOUT, "google_gemini"),
])  # fmt: skip
def test_whose_download_it_is_shows_in_it_and_brings_the_policy(
    tmp_path: Path, name: str, kind: Kind, pack: str
) -> None:
    report = audited(tmp_path, DOWNLOADS[name], region="CH")
    assert report.kind is kind and report.policy.id == pack
    # the archive's name and its folders say nothing
    moved = {
        f"x/{number}/{path.split('/')[-1]}": content
        for number, (path, content) in enumerate(DOWNLOADS[name].items())
    }
    assert audited(tmp_path, moved, region="CH").kind is kind


@pytest.mark.parametrize("files", DOWNLOADS.values(), ids=DOWNLOADS)
def test_every_file_and_every_value_is_accounted_for(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    report = audited(tmp_path, files, region="CH")
    named = {name for one in report.files for name in one.file.members or [one.file.name]}
    assert named | {one.name for one in (*report.unread, *report.others)} == set(files)
    assert all(one.reason for one in report.others) and all(piece.why for piece in report.unread)
    for name in {one.file.name for one in report.files if one.file.name.endswith(".json")}:
        content = files[name]
        text = content if isinstance(content, str) else content.decode()
        counted = sum(one.file.cells for one in report.files if one.file.name == name)
        assert counted == filled(json.loads(text.removeprefix("\ufeff"))), name
    for one in report.files:
        for share in one.shares.values():
            assert sum(share.cells.values()) == one.file.cells, (one.file.name, share.topic.id)


def test_conversations_with_chatgpt_train_until_the_switch_is_off(tmp_path: Path) -> None:
    report = audited(tmp_path, CHATGPT, region="CH")
    (messages,) = of(report, "chatgpt_messages")
    assert messages.reaches[TRAINING] == (3, 0, 0) and str(messages.file.first.moment.date()) == "2025-06-01"
    assert report.steps[0].path == ("Settings", "Data Controls", "Improve the model for everyone")
    now, toggled, _ = report.reach(TRAINING)
    assert (
        report.steps[0].spares["ai_training"] == now - 1 and toggled == 1
    )  # a rating of an answer still trains
    assert [words.text for words in report.words] == ["Wie backe ich 面包 und خبز? 🍞", "Und so?"]
    assert (
        "message.mood" in messages.file.remark and messages.shares[TRAINING].cells[Fate.NOT_UNDERSTOOD] == 1
    )
    assert report.person.age == 35 and "year of birth" in report.person.age_how
    assert any("consumer plan" in note and "enterprise" in note for note in report.notes)
    assert "Conversations that anybody with the link can read" in [one.title for one in report.surprises]


def test_large_downloads_come_in_parts(tmp_path: Path) -> None:
    report = audited(tmp_path, CHATGPT_IN_PARTS, region="CH")
    assert report.reach(TRAINING).now == 5
    assert [one.name for one in report.others] == ["export_manifest.json"]
    assert [piece.name for piece in report.unread] == ["user_settings.json"]


def test_the_letters_of_meta_are_mended_and_threads_with_its_ai_told_apart(tmp_path: Path) -> None:
    report = audited(tmp_path, META)
    assert report.person.region == "FR" and report.person.age == 36
    (chats,) = of(report, "meta_ai_chats")
    assert chats.reaches[TRAINING] == (2, 2, 0) and report.oldest is not None  # a form alone stops it
    assert [words.text for words in report.words] == ["Was ist eine Brücke?", "Ein Gedanke"]
    (messages,) = of(report, "meta_messages")
    assert messages.shares[TRAINING].fate is Fate.EXCLUDED and messages.file.rows == 1
    (posts,) = of(report, "meta_posts")
    assert posts.shares[TRAINING].fate is Fate.AMBIGUOUS  # who could see them is not in the file
    assert str(posts.file.first.moment.date()) == "2008-01-01"
    group = next(iter(posts.file.groups.values()))
    assert group.words[0].text == "Brücken sind schön 🌉"
    assert any("not understood" in one.file.remark and "star_sign" in one.file.remark for one in report.files)
    assert any("leads to the other" in one.reason for one in report.others if one.name == "start_here.html")


def test_meta_uses_ai_chats_for_ads_elsewhere_and_nothing_stops_it(tmp_path: Path) -> None:
    report = audited(tmp_path, META, region="US")
    assert report.reach(ADS) == (2, 2, 2) and report.parts(TRAINING) == {Fate.NOT_READ: report.rows}
    assert report.parts(ADS) == {
        Fate.USED: 2,
        Fate.AMBIGUOUS: 1,  # a message to somebody called Meta AI
        Fate.NOT_READ: report.rows - 3,
    }  # of the rest nobody has read it
    nowhere = audited(tmp_path, {name: content for name, content in META.items() if "profile" not in name})
    assert nowhere.person.region is None and Fate.BY_PLACE in nowhere.parts(ADS)


def test_takeout_is_read_in_both_its_forms_and_any_language(tmp_path: Path) -> None:
    report = audited(tmp_path, TAKEOUT, region="CH")
    gemini = {one.file.name.rpartition("/")[2]: one for one in of(report, "google_gemini")}
    assert gemini["MeineAktivitäten.json"].reaches[TRAINING] == (2, 0, 0)
    assert gemini["My Activity.html"].reaches[TRAINING] == (1, 0, 0)
    assert str(gemini["My Activity.html"].file.first.moment) == "2025-09-05 08:12:14+00:00"
    assert {words.text for words in report.words} == {
        "Wie alt ist die Brücke?", "橋は何歳？", "Is the arch safe?",
    }  # fmt: skip
    (searches,) = of(report, "google_searches")
    assert searches.shares[TRAINING].fate is Fate.NOT_NAMED
    (watched,) = of(report, "google_views")
    assert str(watched.file.first.moment.date()) == "2024-06-01"
    assert any("how old you are" in note for note in report.notes)
    assert audited(tmp_path, TAKEOUT, region="CH", age=15).reach(TRAINING).now == 0


def test_nothing_of_the_words_is_in_the_json_and_nothing_of_a_private_message_anywhere(
    tmp_path: Path,
) -> None:
    for files in DOWNLOADS.values():
        report = audited(tmp_path, files, region="CH")
        told = json.dumps(report.as_json(), ensure_ascii=False)
        for words in (SECRET, "Wie backe", "Was ist eine", "Très bien", "橋", "Ωmega", "x.example/"):
            assert words not in told
        assert SECRET not in page(report)


def test_one_file_by_itself_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "conversations.json"
    path.write_text(str(CHATGPT["conversations.json"]), encoding="utf-8")
    assert audit_archive(path, AT, region="CH").reach(TRAINING).now == 4
    html = tmp_path / "MyActivity.html"
    html.write_text(str(TAKEOUT["Takeout/My Activity/Gemini Apps/My Activity.html"]), encoding="utf-8")
    assert audit_archive(html, AT, region="CH").reach(TRAINING).now == 1
    (tmp_path / "x.json").write_text("[1, 2]")
    with pytest.raises(SourceError) as caught:
        audit_archive(tmp_path / "x.json", AT)
    assert caught.value.code == "SRC-048" and "x.json" in caught.value.where


def test_another_policy_may_be_asked(tmp_path: Path) -> None:
    report = audited(tmp_path, CHATGPT, pack="linkedin_official", region="CH")
    assert report.policy.id == "linkedin_official" and report.reach(TRAINING).now > 0


def test_a_strange_file_among_known_ones_changes_nothing(tmp_path: Path) -> None:
    report = audited(tmp_path, COMPLETE | {"conversations.json": CHATGPT["conversations.json"]})
    assert report.kind is Kind.LINKEDIN
    assert "conversations.json" in {one.name for one in (*report.unread, *report.others)}
    assert zipfile.is_zipfile(tmp_path / "a.zip")


def test_the_answers_of_linkedins_interface_are_read_like_its_archive(tmp_path: Path) -> None:
    report = audited(tmp_path, INTERFACE)
    assert (
        report.policy.id == "linkedin_official" and report.person.region == "CH" and report.person.age == 36
    )
    (shares,) = of(report, "shares")
    assert shares.reaches[TRAINING] == (3, 0, 0) and str(shares.file.first.moment.date()) == "2019-06-01"
    assert "A bridge opened 橋" in [words.text for words in report.words]
    (messages,) = of(report, "messages")
    assert messages.shares[TRAINING].fate is Fate.AMBIGUOUS  # group messages may be among them
    remarks = " ".join(one.file.remark for one in report.files)
    assert all(word in remarks for word in ("Mood", "Extra", "OF_NEXT_YEAR"))
    for name in ("profile.json", "pages.json", "404.json"):
        counted = sum(one.file.cells for one in report.files if one.file.name == name)
        # how pages are handed out and called is about nobody
        assert counted == filled(_without(json.loads(INTERFACE[name]), "paging", "snapshotDomain")), name
    # beside the sheets of an archive, and by itself
    both = audited(tmp_path, COMPLETE | {"more.json": INTERFACE["pages.json"]})
    assert both.reach(TRAINING).now == audited(tmp_path, COMPLETE).reach(TRAINING).now + 3
    path = tmp_path / "profile.json"
    path.write_text(str(INTERFACE["profile.json"]))
    assert audit_archive(path, AT).person.region == "CH"
