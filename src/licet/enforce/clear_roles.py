"""Rows with their key and people in clear, for the bookkeeping of a use: to forget somebody it must know who is in it.

No method of the gate gives them, only these functions, and what a use takes from them it keeps in the store: what it
shows of a key or a person to anybody is what `Gate.table` shows. The rows, and everything else in them, are those the
gate permits.
"""

from __future__ import annotations

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from licet.enforce.gate import Gate
from licet.enforce.pseudonyms import id_text
from licet.enforce.references import referring_people

#: Columns beside the permitted ones: the key in clear (null where the table has none), and as the gate shows it.
KEY, SHOWN_KEY = "__licet_key", "__licet_shown_key"
_PEOPLE = "__licet_people_of_"


def people_columns(subjects: tuple[str, ...]) -> tuple[str, ...]:
    """Where the people of each subject column stand, in the catalogue's order: a text, or a list of texts."""
    return tuple(f"{_PEOPLE}{place}" for place in range(len(subjects)))


def columns_of(gate: Gate, name: str) -> tuple[str, ...]:
    """The columns that a table has, permitted or not; no row is read."""
    return tuple(gate._tables.content(name).columns)


def permitted_rows(gate: Gate, name: str, subjects: Iterable[str] | None = None) -> ir.Table:
    """The permitted part of a table: every column as its label permits, key and subject columns too, null where not.

    Beside them KEY, SHOWN_KEY and `people_columns`. No pseudonym stands in any other column.
    Raises: GateError GATE-201 as `Gate.table` does, GATE-202 through a gate that goes by the present and is past.
    """
    gate._require_now()
    gate._require_still_now()
    plan = gate._plans.of(name)
    catalogued = plan.catalogued
    if plan.nothing_can_pass:
        rows, columns = plan.content.filter(ibis.literal(False)), {}
        shown_key = ibis.null("string")
    else:
        rows, seen = gate._allowed(name, plan, subjects)
        shown = {column: plan.shown(column, rows, seen) for column in plan.content.columns}
        columns = {column: value for column, value in shown.items() if value is not None}
        shown_key = (
            ibis.null("string")
            if catalogued.key is None
            else plan.identity(catalogued.key, rows, seen, gate._pseudonyms)
        )
    people = zip(people_columns(catalogued.subjects), catalogued.subjects, strict=True)
    return rows.select(
        **columns,
        **{KEY: ibis.null("string") if catalogued.key is None else id_text(rows[catalogued.key])},
        **{SHOWN_KEY: shown_key},
        **{place: id_text(rows[column]) for place, column in people},
    )


def eligibility(gate: Gate, name: str, *, whole: bool = False) -> pa.Table:
    """What every known subject permits of a table, per class of row: for finding whom a change touched.

    whole: of all its columns, whichever the gate was asked for: so rows are judged that others refer to.
    """
    people = (gate._plans.whole if whole else gate._plans).of(name).who.table
    return people.select("subject", *(c for c in people.columns if c.startswith("mask_"))).to_pyarrow()


def people_who_refer(gate: Gate, names: Iterable[str], subjects: Iterable[str] | None) -> frozenset[str]:
    """Whose rows of some tables refer to rows about any of these people (None: to any), and go and come with them."""
    return referring_people(gate._tables, gate.engine, names, subjects)


def regions_of(gate: Gate, name: str) -> ir.Table:
    """subject, region: where everybody is, for whoever has to know how their words are written; not to be told."""
    gate._require_now()
    return gate._plans.of(name).population.table().select("subject", "region")
