"""The audit of one's own archive: every cell accounted for, every answer `decide`'s own, nothing left behind."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from journeys.archives import ALL, BASIC, COMPLETE, OF_2025, OLD, SECRET, zipped
from licet.audit import Report, audit_archive
from licet.audit.audit_sentences import verdict
from licet.audit.judgement import Fate
from licet.audit.topics import ADS, FEATURES, RECOMMENDATIONS, TOPICS, TRAINING
from licet.sources.linkedin.linkedin_layout import KNOWN_FILES
from licet.terms import LicetError, SourceError
from licet.terms.moments import parse_moment

AT = parse_moment("2026-10-01")


def audited(tmp_path: Path, files: dict[str, str | bytes], at: datetime = AT, **asked: Any) -> Report:
    return audit_archive(zipped(tmp_path / "a.zip", files), at, **asked)


def used(report: Report, topic: Any) -> dict[str, tuple[int, int, int]]:
    return {one.file.name: tuple(one.reaches[topic]) for one in report.files if one.reaches[topic].now}


@pytest.mark.parametrize("files", ALL.values(), ids=ALL)
def test_every_file_and_every_cell_is_accounted_for(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    report = audited(tmp_path, files, region="CH")
    found = {one.file.name: one for one in report.files}
    assert {*found, *(one.name for one in (*report.unread, *report.others))} == set(files)
    assert all(one.reason for one in report.others) and all(piece.why for piece in report.unread)
    for name, one in found.items():
        content = files[name]
        if name.endswith(".html"):
            continue
        text = content if isinstance(content, str) else content.decode()
        header = len(one.file.columns)  # the header's own cells are the columns, told by name
        named = sum(bool(column.name) for column in one.file.columns)
        filled = sum(bool(cell.strip()) for row in csv.reader(io.StringIO(text)) for cell in row)
        assert header and one.file.cells == filled - named, name
        for share in one.shares.values():
            assert sum(share.cells.values()) == one.file.cells, (name, share.topic.id)


def test_what_is_not_understood_is_counted_and_named(tmp_path: Path) -> None:
    report = audited(tmp_path, COMPLETE)
    courses = next(one for one in report.files if one.file.name == "Courses.csv")
    assert courses.file.beyond_cells == 1 and "Mood" in courses.file.remark
    assert courses.shares[TRAINING].cells[Fate.NOT_UNDERSTOOD] == 2
    assert [(one.name, one.fate) for one in report.others] == [("LearningCoachMessages.csv", "empty")]
    assert {piece.name: piece.bytes for piece in report.unread} == {
        "Hobbies of the Future.csv": 15, "more.zip": 2,
    }  # fmt: skip


def test_what_trains_ai_before_and_after_the_toggles(tmp_path: Path) -> None:
    report = audited(tmp_path, COMPLETE)
    assert used(report, TRAINING) == {
        "Articles/Articles/on-arches.html": (1, 0, 0),
        "Comments_1234567.csv": (1, 0, 0),
        "Education.csv": (1, 0, 0),
        "Job Applicant Saved Answers.csv": (1, 0, 0),
        "Positions.csv": (2, 0, 0),
        "Private_identity_asset.csv": (1, 0, 0),
        "Profile.csv": (1, 0, 0),
        "Shares_1234567.csv": (3, 0, 0),
        "Skills.csv": (3, 0, 0),
        "Votes.csv": (1, 0, 0),
        "coach_messages.csv": (2, 0, 0),
    }
    assert report.reach(ADS) == (9, 0, 0)
    # the toggle is not what recommendations and AI features hang on; the form reaches some of the first
    now, toggled, formed = report.reach(RECOMMENDATIONS)
    assert now == toggled > formed > 0
    assert len(set(report.reach(FEATURES))) == 1


def test_private_messages_and_applications_are_left_out_with_the_reason_and_its_source(
    tmp_path: Path,
) -> None:
    report = audited(tmp_path, COMPLETE)
    messages = next(one for one in report.files if one.file.name == "messages.csv")
    assert messages.reaches[TRAINING] == messages.reaches[ADS] == (0, 0, 0)
    (reason,) = messages.shares[TRAINING].reasons.values()
    assert reason.fate is Fate.EXCLUDED and "InMail" in reason.quote and reason.status == "unverified"
    assert dict(report.faring(TRAINING, Fate.EXCLUDED))["your job applications"] == 1
    # the file does not tell group messages, which train, from private ones: nobody can say, of each record once
    ((what, records),) = report.faring(TRAINING, Fate.AMBIGUOUS)
    assert "group messages" in what and records == messages.file.rows
    assert report.sureness(TRAINING, Fate.EXCLUDED) == {"unverified": 2}
    # at an age at which neither trains, they are left out
    minor = audited(tmp_path, COMPLETE, age=16)
    assert dict(minor.faring(TRAINING, Fate.EXCLUDED))["private messages"] == messages.file.rows


def test_the_surprises_are_those_the_archive_holds(tmp_path: Path) -> None:
    told = {one.title: one for one in audited(tmp_path, COMPLETE).surprises}
    assert list(told) == [
        "Your conversations with the AI are not private messages",
        "What you write in groups is not private either",
        "Answers you saved for job applications",
        "Your saved résumé",
        "What advertising has worked out about you",
    ]
    assert (
        "count as training data" in told["Your conversations with the AI are not private messages"].sentence
    )
    assert [one.title for one in audited(tmp_path, OLD).surprises] == []


def test_what_to_do_comes_in_order_with_its_place_and_what_it_spares(tmp_path: Path) -> None:
    first, second, third, fourth, fifth, sixth = audited(tmp_path, COMPLETE).steps
    assert first.path[-1] == "Data for Generative AI Improvement" and first.spares == {"ai_training": 17}
    assert first.deep_link is not None and first.deep_link.startswith("https://www.linkedin.com/")
    assert second.path[-1] == "Advertising Data settings" and second.spares == {"ads": 9}
    assert third.title.startswith("Fill in") and set(third.spares) == {"recommendations"}
    assert fourth.path[-1] == "Share data with affiliates and partners" and not fourth.spares
    assert "for what was not, it may" in fourth.how
    assert fifth.title == "Look at what was not read" and "unpack it" in fifth.how
    assert sixth.title.startswith("Delete")


def test_outside_europe_the_global_policy_is_asked(tmp_path: Path) -> None:
    report = audited(tmp_path, COMPLETE, region="US-TX")
    assert report.reach(TRAINING) == (17, 0, 0)
    now, toggled, _ = report.reach(ADS)
    assert now > 9 and toggled == 0
    assert report.steps[0].title == "Switch off “Data for Generative AI Improvement”"


def test_before_training_began_where_one_lives_it_is_not_covered_and_before_the_texts_nobody_has_read(
    tmp_path: Path,
) -> None:
    report = audited(tmp_path, COMPLETE, parse_moment("2025-11-02"))
    assert report.reach(TRAINING) == (0, 0, 0) and report.parts(TRAINING)[Fate.ELSEWHERE] == 17
    report = audited(tmp_path, COMPLETE, parse_moment("2024-08-01"))
    assert all(set(report.parts(topic)) <= {Fate.NOT_READ, Fate.NOT_UNDERSTOOD} for topic in TOPICS)


def test_the_small_archive_says_that_posts_are_missing_rather_than_none(tmp_path: Path) -> None:
    report = audited(tmp_path, BASIC)
    assert any("no posts in this archive" in note for note in report.notes)
    assert report.steps[-1].title.startswith("Ask for the larger archive")


def test_the_article_asks_who_could_see_a_post_and_an_old_file_does_not_say(tmp_path: Path) -> None:
    shares = "shares.csv"
    report = audited(tmp_path, OLD, pack="linkedin_as_reported")
    file = next(one for one in report.files if one.file.name == shares)
    assert file.shares[TRAINING].fate is Fate.AMBIGUOUS and file.reaches[TRAINING].now == 0
    report = audited(tmp_path, COMPLETE, pack="linkedin_as_reported")
    file = next(one for one in report.files if one.file.name.startswith("Shares"))
    assert file.reaches[TRAINING] == (1, 0, 0)  # the public one of three
    assert [words.text for words in report.words if "network" in words.text] == []


def test_the_oldest_thing_that_would_be_used_and_the_owners_words(tmp_path: Path) -> None:
    report = audited(tmp_path, COMPLETE)
    assert report.oldest is not None and report.oldest[0].file.name == "Articles/Articles/on-arches.html"
    assert [words.text for words in report.words] == [
        "A bridge opened today, in the rain", "What a fine arch", "Should I ask for a raise?",
    ]  # fmt: skip


def test_nothing_the_owner_wrote_is_in_the_json(tmp_path: Path) -> None:
    told = json.dumps(audited(tmp_path, COMPLETE).as_json(), ensure_ascii=False)
    for words in (
        SECRET,
        "A bridge opened",
        "fine arch",
        "raise",
        "whole life",
        "Mara",
        "Muster",
        "x.example",
    ):
        assert words not in told


def test_a_person_of_unknown_age_is_taken_as_an_adult_and_told_so(tmp_path: Path) -> None:
    report = audited(tmp_path, OF_2025)
    assert report.person.region == "FR" and report.person.age == 18 and "assumed" in report.person.age_how
    assert report.reach(TRAINING).now > 0
    assert audited(tmp_path, OF_2025, age=16).reach(TRAINING).now == 0
    assert audited(tmp_path, COMPLETE).person.age == 36


def test_several_languages_and_notes_above_the_header_are_read(tmp_path: Path) -> None:
    report = audited(tmp_path, OF_2025)
    assert {piece.name: piece.why for piece in report.unread} == {"Comments.csv": "it is not UTF-8"}
    assert "Из печи 🍞" in [words.text for words in report.words]
    assert next(one for one in report.files if one.file.name == "Positions.csv").file.preamble_cells == 2


def test_what_turns_on_where_the_owner_lives_is_said_to(tmp_path: Path) -> None:
    skills = {"Skills.csv": COMPLETE["Skills.csv"]}
    report = audited(tmp_path, skills, platform="linkedin")
    assert report.parts(TRAINING) == {Fate.BY_PLACE: report.rows} and not report.is_whole
    assert "turns on where you live" in verdict(report) and "give your region" in verdict(report)
    for region in ("CH", "US-TX", "IN"):  # nobody is told less than is said of some place
        assert audited(tmp_path, skills, region=region, platform="linkedin").reach(TRAINING).now in (
            0,
            report.rows,
        )
    with pytest.raises(SourceError) as refused:
        audited(tmp_path, BASIC, region="ch")
    assert refused.value.code == "SRC-047"


def test_an_age_that_could_not_be_read_is_asked_for_and_never_assumed(tmp_path: Path) -> None:
    broken = COMPLETE | {"Profile.csv": b"First Name,Birth Date\r\n\xff\xfe,\x00"}
    report = audited(tmp_path, broken, region="CH")
    assert report.person.age is None and Fate.BY_AGE in report.parts(TRAINING)
    assert "give your age" in verdict(report) and not report.is_whole
    assert audited(tmp_path, broken, region="CH", age=16).person.age == 16


def test_an_archive_with_nothing_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LicetError) as caught:
        audited(tmp_path, {"Holiday.csv": "a,b\n1,2\n"}, region="CH")
    assert caught.value.code == "SRC-048"


def test_every_file_of_the_facts_is_understood_to_its_last_column(tmp_path: Path) -> None:
    """The headers as written down in docs of 2025 and 2026 exports: whole, quoted, at the root, and numbered."""
    for number, naming in enumerate(("{}.csv", "Jobs/{}_1.csv", "{}_1234567.CSV")):
        files: dict[str, str | bytes] = {}
        for name, layout in KNOWN_FILES.items():
            words = layout.words or ("Title", "Number")
            header = ",".join(f'"{word.upper() if number else word}"' for word in words)
            files[naming.format(name)] = f"{header}\r\n{','.join('x' for _ in words)}\r\n"
        report = audited(tmp_path, files, region="CH", age=30)
        assert not report.unread and {one.file.name for one in report.files} == set(files)
        for one in report.files:
            assert not one.file.remark and one.file.cells == len(one.file.columns), one.file.name
            assert all(column.kind for column in one.file.columns)
