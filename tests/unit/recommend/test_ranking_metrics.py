"""What is held out goes by who did what alone, and figures are what the formulas say."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.testing.drawn_interactions import draw_interactions
from licet.uses.recommend.interactions import EVENTS, Interactions
from licet.uses.recommend.ranking_metrics import (
    Split,
    coverage,
    kept_rows,
    mean_interval,
    ndcg_at_k,
    own_rows,
    panel_of,
    quality_of,
    ratio_interval,
    recall_at_k,
    share_interval,
    split_at_random,
    split_by_time,
)

WORLD = draw_interactions(60, 80, 500, 3)


def pairs_of(held: Interactions) -> set[tuple[str, str]]:
    return {(member, item) for member in held.members for item in held.items_of(member)}


def without(held: Interactions, member: str) -> Interactions:
    """As a reading that never saw them has it."""
    rows = [
        (who, held.items[item], int(when))
        for place, who in enumerate(held.members)
        if who != member
        for item, when in zip(
            own_rows(held, place).tolist(),
            held.times[held.starts[place] : held.starts[place + 1]],
            strict=True,
        )
    ]
    columns = [
        pa.array(column, kind.type) for column, kind in zip(zip(*rows, strict=True), EVENTS, strict=True)
    ]
    return Interactions.of(pa.table(columns, schema=EVENTS))


@pytest.mark.parametrize("split", [split_at_random(WORLD, 5), split_by_time(WORLD)], ids=["chance", "time"])
def test_every_row_is_shown_or_held_out(split: Split) -> None:
    shown, held_out = pairs_of(split.shown), pairs_of(split.held_out)
    assert shown | held_out == pairs_of(WORLD) and not shown & held_out
    assert held_out and split.shown.members == split.held_out.members == WORLD.members


def test_by_chance_a_fifth_of_everybody_with_three_is_held_out() -> None:
    split = split_at_random(WORLD, 5)
    for have, held in zip(WORLD.sizes.tolist(), split.held_out.sizes.tolist(), strict=True):
        assert held == (max(1, round(have / 5)) if have >= 3 else 0)


@given(st.sampled_from(WORLD.members), st.integers(0, 50))
def test_what_is_held_out_of_others_goes_by_nobody_who_left(member: str, seed: int) -> None:
    all_in = pairs_of(split_at_random(WORLD, seed).held_out)
    left = pairs_of(split_at_random(without(WORLD, member), seed).held_out)
    assert left == {pair for pair in all_in if pair[0] != member}


def test_another_seed_holds_out_others() -> None:
    assert pairs_of(split_at_random(WORLD, 1).held_out) != pairs_of(split_at_random(WORLD, 2).held_out)


def test_by_time_nothing_shown_is_later_than_anything_held_out() -> None:
    split = split_by_time(WORLD, 0.3)
    assert split.shown.times.max() < split.held_out.times.min()
    assert len(split.held_out.times) == pytest.approx(0.3 * len(WORLD.times), abs=2)


def test_nothing_is_split_of_nothing() -> None:
    nobody = Interactions.of(EVENTS.empty_table())
    for split in (split_at_random(nobody, 0), split_by_time(nobody)):
        assert not len(split.shown.times) and not len(split.held_out.times)


def test_a_panel_is_of_who_can_be_looked_at() -> None:
    split = split_at_random(WORLD, 5)
    everybody = panel_of(split, 1000, 0)
    assert all(split.shown.sizes[everybody]) and all(split.held_out.sizes[everybody])
    some = panel_of(split, 10, 0)
    assert len(some) == 10 and set(some) <= set(everybody) and sorted(some) == some.tolist()
    among = np.arange(len(WORLD.members)) % 2 == 0
    assert all(panel_of(split, 1000, 0, among) % 2 == 0)


def test_gain_is_discounted_by_place_and_set_beside_the_best_there_could_be() -> None:
    ranking = np.array([7, 3, 9, 1])
    assert ndcg_at_k(ranking, np.array([7, 3])) == 1.0
    assert ndcg_at_k(ranking, np.array([5])) == 0.0
    assert ndcg_at_k(ranking, np.array([9])) == pytest.approx(1 / 2)
    best = 1 + 1 / math.log2(3)
    assert ndcg_at_k(ranking, np.array([3, 1, 5]), 2) == pytest.approx((1 / math.log2(3)) / best)


def test_recall_is_of_as_many_as_there_is_room_for() -> None:
    ranking = np.array([7, 3, 9, 1])
    assert recall_at_k(ranking, np.array([7, 1, 5])) == pytest.approx(2 / 3)
    assert recall_at_k(ranking, np.array([7, 1, 5]), 2) == pytest.approx(1 / 2)


def test_coverage_is_of_all_items() -> None:
    assert coverage([np.array([0, 1, 2]), np.array([1, 3])], 8, 2) == pytest.approx(3 / 8)


def test_who_ranks_what_is_held_out_first_is_perfect() -> None:
    split = split_at_random(WORLD, 5)
    panel = panel_of(split, 20, 0)
    perfect = quality_of(lambda member: own_rows(split.held_out, member), split, panel)
    assert perfect.ndcg.tolist() == perfect.recall.tolist() == [1.0] * len(panel)
    useless = quality_of(lambda member: own_rows(split.shown, member), split, panel)
    assert not useless.ndcg.any() and useless.coverage > 0


def test_figures_of_one_member_count_as_one_observation() -> None:
    values, members = np.array([1.0, 2.0, 4.0, 5.0]), np.array([0, 1, 2, 3])
    apart = mean_interval(values, members)
    twice = mean_interval(np.repeat(values, 2), np.repeat(members, 2))
    assert twice == pytest.approx(apart)
    assert apart.half_width == pytest.approx(1.96 * values.std(ddof=1) / 2)
    assert apart.lowest < apart.middle == 3.0 < apart.highest and apart.members == 4


def test_of_a_few_none_and_all_are_no_certainty() -> None:
    for hits in (np.zeros(20), np.ones(20)):
        share = share_interval(hits, np.arange(20))
        assert share.middle == hits[0] and 0.05 < share.half_width < 0.2
    half = share_interval(np.arange(2000) % 2.0, np.arange(2000))
    assert half.half_width == pytest.approx(1.96 * (0.25 / 2000) ** 0.5, rel=0.01)


def test_what_all_have_in_common_is_no_doubt_about_a_ratio() -> None:
    to = np.array([0.1, 0.5, 0.9, 0.2])
    ratio = ratio_interval(0.8 * to, to, np.arange(4))
    assert ratio.middle == pytest.approx(0.8) and ratio.half_width == pytest.approx(0)
    with pytest.raises(ValueError, match="nothing"):
        ratio_interval(to, 0 * to, np.arange(4))


def test_an_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    chance, held = np.random.default_rng(1), 0
    for _ in range(400):
        to = chance.random(80) + 0.1
        of = to * 0.7 + chance.normal(0, 0.1, 80)
        ratio = ratio_interval(of, to, np.arange(80))
        held += ratio.lowest <= 0.7 <= ratio.highest
    assert 0.91 <= held / 400 <= 0.98


def test_rows_that_nobody_keeps_are_gone_and_members_stay() -> None:
    kept = kept_rows(WORLD, WORLD.member_numbers != 4)
    assert kept.items_of(WORLD.members[4]) == [] and kept.members == WORLD.members
    assert pairs_of(kept) == {pair for pair in pairs_of(WORLD) if pair[0] != WORLD.members[4]}
