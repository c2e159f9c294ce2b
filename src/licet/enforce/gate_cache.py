"""What gates of one workspace keep between them: the roll of members, and whose each row is.

Opening a gate then costs what changed since the last one, not what there is. Nothing is kept that a look at the files
would not show to be old; choices are never trusted to stand still, but asked of the ledger from where they were
known; and after an erasure, which changes what the past answers, the roll is called anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa

from licet.enforce.choices_as_of import are_few
from licet.enforce.owned_rows import MarkedRows, OwnedRows, mark, mark_again
from licet.enforce.population import Roll
from licet.enforce.row_verdicts import Marks
from licet.ledger import Choices
from licet.sources.file_state import Stand

#: Calls the roll of everybody; and brings an earlier one forward from the position it is as of.
Call = Callable[[], Roll]
Follow = Callable[[Roll, int], Roll]


_Numbers = TypeVar("_Numbers")


class _Called(NamedTuple):
    """A roll as of `position`, read when the members' files stood so."""

    stand: Stand
    position: int
    roll: Roll


class _Told(NamedTuple):
    """Whose the rows are (`subjects` names the roll they are numbered by), or of which kind, as a table stood."""

    stand: Stand
    subjects: pa.Array | None
    numbers: Any


class Kept:
    """Any number of threads may share one; they call the roll one after the other.

    Holds about 5 bytes a row and 20 bytes and the id a member.
    """

    def __init__(self) -> None:
        self._rolls: dict[str, _Called] = {}
        self._told: dict[str, _Told] = {}
        self._marked: dict[str, MarkedRows] = {}
        self._lock = threading.RLock()

    def roll(
        self, key: str, stand: Stand | None, ledger: Choices, position: int, call: Call, follow: Follow
    ) -> Roll:
        """The roll for what `key` names, as of a ledger position.

        stand: how the members' files stand; None where files do not tell, and nothing is kept.
        """
        with self._lock:
            return self._roll(key, stand, ledger, position, call, follow)

    def _roll(
        self, key: str, stand: Stand | None, ledger: Choices, position: int, call: Call, follow: Follow
    ) -> Roll:
        earlier = self._rolls.get(key)
        if stand is None:
            return call()
        if earlier is None or not earlier.stand.holds(stand) or position < earlier.position:
            roll = call()
        elif (
            # Whose an erased choice was, no entry says any more, and the past answers anew.
            ledger.recorded.erased_since(earlier.position)
            or not are_few(position - earlier.position, len(earlier.roll.subjects))
        ):
            roll = call()
            if roll.subjects.equals(earlier.roll.subjects):  # so rows keep their numbers
                roll = roll._replace(subjects=earlier.roll.subjects, places=earlier.roll.places)
        else:
            is_same = position == earlier.position
            roll = earlier.roll if is_same else follow(earlier.roll, earlier.position)
        self._rolls[key] = _Called(stand, position, roll)
        return roll

    def numbers(
        self, key: str, stand: Stand | None, subjects: pa.Array | None, read: Callable[[], _Numbers]
    ) -> _Numbers:
        """Per row of a table whose it is, or of which kind; read anew unless table and roll are as they were."""
        earlier = self._told.get(key)
        if earlier is not None and earlier.subjects is subjects and stand is not None:
            stands_still = earlier.stand.holds(stand)
            if stands_still:
                numbers: _Numbers = earlier.numbers
                return numbers
        found = read()
        if stand is not None:
            self._told[key] = _Told(stand, subjects, found)
        return found

    def marks(self, key: str, rows: OwnedRows) -> Marks:
        """What each row of a table is told, put anew for those alone that are told otherwise than when last asked.

        key: names the table and what for; what was found under it is compared, and never trusted.
        """
        earlier = self._marked.get(key)
        marked = mark(rows) if earlier is None else mark_again(earlier, rows)
        self._marked[key] = marked
        return marked.marks
