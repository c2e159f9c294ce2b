"""What a change of some people's choices comes to in a snapshot, before anything of it is written.

`follow` is the first half of an update and the whole of a preview, so that what is foreseen is what then happens. It
looks up what the change is about and reads nothing else of the corpus, and words only where somebody looks at them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.access import Access
from licet.store import Records, SnapshotRef, Store
from licet.uses.corpus import snapshot as files
from licet.uses.corpus.candidates import (
    NOTHING,
    are_among,
    candidates_of,
    ids_of,
    leaves_of,
    read_tails,
    tails_of,
    texts_of,
)
from licet.uses.corpus.corpus_log import CorpusLog, Live
from licet.uses.corpus.deltas import Change
from licet.uses.corpus.document_maker import SHOWN
from licet.uses.corpus.document_selection import Selection, is_alone, make_documents
from licet.uses.corpus.duplicates import bands_of, follow_repeats
from licet.uses.corpus.recipe import Recipe
from licet.uses.corpus.snapshot import Document
from licet.uses.use import Progress, silent


def follow(
    access: Access,
    log: CorpusLog,
    recipe: Recipe,
    about: Live,
    selection: Selection,
    progress: Progress,
) -> Change:
    """Make the selected documents anew, and see whose duplicates come back. about: the candidates there are of them."""
    progress("making documents anew", 0, None)
    made = make_documents(access, recipe, selection).documents
    progress("finding near-duplicates", 0, None)
    # A group made anew replaces the earlier one even if it was untouched people's until now.
    ids = ids_of(made["document_id"])
    others = np.unique(ids[~are_among(ids, about.records["id"])])
    before = about.beside(log.of_ids(others)) if len(others) else about
    same = _unchanged(log, before, ids, made)
    made = made.filter(pa.array(~are_among(ids, same)))
    leaving = before.but(same)
    made, renamed, now = follow_repeats(log, leaving, made, recipe)
    kinds = [kind.kind for kind in recipe.documents]
    came = candidates_of(made, kinds, access.secret, bands_of(made, recipe))
    return Change(leaving, made, came, renamed, now)


def selection_of(log: CorpusLog, about: Live, recipe: Recipe, touched: frozenset[str]) -> Selection:
    """What to make anew for some people: theirs, and the groups that were about them."""
    keys: dict[str, frozenset[str]] = {}
    for place, kind in enumerate(recipe.documents):
        if kind.group_by is not None:
            tails = log.tails(about.where(about.records["kind"] == place))
            keys[kind.kind] = frozenset(key for key, _ in read_tails(tails) if key is not None)
    return Selection(touched, keys)


def _unchanged(log: CorpusLog, before: Live, ids: Records, made: pa.Table) -> Records:
    """The ids of documents that came out as they were."""
    was = before.where(are_among(before.records["id"], ids))
    told = zip(was.records["leaf"].tolist(), log.tails(was), strict=True)
    then = dict(zip(was.records["id"].tolist(), told, strict=True))
    now = zip(leaves_of(made).tolist(), tails_of(made), strict=True)
    same = [id_ for id_, said in zip(ids.tolist(), now, strict=True) if then.get(id_) == said]
    return np.array(same, "S16")


class OwnDocuments(Sequence[Document]):
    """Documents of a log as one of the people they are about is shown them: counted at once, and those read that are
    looked at, which costs the buckets that hold them."""

    def __init__(self, log: CorpusLog, live: Live, subject: str) -> None:
        """live: in the order in which they are shown."""
        self._log, self._live, self._subject = log, live, subject

    def __len__(self) -> int:
        return len(self._live)

    @overload
    def __getitem__(self, place: int) -> Document: ...
    @overload
    def __getitem__(self, place: slice) -> list[Document]: ...
    def __getitem__(self, place: int | slice) -> Document | list[Document]:
        if isinstance(place, int):
            place = range(len(self))[place]
            return self[place : place + 1][0]
        wanted = self._live.where(np.arange(len(self))[place])
        rows = {row["document_id"]: row for row in self._log.read(wanted).to_pylist()}
        return [own_document(rows[id_], self._subject) for id_ in texts_of(wanted.records["id"]).to_pylist()]

    def __iter__(self) -> Iterator[Document]:
        return iter(self[:])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]


def suppose(
    access: Access,
    log: CorpusLog,
    recipe: Recipe,
    subject: str,
    touched: frozenset[str] | None,
) -> Change:
    """What an `update` would change of what is about somebody, and about those whose rows refer to theirs, if choices
    were as `access` is opened. touched: whom a change touched since; None where nobody can say."""
    subjects = access.with_referring(recipe.asks_for(), frozenset({subject}))
    about = log.about(subjects, access.secret)
    selection = selection_of(log, about, recipe, subjects)
    if touched is not None:
        alone = [place for place, kind in enumerate(recipe.documents) if is_alone(access, kind)]
        is_others = ~np.isin(about.records["kind"], alone)
        is_theirs = are_among(about.records["id"], log.about(subjects & touched, access.secret).records["id"])
        about, selection = about.where(is_others | is_theirs), selection._replace(touched=touched)
    return follow(access, log, recipe, about, selection, silent)


def foresee(
    log: CorpusLog, change: Change, subject: str
) -> tuple[Sequence[Document], Sequence[Document], Sequence[Document]]:
    """What leaves, comes and changes with it, as somebody is shown it, by ids."""
    renamed, was = change.renamed, change.renamed.records["repeats"]
    old = change.leaving.where(change.leaving.records["repeats"] == NOTHING)
    old = old.beside(renamed.where((was == NOTHING) & (change.now != NOTHING))).by_id()
    made = change.made.filter(pc.is_null(change.made["duplicate_of"])).select(SHOWN.names)
    back = renamed.where((was != NOTHING) & (change.now == NOTHING))
    made_ids = ids_of(made["document_id"])
    stays = are_among(old.records["id"], np.concatenate([made_ids, back.records["id"]]))
    came = change.came.records[are_among(change.came.records["id"], made_ids)]
    leaves = dict(zip(came["id"].tolist(), came["leaf"].tolist(), strict=True))
    changes = are_among(old.records["id"], came["id"])
    again = old.records[changes]
    then = zip(again["id"].tolist(), again["leaf"].tolist(), strict=True)
    changes[changes] = [leaves[id_] != leaf for id_, leaf in then]
    come = [own_document(row, subject) for row in made.filter(_others(made_ids, old)).to_pylist()]
    back = back.but(old.records["id"]).by_id()
    return (
        OwnDocuments(log, old.where(~stays), subject),
        sorted([*come, *OwnDocuments(log, back, subject)], key=lambda row: row["document_id"])
        if come
        else OwnDocuments(log, back, subject),
        OwnDocuments(log, old.where(stays & changes), subject),
    )


def _others(ids: Records, known: Live) -> pa.Array:
    return pa.array(~are_among(ids, known.records["id"]))


def documents_about(store: Store, snapshot: SnapshotRef, secret: bytes, subject: str) -> Sequence[Document]:
    """The documents of a snapshot that are about someone, as they are shown them, newest first; those set aside as
    repeats are not in it.

    Who is proven to be in nothing costs one file; else what is theirs is looked up, and read when it is looked at.
    """
    if files.is_surely_out(store, snapshot, secret, subject):
        return ()
    log = CorpusLog(store, files.read_corpus(snapshot))
    if log.is_indexed:
        live = log.about([subject], secret)
        return OwnDocuments(log, live.where(live.records["repeats"] == NOTHING).newest_first(), subject)
    found = [own_document(row, subject) for row in log.read_about(subject).to_pylist()]
    return sorted(found, key=lambda row: (str(row["created"] or ""), row["document_id"]), reverse=True)


def own_document(document: Document, subject: str) -> Document:
    """A document with its text, unless it is about others as well: the text is then not `subject`'s alone."""
    alone = list(document["subjects"]) == [subject]
    return {**document, "text": document["text"] if alone else None}
