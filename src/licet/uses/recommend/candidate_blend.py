"""One list out of what speaks for each item, for a history of any depth, by weights that nobody is asked for.

The walk speaks from what a member took up, and the more of that there is the more it counts; what their profile and
their words say fills what it leaves open, and popularity and newness what those do. Each part counts by its share of
its greatest, as whole numbers, so that the list is the same on every machine; equal scores stand by their item's id.
Whatever is not there any more, was taken up already or is not wanted is left out, whatever speaks for it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from licet.uses.recommend.count_rows import Numbers
from licet.uses.recommend.fixed_point import ONE, add_shares

#: Beyond so many items of their own a member's walk counts no more than with so many.
_DEEPEST = 10
_WALK, _ATTRIBUTES, _OVERLAP, _LIKENESS, _POPULARITY, _NEWNESS = 8, 8, 8, 4, 2, 1
#: An item of this age is half as new as one of this moment; 30 days.
_HALF_AS_NEW_US = 30 * 86_400 * 1_000_000
#: For `Availability.created` and `expires`: not known.
NO_TIME = np.iinfo(np.int64).min


class Parts(NamedTuple):
    """What speaks for each item; all of one length, in the order of ids. What may not be used is all 0.

    walk: of `item_walk`. attributes: of `attribute_counts`. overlap: the member's own words, likeness: those of the
    items that they took up, both of `text_overlap`. popularity: how many members took it up. newness: of `newness`.
    """

    walk: npt.NDArray[np.float64]
    attributes: Numbers
    overlap: Numbers
    likeness: Numbers
    popularity: Numbers
    newness: Numbers

    @classmethod
    def none(cls, width: int) -> Parts:
        """Nothing speaks for any of so many items."""
        zeros = np.zeros(width, np.int64)
        return cls(np.zeros(width, np.float64), zeros, zeros, zeros, zeros, zeros)


class Ranked(NamedTuple):
    """number: of an item among the ids. score: what spoke for it, all in all."""

    number: int
    score: int


class Availability(NamedTuple):
    """items: ids, ascending. created, expires: int64 µs since 1970, or NO_TIME; one beside each item."""

    items: Sequence[str]
    created: Numbers
    expires: Numbers

    def left_out(self, now_us: int, refused: Collection[str]) -> npt.NDArray[np.bool_]:
        """Which items may not be in a list: expired ones, and those of `refused`: not wanted, or taken up already."""
        out: npt.NDArray[np.bool_] = (self.expires != NO_TIME) & (self.expires <= now_us)
        for item in refused:
            place = bisect_left(self.items, item)
            if place < len(self.items) and self.items[place] == item:
                out[place] = True
        return out

    def newness(self, now_us: int) -> Numbers:
        """How new each item is, ONE at this moment; 0 for those without a time or with one to come."""
        known = (self.created != NO_TIME) & (self.created <= now_us)
        # In milliseconds, and of what was before 1970 as from then, so that nothing comes near 2^63.
        half, age = _HALF_AS_NEW_US // 1000, np.where(known, now_us - np.maximum(self.created, 0), 0) // 1000
        # half * ONE is below 2^53, so that the quotient of floats, cut off, is that of whole numbers; it is quicker.
        return np.where(known, (half * ONE / (half + age)).astype(np.int64), 0)


def general_scores(parts: Parts) -> Numbers:
    """What of each item's score is the same for everybody."""
    total: Numbers = np.zeros(len(parts.newness), np.int64)
    add_shares(total, parts.popularity, _POPULARITY)
    add_shares(total, parts.newness, _NEWNESS)
    return total


def blend(parts: Parts, depth: int, general: Numbers | None = None) -> Numbers:
    """The score of each item. depth: how many items of the member's own the walk started from.

    general: of `general_scores`, where it is there already.
    """
    total = general_scores(parts) if general is None else general.copy()
    add_shares(total, parts.walk, _WALK * min(max(depth, 0), _DEEPEST))
    add_shares(total, parts.attributes, _ATTRIBUTES)
    add_shares(total, parts.overlap, _OVERLAP)
    add_shares(total, parts.likeness, _LIKENESS)
    return total


def strongest(scores: Numbers, left_out: npt.NDArray[np.bool_], size: int) -> list[Ranked]:
    """The items of the largest scores, largest first and equal ones in the order of ids; at most so many."""
    there = np.flatnonzero(~left_out)
    if len(there) > size > 0:
        held = scores[there]
        there = there[held >= np.partition(held, len(there) - size)[len(there) - size]]
    order = there[np.lexsort((there, -scores[there]))][: max(size, 0)]
    return [Ranked(*pair) for pair in zip(order.tolist(), scores[order].tolist(), strict=True)]


def supported(popularity: Numbers, min_support: int) -> Numbers:
    """Popularity in which what fewer than so many members took up counts as what nobody did."""
    return np.where(popularity >= min_support, popularity, 0)
