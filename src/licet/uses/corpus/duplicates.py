"""Which documents of a corpus repeat an earlier one, for all of them or only where a change may have made a difference.

A change reaches a document only if it resembles one that came, or if the document it repeated left. Two that
resemble one another share a band, so only those that share one with the documents that came or must look again are
compared: the rest keep what they have.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.store import Store
from licet.uses.corpus.recipe import Recipe
from licet.uses.corpus.snapshot import Bucket, read_signatures, side_by_side
from licet.uses.corpus.text.near_duplicates import (
    Resemblance,
    add_documents,
    band_keys,
    find_duplicates,
    remove_documents,
)

_NO_DATE = 2**63 - 1

#: document_id and, where it repeats an earlier one, duplicate_of.
NAMED = pa.schema([("document_id", pa.string()), ("duplicate_of", pa.string())])


def find_repeats(documents: pa.Table, recipe: Recipe) -> pa.Table:
    """The documents that repeat an earlier one, and which, as a table of `NAMED`."""
    resemblance = _resemblance(recipe)
    if resemblance is None or len(documents) == 0:
        return NAMED.empty_table()
    found = _named(find_duplicates(_signed(documents), resemblance))
    return found.filter(pc.is_valid(found["duplicate_of"]))


def follow_repeats(
    store: Store,
    before: Sequence[Bucket],
    index: pa.Table,
    leaving: pa.Array,
    made: pa.Table,
    recipe: Recipe,
) -> pa.Table:
    """What may have changed when documents left and others came, as a table of `NAMED`; who is not in it stays.

    index: document_id, created, duplicate_of and bucket of all earlier candidates, in the order of the manifest.
    """
    resemblance = _resemblance(recipe)
    if resemblance is None:
        return NAMED.empty_table()
    staying = pc.invert(pc.is_in(index["document_id"], value_set=leaving))
    lost = pc.and_(staying, pc.is_in(index["duplicate_of"], value_set=leaving, skip_nulls=True))
    near = _near(store, before, index, lost, made, resemblance)
    near = near.filter(pc.invert(pc.is_in(near["document_id"], value_set=leaving)))
    # What they repeat must be there to be compared with by its place in the order; its words do not matter.
    named = pc.and_(
        pc.is_in(index["document_id"], value_set=near["duplicate_of"].combine_chunks().drop_null()),
        pc.and_(staying, pc.invert(pc.is_in(index["document_id"], value_set=near["document_id"]))),
    )
    others = index.filter(named).select(["document_id", "created", "duplicate_of"])
    others = others.append_column("signature", pa.nulls(len(others), near.schema.field("signature").type))
    known = _signed(pa.concat_tables([near, others.select(near.column_names)]), "duplicate_of")
    known = known.sort_by([("order", "ascending"), ("doc_id", "ascending")])
    found = remove_documents(known, pa.array([], pa.string()), resemblance)
    if len(made):
        found = add_documents(found, _signed(made), resemblance)
    looked_at = pc.invert(pc.is_in(found["doc_id"], value_set=others["document_id"]))
    return _named(found.filter(looked_at))


def with_repeats(rows: pa.Table, named: pa.Table) -> pa.Table:
    """The rows with `duplicate_of` as `named` has it; those it does not name keep what they have, or none."""
    here = "duplicate_of" in rows.column_names
    held = rows["duplicate_of"] if here else pa.chunked_array([pa.nulls(len(rows), pa.string())])
    place = pc.index_in(rows["document_id"], value_set=named["document_id"])
    told = named["duplicate_of"].take(place)
    column = pc.if_else(pc.is_valid(place), told, held)
    rows = rows.drop_columns(["duplicate_of"]) if here else rows
    return rows.append_column("duplicate_of", column)


def _near(
    store: Store,
    before: Sequence[Bucket],
    index: pa.Table,
    lost: Any,
    made: pa.Table,
    resemblance: Resemblance,
) -> pa.Table:
    """The earlier candidates that share a band with a document that came or with one that must look again."""
    columns = index.select(["document_id", "created", "duplicate_of"])
    width = made.schema.field("signature").type
    asking = [_keys(made["signature"], resemblance)]
    of_bucket = index["bucket"].combine_chunks()
    sizes = [entry.documents + entry.set_aside for entry in before]
    starts = np.cumsum([0, *sizes])
    wanted = pc.unique(of_bucket.filter(lost.combine_chunks())).to_pylist()
    for n, entry in enumerate(before):
        if entry.bucket in wanted:
            here = lost.combine_chunks().slice(starts[n], sizes[n])
            asking.append(_keys(read_signatures(store, entry).filter(here), resemblance))
    keys = pa.array(np.unique(np.concatenate(asking, axis=None)))
    nothing = columns.slice(0, 0).append_column("signature", pa.nulls(0, width))
    if not len(keys):
        return nothing

    def look(n: int) -> pa.Table:
        signatures = read_signatures(store, before[n])
        flat = pc.is_in(pa.array(_keys(signatures, resemblance).ravel()), value_set=keys)
        shares = flat.to_numpy(zero_copy_only=False).reshape(resemblance.bands, sizes[n]).any(axis=0)
        mask = pa.array(shares)
        found = columns.slice(starts[n], sizes[n]).filter(mask)
        return found.append_column("signature", signatures.filter(mask))

    return pa.concat_tables([nothing, *side_by_side(look, range(len(sizes)))]).combine_chunks()


def _keys(signatures: pa.ChunkedArray, resemblance: Resemblance) -> npt.NDArray[np.uint64]:
    """Band keys, shape (bands, documents)."""
    return band_keys(signatures.combine_chunks(), resemblance)


def _resemblance(recipe: Recipe) -> Resemblance | None:
    settings = recipe.near_duplicates
    return None if settings is None else Resemblance(settings.threshold_percent / 100, settings.bands)


def _signed(rows: pa.Table, *more: str) -> pa.Table:
    """What near-duplicates are found by; `order` says which is the earlier: that made first, undated ones last."""
    order = pc.fill_null(rows["created"].cast(pa.int64()), _NO_DATE)
    columns = {"doc_id": rows["document_id"], "order": order, "signature": rows["signature"]}
    return pa.table(columns | {name: rows[name] for name in more})


def _named(found: pa.Table) -> pa.Table:
    return found.select(["doc_id", "duplicate_of"]).rename_columns(NAMED.names).combine_chunks()
