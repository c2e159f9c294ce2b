"""A recipe is chosen from the grid by what members did besides, always the same, and by enough of them."""

from __future__ import annotations

import math

import pytest

from licet.terms import UseError
from licet.testing.drawn_interactions import draw_interactions
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.ranking_metrics import panel_of, quality_of, ranking_by_walk, split_at_random
from licet.uses.recommend.recipe_tuning import Tuning, tune
from licet.uses.recommend.walk_recipe import BITS, GRID, WalkRecipe

HELD = draw_interactions(150, 90, 1_500, 4)


@pytest.fixture(scope="module")
def tuning() -> Tuning:
    return tune(HELD, most=50)


def test_the_best_of_the_grid_is_chosen(tuning: Tuning) -> None:
    assert len(tuning.ndcg) == len(GRID) == 2**BITS and max(tuning.ndcg) > min(tuning.ndcg) > 0
    assert tuning.ndcg[tuning.place] == max(tuning.ndcg) and tuning.recipe == GRID[tuning.place]
    assert tuning.ndcg.index(max(tuning.ndcg)) == tuning.place  # of equals the first


def test_the_same_rows_choose_the_same(tuning: Tuning) -> None:
    assert tune(HELD, most=50) == tuning


def test_each_score_is_that_of_a_recipe_counted_by_itself(tuning: Tuning) -> None:
    split = split_at_random(HELD, 0)
    panel = panel_of(split, 50, 0)
    for place in (3, 13, 31):
        counts = ItemCounts.of(split.shown, GRID[place])
        found = quality_of(
            lambda member, counts=counts: ranking_by_walk(counts, split.shown.items_of(HELD.members[member])),
            split,
            panel,
        )
        assert found.ndcg.mean() == tuning.ndcg[place]


def test_by_time_what_came_last_is_held_out() -> None:
    by_time = tune(HELD, by_time=True, most=50)
    assert by_time.by_time and by_time.rows == pytest.approx(0.8 * len(HELD.times), abs=2)


def test_too_few_choose_nothing() -> None:
    with pytest.raises(UseError) as refused:
        tune(draw_interactions(40, 40, 300, 4))
    assert refused.value.code == "RCMD-040"


def test_the_grid_holds_what_known_sets_want() -> None:
    def has(alpha: int, origin: int, target: int, *hops: tuple[int, int, int]) -> bool:
        return any(
            GRID.count(
                WalkRecipe(alpha_percent=alpha, origin_percent=origin, target_percent=target, hops=each)
            )
            for each in hops
        )

    assert has(100, 30, 30, (0, 1, 1)), "job applications"
    assert all(has(50, origin, 30, (1, 0, 0)) for origin in (70, 100)), "CiteULike and Last.fm"
    assert len(set(GRID)) == len(GRID) and math.log2(len(GRID)) == BITS
