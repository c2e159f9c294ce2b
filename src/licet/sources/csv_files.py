"""CSV as RFC 4180 has it: UTF-8, a header, one separator, quotes doubled within quotes. Nothing is guessed.

Engines read the values, all as text; here stand the things they would pass over without a word: a quote that is never
closed and swallows the rows after it, text beside a quoted value, a header that names a column twice or not at all.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import functools
import gzip
import io
import mmap
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from licet.terms import SourceError

_CHUNK_BYTES = 1 << 20
_BOM = b"\xef\xbb\xbf"
_RECORD = re.compile(rb'(?:[^"\r\n]++|"(?:[^"]++|"")*+")*+')
_OTHER = {b"\n": b"\r", b"\r": b"\n"}
_QUOTED = re.compile(rb'"(?:[^"]++|"")*+"')


class CsvHead(NamedTuple):
    """The names of a file's columns, and what its lines end in."""

    names: tuple[str, ...]
    line_end: str


def csv_head(path: Path, delimiter: str) -> CsvHead:
    """How a file begins, after a look at all its bytes and quotes.

    Raises: SourceError SRC-163 with file and line where the file is not as this module says.
    """
    stood = path.stat()
    return _head(path, delimiter, (stood.st_ino, stood.st_size, stood.st_mtime_ns, stood.st_ctime_ns))


@functools.lru_cache(maxsize=4096)
def _head(path: Path, delimiter: str, stood: tuple[int, ...]) -> CsvHead:
    del stood  # the key under which an answer is remembered: it holds while the file is as it was
    try:
        with _content(path) as content:
            _require_utf8(content, path)
            data = _bytes(content)
            start = len(_BOM) if data[: len(_BOM)] == _BOM else 0
            first = _RECORD.match(data, start)
            after = data[first.end() : first.end() + 2] if first is not None else b""
            line_end = "\r\n" if after == b"\r\n" else "\r" if after[:1] == b"\r" else "\n"
            _require_closed_quotes(content, delimiter, line_end.encode(), path)
            text = first[0].decode() if first is not None else ""
            names = next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except (OSError, UnicodeDecodeError, csv.Error, EOFError) as error:
        raise _refusal(path, 1, f"its header cannot be read: {error}") from None
    if not names or "" in names:
        raise _refusal(path, 1, "its first line does not name every column")
    return CsvHead(tuple(names), line_end)


@contextlib.contextmanager
def _content(path: Path) -> Iterator[mmap.mmap | io.BytesIO]:
    """All of a file, unpacked where it is packed."""
    if path.name.lower().endswith(".gz"):
        with gzip.open(path) as packed:
            yield io.BytesIO(packed.read())
        return
    with path.open("rb") as file:
        if path.stat().st_size == 0:  # which cannot be mapped
            yield io.BytesIO()
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            yield mapped


def _bytes(content: mmap.mmap | io.BytesIO) -> mmap.mmap | bytes:
    return content.getvalue() if isinstance(content, io.BytesIO) else content


def _require_utf8(content: mmap.mmap | io.BytesIO, path: Path) -> None:
    """Spark would put a mark in the place of bytes that are none, and so make one id of two."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    content.seek(0)
    try:
        while chunk := content.read(_CHUNK_BYTES):
            decoder.decode(chunk)
            line += chunk.count(b"\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line += chunk[: error.start].count(b"\n")
        raise _refusal(path, line, "it is not UTF-8") from None


def _require_closed_quotes(
    content: mmap.mmap | io.BytesIO, delimiter: str, line_end: bytes, path: Path
) -> None:
    """A quoted value stands alone between separators, and ends; outside of quotes all lines end as the first does."""
    data = _bytes(content)
    ends = {delimiter.encode(), b"\n", b"\r", b""}
    start = len(_BOM) if data[: len(_BOM)] == _BOM else 0
    other = _OTHER.get(line_end)
    is_mixed = other is None or data.find(other, start) >= 0
    at, outside = data.find(b'"', start), start
    while at >= 0:
        before = at - 1
        while before >= start and data[before : before + 1] == b" ":
            before -= 1
        opens = before < start or data[before : before + 1] in ends
        if not opens:  # a quote within a value that has none around it is a letter like any other
            at = data.find(b'"', at + 1)
            continue
        value = _QUOTED.match(data, at)
        if before != at - 1 or value is None or data[value.end() : value.end() + 1] not in ends:
            line = data[:at].count(b"\n") + 1
            raise _refusal(path, line, "a value in quotes is not closed, or has text beside its quotes")
        if is_mixed:
            _require_one_line_end(data, outside, at, line_end, path)
        at, outside = data.find(b'"', value.end()), value.end()
    if is_mixed:
        _require_one_line_end(data, outside, len(data), line_end, path)


def _require_one_line_end(data: mmap.mmap | bytes, start: int, end: int, line_end: bytes, path: Path) -> None:
    """Some readers would end a line at another end, and others take it for a part of the value before it."""
    other = _OTHER.get(line_end)
    if other is not None:
        at = data.find(other, start, end)
        if at < 0:
            return
    else:
        at = start
        while at < end:
            upto = min(at + _CHUNK_BYTES, end)
            upto += data[upto - 1 : upto + 1] == line_end  # never between the two
            part = data[at:upto]
            if part.count(b"\n") != part.count(line_end) or part.count(b"\r") != part.count(line_end):
                break
            at = upto
        else:
            return
    line = data[:at].count(b"\n") + 1
    raise _refusal(path, line, "a line here or further on does not end as the first one does")


def _refusal(path: Path, line: int, why: str) -> SourceError:
    return SourceError(
        "SRC-163",
        f"this is not CSV as it is read here, {why}",
        f"{path}:{line}",
        "export it as UTF-8 with a header and quotes doubled within quotes; name another separator by delimiter:",
    )
