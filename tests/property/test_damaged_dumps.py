"""Whatever befalls the bytes of a Stack Exchange dump: what is whole is read, and what is not is told."""

from __future__ import annotations

import tempfile
from pathlib import Path
from xml.etree import ElementTree

from hypothesis import example, given, settings
from hypothesis import strategies as st

from licet.sources.import_report import Unread
from licet.sources.xml_rows import Mended, Piece, read_rows
from licet.terms import SourceError

HEAD = b'<?xml version="1.0" encoding="utf-8"?>\n<posts>\n'
END = b"</posts>\n"
VALUES = st.text(st.sampled_from("aé<>&'\"\n日 =/😀"), max_size=12)
ROWS = st.lists(VALUES, min_size=1, max_size=8)


def row(number: int, value: str) -> bytes:
    for sign, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\n", "&#xA;")):
        value = value.replace(sign, escaped)
    return f'  <row Id="{number}" Body="{value}" />\n'.encode()


def read(data: bytes) -> list[Piece]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Posts.xml"
        path.write_bytes(data)
        return list(read_rows(path))


def rows_of(pieces: list[Piece]) -> list[dict[str, str]]:
    return [piece for piece in pieces if isinstance(piece, dict)]


@settings(max_examples=100, deadline=None)
@given(ROWS)
def test_a_whole_file_is_read_whole_and_nothing_is_told(values: list[str]) -> None:
    data = HEAD + b"".join(row(number, value) for number, value in enumerate(values)) + END
    assert read(data) == [{"Id": str(number), "Body": value} for number, value in enumerate(values)]


@settings(max_examples=200, deadline=None)
@given(ROWS, st.data())
def test_a_file_cut_off_anywhere_gives_its_whole_rows_and_says_that_it_was_cut(
    values: list[str], data: st.DataObject
) -> None:
    rows = [row(number, value) for number, value in enumerate(values)]
    whole = HEAD + b"".join(rows) + END
    cut = data.draw(st.integers(len(HEAD + rows[0]), len(whole) - 2))
    pieces = read(whole[:cut])
    ends = [len(HEAD + b"".join(rows[: number + 1])) - 1 for number in range(len(rows))]
    assert [each["Body"] for each in rows_of(pieces)] == [
        value for value, end in zip(values, ends, strict=True) if end <= cut
    ]
    assert isinstance(pieces[-1], Unread) and "cut off" in pieces[-1].why


@settings(max_examples=300, deadline=None)
@given(ROWS, st.binary(min_size=1, max_size=3), st.data())
@example(["a", "b"], b'"', None)
@example(["a", "b"], b"<", None)
@example(["a", "b"], b"<!-", None)
@example(["a", "b"], b"\x00\xff&", None)
def test_damage_within_a_row_costs_no_other_and_is_never_silent(
    values: list[str], damage: bytes, data: st.DataObject | None
) -> None:
    rows = [row(number, value) for number, value in enumerate(["first", *values, "last"])]
    number = 1 if data is None else data.draw(st.integers(1, len(values)))
    inside = len(b'  <row Id="1" B') if data is None else data.draw(st.integers(3, len(rows[number]) - 4))
    before = rows[number]
    rows[number] = before[:inside] + damage + before[inside + len(damage) :]
    pieces = read(HEAD + b"".join(rows) + END)
    others = [each for each in rows_of(pieces) if each.get("Id") != str(number)]
    expected = [{"Id": str(each), "Body": value} for each, value in enumerate(["first", *values, "last"])]
    del expected[number]
    assert [each for each in expected if each not in others] == []
    if not any(isinstance(piece, Mended | Unread) for piece in pieces):
        assert len(rows_of(pieces)) == len(rows), "what was damaged is another value, and a row"


PARTS = [
    b"<row />",
    b'<row Id="1" />',
    b"<row ",
    b'Id="1" ',
    b"/>",
    b"</row>",
    b"<x>",
    b"</x>",
    b"&",
    b"&#14;",
    b"\n",
]
PARTS += [
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<?pi ",
    b"?>",
    b"\x0e",
    b"\xff",
    b"'",
    b'"',
    b"text",
    b"<y/>",
]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=12))
@example([b"<!--", b"<row />", b"-->", b"<row />", b"</x>"])
@example([b"<row />", b"<!--", b"<row />", b"-->", b"</x>"])
@example([b"<row />", b"<![CDATA[", b"<row />", b"]]>", b"</x>"])
def test_what_is_read_in_silence_is_what_any_reader_of_xml_reads(parts: list[bytes]) -> None:
    data = b"<x>" + b"".join(parts)
    try:
        pieces = read(data)
    except SourceError as error:
        assert error.code in ("SRC-021", "SRC-022")
        return
    if not any(isinstance(piece, Mended | Unread) for piece in pieces):
        assert pieces == [element.attrib for element in ElementTree.fromstring(data).iter("row")]
