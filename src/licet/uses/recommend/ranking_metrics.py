"""How good a ranking is, and how sure one can be of that: what is held out, NDCG and recall at k, coverage, intervals.

What is held out of a member's rows goes by their id and the items' alone: the same rows of them are held out whoever
else is there, in any process and on any machine. Intervals are over members: several figures of one member, of several
seeds, count as one observation of them (a mean over clusters).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from licet.uses.recommend.interactions import Interactions
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.item_walk import strongest, walk_scores

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.integer]
Mask = npt.NDArray[np.bool_]

#: Of a normal distribution: 95 % lie so many standard deviations around its middle.
_DEVIATIONS = 1.96
#: Who did less than this has nothing held out by chance: too little would be left to serve them from.
LEAST_ROWS = 3


class Split(NamedTuple):
    """shown: what is learnt from and served by. held_out: what a good ranking puts first. Both of the same members and
    items, in the same numbers."""

    shown: Interactions
    held_out: Interactions


class Quality(NamedTuple):
    """Of each of some members. members: their numbers. coverage: the share of all items in at least one ranking."""

    members: Numbers
    ndcg: Floats
    recall: Floats
    coverage: float


class Interval(NamedTuple):
    """A mean or a ratio of means, and how far to either side 95 % reach; members: how many it is over."""

    middle: float
    half_width: float
    members: int

    @property
    def lowest(self) -> float:
        return self.middle - self.half_width

    @property
    def highest(self) -> float:
        return self.middle + self.half_width


def own_rows(interactions: Interactions, member: int) -> Numbers:
    """The numbers of one member's items."""
    first, end = interactions.starts[member : member + 2]
    own: Numbers = interactions.item_numbers[first:end]
    return own


def kept_rows(interactions: Interactions, kept: Mask) -> Interactions:
    """Those rows that a mask keeps, of the same members and items; who keeps none has none."""
    counts = np.bincount(interactions.member_numbers[kept], minlength=len(interactions.members))
    return interactions._replace(
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        item_numbers=interactions.item_numbers[kept],
        times=interactions.times[kept],
    )


def split_at_random(interactions: Interactions, seed: int, share: float = 0.2) -> Split:
    """Hold out a share of the rows of everybody who has three or more: one at least."""
    whose, counts = interactions.member_numbers, interactions.sizes
    # The items' numbers are of another seed: an id that is a member's and an item's would else be drawn as nothing.
    by_item = draw(interactions.items, ~seed)[interactions.item_numbers]
    order = np.lexsort((_mixed(draw(interactions.members, seed)[whose] + by_item), whose))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order)) - interactions.starts[:-1][whose[order]]
    many = np.where(counts >= LEAST_ROWS, np.maximum(1, np.rint(counts * share)), 0)
    return _split(interactions, place < many[whose])


def split_by_time(interactions: Interactions, share: float = 0.2) -> Split:
    """Hold out what was done last, after one moment for everybody: as a recommender meets what comes.

    share: of all rows; those of that very moment are shown. Who did nothing before it is served from nothing.
    """
    if not len(interactions.times):
        return _split(interactions, np.zeros(0, np.bool_))
    ordered = np.sort(interactions.times)
    moment = ordered[min(len(ordered) - 1, int(len(ordered) * (1 - share)))]
    return _split(interactions, interactions.times > moment)


def panel_of(split: Split, most: int, seed: int, among: Mask | None = None) -> Numbers:
    """The numbers of at most so many members who were shown something and have something held out, in their order.

    Who is taken goes by the ids and the seed. among: only of these.
    """
    fit = (split.shown.sizes > 0) & (split.held_out.sizes > 0)
    numbers = np.flatnonzero(fit if among is None else fit & among)
    drawn = draw([split.shown.members[number] for number in numbers], seed ^ 0x5EED)
    return np.sort(numbers[np.argsort(drawn, kind="stable")[:most]])


def ndcg_at_k(ranking: Numbers, relevant: Numbers, k: int = 20) -> float:
    """The discounted gain of the first k, over that of the best ranking there could be: from 0 to 1.

    ranking: numbers of items, the best first. relevant: those held out, one at least.
    Source: Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques, 2002; gains are 0 and 1.
    """
    hits = np.isin(ranking[:k], relevant)
    return float(_discounts(len(hits))[hits].sum() / _discounts(min(k, len(relevant))).sum())


def recall_at_k(ranking: Numbers, relevant: Numbers, k: int = 20) -> float:
    """How much of what is held out the first k hold, of as much as they can hold."""
    return float(np.isin(ranking[:k], relevant).sum() / min(k, len(relevant)))


def coverage(rankings: Iterable[Numbers], items: int, k: int = 20) -> float:
    """The share of all items that stand among the first k of anybody."""
    seen = np.zeros(max(items, 1), np.bool_)
    for ranking in rankings:
        seen[ranking[:k]] = True
    return float(seen.sum() / len(seen))


def quality_of(rank: Callable[[int], Numbers], split: Split, panel: Numbers, k: int = 20) -> Quality:
    """How good the rankings are that somebody gives the members of a panel. rank: by the number of a member."""
    rankings = [rank(int(member)) for member in panel]
    held = [own_rows(split.held_out, int(member)) for member in panel]
    pairs = list(zip(rankings, held, strict=True))
    return Quality(
        panel,
        np.array([ndcg_at_k(ranking, relevant, k) for ranking, relevant in pairs]),
        np.array([recall_at_k(ranking, relevant, k) for ranking, relevant in pairs]),
        coverage(rankings, len(split.shown.items), k),
    )


def ranking_by_walk(counts: ItemCounts, own_items: Sequence[str], k: int = 20) -> Numbers:
    """The numbers, as `counts` has them, of the first k items for whoever did just these, which are left out."""
    found = strongest(counts, walk_scores(counts, own_items), k, own_items)
    return np.array([counts.number_of(each.item) for each in found], np.int64)


def mean_interval(values: Floats, members: Numbers) -> Interval:
    """The mean of figures, such as paired differences, with its interval over members.

    members: of each figure whose it is. Raises: ValueError for none.
    """
    if not len(values):
        raise ValueError("there is no mean of nothing")
    middle = float(values.mean())
    return _interval(middle, values - middle, members, 1.0)


def share_interval(hits: Floats, members: Numbers) -> Interval:
    """The share of members for whom something is so; none and all of a few are no certainty.

    hits: 1 or 0, one a member. Source: Agresti and Coull, Approximate is better than exact, 1998: two more of each.
    """
    many = len(hits)
    likely = (float(hits.sum()) + 2) / (many + 4)
    half_width = _DEVIATIONS * float(np.sqrt(likely * (1 - likely) / (many + 4)))
    return mean_interval(hits, members)._replace(half_width=half_width)


def ratio_interval(of: Floats, to: Floats, members: Numbers) -> Interval:
    """The mean of figures over the mean of others of the same members, paired, by the delta method.

    Raises: ValueError for none, and where the others are nothing.
    """
    if not len(to) or not to.mean():
        raise ValueError("there is no ratio to nothing")
    ratio = float(of.mean() / to.mean())
    return _interval(ratio, of - ratio * to, members, float(to.mean()))


def _interval(middle: float, around: Floats, members: Numbers, scale: float) -> Interval:
    """around: of each figure how far it is from the middle. scale: of those."""
    _, whose = np.unique(members, return_inverse=True)
    sums = np.bincount(whose, around)
    many = len(sums)
    spread = np.sqrt((sums**2).sum() * (many / (many - 1) if many > 1 else 1.0))
    return Interval(middle, float(_DEVIATIONS * spread / len(around) / scale), many)


def _discounts(many: int) -> Floats:
    found: Floats = 1 / np.log2(np.arange(2, many + 2))
    return found


def _split(interactions: Interactions, held_out: Mask) -> Split:
    return Split(kept_rows(interactions, ~held_out), kept_rows(interactions, held_out))


def draw(ids: Sequence[str], seed: int) -> npt.NDArray[np.uint64]:
    """Of each id a number of 64 bits that seems drawn, by the id and the seed alone."""
    salt = seed.to_bytes(8, "little", signed=True)
    made = b"".join(
        hashlib.blake2b(one.encode("utf-8", "surrogatepass"), digest_size=8, salt=salt).digest()
        for one in ids
    )
    return np.frombuffer(made, "<u8").astype(np.uint64)


def _mixed(drawn: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """So that sums of two draws seem drawn, too. Source: Steele et al., SplitMix, 2014."""
    drawn = (drawn ^ (drawn >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    drawn = (drawn ^ (drawn >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: npt.NDArray[np.uint64] = drawn ^ (drawn >> np.uint64(31))
    return found
