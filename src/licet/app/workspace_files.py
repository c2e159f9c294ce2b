"""What a workspace has read of its files, kept as long as they are as they were.

A decision asks for one person's facts; reading catalogue, labels and members for each would cost tens of thousands of
times the decision. Nothing is kept that a look at the files would not show to be old, and choices are never kept:
each question asks the ledger.
"""

from __future__ import annotations

import itertools
import threading
from pathlib import Path
from typing import NamedTuple

from licet.app.engines import new_engine
from licet.app.workspace_layout import Layout
from licet.enforce.absences import RosterHere
from licet.enforce.doubtful_ids import DoubtfulIds
from licet.enforce.people import People
from licet.sources.catalogue import Catalogue
from licet.sources.catalogue_file import load_catalogue
from licet.sources.embedded_labels import check_stamps
from licet.sources.file_state import Stand, are_as_they_were, files_of, look_at


class _Watched(NamedTuple):
    """The people, and the files that they were read from as these stood: looked at before each answer, so that a change
    governs the very next one. Not where a look at files does not tell, such as a folder, which may get one more."""

    files: tuple[tuple[str, int, int, int, int], ...]
    people: People


class Reading:
    """The catalogue and the people of one workspace. Any number of threads may share it."""

    def __init__(self, layout: Layout, doubtful: DoubtfulIds) -> None:
        self._doubtful = doubtful
        self._layout, self._lock = layout, threading.RLock()
        self._written: tuple[Stand, Catalogue] | None = None
        self._checked: tuple[Stand, Catalogue] | None = None
        self._people: tuple[Stand, People] | None = None
        self._watched: _Watched | None = None

    def catalogue(self) -> Catalogue:
        """The catalogue as it stands on disk, held against the labels in its Parquet files as they stand."""
        with self._lock:
            return self._catalogue()

    def people(self) -> People:
        """Who the members are, as the facts table stands. Where no file tells whether it changed, read anew."""
        watched = self._watched
        if watched is not None and are_as_they_were(watched.files):
            return watched.people
        with self._lock:
            return self._read_people()

    def are_members_here(self) -> bool:
        """Whether a question about one member reads no table: what is in memory is as the files are."""
        watched = self._watched
        return watched is not None and watched.people.is_in_memory and are_as_they_were(watched.files)

    def roster(self) -> tuple[Stand, RosterHere] | None:
        """The members' ids and how their files stand; None without a table, or where no file tells of a change."""
        with self._lock:
            people = self._read_people()
            roster = None if self._people is None else people.roster()
            return None if roster is None or self._people is None else (self._people[0], roster)

    def _catalogue(self) -> Catalogue:
        catalogue = self._as_written()
        tables = [table for table in catalogue.tables.values() if table.location.parquet is not None]
        files = [files_of(table.location, self._layout.root) for table in tables]
        now = look_at(itertools.chain.from_iterable(found or () for found in files))
        if self._checked is not None and self._checked[1] is catalogue and self._checked[0].holds(now):
            return catalogue
        check_stamps(catalogue, self._layout.root)
        self._checked = (now, catalogue)
        return catalogue

    def look(self) -> Stand:
        """How the catalogue and the files of the facts about members stand now; nothing else of them is read."""
        with self._lock:
            return look_at((self._layout.catalogue, *(self._files_of_facts() or ())))

    def _files_of_facts(self) -> tuple[Path, ...] | None:
        catalogue = self._as_written()
        facts = catalogue.facts
        return None if facts is None else files_of(catalogue.tables[facts.table].location, self._layout.root)

    def _facts_path(self) -> Path | None:
        """Where the facts are said to lie."""
        catalogue = self._as_written()
        if catalogue.facts is None:
            return None
        location = catalogue.tables[catalogue.facts.table].location
        return self._layout.root / str(getattr(location, location.kind))

    def _read_people(self) -> People:
        files = self._files_of_facts()
        now = look_at((self._layout.catalogue, *(files or ())))
        if files is not None and self._people is not None and self._people[0].holds(now):
            people = self._people[1]
            self._watched = _Watched(now.files, people) if files == (self._facts_path(),) else None
            return people
        self._watched = None
        catalogue = self._catalogue()
        people = People(
            catalogue, lambda: new_engine(None, catalogue), self._layout.root, doubtful=self._doubtful
        )
        self._people = None if files is None else (now, people)
        return people

    def _as_written(self) -> Catalogue:
        now = look_at((self._layout.catalogue,))
        if self._written is None or not now.files or not self._written[0].holds(now):
            self._written = (now, load_catalogue(self._layout.catalogue))
        return self._written[1]
