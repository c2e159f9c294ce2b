"""Google Takeout's My Activity, in its HTML form: one block an entry, its parts told apart by their style's class.

The file is one line of many megabytes, so it is taken a block at a time. Of a block are read the product, the text
(its last line is when it was) and the small print; what a block holds besides is counted as not understood. Nothing
of its markup survives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from licet.sources.archives.archive_records import Record, Thing
from licet.sources.archives.takeout import GEMINI, own_words, thing_of
from licet.sources.dates import WrittenDate, read_date
from licet.sources.html_text import plain_text
from licet.terms import SourceError

LONGEST_HTML_BYTES = 128 * 1024**2
#: A block that is longer is cut there; what a person prompted stands at its start.
LONGEST_BLOCK = 256 * 1024
MOST_BLOCKS = 1_000_000
_BLOCK = b'<div class="outer-cell'
_CELL = re.compile(r'<div class="content-cell ([^"<>]{0,300})">')
_TITLE = re.compile(r'<p class="mdl-typography--title">(.{0,300}?)(?:<br>)?</p>', re.DOTALL)
#: A moment's zone as a word, which says nothing that can be relied on, at the end of a line.
_ZONE = re.compile(r"\s(?:UTC|GMT|[A-Z]{2,5}|[A-Z]{3}[+-]\d{1,2}(?::\d\d)?)$")


class Readable(Protocol):
    """A file of a download."""

    def read_all(self, limit: int) -> bytes: ...


def records(name: str, file: Readable) -> Iterator[Record]:
    """The entries of one file. What is not UTF-8 is replaced.

    Raises: SourceError SRC-053 for a file larger than any export's, SRC-054 when nothing in it is an entry, and what
    reading the archive raises.
    """
    data = file.read_all(LONGEST_HTML_BYTES)
    if len(data) > LONGEST_HTML_BYTES:
        raise SourceError(
            "SRC-053", f"the file is larger than {LONGEST_HTML_BYTES // 1024**2} MiB", name,
            "ask for My Activity as JSON, or for less of it",
        )  # fmt: skip
    start, blocks = data.find(_BLOCK), 0
    if start < 0:
        raise SourceError(
            "SRC-054", "nothing in this file reads like an entry of My Activity", name, "ask for it as JSON"
        )
    while start >= 0:
        end = data.find(_BLOCK, start + 1)
        blocks += 1
        if blocks > MOST_BLOCKS:
            raise SourceError(
                "SRC-053", "it holds more entries than an export does", name, "check what it is"
            )
        block = data[start : end if end >= 0 else len(data)]
        yield _entry(block[:LONGEST_BLOCK].decode("utf-8", "replace"), len(block) > LONGEST_BLOCK)
        start = end


def _entry(html: str, is_cut: bool) -> Record:
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
    if is_cut:
        record.values["(beyond 256 KiB)", None] = 1
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
