"""CSV as exports write it: perhaps a preamble, a header found by its words, cells of several lines.

Columns are kept by position, so two of the same name both survive. Lines and cells are bounded. A file that is
not what its name says is refused, never half read.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

from licet.terms import SourceError

LONGEST_LINE_BYTES = 1024 * 1024
#: The csv module's own bound on a cell, in characters; it guards the whole process and is left as it is.
LONGEST_CELL = 131_072
LONGEST_ROW_BYTES = 4 * 1024 * 1024
MOST_COLUMNS = 512
#: Blank lines cost time as well, and no row bounds them.
MOST_LINES = 10_000_000
#: A header stands this early, or there is none.
_HEADER_WITHIN_ROWS = 40


class Readable(Protocol):
    """Anything that gives bytes in pieces."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV file below its preamble: the header's cells as written, and the rows, each as long as it came.

    preamble: the cells above the header that hold anything.
    """

    header: tuple[str, ...]
    rows: Iterator[list[str]]
    preamble: tuple[str, ...] = ()


def fold_word(text: str) -> str:
    """A column or file name without case, spaces and punctuation: ``SharedURL`` and ``Shared Url`` are one."""
    return re.sub(r"[\W_]+", "", text.casefold())


def read_sheet(file: Readable, words: Collection[str], where: str) -> Sheet | None:
    """Find the header and give the rows below it.

    words: column names any of which the file may have; empty when unknown, and then the first full row is it.
    Returns None for a file that says it holds nothing (no text, or one remark such as ``No conversations found``).
    Raises: SourceError SRC-050 for text that is not UTF-8, SRC-051 for lines, cells or columns beyond all measure
    and for broken quoting, SRC-052 when no header is found. Rows raise SRC-050 and SRC-051 as they are read.
    """
    known = frozenset(fold_word(word) for word in words)
    rows = _rows(file, where)
    preamble: list[list[str]] = []
    for row in rows:
        if _is_header(row, known):
            above = tuple(cell for line in preamble for cell in line if cell.strip())
            return Sheet(tuple(cell.strip() for cell in row), rows, above)
        if any(cell.strip() for cell in row):
            preamble.append(row)
        if len(preamble) > _HEADER_WITHIN_ROWS:
            break
    if not preamble or (
        len(preamble) == 1 and len(preamble[0]) == 1 and preamble[0][0].casefold().startswith("no ")
    ):
        return None
    raise SourceError(
        "SRC-052",
        "no row reads like this file's header",
        where,
        "check the file; a localised or newer export may use other words",
    )


def _is_header(row: list[str], known: frozenset[str]) -> bool:
    cells = [fold_word(cell) for cell in row if cell.strip()]
    if not cells:
        return False
    if not known:
        # an unknown header: the preamble's lines have one cell, and end in a colon or a full stop
        return len(cells) > 1 or not row[0].strip().endswith((":", "."))
    hits = sum(cell in known for cell in cells)
    # most of what stands there must be known, and of many known words not one alone, by chance; three are enough even
    # beside many new columns, which stay unlabelled
    return hits >= 3 or (hits * 10 >= len(cells) * 6 and hits >= min(2, len(known)))


def _rows(file: Readable, where: str) -> Iterator[list[str]]:
    lines = _Lines(file, where)
    reader = csv.reader(lines, strict=True)
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise _beyond_measure(f"the rows cannot be told apart: {error}", where, lines.number) from None
        if row is None:
            return
        if len(row) > MOST_COLUMNS:
            raise _beyond_measure(f"a row has more than {MOST_COLUMNS} cells", where, lines.number)
        if max(map(len, row), default=0) > LONGEST_CELL:
            raise _beyond_measure(f"a cell is longer than {LONGEST_CELL} characters", where, lines.number)
        lines.bytes_since_row = 0
        yield row


def _beyond_measure(what: str, where: str, line: int) -> SourceError:
    return SourceError(
        "SRC-051", what, f"{where}:{line}", "open the file to see what it is, and export again"
    )


class _Lines:
    """Lines with their endings, decoded one by one, with a bound on a line and on all lines of one row."""

    def __init__(self, file: Readable, where: str) -> None:
        self.number = self.bytes_since_row = 0
        self._where = where
        self._lines = self._split(file)

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        self.bytes_since_row += len(line)
        if self.number > MOST_LINES:
            raise _beyond_measure(f"the file has more than {MOST_LINES} lines", self._where, self.number)
        if self.bytes_since_row > LONGEST_ROW_BYTES:
            raise _beyond_measure("a row is longer than 4 MiB", self._where, self.number)
        return _decode(line, self._where, self.number)

    def _split(self, file: Readable) -> Iterator[bytes]:
        waiting = b""
        while data := file.read(LONGEST_LINE_BYTES):
            *lines, waiting = (waiting + data).split(b"\n")
            for line in lines:
                yield line + b"\n"
            if len(waiting) > LONGEST_LINE_BYTES:
                raise _beyond_measure("a line is longer than 1 MiB", self._where, self.number + 1)
        if waiting:
            yield waiting


def _decode(line: bytes, where: str, number: int) -> str:
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(
            "SRC-050", "the text is not UTF-8", f"{where}:{number}:{error.start + 1}", "export again"
        ) from None
    return text.replace("\x00", "")
