"""Statements that say whose rows are wanted and where they lie, compiled once and held as long as the files stand.

They know nothing of what is permitted: `row_excerpts` looks that up by the places of the rows. A small table that is
asked again is held in memory.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple, TypeAlias

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.pseudonyms import id_text
from licet.enforce.row_verdicts import ROW as PLACE
from licet.enforce.row_verdicts import Numbers, RowsInOrder
from licet.enforce.selection import people_columns
from licet.enforce.tables import Tables

_WANTED = pa.schema([("wanted", pa.string())])
#: Beside the columns, the texts of a row's key and of its group.
KEY_TEXT, GROUP_TEXT = "__licet_key_text", "__licet_group_text"

#: A table that was asked so often is held, where it is no larger than this.
_OFTEN, _MOST_HELD_ROWS, _MOST_HELD_BYTES = 2, 100_000, 32 << 20

_Which: TypeAlias = Literal["people", "groups", "all"]
#: Given texts, the rows that are about these people, or of these groups.
_Statement: TypeAlias = Callable[[pa.Table], pa.Table]


class Rows(NamedTuple):
    """Where to read a table: whose rows have an order, and what raises once they lie otherwise than they did."""

    name: str
    ordered: RowsInOrder
    require: Callable[[], None]


class _Held(NamedTuple):
    """asked: how often. rows: all of a table, in their order, once that was worth it."""

    ordered: RowsInOrder
    asked: int
    rows: pa.Table | None


class Excerpts:
    """The statements of the tables of one gate, and of those that it is brought forward to. One thread at a time.

    A small table that is asked again is held in memory: a query of DuckDB's takes 6 ms for ten rows.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._statements: dict[tuple[object, ...], tuple[RowsInOrder, _Statement]] = {}
        self._held: dict[tuple[object, ...], _Held] = {}

    def about(
        self,
        table: Rows,
        columns: tuple[str, ...],
        group: str | None,
        subjects: Iterable[str],
        places: Callable[[], Numbers],
    ) -> pa.Table:
        """The rows about any of some people, as they stand: their PLACE, some columns, and texts of who is named.

        places: where they are.
        """
        held = self._holding(table, columns, group)
        if held is None:
            return self._statement(table, columns, group, "people")(_wanted(subjects))
        return held.take(pa.array(np.unique(places())))

    def of_groups(self, table: Rows, columns: tuple[str, ...], group: str, wanted: Iterable[str]) -> pa.Table:
        """The rows of some groups, by the text of a column."""
        held = self._holding(table, columns, group)
        if held is None:
            return self._statement(table, columns, group, "groups")(_wanted(wanted))
        return held.filter(pc.is_in(held[GROUP_TEXT], value_set=_wanted(wanted)["wanted"].combine_chunks()))

    def _holding(self, table: Rows, columns: tuple[str, ...], group: str | None) -> pa.Table | None:
        key = table.name, columns, group
        held = self._held.get(key)
        if held is None or held.ordered is not table.ordered:
            held = _Held(table.ordered, 0, None)
        held = held._replace(asked=held.asked + 1)
        if held.asked == _OFTEN and table.ordered.size <= _MOST_HELD_ROWS:
            rows = self._statement(table, columns, group, "all")(_wanted(())).sort_by(PLACE).combine_chunks()
            table.require()
            held = held._replace(rows=rows if rows.nbytes <= _MOST_HELD_BYTES else None)
        self._held[key] = held
        return held.rows

    def _statement(
        self, table: Rows, columns: tuple[str, ...], group: str | None, which: _Which
    ) -> _Statement:
        key = table.name, columns, group, which
        known = self._statements.get(key)
        if known is None or known[0] is not table.ordered:
            make = functools.partial(self._expression, table.name, table.ordered.rows, columns, group, which)
            self._statements[key] = known = table.ordered, table.ordered.repeated(_WANTED, make)
        return known[1]

    def _expression(
        self,
        name: str,
        rows: ir.Table,
        columns: tuple[str, ...],
        group: str | None,
        which: _Which,
        wanted: ir.Table,
    ) -> ir.Table:
        table = self._tables.catalogued(name)
        people = zip(people_columns(table.subjects), table.subjects, strict=True)
        texts = {place: id_text(rows[column]) for place, column in people}
        if table.key is not None:
            texts[KEY_TEXT] = id_text(rows[table.key])
        if group is not None:
            texts[GROUP_TEXT] = id_text(rows[group])
        shown = {PLACE: rows[PLACE], **{column: rows[column] for column in columns}, **texts}
        if which == "people":
            rows = rows.filter(self._tables.is_about(name, rows, wanted))
        elif which == "groups":
            rows = rows.filter(texts[GROUP_TEXT].isin(wanted.wanted))
        return rows.select(**shown)


def _wanted(texts: Iterable[str]) -> pa.Table:
    return pa.table({"wanted": pa.array(sorted({*texts}), pa.string())})
