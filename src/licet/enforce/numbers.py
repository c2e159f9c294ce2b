"""Subjects as dense numbers: who is known, numbered from 0 in the order of their ids, and whose each row is.

A row's number says nothing about policies or choices, so it stays good as long as the table and the members do.
"""

from __future__ import annotations

from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from licet.enforce.engine import Engine
from licet.enforce.marks import ROW, Numbers, RowsInOrder, gather
from licet.enforce.population import NUMBER, Population
from licet.enforce.rows import same_person

NOBODY = -1
#: Whole-number ids are looked up in an array when it would be at most so many times as long as there are members.
_SPAN = 8


class People(NamedTuple):
    """Everyone who is known.

    table:    subject, the id as a number where it is one, and `no`, the dense number.
    class_of: per dense number the class of people.
    ids:      the ids as whole numbers, in the order of `no`; None where they are text.
    """

    table: ir.Table
    class_of: npt.NDArray[np.int32]
    ids: npt.NDArray[np.int64] | None


def number_people(engine: Engine, population: Population) -> People:
    with engine.reading("the facts about members"):
        told = population.table.order_by("subject").to_pyarrow()
    named = [name for name in ("subject", NUMBER) if name in told.column_names]
    table = told.select(named).append_column("no", pa.array(np.arange(len(told), dtype=np.int32)))
    ids = told[NUMBER].to_numpy() if NUMBER in named else None
    return People(engine.hand_in(table), told["class_id"].to_numpy().astype(np.int32), ids)


def whose_rows(engine: Engine, rows: RowsInOrder, subject: str, people: People) -> npt.NDArray[np.int32]:
    """Per row the number of its subject, `NOBODY` where they are not known."""
    value = rows.rows[subject]
    if people.ids is not None and len(people.ids) and value.type().is_signed_integer():
        first, last = int(people.ids.min()), int(people.ids.max())
        if last - first < _SPAN * len(people.ids):
            return _by_place(engine, rows, value, people.ids, first, last)
    known = people.table
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


def kinds_of_rows(engine: Engine, rows: RowsInOrder, kind: ir.Value | None, classes: int) -> Numbers | None:
    """Per row its class as `rows.row_class` has it; None where all are of one."""
    if kind is None or classes == 1:
        return None
    (found,) = gather(engine.batches(rows.rows.select(ROW, kind=kind)), rows.size, [np.uint16])
    return found
