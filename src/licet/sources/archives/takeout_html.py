"""Google Takeout's My Activity, in its HTML form: one block an entry, its parts told apart by their style's class.

The file is one line of many megabytes, opens with a style sheet of more than a hundred kilobytes, and is read a block
at a time. Of a block are read the product, the text (its last line is when it was) and the small print; what a block
holds besides is counted as not understood. What cannot be read is told. Nothing of its markup survives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from licet.sources.archives.archive_records import Record, Thing
from licet.sources.archives.takeout import GEMINI, own_words, thing_of
from licet.sources.byte_reader import ByteReader
from licet.sources.dates import WrittenDate, read_date
from licet.sources.html_text import plain_text
from licet.sources.import_report import Unread
from licet.terms import SourceError

#: A block that is longer is cut there; what a person prompted stands at its start.
LONGEST_BLOCK = 256 * 1024
#: How much may stand before the first entry: the page's style.
LONGEST_HEAD = 2 * 1024**2
_READ_BYTES = 256 * 1024
_BLOCK = b'<div class="outer-cell'
_END = b"</html>"
_CELL = re.compile(r'<div class="content-cell ([^"<>]{0,300})">')
_TITLE = re.compile(r'<p class="mdl-typography--title">(.{0,300}?)(?:<br>)?</p>', re.DOTALL)
#: A moment's zone as a word, which says nothing that can be relied on, at the end of a line.
_ZONE = re.compile(r"\s(?:UTC|GMT|[A-Z]{2,5}|[A-Z]{3}[+-]\d{1,2}(?::\d\d)?)$")


class _Page:
    """The blocks of a page, each cut where it is too long, and what of the page could not be read."""

    def __init__(self, file: ByteReader, name: str) -> None:
        self._file, self._name = file, name
        self._cut_bytes = self._replaced = 0
        self._length = 0
        self._tail = b""
        self._damage: SourceError | None = None

    def blocks(self) -> Iterator[str]:
        """The text of each block. Raises: SourceError SRC-054 where there is none."""
        pieces = self._pieces()
        next(pieces)
        is_empty = True
        for block in pieces:
            is_empty = False
            text = block.decode("utf-8", "replace")
            self._replaced += max(0, text.count("\ufffd") - block.count("\ufffd".encode()))
            yield text
        if is_empty:
            raise self._damage or SourceError(
                "SRC-054",
                "nothing in this file reads like an entry of My Activity",
                self._name,
                "ask for it as JSON",
            )

    def unread(self) -> Iterator[Unread]:
        """What could not be read, once the blocks are through."""
        if self._cut_bytes:
            what = f"{self._cut_bytes:,} bytes of entries that are longer than {LONGEST_BLOCK // 1024} KiB"
            yield Unread(self._name, what, "an entry is read so far", self._cut_bytes)
        if self._replaced:
            yield Unread(
                self._name, f"{self._replaced:,} bytes within it", "they are not UTF-8", self._replaced
            )
        if self._damage is not None:
            yield Unread(self._name, f"from byte {self._length:,} on", self._damage.line())
        elif _END not in self._tail.lower():
            why = "it ends too early: download it again"
            yield Unread(self._name, f"what should come after byte {self._length:,}", why)

    def _pieces(self) -> Iterator[bytes]:
        """What stands before the first block, and each block, held as far as it is read."""
        held, dropped, most = b"\n", 0, LONGEST_HEAD  # so that a block may begin with the file
        while data := self._more():
            begun, at = 0, max(1, len(held) - len(_BLOCK) + 1)
            held += data
            while (end := held.find(_BLOCK, at)) >= 0:
                yield self._piece(held[begun:end], dropped, most)
                begun, at, dropped, most = end, end + 1, 0, LONGEST_BLOCK
            held = held[begun:]
            if len(held) > most + len(_BLOCK):  # its end may have begun
                dropped += len(held) - most - len(_BLOCK)
                held = held[:most] + held[-len(_BLOCK) :]
        yield self._piece(held, dropped, most)

    def _piece(self, held: bytes, dropped: int, most: int) -> bytes:
        self._cut_bytes += max(0, len(held) - most) + dropped
        return held[:most]

    def _more(self) -> bytes:
        try:
            data = b"" if self._damage is not None else self._file.read(_READ_BYTES)
        except SourceError as error:
            if error.code != "SRC-041":
                raise
            self._damage, data = error, b""
        self._length += len(data)
        self._tail = (self._tail + data)[-100:]
        return data


def records(name: str, file: ByteReader) -> Iterator[Record | Unread]:
    """The entries of one file, and what of it could not be read. What is not UTF-8 is replaced.

    Raises: SourceError SRC-054 when nothing in it is an entry, and what reading the archive raises but SRC-041.
    """
    page = _Page(file, name)
    for block in page.blocks():
        yield _entry(block)
    yield from page.unread()


def _entry(html: str) -> Record:
    cells = list(_CELL.finditer(html))
    head = html[: cells[0].start() if cells else len(html)]
    title = _TITLE.search(head)
    product = plain_text(title[1]) if title else ""
    thing = thing_of(product)
    record = Record(thing)
    if product:
        record.values["header", thing.kind] = 1
    besides = [line for line in plain_text(head).splitlines() if line.strip() and line != product]
    if besides:
        record.values["(other parts)", None] = len(besides)
    for number, cell in enumerate(cells):
        inside = html[cell.end() : cells[number + 1].start() if number + 1 < len(cells) else len(html)]
        lines = [line for line in plain_text(inside).splitlines() if line.strip()]
        _cell(record, thing, cell[1], lines)
    return record


def _cell(record: Record, thing: Thing, classes: str, lines: list[str]) -> None:
    if not lines:
        return
    if "mdl-typography--caption" in classes:
        record.values["small print", thing.kind] = len(lines)
    elif "mdl-typography--body-1" in classes and "text-right" not in classes:
        at, written = next(
            ((n, moment) for n, line in enumerate(lines) if (moment := _moment(line))), (None, None)
        )
        record.written = record.written or written
        record.values["text", thing.kind] = record.values.get(("text", thing.kind), 0) + len(lines)
        said = lines if at is None else lines[:at]
        if thing is GEMINI and said and not record.words:
            record.words, record.words_kind = own_words(" ".join(said[:3])), thing.kind
    else:
        record.values["(other parts)", None] = record.values.get(("(other parts)", None), 0) + len(lines)


def _moment(line: str) -> WrittenDate | None:
    """The moment that a line is, if it is one and nothing else. Zones as words are read as UTC."""
    if len(line) > 60 or not re.search(r"\d{4}", line):
        return None
    written = read_date(_ZONE.sub("", " ".join(line.split())))
    return written if written is not None and written.precision in ("moment", "day") else None
