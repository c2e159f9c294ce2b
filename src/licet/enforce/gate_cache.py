"""What gates of one workspace keep between them: the roll of members, and whose each row is.

Opening a gate then costs what changed since the last one, not what there is. Nothing is kept that a look at the files
would not show to be old; choices are never trusted to stand still, but asked of the ledger from where they were
known; and after an erasure, which changes what the past answers, the roll is called anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

import pyarrow as pa

from licet.enforce.population import Roll
from licet.enforce.row_verdicts import Numbers
from licet.ledger import Choices
from licet.sources.file_state import Stand

#: The share of the members from which calling the whole roll anew costs less than following who changed: choices are
#: then read in their order and not by member. A few are followed, however few there are.
_MOST_FOLLOWED, _ALWAYS_FOLLOWED = 0.2, 1000

#: Calls the roll: of everyone, or only of those whose choices changed on top of an earlier one.
Call = Callable[[Roll | None, frozenset[str] | None], Roll]


class _Called(NamedTuple):
    """A roll as of `position`, read when the members' files stood so."""

    stand: Stand
    position: int
    roll: Roll


class _Told(NamedTuple):
    """Whose the rows are (`subjects` names the roll they are numbered by), or of which kind, as a table stood."""

    stand: Stand
    subjects: pa.Array | None
    numbers: Numbers


class Kept:
    """Any number of threads may share one; they call the roll one after the other.

    Holds about 5 bytes a row and 20 bytes and the id a member.
    """

    def __init__(self) -> None:
        self._rolls: dict[str, _Called] = {}
        self._told: dict[str, _Told] = {}
        self._lock = threading.RLock()

    def roll(self, key: str, stand: Stand | None, ledger: Choices, position: int, call: Call) -> Roll:
        """The roll for what `key` names, as of a ledger position.

        stand: how the members' files stand; None where files do not tell, and nothing is kept.
        """
        with self._lock:
            return self._roll(key, stand, ledger, position, call)

    def _roll(self, key: str, stand: Stand | None, ledger: Choices, position: int, call: Call) -> Roll:
        earlier = self._rolls.get(key)
        if stand is None:
            return call(None, None)
        if (
            earlier is None
            or not earlier.stand.holds(stand)
            or position < earlier.position
            # Whose an erased choice between the two positions was, no entry says any more.
            or ledger.recorded.erased_since(earlier.position)
        ):
            roll = call(None, None)
        else:
            changed = ledger.changed_subjects(earlier.position, position)
            if len(changed) > max(_ALWAYS_FOLLOWED, _MOST_FOLLOWED * len(earlier.roll.subjects)):
                roll = call(None, None)
                if roll.subjects.equals(earlier.roll.subjects):
                    roll = roll._replace(subjects=earlier.roll.subjects)  # so rows keep their numbers
            else:
                roll = call(earlier.roll, frozenset(changed)) if changed else earlier.roll
        self._rolls[key] = _Called(stand, position, roll)
        return roll

    def numbers(
        self, key: str, stand: Stand | None, subjects: pa.Array | None, read: Callable[[], Numbers]
    ) -> Numbers:
        """Per row of a table whose it is, or of which kind; read anew unless table and roll are as they were."""
        earlier = self._told.get(key)
        if earlier is not None and earlier.subjects is subjects and stand is not None:
            stands_still = earlier.stand.holds(stand)
            if stands_still:
                return earlier.numbers
        found = read()
        if stand is not None:
            self._told[key] = _Told(stand, subjects, found)
        return found
