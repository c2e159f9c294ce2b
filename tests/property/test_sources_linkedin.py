"""Whatever bytes come as an archive, or as a file within one: an import, or a refusal with a code."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import example, given, settings
from hypothesis import strategies as st

from licet.sources.dates import read_date
from licet.sources.linkedin import import_linkedin
from licet.sources.linkedin.linkedin_layout import layout_of
from licet.terms import SourceError
from unit.sources.linkedin_archives import MESSAGES_HEADER, PROFILE, archive, message

_NAMES = ("Courses.csv", "messages.csv", "Ad_Targeting.csv", "Patents.csv", "Articles/a.html", "Profile.csv")
_HEADERS = {
    "Courses.csv": "Name,Number\n",
    "messages.csv": MESSAGES_HEADER,
    "Profile.csv": PROFILE,
    "Ad_Targeting.csv": "Member Age,Job Titles,Job Titles\n",
}


def run(files: dict[str, str | bytes]) -> str:
    """ "imported", or the code of the refusal."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            import_linkedin(archive(Path(folder, "a.zip"), files), Path(folder, "out"), region="CH")
        except SourceError as error:
            return error.code
    return "imported"


#: How archives begin that are no ZIP.
PACKED = (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"\xd0\xcf\x11\xe0")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2000))
def test_bytes_that_claim_to_be_a_zip_are_refused_with_a_code(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.zip")
        path.write_bytes(data)
        try:
            import_linkedin(path, Path(folder, "out"))
        except SourceError as error:
            packed = path.read_bytes().startswith(PACKED) or path.read_bytes()[257:262] == b"ustar"
            assert error.code == "SRC-174" if packed else error.code.startswith("SRC-04")
        else:
            raise AssertionError("random bytes were imported")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_an_archive_with_changed_bytes_is_imported_or_refused(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = archive(
            Path(folder, "a.zip"), {"Skills.csv": "Name\nSteel\n", "messages.csv": MESSAGES_HEADER}
        )
        content = bytearray(path.read_bytes())
        places = st.integers(0, len(content) - 1)
        for place, byte in data.draw(
            st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=8)
        ):
            content[place] = byte
        path.write_bytes(content)
        try:
            import_linkedin(path, Path(folder, "out"), region="CH")
        except SourceError as error:
            packed = path.read_bytes().startswith(PACKED) or path.read_bytes()[257:262] == b"ustar"
            assert error.code == "SRC-174" if packed else error.code.startswith("SRC-04")


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(_NAMES), st.booleans(), st.binary(max_size=500))
@example("Courses.csv", True, b'"')
@example("Courses.csv", True, b"a\rb,c\n")
@example("Patents.csv", False, b",,\n\x00,\n")
@example("Articles/a.html", False, b"<h1><h1><title>\xff</h1>")
def test_bytes_that_claim_to_be_a_file_are_taken_or_refused(name: str, headed: bool, data: bytes) -> None:
    content = _HEADERS.get(name, "").encode() * headed + data
    assert run({name: content, "Skills.csv": "Name\nSteel\n"}) == "imported"
    assert run({name: content}) in ("imported", "SRC-048")


_CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=20)


def _csv(rows: Iterable[Iterable[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows(rows)
    return buffer.getvalue()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(_CELLS, _CELLS), max_size=8), st.lists(_CELLS, min_size=1, max_size=3))
def test_every_cell_that_says_something_arrives(rows: list[tuple[str, str]], extra: list[str]) -> None:
    text = _csv([("Name", "Number"), *rows, ("last", "1", *extra)])
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out")
        import_linkedin(archive(Path(folder, "a.zip"), {"Courses.csv": text}), out, region="CH")
        found = pq.read_table(out / "courses.parquet").to_pylist()
    said = [tuple(cell.strip() or None for cell in row) for row in [*rows, ("last", "1")]]
    assert [(row["name"], row["number"]) for row in found] == [row for row in said if any(row)]
    beyond = [cell for cell in extra if cell.strip()]
    assert (found[-1].get("beyond_header") or []) == beyond


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=70))
def test_no_text_breaks_the_reading_of_dates_or_names(text: str) -> None:
    read_date(text)
    layout_of(text)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**12), st.sampled_from(["_{}", " ({})", "_{}_1", "-{}"]))
def test_numbered_messages_stay_private(number: int, form: str) -> None:
    layout = layout_of(f"any/Messages{form.format(number)}.CSV")
    assert layout is not None and layout.kind == "private_communication.messages"
    assert run({f"messages{form.format(number)}.csv": MESSAGES_HEADER + message("x")}) == "imported"
