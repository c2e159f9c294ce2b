"""Gates of now, one for each use, purpose and recipient: for what members ask, and for bringing artefacts up to date.

They stay open from one question to the next and are brought forward to each, so that a page pays for what happened
since the last one and for its member, and an update for who changed. Each is lent to one thread at a time; who comes
meanwhile opens one of their own. A gate whose tables are not told by their files to stand still is let go of, and so is
one under which anything failed.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Hashable, Iterator

from licet.enforce import Gate


class StandingGates:
    """Those of one workspace. Any number of threads may share them."""

    def __init__(self) -> None:
        self._open: dict[Hashable, Gate] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def lent(self, key: Hashable, opened: Callable[[Gate | None], Gate]) -> Iterator[Gate]:
        """A gate for the time of a block.

        key: names what it is for. opened: brings the one that is there to now, or opens one.
        """
        with self._lock:
            earlier = self._open.pop(key, None)
        gate = opened(earlier)
        yield gate
        if gate._tables.stand_still():
            with self._lock:
                self._open[key] = gate
