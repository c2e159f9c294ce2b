"""Edges that both ends permit, each once from either end, with whether that end's list may be read.

A member's edge to themselves is none, one that stands twice is one, and one whose other end nobody knows or may use is
not there: the gate let it through to nobody. Whoever owns a row hides their list unless it is said that they do not.
"""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.access import Access
from licet.enforce.selection import people_columns
from licet.terms import UseError
from licet.uses.people.people_layout import ListSetting, PeopleLayout
from licet.uses.row_buckets import OWNER

#: is_readable: of the owner's list, by those they know.
EDGES = pa.schema([(OWNER, pa.string()), ("other", pa.string()), ("is_readable", pa.bool_())])


def permitted_edges(
    access: Access, layout: PeopleLayout, subjects: Collection[str] | None = None
) -> pa.Table:
    """All of them, or those with an end among some people; in order. Of a table EDGES.

    Raises: UseError RCMD-112 for tables that are not there or of another kind; as `Access.rows`.
    """
    table = access.tables.get(layout.edges.table)
    if table is None or table.edge != layout.edges.columns:
        raise UseError(
            "RCMD-112",
            f"the catalogue does not call {layout.edges.table!r} a table of edges with the ends "
            f"{' and '.join(layout.edges.columns)}",
            fix="say `edge: {from: …, to: …}` there, or name the table that it stands at",
        )
    with access.rows(layout.edges.table, layout.edges.columns, subjects) as batches:
        read = batches.read_all()
    # As their own columns permit: that a row passes for the sake of one end says nothing of the other.
    told_ends = [
        read[column].to_pylist() if column in read.column_names else [None] * len(read)
        for column in layout.edges.columns
    ]
    pairs = {
        tuple(sorted(ends))
        for ends in zip(*told_ends, strict=True)
        if None not in ends and ends[0] != ends[1]
    }
    directed = sorted((*pairs, *((whom, who) for who, whom in pairs)))
    owners, others = zip(*directed, strict=True) if directed else ((), ())
    told = pa.table([pa.array(owners, pa.string()), pa.array(others, pa.string())], [OWNER, "other"])
    return told.append_column(
        EDGES.field("is_readable"), _readable(access, layout, told[OWNER], subjects is None)
    )


def _readable(access: Access, layout: PeopleLayout, owners: pa.ChunkedArray, are_all: bool) -> pa.Array:
    setting = layout.lists
    if not isinstance(setting, ListSetting):
        return pa.array([setting == "connections"] * len(owners), pa.bool_())
    table = access.tables.get(setting.table)
    if table is None or not table.subjects or not access.is_about_one(setting.table):
        raise UseError(
            "RCMD-112",
            f"whose list may be read stands in table {setting.table!r}, and its rows are about no one person each",
            fix="name a table of the catalogue with a row for each member",
        )
    (person,) = people_columns(table.subjects)
    said: dict[str, set[str | None]] = {}
    wanted = None if are_all else pc.unique(owners).to_pylist()
    with access.rows(setting.table, [setting.column], wanted) as batches:
        for batch in batches:
            values = batch[setting.column] if setting.column in batch.schema.names else [None] * len(batch)
            for who, value in zip(batch[person].to_pylist(), map(_text, values), strict=True):
                said.setdefault(who, set()).add(value)
    # Who says two things hides it: every one of them must let it be read.
    open_ = {who for who, values in said.items() if values <= set(setting.readable)}
    return pa.array([owner in open_ for owner in owners.to_pylist()], pa.bool_())


def _text(value: object) -> str | None:
    value = value.as_py() if isinstance(value, pa.Scalar) else value
    return None if value is None else str(value)
