"""The counting side of impact: records and members of one use, or of all, by kind of data and region.

Members are counted once each, however many of their records change. Over all uses a record counts once for each use
in which it changes, and a member once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from licet.decide import Facts
from licet.enforce.member_classes import Members
from licet.enforce.population import Roll, facts_of
from licet.enforce.row_verdicts import Numbers, require_all
from licet.enforce.verdict_table import Dimensions


class Ids(Collection[str]):
    """Members' ids, as compact as Arrow keeps them: whoever only counts millions of them makes no string of any."""

    def __init__(self, found: pa.Array) -> None:
        self._found = found

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[str]:
        return map(str, self._found.to_pylist())

    def __contains__(self, one: object) -> bool:
        return any(one == each for each in self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Collection) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]


class Everyone(NamedTuple):
    """The people of an impact, in classes of those alike on both sides: each of two, since ages differ between days.

    class_of and region_of: per subject on the roll, the place in `classes` and in `regions`.
    """

    roll: Roll
    class_of: npt.NDArray[np.int64]
    classes: list[tuple[Facts, Facts]]
    region_of: npt.NDArray[np.int64]
    regions: list[str | None]

    @classmethod
    def of(cls, sides: Sequence[Members], wide: Dimensions) -> Everyone:
        """Everyone on the roll, in classes of those alike on both sides in all that `wide` looks at."""
        one, other = (members.population(wide).roll for members in sides)
        assert one is not None and other is not None  # the engine's people are here
        require_all(len(other.subjects), len(one.subjects))
        pairs = one.class_of.astype(np.int64) * len(other.classes) + other.class_of
        present, class_of = np.unique(pairs, return_inverse=True)
        before, after = ([facts_of(subject) for subject in roll.classes] for roll in (one, other))
        classes = [(before[pair // len(after)], after[pair % len(after)]) for pair in present.tolist()]
        names = sorted({facts.region for facts, _ in classes if facts.region is not None})
        place = {region: number for number, region in enumerate([*names, None])}
        regions = np.array([place[facts.region] for facts, _ in classes], np.int64)
        return cls(one, class_of.astype(np.int64), classes, regions[class_of], [*names, None])


class Change(NamedTuple):
    """For one use, kind of data and region (None: not known): records and members that gain it, and that lose it.

    A member gains a kind of data when some record of theirs does; one may gain and lose the same kind.
    """

    category: str
    region: str | None
    records_gained: int
    records_lost: int
    members_gained: int
    members_lost: int


class InRegion(NamedTuple):
    """How many members of a region gain anything for one use, and lose anything."""

    region: str | None
    members_gained: int
    members_lost: int


class Overall(NamedTuple):
    """Every use in which anything changes, and all of them together, where `purpose` and `recipient` are empty.

    members_changed: how many members gain or lose anything.
    """

    uses: tuple[UseImpact, ...]
    together: UseImpact
    members_changed: int


class UseImpact(NamedTuple):
    """One use. records: rows in which any kind of data is gained, or lost; gaining, losing: the ids of their people."""

    purpose: str
    recipient: str
    records_gained: int
    records_lost: int
    gaining: Collection[str]
    losing: Collection[str]
    regions: tuple[InRegion, ...]
    changes: tuple[Change, ...]


class Tally:
    """Records and members of one use, by kind of data and region; or of several, once they are merged into it."""

    def __init__(self, people: Everyone) -> None:
        self._people, self._size = people, len(people.class_of)
        self._records: dict[tuple[str, bool], npt.NDArray[np.int64]] = {}
        self._members: dict[tuple[str, bool], npt.NDArray[np.bool_]] = {}
        self._of_all = [0, 0]

    def add_rows(
        self, categories: tuple[str, ...], before: int, after: int, firsts: Numbers, people: Numbers
    ) -> None:
        """Rows that went from one mask to another.

        firsts: of each the first in the catalogue's order whose it is, under whose region it counts; people: everybody
        whom they are about. -1 for whom nobody knows."""
        if not len(firsts):
            return
        regions = np.append(self._people.region_of, len(self._people.regions) - 1)  # the last: not known
        by_region = np.bincount(regions[firsts], minlength=len(self._people.regions))
        known = people[people >= 0]
        for is_gain, mask in ((True, after & ~before), (False, before & ~after)):
            self._of_all[is_gain] += len(firsts) if mask else 0
            for category in _kinds_of(categories, mask):
                self._of(category, is_gain)[:] += by_region
                self._who(category, is_gain)[known] = True

    def add_about_nobody(self, categories: tuple[str, ...], before: int, after: int, records: int) -> None:
        """Rows about nobody: they have no region, and no member gains or loses by them."""
        for is_gain, mask in ((True, after & ~before), (False, before & ~after)):
            self._of_all[is_gain] += records if mask else 0
            for category in _kinds_of(categories, mask):
                self._of(category, is_gain)[-1] += records  # the last region: not known

    def merge(self, other: Tally) -> None:
        """Count in what another one counted, over the same people."""
        for key, records in other._records.items():
            self._of(*key)[:] += records
        for key, who in other._members.items():
            self._who(*key)[:] |= who
        for is_gain in (False, True):
            self._of_all[is_gain] += other._of_all[is_gain]

    @property
    def members_changed(self) -> int:
        return int((self._anybody(True) | self._anybody(False)).sum())

    def told(self, purpose: str, recipient: str) -> UseImpact:
        changes = []
        regions = self._people.regions
        for category in sorted({category for category, _ in self._records}):
            members = [
                np.bincount(self._people.region_of[self._who(category, is_gain)], minlength=len(regions))
                for is_gain in (True, False)
            ]
            for place, region in enumerate(regions):
                gained, lost = (int(self._of(category, is_gain)[place]) for is_gain in (True, False))
                who = [int(one[place]) for one in members]
                if gained or lost or any(who):
                    changes.append(Change(category, region, gained, lost, *who))
        gaining, losing = self._anybody(True), self._anybody(False)
        counts = [
            np.bincount(self._people.region_of[who], minlength=len(regions)).tolist()
            for who in (gaining, losing)
        ]
        places = [InRegion(*one) for one in zip(regions, *counts, strict=True)]
        return UseImpact(
            purpose, recipient, self._of_all[True], self._of_all[False], self._ids(gaining), self._ids(losing),
            tuple(one for one in places if one.members_gained or one.members_lost), tuple(changes),
        )  # fmt: skip

    def _anybody(self, is_gain: bool) -> npt.NDArray[np.bool_]:
        found = np.zeros(self._size, np.bool_)
        for (_, gain), who in self._members.items():
            if gain is is_gain:
                found |= who
        return found

    def _ids(self, found: npt.NDArray[np.bool_]) -> Ids:
        return Ids(self._people.roll.subjects.take(pa.array(np.flatnonzero(found))))

    def _of(self, category: str, is_gain: bool) -> npt.NDArray[np.int64]:
        return self._records.setdefault((category, is_gain), np.zeros(len(self._people.regions), np.int64))

    def _who(self, category: str, is_gain: bool) -> npt.NDArray[np.bool_]:
        return self._members.setdefault((category, is_gain), np.zeros(self._size, np.bool_))


def _kinds_of(categories: tuple[str, ...], mask: int) -> Iterable[str]:
    return (category for bit, category in enumerate(categories) if mask >> bit & 1)
