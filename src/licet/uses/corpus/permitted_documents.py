"""What of a snapshot is still permitted: asked before any of it leaves the store.

A snapshot holds what was permitted when it was made. Whoever takes a copy uses it now, so each of its documents is made
anew as it would be made now: of the people whom a change touched or, where nobody can say whom, of everybody. Only a
document that comes out the same stands. Refuses to judge a snapshot whose recipe is not the one given, since documents
cannot then be compared.
"""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.access import Access
from licet.store import SnapshotRef, Store
from licet.terms import UseError
from licet.uses.corpus import snapshot as files
from licet.uses.corpus.candidates import NOTHING, leaves_of, texts_of
from licet.uses.corpus.corpus import Corpus
from licet.uses.corpus.corpus_log import CorpusLog
from licet.uses.corpus.document_selection import EVERYTHING, make_documents
from licet.uses.corpus.incremental import selection_of
from licet.uses.corpus.recipe import Recipe
from licet.uses.run import touched_since


class Standing(NamedTuple):
    """What of a snapshot may leave.

    fallen:    ids of its documents that may not be used now as they stand there.
    documents: how many of it may, and `subjects` of how many people they are.
    """

    fallen: pa.Array
    documents: int
    subjects: int


def find_standing(access: Access, snapshot: SnapshotRef, store: Store, recipe: Recipe) -> Standing:
    """Hold every document of a snapshot against what is permitted, and count what stands.

    access, recipe: as an update has them.
    Raises: UseError CORP-209 when the snapshot was made by another recipe or another version of licet.
    """
    fallen = find_fallen(access, snapshot, store, recipe)
    documents, people = 0, pa.array([], pa.string())
    for rows in CorpusLog(store, files.read_corpus(snapshot)).documents():
        rows = rows.select(["document_id", "subjects"])
        rows = rows.filter(pc.invert(pc.is_in(rows["document_id"], value_set=fallen)))
        documents += len(rows)
        people = pa.concat_arrays([people, pc.list_flatten(rows["subjects"]).combine_chunks()]).unique()
    return Standing(fallen, documents, len(people))


def find_fallen(access: Access, snapshot: SnapshotRef, store: Store, recipe: Recipe) -> pa.Array:
    """The ids of a snapshot's documents that may not be used as they stand there. Arguments and errors as above."""
    said = files.read_corpus(snapshot)
    if said.recipe.digest != recipe.digest or said.format != files.FORMAT_VERSION:
        raise UseError(
            "CORP-209",
            "nobody can tell which of its documents may be used now: another recipe, or another licet, made them",
            snapshot.name,
            "licet corpus update first; or name the recipe it was made by with --recipe",
        )
    return pa.array(_fallen(access, snapshot, store, recipe), pa.string())


def _fallen(access: Access, snapshot: SnapshotRef, store: Store, recipe: Recipe) -> list[str]:
    touched = touched_since(Corpus(recipe), access, snapshot).subjects
    if touched is not None and not touched:
        return []
    log = CorpusLog(store, files.read_corpus(snapshot))
    held = log.everything() if touched is None else log.about(touched, access.secret)
    held = held.where(held.records["repeats"] == NOTHING)
    if not len(held):
        return []
    selection = EVERYTHING if touched is None else selection_of(log, held, recipe, touched)
    made = make_documents(access, recipe, selection).documents
    now = dict(zip(made["document_id"].to_pylist(), leaves_of(made).tolist(), strict=True))
    then = zip(texts_of(held.records["id"]).to_pylist(), held.records["leaf"].tolist(), strict=True)
    return [id_ for id_, leaf in then if now.get(id_) != leaf]
