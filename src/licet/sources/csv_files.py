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
            _require_closed_quotes(content, delimiter, path)
            data = _bytes(content)
            start = len(_BOM) if data[: len(_BOM)] == _BOM else 0
            first = _RECORD.match(data, start)
            after = data[first.end() : first.end() + 2] if first is not None else b""
            text = first[0].decode() if first is not None else ""
            names = next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except (OSError, UnicodeDecodeError, csv.Error, EOFError) as error:
        raise _refusal(path, 1, f"its header cannot be read: {error}") from None
    if not names or "" in names:
        raise _refusal(path, 1, "its first line does not name every column")
    return CsvHead(tuple(names), "\r\n" if after == b"\r\n" else "\r" if after[:1] == b"\r" else "\n")


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


def _require_closed_quotes(content: mmap.mmap | io.BytesIO, delimiter: str, path: Path) -> None:
    """A quoted value stands alone between separators, and ends."""
    data = _bytes(content)
    ends = {delimiter.encode(), b"\n", b"\r", b""}
    start = len(_BOM) if data[: len(_BOM)] == _BOM else 0
    at = data.find(b'"', start)
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
        at = data.find(b'"', value.end())


def _refusal(path: Path, line: int, why: str) -> SourceError:
    return SourceError(
        "SRC-163",
        f"this is not CSV as it is read here, {why}",
        f"{path}:{line}",
        "export it as UTF-8 with a header and quotes doubled within quotes; name another separator by delimiter:",
    )
