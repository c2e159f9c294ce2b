"""Rows that refer to other rows: a like goes where the post goes that it is about.

A row passes only if every row that its references name passes, for the same use at the same moment, in whatever part:
the post is judged by all that its table's labels say, whichever columns the use asks for. What is referred to may refer
in turn; a catalogue in which that leads back is refused when it is read. A reference that is null, that names no row,
or that names several of which one is held back, holds the row back.
"""

from __future__ import annotations

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

from licet.enforce import rows as narrow
from licet.enforce.engine import Engine
from licet.enforce.pseudonyms import id_text
from licet.enforce.table_plans import Plan, Plans
from licet.enforce.tables import Tables, narrow_columns
from licet.sources.catalogue import Table

_KEY, _PASSES = "__licet_referred_key", "__licet_referred_passes"


class References:
    """Those of one gate. Expressions, made anew for each query, so that they read the tables as these stand then."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    def kept(self, rows: ir.Table, table: Table) -> ir.Table:
        """The rows all of whose references pass."""
        for column, target in table.references.items():
            passing = self._passing(target)
            rows = rows.semi_join(passing, _is_named(rows[column], passing))
        return rows

    def judged(self, rows: ir.Table, table: Table) -> ir.Table:
        """`combination.with_references` as the engine computes it, of rows with mask and reason."""
        for column, target in table.references.items():
            passing = self._passing(target)
            joined = rows.join(passing, _is_named(rows[column], passing), how="left")
            passes = passing[_KEY].notnull()
            mask, reason = rows[narrow.MASK], rows[narrow.REASON]
            rows = joined.select(
                *(rows[name] for name in rows.columns if name not in (narrow.MASK, narrow.REASON)),
                **{
                    narrow.MASK: ibis.ifelse(passes, mask, ibis.literal(0, "int64")),
                    narrow.REASON: ibis.ifelse(
                        passes | (reason >= 0), reason, ibis.literal(narrow.Reasons.withheld, "int64")
                    ),
                },
            )
        return rows

    def _passing(self, name: str) -> ir.Table:
        """The keys of a table's rows that pass, as text, each once; those of which one row does not are not in it."""
        plan = self._plans.whole.of(name)
        table = plan.catalogued
        key = plan.content[str(table.key)]
        if plan.nothing_can_pass:
            return plan.content.select(**{_KEY: id_text(key)}).filter(ibis.literal(False)).view()
        rows = self.judged(judge(plan, plan.content), table)
        each = rows.group_by(**{_KEY: id_text(rows[str(table.key)])}).agg(
            **{_PASSES: (rows[narrow.MASK] != 0).all()}
        )
        return each.filter(each[_KEY].notnull() & each[_PASSES]).select(_KEY).view()


def judge(plan: Plan, rows: ir.Table, row: str | None = None) -> ir.Table:
    """Every row's narrow columns with what its own people say of it: mask, reason and region.

    rows: the plan's table, perhaps with columns beside it; row: one of those that is kept.
    """
    columns = [*narrow_columns(plan.catalogued), *([row] if row is not None and row in rows.columns else [])]
    content = plan.beside(rows.select([rows[column] for column in columns]))
    if plan.catalogued.is_about_nobody:
        return narrow.of_nobody(content, plan.name, plan.catalogued, plan.looks, plan.told_of_nobody)
    return narrow.judged(content, plan.name, plan.catalogued, plan.looks, plan.who)


def referring_people(
    tables: Tables, engine: Engine, names: Iterable[str], subjects: Iterable[str] | None
) -> frozenset[str]:
    """The people of those rows of some tables that refer, by however many steps, to a row about any of `subjects`.

    For whoever follows a change: these rows may come or go with it. subjects: None for all rows, about whomever.
    """
    wanted = None if subjects is None else sorted({*subjects})
    found: set[str] = set()
    for name in names:
        table = tables.catalogued(name)
        if not table.references or wanted == []:
            continue
        rows = _referring(tables, name, wanted)
        for column in table.subjects:
            people = id_text(rows[column])
            each = rows.select(person=people.unnest() if people.type().is_array() else people)
            with engine.reading(f"table {name!r}"):
                found.update(each.filter(each.person.notnull()).distinct().to_pyarrow()["person"].to_pylist())
    return frozenset(found)


def people_beside(
    tables: Tables, engine: Engine, names: Iterable[str], subjects: Iterable[str]
) -> frozenset[str]:
    """The people of those rows of some tables that are about any of `subjects`, all of whom must permit them."""
    found, wanted = set[str](), sorted({*subjects})
    for name in names:
        table = tables.catalogued(name)
        if not wanted or not table.subjects:
            continue
        content = tables.content(name)
        if len(table.subjects) == 1 and not content[table.subjects[0]].type().is_array():
            continue
        rows = tables.about(name, content, wanted)
        for column in table.subjects:
            people = id_text(rows[column])
            each = rows.select(person=people.unnest() if people.type().is_array() else people)
            with engine.reading(f"table {name!r}"):
                found.update(each.filter(each.person.notnull()).distinct().to_pyarrow()["person"].to_pylist())
    return frozenset(found)


def people_of_organisations(
    tables: Tables, engine: Engine, names: Iterable[str], organisations: Iterable[str]
) -> frozenset[str]:
    """The people of those rows of some tables that are the work data of any of some organisations."""
    found, wanted = set[str](), sorted({*organisations})
    for name in names:
        table = tables.catalogued(name)
        if not wanted or table.organisation is None:
            continue
        rows = tables.content(name)
        rows = rows.filter(id_text(rows[table.organisation]).isin(wanted))
        for column in table.subjects:
            people = id_text(rows[column])
            each = rows.select(person=people.unnest() if people.type().is_array() else people)
            with engine.reading(f"table {name!r}"):
                found.update(each.filter(each.person.notnull()).distinct().to_pyarrow()["person"].to_pylist())
    return frozenset(found)


def _referring(tables: Tables, name: str, subjects: list[str] | None) -> ir.Table:
    """The rows of a table that refer to a row about any of them, or to one that does."""
    rows, tests = tables.content(name), []
    for column, target in tables.catalogued(name).references.items():
        key, content = str(tables.catalogued(target).key), tables.content(target)
        about = content if subjects is None else tables.about(target, content, subjects)
        keys = [id_text(about[key])]
        if subjects is not None and tables.catalogued(target).references:
            further = _referring(tables, target, subjects)
            keys.append(id_text(further[key]))
        tests += [id_text(rows[column]).isin(named) for named in keys]
    return rows.filter(ibis.or_(*tests))


def _is_named(value: ir.Value, passing: ir.Table) -> ir.Value:
    return id_text(value) == passing[_KEY]
