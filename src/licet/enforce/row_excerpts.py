"""The permitted rows of a few people, as `Access` selects them, without a query of their own.

A query through the gate is put together and compiled anew each time it is asked: 50 ms, which is nothing beside a table
of millions and everything beside ten rows. Here one plain statement a table, compiled once and held as long as the
table's files stand, says whose rows are wanted and where they lie; it knows nothing of what is permitted. That is
looked up by the places of the rows, in the marks of the gate that asks, cell by cell as `masking.shown` and
`Plan.identity` have it. Generated tests hold the two to the same rows. What cannot be told so (columns with parts of
several kinds, tables without an order of rows, many rows) is left to the engine.
"""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.column_shapes import Whole
from licet.enforce.gate import Gate
from licet.enforce.row_statements import GROUP_TEXT, KEY_TEXT, Rows
from licet.enforce.row_verdicts import ROW as PLACE
from licet.enforce.row_verdicts import Numbers
from licet.enforce.selection import ROW, SHOWN_KEY, Lookup, Selection, people_columns
from licet.enforce.table_plans import Plan

#: More rows than that are read by the engine, which has them by batches and makes what is made of them side by side.
MOST_ROWS = 20_000


class _Judged(NamedTuple):
    """Rows that pass, and what each permits."""

    rows: pa.Table
    masks: Numbers


def excerpt(gate: Gate, selection: Selection) -> pa.Table | None:
    """What `Access` selects by people, columns and all; None where the engine has to be asked.

    Raises: GateError GATE-170, GATE-201, GATE-202; SourceError from the table.
    """
    if selection.subjects is None or gate._ledger is not gate._ledger.recorded:
        return None
    gate._require_now()
    gate._require_still_now()
    plan = gate._plans.of(selection.table)
    named = plan.content.columns if selection.columns is None else selection.columns
    seen = plan.seen_columns
    columns = tuple(column for column in dict.fromkeys(named) if column in seen)
    group = selection.group_by
    if group is not None and group not in seen:
        return None
    wanted = {*columns, *filter(None, (group,))}
    if any(not isinstance(plan.shapes[column], Whole) for column in wanted) or not _are_few(gate, selection):
        return None
    judged = _judged(gate, plan, selection, columns)
    if judged is None:
        return None
    return _with_told(gate, plan, _shown(gate, plan, judged, columns, group), selection)


def _are_few(gate: Gate, selection: Selection) -> bool:
    """Whether the rows of the people and the groups are so few that they are best read here."""
    assert selection.subjects is not None
    if len(selection.subjects) + len(selection.groups) > MOST_ROWS:
        return False
    counted = gate._verdicts.rows_about(selection.table, selection.subjects)
    return counted is not None and counted <= MOST_ROWS


def _judged(gate: Gate, plan: Plan, selection: Selection, columns: tuple[str, ...]) -> _Judged | None:
    """The rows of a selection that pass; None where rows have no order."""
    table, group = _rows(gate, plan.name), selection.group_by
    if table is None:
        return None
    about = _about(gate, plan, table, columns, group, selection.subjects or ())
    if group is None:
        return about
    bits = _bits(plan, group)
    told = about.rows[GROUP_TEXT].filter(pa.array((about.masks & bits) != 0))
    groups = {*selection.groups, *told.drop_null().to_pylist()}
    judged = _passing(gate, table, gate._excerpts.of_groups(table, columns, group, groups))
    return _where(judged, (judged.masks & bits) != 0)


def _rows(gate: Gate, name: str) -> Rows | None:
    ordered = gate._verdicts.ordered(name)
    if ordered is None:
        return None
    return Rows(name, ordered, functools.partial(gate._require_still_now, name, gate._verdicts.stand(name)))


def _about(
    gate: Gate, plan: Plan, table: Rows, columns: tuple[str, ...], group: str | None, people: Collection[str]
) -> _Judged:
    places = functools.partial(gate._verdicts.places_about, plan.name, people)
    return _passing(gate, table, gate._excerpts.about(table, columns, group, people, places))


def _passing(gate: Gate, table: Rows, rows: pa.Table) -> _Judged:
    """Those that may be used, with what of them. Places are what they were when rows were marked only while the files
    stand as they stood: now, too, after they were read."""
    marks = gate._verdicts.marks(table.name)
    table.require()
    assert marks is not None
    masks = marks.masks()[rows[PLACE].to_numpy()].astype(np.int64)
    return _where(_Judged(rows, masks), masks != 0)


def _where(judged: _Judged, is_kept: Numbers) -> _Judged:
    if is_kept.all():
        return judged
    return _Judged(judged.rows.filter(pa.array(is_kept)), judged.masks[is_kept])


def _bits(plan: Plan, column: str | None) -> int:
    shape = plan.shapes.get(column or "", Whole(None))
    return plan.bits().get(shape.kind or "", 0) if isinstance(shape, Whole) else 0


def _shown(gate: Gate, plan: Plan, judged: _Judged, columns: tuple[str, ...], group: str | None) -> pa.Table:
    """The columns as they may be seen, and those that `selection` has beside them."""
    table, (rows, masks) = plan.catalogued, judged
    texts = dict(zip(table.subjects, people_columns(table.subjects), strict=True))
    if table.key is not None:
        texts[table.key] = KEY_TEXT
    if group is not None:
        texts.setdefault(group, GROUP_TEXT)

    def cells(column: str) -> pa.ChunkedArray:
        return _null_where(rows[texts.get(column, column)], (masks & _bits(plan, column)) == 0)

    shown = {column: cells(column) for column in columns}
    shown[ROW] = shown[SHOWN_KEY] = pa.chunked_array([pa.nulls(len(rows), pa.string())])
    if table.key is not None:
        keys = rows[KEY_TEXT]
        of_key = gate._pseudonyms.one_by_one(plan.name, table, table.key)
        names = [None if key is None else of_key(key) for key in keys.to_pylist()]
        shown[ROW] = pa.chunked_array([pa.array(names, pa.string())])
        is_shown = (masks & _bits(plan, table.key)) != 0
        shown[SHOWN_KEY] = pc.if_else(pa.chunked_array([pa.array(is_shown)]), keys, shown[ROW])
    shown |= {place: rows[place] for place in people_columns(table.subjects)}
    return pa.table(shown if group is None or group in columns else {**shown, group: cells(group)})


def _null_where(column: pa.ChunkedArray, is_hidden: Numbers) -> pa.ChunkedArray:
    if not is_hidden.any():
        return column
    return pc.if_else(pa.array(is_hidden), pa.scalar(None, column.type), column)


def _with_told(gate: Gate, plan: Plan, rows: pa.Table, selection: Selection) -> pa.Table | None:
    """With what stands elsewhere of the first person of each row; None where the engine has to be asked."""
    people = people_columns(plan.catalogued.subjects)
    firsts = _firsts(rows, people)
    for column, lookup in selection.lookups:
        told = _looked_up(gate, lookup, {person for person in firsts if person is not None})
        if told is None:
            return None
        values = [None if person is None else told.get(person) for person in firsts]
        rows = rows.append_column(column, pa.array(values, pa.string()))
    if selection.region is not None:
        regions = plan.population.regions_of({person for person in firsts if person is not None})
        values = [None if person is None else regions.get(person) for person in firsts]
        rows = rows.append_column(selection.region, pa.array(values, pa.string()))
    return rows


def _firsts(rows: pa.Table, people: tuple[str, ...]) -> list[str | None]:
    """Of each row the first person that it names: of a list its first element, and the next column's where that is
    null."""
    columns = [
        [value[0] if value else None for value in rows[place].to_pylist()]
        if pa.types.is_list(rows.schema.field(place).type)
        else rows[place].to_pylist()
        for place in people
    ]
    return [next((one for one in each if one is not None), None) for each in zip(*columns, strict=True)]


def _looked_up(gate: Gate, lookup: Lookup, people: Collection[str]) -> dict[str, str] | None:
    """Of these people what stands permitted in a column of another table, the least of several; None as above."""
    plan = gate._plans.of(lookup.table)
    subjects = plan.catalogued.subjects
    if plan.nothing_can_pass or lookup.column not in plan.seen_columns:
        return {}
    places = dict(zip(subjects, people_columns(subjects), strict=True))
    kinds = plan.types
    if (
        lookup.subject not in places
        or not pa.types.is_string(kinds.field(lookup.column).type)
        or pa.types.is_list(kinds.field(lookup.subject).type)
        or not isinstance(plan.shapes[lookup.column], Whole)
        or len(people) > MOST_ROWS
    ):
        return None
    counted, table = gate._verdicts.rows_about(lookup.table, people), _rows(gate, lookup.table)
    if table is None or counted is None or counted > MOST_ROWS:
        return None
    judged = _about(gate, plan, table, (lookup.column,), None, people)
    judged = _where(judged, (judged.masks & _bits(plan, lookup.column)) != 0)
    least: dict[str, str] = {}
    told = zip(
        judged.rows[places[lookup.subject]].to_pylist(), judged.rows[lookup.column].to_pylist(), strict=True
    )
    for person, value in told:
        # As the engine has it, which compares bytes of UTF-8: that is the order of Python's texts, too.
        if person is not None and value is not None and value < least.get(person, value + "\x00"):
            least[person] = value
    return least
