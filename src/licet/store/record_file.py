"""Records of one width in a file, in pages that are checked one by one: a few of many are read at the cost of a few.

A file begins with a fixed line, so that nothing takes it for a packed one; the records follow, then the key that each
page begins with where they are in the order of a key, then a digest of each page. Whoever refers to it keeps the digest
of that end, so a page that is not as it was written is refused like any other object, and nothing is mapped into
memory: a file that is cut under a reader is an error and not a signal. Equal records make equal bytes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, BinaryIO, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from licet.terms import StoreError

#: Numpy's records, of one `dtype`.
Records: TypeAlias = npt.NDArray[Any]
Rows: TypeAlias = npt.NDArray[np.int64]

PAGE_BYTES = 4 * 1024
_HEAD = b"licet records 1\n"
_CHECK_BYTES = 16


class Objects(Protocol):
    """What is asked of a store."""

    def get(self, digest: str) -> bytes: ...
    def has(self, digest: str) -> bool: ...
    def path(self, digest: str) -> str: ...
    def open_object(self, digest: str) -> BinaryIO: ...


@dataclass(frozen=True, slots=True)
class RecordFile:
    """What a manifest says of one: the object, how many records it has, how long each is, the digest of its end."""

    sha256: str
    bytes: int
    records: int
    width: int
    checks: str


def pack_records(records: Records, key: str | None = None) -> tuple[bytes, Callable[[str], RecordFile]]:
    """The bytes of a file, and what makes its reference of their SHA-256. key: the field they are in the order of."""
    width, data = records.dtype.itemsize, np.ascontiguousarray(records).view(np.uint8).data
    step = _per_page(width)
    fences = b"" if key is None else np.ascontiguousarray(records[key][::step]).tobytes()
    checks = b"".join(
        sha256(data[at : at + step * width]).digest()[:_CHECK_BYTES]
        for at in range(0, len(data), step * width)
    )
    end = fences + checks
    packed = b"".join((_HEAD, data, end))
    count, size, said = len(records), len(packed), sha256(end).hexdigest()
    return packed, lambda digest: RecordFile(digest, size, count, width, said)


class _Held(NamedTuple):
    """What was read of a file, in its place, and which pages that is; the rest of `records` says nothing."""

    records: Records
    is_read: npt.NDArray[np.bool_]


class RecordReader:
    """A file of records, opened to look a few of them up. What was read once and checked stays in memory with it; any
    number of threads may share one. Raises: StoreError STOR-006 wherever it is not as it was written, STOR-007 when it
    is not there."""

    def __init__(self, store: Objects, file: RecordFile, dtype: Any, key: str | None = None) -> None:
        """dtype, key: as the records were written."""
        self._store, self._file, self._dtype, self._key = store, file, np.dtype(dtype), key
        self._step = _per_page(self._dtype.itemsize)
        self._number = -(-file.records // self._step)
        self._held: _Held | None = None
        self._end: tuple[Records, bytes] | None = None
        self._sorted = dict[str, Records]()

    def __len__(self) -> int:
        return self._file.records

    @property
    def held_bytes(self) -> int:
        """How much of it is in memory."""
        held = self._held
        return 0 if held is None else int(held.is_read.sum()) * self._step * self._dtype.itemsize

    def all(self) -> Records:
        """Every record; where not all of its pages were read yet, the whole object is checked."""
        held = self._held
        if held is None or not held.is_read.all():
            data = self._store.get(self._file.sha256)
            size = len(self) * self._dtype.itemsize
            if len(data) < len(_HEAD) + size:
                raise self._damaged()
            whole = np.frombuffer(data, self._dtype, len(self), len(_HEAD))
            # Both at once: who is reading beside this goes on with what it had.
            self._held = held = _Held(whole, np.ones(self._number, bool))
        return held.records

    def take(self, rows: Rows) -> Records:
        """The records at some places, in that order."""
        if not len(rows):
            return np.empty(0, self._dtype)
        # As bytes: NumPy puts records together field by field, which takes ten times as long.
        held = _raw(self._read(self._pages_of(rows))).reshape(len(self), -1)
        found: Records = held.take(rows, axis=0).view(self._dtype)[:, 0]
        return found

    def values(self, name: str, rows: Rows) -> Records:
        """One field of the records at some places, in that order."""
        if not len(rows):
            return np.empty(0, self._dtype[name])
        found: Records = self._read(self._pages_of(rows))[name][rows]
        return found

    def spans(self, starts: Rows, sizes: Rows) -> list[bytes]:
        """Stretches of a file whose records are single bytes."""
        if not len(starts) or not len(self):
            return [b""] * len(starts)
        ends = starts + sizes
        last = np.maximum(ends - 1, starts) // self._step
        data = _raw(self._read(self._covered(starts // self._step, last))).data
        return [data[start:end].tobytes() for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]

    def find(self, keys: Records) -> tuple[Rows, Rows]:
        """Every record with one of these keys, which are in order: which key it has, and its place."""
        return self.find_between(keys, keys)

    def find_between(self, lowest: Records, highest: Records) -> tuple[Rows, Rows]:
        """Every record with a key in one of these ranges, both ends included: which range, and its place."""
        if not len(lowest) or not len(self):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        if not self._is_whole:
            fences, step = self._checked_end()[0], self._step
            # A run of equal keys may begin in the page before the one that begins with them.
            first = np.maximum(np.searchsorted(fences, lowest, "left") - 1, 0)
            last = np.maximum(np.searchsorted(fences, highest, "right") - 1, first)
            column = self._read(self._covered(first, last))[self._key]
        if self._is_whole:
            start = np.searchsorted(self._column, lowest, "left")
            stop = np.searchsorted(self._column, highest, "right")
        else:
            start = _bounds(column, lowest, first * step, (first + 1) * step, np.less)
            stop = _bounds(column, highest, np.maximum(start, last * step), (last + 1) * step, np.less_equal)
        counts = stop - start
        which = np.repeat(np.arange(len(lowest)), counts)
        return which, np.arange(len(which)) + np.repeat(start - np.cumsum(counts) + counts, counts)

    @functools.cached_property
    def _column(self) -> Records:
        """The keys of all records, by themselves."""
        return np.ascontiguousarray(self.all()[self._key])

    def count_between(self, name: str, lowest: Records, highest: Records) -> Rows | None:
        """How many records have a value of one field in each of some ranges, both ends included; None where not all of
        them are in memory, and counting would cost reading them."""
        if not self._is_whole:
            return None
        if name not in self._sorted:
            self._sorted[name] = np.sort(self.all()[name])
        values = self._sorted[name]
        counts: Rows = np.searchsorted(values, highest, "right") - np.searchsorted(values, lowest, "left")
        return counts

    @property
    def _is_whole(self) -> bool:
        return self._held is not None and bool(self._held.is_read.all())

    def _pages_of(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """Which pages hold some records."""
        found = np.zeros(self._number, bool)
        found[rows // self._step] = True
        return found

    def _covered(self, first: Rows, last: Rows) -> npt.NDArray[np.bool_]:
        """Which pages are in one of some ranges."""
        edges = np.zeros(self._number + 1, np.int64)
        size = len(edges)
        edges += np.bincount(first, minlength=size)[:size] - np.bincount(last + 1, minlength=size)[:size]
        covered: npt.NDArray[np.bool_] = np.cumsum(edges[:-1]) > 0
        return covered

    def _read(self, is_asked: npt.NDArray[np.bool_]) -> Records:
        """All records, of which those of these pages are there."""
        held = self._held
        if held is None:
            held = self._held = _Held(np.empty(len(self), self._dtype), np.zeros(self._number, bool))
        missing = np.flatnonzero(is_asked & ~held.is_read).tolist()
        if 4 * len(missing) > self._number:
            return self.all()
        if missing:
            checks, width = self._checked_end()[1], self._dtype.itemsize
            raw = _raw(held.records)
            with self._store.open_object(self._file.sha256) as stream:
                for first, last in _runs(missing):
                    stream.seek(len(_HEAD) + first * self._step * width)
                    stop = min((last + 1) * self._step, len(self))
                    data = memoryview(stream.read((stop - first * self._step) * width))
                    for page in range(first, last + 1):
                        at = (page - first) * self._step * width
                        part = data[at : at + self._step * width]
                        check = checks[page * _CHECK_BYTES :][:_CHECK_BYTES]
                        if sha256(part).digest()[:_CHECK_BYTES] != check:
                            raise self._damaged()
                    raw[first * self._step * width : stop * width] = data
                    held.is_read[first : last + 1] = True
        return held.records

    def _checked_end(self) -> tuple[Records, bytes]:
        """The key that each page begins with, and the pages' digests."""
        if self._end is None:
            width, pages = self._dtype.itemsize, self._number
            kind = None if self._key is None else self._dtype[self._key]
            fenced = 0 if kind is None else pages * kind.itemsize
            with self._store.open_object(self._file.sha256) as stream:
                stream.seek(len(_HEAD) + len(self) * width)
                data = stream.read(fenced + pages * _CHECK_BYTES)
            if sha256(data).hexdigest() != self._file.checks:
                raise self._damaged()
            fences = np.empty(0) if kind is None else np.frombuffer(data, kind, pages)
            self._end = fences, data[fenced:]
        return self._end

    def _damaged(self) -> StoreError:
        return StoreError(
            "STOR-006",
            "an object was changed after it was written",
            self._store.path(self._file.sha256),
            "restore it from a copy, or build the snapshot again",
        )


def _per_page(width: int) -> int:
    return max(1, PAGE_BYTES // width)


def _raw(records: Records) -> npt.NDArray[np.uint8]:
    return records.view(np.uint8)


def _bounds(column: Records, keys: Records, low: Rows, high: Rows, is_before: np.ufunc) -> Rows:
    """For each key the first place of a stretch of the column where `is_before` does not hold; its end for none. Of the
    column nothing else is looked at."""
    low, high = low.copy(), np.minimum(high, len(column))
    going = np.flatnonzero(low < high)
    while len(going):
        middle = (low[going] + high[going]) // 2
        before = is_before(column[middle], keys[going])
        low[going[before]] = middle[before] + 1
        high[going[~before]] = middle[~before]
        going = going[low[going] < high[going]]
    return low


def _runs(pages: list[int]) -> list[tuple[int, int]]:
    """Numbers in order, as first and last of those that follow one another."""
    runs: list[tuple[int, int]] = []
    for page in pages:
        if runs and runs[-1][1] == page - 1:
            runs[-1] = runs[-1][0], page
        else:
            runs.append((page, page))
    return runs
