"""Permitted interactions out of `Access`: who did something with which item when, of the tables of a layout."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.access import Access
from licet.enforce.selection import Selection, people_columns
from licet.terms import GateError, UseError
from licet.uses.recommend.interactions import EVENTS
from licet.uses.recommend.recommend_layout import RecommendLayout


def permitted_interactions(
    access: Access, layout: RecommendLayout, subjects: frozenset[str] | None = None
) -> pa.Table:
    """All of them, or those of some people, as `EVENTS` has them; of items as `RecommendLayout.name_of` calls them.

    Raises: UseError RCMD-007 where nothing may be learned from what is opened, RCMD-008; as `Access.events`.
    """
    if not access.is_for_training:
        raise UseError(
            "RCMD-007",
            "recommendations learn only from rows that were asked for so that something is trained on them",
            fix="open the workspace's access to them for training",
        )
    found = [EVENTS.empty_table()]
    for name in layout.tables:
        rows = _events(access, name, subjects)
        try:
            rows = rows.select(EVENTS.names).cast(EVENTS)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            raise UseError(
                "RCMD-008",
                f"the time of an event is no moment: it is {rows.schema.field('time').type}",
                f"table {name!r}",
                "keep it as a timestamp or a date",
            ) from None
        if layout.item_tables:
            described = access.tables[name]
            assert described.event is not None  # or there were no events
            before = layout.name_of(described.references.get(described.event[1]), "")
            named = pc.binary_join_element_wise(before, rows["item"], "")
            rows = rows.set_column(rows.column_names.index("item"), "item", named)
        found.append(rows)
    return pa.concat_tables(found)


def _events(access: Access, table: str, subjects: frozenset[str] | None) -> pa.Table:
    """As `Access.events`; where rows stay with the engine, as Spark's do, they are cut to these three there."""
    try:
        return access.events(table, subjects).read_all()
    except GateError as error:
        if error.code != "GATE-211":
            raise
    described = access.tables[table]
    assert described.event is not None  # or there was no table of events to keep
    actor, item, time = described.event
    whose = dict(zip(described.subjects, people_columns(described.subjects), strict=True))[actor]
    rows = Selection(table, (item, time), subjects)
    return access.transform(rows, CutEvents(whose, item, time), EVENTS).read_all()


@dataclass(frozen=True, slots=True)
class CutEvents:
    """Rows as events, for `Access.transform`; of one of which a part is not permitted, none."""

    actor: str
    item: str
    time: str

    def __call__(self, rows: pa.Table) -> pa.Table:
        if not {self.item, self.time} <= set(rows.column_names):
            return EVENTS.empty_table()
        columns = [rows[self.actor], rows[self.item], rows[self.time]]
        return pa.table(columns, names=EVENTS.names).cast(EVENTS).drop_null()
