"""What recommendations tell of one member to somebody who knows nearly all they did.

The attacker knows all but one of somebody's items, opens an account that did just those, and looks whether the missing
one is among the first of its list. Tried for members while they are learnt from and after they left, on the same counts
otherwise: what is found of those who left is what everybody else's rows tell anyway, and the difference is what being
in costs. Nobody is named in what comes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from licet.uses.recommend.interactions import Interactions
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.ranking_metrics import Interval, Numbers, draw, ranking_by_walk, share_interval
from licet.uses.recommend.walk_recipe import WalkRecipe
from licet.uses.use import Progress, silent

#: Members who did so much are attacked: with less there is little to know them by, with more one is among many.
_LEAST_ROWS, _MOST_ROWS = 4, 20


class Exposed(NamedTuple):
    """How often the missing item is found. learnt_from, left: shares of the members tried. min_support: so many members
    must have joined two items before a ranking goes by it."""

    min_support: int
    learnt_from: Interval
    left: Interval


def attack(
    interactions: Interactions,
    recipe: WalkRecipe,
    *,
    supports: Sequence[int] = (1, 2, 3),
    most: int = 250,
    k: int = 20,
    seed: int = 0,
    progress: Progress = silent,
) -> list[Exposed]:
    """Try it on at most so many members, at each least support; none where nobody did 4 to 20 things."""
    targets = _targets(interactions, most, seed)
    if not len(targets):
        return []
    found = []
    for number, support in enumerate(supports):
        progress("attacking", number, len(supports))
        counts = ItemCounts.of(interactions, recipe.model_copy(update={"min_support": support}))
        hits = np.array(
            [
                _hits(counts, interactions.items_of(interactions.members[who]), seed, k)
                for who in targets.tolist()
            ],
            float,
        )
        found.append(
            Exposed(support, share_interval(hits[:, 0], targets), share_interval(hits[:, 1], targets))
        )
    return found


def _targets(interactions: Interactions, most: int, seed: int) -> Numbers:
    many = interactions.sizes
    fit = np.flatnonzero((many >= _LEAST_ROWS) & (many <= _MOST_ROWS))
    drawn = draw([interactions.members[number] for number in fit], seed)
    return np.sort(fit[np.argsort(drawn, kind="stable")[:most]])


def _hits(counts: ItemCounts, own: list[str], seed: int, k: int) -> tuple[bool, bool]:
    """Whether the missing item is found while its member is learnt from, and after they left."""
    known, missing = _missing(own, seed)
    number = counts.number_of(missing)
    learnt_from = number in ranking_by_walk(counts, known, k)
    counts.replace(own, ())
    try:
        return learnt_from, number in ranking_by_walk(counts, known, k)
    finally:
        counts.replace((), own)


def _missing(own: list[str], seed: int) -> tuple[list[str], str]:
    """What the attacker knows, and what they look for."""
    drawn = int(draw([" ".join(own)], seed)[0] % np.uint64(len(own)))
    return [*own[:drawn], *own[drawn + 1 :]], own[drawn]
