"""Choosing a recipe: the point of the fixed grid that foretells best what members of a panel did besides.

A recipe fits some data and not others, so it is chosen, and with it five bits come from members: removal is exact given
the recipe, and the recipe was chosen with or without whoever leaves. The same rows give the same choice. Nothing but
the grid's point leaves here, and means over the panel.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from licet.terms import UseError
from licet.uses.recommend.interactions import Interactions
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.ranking_metrics import (
    Numbers,
    Split,
    panel_of,
    quality_of,
    ranking_by_walk,
    split_at_random,
    split_by_time,
)
from licet.uses.recommend.walk_recipe import GRID, WalkRecipe
from licet.uses.use import Progress, silent

#: So many members are looked at, at most and at least.
PANEL, LEAST_PANEL = 800, 50
K = 20


class Tuning(NamedTuple):
    """place: of the recipe in the grid. ndcg: of each point of the grid, the mean NDCG@20 over the panel.

    members: of the panel; rows: that were learnt from, and so did the choice. by_time: whether what came last was held
    out, and not a share of each member's rows. seed: of who is in the panel and what is held out.
    """

    recipe: WalkRecipe
    place: int
    ndcg: tuple[float, ...]
    members: int
    rows: int
    by_time: bool
    seed: int


def tune(
    interactions: Interactions,
    *,
    by_time: bool = False,
    min_support: int = 1,
    seed: int = 0,
    most: int = PANEL,
    progress: Progress = silent,
) -> Tuning:
    """The recipe for some data: the best point of the grid, of equals the first, each with this `min_support`.

    Raises: UseError RCMD-040 where fewer than 50 members have enough rows for a panel.
    """
    split = split_by_time(interactions) if by_time else split_at_random(interactions, seed)
    panel = panel_of(split, most, seed)
    if len(panel) < LEAST_PANEL:
        raise UseError(
            "RCMD-040",
            f"a recipe is chosen on {LEAST_PANEL} members at least, and {len(panel)} did enough",
            fix="keep the recipe that stands, and tune when there is more; nothing was changed",
        )
    grid = [recipe.model_copy(update={"min_support": min_support}) for recipe in GRID]
    scores = _scores(grid, split, panel, progress)
    place = max(range(len(GRID)), key=lambda number: (scores[number], -number))
    rows = len(split.shown.item_numbers)
    return Tuning(grid[place], place, tuple(scores), len(panel), rows, by_time, seed)


def _scores(grid: Sequence[WalkRecipe], split: Split, panel: Numbers, progress: Progress) -> list[float]:
    """Of each point of the grid the mean NDCG@20. Points that differ in the walk alone share their counts."""
    made: dict[int, ItemCounts] = {}
    scores = []
    for number, recipe in enumerate(grid):
        progress("trying recipes", number, len(grid))
        if recipe.alpha_percent not in made:
            made[recipe.alpha_percent] = ItemCounts.of(split.shown, recipe)
        rank = partial(_rank, made[recipe.alpha_percent].walked_by(recipe), split.shown)
        scores.append(float(quality_of(rank, split, panel, K).ndcg.mean()))
    return scores


def _rank(counts: ItemCounts, shown: Interactions, member: int) -> Numbers:
    return ranking_by_walk(counts, shown.items_of(shown.members[member]), K)
