"""One list of several parts: what leaves it, how equal scores stand, and what no input can do to it."""

from __future__ import annotations

import numpy as np
import pytest

from licet.uses.recommend.candidate_blend import NO_TIME, Availability, Parts, blend, strongest, supported
from licet.uses.recommend.fixed_point import ONE, log2_steps, shares

NOW = 1_700_000_000_000_000
DAY = 86_400_000_000


def numbers(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def listed(scores: np.ndarray, out: np.ndarray, size: int = 10) -> list[int]:
    return [ranked.number for ranked in strongest(scores, out, size)]


def test_expired_refused_and_own_items_are_left_out_whatever_speaks_for_them() -> None:
    items = ["a", "b", "b\x00", "c", "d"]
    there = Availability(items, numbers(*[NOW] * 5), numbers(NO_TIME, NOW, NOW + 1, NO_TIME, NOW - DAY))
    out = there.left_out(NOW, ["c", "no such item", ""])
    assert out.tolist() == [False, True, False, True, True]
    assert listed(numbers(0, 9, 1, 9, 9), out) == [2, 0]


def test_equal_scores_stand_in_the_order_of_ids_at_every_size() -> None:
    scores, out = numbers(5, 7, 5, 7, 5), np.zeros(5, bool)
    for size in range(7):
        assert listed(scores, out, size) == [1, 3, 0, 2, 4][:size]
    assert listed(scores, out, -1) == []


def test_no_item_and_one_item_make_a_list() -> None:
    nothing = Availability([], numbers(), numbers())
    assert strongest(blend(Parts.none(0), 0), nothing.left_out(NOW, ["a"]), 10) == []
    assert listed(blend(Parts.none(1), 3), np.zeros(1, bool)) == [0]


def test_new_is_half_as_new_in_a_month_and_no_time_or_one_to_come_is_not_new() -> None:
    created = numbers(NOW, NOW - 30 * DAY, NO_TIME, NOW + 1, -(2**62))
    newness = Availability(list("abcde"), created, created).newness(NOW).tolist()
    assert newness[:4] == [ONE, ONE // 2, 0, 0]
    assert 0 < newness[4] < ONE // 100


def test_the_deeper_the_history_the_more_the_walk_counts_and_without_one_it_does_not() -> None:
    parts = Parts.none(2)._replace(walk=np.array([1.0, 0.0]), attributes=numbers(0, 5), overlap=numbers(0, 5))
    none = np.zeros(2, bool)
    assert [listed(blend(parts, depth), none)[0] for depth in (0, 1, 2, 3, 1000)] == [1, 1, 0, 0, 0]
    assert blend(parts, 0)[0] == 0
    assert (blend(parts, 10) == blend(parts, 100_000)).all()


def test_where_nothing_of_the_member_may_be_used_the_popular_and_the_new_remain() -> None:
    parts = Parts.none(3)._replace(popularity=numbers(1, 4, 0), newness=numbers(0, 0, ONE))
    assert listed(blend(parts, 0), np.zeros(3, bool)) == [1, 2, 0]
    assert supported(numbers(1, 4, 2), 2).tolist() == [0, 4, 2]


def test_a_walk_that_ran_out_of_numbers_counts_as_none() -> None:
    assert shares(np.array([np.inf, 1.0, -1.0])).tolist() == [0, 0, 0]
    assert shares(np.array([np.nan, 1.0, -1.0])).tolist() == [0, ONE, 0]
    assert shares(np.array([-1.0, 0.0])).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("numerator", "denominator", "steps"), [(8, 1, 768), (3, 2, 149), (1, 1, 0), (1, 2, 0), (5, 0, 0)]
)
def test_a_logarithm_is_a_whole_number_of_steps(numerator: int, denominator: int, steps: int) -> None:
    assert log2_steps(numerator, denominator) == steps
