"""Medians, quantiles and ratios, and contenders taken in turn. Nothing here looks at a clock."""

from __future__ import annotations

import statistics

import pytest
from benchmarks.measure import in_turn, median, nanoseconds_each, quantile, ratios, tally
from benchmarks.outcome import AnswersDiffer, Outcome, Ratio, Series, require_same
from hypothesis import given
from hypothesis import strategies as st

_NUMBERS = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=50)


@given(_NUMBERS)
def test_the_median_is_that_of_the_standard_library(values: list[float]) -> None:
    assert median(values) == pytest.approx(statistics.median(values))


@given(_NUMBERS, st.floats(0.01, 1))
def test_a_quantile_is_a_sample_that_the_share_does_not_exceed(values: list[float], share: float) -> None:
    found = quantile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert sum(value < found for value in values) < share * len(values)


def test_the_99th_of_a_hundred_is_the_99th() -> None:
    assert quantile([float(n) for n in range(1, 101)], 0.99) == 99


def test_there_is_no_median_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        median([])
    with pytest.raises(ValueError, match="nothing"):
        quantile([], 0.5)


def test_ratios_are_taken_within_a_round() -> None:
    assert ratios([2.0, 9.0], [1.0, 3.0]) == [2.0, 3.0]


def test_ratios_of_unequal_rounds_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        ratios([1.0, 2.0], [1.0])


def test_the_median_of_ratios_is_not_the_ratio_of_medians() -> None:
    mine, theirs = (1.0, 2.0, 10.0), (2.0, 20.0, 15.0)
    assert Ratio("r", "r", tuple(ratios(theirs, mine))).median == 2.0
    assert median(theirs) / median(mine) == 7.5


def test_a_tally_keeps_every_sample_in_order() -> None:
    assert list(tally([300, 20, 300, 1000]).items()) == [("20", 1), ("300", 2), ("1000", 1)]


def test_p99_is_of_single_calls_where_there_are_any() -> None:
    calls = {"1000": 97, "2000": 1, "5000": 1, "90000": 1}
    assert Series("s", "s", "µs", (1.0,), calls).p99 == 5.0
    assert Series("s", "s", "µs", (1.0, 7.0)).p99 == 7.0


def test_every_contender_runs_once_a_round_and_the_first_changes() -> None:
    order: list[str] = []
    contenders = {name: (lambda name=name: order.append(name)) for name in "abc"}
    taken = in_turn(contenders, 3)
    assert {name: len(samples) for name, samples in taken.items()} == {"a": 3, "b": 3, "c": 3}
    assert "".join(order) == "abc" + "abc" + "bca" + "cab"  # once beforehand, then turn by turn


def test_a_quick_contender_is_called_several_times_a_round() -> None:
    calls: list[int] = []
    in_turn({"quick": lambda: calls.append(1)}, 1, at_least_seconds=0.001)
    assert len(calls) > 10


def test_progress_ends_at_its_total() -> None:
    told: list[tuple[int, int | None]] = []
    in_turn(
        {"a": lambda: None, "b": lambda: None}, 4, tell=lambda stage, done, total: told.append((done, total))
    )
    assert told == [*((n, 8) for n in range(8)), (8, 8)]


def test_every_call_is_timed_by_itself() -> None:
    calls: list[int] = []
    taken = nanoseconds_each(lambda: calls.append(1), 5)
    assert len(taken) == len(calls) == 5
    assert all(isinstance(one, int) and one >= 0 for one in taken)


def test_different_answers_stop_a_benchmark() -> None:
    require_same("x", (1, 2), (1, 2))
    with pytest.raises(AnswersDiffer, match="count: 1 and 2"):
        require_same("count", 1, 2)


def test_an_outcome_finds_its_own_samples(outcome: Outcome) -> None:
    assert outcome.samples_of("other") == (30.0, 20.0, 60.0)
    with pytest.raises(KeyError):
        outcome.samples_of("nobody")
