"""What noes cost is told of enough members, beside themselves, and of no group that is small or could be worked out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.terms import UseError
from licet.testing.drawn_interactions import draw_interactions
from licet.uses.recommend.opt_out_effect import LEAST_MEMBERS, SERVED, Curve, Effect, effect_of, told_groups
from licet.uses.recommend.walk_recipe import WalkRecipe

HELD = draw_interactions(400, 320, 2_400, 4, topics=10)
RECIPE = WalkRecipe(alpha_percent=100, origin_percent=30, target_percent=30, hops=(0, 1, 1))
SHARES = (0.2, 0.5)
#: Three fifths in one region, two fifths in another but for ten members, who are in a third; of some nobody knows.
REGIONS = [
    "AA" if place % 5 < 3 else "CC" if place % 40 == 4 else None if place % 40 == 9 else "BB"
    for place in range(400)
]


@pytest.fixture(scope="module")
def effect() -> Effect:
    return effect_of(HELD, RECIPE, groups={"region": REGIONS}, shares=SHARES, seeds=2, most=120)


def curves(effect: Effect, grouping: str | None, group: str | None = None) -> dict[str, Curve]:
    return {one.served: one for one in effect.curves if (one.grouping, one.group) == (grouping, group)}


def test_more_noes_cost_everybody_more_and_no_history_costs_most(effect: Effect) -> None:
    mine = curves(effect, None)
    assert list(mine) == list(SERVED)
    at = {
        served: [point.change.middle for point in curve.points if point.change]
        for served, curve in mine.items()
    }
    assert at["learnt_from"][0] > at["learnt_from"][1] and at["left"][0] > at["left"][1]
    assert max(at["learnt_from"][1], at["left"][1]) < 0
    assert all(without < left for without, left in zip(at["unpersonalised"], at["left"], strict=True))
    assert effect.ndcg.middle > 0.05 and effect.members == len(HELD.members) and effect.seeds == 2


def test_no_figure_is_of_few_members(effect: Effect) -> None:
    told = [point.change for curve in effect.curves for point in curve.points if point.change is not None]
    assert told and all(change.members >= LEAST_MEMBERS for change in told)
    # Were BB told of beside AA and everybody, so would be the few in CC and nowhere.
    assert {one.group for one in effect.curves} == {None, "AA"}


def test_of_a_share_that_leaves_few_there_is_no_figure_of_who_left() -> None:
    few = curves(effect_of(HELD, RECIPE, shares=(0.02,), seeds=1, most=60), None)
    assert few["left"].points[0].change is few["unpersonalised"].points[0].change is None
    assert few["learnt_from"].points[0].change is not None


def test_too_few_members_have_no_effect() -> None:
    with pytest.raises(UseError) as refused:
        effect_of(draw_interactions(30, 40, 300, 4), RECIPE, seeds=1)
    assert refused.value.code == "RCMD-041"


@pytest.mark.parametrize("shares, seeds", [((0.0,), 1), ((1.0,), 1), ((0.1,), 0)])
def test_what_is_no_share_is_refused(shares: tuple[float, ...], seeds: int) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        effect_of(HELD, RECIPE, shares=shares, seeds=seeds)


@given(st.dictionaries(st.text("abc", max_size=2), st.integers(1, 120), max_size=6))
def test_nothing_told_lets_anybody_work_out_a_small_group(sizes: dict[str, int]) -> None:
    told = told_groups(sizes)
    rest = sum(size for name, size in sizes.items() if name not in told)
    assert all(sizes[name] >= LEAST_MEMBERS for name in told) and "" not in told
    assert not told or rest == 0 or rest >= LEAST_MEMBERS
    if all(size >= LEAST_MEMBERS for size in sizes.values()) and "" not in sizes:
        assert told == sizes.keys()
