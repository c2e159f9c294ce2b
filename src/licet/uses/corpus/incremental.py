"""What a change of some people's choices comes to in a snapshot, before anything of it is written.

`follow` is the first half of an update and the whole of a preview, so that what is foreseen is what then happens.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.access import Access
from licet.store import SnapshotRef, Store
from licet.uses.corpus import snapshot as files
from licet.uses.corpus.document_selection import Selection, make_documents
from licet.uses.corpus.duplicates import follow_repeats, with_repeats
from licet.uses.corpus.recipe import Recipe
from licet.uses.corpus.snapshot import Bucket, Document
from licet.uses.use import Progress, silent


class Followed(NamedTuple):
    """What a change comes to, before anything of it is written.

    index:   the narrow columns of every candidate of the earlier snapshot, `leaving` the ids that are made anew or go.
    made:    the documents that take their place.
    named:   whom which document repeats now, where that may have changed.
    buckets: the numbers of the buckets that change.
    """

    index: pa.Table
    leaving: pa.Array
    made: pa.Table
    named: pa.Table
    buckets: set[int]


def follow(
    access: Access,
    store: Store,
    recipe: Recipe,
    before: Sequence[Bucket],
    touched: frozenset[str],
    progress: Progress,
) -> Followed:
    """Make the touched people's documents anew, and see whose duplicates come back."""
    index = _read_index(store, before)
    gone = index.filter(is_about(index["subjects"].combine_chunks(), touched))
    grouped = {kind.kind for kind in recipe.documents if kind.group_by is not None}
    keys: dict[str, frozenset[str]] = {}
    for kind in grouped:
        keys[kind] = frozenset(gone.filter(pc.equal(gone["kind"], kind))["key"].to_pylist())
    progress("making documents anew", 0, None)
    made = make_documents(access, recipe, Selection(touched, keys)).documents
    # A group made anew replaces the earlier one even if it was untouched people's until now.
    leaving = pa.chunked_array(
        [*gone["document_id"].chunks, *made["document_id"].chunks], pa.string()
    ).unique()
    progress("finding near-duplicates", 0, None)
    named = follow_repeats(store, before, index, leaving, made, recipe)
    left = pc.is_in(index["document_id"], value_set=leaving)
    buckets = {
        *pc.unique(index["bucket"].filter(left)).to_pylist(),
        *pc.unique(made["bucket"]).to_pylist(),
        *pc.unique(index["bucket"].filter(_renamed(index, named))).to_pylist(),
    }
    return Followed(index, leaving, made, named, buckets)


def foresee(
    access: Access, earlier: SnapshotRef, store: Store, recipe: Recipe, subjects: frozenset[str]
) -> tuple[list[Document], list[Document], list[Document]]:
    """What would leave, come and change at an `update` of `earlier` if these people's choices were as `access` is
    opened. Writes nothing."""
    before = files.read_corpus(earlier).buckets
    index, leaving, made, named, buckets = follow(access, store, recipe, before, subjects, silent)
    after = with_repeats(made, named)
    stays = index.filter(pc.invert(pc.is_in(index["document_id"], value_set=leaving)))
    after = pa.concat_tables(
        [rows.select(_FORESEEN) for rows in (after, with_repeats(stays, named))], promote_options="permissive"
    )
    then = index.filter(pc.is_null(index["duplicate_of"]))["document_id"]
    now = after.filter(pc.is_null(after["duplicate_of"]))["document_id"]
    left, came = (
        sorted(set(one.to_pylist()) - set(other.to_pylist())) for one, other in ((then, now), (now, then))
    )
    old = {
        row["document_id"]: row
        for entry in before
        if entry.bucket in buckets
        for row in files.read_bucket(store, entry).drop_columns(["signature"]).to_pylist()
    }
    new = {row["document_id"]: row for row in made.drop_columns(["signature"]).to_pylist()}
    kept = set(now.to_pylist()) & set(then.to_pylist())
    changed = sorted(id_ for id_ in kept & new.keys() if new[id_]["leaf"] != old[id_]["leaf"])
    return (
        [old[id_] for id_ in left],
        [(new.get(id_) or old[id_]) for id_ in came],
        [old[id_] for id_ in changed],
    )


_FORESEEN = ["document_id", "duplicate_of"]


def _read_index(store: Store, before: Sequence[Bucket]) -> pa.Table:
    """The narrow columns of every candidate of a snapshot."""
    columns = ("document_id", "kind", "key", "subjects", "created")
    read = functools.partial(files.read_index, store, columns=columns)
    parts = list(files.side_by_side(read, before))
    return pa.concat_tables(parts).combine_chunks() if parts else _NO_INDEX.empty_table()


_NO_INDEX = pa.schema(
    [
        ("document_id", pa.string()),
        ("kind", pa.string()),
        ("key", pa.string()),
        ("subjects", pa.list_(pa.string())),
        ("created", pa.timestamp("us")),
        ("duplicate_of", pa.string()),
        ("bucket", pa.int32()),
    ]
)


def _renamed(index: pa.Table, named: pa.Table) -> pa.ChunkedArray:
    """Which candidates repeat another document than before."""
    place = pc.index_in(index["document_id"], value_set=named["document_id"])
    now, then = pc.fill_null(named["duplicate_of"].take(place), ""), pc.fill_null(index["duplicate_of"], "")
    return pc.and_(pc.is_valid(place), pc.not_equal(now, then))


def is_about(subjects: pa.ListArray, touched: frozenset[str]) -> pa.Array:
    """Which rows are about any of these people."""
    wanted = pc.is_in(subjects.flatten(), value_set=pa.array(sorted(touched), pa.string()))
    found = np.zeros(len(subjects), dtype=np.bool_)
    found[pc.list_parent_indices(subjects).filter(wanted).to_numpy(zero_copy_only=False)] = True
    return pa.array(found)


def documents_about(store: Store, snapshot: SnapshotRef, secret: bytes, subject: str) -> list[Document]:
    """The documents of a snapshot that are about someone, newest first; those set aside as repeats are not in it.

    Who is proven to be in nothing costs one file; else the narrow columns are read, and the buckets that hold
    something.
    """
    if files.is_surely_out(store, snapshot, secret, subject):
        return []
    found: list[Document] = []
    for entry in files.read_corpus(snapshot).buckets:
        index = files.read_index(store, entry, ("document_id", "subjects"))
        if pc.any(is_about(index["subjects"].combine_chunks(), frozenset({subject}))).as_py():
            rows = files.read_kept(store, entry)
            found += rows.filter(
                is_about(rows["subjects"].combine_chunks(), frozenset({subject}))
            ).to_pylist()
    return sorted(found, key=lambda row: (str(row["created"] or ""), row["document_id"]), reverse=True)


def own_document(document: Document, subject: str) -> Document:
    """A document with its text, unless it is about others as well: the text is then not `subject`'s alone."""
    alone = list(document["subjects"]) == [subject]
    return {**document, "text": document["text"] if alone else None}
