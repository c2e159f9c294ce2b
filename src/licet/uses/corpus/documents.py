"""Which permitted rows become documents: asked of the gate, and handed with a `Maker` to the engine.

The engine makes them where its rows are, over as many processes as it has; what comes back are documents.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce import Gate
from licet.enforce.clear_roles import KEY, SHOWN_KEY, columns_of, people_columns, permitted_rows, regions_of
from licet.enforce.pseudonyms import id_text, identifying
from licet.terms import UseError
from licet.uses.corpus.making import NAME, REGION, Maker, schema
from licet.uses.corpus.recipe import DocumentKind, Recipe
from licet.uses.corpus.text import require_packages

#: Called with how many documents are done; for progress bars.
Tick = Callable[[int], None]


class Selection(NamedTuple):
    """Which documents to make: those about these subjects, and those of these keys. Both None means all."""

    subjects: frozenset[str] | None = None
    keys: dict[str, frozenset[str]] | None = None  # kind -> keys, wanted besides the subjects' own


EVERYTHING = Selection()


class Redacted(NamedTuple):
    """Documents, and how often what kind of personal data was taken out of them."""

    documents: pa.Table
    redactions: dict[str, int]


def make_documents(
    gate: Gate,
    recipe: Recipe,
    salt: bytes,
    selection: Selection = EVERYTHING,
    tick: Tick = lambda done: None,
) -> Redacted:
    """Every candidate document the gate permits, as a table of `schema(recipe)`, in no particular order.

    Raises: UseError CORP-207 for a gate that was not opened for training, CORP-010 when a recipe names a table or
    column there is not, CORP-012 for a key that is not one, CORP-110 without licet[corpus]; SourceError from the
    tables.
    """
    require_packages()
    if not gate.for_training:
        raise UseError(
            "CORP-207",
            "a corpus is made only through a gate that knows something will be trained on it",
            fix="open the gate with for_training=True",
        )
    parts, names = [], _declared_names(gate, recipe)
    for kind in recipe.documents:
        with closing(_made(gate, kind, recipe, salt, selection, names)) as made:
            for part in made:
                parts.append(part)
                tick(len(part))
    table = pa.concat_tables([schema(recipe).empty_table(), *parts])
    _refuse_repeated(table)
    found = table["redactions"].drop_null().to_pylist()
    totals = {name: sum(row[n] for row in found) for n, name in enumerate(recipe.redact)}
    return Redacted(table.drop_columns(["redactions"]), totals)


def _made(
    gate: Gate,
    kind: DocumentKind,
    recipe: Recipe,
    salt: bytes,
    selection: Selection,
    names: ir.Table | None,
) -> Generator[pa.Table]:
    """The documents of one kind, as the engine makes them."""
    _check(gate, kind)
    catalogued = gate.catalogue.tables[kind.table]
    if not catalogued.subjects:
        return  # nobody's data: the gate lets none of it through
    everything = permitted_rows(gate, kind.table)
    if kind.group_by is not None and kind.group_by not in everything.columns:
        return  # nobody permits to be told by it
    if not any(column in everything.columns for column in kind.columns):
        return  # none of the words it would hold is permitted to anyone
    people = people_columns(catalogued.subjects)
    selected = _named_alike(_select(gate, everything, kind, selection), kind, catalogued)
    rows = _with_regions(_with_names(selected, names, people), gate, kind.table, people, recipe)
    maker = Maker(kind, recipe, salt, KEY, SHOWN_KEY, people, catalogued.created)
    with (
        gate.engine.reading(f"table {kind.table!r}"),
        closing(gate.engine.transform(rows, maker, schema(recipe), together=kind.group_by)) as made,
    ):
        yield from made


def _check(gate: Gate, kind: DocumentKind) -> None:
    """Raises: UseError when the recipe does not fit the catalogue."""
    if kind.table not in gate.names:
        raise UseError(
            "CORP-010",
            f"the recipe makes documents from a table {kind.table!r} that the catalogue does not have",
            fix=f"the catalogue has: {', '.join(gate.names)}",
        )
    catalogued = gate.catalogue.tables[kind.table]
    for column in (*kind.columns, *filter(None, (kind.group_by, kind.order_by))):
        if column not in catalogued.columns and column not in _roles(catalogued):
            raise _unfit_column(gate, kind.table, column, f"documents of kind {kind.kind!r}")
        if column in catalogued.columns_about_others:
            # An update finds rows by their own people; it would not hear of the others.
            raise UseError(
                "CORP-019",
                f"the recipe for {kind.kind!r} names {column!r} of {kind.table!r}, whose elements are about others",
                fix="leave the column out of the recipe",
            )
    if kind.group_by is None and catalogued.key is None:
        raise UseError(
            "CORP-011",
            f"table {kind.table!r} has no key, so its documents could not be told apart",
            fix="name its key column in the catalogue",
        )
    for how, by in (("grouped by", kind.group_by), ("ordered by", kind.order_by)):
        if by is not None and catalogued.columns.get(by) is None and catalogued.subjects:
            raise UseError(
                "CORP-013",
                f"documents of kind {kind.kind!r} are {how} {by!r}, which has no label and is therefore denied",
                f"table {kind.table!r}",
                "label the column in the catalogue",
            )


def _named_alike(permitted: ir.Table, kind: DocumentKind, catalogued: Any) -> ir.Table:
    """The columns a document needs; what names people, rows and groups as the engine's text of it.

    The gate and the ledger know a subject by that text. Arrow's may differ (7.0 is "7" to it), and an update
    looking for one of them would miss the other.
    """
    names = {*identifying(catalogued), kind.group_by}
    placing = (KEY, SHOWN_KEY, *people_columns(catalogued.subjects))
    wanted = (*kind.columns, *placing, kind.group_by, kind.order_by, catalogued.created)
    shown: list[ir.Value] = []
    for column in dict.fromkeys(wanted):
        if column is None or column not in permitted.columns:
            continue
        value = permitted[column]
        kind_of = value.type()
        if column == catalogued.created and not (
            kind_of.is_timestamp() or kind_of.is_date() or kind_of.is_null()
        ):
            raise UseError(
                "CORP-014",
                f"column {column!r} of table {kind.table!r} is {value.type()}, not a time",
                fix="convert it in the data, or take `created` out of the catalogue (then its date is not known)",
            )
        shown.append(id_text(value).name(column) if column in names else value)
    return permitted.select(shown)


def _select(gate: Gate, everything: ir.Table, kind: DocumentKind, selection: Selection) -> ir.Table:
    """The permitted rows that the selection asks for; whole groups, where rows are grouped."""
    if selection.subjects is None:
        return everything
    about = permitted_rows(gate, kind.table, selection.subjects)
    if kind.group_by is None:
        return about
    keys = (selection.keys or {}).get(kind.kind, frozenset())
    also = gate.engine.hand_in(pa.table({"wanted": pa.array(sorted(keys), pa.string())}))
    text = everything[kind.group_by].cast("string")
    return everything.filter(text.isin(about[kind.group_by].cast("string")) | text.isin(also.wanted))


def _with_names(rows: ir.Table, names: ir.Table | None, people: tuple[str, ...]) -> ir.Table:
    """The rows with the name their author declared and permits to be read for this purpose; null where none.

    Joined on the first person a row names: a row about that person alone names nobody else, and of one about
    several no name is used.
    """
    if names is None:
        return rows.mutate(**{NAME: ibis.null("string")})
    names = names.view()
    joined = rows.join(names, _author(rows, people) == names.subject, how="left")
    return joined.select([rows[column] for column in rows.columns] + [names["name"].name(NAME)])


def _with_regions(rows: ir.Table, gate: Gate, name: str, people: tuple[str, ...], recipe: Recipe) -> ir.Table:
    """The rows with the region of the first person they name, where something is looked for by it."""
    if not {"phone", "national_id"} & {*recipe.redact}:
        return rows.mutate(**{REGION: ibis.null("string")})
    regions = regions_of(gate, name)
    joined = rows.join(regions, _author(rows, people) == regions.subject, how="left")
    return joined.select([rows[column] for column in rows.columns] + [regions["region"].name(REGION)])


def _author(rows: ir.Table, people: tuple[str, ...]) -> ir.Value:
    """The first person that a row names."""
    firsts = [rows[column][0] if rows[column].type().is_array() else rows[column] for column in people]
    return functools.reduce(lambda one, other: one.coalesce(other), firsts)


def _declared_names(gate: Gate, recipe: Recipe) -> ir.Table | None:
    """subject and name, one row each; of two names somebody declared, always the same."""
    told = recipe.declared_names
    if told is None:
        return None
    permitted = permitted_rows(gate, told.table)
    catalogued = gate.catalogue.tables[told.table]
    for column in (told.subject, told.column):
        if column not in catalogued.columns and column not in _roles(catalogued):
            raise _unfit_column(gate, told.table, column, "declared_names")
    people = dict(zip(catalogued.subjects, people_columns(catalogued.subjects), strict=True))
    subject = people.get(told.subject, told.subject)
    if told.column not in permitted.columns or subject not in permitted.columns:
        return None
    named = permitted.select(
        subject=permitted[subject].cast("string"), name=permitted[told.column].cast("string")
    )
    return named.group_by("subject").agg(name=named["name"].min())


def _unfit_column(gate: Gate, table: str, column: str, where: str) -> UseError:
    """What to say of a column that the catalogue does not label as a whole: it may be in the data all the same."""
    there = columns_of(gate, table)
    if column not in there:
        return UseError(
            "CORP-010",
            f"the recipe names a column {column!r} that table {table!r} does not have",
            where,
            f"it has: {', '.join(there)}",
        )
    return UseError(
        "CORP-010",
        f"the recipe names the column {column!r} of table {table!r}, which has no label of its own and is denied",
        where,
        "label it in the catalogue, or name another",
    )


def _roles(table: Any) -> tuple[str, ...]:
    return tuple(filter(None, (table.key, *table.subjects, table.created, table.visibility)))


def _refuse_repeated(table: pa.Table) -> None:
    """Two rows with one key would be one document id: refuse rather than lose either."""
    if pc.count_distinct(table["document_id"]).as_py() == len(table):
        return
    counted = table.group_by("document_id").aggregate([("key", "count"), ("key", "min"), ("kind", "min")])
    repeated = counted.filter(pc.greater(counted["key_count"], 1)).slice(0, 1).to_pylist()[0]
    raise UseError(
        "CORP-012",
        f"two {repeated['kind_min']} rows have the key {repeated['key_min']!r}",
        fix="the key column of a table must name each row once; mend the data or the catalogue",
    )
