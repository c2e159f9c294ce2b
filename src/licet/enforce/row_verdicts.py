"""Marks: what the gate says of every row of a table, as one small number a row, in the order of the rows.

Joining millions of rows with millions of people by their ids is what costs. It is done once: rows get the dense
numbers of their subjects (`row_numbers.py`), and from there on every answer is looked up in arrays: subject to class,
class and kind of row to verdict (`owned_rows.py`). Later queries read the marks beside the rows and join nothing; when
choices change, only the marks of who changed do. The answers are those of `verdict_table`, which asks `decide`.

Rows that refer to others go with these (`referring_rows.py`). Where those keep no order, the engine judges all
(`rows.judged`), and its answers are kept in the same form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.decide.combination import Reason
from licet.enforce.permitted_copies import Copy
from licet.terms import GateError

#: The place of a row in its table, from 0; given by the engine.
ROW = "__licet_row"
#: Rows at a time, in what is computed here: what lies in memory beside the marks stays in a processor's cache, which
#: halves what looking up verdicts takes.
STEP_ROWS = 1 << 18

Numbers = npt.NDArray[np.integer[Any]]


class Verdict(NamedTuple):
    """What rows of one mark are told. mask: a bit per kind of data; reason: of what is held back; region: whose."""

    mask: int
    reason: Reason | None
    region: str | None


class Marks(NamedTuple):
    """numbers: per row the place of its verdict in `verdicts`, in the smallest type that holds it.

    row_masks, counts: what `masks` and `counted` say, where that is known already.
    """

    numbers: Numbers
    verdicts: tuple[Verdict, ...]
    row_masks: Numbers | None = None
    counts: npt.NDArray[np.int64] | None = None

    def masks(self) -> Numbers:
        """Per row what it permits, a bit per kind of data."""
        if self.row_masks is not None:
            return self.row_masks
        return self.look_up([verdict.mask for verdict in self.verdicts])

    def look_up(self, values: Sequence[int]) -> Numbers:
        """Per row the value that stands at its verdict's place."""
        table: Numbers = np.array(values, dtype=smallest(max(values, default=0)))
        found: Numbers = np.empty(len(self.numbers), table.dtype)
        for start in range(0, len(found), STEP_ROWS):
            step = slice(start, start + STEP_ROWS)
            np.take(table, self.numbers[step], out=found[step])
        return found

    def of_every_row(self) -> dict[str, pa.Array]:
        """mask, code, rule and region of each, the words as dictionaries, since there are few words and many rows."""
        reasons = [verdict.reason for verdict in self.verdicts]
        words = {
            "code": [None if reason is None else reason.code.value for reason in reasons],
            "rule": [None if reason is None else reason.rule for reason in reasons],
            "region": [verdict.region for verdict in self.verdicts],
        }
        masks = np.array([verdict.mask for verdict in self.verdicts], np.int64)
        return {"mask": masks[self.numbers]} | {
            name: spelled_out(self.numbers, found) for name, found in words.items()
        }

    def tally(self) -> dict[Verdict, int]:
        """How many rows each verdict has; those of none are left out."""
        return {verdict: int(n) for verdict, n in zip(self.verdicts, self.counted(), strict=True) if n}

    def counted(self) -> npt.NDArray[np.int64]:
        """Per verdict how many rows have it."""
        return count_numbers(self.numbers, len(self.verdicts)) if self.counts is None else self.counts


def count_numbers(numbers: Numbers, size: int) -> npt.NDArray[np.int64]:
    """How often each number below `size` occurs."""
    counted = np.zeros(size, np.int64)
    for start in range(0, len(numbers), STEP_ROWS):
        counted += np.bincount(numbers[start : start + STEP_ROWS], minlength=size)
    return counted


def smallest(greatest: int) -> type[np.integer[Any]]:
    """The narrowest unsigned type that holds `greatest`; Parquet and DuckDB read narrow columns faster."""
    return next(
        kind for kind in (np.uint8, np.uint16, np.uint32, np.uint64) if greatest <= np.iinfo(kind).max
    )


def marks_of_judged(
    batches: Iterable[pa.RecordBatch], count: int, reason_of: Callable[[int], Reason | None]
) -> Marks:
    """Marks from what the engine judged: batches of row, mask, number of the reason and region, in any order."""
    known: dict[Verdict, int] = {}
    numbers = np.zeros(count, np.int64)
    seen = 0
    for batch in batches:
        row, mask, reason, region = batch.columns
        regions = region.cast(pa.string()).dictionary_encode()
        masks, reasons = (column.to_numpy(zero_copy_only=False) for column in (mask, reason))
        _, first, inverse = np.unique(
            _combined(masks, reasons, regions), return_index=True, return_inverse=True
        )
        places = [
            known.setdefault(
                Verdict(int(masks[at]), reason_of(int(reasons[at])), regions[at].as_py()), len(known)
            )
            for at in first.tolist()
        ]
        numbers[row.to_numpy()] = np.array(places, np.int64)[inverse]
        seen += len(batch)
    require_all(seen, count)
    return Marks(numbers.astype(smallest(len(known))), tuple(known))


def _combined(masks: Numbers, reasons: Numbers, regions: pa.DictionaryArray) -> npt.NDArray[np.int64]:
    """One whole number per (mask, reason, region), different for different ones."""
    _, each = np.unique(masks, return_inverse=True)  # a mask may fill all 62 bits
    region = pc.fill_null(regions.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
    reason = reasons.astype(np.int64) + 1
    combined: npt.NDArray[np.int64] = (each * (int(reason.max(initial=0)) + 1) + reason) * (
        len(regions.dictionary) + 1
    ) + region
    return combined


def spelled_out(numbers: Numbers, words: Sequence[str | None]) -> pa.DictionaryArray:
    """Per row the word at its number's place, as a dictionary array of the few words there are."""
    known = [word for word in dict.fromkeys(words) if word is not None]
    kind: type[np.signedinteger[Any]] = np.int8 if len(known) < 128 else np.int32
    places: Numbers = np.array([-1 if w is None else known.index(w) for w in words], kind)[numbers]
    indices = pa.array(places, mask=places < 0 if None in words else None)
    return pa.DictionaryArray.from_arrays(indices, pa.array(known, pa.string()))


def gather(batches: Iterable[pa.RecordBatch], size: int, kinds: Sequence[Any]) -> list[Numbers]:
    """Columns as arrays in the order of the rows, each in the type asked for.

    batches: the row's place, then a column for each of `kinds`, in any order.
    Raises:  GateError GATE-008 when the table does not have the rows it had a moment ago.
    """
    found: list[Numbers] = [np.zeros(size, kind) for kind in kinds]
    seen = 0
    for batch in batches:
        places = batch.column(0).to_numpy()
        require_all(max(size, int(places.max(initial=0)) + 1), size)
        for array, column in zip(found, batch.columns[1:], strict=True):
            array[places] = column.to_numpy(zero_copy_only=False)
        seen += len(places)
    require_all(seen, size)
    return found


def require_all(seen: int, count: int) -> None:
    """Raises: GateError GATE-008 unless every row was seen."""
    if seen != count:
        raise GateError(
            "GATE-008",
            f"a table changed while it was read: {count} rows were there, {seen} were read",
            fix="run it again when nobody writes to the table's files",
        )


#: What an engine makes of a table whose rows keep an order; see `Engine.in_order`.
class RowsInOrder(NamedTuple):
    """rows:  the table's columns, and ROW.
    size:  how many rows there are.
    beside: lays arrays, one value a row, beside the columns: the table with a column more for each.
    copied: copies rows made of these, to be read while the table is what it is; None where that cannot be done.
    repeated: puts together once what is made of these for one small table after another, of a schema."""

    rows: ir.Table
    size: int
    beside: Callable[[dict[str, Numbers]], ir.Table]
    copied: Callable[[ir.Table], Copy | None]
    repeated: Callable[[pa.Schema, Callable[[ir.Table], ir.Table]], Callable[[pa.Table], pa.Table]]


#: What an engine makes of a table that lies in files, whose rows it can tell by their places there; see
#: `Engine.in_files`.
class RowsInFiles(NamedTuple):
    """rows:   the table's columns, and some that say where each row lies.
    marked: given those of `rows` that pass, with their masks, the table with `rows.MASK` beside its columns; rows that
            do not pass are absent or have 0."""

    rows: ir.Table
    marked: Callable[[ir.Table], ir.Table]
