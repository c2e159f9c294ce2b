"""Members' ids that may be somebody's who refused under another spelling and is gone: nothing is permitted for them.

Asked for one id at a time, by `People`, so that nobody who reads about a person can forget it: the gate asks the same
for everybody at once (`absences`). Until the ledger says who such an id is, it is nobody's that is known. What is kept
are the ids that ever refused, by how they are spelt when folded: about 50 bytes each, read once and then followed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from licet.enforce.plain_arrays import text_array
from licet.enforce.refusals import refusing
from licet.enforce.settled_ids import unsettled
from licet.ledger import Choices, RecordedChoices
from licet.sources.spellings import folded

#: Ids remembered with those like them, and ids that came since all were read, before either is begun anew.
_MOST_KEPT = 100_000

Salt = Callable[[], bytes | None]


class DoubtfulIds:
    """Those of one workspace's members. Any number of threads may share one."""

    def __init__(self, salt: Salt = lambda: None) -> None:
        """salt: the workspace's, read when it is needed; without one no two ids are known to be two people."""
        self._salt, self._lock = salt, threading.Lock()
        self._ledger: RecordedChoices | None = None
        self._position = 0
        self._spellings: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._ids: pa.Array = pa.nulls(0, pa.string())
        self._later: dict[str, set[str]] = {}
        self._like: dict[str, tuple[str, ...]] = {}

    def taken_for(
        self, subject: str, position: int, ledger: Choices, knows: Callable[[str], bool | None]
    ) -> str | None:
        """Whose id a member's may be: one who refuses, is no member's, and is not said to be another; None for nobody.

        position: of the question; what was refused since counts too, as far as it is known here.
        knows: whether the members' table has an id.
        """
        real = ledger.recorded
        with self._lock:
            if real is not self._ledger or position > self._position:
                self._follow(real, position if ledger is real else real.position)
            like = self._like.get(subject)
            if like is None:
                like = self._like[subject] = self._look_up(subject)
        for other in like:
            if (
                not knows(other)
                and unsettled(real, self._salt(), [(other, subject)])
                and len(refusing(real, real.position, [other]))
            ):
                return other
        return None

    def _follow(self, ledger: RecordedChoices, position: int) -> None:
        if ledger is self._ledger and not ledger.erased_since(self._position):
            changed = ledger.changed_subjects(self._position, position)
            if len(changed) + len(self._later) <= _MOST_KEPT:
                for subject in changed:
                    self._later.setdefault(folded(subject), set()).add(subject)
                self._position = position
                if changed or len(self._like) > _MOST_KEPT:
                    self._like = {}
                return
        ids = ledger.ever_refusing()
        spellings = np.fromiter((hash(folded(one)) for one in ids), np.int64, len(ids))
        order = np.argsort(spellings, kind="stable")
        # Not by Arrow's `take`: its functions take longer to load than a first question to answer.
        self._spellings, self._ids = spellings[order], text_array([ids[place] for place in order])
        self._ledger, self._position, self._later, self._like = ledger, position, {}, {}

    def _look_up(self, subject: str) -> tuple[str, ...]:
        """Other ids that ever refused and are spelt like this one."""
        spelt = folded(subject)
        first, last = (int(self._spellings.searchsorted(hash(spelt), side)) for side in ("left", "right"))
        found = {other for other in self._ids[first:last].to_pylist() if folded(other) == spelt}
        return tuple(sorted((found | self._later.get(spelt, set())) - {subject}))
