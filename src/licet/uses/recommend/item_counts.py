"""Counts over permitted members from which one can be taken out again exactly.

Per pair of items a whole number, per item its popularity and its strongest neighbours. Which these are is decided by
the whole numbers alone, then by the items' order: a rule that looked at popularity as well would change the rows of
items that a leaver never touched. So `replace` reads and writes the rows of one member's items and no others, and
leaves what counting anew without that member makes, byte for byte.

Items stand in the order of their ids. Ties go by that order, which is the same whoever else is absent; a place in it
that nobody holds any more stays until the next count, has no neighbours, is nobody's neighbour, and is in no digest.
While somebody is replaced nobody may read: whoever serves holds a lock.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from licet.terms import UseError
from licet.uses.recommend.interactions import Interactions, Numbers
from licet.uses.recommend.pair_sums import MemberRows, PairSums, sum_pairs
from licet.uses.recommend.walk_recipe import NEWEST, WalkRecipe

Items = npt.NDArray[np.int32]

#: So many rows are copied at a time: what stands beside them while they are costs more memory than they.
_ROWS_AT_A_TIME = 4_096


class CountedRow(NamedTuple):
    """An item's others, ascending, with the sum over members of each pair and how many members have both."""

    columns: Items
    sums: Numbers
    supports: Items


class CountedState(NamedTuple):
    """Everything that is counted, of items that somebody has, numbered among themselves: equal states, equal bytes."""

    items: tuple[str, ...]
    popularity: Numbers
    starts: Numbers
    columns: Items
    sums: Numbers
    supports: Items
    neighbours: Items
    strengths: Numbers


class ItemCounts:
    """recipe:   what they were made by. items: ids, in order; a place there is an item's number.

    popularity: int64[items]: how many members have it.
    neighbours: int32[items, k]: the numbers of each item's strongest, ascending; 0 where it has fewer.
    strengths:  int64[items, k]: the sums beside them; 0 where it has fewer.
    """

    def __init__(self, recipe: WalkRecipe, items: list[str], popularity: Numbers, sums: PairSums) -> None:
        self.recipe, self.items, self.popularity = recipe, items, popularity
        self._weights = recipe.weights
        self._numbers = {item: number for number, item in enumerate(items)}
        self._base, self._moved = sums, dict[int, CountedRow]()
        self.neighbours = np.zeros((len(items), recipe.neighbours), np.int32)
        self.strengths = np.zeros((len(items), recipe.neighbours), np.int64)
        self.from_discount, self.to_discount = np.ones((2, len(items)))
        self._choose_all()
        self._discount(np.arange(len(items)))

    @classmethod
    def of(cls, held: Interactions, recipe: WalkRecipe) -> ItemCounts:
        """Count everybody in `held`."""
        popularity = np.bincount(held.item_numbers, minlength=len(held.items)).astype(np.int64)
        return cls(recipe, held.items, popularity, sum_pairs(MemberRows.of(held), recipe.weights))

    def walked_by(self, recipe: WalkRecipe) -> ItemCounts:
        """These counts under a recipe that counts alike and walks otherwise; to be read, until somebody is replaced.

        Raises: ValueError for one that counts otherwise.
        """
        if _counting(recipe) != _counting(self.recipe):
            raise ValueError("by that recipe other numbers are counted")
        other = copy.copy(self)
        other.recipe, other.from_discount, other.to_discount = recipe, *np.ones((2, len(self.items)))
        other._discount(np.arange(len(self.items)))
        return other

    def row(self, number: int) -> CountedRow:
        """What is counted beside an item; not to be changed."""
        moved = self._moved.get(number)
        if moved is not None:
            return moved
        part = slice(self._base.starts[number], self._base.starts[number + 1])
        return CountedRow(self._base.columns[part], self._base.sums[part], self._base.supports[part])

    def number_of(self, item: str) -> int | None:
        return self._numbers.get(item)

    def numbers_of(self, items: Iterable[str]) -> Numbers:
        """The numbers of some items, ascending, each once; of those that are not there none."""
        found = {self._numbers.get(item) for item in items} - {None}
        return np.array(sorted(number for number in found if number is not None), np.int64)

    def supports_of(self, items: Collection[str], others: Collection[str]) -> dict[tuple[str, str], int]:
        """How many members have both an item and another, whatever the recipe keeps; a pair of nobody is not in it."""
        known = [(number, other) for other in others if (number := self._numbers.get(other)) is not None]
        wanted = np.array([number for number, _ in known], np.int64)
        found = dict[tuple[str, str], int]()
        for item in items:
            number = self._numbers.get(item)
            if number is None:
                continue
            row = self.row(number)
            places = np.searchsorted(row.columns, wanted)
            there = np.flatnonzero(places < len(row.columns))
            there = there[row.columns[places[there]] == wanted[there]]
            for place, support in zip(there.tolist(), row.supports[places[there]].tolist(), strict=True):
                found[item, known[place][1]] = support
        return found

    def replace(self, before: Collection[str], after: Collection[str]) -> int:
        """Count one member with other items than before; empty: not at all. Returns how many rows were made anew.

        before, after: the items of theirs that count, as `Interactions` has them.
        Raises: UseError RCMD-001 where what is to be taken out was never counted, or more than `NEWEST` would be; then
        nothing is changed.
        """
        old, new = set(before), set(after)
        if old == new:
            return 0
        if max(len(old), len(new)) > NEWEST or not old <= self._numbers.keys():
            raise _not_counted()
        changed = self._changed_rows(old, new & self._numbers.keys())
        if changed is None or (self.popularity[self.numbers_of(old)] < 1).any():
            raise _not_counted()
        if not new <= self._numbers.keys():
            self._make_room(new - self._numbers.keys())
            changed = self._changed_rows(old, new)
            assert changed is not None
        self.popularity[self.numbers_of(old)] -= 1
        self.popularity[self.numbers_of(new)] += 1
        for number, row in changed.items():
            self._put(number, row)
        self._discount(np.array(list(changed)))
        return len(changed)

    def state(self) -> CountedState:
        """All of it; costs as much as it is large."""
        live = np.flatnonzero(self.popularity)
        place = np.zeros(len(self.items), np.int32)
        place[live] = np.arange(len(live), dtype=np.int32)
        rows = [self.row(number) for number in live.tolist()]
        starts = np.cumsum([0, *(len(row.columns) for row in rows)])
        nothing = CountedRow(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int32))
        columns, sums, supports = (np.concatenate(part) for part in zip(nothing, *rows, strict=True))
        strengths = self.strengths[live]
        near = np.where(strengths > 0, place[self.neighbours[live]], 0).astype(np.int32)
        items = tuple(self.items[number] for number in live.tolist())
        return CountedState(
            items, self.popularity[live], starts, place[columns], sums, supports, near, strengths
        )

    def digest(self) -> str:
        """SHA-256 over the recipe and `state`, hex: equal digests, equal counts, however they came about."""
        state, hashed = self.state(), hashlib.sha256(b"licet item counts 1\n" + self.recipe.digest.encode())
        for item in state.items:
            text = item.encode()
            hashed.update(len(text).to_bytes(8, "little") + text)
        for part in state[1:]:
            hashed.update(part.astype(part.dtype.newbyteorder("<")).tobytes())
        return hashed.hexdigest()

    # -- within --------------------------------------------------------------------------------------------------

    def _changed_rows(self, old: Collection[str], new: Collection[str]) -> dict[int, CountedRow] | None:
        """The rows of a member's items once they are counted otherwise; None where they were not counted so."""
        out, into = self.numbers_of(old), self.numbers_of(new)
        less, more = self._weights[len(old)], self._weights[len(new)]
        changed = dict[int, CountedRow]()
        for number in out.tolist():
            taken = _taken(self.row(number), out[out != number], less)
            if taken is None:
                return None
            changed[number] = taken
        for number in into.tolist():
            changed[number] = _given(changed.get(number) or self.row(number), into[into != number], more)
        return changed

    def _put(self, number: int, row: CountedRow) -> None:
        if number not in self._moved:
            for part in self.row(number):
                part[:] = 0  # what was taken out lies nowhere in memory, either
        self._moved[number] = row
        near = _strongest(row, self.recipe)
        self.neighbours[number], self.strengths[number] = 0, 0
        self.neighbours[number, : len(near.columns)] = near.columns
        self.strengths[number, : len(near.columns)] = near.sums

    def _choose_all(self) -> None:
        """The strongest neighbours of every item; rows that need no choice are copied together."""
        starts, most = self._base.starts, self.recipe.neighbours
        if self.recipe.min_support > 1:
            chosen = np.arange(len(starts) - 1)
        else:
            chosen = np.flatnonzero(np.diff(starts) > most)
            for first in range(0, len(starts) - 1, _ROWS_AT_A_TIME):
                self._copy_short(starts[first : first + _ROWS_AT_A_TIME + 1], first)
        for number in chosen.tolist():
            near = _strongest(self.row(number), self.recipe)
            self.neighbours[number, : len(near.columns)] = near.columns
            self.strengths[number, : len(near.columns)] = near.sums

    def _copy_short(self, starts: Numbers, first: int) -> None:
        """Of the rows from `first` on those that have no more others than are kept."""
        lengths = np.diff(starts)
        short = np.repeat(lengths <= self.recipe.neighbours, lengths)
        rows = np.repeat(np.arange(first, first + len(lengths)), lengths)[short]
        places = (np.arange(starts[0], starts[-1]) - np.repeat(starts[:-1], lengths))[short]
        part = slice(int(starts[0]), int(starts[-1]))
        self.neighbours[rows, places] = self._base.columns[part][short]
        self.strengths[rows, places] = self._base.sums[part][short]

    def _discount(self, numbers: Numbers) -> None:
        """What the popularity of some items comes to, in Python's own powers: numpy's differ between processors."""
        values, which = np.unique(np.maximum(self.popularity[numbers], 1), return_inverse=True)
        for discount, percent in (
            (self.from_discount, self.recipe.origin_percent),
            (self.to_discount, self.recipe.target_percent),
        ):
            discount[numbers] = np.array([1 / value ** (percent / 100) for value in values.tolist()])[which]

    def _make_room(self, new: Collection[str]) -> None:
        """Give places to items that nobody had when all was counted; every number above them moves up."""
        items = sorted({*self.items, *new})
        numbers = {item: number for number, item in enumerate(items)}
        place = np.array([numbers[item] for item in self.items], np.int32)
        rows = {
            int(place[number]): CountedRow(place[row.columns], row.sums, row.supports)
            for number, row in self._moved.items()
        }
        lengths = np.zeros(len(items) + 1, np.int64)
        lengths[place + 1] = np.diff(self._base.starts)
        base = self._base
        self._base = PairSums(np.cumsum(lengths), place[base.columns], base.sums, base.supports)
        self._moved, self._numbers, self.items = rows, numbers, items
        self.popularity = _spread(self.popularity, place, len(items))
        self.strengths = _spread(self.strengths, place, len(items))
        near = np.where(self.strengths[place] > 0, place[self.neighbours], 0).astype(np.int32)
        self.neighbours = _spread(near, place, len(items))
        self.from_discount, self.to_discount = (
            _spread(discount, place, len(items), 1) for discount in (self.from_discount, self.to_discount)
        )


def _taken(row: CountedRow, others: Numbers, less: int) -> CountedRow | None:
    """A row without what one member added to it; None where nobody did."""
    places = np.searchsorted(row.columns, others)
    if len(places) and (places[-1] >= len(row.columns) or (row.columns[places] != others).any()):
        return None
    sums, supports = row.sums.copy(), row.supports.copy()
    sums[places] -= less
    supports[places] -= 1
    if ((sums[places] > 0) != (supports[places] > 0)).any() or (sums[places] < 0).any():
        return None
    stay = supports > 0
    return CountedRow(row.columns[stay], sums[stay], supports[stay])


def _given(row: CountedRow, others: Numbers, more: int) -> CountedRow:
    """A row with what one member adds to it."""
    places = np.searchsorted(row.columns, others)
    there = np.zeros(len(others), bool)
    inside = places < len(row.columns)
    there[inside] = row.columns[places[inside]] == others[inside]
    come = places[~there] + np.arange(len(others) - int(there.sum()))
    size = len(row.columns) + len(come)
    stay = np.ones(size, bool)
    stay[come] = False
    columns, sums, supports = np.empty(size, np.int32), np.zeros(size, np.int64), np.zeros(size, np.int32)
    columns[stay], sums[stay], supports[stay] = row
    columns[come] = others[~there]
    places = np.searchsorted(columns, others)
    sums[places] += more
    supports[places] += 1
    return CountedRow(columns, sums, supports)


def _strongest(row: CountedRow, recipe: WalkRecipe) -> CountedRow:
    """Those of a row that are kept as neighbours: of the largest sums, of equal ones the first; ascending."""
    kept = row
    if recipe.min_support > 1:
        enough = row.supports >= recipe.min_support
        kept = CountedRow(row.columns[enough], row.sums[enough], row.supports[enough])
    excess = len(kept.columns) - recipe.neighbours
    if excess <= 0:
        return kept
    least = np.partition(kept.sums, excess)[excess]
    chosen = kept.sums > least
    chosen[np.flatnonzero(kept.sums == least)[: recipe.neighbours - int(chosen.sum())]] = True
    return CountedRow(kept.columns[chosen], kept.sums[chosen], kept.supports[chosen])


def _spread(values: npt.NDArray[Any], place: Items, size: int, fill: int = 0) -> npt.NDArray[Any]:
    """Rows at other places, and `fill` at the new ones."""
    moved = np.full((size, *values.shape[1:]), fill, values.dtype)
    moved[place] = values
    return moved


def _not_counted() -> UseError:
    return UseError(
        "RCMD-001",
        "a member's interactions cannot be taken out of the counts: they were not counted so",
        fix="count anew from the artefact: the counts in this process are not those of its rows",
    )


def _counting(recipe: WalkRecipe) -> tuple[int, ...]:
    """What of a recipe decides which numbers are counted and kept."""
    return recipe.version, recipe.alpha_percent, recipe.neighbours, recipe.min_support
