"""Searching a workspace: what may be found now, by the words of a sentence.

The index is made of the latest artefact and kept for the next process among what gates keep, authenticated and cleared
with it. What whoever chose since would change is applied to it before anything is looked for; then it is kept in memory
alone. A sentence is noted nowhere.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow.compute as pc

from licet.app import artefacts
from licet.app.artefacts import present_access
from licet.app.present_artefact import Presence
from licet.app.search_draft import require_layout
from licet.app.standing_views import StandingViews
from licet.enforce.access import secret_of
from licet.enforce.origin import PurposeRef
from licet.sources.file_state import Stand
from licet.terms import AppError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment
from licet.uses.manifest import read_manifest
from licet.uses.registry import open_use
from licet.uses.search.search_layout import SearchLayout
from licet.uses.search.search_sentence import Chip, Wanted, read_sentence
from licet.uses.search.search_use import KIND, Search, SearchManifest, rows_of_kind
from licet.uses.search.searchable_rows import searchable_rows
from licet.uses.search.text_index import Find, TextIndex

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.uses.use import Progress

MOST_FOUND = 100


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


class Finds(NamedTuple):
    """What was found, best first. words, chips, off: as `Wanted` has them. at, position: of when it is.

    searched: among how many.
    """

    kind: str
    sentence: str
    words: tuple[str, ...]
    chips: tuple[Chip, ...]
    off: tuple[Chip, ...]
    found: tuple[Find, ...]
    searched: int
    at: str
    position: int

    def as_json(self) -> JsonObject:
        return {
            **self._asdict(), "chips": [one._asdict() for one in self.chips],
            "off": [one._asdict() for one in self.off], "found": [one._asdict() for one in self.found],
        }  # fmt: skip


def build(core: Core, purpose: str, recipient: str, progress: Progress) -> SearchBuilt:
    """Raises: UseError RCMD-101, RCMD-102, RCMD-106; as a gate."""
    require_layout(core)
    use, position = open_use(KIND, core.layout.root), core.ledger.position
    with (
        core.absences.once_done() as absences,
        present_access(core, use, PurposeRef(purpose, recipient), None, position, absences) as access,
    ):
        made = artefacts.build(core, use, access, progress)
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
        index = self._indexes.of(kind, asked, position, functools.partial(self._made, kind))
        wanted: Wanted = read_sentence(sentence, index.known(), without)
        moment = now.replace(tzinfo=None)
        found = index.find(wanted.words, wanted.filters, moment, most, fill=wanted.is_filters_alone)
        return Finds(kind, sentence, *wanted, tuple(found), len(index), format_moment(now), position)

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
        core, key = self._core, f"search {kind} {present.snapshot.id} {sqlite3.sqlite_version}"
        stand = Stand((), 0)
        kept = core.gate_files.read(key, stand)
        if kept is not None:
            return TextIndex(kept.arrays["index"].tobytes())
        rows = rows_of_kind(core.store, said, secret_of(core.salt, KIND), kind)
        index = TextIndex.of(rows)
        core.gate_files.write(key, stand, {"index": np.frombuffer(index.to_bytes(), np.uint8)})
        return index
