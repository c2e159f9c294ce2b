"""CSV as exports write it: perhaps a preamble, a header found by its words, cells of several lines.

Columns are kept by position, so two of the same name both survive. Lines and cells are bounded. A row that cannot be
read (a quotation mark that was not doubled, bytes that are not UTF-8, no measure) is left out and told, and no more is:
reading goes on at the next line that begins like a row. A file that is not what its name says is refused.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from licet.sources.byte_reader import ByteReader
from licet.sources.dates import read_date
from licet.sources.import_report import Unread
from licet.terms import SourceError

LONGEST_LINE_BYTES = 1024 * 1024
#: The csv module's own bound on a cell, in characters; it guards the whole process and is left as it is.
LONGEST_CELL = 131_072
LONGEST_ROW_BYTES = 4 * 1024 * 1024
MOST_COLUMNS = 512
#: Blank lines cost time as well, and no row bounds them.
MOST_LINES = 10_000_000
#: Rows told one by one; any more are told together.
MOST_ROWS_TOLD = 20
#: How often a file may be gone through again, in all, to find where rows begin.
_MOST_READ_AGAIN = 8
_BLOCK_BYTES = 256 * 1024
#: A header stands this early, or there is none.
_HEADER_WITHIN_ROWS = 40


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV file below its preamble: the header's cells as written, and the rows, each as long as it came.

    preamble: the cells above the header that hold anything.
    unread:   the rows that could not be read; whole when `rows` is through.
    """

    header: tuple[str, ...]
    rows: Rows
    preamble: tuple[str, ...] = ()
    unread: list[Unread] = field(default_factory=list)


def fold_word(text: str) -> str:
    """A column or file name without case, spaces and punctuation: ``SharedURL`` and ``Shared Url`` are one."""
    return re.sub(r"[\W_]+", "", text.casefold())


def read_sheet(
    file: ByteReader, words: Collection[str], where: str, created: str | None = None, kind: str | None = None
) -> Sheet | None:
    """Find the header and give the rows below it.

    words:   column names any of which the file may have; empty when unknown, and then the first full row is it.
    created: the column that holds a date in every row, which shows where a row begins.
    kind:    the kind of data of its rows.
    Returns None for a file that says it holds nothing (no text, or one remark such as ``No conversations found``).
    Raises: SourceError SRC-052 when no header is found, and what reading the archive raises but SRC-041: of a damaged
    file what comes before the damage counts.
    """
    known = frozenset(fold_word(word) for word in words)
    rows = Rows(file, where, kind)
    preamble: list[list[str]] = []
    for row in rows:
        if _is_header(row, known):
            above = tuple(cell for line in preamble for cell in line if cell.strip())
            rows.begin(row, created)
            return Sheet(tuple(cell.strip() for cell in row), rows, above, rows.unread)
        if any(cell.strip() for cell in row):
            preamble.append(row)
        if len(preamble) > _HEADER_WITHIN_ROWS:
            break
    if rows.damage is not None:
        raise rows.damage
    is_remark = len(preamble) == 1 and len(preamble[0]) == 1 and preamble[0][0].casefold().startswith("no ")
    if not rows.unread and (not preamble or is_remark):
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


class _Line(NamedTuple):
    """A line as it came, with its ending; of one that is too long only how long it is."""

    data: bytes
    length: int


class _Broken(Exception):
    """Why a row cannot be read. Never leaves this module."""


class Rows:
    """The rows of a file, of which those that cannot be read are left out and told.

    damage: what is wrong with the archive itself, where something is: then what was read of the file is in doubt, too.
    """

    def __init__(self, file: ByteReader, where: str, kind: str | None) -> None:
        self.unread: list[Unread] = []
        self._where, self._kind = where, kind
        self._file = file
        self._lines = self._split()
        self._waiting: deque[_Line] = deque()  # lines that were taken for a row's and are looked at again
        self._taken: list[_Line] = []  # those of the row that is being read
        self._number = 0  # of the row, from 1 below the header
        self._width = 0
        self._date_at: int | None = None
        self._read_bytes = self._again_bytes = self._line_count = 0
        self._more = self._more_bytes = 0
        self.damage: SourceError | None = None

    def begin(self, header: list[str], created: str | None) -> None:
        """Say that rows begin here, and what they look like."""
        folded = [fold_word(cell) for cell in header]
        self._width, self._number = len(header), 0
        self._date_at = folded.index(fold_word(created)) if created and fold_word(created) in folded else None

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        is_lost = False  # whether a row before was broken, so that nobody knows where the next one begins
        while True:
            self._taken = []
            why = ""
            try:
                row = self._row()
            except _Broken as error:
                row, why = None, str(error)
            if not self._taken:
                self._end()
                raise StopIteration
            if row is not None and is_lost and not self._begins_like_a_row(row):
                row, why = None, "it belongs to a row that cannot be read"
            if row is not None and len(row) != self._width and self._swallows_a_row():
                row, why = None, "a quotation mark is missing or stands too much"
            if row is not None:
                self._number += 1
                if why := self._unfit(row):
                    self._tell(why, sum(line.length for line in self._taken), is_more=False)
                    continue
                if self._hides_a_row(row):
                    self._doubt()
                return row
            self._number += not is_lost
            self._tell(why, self._taken[0].length, is_more=is_lost)
            is_lost = self._width > 0
            self._again_bytes += sum(line.length for line in self._taken[1:])
            self._waiting.extendleft(reversed(self._taken[1:]))
            if self._again_bytes > _MOST_READ_AGAIN * self._read_bytes + LONGEST_ROW_BYTES:
                self.leave("where its rows begin cannot be found")
                raise StopIteration

    def _row(self) -> list[str] | None:
        """The next row, with its lines in `_taken`; None at the end of the file."""
        first = self._next_line()
        if first is None:
            return None
        self._taken.append(first)
        text = _decoded(first)
        if '"' not in text:
            body = text[:-1].removesuffix("\r") if text.endswith("\n") else text
            if "\r" not in body and len(body) <= LONGEST_CELL:
                return body.split(",") if body else []
        try:
            return next(csv.reader(self._texts(text), strict=True), [])
        except csv.Error as error:
            raise _Broken(f"its cells cannot be told apart ({error})") from None

    def _texts(self, first: str) -> Iterator[str]:
        """The lines that a row takes, as long as there are any and they are not too many."""
        length = self._taken[0].length
        yield first
        while (line := self._next_line()) is not None:
            self._taken.append(line)
            length += line.length
            if length > LONGEST_ROW_BYTES:
                raise _Broken(f"it is longer than {LONGEST_ROW_BYTES // 1024**2} MiB")
            yield _decoded(line)

    def _unfit(self, row: list[str]) -> str:
        """Why a row that was told apart cannot be used; empty for one that can."""
        if len(row) > MOST_COLUMNS:
            return f"it has more than {MOST_COLUMNS} cells"
        if max(map(len, row), default=0) > LONGEST_CELL:
            return f"a cell is longer than {LONGEST_CELL} characters"
        text = "".join(row)
        if "\x00" in text:
            return "it holds characters that no text has"
        return "" if text.isascii() or _is_text(text) else "it is not UTF-8"

    def _begins_like_a_row(self, row: list[str]) -> bool:
        """Whether a row that was read from a line on is one: as wide as the header, with a date where one belongs."""
        if len(row) != self._width or self._unfit(row):
            return False
        return self._date_at is None or read_date(row[self._date_at].strip()) is not None

    def _reads_like_a_row(self, line: str) -> bool:
        """Whether a line, or the end of one, would be a row by itself; told by its date alone."""
        cells = line.split(",")
        if self._date_at is None or len(cells) < max(self._width, self._date_at + 1):
            return False
        return read_date(cells[self._date_at].strip(' "\r\n')) is not None

    def _swallows_a_row(self) -> bool:
        """Whether one of the further lines of the row reads like a row."""
        lines = (line.data.decode("utf-8", "replace") for line in self._taken[1:])
        return any(map(self._reads_like_a_row, lines))

    def _hides_a_row(self, row: list[str]) -> bool:
        """Whether a whole line within a cell reads like a row."""
        if len(self._taken) < 3:
            return False
        return any(self._reads_like_a_row(line) for cell in row for line in cell.split("\n")[1:-1])

    def _doubt(self) -> None:
        size = sum(line.length for line in self._taken[1:])
        why = "a line within it reads like a row of its own: a quotation mark may be missing"
        self.unread.append(
            Unread(self._where, f"what may be rows in row {self._number:,}", why, size, self._kind)
        )

    def _tell(self, why: str, size: int, is_more: bool) -> None:
        """Note a row that cannot be read, or more lines of the one noted last."""
        last = self.unread[-1] if self.unread else None
        if is_more and self._more:
            self._more_bytes += size
        elif is_more and last is not None and last.bytes is not None:
            self.unread[-1] = last._replace(bytes=last.bytes + size)
        elif len(self.unread) < MOST_ROWS_TOLD:
            what = f"row {self._number:,}" if self._width else "a row above its header"
            self.unread.append(Unread(self._where, what, why, size, self._kind))
        else:
            self._more += 1
            self._more_bytes += size

    def leave(self, why: str) -> None:
        """Read no further, and tell how much that leaves."""
        left = sum(line.length for line in self._waiting) + sum(line.length for line in self._lines)
        self._waiting.clear()
        what = f"everything from row {self._number + 1:,} on"
        if left or self.damage is not None:
            size = None if self.damage is not None else left
            self.unread.append(Unread(self._where, what, why, size, self._kind))

    def _end(self) -> None:
        if self._more:
            what, why = f"{self._more:,} more rows", "broken, and more than are told one by one"
            self.unread.append(Unread(self._where, what, why, self._more_bytes, self._kind))
        if self.damage is not None:
            self.leave(self.damage.line())
        elif self._line_count >= MOST_LINES:
            self.leave(f"the file has more than {MOST_LINES:,} lines")
        self._more = self._line_count = 0

    def _next_line(self) -> _Line | None:
        if self._waiting:
            return self._waiting.popleft()
        line = next(self._lines, None) if self._line_count < MOST_LINES else None
        if line is not None:
            self._line_count += 1
            self._read_bytes += line.length
        return line

    def _split(self) -> Iterator[_Line]:
        """The lines, of which those that are too long come without what is in them."""
        parts: list[bytes] = []
        length = 0
        is_first = True
        while data := self._block():
            start = 0
            while (end := data.find(b"\n", start) + 1) > 0:
                parts.append(data[start:end])
                length += end - start
                yield _line(parts, length, is_first)
                parts, length, start, is_first = [], 0, end, False
            length += len(data) - start
            if length <= LONGEST_LINE_BYTES:
                parts.append(data[start:])
        if length:
            yield _line(parts, length, is_first)

    def _block(self) -> bytes:
        try:
            return b"" if self.damage is not None else self._file.read(_BLOCK_BYTES)
        except SourceError as error:
            if error.code != "SRC-041":
                raise
            self.damage = error
            return b""


def _line(parts: list[bytes], length: int, is_first: bool) -> _Line:
    data = b"".join(parts) if length <= LONGEST_LINE_BYTES else b""
    return _Line(data.removeprefix(b"\xef\xbb\xbf") if is_first else data, length)


def _decoded(line: _Line) -> str:
    """The text of a line; what is not UTF-8 stays in it as half characters, so that its row is told apart whole."""
    if line.length > LONGEST_LINE_BYTES:
        raise _Broken(f"a line is longer than {LONGEST_LINE_BYTES // 1024**2} MiB")
    return line.data.decode("utf-8", "surrogateescape")


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
