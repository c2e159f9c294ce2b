"""Whatever text or bytes come in, readers either read them or raise a SourceError. Nothing else."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from licet.sources.catalogue_file import load_catalogue
from licet.sources.dates import read_date
from licet.sources.html_text import plain_text
from licet.sources.linkedin.linkedin_csv import read_sheet
from licet.sources.linkedin.linkedin_layout import layout_of
from licet.sources.places import resolve_place
from licet.sources.xml_rows import read_rows
from licet.terms import SourceError
from licet.terms.regions import is_region

NAMES = ("Shares.csv", "messages.csv", "Connections.csv", "Skills.csv", "Patents.csv", "Profile.csv")
#: Pieces of CSV, so that generated files get past the first look.
PIECES = st.sampled_from(
    [
        *("Date", "Link", "Message", "Name", "First Name", "Last Name", "Geo Location", "CONVERSATION ID"),
        *(",", ",,", "\n", "\r\n", "\r", '"', '""', "\ufeff", "\x00", "Notes:", "2026-01-02", "févr. 2022"),
        *("é", "x" * 50, " ", "=cmd()"),
    ]
)
CSV_BYTES = st.one_of(st.binary(max_size=400), st.lists(PIECES, max_size=60).map("".join).map(str.encode))


@settings(max_examples=400, deadline=None)
@given(CSV_BYTES, st.sampled_from(NAMES))
def test_random_bytes_as_csv_are_read_or_refused(data: bytes, name: str) -> None:
    layout = layout_of(name)
    assert layout is not None
    try:
        sheet = read_sheet(io.BytesIO(data), layout.words, name)
        rows = [] if sheet is None else list(sheet.rows)
    except SourceError as error:
        assert error.code == "SRC-052"
    else:
        assert all(isinstance(cell, str) for row in rows for cell in row)


CELLS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00\r"), max_size=20)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=10))
def test_every_cell_written_is_read_back(rows: list[tuple[str, str, str]]) -> None:
    def quote(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"'

    text = "Date,Link,Message\r\n" + "".join(",".join(map(quote, row)) + "\r\n" for row in rows)
    sheet = read_sheet(io.BytesIO(text.encode()), ("Date", "Link", "Message"), "x")
    assert sheet is not None
    assert [tuple(row) for row in sheet.rows] == rows


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.binary(max_size=80).map(lambda data: b"<x><row Id='1' " + data)))
def test_random_bytes_as_xml_are_read_or_refused(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Users.xml"
        path.write_bytes(data)
        try:
            list(read_rows(path))
        except SourceError as error:
            assert error.code in ("SRC-021", "SRC-022")


YAML = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.sampled_from(
            ["licet_catalogue: 1\n", "tables:\n", "  a:\n", "    columns: {x: y}\n", "&a ", "*a ", "[", "{"]
        )
        | st.sampled_from(
            ["? ", "- ", ": ", "!!int ", "<<: ", "null\n", "facts: {table: a}\n", "    location: {}\n", "\t"]
        ),
        max_size=15,
    ).map(lambda parts: "".join(parts).encode()),
)


@settings(max_examples=300, deadline=None)
@given(YAML)
@example(b"licet_catalogue: 1\ntables: &a\n  x: *a\n")
@example(b"? [a]\n: b\n")
@example(b"licet_catalogue: !!int x\n")
@example(b"!!int")
@example(b"a: !!timestamp x\n")
@example(b"a: !!bool x\n")
@example(b"!!float")
@example(b"!!set [a]")
@example(b"!!binary x")
def test_random_bytes_as_a_catalogue_are_read_or_refused(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue.yaml"
        path.write_bytes(data)
        try:
            load_catalogue(path)
        except SourceError as error:
            assert error.where.startswith(str(path)) and error.fix


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_a_region_that_exists_or_unknown(text: str) -> None:
    region = resolve_place(text).region
    assert region is None or is_region(region)


PLACES = [
    "Georgia",
    "CA",
    "Paris",
    "London",
    "TX",
    "Germany",
    "USA",
    "Lebanon",
    "Ohio",
    "Zürich",
    "Earth",
    "🇩🇪",
    "Toronto",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PLACES), min_size=1, max_size=4))
def test_two_countries_named_are_never_one(parts: list[str]) -> None:
    region = resolve_place(", ".join(parts)).region
    if "Germany" in parts and "USA" in parts:
        assert region is None
    if region is not None and "Germany" in parts:
        assert region == "DE"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_as_a_date_is_read_or_left(text: str) -> None:
    written = read_date(text)
    assert written is None or 1899 <= written.moment.year <= 2201


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<pre>", "<!--", "-->", "<", ">", "&", "&amp;", "x", "\n", "<br/>", "<li>", "'"]
        )
    )
)
def test_any_markup_becomes_text(parts: list[str]) -> None:
    assert "<p>" not in plain_text("".join(parts))
