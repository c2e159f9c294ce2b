"""Rows by whose they are: per row the numbers of its subjects on the roll, and the row's kind.

A row's numbers say nothing about policies or choices, so it stay good as long as the table and the members do.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.engine import Engine
from licet.enforce.population import Roll
from licet.enforce.pseudonyms import id_text
from licet.enforce.row_verdicts import ROW, Numbers, RowsInOrder, gather, require_all, smallest
from licet.enforce.rows import REFUSAL, same_person

NOBODY = -1
#: Whole-number ids are looked up in an array when it would be at most so many times as long as there are members.
_SPAN = 8


def people_of_rows(
    engine: Engine, rows: RowsInOrder, subjects: Sequence[str], roll: Roll
) -> dict[str, Numbers]:
    """`numbers` and, where rows are about several, `starts`, as `owned_rows.RowOwners` has them.

    A null, and a list with nobody in it, is somebody nobody knows.
    """
    if len(subjects) == 1 and not rows.rows[subjects[0]].type().is_array():
        return {"numbers": whose_rows(engine, rows, subjects[0], roll)}
    parts = []
    for subject in subjects:
        is_list = rows.rows[subject].type().is_array()
        parts.append(
            _whose_lists(engine, rows, subject, roll)
            if is_list
            else (whose_rows(engine, rows, subject, roll), np.ones(rows.size, np.int64))
        )
    counts = np.sum([count for _, count in parts], axis=0, dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    numbers, begin = np.empty(int(starts[-1]), np.int32), starts[:-1].copy()
    for found, count in parts:
        ahead = np.cumsum(count) - count
        numbers[np.repeat(begin - ahead, count) + np.arange(len(found))] = found
        begin += count
    return {"numbers": numbers, "starts": starts.astype(np.int32) if starts[-1] < 1 << 31 else starts}


def _whose_lists(
    engine: Engine, rows: RowsInOrder, subject: str, roll: Roll
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Of a column of lists the numbers of the subjects, row after row, and how many each row has; one at least."""
    lists = texts_of_rows(engine, rows, subject)
    told = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    counts = np.maximum(told, 1)
    ids = pc.list_flatten(lists).dictionary_encode()
    known = np.append(roll.places.of(ids.dictionary.cast(pa.string())), NOBODY)
    places = known[pc.fill_null(ids.indices, NOBODY).to_numpy(zero_copy_only=False)]
    numbers = np.full(int(counts.sum()), NOBODY, np.int32)
    numbers[np.repeat(told > 0, counts)] = places
    return numbers, counts


def texts_of_rows(engine: Engine, rows: RowsInOrder, column: str) -> pa.Array:
    """Per row a key or an id, or a list of them, as the text that a gate compares."""
    asked = rows.rows.select(ROW, text=id_text(rows.rows[column]))
    told = pa.Table.from_batches(list(engine.batches(asked)), asked.schema().to_pyarrow()).sort_by(ROW)
    require_all(len(told), rows.size)
    return told["text"].combine_chunks()


def whose_rows(engine: Engine, rows: RowsInOrder, subject: str, roll: Roll) -> npt.NDArray[np.int32]:
    """Per row the number of its subject, `NOBODY` where they are not known."""
    value = rows.rows[subject]
    if roll.ids is not None and len(roll.ids) and value.type().is_signed_integer():
        first, last = int(roll.ids.min()), int(roll.ids.max())
        if last - first < _SPAN * len(roll.ids):
            return _by_place(engine, rows, value, roll.ids, first, last)
    known = engine.hand_in(roll.numbered())
    joined = rows.rows.join(known, same_person(value, known), how="left")
    told = joined.select(rows.rows[ROW], no=known.no.fill_null(NOBODY))
    (found,) = gather(engine.batches(told), rows.size, [np.int32])
    return found.astype(np.int32, copy=False)


def _by_place(
    engine: Engine, rows: RowsInOrder, value: ir.Value, ids: npt.NDArray[np.int64], first: int, last: int
) -> npt.NDArray[np.int32]:
    """Ids that lie close together: each is its own place in an array, and nothing need be joined."""
    places = np.full(last - first + 2, NOBODY, np.int32)  # one more, for those that are nobody's id
    places[ids - first] = np.arange(len(ids), dtype=np.int32)
    wide = value.cast("int64")
    place = ibis.ifelse(wide.between(first, last), wide - first, last - first + 1)
    told = rows.rows.select(ROW, place=place.fill_null(last - first + 1))
    (found,) = gather(engine.batches(told), rows.size, [np.int64])
    return places[found]


def kinds_of_rows(engine: Engine, rows: ir.Table, size: int, kind: ir.Value) -> Numbers:
    """Per row its class as `rows.row_class` has it. rows: so many, numbered by `ROW`."""
    (found,) = gather(engine.batches(rows.select(ROW, kind=kind)), size, [np.uint16])
    return found.astype(smallest(int(found.max(initial=0))))


def with_refusals(engine: Engine, beside: ir.Table, size: int, kinds: Numbers | None, sets: int) -> Numbers:
    """Per row its class once single ones were said no to: of its kind, and by which of so many sets of noes.

    beside: the rows with `REFUSAL`, of which few have any. kinds: of the rows without; None where all are of one.
    """
    found = np.zeros(size, np.uint16) if kinds is None else kinds.astype(np.uint16) * np.uint16(sets)
    refused = beside.filter(beside[REFUSAL] != 0).select(ROW, REFUSAL)
    for batch in engine.batches(refused):
        rows, refusals = (column.to_numpy(zero_copy_only=False) for column in batch.columns)
        require_all(max(size, int(rows.max(initial=0)) + 1), size)
        found[rows] += refusals.astype(np.uint16)
    return found
