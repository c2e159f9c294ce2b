"""What stands in memory of an artefact, one for each state of the workspace: an index, a graph.

A view is found by the artefact it is of, the ledger's position, the day and the files of members' facts; any of them
moving asks for another. Few are kept, the oldest go. Nothing here is written anywhere.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Generic, TypeVar

from licet.app.present_artefact import Presence, latest_made, presently
from licet.enforce.origin import PurposeRef
from licet.terms.moments import day_of

if TYPE_CHECKING:
    from licet.app.core import Core

_MOST_VIEWS = 8
_View = TypeVar("_View")


class StandingViews(Generic[_View]):
    """Those of one use. Any number of threads may share them; two that ask for a new one at once both make it."""

    def __init__(self, core: Core, use: str) -> None:
        self._core, self._use = core, use
        self._views: dict[Hashable, _View] = {}
        self._lock = threading.Lock()

    def of(self, part: str, asked: PurposeRef, position: int, made: Callable[[Presence], _View]) -> _View:
        """part: of the artefact. made: makes it, what the touched changed included. Raises: as `presently`."""
        core = self._core
        snapshot = latest_made(core, self._use, asked)
        key = snapshot.id, part, position, day_of(core.now()), core.files_of_facts()
        with self._lock:
            view = self._views.get(key)
        if view is None:
            with presently(core, self._use, asked, position) as present:
                view = made(present)
            with self._lock:
                while len(self._views) >= _MOST_VIEWS:
                    self._views.pop(next(iter(self._views)))
                self._views[key] = view
        return view
