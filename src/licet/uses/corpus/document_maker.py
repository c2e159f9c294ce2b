"""From permitted rows to documents: rendered, redacted, dated, told their language, and signed.

A pure function over Arrow batches that an engine carries to where its rows are: it is pickled with the recipe and
a secret and knows neither the gate nor the ledger. A document depends on its own rows alone, so documents made for
a few subjects are the very ones that a build of everything would make.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from licet.uses.corpus.identities import bucket_numbers, document_ids
from licet.uses.corpus.recipe import DocumentKind, Recipe
from licet.uses.corpus.text.document_text import join_threads, render

#: The first and the last microsecond of the years 1 to 9999, since 1970.
_FIRST_US, _LAST_US = -62_135_596_800_000_000, 253_402_300_799_999_999

#: The column of permitted rows that holds their author's own declared name.
NAME = "__licet_name"
#: The column that holds the region their author is in: how telephone numbers are written there.
REGION = "__licet_region"


#: What a reader of the corpus is shown of a document.
SHOWN = pa.schema(
    [
        ("document_id", pa.string()),
        ("kind", pa.string()),
        ("key", pa.string()),
        ("subjects", pa.list_(pa.string())),
        ("created", pa.timestamp("us")),
        ("language", pa.string()),
        ("text", pa.string()),
    ]
)


def schema(recipe: Recipe) -> pa.Schema:
    """A candidate document: `SHOWN`, and

    bucket:     in which file of the corpus' base it lies.
    leaf:       its hash as a leaf of the Merkle tree over its bucket.
    signature:  what near-duplicates are found by.
    redactions: what was taken out of it, in the order of `recipe.redact`; null where nothing was.
    """
    places = recipe.near_duplicates.permutations if recipe.near_duplicates else 1
    return pa.schema(
        [
            *SHOWN,
            ("bucket", pa.int32()),
            ("leaf", pa.binary(32)),
            ("signature", pa.binary(4 * places)),
            ("redactions", pa.list_(pa.int32())),
        ]
    )


@dataclass(frozen=True)
class Maker:
    """Makes the documents of one kind from rows of its table; rows of one group must come in one batch.

    key:     the column that names a row and tells nothing, `shown_key` the one with what may be told of it, `people`
             those that name people, `created` the one that dates the row.
    Returns: a table of `schema(recipe)`.
    """

    kind: DocumentKind
    recipe: Recipe
    secret: bytes
    key: str
    shown_key: str
    people: tuple[str, ...]
    created: str | None

    def __call__(self, rows: pa.Table) -> pa.Table:
        from licet.uses.corpus.text.redaction import redact_each  # late: of licet[corpus]

        rows = self._single(rows) if self.kind.group_by is None else self._threads(rows)
        rows = rows.filter(pc.and_(pc.is_valid(rows["named"]), _says_something(rows["text"])))
        alone = pc.equal(pc.list_value_length(rows["subjects"]), 1)
        own = pc.if_else(alone, rows["name"], pa.scalar(None, pa.string())).combine_chunks()
        texts, redactions = redact_each(
            rows["text"].combine_chunks(), self.recipe.redact, own, rows["regions"].combine_chunks()
        )
        rows = rows.set_column(rows.column_names.index("text"), "text", texts)
        return self._finish(rows.append_column("redactions", redactions))

    def warm_up(self) -> None:
        """Load what documents pass through, for a process that does nothing else: a second, most of it one model."""
        from licet.uses.corpus.text import redaction, signatures  # noqa: F401
        from licet.uses.corpus.text.language import load_model

        if self.recipe.language:
            load_model()

    def _single(self, rows: pa.Table) -> pa.Table:
        """One document a row, named by its key whether or not that is shown."""
        people, named = _people(rows, self.people), _text(rows[self.key])
        return pa.table(
            {
                "named": named,
                "key": _text(rows[self.shown_key]),
                "owner": pc.list_element(people, 0) if self.people else self._named_apart(named),
                "subjects": people,
                "created": _created(rows, self.created),
                "name": _text_of(rows, NAME),
                "regions": _one_each(_text_of(rows, REGION)),
                "text": _rendered(rows, self.kind),
            }
        )

    def _threads(self, rows: pa.Table) -> pa.Table:
        """One document a group: texts in order, everybody in it, the date of its first row."""
        assert self.kind.group_by is not None
        people, key = _people(rows, self.people), _text(rows[self.shown_key])
        grouped = pa.table(
            {
                "group": _text(rows[self.kind.group_by]),
                "at": _order(rows, self.kind.order_by),
                # The people too: equal words at one moment must not come in the order the engine happened on.
                "tie": pc.binary_join_element_wise(
                    pc.fill_null(key, ""), pc.binary_join(people, "\x00"), "\x00"
                ),
                "text": _rendered(rows, self.kind),
                "people": people,
                "created": _created(rows, self.created),
                "name": _text_of(rows, NAME),
                "region": _text_of(rows, REGION),
            }
        )
        threads = join_threads(grouped)
        return threads.append_column("named", threads["key"]).append_column(
            "owner", self._named_apart(threads["key"])
        )

    def _named_apart(self, names: pa.Array) -> pa.Array:
        """The owner of what is no one person's, as no person's id is."""
        return pc.binary_join_element_wise(self.kind.kind, names, "\x00")

    def _finish(self, rows: pa.Table) -> pa.Table:
        """Add ids, language, bucket and signature, and leave out what the recipe leaves out."""
        from licet.uses.corpus.text.language import detect_language  # late: of licet[corpus]
        from licet.uses.corpus.text.signatures import signatures

        recipe, kind = self.recipe, self.kind.kind
        rows = rows.filter(pc.greater_equal(pc.utf8_length(rows["text"]), recipe.shortest_characters))
        text = rows["text"].combine_chunks()
        language = detect_language(text) if recipe.language else pa.nulls(len(rows), pa.string())
        if recipe.languages is not None:
            wanted = pc.is_in(language, value_set=pa.array(recipe.languages))
            rows, language, text = rows.filter(wanted), language.filter(wanted), text.filter(wanted)
        created = rows["created"].combine_chunks()
        settings, made = recipe.near_duplicates, schema(recipe)
        signed = (
            pa.nulls(len(rows), made.field("signature").type)
            if settings is None
            else signatures(text, settings.permutations, settings.shingle_words)
        )
        buckets = bucket_numbers(self.secret, rows["owner"].to_pylist(), recipe.buckets)
        ids = document_ids(self.secret, kind, rows["named"].to_pylist())
        leaves = leaf_hashes(ids, kind, language.to_pylist(), text.to_pylist(), created)
        return pa.table(
            {
                "document_id": pa.array(ids, pa.string()),
                "kind": pa.repeat(pa.scalar(kind, pa.string()), len(rows)),
                "key": rows["key"],
                "subjects": rows["subjects"],
                "created": created,
                "language": language,
                "text": text,
                "bucket": pa.array(buckets, pa.int32()),
                "leaf": pa.array(leaves, made.field("leaf").type),
                "signature": signed,
                "redactions": rows["redactions"],
            },
            schema=made,
        )


def leaf_hashes(
    ids: list[str], kind: str, languages: list[str | None], texts: list[str], created: pa.Array
) -> list[bytes]:
    """What the root of a bucket commits to: canonical JSON of id, kind, language, text and date (µs since 1970).

    Written out by hand, which is five times faster, and without the ledger's tree, which workers would have to load
    with all the ledger stands on; a test holds it to `canonical_json` and `leaf_hash`.
    """
    quoted = json.encoder.encode_basestring
    named = {language: "null" if language is None else quoted(language) for language in set(languages)}
    dates = ["null" if at is None else str(at) for at in created.cast(pa.int64()).to_pylist()]
    start = quoted(kind)
    return [
        sha256(b"\x00" + f'["{id_}",{start},{named[language]},{quoted(text)},{at}]'.encode()).digest()
        for id_, language, text, at in zip(ids, languages, texts, dates, strict=True)
    ]


def _rendered(rows: pa.Table, kind: DocumentKind) -> pa.Array:
    """The text of every row; null where nothing it needs is there."""
    columns = _columns(rows, kind.columns)
    text = render(columns, kind.text)
    if not kind.needs:
        return text
    there = [_says_something(columns[name].cast(pa.string())) for name in kind.needs]
    return pc.if_else(functools.reduce(pc.or_, there), text, pa.scalar(None, pa.string()))


def _says_something(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.not_equal(texts, ""), False)


def _people(rows: pa.Table, columns: tuple[str, ...]) -> pa.Array:
    """Everyone a row is about, in the catalogue's order, each once; no one where rows are about nobody."""
    if not columns:
        return pa.array([[]] * len(rows), pa.list_(pa.string()))
    if len(columns) == 1 and not _is_list(rows.schema.field(columns[0]).type):
        return _one_each(_text(rows[columns[0]]))
    lists = []
    for column in columns:
        values = rows[column].combine_chunks()
        if _is_list(values.type):
            lists.append([[str(one) for one in row or ()] for row in values.to_pylist()])
        else:
            lists.append([[one] for one in values.cast(pa.string()).to_pylist()])
    return pa.array(
        [list(dict.fromkeys(one for row in rows for one in row)) for rows in zip(*lists, strict=True)],
        pa.list_(pa.string()),
    )


def _one_each(values: pa.Array) -> pa.ListArray:
    """Each value as a list of its own."""
    return pa.ListArray.from_arrays(pa.array(range(len(values) + 1), pa.int32()), values)


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def _columns(rows: pa.Table, names: tuple[str, ...]) -> dict[str, pa.Array]:
    """The columns a template names; one that nobody permits is empty."""
    return {
        name: rows[name].combine_chunks() if name in rows.column_names else pa.nulls(len(rows), pa.string())
        for name in names
    }


def _created(rows: pa.Table, column: str | None) -> pa.Array:
    if column is None or column not in rows.column_names:
        return pa.nulls(len(rows), pa.timestamp("us"))
    values = rows[column].combine_chunks()
    if pa.types.is_timestamp(values.type) and values.type.tz is not None:
        values = values.cast(pa.timestamp("us", tz="UTC"))
    moments = values.cast(pa.timestamp("us"), safe=False)
    # A moment that no calendar of Python's holds could be shown by nothing that reads the corpus: it is not known.
    micros = moments.cast(pa.int64())
    held = pc.and_(pc.greater_equal(micros, _FIRST_US), pc.less_equal(micros, _LAST_US))
    return pc.if_else(held, moments, pa.scalar(None, pa.timestamp("us")))


def _order(rows: pa.Table, column: str | None) -> pa.Array:
    """What rows of a group are sorted by: numbers and times as such, all else as text."""
    if column is None or column not in rows.column_names:
        return _nothing(rows)
    values = rows[column].combine_chunks()
    is_number = pa.types.is_integer(values.type) or pa.types.is_floating(values.type)
    return values if is_number or pa.types.is_temporal(values.type) else _text(values)


def _nothing(rows: pa.Table) -> pa.Array:
    return pa.nulls(len(rows), pa.string())


def _text_of(rows: pa.Table, column: str) -> pa.Array:
    """A column as text; nothing where there is none."""
    return _text(rows[column]) if column in rows.column_names else _nothing(rows)


def _text(values: pa.ChunkedArray) -> pa.Array:
    return values.combine_chunks().cast(pa.string())
