"""How a report says what it says: one list of what to do, words whole, sentences for examples, many files as one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from journeys.archives import BASIC, COMPLETE, zipped
from journeys.command_line import run_licet
from journeys.downloads import META
from licet.audit import Report, audit_archive
from licet.audit.audit_page import page
from licet.audit.audit_sentences import dates, in_bytes, not_read, verdict
from licet.audit.inventory import MOST_ALIKE, is_sentence
from licet.audit.topics import ADS, TRAINING
from licet.cli import audit_terminal
from licet.terms.moments import parse_moment

AT = parse_moment("2026-12-01")


def audited(tmp_path: Path, files: dict[str, str | bytes], region: str = "FR") -> Report:
    return audit_archive(zipped(tmp_path / "a.zip", files), AT, region=region, age=40)


def threads(number: int) -> dict[str, str | bytes]:
    said = {"sender_name": "Ben", "timestamp_ms": 1717200000000, "content": "hello"}
    talk = {"participants": [{"name": "Ben"}, {"name": "Zoë"}], "messages": [said]}
    made: dict[str, str | bytes] = {}
    for n in range(number):
        album = {"name": f"album {n}", "photos": [{"uri": "x.jpg", "creation_timestamp": 1717200000}]}
        made[f"your_facebook_activity/messages/inbox/{n}/message_1.json"] = json.dumps(talk)
        made[f"your_facebook_activity/posts/album/{n}.json"] = json.dumps(album)
    return made


def test_what_can_be_done_is_one_numbered_list_with_links(tmp_path: Path) -> None:
    text = page(audited(tmp_path, META))
    assert text.count("<ol") == 1
    (steps,) = re.findall(r'<ol class="steps">(.*?)</ol>', text, re.DOTALL)
    (form,) = (step for step in steps.split("<li>") if "Objection form" in step)
    assert 'href="https://help.meta.com/' in form
    assert f"What to do: {steps.count('<li>')} things" in text


@pytest.mark.parametrize("files", [COMPLETE, META], ids=["linkedin", "meta"])
def test_a_terminal_of_eighty_columns_breaks_no_word_of_a_table(
    tmp_path: Path,
    files: dict[str, str | bytes],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    report = audited(tmp_path, files)
    audit_terminal.report(report)
    shown = capsys.readouterr().out.partition("Every file")[2].partition("“12 → 0”")[0]
    words = {"what", "records", "dates", "trains", "AI", "recommends", "ads", "→"}
    for number, one in enumerate(report.files, start=1):
        words |= {f"{number}.", f"{one.file.rows:,}", *one.title.split(), *dates(one).split()}
        for topic in one.shares:
            words |= {*one.fate(topic).split(), *(f"{rows:,}" for rows in one.reaches[topic])}
    told = [line.split() for line in shown.splitlines() if "─" not in line]
    assert {word for line in told for word in line} <= words
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_many_files_of_one_sort_are_told_as_one(tmp_path: Path) -> None:
    few, many = (audited(tmp_path, META | threads(number)) for number in (MOST_ALIKE, 150))
    assert many.rows - few.rows == 2 * (150 - MOST_ALIKE) and len(many.files) <= len(few.files)
    assert len(page(many)) < len(page(few)) + 2000
    named = {name for one in many.files for name in one.file.members or [one.file.name]}
    assert named >= set(threads(150))  # and every file is named for programs
    (album,) = (
        one.file for one in many.files if len(one.file.members) == 151 and "post" in one.file.layout.table
    )
    assert album.name == "your_facebook_activity/posts/" and album.rows == 152


def test_hundreds_of_unread_files_are_told_in_a_few_words(tmp_path: Path) -> None:
    strange = {f"strange/{number}.bin": b"x" * 10_000 for number in range(400)}
    report = audited(tmp_path, COMPLETE | strange)
    assert len(report.unread) == 402 and len(page(report)) < len(page(audited(tmp_path, COMPLETE))) + 1500
    assert verdict(report).startswith("10.0 kB of strange/0.bin, 10.0 kB of strange/")
    assert "399 more (4.0 MB) were not read" in not_read(report)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("PUBLIC", False), ("CONNECTIONS PUBLIC", False), ("7f3a-99 12 44", False), ("a b c d", False), ("", False),
        ("https://x.example/a https://x.example/b https://x.example/c", False),
        ("What a fine arch", True), ("橋は何歳？", True), ("Из печи хлеб", True), ("Très bien, merci", True),
    ],
)  # fmt: skip
def test_an_example_is_a_sentence(text: str, says: bool) -> None:
    assert is_sentence(text) is says


def test_how_much_is_said_as_people_say_it() -> None:
    assert [in_bytes(size) for size in (0, 1, 999, 1_200_000, 1_700_000_000)] == [
        "0 bytes", "1 byte", "999 bytes", "1.2 MB", "1.7 GB",
    ]  # fmt: skip


def test_the_exit_status_says_whether_all_was_read(tmp_path: Path) -> None:
    whole = run_licet("audit", zipped(tmp_path / "a.zip", BASIC), "--region", "CH", "--json")
    assert whole.status == 0 and whole.json["unread"] == []
    some = run_licet(
        "audit", zipped(tmp_path / "b.zip", BASIC | {"x.csv": "a\r\n1\r\n"}), "--region", "CH", "--json"
    )
    assert some.status == 3 and [piece["name"] for piece in some.json["unread"]] == ["x.csv"]


def test_of_a_use_of_which_a_part_was_read_the_rest_is_told(tmp_path: Path) -> None:
    report = audited(tmp_path, META)
    assert [use.purpose for use in report.readings[ADS].unread] == ["ad_sharing"]
    lines = {line.heading: line.sentence for line in audit_terminal.answer(report)}
    assert "what applies to sharing data with a named recipient" in lines["Used for advertisements"]
    # where nobody has read anything, no control is said to change nothing
    report = audited(tmp_path, META, region="US-TX")
    assert (
        not report.readings[TRAINING].read and report.steps[0].title == "Read what Meta says where you live"
    )
    assert not any("changes nothing" in step.how for step in report.steps)
    assert "left out" not in verdict(report) and "othing among" not in verdict(report)
