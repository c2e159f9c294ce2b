"""A walk of one to three steps from somebody's own items over the counts, and the items that it reaches.

A step goes from an item to its strongest neighbours, by their sums, divided by the popularity of both ends to the
powers of the recipe. Scores are floats, and come out of the counts alone, in one order of summation: equal counts and
equal own items give equal bytes, whichever items stand in memory beside them and in which process. The walker need not
be counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from licet.uses.recommend.interactions import Numbers
from licet.uses.recommend.item_counts import ItemCounts

Scores: TypeAlias = npt.NDArray[np.float64]


class ScoredItem(NamedTuple):
    """An item and what the walk says of it; scores of different members do not compare."""

    item: str
    score: float


def walk_scores(counts: ItemCounts, own_items: Iterable[str]) -> Scores:
    """float64[items]: what a walk from some items says of each, at their numbers; 0.0 for those it starts from.

    own_items: at most the `NEWEST` of them, as `newest_items` has it: the walk costs as much as they have neighbours.
    """
    scores = np.zeros(len(counts.items))
    own = counts.numbers_of(own_items)
    starts, mass = own, np.ones(len(own))
    weights = counts.recipe.hops
    for hop in range(
        max(nth for nth, weight in enumerate(weights, start=1) if weight) if any(weights) else 0
    ):
        reached = _step(counts, starts, mass)
        starts = np.flatnonzero(reached > 0)
        if not len(starts):
            break
        mass = reached[starts]
        scores[starts] += weights[hop] * (mass / _in_order(mass))
        starts, mass = _frontier(starts, mass, counts.recipe.frontier)
    scores[own] = 0
    return scores


def strongest(
    counts: ItemCounts, scores: Scores, most: int, without: Collection[str] = ()
) -> list[ScoredItem]:
    """The items of the highest scores, of equal ones the first by id; only those that the walk reached.

    without: items that are left out, such as the member's own, expired ones, and those they want no more of.
    """
    reached = scores > 0
    reached[counts.numbers_of(without)] = False
    places, values = _frontier(np.flatnonzero(reached), scores[reached], most)
    order = np.lexsort((places, -values))
    return [ScoredItem(counts.items[places[nth]], float(values[nth])) for nth in order.tolist()]


def _step(counts: ItemCounts, starts: Numbers, mass: Scores) -> Scores:
    """Where a step from some items leads, and with how much."""
    leaving = mass * counts.from_discount[starts]
    # `take`, and a product in its place: indexing and multiplying the two kinds of numbers takes four times as long.
    moved = counts.strengths.take(starts, axis=0).astype(np.float64)
    moved *= leaving[:, None]
    near = counts.neighbours.take(starts, axis=0)
    reached = np.bincount(near.ravel(), moved.ravel(), len(counts.items))
    return reached * counts.to_discount


def _frontier(places: Numbers, values: Scores, most: int) -> tuple[Numbers, Scores]:
    """Those of the largest values, of equal ones the first; in the order of their places."""
    excess = len(values) - most
    if excess <= 0:
        return places, values
    least = np.partition(values, excess)[excess]
    chosen = values > least
    chosen[np.flatnonzero(values == least)[: most - int(chosen.sum())]] = True
    return places[chosen], values[chosen]


def _in_order(values: Scores) -> float:
    """The sum from first to last; `sum` groups them by where they lie, which differs between processors."""
    return float(np.add.accumulate(values)[-1])
