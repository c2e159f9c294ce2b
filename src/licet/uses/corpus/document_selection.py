"""Which permitted rows become documents: asked of what the use is given, and handed with a `Maker` to where they are.

The engine makes them where its rows are, over as many processes as it has; what comes back are documents.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.access import Access, Batches, TableDescription
from licet.enforce.selection import ROW, SHOWN_KEY, Lookup, people_columns
from licet.enforce.selection import Selection as Rows
from licet.terms import UseError
from licet.uses.corpus.document_maker import NAME, REGION, Maker, schema
from licet.uses.corpus.recipe import DocumentKind, Recipe
from licet.uses.corpus.text import require_packages

#: Called with how many documents are done; for progress bars.
Tick = Callable[[int], None]


class Selection(NamedTuple):
    """Which documents to make: those about these subjects, and those of these keys. Both None means all.

    touched: whom a change touched, where that is known: what is about one other person alone stands as it was.
    """

    subjects: frozenset[str] | None = None
    keys: dict[str, frozenset[str]] | None = None  # kind -> keys, wanted besides the subjects' own
    touched: frozenset[str] | None = None


EVERYTHING = Selection()


class Redacted(NamedTuple):
    """Documents, and how often what kind of personal data was taken out of them."""

    documents: pa.Table
    redactions: dict[str, int]


def make_documents(
    access: Access,
    recipe: Recipe,
    selection: Selection = EVERYTHING,
    tick: Tick = lambda done: None,
) -> Redacted:
    """Every candidate document of what is permitted, as a table of `schema(recipe)`, in no particular order.

    Raises: UseError CORP-207 for rows that nothing may learn from, CORP-010 when a recipe names a table or
    column there is not, CORP-012 for a key that is not one, CORP-110 without licet[corpus]; SourceError from the
    tables.
    """
    require_packages()
    if not access.is_for_training:
        raise UseError(
            "CORP-207",
            "a corpus is made only of rows that were asked for so that something is trained on them",
            fix="open the workspace's access to them for training",
        )
    parts, name = [], _declared_name(access, recipe)
    for kind in recipe.documents:
        made = _made(access, kind, recipe, selection, name)
        if made is None:
            continue
        with made:
            for part in made:
                parts.append(pa.Table.from_batches([part]))
                tick(len(part))
    table = pa.concat_tables([schema(recipe).empty_table(), *parts])
    _refuse_repeated(table)
    found = table["redactions"].drop_null().to_pylist()
    totals = {name: sum(row[n] for row in found) for n, name in enumerate(recipe.redact)}
    return Redacted(table.drop_columns(["redactions"]), totals)


def _made(
    access: Access, kind: DocumentKind, recipe: Recipe, selection: Selection, name: Lookup | None
) -> Batches | None:
    """The documents of one kind as they are made; None where nobody permits what they would be made of."""
    _check(access, kind)
    table = access.tables[kind.table]
    if not table.subjects and not table.about_nobody:
        return None  # whose it is, nobody knows: none of it is let through
    chosen, groups = selection.subjects, (selection.keys or {}).get(kind.kind, frozenset())
    if chosen is not None and selection.touched is not None and is_alone(access, kind):
        chosen &= selection.touched
    if chosen is not None:
        chosen = access.permitting(kind.table, chosen)
        if not chosen and not groups:
            return None  # of those it is asked for, nobody permits any of it
    permitted = access.schema(kind.table)
    if kind.group_by is not None and kind.group_by not in permitted.names:
        return None  # nobody permits to be told by it
    if not any(column in permitted.names for column in kind.columns):
        return None  # none of the words it would hold is permitted to anyone
    _require_time(kind, table, permitted)
    people = people_columns(table.subjects)
    wanted = (*kind.columns, kind.order_by, table.created)
    rows = Rows(
        kind.table,
        tuple(column for column in dict.fromkeys(wanted) if column is not None),
        chosen,
        kind.group_by,
        groups,
        () if name is None or not people else ((NAME, name),),
        REGION if people and {"phone", "national_id"} & {*recipe.redact} else None,
    )
    maker = Maker(kind, recipe, access.secret, ROW, SHOWN_KEY, people, table.created)
    return access.transform(rows, maker, schema(recipe))


def is_alone(access: Access, kind: DocumentKind) -> bool:
    """Whether each document of a kind is about one person alone."""
    return kind.group_by is None and kind.table in access.tables and access.is_about_one(kind.table)


def _check(access: Access, kind: DocumentKind) -> None:
    """Raises: UseError when the recipe does not fit the catalogue."""
    if kind.table not in access.tables:
        raise UseError(
            "CORP-010",
            f"the recipe makes documents from a table {kind.table!r} that the catalogue does not have",
            fix=f"the catalogue has: {', '.join(access.tables)}",
        )
    table = access.tables[kind.table]
    for column in (*kind.columns, *filter(None, (kind.group_by, kind.order_by))):
        if column not in table.columns and column not in table.roles:
            raise _unfit_column(access, kind.table, column, f"documents of kind {kind.kind!r}")
        if column in table.about_others:
            # An update finds rows by their own people; it would not hear of the others.
            raise UseError(
                "CORP-019",
                f"the recipe for {kind.kind!r} names {column!r} of {kind.table!r}, whose elements are about others",
                fix="leave the column out of the recipe",
            )
    if kind.group_by is None and table.key is None:
        raise UseError(
            "CORP-011",
            f"table {kind.table!r} has no key, so its documents could not be told apart",
            fix="name its key column in the catalogue",
        )
    for how, by in (("grouped by", kind.group_by), ("ordered by", kind.order_by)):
        if by is not None and table.columns.get(by) is None and (table.subjects or table.about_nobody):
            raise UseError(
                "CORP-013",
                f"documents of kind {kind.kind!r} are {how} {by!r}, which has no label and is therefore denied",
                f"table {kind.table!r}",
                "label the column in the catalogue",
            )


def _require_time(kind: DocumentKind, table: TableDescription, permitted: pa.Schema) -> None:
    """Raises: UseError CORP-014 where the column that dates a row holds no times."""
    if table.created is None or table.created not in permitted.names:
        return
    type_ = permitted.field(table.created).type
    if not (pa.types.is_timestamp(type_) or pa.types.is_date(type_) or pa.types.is_null(type_)):
        raise UseError(
            "CORP-014",
            f"column {table.created!r} of table {kind.table!r} is {type_}, not a time",
            fix="convert it in the data, or take `created` out of the catalogue (then its date is not known)",
        )


def _declared_name(access: Access, recipe: Recipe) -> Lookup | None:
    """Where the name stands that an author declared and permits to be read; of two, always the same."""
    told = recipe.declared_names
    if told is None:
        return None
    table = access.tables.get(told.table)  # where there is none, the gate says so
    for column in (told.subject, told.column):
        if table is not None and column not in table.columns and column not in table.roles:
            raise _unfit_column(access, told.table, column, "declared_names")
    return Lookup(told.table, told.subject, told.column)


def _unfit_column(access: Access, table: str, column: str, where: str) -> UseError:
    """What to say of a column that the catalogue does not label as a whole: it may be in the data all the same."""
    there = access.present_columns(table)
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
