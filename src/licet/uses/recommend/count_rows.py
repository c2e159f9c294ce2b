"""Rows of whole numbers under a text: the shape of what is counted for members and items without a history.

A row names the columns that are not 0, in their order, and a number beside each. What comes to nothing is in no row,
and a row without columns is none, so that a table after any changes is the table that was made anew, to the byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from licet.terms import UseError

Columns: TypeAlias = npt.NDArray[np.int32]
Numbers: TypeAlias = npt.NDArray[np.int64]


class CountRow(NamedTuple):
    """columns: ascending, each once. counts: above 0, one beside each."""

    columns: Columns
    counts: Numbers


NOTHING = CountRow(np.empty(0, np.int32), np.empty(0, np.int64))


class CountRows:
    """Rows by their text."""

    def __init__(self) -> None:
        self._rows: dict[str, CountRow] = {}

    @classmethod
    def of(cls, keys: Sequence[str], cells: Numbers, counts: Numbers, width: int) -> CountRows:
        """Rows out of cells in any order; a cell that comes twice counts with its sum.

        cells: the number of a key among `keys` times `width` plus a column below `width`; counts: above 0.
        """
        made = cls()
        if not len(cells):
            return made
        order = np.argsort(cells, kind="stable")
        cells, counts = cells[order], counts[order]
        first = np.flatnonzero(np.concatenate([[True], cells[1:] != cells[:-1]]))
        cells, counts = cells[first], np.add.reduceat(counts, first)
        rows, columns = cells // width, (cells % width).astype(np.int32)
        starts = np.flatnonzero(np.concatenate([[True], rows[1:] != rows[:-1]]))
        for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(rows)], strict=True):
            made._rows[keys[rows[start]]] = CountRow(columns[start:end].copy(), counts[start:end].copy())
        return made

    def row(self, key: str) -> CountRow:
        """The row under a text; one without columns where there is none."""
        return self._rows.get(key, NOTHING)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._rows))

    def add(self, key: str, columns: Columns, changes: Numbers | int) -> None:
        """Change the counts of some columns of a row. columns: ascending, each once.

        Raises: UseError RCMD-070 where a count would be below 0; nothing is changed then.
        """
        row = self.row(key)
        place = np.searchsorted(row.columns, columns)
        known = np.zeros(len(columns), bool)
        inside = place < len(row.columns)
        known[inside] = row.columns[place[inside]] == columns[inside]
        change = np.broadcast_to(np.asarray(changes, np.int64), columns.shape)
        counts = row.counts.copy()
        counts[place[known]] += change[known]
        new = ~known & (change != 0)
        if (counts < 0).any() or (change[new] < 0).any():
            raise not_held()
        held, columns_held = counts, row.columns
        if new.any():
            columns_held = np.insert(columns_held, place[new], columns[new])
            held = np.insert(held, place[new], change[new])
        stays = held != 0
        if stays.any():
            self._rows[key] = CountRow(columns_held[stays], held[stays])
        else:
            self._rows.pop(key, None)

    def write_to(self, hasher: hashlib._Hash, columns: Sequence[str]) -> None:
        """Feed all rows to a hash, in the order of texts and of what columns are called. columns: what that is."""
        for key in self:
            row = self._rows[key]
            write_text(hasher, key, len(row.columns))
            named = [columns[column] for column in row.columns.tolist()]
            for column, count in sorted(zip(named, row.counts.tolist(), strict=True)):
                write_text(hasher, column, count)


def write_text(hasher: hashlib._Hash, text: str, number: int) -> None:
    """Feed a text and a number to a hash, so that no other sequence of such feeds it the same."""
    written = text.encode("utf-8", "surrogatepass")
    hasher.update(len(written).to_bytes(8, "little") + written + number.to_bytes(8, "little"))


def not_held() -> UseError:
    """What is raised where somebody is to be taken out who is not in."""
    return UseError(
        "RCMD-070",
        "the counts do not hold what is to be taken out of them",
        fix="make the recommendations anew: licet recommend build",
    )
