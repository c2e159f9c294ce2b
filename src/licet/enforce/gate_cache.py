"""What gates of one workspace keep between them: the roll of members, whose each row is, and what it was told.

Opening a gate then costs what changed since the last one, not what there is, and the next process goes on from there.
Nothing is kept that a look at the files would not show to be old; choices are never trusted to stand still, but asked
of the ledger from where they were known; and after an erasure, which changes what the past answers, the roll is called
anew. What is only supposed never comes here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from licet.enforce.choices_as_of import are_few
from licet.enforce.gate_files import GateFiles
from licet.enforce.owned_rows import IndexKept, MarkedRows, OwnedRows, RowOwners, mark, mark_again
from licet.enforce.population import Roll
from licet.enforce.referring_rows import (
    MarkedReferring,
    Passes,
    ReferringRows,
    mark_referring,
    mark_referring_again,
    passing,
)
from licet.enforce.row_verdicts import Marks, Numbers
from licet.enforce.subject_places import SubjectPlaces
from licet.ledger import RecordedChoices
from licet.sources.file_state import Stand

#: Calls the roll of everybody; and brings an earlier one forward from the position it is as of.
Call = Callable[[], Roll]
Follow = Callable[[Roll, int], Roll]

#: Less is not kept on disk: finding it out anew takes no longer than opening an engine.
_FEWEST_MEMBERS, _FEWEST_ROWS = 20_000, 200_000
#: A roll on disk is written anew once it was brought forward by so many entries, or by so large a share of its members:
#: writing all of it costs as much as following some of them.
_MOST_BEHIND, _MOST_BEHIND_SHARE = 2_000, 0.025
#: Rolls in memory: of other rules, and of other days where rules ask for ages.
_MOST_ROLLS = 8


class _Called(NamedTuple):
    """A roll as of `position`, read when the members' files stood so."""

    stand: Stand
    position: int
    roll: Roll


class _Owned(NamedTuple):
    """Whose the rows are, numbered by a roll of these subjects, as a table stood."""

    stand: Stand
    subjects: pa.Array
    owners: RowOwners


class Kept:
    """Any number of threads may share one; they call the roll one after the other.

    Holds about 11 bytes a row and 20 bytes and the id a member.
    """

    def __init__(self, files: GateFiles | None = None) -> None:
        """files: where it outlives the process; None where it need not."""
        self._files = files
        self._rolls: dict[str, _Called] = {}
        self._written: dict[str, int] = {}
        self._owners: dict[str, _Owned] = {}
        self._references: dict[str, tuple[Stand, RowOwners]] = {}
        self._numbers: dict[str, tuple[Stand, Numbers]] = {}
        self._alike: dict[str, Numbers] = {}
        self._marked: dict[str, MarkedRows] = {}
        self._passes: dict[str, tuple[Numbers, Numbers, Passes]] = {}
        self._referring: dict[str, MarkedReferring] = {}
        self._lock = threading.RLock()

    def roll(
        self,
        key: str,
        stand: Stand | None,
        ledger: RecordedChoices,
        position: int,
        call: Call,
        follow: Follow,
    ) -> Roll:
        """The roll for what `key` names, as of a ledger position.

        stand: how the members' files stand; None where files do not tell, and nothing is kept.
        """
        if stand is None:
            return call()
        with self._lock:
            return self._roll(key, stand, ledger, position, call, follow)

    def _roll(
        self, key: str, stand: Stand, ledger: RecordedChoices, position: int, call: Call, follow: Follow
    ) -> Roll:
        earlier = self._rolls.get(key)
        if earlier is None or not earlier.stand.holds(stand):
            earlier = self._read_roll(key, stand, ledger)
        is_followed = (
            earlier is not None
            # Whose an erased choice was, no entry says any more, and the past answers anew.
            and not ledger.erased_since(min(position, earlier.position))
            and are_few(abs(position - earlier.position), len(earlier.roll.subjects))
        )
        if earlier is None or not is_followed:
            roll = call()
        else:
            roll = earlier.roll if position == earlier.position else follow(earlier.roll, earlier.position)
        if earlier is not None:
            if roll.subjects is not earlier.roll.subjects and roll.subjects.equals(earlier.roll.subjects):
                # so rows keep their numbers
                roll = roll._replace(subjects=earlier.roll.subjects, places=earlier.roll.places)
            if position < earlier.position:
                self._rolls.setdefault(key, earlier)  # the past is looked at, and what is of now stays
                return roll
        called = _Called(stand, position, roll)
        self._rolls.pop(key, None)
        self._rolls[key] = called
        while len(self._rolls) > _MOST_ROLLS:
            del self._rolls[next(iter(self._rolls))]
        most_behind = max(_MOST_BEHIND, _MOST_BEHIND_SHARE * len(roll.subjects))
        if not is_followed or key not in self._written or position - self._written[key] > most_behind:
            self._write_roll(key, called, ledger)
        return roll

    def _read_roll(self, key: str, stand: Stand, ledger: RecordedChoices) -> _Called | None:
        if self._files is None:
            return None
        found = self._files.read(f"roll {key}", stand, ledger)
        if found is None:
            return None
        self._written[key] = found.position
        return _Called(found.stand, found.position, Roll.unpacked(found.arrays, found.told))

    def _write_roll(self, key: str, called: _Called, ledger: RecordedChoices) -> None:
        if self._files is None or len(called.roll.subjects) < _FEWEST_MEMBERS:
            return
        self._written[key] = called.position
        arrays, told = called.roll.packed()
        self._files.write(f"roll {key}", called.stand, arrays, told, ledger, called.position)

    def owners(
        self, key: str, stand: Stand | None, roll: Roll, read: Callable[[], Mapping[str, Numbers]]
    ) -> RowOwners:
        """Whose each row of a table is; read anew unless table and members are as they were.

        read: makes `numbers` and, where rows are about several, `starts`, as `RowOwners` has them.
        """
        if stand is None:
            return _owners(read(), len(roll.subjects), None)
        earlier = self._owners.get(key)
        if (
            earlier is not None
            and earlier.stand.holds(stand)
            and (earlier.subjects is roll.subjects or earlier.subjects.equals(roll.subjects))
        ):
            return earlier.owners
        arrays = self._arrays(f"owners {key}", stand, roll.places, read)
        index_kept = self._index_kept(f"rows {key}", stand, roll.places, len(arrays["numbers"]))
        owners = _owners(arrays, len(roll.subjects), index_kept)
        self._owners[key] = _Owned(stand, roll.subjects, owners)
        return owners

    def references(self, key: str, stand: Stand | None, keys: int, read: Callable[[], Numbers]) -> RowOwners:
        """To which of so many keys each row of a table refers; read anew unless both tables are as they were."""
        if stand is None:
            return RowOwners(read(), keys)
        earlier = self._references.get(key)
        if earlier is None or not earlier[0].holds(stand):
            numbers = self._arrays(f"references {key}", stand, None, lambda: {"numbers": read()})["numbers"]
            index_kept = self._index_kept(f"referring {key}", stand, None, len(numbers))
            self._references[key] = earlier = stand, RowOwners(numbers, keys, index_kept)
        return earlier[1]

    def numbers(self, key: str, stand: Stand | None, read: Callable[[], Numbers]) -> Numbers:
        """A number of each row of a table, such as its kind; read anew unless the table is as it was."""
        if stand is None:
            return read()
        earlier = self._numbers.get(key)
        if earlier is None or not earlier[0].holds(stand):
            told = self._arrays(f"numbers {key}", stand, None, lambda: {"numbers": read()})
            self._numbers[key] = earlier = stand, told["numbers"]
        return earlier[1]

    def alike(self, key: str, numbers: Numbers) -> Numbers:
        """The array that was handed in last under a key, where it holds the same: what was made of it is followed."""
        earlier = self._alike.get(key)
        if earlier is None or not np.array_equal(earlier, numbers):
            self._alike[key] = earlier = numbers
        return earlier

    def marks(self, key: str, rows: OwnedRows) -> Marks:
        """What each row of a table is told, put anew for those alone that are told otherwise than when last asked.

        key: names the table and what for; what was found under it is compared, and never trusted.
        """
        earlier = self._marked.get(key)
        marked = mark(rows) if earlier is None else mark_again(earlier, rows)
        self._marked[key] = marked
        return marked.marks

    def passes(self, key: str, keys: Numbers, masks: Numbers) -> Passes:
        """Which keys pass, as `referring_rows.passing` has it; what was found for the same arrays is told again."""
        earlier = self._passes.get(key)
        if earlier is None or earlier[0] is not keys or earlier[1] is not masks:
            self._passes[key] = earlier = keys, masks, passing(keys, masks)
        return earlier[2]

    def referring(self, key: str, rows: ReferringRows) -> Marks:
        """`marks` for rows that refer to others."""
        earlier = self._referring.get(key)
        marked = mark_referring(rows) if earlier is None else mark_referring_again(earlier, rows)
        self._referring[key] = marked
        return marked.marks

    def _arrays(
        self, key: str, stand: Stand, people: SubjectPlaces | None, read: Callable[[], Mapping[str, Numbers]]
    ) -> Mapping[str, Numbers]:
        """Numbers, of which each row has some, from disk where they are. people: whose places the numbers are."""
        found = None if self._files is None else self._files.read(key, stand)
        if found is not None and found.told == (people and people.commitment):
            return found.arrays
        arrays = read()
        if self._files is not None and len(arrays["numbers"]) >= _FEWEST_ROWS:
            self._files.write(key, stand, arrays, people and people.commitment)
        return arrays

    def _index_kept(
        self, key: str, stand: Stand, people: SubjectPlaces | None, rows: int
    ) -> IndexKept | None:
        files = self._files
        if files is None or rows < _FEWEST_ROWS:
            return None

        def read() -> tuple[npt.NDArray[np.int64], Numbers] | None:
            found = files.read(key, stand)
            if found is None or found.told != (people and people.commitment):
                return None
            return found.arrays["starts"], found.arrays["rows"]

        def write(starts: npt.NDArray[np.int64], rows: Numbers) -> None:
            files.write(key, stand, {"starts": starts, "rows": rows}, people and people.commitment)

        return IndexKept(read, write)


def _owners(arrays: Mapping[str, Numbers], people: int, index_kept: IndexKept | None) -> RowOwners:
    return RowOwners(arrays["numbers"], people, index_kept, arrays.get("starts"))
