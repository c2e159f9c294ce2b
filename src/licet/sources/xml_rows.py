"""Rows of a Stack Exchange dump file, one at a time: ``<row Id="1" .../>`` elements inside one root element.

Streams: no tree is ever built, and memory is bounded by one row. Damage costs what is damaged: a character that XML
forbids (dumps hold some) stands as U+FFFD, a row that is no row is told as unread, and of a file that was cut off what
is whole is read and the rest told. A document type, and with it every entity a file could define, is refused.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, NamedTuple
from xml.parsers import expat

from licet.sources.import_report import Unread
from licet.terms import SourceError

_CHUNK_BYTES = 256 * 1024
#: The longest row: a post's body is at most 30,000 characters on the sites themselves.
_LONGEST_ROW_BYTES = 2 * 1024 * 1024
#: What XML's own readers must know; dumps are UTF-8.
_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1"})
_DECLARED = re.compile(rb"\s*<\?xml[^>]*\sencoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
#: "<" never stands in the value of an attribute, so this always begins a row, whatever is broken before it.
_ROW_START = re.compile(rb"<row(?=[\s/>])")
_ROW = re.compile(
    rb"<row(?:\s+[^\s=<>\"'/]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*\s*(?:/>|>\s*</row\s*>)",
)
_REFERENCE = re.compile(r"&(?:(#[0-9]{1,9}|#x[0-9a-fA-F]{1,9}|[A-Za-z_][\w.-]*);)?")
_KNOWN_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REPLACEMENT = "\ufffd"
_START_BYTES = len(b"<row ")
_CLOSING_TAG = re.compile(rb"</([^\s<>/]+)\s*>\s*\Z")
_LONGEST_TAG_BYTES = 200


class Mended(NamedTuple):
    """Of a row before: so many characters that XML forbids, each now U+FFFD, or ``&`` where it stood bare."""

    characters: int


Piece = dict[str, str] | Mended | Unread


def read_rows(path: Path, on_bytes: Callable[[int], None] | None = None) -> Iterator[Piece]:
    """The attributes of every ``row`` element of the file, in its order, and what was mended and not read of it.

    on_bytes: called with the bytes read so far.
    Raises: SourceError SRC-021 when it is not XML, cannot be read, or holds not one row that can be; SRC-022 for a
    document type declaration; SRC-023 when no row begins in the first 2 MiB.
    """
    try:
        with path.open("rb") as file:
            yield from _RowReader(path).read(_cut_at_rows(_as_utf8(file, path, on_bytes)))
    except OSError as error:
        raise SourceError(
            "SRC-021", f"the file cannot be read: {error}", str(path), "check the file"
        ) from None


class _RowReader:
    """Reads the rows of one file, whole stretches at a time, and one by one where a stretch is damaged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._number = 0
        self._lost = 0

    def read(self, stretches: Iterator[tuple[bytes, bool]]) -> Iterator[Piece]:
        stretch, is_last = next(stretches)
        first = _ROW_START.search(stretch)
        begins = len(stretch) if first is None else first.start()
        has_rows = first is not None or not is_last
        root, wrong = self._read_head(stretch[:begins], is_whole=not has_rows)
        if wrong:
            if not has_rows:
                raise self._refusal(wrong)
            yield Unread(
                self._path.name, "what stands before row 1", f"it is not XML of a dump: {wrong}", begins
            )
        if not has_rows:
            return
        stretch = stretch[begins:]
        while not is_last:
            yield from self._read_stretch(stretch)
            stretch, is_last = next(stretches)
        stretch, closed = _without_closing_tag(stretch)
        yield from self._read_stretch(stretch)
        if not closed:
            why = "the file ends before its list of rows does: it was cut off; download the dump again"
            yield Unread(self._path.name, f"all after row {self._number:,}", why)
        elif not wrong and root != closed:
            why = f"the list opens as {root.decode()!r} and closes as another"
            yield Unread(self._path.name, f"what stands behind row {self._number:,}", why)
        if self._number == self._lost:
            raise self._refusal("not one row of it can be read")

    def _read_head(self, head: bytes, is_whole: bool) -> tuple[bytes, str]:
        """The name of the root, which opens before the first row, and what is wrong with it, if anything."""
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise SourceError(
                "SRC-022",
                "the file declares a document type, which dumps never do and attacks use",
                str(self._path),
                "download the dump again from its publisher",
            )
        if len(head) > _LONGEST_ROW_BYTES:
            raise SourceError(
                "SRC-023",
                "no row begins in the first 2 MiB",
                str(self._path),
                "check that this is a dump of a Stack Exchange site",
            )
        names: list[str] = []
        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = lambda name, _: names.append(name)
        parser.CharacterDataHandler = lambda text: None if text.isspace() else names.append("text")
        try:
            parser.Parse(head, is_whole)
            if not is_whole:
                parser.Parse(b"<row/>", False)  # in an open comment, say, no row would begin
        except expat.ExpatError as error:
            return b"", expat.ErrorString(error.code)
        root, *rest = names or [""]
        if not root or rest != ([] if is_whole else ["row"]):
            return b"", "no list of rows opens there, or something else does"
        return root.encode(), ""

    def _read_stretch(self, stretch: bytes) -> Iterator[Piece]:
        try:
            rows = _parse(stretch)
        except expat.ExpatError:
            starts = [start.start() for start in _ROW_START.finditer(stretch)]
            yield from self._tell_rest(stretch[: starts[0] if starts else None])
            for start, end in pairwise([*starts, len(stretch)]):
                yield from self._read_row(stretch[start:end])
        else:
            self._number += len(rows)
            yield from rows

    def _read_row(self, piece: bytes) -> Iterator[Piece]:
        """One row by itself, mended where it can be, and what stands behind it."""
        self._number += 1
        whole = _ROW.match(piece)
        text, mended = _mend(b"" if whole is None else whole[0])
        try:
            rows = _parse(text)
        except expat.ExpatError:
            rows = []
        if whole is None or not rows:
            self._lost += 1
            yield Unread(
                self._path.name,
                f"row {self._number:,}",
                "it is no row of a dump: its quotes, names or end are broken",
                len(piece),
            )
            return
        yield from rows
        if mended:
            yield Mended(mended)
        yield from self._tell_rest(piece[whole.end() :])

    def _tell_rest(self, rest: bytes) -> Iterator[Unread]:
        if rest.strip():
            where = f"what stands behind row {self._number:,}"
            yield Unread(self._path.name, where, "it is no row of a dump", len(rest))

    def _refusal(self, why: str) -> SourceError:
        return SourceError(
            "SRC-021",
            f"this is not XML of a dump: {why}",
            str(self._path),
            "download the dump again; the file may be cut off",
        )


def _as_utf8(file: BinaryIO, path: Path, on_bytes: Callable[[int], None] | None) -> Iterator[bytes]:
    """The file's bytes in UTF-8, in which dumps are written and in which bytes that are none stay as they are."""
    done, decoder = 0, None
    while chunk := file.read(_CHUNK_BYTES):
        if done == 0:
            declared = _DECLARED.match(chunk.removeprefix(codecs.BOM_UTF8))
            encoding = "utf-8" if declared is None else declared[1].decode().lower()
            if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                encoding = "utf-16"
            if encoding not in _ENCODINGS:
                raise SourceError(
                    "SRC-021",
                    f"the file cannot be read: its encoding is {encoding}",
                    str(path),
                    "check the file",
                )
            chunk = chunk.removeprefix(codecs.BOM_UTF8)
            if encoding not in ("utf-8", "us-ascii"):
                decoder = codecs.getincrementaldecoder(encoding)("replace")
        done = file.tell()
        yield chunk if decoder is None else decoder.decode(chunk).encode()
        if on_bytes is not None:
            on_bytes(done)


def _cut_at_rows(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The bytes again, every stretch but the first from the beginning of a row, and whether it is the last.

    A row that is longer than any may be is cut; its second half begins no row, and neither half will be read as one.
    """
    waiting = b""
    for chunk in chunks:
        start = max(1, len(waiting) - _START_BYTES)
        waiting += chunk
        cut = max((each.start() for each in _ROW_START.finditer(waiting, start)), default=0)
        if not cut and len(waiting) > _LONGEST_ROW_BYTES:
            cut = len(waiting) - _START_BYTES
        if cut:
            yield waiting[:cut], False
            waiting = waiting[cut:]
    yield waiting, True


def _without_closing_tag(stretch: bytes) -> tuple[bytes, bytes]:
    """The end of a file without the tag that closes its list, and that list's name; empty where there is none."""
    closing = _CLOSING_TAG.search(stretch, max(0, len(stretch.rstrip()) - _LONGEST_TAG_BYTES))
    if closing is None or closing[1] == b"row":
        return stretch, b""
    return stretch[: closing.start()], closing[1]


def _parse(rows: bytes) -> list[dict[str, str]]:
    """The attributes of rows that follow one another. Raises: ExpatError for anything else."""
    found: list[dict[str, str]] = []
    parser = expat.ParserCreate("utf-8")

    def start(name: str, attributes: dict[str, str]) -> None:
        if name != "row":
            raise expat.ExpatError("another element")
        found.append(attributes)

    def text(data: str) -> None:
        if not data.isspace():
            raise expat.ExpatError("text between rows")

    parser.Parse(b"<rows>", False)
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.Parse(rows, False)
    parser.Parse(b"</rows>", True)
    return found


def _mend(row: bytes) -> tuple[bytes, int]:
    """A row with what XML forbids replaced, and how many characters that were."""
    text = row.decode("utf-8", "replace")
    mended = text.count(_REPLACEMENT) - row.count(_REPLACEMENT.encode())

    def reference(written: re.Match[str]) -> str:
        nonlocal mended
        name = written[1] or ""
        if name in _KNOWN_ENTITIES:
            return written[0]
        mended += 1
        if not name.startswith("#"):
            return f"&amp;{written[0][1:]}"
        code = int(name[2:], 16) if name[1] == "x" else int(name[1:])
        is_allowed = code < 0x110000 and _FORBIDDEN.match(chr(code)) is None
        mended -= is_allowed
        return written[0] if is_allowed else _REPLACEMENT

    text = _REFERENCE.sub(reference, text)
    text, forbidden = _FORBIDDEN.subn(_REPLACEMENT, text)
    return text.encode(), mended + forbidden
