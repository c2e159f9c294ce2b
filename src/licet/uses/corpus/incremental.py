"""What a change of some people's choices comes to in a snapshot, before anything of it is written.

`follow` is the first half of an update and the whole of a preview, so that what is foreseen is what then happens. It
looks up what the change is about and reads nothing else of the corpus.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.access import Access
from licet.store import Records, SnapshotRef, Store
from licet.uses.corpus import snapshot as files
from licet.uses.corpus.candidates import (
    NOTHING,
    candidates_of,
    ids_of,
    leaves_of,
    read_tail,
    tails_of,
    texts_of,
)
from licet.uses.corpus.corpus_log import CorpusLog, Live
from licet.uses.corpus.deltas import Change
from licet.uses.corpus.document_selection import Selection, make_documents
from licet.uses.corpus.duplicates import bands_of, follow_repeats
from licet.uses.corpus.recipe import Recipe
from licet.uses.corpus.snapshot import Document
from licet.uses.use import Progress, silent


def follow(
    access: Access, log: CorpusLog, recipe: Recipe, about: Live, touched: frozenset[str], progress: Progress
) -> Change:
    """Make the touched people's documents anew, and see whose duplicates come back. about: the candidates there are."""
    progress("making documents anew", 0, None)
    made = make_documents(access, recipe, selection_of(log, about, recipe, touched)).documents
    progress("finding near-duplicates", 0, None)
    # A group made anew replaces the earlier one even if it was untouched people's until now.
    ids = ids_of(made["document_id"])
    before = log.of_ids(np.unique(np.concatenate([about.records["id"], ids])))
    same = _unchanged(log, before, ids, made)
    made = made.filter(pa.array(~np.isin(ids, same)))
    leaving = before.but(same)
    made, renamed, now = follow_repeats(log, np.sort(leaving.records["id"]), made, recipe)
    kinds = [kind.kind for kind in recipe.documents]
    came = candidates_of(made, kinds, access.secret, bands_of(made, recipe))
    return Change(leaving, made, came, renamed, now)


def selection_of(log: CorpusLog, about: Live, recipe: Recipe, touched: frozenset[str]) -> Selection:
    """What to make anew for some people: theirs, and the groups that were about them."""
    keys: dict[str, frozenset[str]] = {}
    for place, kind in enumerate(recipe.documents):
        if kind.group_by is not None:
            tails = log.tails(about.where(about.records["kind"] == place))
            keys[kind.kind] = frozenset(key for key, _ in map(read_tail, tails) if key is not None)
    return Selection(touched, keys)


def _unchanged(log: CorpusLog, before: Live, ids: Records, made: pa.Table) -> Records:
    """The ids of documents that came out as they were."""
    was = before.where(np.isin(before.records["id"], ids))
    told = zip(was.records["leaf"].tolist(), log.tails(was), strict=True)
    then = dict(zip(was.records["id"].tolist(), told, strict=True))
    now = zip(leaves_of(made).tolist(), tails_of(made), strict=True)
    same = [id_ for id_, said in zip(ids.tolist(), now, strict=True) if then.get(id_) == said]
    return np.array(same, "S16")


def foresee(
    access: Access, earlier: SnapshotRef, store: Store, recipe: Recipe, subjects: frozenset[str]
) -> tuple[list[Document], list[Document], list[Document]]:
    """What would leave, come and change at an `update` of `earlier` if these people's choices were as `access` is
    opened. Writes nothing."""
    log = CorpusLog(store, files.read_corpus(earlier))
    change = follow(access, log, recipe, log.about(subjects, access.secret), subjects, silent)
    then = change.leaving.where(change.leaving.records["repeats"] == NOTHING)
    set_aside = change.renamed.where((change.renamed.records["repeats"] == NOTHING) & (change.now != NOTHING))
    back = change.renamed.where((change.renamed.records["repeats"] != NOTHING) & (change.now == NOTHING))
    was, now = _leaves(change.leaving.records), _leaves(change.came.records)
    old = _by_id(log.read(then), log.read(set_aside))
    new = _by_id(
        change.made.filter(pc.is_null(change.made["duplicate_of"])).select(files.SHOWN), log.read(back)
    )
    changed = [id_ for id_ in old.keys() & new.keys() if was[id_] != now[id_]]
    return (
        [old[id_] for id_ in sorted(old.keys() - new.keys())],
        [new[id_] for id_ in sorted(new.keys() - old.keys())],
        [old[id_] for id_ in sorted(changed)],
    )


def _by_id(*tables: pa.Table) -> dict[str, Document]:
    return {row["document_id"]: row for table in tables for row in table.to_pylist()}


def _leaves(records: Records) -> dict[str, bytes]:
    return dict(zip(texts_of(records["id"]).to_pylist(), records["leaf"].tolist(), strict=True))


def documents_about(store: Store, snapshot: SnapshotRef, secret: bytes, subject: str) -> list[Document]:
    """The documents of a snapshot that are about someone, newest first; those set aside as repeats are not in it.

    Who is proven to be in nothing costs one file; else what is theirs is looked up, and the buckets read that hold it.
    """
    if files.is_surely_out(store, snapshot, secret, subject):
        return []
    found: list[Document] = (
        CorpusLog(store, files.read_corpus(snapshot)).read_about(subject, secret).to_pylist()
    )
    return sorted(found, key=lambda row: (str(row["created"] or ""), row["document_id"]), reverse=True)


def own_document(document: Document, subject: str) -> Document:
    """A document with its text, unless it is about others as well: the text is then not `subject`'s alone."""
    alone = list(document["subjects"]) == [subject]
    return {**document, "text": document["text"] if alone else None}
