"""Rows by whose they are: per row the number of its subject on the roll, and the row's kind.

A row's number says nothing about policies or choices, so it stays good as long as the table and the members do.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from licet.enforce.engine import Engine
from licet.enforce.population import Roll
from licet.enforce.row_verdicts import ROW, Numbers, RowsInOrder, gather
from licet.enforce.rows import same_person

NOBODY = -1
#: Whole-number ids are looked up in an array when it would be at most so many times as long as there are members.
_SPAN = 8


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
    return found
