"""Searching a workspace: what may be found now, by the words of a sentence.

The index is made of the latest artefact and kept for the next process among what gates keep, authenticated and cleared
with it. What whoever chose since would change is applied to it before anything is looked for; then it is kept in memory
alone. A sentence is noted nowhere.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow  # noqa: F401 - whole before its parts: another thread would find them half made
import pyarrow.compute as pc

from licet.app.present_artefact import Presence, build_now
from licet.app.search_draft import require_layout
from licet.app.standing_views import StandingViews
from licet.enforce.access import secret_of
from licet.enforce.origin import PurposeRef
from licet.sources.file_state import Stand
from licet.terms import AppError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment
from licet.uses.manifest import read_manifest
from licet.uses.search.search_layout import SearchLayout
from licet.uses.search.search_sentence import WORDS, Chip, Wanted, read_sentence
from licet.uses.search.search_use import KIND, Search, SearchManifest, rows_of_kind
from licet.uses.search.searchable_rows import searchable_rows
from licet.uses.search.text_index import INDEX_FORMAT, Find, TextIndex

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.uses.use import Progress, Use

MOST_FOUND = 100
#: So many ways out of an empty answer are tried, since each is another search.
_MOST_TRIED = 8


class SearchBuilt(NamedTuple):
    """What a build of the search came to. documents: what can be found; subjects: how many members are among it."""

    snapshot: str
    name: str
    root: str
    how: str
    documents: int
    subjects: int
    position: int

    def as_json(self) -> JsonObject:
        return self._asdict()


class Relaxation(NamedTuple):
    """What to leave out so that something fits. without: ids of chips, or "words"; labels: of each.

    found: how many fit then.
    """

    without: tuple[str, ...]
    labels: tuple[str, ...]
    found: int


class Finds(NamedTuple):
    """What was found, best first. words, chips, off: as `Wanted` has them. at, position: of when it is.

    searched: among how many. relaxed: where nothing was found, what to leave out, what helps most first.
    """

    kind: str
    sentence: str
    words: tuple[str, ...]
    chips: tuple[Chip, ...]
    off: tuple[Chip, ...]
    found: tuple[Find, ...]
    searched: int
    relaxed: tuple[Relaxation, ...]
    at: str
    position: int

    def as_json(self) -> JsonObject:
        told = self._asdict()
        for part in ("chips", "off", "found", "relaxed"):
            told[part] = [one._asdict() for one in told[part]]
        return told


def build(core: Core, purpose: str, recipient: str, progress: Progress) -> SearchBuilt:
    """Raises: UseError RCMD-101, RCMD-102, RCMD-106; as a gate."""
    require_layout(core)
    made = build_now(core, KIND, PurposeRef(purpose, recipient), progress)
    said = read_manifest(SearchManifest, made.snapshot)
    return SearchBuilt(
        made.snapshot.id, made.snapshot.name, said.root, made.how, said.counts["documents"],
        said.counts["subjects"], said.ledger.position,
    )  # fmt: skip


class SentenceSearch:
    """Searches of one workspace, with the indexes that stand in memory. Any number of threads may share one."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._indexes = StandingViews[TextIndex](core, KIND)

    def find(
        self,
        kind: str,
        sentence: str,
        without: Collection[str],
        most: int,
        asked: PurposeRef,
        at_least: int | None,
    ) -> Finds:
        """Raises: AppError RCMD-104, RCMD-105, RCMD-107 for no such kind, RCMD-108 for no number; UseError RCMD-103."""
        if not 1 <= most <= MOST_FOUND:
            raise AppError("RCMD-108", f"{most} finds cannot be shown", fix=f"ask for 1 to {MOST_FOUND}")
        core, now = self._core, self._core.now()
        position = core.position(None, at_least)
        index = self._indexes.of(
            kind, asked, position, functools.partial(self._made, kind), functools.partial(_tables_of, kind)
        )
        wanted: Wanted = read_sentence(sentence, index.known(), without)
        moment = now.replace(tzinfo=None)
        found = index.find(wanted.words, wanted.filters, moment, most, fill=wanted.is_filters_alone)
        relaxed = () if found else _relaxed(index, sentence, without, wanted, moment)
        return Finds(kind, sentence, *wanted, tuple(found), len(index), relaxed, format_moment(now), position)

    def _made(self, kind: str, present: Presence) -> TextIndex:
        assert isinstance(present.use, Search)
        layout, access = present.use.layout, present.access
        if kind not in layout.kinds:
            raise AppError(
                "RCMD-107",
                f"nothing of the kind {kind!r} is searched here",
                present.snapshot.name,
                f"one of: {', '.join(layout.kinds)}; search.yaml says what is",
            )
        searched = layout.kinds[kind]
        table = access.tables.get(searched.table)
        if present.change.subjects is None and table is not None and table.about_nobody:
            # Rows about nobody are read anew: no member waits for an update of them, and none is owed a note of it.
            return TextIndex.of(searchable_rows(access, SearchLayout(kinds={kind: searched})))
        touched = present.touched
        index = self._kept(kind, present, read_manifest(SearchManifest, present.snapshot))
        if touched:
            rows = searchable_rows(access, layout, touched)
            index.replaced(touched, rows.filter(pc.equal(rows["kind"], kind)))
        return index

    def _kept(self, kind: str, present: Presence, said: SearchManifest) -> TextIndex:
        """The index of the artefact as it was made, from the last process where that kept it."""
        core, key = self._core, f"search {kind} {present.snapshot.id} {INDEX_FORMAT} {sqlite3.sqlite_version}"
        stand = Stand((), 0)
        kept = core.gate_files.read(key, stand)
        if kept is not None:
            return TextIndex(kept.arrays["index"].tobytes())
        rows = rows_of_kind(core.store, said, secret_of(core.salt, KIND), kind)
        index = TextIndex.of(rows)
        core.gate_files.write(key, stand, {"index": np.frombuffer(index.to_bytes(), np.uint8)})
        return index


def _relaxed(
    index: TextIndex, sentence: str, without: Collection[str], wanted: Wanted, moment: datetime
) -> tuple[Relaxation, ...]:
    """What finds something when it alone is left out; or, where nothing alone does, all filters together."""
    known, others = index.known(), wanted.other_words

    def tried(ids: tuple[str, ...], labels: tuple[str, ...]) -> Relaxation:
        then = read_sentence(sentence, known, {*without, *ids})
        return Relaxation(
            ids, labels, index.count(then.words, then.filters, moment, fill=then.is_filters_alone)
        )

    chips = wanted.chips
    each = [((chip.id,), (chip.label,)) for chip in chips]
    if chips and others:
        each.insert(0, ((WORDS,), (" ".join(others),)))
    helping = [one for ids, labels in each[:_MOST_TRIED] if (one := tried(ids, labels)).found]
    if not helping and len(chips) > 1:
        all_ = tried(tuple(chip.id for chip in chips), tuple(chip.label for chip in chips))
        helping = [all_] if all_.found else []
    return tuple(sorted(helping, key=lambda one: -one.found))


def _tables_of(kind: str, use: Use) -> Collection[str]:
    """The table that rows of a kind are of; what another kind's does is nothing to it."""
    assert isinstance(use, Search)
    return [use.layout.kinds[kind].table] if kind in use.layout.kinds else ()
