"""Which documents of a corpus repeat an earlier one, for all of them or only where a change may have made a difference.

A change reaches a document only if it resembles one that came, or if the document it repeated left. Two that
resemble one another share a band, so only those that share one with the documents that came or must look again are
looked up and compared: the rest keep what they have.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.store import Records
from licet.uses.corpus.candidates import NOTHING, ids_of, texts_of
from licet.uses.corpus.corpus_log import CorpusLog, Live
from licet.uses.corpus.recipe import Recipe
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


def bands_of(documents: pa.Table, recipe: Recipe) -> npt.NDArray[np.uint64] | None:
    """Band keys, shape (bands, documents); None where near-duplicates are kept."""
    resemblance = _resemblance(recipe)
    return None if resemblance is None else _keys(documents["signature"], resemblance)


def follow_repeats(
    log: CorpusLog, leaving: Live, made: pa.Table, recipe: Recipe
) -> tuple[pa.Table, Live, Records]:
    """What may change when documents leave and others come.

    leaving: those that leave. made: those that come.
    Returns: those made, with `duplicate_of`; which of those that stay repeat another now, and whom.
    """
    gone, resemblance = leaving.by_id(), _resemblance(recipe)
    ids = gone.records["id"]
    lost = log.repeating(ids).but(ids)
    if resemblance is None or not (len(made) or lost):
        return with_repeats(made, NAMED.empty_table()), lost, np.empty(0, "S16")
    near = _rivals(log, lost, gone, resemblance)
    if len(made):
        sharing = log.sharing(np.unique(_keys(made["signature"], resemblance))).but(ids)
        near = sharing.beside(near.but(sharing.records["id"]))
    # Whoever shares nothing with any of them repeats none now.
    alone = lost.but(near.records["id"])
    # What they repeat must be there to be compared with by its place in the order; its words do not matter.
    named = np.unique(near.records["repeats"])
    others = log.of_ids(named[named != NOTHING]).but(ids).but(near.records["id"])
    width = made.schema.field("signature").type
    signed = [log.signatures(near) if near else pa.nulls(0, width), pa.nulls(len(others.rows), width)]
    known = pa.table(
        {
            "doc_id": pa.concat_arrays([texts_of(each.records["id"]) for each in (near, others)]),
            "order": np.concatenate([near.records["order"], others.records["order"]]),
            "signature": pa.concat_arrays(signed),
            "duplicate_of": pa.concat_arrays([texts_of(each.records["repeats"]) for each in (near, others)]),
        }
    ).sort_by([("order", "ascending"), ("doc_id", "ascending")])
    found = remove_documents(known, pa.array([], pa.string()), resemblance)
    if len(made):
        found = add_documents(found, _signed(made), resemblance)
    found = _named(found)
    place = pc.index_in(texts_of(near.records["id"]), value_set=found["document_id"])
    now = ids_of(pa.chunked_array([found["duplicate_of"].combine_chunks().take(place)]))
    changed = now != near.records["repeats"]
    now = np.concatenate([now[changed], np.full(len(alone), NOTHING, "S16")])
    return with_repeats(made, found), near.where(changed).beside(alone), now


def _rivals(log: CorpusLog, lost: Live, leaving: Live, resemblance: Resemblance) -> Live:
    """What those that repeated one of `leaving`, which are in the order of ids, may repeat now, and they themselves
    where there is any such. It stands before them and, as they named the earliest there was, not before that one."""
    if not lost:
        return lost
    place = np.searchsorted(leaving.records["id"], lost.records["repeats"])
    first = leaving.records["order"][place]
    # Mostly nothing but the two stands there, which one look at the times of all tells.
    there = log.are_others_between(first, lost.records["order"])
    lost, first = lost.where(there), first[there]
    if not lost:
        return lost
    keys = _keys(pa.chunked_array([log.signatures(lost)]), resemblance)
    each = np.argsort(keys, axis=None)
    which = each % len(lost)  # keys are by band, then by document
    bands, start = np.unique(keys.ravel()[each], return_index=True)
    return log.sharing_within(
        bands,
        np.minimum.reduceat(first[which], start),
        np.maximum.reduceat(lost.records["order"][which], start),
        leaving,
    )


def with_repeats(rows: pa.Table, named: pa.Table) -> pa.Table:
    """The rows with `duplicate_of` as `named` has it; those it does not name repeat none."""
    place = pc.index_in(rows["document_id"], value_set=named["document_id"])
    return rows.append_column("duplicate_of", named["duplicate_of"].take(place))


def _keys(signatures: pa.ChunkedArray, resemblance: Resemblance) -> npt.NDArray[np.uint64]:
    """Band keys, shape (bands, documents)."""
    return band_keys(signatures.combine_chunks(), resemblance)


def _resemblance(recipe: Recipe) -> Resemblance | None:
    settings = recipe.near_duplicates
    return None if settings is None else Resemblance(settings.threshold_percent / 100, settings.bands)


def _signed(rows: pa.Table) -> pa.Table:
    """What near-duplicates are found by; `order` says which is the earlier: that made first, undated ones last."""
    order = pc.fill_null(rows["created"].cast(pa.int64()), _NO_DATE)
    return pa.table({"doc_id": rows["document_id"], "order": order, "signature": rows["signature"]})


def _named(found: pa.Table) -> pa.Table:
    return found.select(["doc_id", "duplicate_of"]).rename_columns(NAMED.names).combine_chunks()
