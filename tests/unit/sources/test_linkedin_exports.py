"""Whole exports of three ages: every file is accounted for, and what is private stays where it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from licet.sources.catalogue import Catalogue
from licet.sources.catalogue_file import load_catalogue, merge_tables, save_catalogue
from licet.sources.embedded_labels import check_stamps, stamped_labels
from licet.sources.import_report import ImportReport
from licet.sources.linkedin import import_linkedin
from licet.sources.linkedin.linkedin_layout import layout_of
from licet.terms.vocabulary import ancestors
from unit.sources import linkedin_exports as exports
from unit.sources.linkedin_archives import archive


def run(tmp_path: Path, files: dict[str, str], **options: str) -> ImportReport:
    return import_linkedin(archive(tmp_path / "a.zip", files), tmp_path / "out", **options)


def read(tmp_path: Path, table: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = pq.read_table(tmp_path / "out" / f"{table}.parquet").to_pylist()
    return rows


@pytest.mark.parametrize("files", [exports.COMPLETE, exports.BASIC, exports.OLD])
def test_every_file_of_an_archive_is_accounted_for(tmp_path: Path, files: dict[str, str]) -> None:
    report = run(tmp_path, files)
    assert {outcome.name for outcome in report.files} == set(files)
    lost = {outcome.name for outcome in report.files if outcome.fate == "not understood"}
    assert lost == {"Hobbies of the Future.csv"} & set(files)
    assert sum(outcome.rows for outcome in report.files) == sum(report.counts.values()) - 1  # the member


@pytest.mark.parametrize("files", [exports.COMPLETE, exports.OLD])
def test_the_report_makes_a_catalogue_that_its_files_agree_with(
    tmp_path: Path, files: dict[str, str]
) -> None:
    report = run(tmp_path, files)
    empty = Catalogue(licet_catalogue=1, tables={})
    save_catalogue(merge_tables(empty, report.tables, report.facts), tmp_path / "catalogue.yaml")
    loaded = load_catalogue(tmp_path / "catalogue.yaml")
    check_stamps(loaded, tmp_path)
    for name, table in loaded.tables.items():
        assert table.subjects == ("member_id",)
        assert {row["member_id"] for row in read(tmp_path, name)} == {"me"}


def test_every_word_of_a_private_message_is_stamped_private(tmp_path: Path) -> None:
    run(tmp_path, exports.COMPLETE)
    path = tmp_path / "out" / "messages.parquet"
    labels = stamped_labels(path)
    assert set(pq.read_schema(path).names) - {"archive_file"} == set(labels)
    assert set(labels.values()) == {"private_communication.messages"}
    assert read(tmp_path, "messages")[0]["content"] == "A secret\nin two lines"


def test_a_secret_is_in_no_file_but_the_messages(tmp_path: Path) -> None:
    run(tmp_path, {**exports.COMPLETE, "coach_messages.csv": "No conversations found"})
    for path in (tmp_path / "out").iterdir():
        rows = pq.read_table(path).to_pylist()
        assert ("A secret" in str(rows)) == (path.name == "messages.parquet"), path.name


def test_posts_keep_their_date_and_who_could_see_them(tmp_path: Path) -> None:
    report = run(tmp_path, exports.COMPLETE)
    rows = read(tmp_path, "shares")
    assert [row["share_commentary"] for row in rows] == ["Hello world", "two\nlines", "no date"]
    assert [row["visibility"] for row in rows] == ["public", "member_network", None]
    assert [row["created"] for row in rows] == [
        datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        datetime(2026, 1, 3, 3, 4, 5, tzinfo=UTC),
        None,
    ]
    assert report.tables["shares"].visibility == "visibility"
    assert any("member_network" in note for note in report.notes)


def test_a_month_is_too_little_to_say_when_a_record_was_made(tmp_path: Path) -> None:
    run(tmp_path, exports.OLD)
    (row,) = read(tmp_path, "connections")
    assert (row["connected_on"], row["created"]) == ("févr. 2012", None)


def test_a_trailing_comma_makes_no_column(tmp_path: Path) -> None:
    run(tmp_path, exports.COMPLETE)
    (row,) = read(tmp_path, "learning")
    assert row["notes_taken_on_videos_if_taken"] == "fold it"
    assert not any(name.startswith("column_") for name in row)


def test_a_column_named_like_one_of_ours_does_not_replace_it(tmp_path: Path) -> None:
    run(tmp_path, {"Patents.csv": "Title,member_id,created\nOven,someone else,1999-01-01\n"})
    (row,) = read(tmp_path, "patents")
    assert (row["member_id"], row["member_id_as_written"], row["created_as_written"]) == (
        "me",
        "someone else",
        "1999-01-01",
    )


def test_older_headers_and_names_are_read(tmp_path: Path) -> None:
    report = run(tmp_path, exports.OLD)
    assert read(tmp_path, "shares")[0]["shared_url"] == "u"
    assert read(tmp_path, "saved_items")[0]["created"] == datetime(2012, 1, 2, tzinfo=UTC)
    assert (
        read(tmp_path, "media")[0]["link"] == "javascript:alert(1)"
    )  # kept as data; no page shows it as a link
    assert set(stamped_labels(tmp_path / "out" / "patents.parquet").values()) == {"profile.patents"}
    assert report.counts["causes"] == 1


def test_the_owner_is_the_one_member(tmp_path: Path) -> None:
    run(tmp_path, exports.COMPLETE, subject="ann")
    (member,) = read(tmp_path, "members")
    assert (member["member_id"], member["region"], member["region_method"]) == ("ann", "CH", "name")
    assert member["birth_date"] == date(1980, 2, 3)
    assert member["joined"] == datetime(2009, 9, 5, 8, 12, 14, tzinfo=UTC)


def test_an_unclear_place_leaves_the_region_unknown(tmp_path: Path) -> None:
    report = run(tmp_path, exports.OLD)
    assert read(tmp_path, "members")[0]["region"] is None
    assert report.notes[0].startswith("your region: unknown")


def test_text_that_is_not_utf8_is_not_guessed_at(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "a.zip", {"Skills.csv": b"Name\nB\n", "Courses.csv": "Name,Number\né,1\n".encode("cp1252")}
    )
    report = import_linkedin(path, tmp_path / "out")
    assert [outcome.fate for outcome in report.files] == ["not understood", "imported"]
    assert "row 1 (it is not UTF-8)" in report.files[0].reason


def test_the_same_archive_gives_the_same_bytes(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", exports.COMPLETE)
    for out in ("one", "two"):
        import_linkedin(path, tmp_path / out)
    for written in (tmp_path / "one").iterdir():
        assert written.read_bytes() == (tmp_path / "two" / written.name).read_bytes()


def test_progress_reaches_its_end(tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    path = archive(tmp_path / "a.zip", exports.COMPLETE)
    import_linkedin(path, tmp_path / "out", lambda *step: steps.append(step))
    assert [name for name, _, _ in steps] == sorted(exports.COMPLETE)
    assert steps[-1][1] == steps[-1][2] > 0


#: What the platform's notice says of each file: T named for training, X excluded, A advertising, P personalisation.
KINDS = {
    **{"Publications": "profile", "Projects": "profile", "Honors": "profile", "TestScores": "profile"},
    **{"Recommendations_Received": "profile", "Endorsement_Given_Info": "profile", "Volunteering": "profile"},
    **{"InstantReposts": "content", "messages": "private_communication", "guide_messages": "ai_conversation"},
    **{"Saved Jobs": "job_seeking", "SearchQueries": "activity", "Connections": "connections"},
    **{"ImportedContacts": "contact", "Company Follows": "activity", "Events": "activity"},
    **{
        "Inferences_about_you": "inferences",
        "Ads Clicked": "advertising",
        "LAN Ads Engagement": "advertising",
    },
    **{"PhoneNumbers": "contact", "Logins": "security", "Receipts": "payment", "Verifications": "identity"},
    **{"Private_identity_asset": "job_seeking", "Security Challenges": "security", "Calendar": "activity"},
}


@pytest.mark.parametrize(("name", "root"), KINDS.items())
def test_each_file_has_the_kind_that_says_what_it_is(name: str, root: str) -> None:
    layout = layout_of(f"{name}.csv")
    assert layout is not None and ancestors(layout.kind)[-1] == root


def test_one_row_over_many_lines_is_bounded(tmp_path: Path) -> None:
    endless = "".join(f'"{number}\n",' for number in range(500_000))
    report = run(tmp_path, {"Courses.csv": "Name,Number\nx,1\n", "Skills.csv": f"Name\n{endless}"})
    assert report.files[1].fate == "not understood"
    assert "row 1 (it is longer than 4 MiB" in report.files[1].reason
