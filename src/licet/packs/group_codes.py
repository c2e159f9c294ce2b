"""What region groups hold, each found once: groups within groups cost what they say and not what they unfold to.

The codes of a group are bits of one number, so that ten thousand groups, each of which holds the one before, take a
few megabytes. Days matter only to the names of memberships, so they are asked last. A group that holds itself, which no
pack that loads has, holds what else it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from licet.terms.regions import MEMBERSHIPS, members_of, one_place

#: Answers kept; rules and settings name few different lists.
_MOST_KEPT = 64


class GroupCodes:
    """groups: what each includes: codes, names of memberships and other groups."""

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        self._groups = groups
        self._codes: list[str] = []
        self._bits: dict[str, int] = {}
        self._held: dict[str, int] = {}
        self._places: dict[tuple[int, date], frozenset[str]] = {}
        for group in groups:
            self._hold(group)

    def places(self, regions: Sequence[str], day: date) -> frozenset[str]:
        """Countries and subdivisions that a list of codes and groups names on `day`."""
        held = self._union(regions)
        places = self._places.get((held, day))
        if places is None:
            found: set[str] = set()
            for code in self._unfold(held):
                found |= members_of(code, day) if code in MEMBERSHIPS else {one_place(code)}
            if len(self._places) >= _MOST_KEPT:
                self._places.clear()
            places = self._places[held, day] = frozenset(found)
        return places

    def _hold(self, start: str) -> None:
        """Find what a group holds, those within it first; without recursion, since they may lie ten thousand deep."""
        trail, entered = [start], set[str]()
        while trail:
            group = trail[-1]
            if group not in self._held and group not in entered:
                entered.add(group)
                within = self._groups[group]
                trail += [name for name in within if name in self._groups and name not in self._held]
                continue
            trail.pop()
            if group not in self._held:
                self._held[group] = self._union(self._groups[group])

    def _union(self, entries: Sequence[str]) -> int:
        held = 0
        for entry in entries:
            held |= self._held.get(entry, 0) if entry in self._groups else self._bit(entry)
        return held

    def _bit(self, code: str) -> int:
        bit = self._bits.get(code)
        if bit is None:
            bit = self._bits[code] = 1 << len(self._codes)
            self._codes.append(code)
        return bit

    def _unfold(self, held: int) -> Iterator[str]:
        while held:
            lowest = held & -held
            yield self._codes[lowest.bit_length() - 1]
            held ^= lowest
