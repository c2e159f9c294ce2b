"""From the gate to documents: permitted rows are rendered, redacted, dated, and told their language.

Works on Arrow tables. A document depends on its own rows alone, so documents made for a few subjects are the
very ones that a build of everything would make.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce import Gate
from licet.terms import UseError
from licet.uses.corpus.identities import bucket_numbers, document_ids
from licet.uses.corpus.recipe import DocumentKind, Recipe
from licet.uses.corpus.text.language import detect_language
from licet.uses.corpus.text.redaction import redact
from licet.uses.corpus.text.rendering import join_threads, render
from licet.uses.corpus.text.signatures import signatures


def schema(recipe: Recipe) -> pa.Schema:
    """A candidate document. `order` says which of two near-duplicates is the earlier: that made first."""
    places = recipe.near_duplicates.permutations if recipe.near_duplicates else 1
    return pa.schema(
        [
            ("document_id", pa.string()),
            ("kind", pa.string()),
            ("key", pa.string()),
            ("subjects", pa.list_(pa.string())),
            ("created", pa.timestamp("us")),
            ("language", pa.string()),
            ("text", pa.string()),
            ("bucket", pa.int32()),
            ("order", pa.int64()),
            ("signature", pa.binary(4 * places)),
        ]
    )


_NO_DATE = 2**63 - 1
_BATCH_ROWS = 8192

#: Called with how many documents are done; for progress bars.
Tick = Callable[[int], None]


class Selection(NamedTuple):
    """Which documents to make: those about these subjects, and those of these keys. Both None means all."""

    subjects: frozenset[str] | None = None
    keys: dict[str, frozenset[str]] | None = None  # kind -> keys, wanted besides the subjects' own


EVERYTHING = Selection()


class Redacted(NamedTuple):
    documents: pa.Table
    redactions: dict[str, int]


def make_documents(
    gate: Gate,
    recipe: Recipe,
    salt: bytes,
    selection: Selection = EVERYTHING,
    tick: Tick = lambda done: None,
) -> Redacted:
    """Every candidate document the gate permits, as a table of `schema(recipe)`, sorted by document_id.

    Raises: UseError CORP-010 when a recipe names a table or column there is not; SourceError from the tables.
    """
    names = _declared_names(gate, recipe)
    parts: list[pa.Table] = []
    totals: dict[str, int] = {}
    for kind in recipe.documents:
        for rows in _rows(gate, kind, selection):
            texts, counts = redact(rows["text"].combine_chunks(), recipe.redact, keep=_names_of(rows, names))
            for name, count in counts.items():
                totals[name] = totals.get(name, 0) + count
            parts.append(_finish(rows, texts, kind, recipe, salt))
            tick(len(rows))
    table = pa.concat_tables([schema(recipe).empty_table(), *parts]).sort_by("document_id").combine_chunks()
    _refuse_repeated(table)
    return Redacted(table, totals)


def _rows(gate: Gate, kind: DocumentKind, selection: Selection) -> Iterable[pa.Table]:
    """Rendered rows in batches: key, owner, subjects, created, text."""
    if kind.table not in gate.names:
        raise UseError(
            "CORP-010",
            f"the recipe makes documents from a table {kind.table!r} that the catalogue does not have",
            fix=f"the catalogue has: {', '.join(gate.names)}",
        )
    catalogued = gate.catalogue.tables[kind.table]
    for column in (*kind.columns, *filter(None, (kind.group_by, kind.order_by))):
        if column not in catalogued.columns and column not in _roles(catalogued):
            raise UseError(
                "CORP-010",
                f"the recipe for {kind.kind!r} names a column {column!r} that table {kind.table!r} does not have",
                fix=f"it has: {', '.join(catalogued.columns)}",
            )
    key = kind.group_by or catalogued.key
    if key is None:
        raise UseError(
            "CORP-011",
            f"table {kind.table!r} has no key, so its documents could not be told apart",
            fix="name its key column in the catalogue",
        )
    if not catalogued.subjects:
        return  # nobody's data: the gate lets none of it through
    for how, by in (("grouped by", kind.group_by), ("ordered by", kind.order_by)):
        if by is not None and catalogued.columns.get(by) is None and by not in _roles(catalogued):
            raise UseError(
                "CORP-013",
                f"documents of kind {kind.kind!r} are {how} {by!r}, which has no label and is therefore denied",
                f"table {kind.table!r}",
                "label the column in the catalogue",
            )
    seen = gate.table(kind.table).columns
    if key not in seen or not any(column in seen for column in kind.columns):
        return  # none of the words it would hold is permitted to anyone
    permitted = _select(gate, kind, key, selection)
    permitted = _named_alike(permitted, kind, catalogued, key)
    with gate.engine.reading(f"table {kind.table!r}"):
        table = permitted.to_pyarrow()
    if kind.group_by is not None:
        yield _threads(table, kind, catalogued)
        return
    for start in range(0, len(table), _BATCH_ROWS):
        batch = table.slice(start, _BATCH_ROWS)
        people = _people(batch, catalogued.subjects)
        yield _kept(
            pa.table(
                {
                    "key": _text(batch[key]),
                    "owner": pc.list_element(people, 0),
                    "subjects": people,
                    "created": _created(batch, catalogued.created),
                    "text": _rendered(batch, kind),
                }
            )
        )


def _named_alike(permitted: ir.Table, kind: DocumentKind, catalogued: Any, key: str) -> ir.Table:
    """The columns a document needs; what names people, rows and groups as the engine's text of it.

    The gate and the ledger know a subject by that text. Arrow's may differ (7.0 is "7" to it), and an update
    looking for one of them would miss the other.
    """
    names = {*catalogued.subjects, catalogued.key, key}
    wanted = (*kind.columns, *catalogued.subjects, catalogued.key, key, kind.order_by, catalogued.created)
    shown: list[ir.Value] = []
    for column in dict.fromkeys(wanted):
        if column is None or column not in permitted.columns:
            continue
        value = permitted[column]
        if column == catalogued.created and not (value.type().is_timestamp() or value.type().is_date()):
            raise UseError(
                "CORP-014",
                f"column {column!r} of table {kind.table!r} is {value.type()}, not a time",
                fix="convert it in the data, or take `created` out of the catalogue (then its date is not known)",
            )
        if column in names and value.type().is_array():
            value = value.map(lambda one: one.cast("string")).name(column)
        elif column in names:
            value = value.cast("string").name(column)
        shown.append(value)
    return permitted.select(shown)


def _select(gate: Gate, kind: DocumentKind, key: str, selection: Selection) -> ir.Table:
    """The permitted rows that the selection asks for; whole groups, where rows are grouped."""
    if selection.subjects is None:
        return gate.table(kind.table)
    keys = (selection.keys or {}).get(kind.kind, frozenset())
    if kind.group_by is None and not keys:
        return gate.table(kind.table, selection.subjects)
    about = gate.table(kind.table, selection.subjects)
    everything = gate.table(kind.table)
    also = gate.engine.hand_in(pa.table({"wanted": pa.array(sorted(keys), pa.string())}))
    text = everything[key].cast("string")
    return everything.filter(text.isin(about[key].cast("string")) | text.isin(also.wanted))


def _threads(table: pa.Table, kind: DocumentKind, catalogued: Any) -> pa.Table:
    """One row a group: texts in order, everybody in it, the date of its first row."""
    assert kind.group_by is not None
    people = _people(table, catalogued.subjects)
    key = _nothing(table) if catalogued.key is None else _text(table[catalogued.key])
    rows = pa.table(
        {
            "group": _text(table[kind.group_by]),
            "at": _order(table, kind.order_by),
            # The people too: equal words at one moment must not come in the order the engine happened on.
            "tie": pc.binary_join_element_wise(pc.fill_null(key, ""), pc.binary_join(people, "\x00"), "\x00"),
            "text": _rendered(table, kind),
            "people": people,
            "created": _created(table, catalogued.created),
        }
    )
    rows = rows.filter(pc.and_(pc.is_valid(rows["group"]), _says_something(rows["text"])))
    threads = join_threads(rows)
    return _kept(
        threads.append_column("owner", pc.binary_join_element_wise(kind.kind, threads["key"], "\x00"))
    )


def _rendered(table: pa.Table, kind: DocumentKind) -> pa.Array:
    """The text of every row; null where nothing it needs is there."""
    columns = _columns(table, kind.columns)
    text = render(columns, kind.text)
    if not kind.needs:
        return text
    there = [_says_something(columns[name].cast(pa.string())) for name in kind.needs]
    return pc.if_else(functools.reduce(pc.or_, there), text, pa.scalar(None, pa.string()))


def _kept(rows: pa.Table) -> pa.Table:
    return rows.filter(pc.and_(pc.is_valid(rows["key"]), _says_something(rows["text"])))


def _says_something(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.not_equal(texts, ""), False)


def _finish(rows: pa.Table, texts: pa.Array, kind: DocumentKind, recipe: Recipe, salt: bytes) -> pa.Table:
    """Add ids, language, bucket and signature, and leave out what the recipe leaves out."""
    rows = rows.set_column(rows.column_names.index("text"), "text", texts)
    rows = rows.filter(pc.greater_equal(pc.utf8_length(rows["text"]), recipe.shortest_characters))
    text = rows["text"].combine_chunks()
    language = detect_language(text) if recipe.language else pa.nulls(len(rows), pa.string())
    if recipe.languages is not None:
        wanted = pc.is_in(language, value_set=pa.array(recipe.languages))
        rows, language, text = rows.filter(wanted), language.filter(wanted), text.filter(wanted)
    keys = rows["key"].to_pylist()
    created = rows["created"].combine_chunks()
    settings = recipe.near_duplicates
    signed = (
        pa.nulls(len(rows), schema(recipe).field("signature").type)
        if settings is None
        else signatures(text, settings.permutations, settings.shingle_words)
    )
    return pa.table(
        {
            "document_id": pa.array(document_ids(salt, kind.kind, keys), pa.string()),
            "kind": pa.repeat(pa.scalar(kind.kind, pa.string()), len(rows)),
            "key": rows["key"],
            "subjects": rows["subjects"],
            "created": created,
            "language": language,
            "text": text,
            "bucket": pa.array(bucket_numbers(salt, rows["owner"].to_pylist(), recipe.buckets), pa.int32()),
            "order": pc.fill_null(created.cast(pa.int64()), _NO_DATE),
            "signature": signed,
        },
        schema=schema(recipe),
    )


def _people(table: pa.Table, columns: tuple[str, ...]) -> pa.Array:
    """Everyone a row is about, in the catalogue's order, each once."""
    lists = []
    for column in columns:
        values = table[column].combine_chunks()
        if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
            lists.append([[str(one) for one in row or ()] for row in values.to_pylist()])
        else:
            lists.append([[one] for one in _text(values).to_pylist()])
    if len(lists) == 1:
        return pa.array([list(dict.fromkeys(row)) for row in lists[0]], pa.list_(pa.string()))
    return pa.array(
        [list(dict.fromkeys(one for row in rows for one in row)) for rows in zip(*lists, strict=True)],
        pa.list_(pa.string()),
    )


def _columns(table: pa.Table, names: tuple[str, ...]) -> dict[str, pa.Array]:
    """The columns a template names; one that nobody permits is empty."""
    return {
        name: table[name].combine_chunks()
        if name in table.column_names
        else pa.nulls(len(table), pa.string())
        for name in names
    }


def _created(table: pa.Table, column: str | None) -> pa.Array:
    if column is None or column not in table.column_names:
        return pa.nulls(len(table), pa.timestamp("us"))
    values = table[column].combine_chunks()
    if pa.types.is_timestamp(values.type) and values.type.tz is not None:
        values = values.cast(pa.timestamp("us", tz="UTC"))
    return values.cast(pa.timestamp("us"), safe=False)


def _order(table: pa.Table, column: str | None) -> pa.Array:
    """What rows of a group are sorted by: numbers and times as such, all else as text."""
    if column is None or column not in table.column_names:
        return _nothing(table)
    values = table[column].combine_chunks()
    is_number = pa.types.is_integer(values.type) or pa.types.is_floating(values.type)
    return values if is_number or pa.types.is_temporal(values.type) else _text(values)


def _nothing(table: pa.Table) -> pa.Array:
    return pa.nulls(len(table), pa.string())


def _text(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return array.cast(pa.string())


def _declared_names(gate: Gate, recipe: Recipe) -> pa.Table | None:
    """subject and name, of those who permit their name to be read for this purpose."""
    told = recipe.declared_names
    if told is None:
        return None
    permitted = gate.table(told.table)
    catalogued = gate.catalogue.tables[told.table]
    for column in (told.subject, told.column):
        if column not in catalogued.columns and column not in _roles(catalogued):
            raise UseError(
                "CORP-010",
                f"the recipe takes names from a column {column!r} that table {told.table!r} does not have",
                fix=f"it has: {', '.join(catalogued.columns)}",
            )
    if told.column not in permitted.columns or told.subject not in permitted.columns:
        return None
    named = permitted.select(subject=permitted[told.subject].cast("string"), name=permitted[told.column])
    with gate.engine.reading(f"table {told.table!r}"):
        found = named.filter(named.name.notnull()).to_pyarrow()
    return found.sort_by([("subject", "ascending"), ("name", "ascending")])  # of two names, always the same


def _names_of(rows: pa.Table, names: pa.Table | None) -> pa.Array | None:
    """Each document's author's own declared name, where there is one author and they declared it."""
    if names is None:
        return None
    alone = pc.equal(pc.list_value_length(rows["subjects"]), 1)
    author = pc.if_else(alone, pc.list_element(rows["subjects"], 0), None)
    place = pc.index_in(author, value_set=names["subject"].combine_chunks())
    return names["name"].combine_chunks().take(place.combine_chunks())


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
