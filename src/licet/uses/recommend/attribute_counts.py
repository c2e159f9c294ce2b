"""For whoever has no history: how many permitted members with a value in their profile took up each item.

Whole numbers, summed over members, so that one of them is taken out by subtracting 1 from each pair of a value and an
item of theirs, exactly: after any sequence of that the table is, to the byte, that of a build which never saw them.
Refused: taking out what is not in the counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from licet.uses.recommend.count_rows import Columns, CountRows, Numbers, not_held, write_text
from licet.uses.recommend.fixed_point import ONE, STEPS, fourth_roots, log2_steps
from licet.uses.recommend.text_terms import MOST_PHRASE_CHARACTERS, words

#: Of one member so many values count.
MOST_VALUES = 64
#: So many pairs of a value and an item are in hand at once when all is made anew.
_CHUNK = 4_000_000
#: More items than there can be: columns are below it.
_WIDTH = 1 << 31


class MemberTraits(NamedTuple):
    """What of a permitted member is counted. values: as `profile_values` has them; items: ids of what they took up."""

    values: Sequence[str]
    items: Sequence[str]


def profile_values(columns: Mapping[str, Collection[str] | str | None]) -> tuple[str, ...]:
    """The values of a profile that are counted: by column each value as a whole and each word of it.

    columns: of a member's own permitted rows; a text, several, or none.
    Returns: ascending, each once, at most 64: of every column the first, then of every column the second, and so on.
    """
    ranked = [
        (place, value)
        for column, cell in columns.items()
        for place, value in enumerate(_values_of(column, cell))
    ]
    return tuple(sorted(value for _, value in sorted(ranked)[:MOST_VALUES]))


def _values_of(column: str, cell: Collection[str] | str | None) -> list[str]:
    """Of one column, whole ones first."""
    texts = [cell or ""] if isinstance(cell, str | None) else cell
    whole, parts = set[str](), set[str]()
    for text in texts:
        inside = list(words(text[:MOST_PHRASE_CHARACTERS]))
        if inside:
            whole.add(f"{column}={' '.join(inside)}")
        if len(inside) > 1:
            parts.update(f"{column}~{word}" for word in inside)
    return [*sorted(whole), *sorted(parts)]


class AttributeCounts:
    """Of each value of a profile by item the number of members; and of members with each value, and of each item.

    Counted is every item that somebody took up. items: those that are asked about, ascending, each once; an item's
    number is its place among them, and others can be asked about at any time without counting anew.
    """

    def __init__(self, items: Sequence[str] = ()) -> None:
        #: By its id the column of an item, in the order in which they came up: no answer goes by that.
        self._columns: dict[str, int] = {}
        self._taken: Numbers = np.zeros(0, np.int64)
        self._popularity: Numbers | None = None
        self._pairs, self._with_value, self._members = CountRows(), dict[str, int](), 0
        self.ask_about(items)

    @classmethod
    def of(cls, members: Iterable[MemberTraits], items: Sequence[str] = ()) -> AttributeCounts:
        """Count some members, in any order, each of whom comes once."""
        made = cls(items)
        numbers: dict[str, int] = {}
        cells, counts, waiting, held = list[Numbers](), list[Numbers](), list[Numbers](), 0
        for traits in members:
            own = made._note(traits, 1)
            known = np.array(
                [numbers.setdefault(value, len(numbers)) for value in set(traits.values)], np.int64
            )
            waiting.append((known[:, None] * _WIDTH + own.astype(np.int64)[None, :]).ravel())
            held += len(waiting[-1])
            if held >= _CHUNK:
                _sum_up(waiting, cells, counts)
                held = 0
        _sum_up(waiting, cells, counts)
        if cells:
            made._pairs = CountRows.of(list(numbers), np.concatenate(cells), np.concatenate(counts), _WIDTH)
        return made

    def ask_about(self, items: Sequence[str]) -> None:
        """Number these items from now on."""
        self.items = items
        self._asked, self._popularity = self._columns_of(items), None

    @property
    def popularity(self) -> Numbers:
        """How many members took each item up; not to be changed."""
        if self._popularity is None:
            self._popularity = self._taken[self._asked]
        return self._popularity

    def _columns_of(self, items: Iterable[str]) -> Numbers:
        found = np.array([self._columns.setdefault(item, len(self._columns)) for item in items], np.int64)
        if len(self._columns) > len(self._taken):
            room = np.zeros(len(self._columns) + len(self._columns) // 4, np.int64)
            room[: len(self._taken)] = self._taken
            self._taken = room
        return found

    def replace(self, before: MemberTraits | None, after: MemberTraits | None) -> None:
        """Put what a member is now in the place of what they were; None: not among the permitted.

        Raises: UseError RCMD-070 where `before` is not in the counts; they are of no use then.
        """
        for traits, change in ((before, -1), (after, 1)):
            if traits is not None:
                own = self._note(traits, change)
                for value in sorted(set(traits.values)) if len(own) else ():
                    self._pairs.add(value, own, change)

    def _note(self, traits: MemberTraits, change: int) -> Columns:
        """Count a member among all and return their items; whoever took nothing up counts nowhere."""
        own = np.unique(self._columns_of(traits.items)).astype(np.int32)
        if not len(own):
            return own
        self._members += change
        self._taken[own] += change
        self._popularity = None
        for value in set(traits.values):
            self._with_value[value] = self._with_value.get(value, 0) + change
            if not self._with_value[value]:
                del self._with_value[value]
        if self._members < 0 or (self._taken[own] < 0).any():
            raise not_held()
        return own

    def members_with(self, value: str) -> int:
        """How many members have a value and took something up."""
        return self._with_value.get(value, 0)

    def members_of(self, value: str, item: int) -> int:
        """How many members with a value took up an item, which is named by its number."""
        row, column = self._pairs.row(value), self._asked[item]
        place = int(np.searchsorted(row.columns, column))
        return int(row.counts[place]) if place < len(row.columns) and row.columns[place] == column else 0

    def scores(self, values: Sequence[str], min_support: int = 1) -> Numbers:
        """How much each item is taken up by members who share values: rare values say more, popular items less.

        values: of the asker's own profile. min_support: pairs of fewer members count as none.
        Returns: one number an item, 0 where nothing speaks for it; the same on every machine.
        """
        total: Numbers = np.zeros(len(self._taken), np.int64)
        for value in sorted(set(values))[:MOST_VALUES]:
            row, members = self._pairs.row(value), self._with_value.get(value, 0)
            if members:
                enough = row.counts >= min_support
                total[row.columns[enough]] += row.counts[enough] * self._weight(members)
        scores: Numbers = np.zeros(len(self._asked), np.int64)
        if total.any():
            said = total[self._asked]
            places = np.flatnonzero(said > 0)
            scores[places] = np.floor(said[places] / fourth_roots(self.popularity[places]))
        return scores

    def _weight(self, members: int) -> int:
        """log2 of how rare a value is, through the three-quarters power of how many have it."""
        rarity = log2_steps(self._members + 1, members)
        root = fourth_roots(np.array([members], np.int64))[0]
        return int(ONE // STEPS * rarity / (root * root * root))

    def digest(self) -> str:
        """SHA-256 of all that is counted, by ids: equal exactly where the counts are; items of nobody are not in it."""
        hasher = hashlib.sha256(f"{self._members} ".encode())
        for item, column in sorted(self._columns.items()):
            if self._taken[column]:
                write_text(hasher, item, int(self._taken[column]))
        for value, members in sorted(self._with_value.items()):
            write_text(hasher, value, members)
        self._pairs.write_to(hasher, list(self._columns))
        return hasher.hexdigest()


def _sum_up(waiting: list[Numbers], cells: list[Numbers], counts: list[Numbers]) -> None:
    """Take what waits as cells, each once with how often it came."""
    if waiting:
        each, times = np.unique(np.concatenate(waiting), return_counts=True)
        cells.append(each)
        counts.append(times.astype(np.int64))
        waiting.clear()
