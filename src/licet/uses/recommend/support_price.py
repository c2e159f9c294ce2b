"""What it costs that a ranking goes by no pair of items which fewer than so many members share.

One member's act joins most pairs of items, so that a ranking that goes by them tells of that member; see
`completion_attack` for how often. Here is the other side: by how much worse lists are, and how many run short, at each
`min_support`, on any data, for the same members with the same rows held out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from licet.terms.canonical import JsonObject
from licet.uses.recommend.interactions import Interactions
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.ranking_metrics import (
    Interval,
    Numbers,
    panel_of,
    quality_of,
    ranking_by_walk,
    ratio_interval,
    split_at_random,
)
from licet.uses.recommend.walk_recipe import WalkRecipe
from licet.uses.use import Progress, silent

#: For fewer members than this there is no figure.
LEAST_PANEL = 50
K = 20
#: What is tried where nobody says otherwise.
SUPPORTS = (1, 2, 3, 5)


class SupportPrice(NamedTuple):
    """ndcg: the mean NDCG@20 over that of the least support asked for, with its interval; None where that is 0.

    pairs: the share of pairs of items that are left. short: the share of members whose list has fewer than 20 items.
    """

    min_support: int
    ndcg: Interval | None
    pairs: float
    short: float

    def as_json(self) -> JsonObject:
        """In thousandths, to what an interval lets one say."""
        ndcg = self.ndcg
        told = {} if ndcg is None else {"middle": ndcg.middle, "half_width": ndcg.half_width}
        return {
            "min_support": self.min_support,
            "ndcg_thousandths": {name: round(1000 * value) for name, value in told.items()} or None,
            "pairs_thousandths": round(1000 * self.pairs), "short_thousandths": round(1000 * self.short),
        }  # fmt: skip

    def line(self) -> str:
        """For a terminal or a log, in words."""
        told = (
            "no figure"
            if self.ndcg is None
            else f"{self.ndcg.middle - 1:+.1%} ± {self.ndcg.half_width:.1%} NDCG@20"
        )
        return f"min_support {self.min_support}: {told}, {self.pairs:.1%} of pairs, {self.short:.1%} of lists run short"


def support_prices(
    interactions: Interactions,
    recipe: WalkRecipe,
    *,
    supports: Sequence[int] = SUPPORTS,
    most: int = 800,
    seed: int = 0,
    progress: Progress = silent,
) -> list[SupportPrice]:
    """The price at each support, against the first of them; none where fewer than 50 members did enough."""
    split = split_at_random(interactions, seed)
    panel = panel_of(split, most, seed)
    if len(panel) < LEAST_PANEL:
        return []
    found: list[SupportPrice] = []
    first, all_pairs = np.empty(0), 0
    for number, support in enumerate(supports):
        progress("trying supports", number, len(supports))
        counts = ItemCounts.of(split.shown, recipe.model_copy(update={"min_support": support}))
        rankings = {int(member): _ranking(counts, split.shown, int(member)) for member in panel}
        ndcg = quality_of(rankings.__getitem__, split, panel, K).ndcg
        pairs = sum(int((counts.row(place).supports >= support).sum()) for place in range(len(counts.items)))
        if not number:
            first, all_pairs = ndcg, pairs
        found.append(
            SupportPrice(
                support,
                ratio_interval(ndcg, first, panel) if first.mean() else None,
                pairs / max(all_pairs, 1),
                sum(len(ranking) < K for ranking in rankings.values()) / len(panel),
            )
        )
    return found


def _ranking(counts: ItemCounts, shown: Interactions, member: int) -> Numbers:
    return ranking_by_walk(counts, shown.items_of(shown.members[member]), K)
