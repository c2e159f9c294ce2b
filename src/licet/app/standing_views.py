"""What stands in memory of each part of an artefact, as it is now: an index, a graph.

A view holds until something is recorded that could change an answer, until the days that decisions know are others, and
while the files of members' facts, of the use's layout and of its tables stand as they stood before they were read; any
of them moving asks for another in its place. Few are kept, the oldest go. Nothing here is written anywhere.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Collection
from datetime import date
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from licet.app.present_artefact import Presence, latest_made, presently
from licet.app.tenses import first_change_since
from licet.enforce.origin import PurposeRef
from licet.sources.file_state import Stand, files_of, look_at
from licet.terms.moments import days_of
from licet.uses.registry import open_use

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.uses.use import Use

_MOST_VIEWS = 8
_View = TypeVar("_View")


class _Standing(NamedTuple, Generic[_View]):
    """position: from which on it was made. days, facts: as of when. tables: that it was made of; stand: of their files,
    and of the layout's. All but the view were looked at before anything was read."""

    view: _View
    position: int
    days: tuple[date, date]
    facts: tuple[object, ...]
    tables: Collection[str]
    stand: Stand


class StandingViews(Generic[_View]):
    """Those of one use. Any number of threads may share them; two that ask for a new one at once both make it."""

    def __init__(self, core: Core, use: str) -> None:
        self._core, self._use = core, use
        self._views: dict[tuple[str, str], _Standing[_View]] = {}
        self._lock = threading.Lock()

    def of(
        self,
        part: str,
        asked: PurposeRef,
        position: int,
        made: Callable[[Presence], _View],
        tables_of: Callable[[Use], Collection[str]] = lambda use: use.asks_for(),
    ) -> _View:
        """part: of the artefact. made: makes it, what the touched changed included. tables_of: the part is made of
        these of the use's tables. Raises: as `presently`."""
        core = self._core
        snapshot = latest_made(core, self._use, asked)
        key, days, facts = (snapshot.id, part), days_of(core.now()), core.files_of_facts()
        with self._lock:
            standing = self._views.get(key)
        if standing is None or not self._holds(standing, position, days, facts):
            tables = tuple(tables_of(open_use(self._use, core.layout.root)))
            stand = self._look(tables)
            with presently(core, self._use, asked, position, tables) as present:
                standing = _Standing(made(present), position, days, facts, tables, stand)
            with self._lock:
                self._views.pop(key, None)
                while len(self._views) >= _MOST_VIEWS:
                    self._views.pop(next(iter(self._views)))
                self._views[key] = standing
        return standing.view

    def _holds(
        self,
        standing: _Standing[_View],
        position: int,
        days: tuple[date, date],
        facts: tuple[object, ...],
    ) -> bool:
        return (
            (standing.days, standing.facts) == (days, facts)
            and first_change_since(self._core, standing.position, position) is None
            and standing.stand.holds(self._look(standing.tables))
        )

    def _look(self, tables: Collection[str]) -> Stand:
        """How the layout stands, and the files of tables and of those that they refer to."""
        core, catalogue = self._core, self._core.catalogue
        read = [
            catalogue.tables[name]
            for name in (*tables, *catalogue.referred(*tables))
            if name in catalogue.tables
        ]
        files = itertools.chain.from_iterable(files_of(one.location, core.layout.root) or () for one in read)
        return look_at((core.layout.root / f"{self._use}.yaml", *files))
