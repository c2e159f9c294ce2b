"""What choosing otherwise would bring: estimates against a truth that is known, intervals that cover it, and silence
where too few clicks carry them."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.terms import UseError
from licet.testing.effort import EFFORT, examples
from licet.uses.ad_reports.campaign_counts import campaign_counts, stepped
from licet.uses.ad_reports.logged_choices import Floats, LoggedChoices, Target, uniform
from licet.uses.ad_reports.policy_value import LEAST_CLICKS, bernstein_interval, policy_value
from licet.uses.ad_reports.revenue_split import revenue_split, told_count

FLOOR = 0.1


class World(NamedTuple):
    """By position and ad the chance of a click, and the chances with which ads were chosen and would be."""

    clicks: Floats
    logged: Floats
    wanted: Floats

    @property
    def truth(self) -> float:
        return float((self.clicks * self.wanted).sum(1).mean())


def world(chance: np.random.Generator, base: float, ads: int = 8, positions: int = 3) -> World:
    clicks = 1 / (1 + np.exp(-(base + chance.normal(size=(positions, ads)))))
    rest = chance.dirichlet(np.ones(ads), size=positions)
    return World(clicks, (1 - FLOOR) * rest + FLOOR / ads, chance.dirichlet(np.ones(ads), size=positions))


def log_of(told: World, rows: int, chance: np.random.Generator) -> tuple[LoggedChoices, Target]:
    positions, ads = told.logged.shape
    position = chance.integers(0, positions, rows)
    action = (told.logged[position].cumsum(1) > chance.random((rows, 1))).argmax(1)
    click = (chance.random(rows) < told.clicks[position, action]).astype(float)
    log = LoggedChoices(
        action, position, np.full(rows, ads), told.logged[position, action], click,
        np.where(click, 250_000, 0), chance.random(rows) < 0.5,
    )  # fmt: skip
    bound = float((told.wanted / told.logged).max())
    return log, Target("wanted", told.wanted[position, action], bound, told.wanted)


@pytest.mark.parametrize(("base", "rows"), [(-1.5, 4_000), (-5.0, 2_000)])
def test_guaranteed_intervals_cover_the_truth(base: float, rows: int) -> None:
    """Of many clicks and of a handful: the guaranteed interval misses at most 5 % of the time, whatever the log."""
    chance, tries, covered, usual = np.random.default_rng(18), 60 * EFFORT, 0, 0
    for _ in range(tries):
        told = world(chance, base)
        found = policy_value(*log_of(told, rows, chance))
        covered += found.guaranteed.lowest <= told.truth <= found.guaranteed.highest
        usual += found.dr.lowest <= told.truth <= found.dr.highest
        assert found.is_bound_known and found.largest_weight <= found.weight_bound
    assert covered >= 0.95 * tries
    assert usual >= 0.7 * tries  # not guaranteed: of a handful of clicks it is too narrow


def test_each_estimate_finds_the_truth_of_a_long_log() -> None:
    chance = np.random.default_rng(3)
    told = world(chance, -1.5)
    log, target = log_of(told, 300_000, chance)
    found = policy_value(log, target)
    for estimate in (found.ips, found.snips, found.dr):
        assert abs(estimate.value / told.truth - 1) < 0.03
        assert estimate.lowest < told.truth < estimate.highest
    assert found.dr.highest - found.dr.lowest < found.ips.highest - found.ips.lowest
    unknown = policy_value(log, target._replace(weight_bound=None, by_position=None))
    assert not unknown.is_bound_known and unknown.weight_bound == unknown.largest_weight
    assert not unknown.verdict.startswith("surely")
    assert abs(unknown.dr.value / told.truth - 1) < 0.03


def two_ads(rows: int, first: float, second: float, wanted: float = 1.0) -> tuple[LoggedChoices, Target]:
    """Two ads, shown alike, clicked by these shares exactly; wanted: how often the first would be chosen."""
    action, place = np.arange(rows) % 2, np.arange(rows) // 2
    share = np.where(action == 0, first, second)
    click = (np.floor((place + 1) * share) > np.floor(place * share)).astype(float)
    zeros, two = np.zeros(rows, np.int64), np.full(rows, 2)
    log = LoggedChoices(action, zeros, two, np.full(rows, 0.5), click, zeros, action == 0)
    return log, Target("first", np.where(action == 0, wanted, 1 - wanted), 2.0)


def test_fewer_clicks_than_a_hundred_tell_nothing() -> None:
    few = policy_value(*two_ads(198, 1.0, 0.0))
    assert few.effective_clicks == 99 and few.difference.lowest > 0 and few.verdict == "cannot tell"
    enough = policy_value(*two_ads(2 * LEAST_CLICKS, 1.0, 0.0))
    assert enough.effective_clicks == pytest.approx(100) and enough.verdict == "surely better"


@pytest.mark.parametrize(
    ("rows", "first", "second", "verdict"),
    [
        (20_000, 0.30, 0.10, "surely better"), (20_000, 0.10, 0.30, "surely worse"),
        (20_000, 0.10, 0.088, "likely better"), (20_000, 0.088, 0.10, "likely worse"),
        (20_000, 0.10, 0.099, "cannot tell"), (200_000, 0.0004, 0.0002, "cannot tell"),
    ],
)  # fmt: skip
def test_what_is_concluded_goes_no_further_than_its_interval(
    rows: int, first: float, second: float, verdict: str
) -> None:
    assert policy_value(*two_ads(rows, first, second)).verdict == verdict


def test_effective_numbers_are_what_equal_weights_would_be() -> None:
    log, target = two_ads(1_000, 0.5, 0.5, wanted=0.5)
    found = policy_value(log, target)
    assert found.effective_sample == pytest.approx(1_000)
    assert found.effective_clicks == pytest.approx(found.clicks) == 500
    assert found.ips == found.logged and found.difference.value == 0
    nothing = policy_value(log._replace(click=np.zeros(1_000)), target)
    assert (nothing.effective_clicks, nothing.verdict, nothing.snips.value) == (0.0, "cannot tell", 0.0)
    assert nothing.guaranteed.lowest == 0 < nothing.guaranteed.highest < 0.05


def test_the_guaranteed_interval_is_the_published_one() -> None:
    values = np.array([0.0, 1.0] * 50)
    told = bernstein_interval(values, 1.0)
    spread, logged = values.var(ddof=1), math.log(4 / 0.05)
    error = math.sqrt(2 * spread * logged / 100) + 7 * logged / (3 * 99)
    assert told == pytest.approx((0.5, 0.5 - error, 0.5 + error))


LOG, TARGET = two_ads(200, 0.5, 0.5)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"propensity": np.full(200, 0.0)}, "ADS-085"), ({"propensity": np.full(200, np.nan)}, "ADS-085"),
        ({"propensity": np.full(200, 1.01)}, "ADS-085"), ({"propensity": np.full(199, 0.5)}, "ADS-085"),
        ({"click": np.full(200, 0.5)}, "ADS-085"), ({"click": np.full(200, np.nan)}, "ADS-085"),
        ({"candidates": np.zeros(200, np.int64)}, "ADS-085"), ({"action": np.full(200, -1)}, "ADS-085"),
        ({"position": np.full(200, -1)}, "ADS-085"), ({"paid_micros": np.full(200, -1)}, "ADS-085"),
    ],
)  # fmt: skip
def test_a_log_that_contradicts_itself_is_refused(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(UseError) as told:
        policy_value(LOG._replace(**changed), TARGET)
    assert told.value.code == code


def test_a_target_keeps_to_chances_and_to_its_own_bound() -> None:
    for chances in (np.full(200, 1.1), np.full(200, -0.1), np.full(200, np.nan), np.full(3, 0.5)):
        with pytest.raises(UseError) as told:
            policy_value(LOG, Target("odd", chances))
        assert told.value.code == "ADS-087"
    with pytest.raises(UseError) as told:
        policy_value(LOG, TARGET._replace(weight_bound=1.9))
    assert told.value.code == "ADS-087"
    short = LoggedChoices(*(column[:99] for column in LOG))
    with pytest.raises(UseError) as told:
        policy_value(short, Target("x", np.full(99, 0.5)))
    assert told.value.code == "ADS-086"


def test_uniform_is_bound_by_the_floor_of_the_log() -> None:
    assert uniform(LOG, None).weight_bound is None
    assert uniform(LOG, 0.5).weight_bound == 2.0
    for floor in (0.0, 1.1):
        with pytest.raises(UseError):
            uniform(LOG, floor)
    with pytest.raises(UseError) as told:
        uniform(LOG._replace(propensity=np.full(200, 0.009)), 0.02)
    assert told.value.code == "ADS-085"


def test_revenue_is_told_of_ten_and_more() -> None:
    log = LOG._replace(paid_micros=np.where(LOG.action == 0, 1_000, 3_000))
    personalised, contextual = revenue_split(log)
    assert (personalised.micros, contextual.micros) == (100_000, 300_000)
    assert personalised.of_a_thousand is not None and personalised.of_a_thousand.value == 1_000_000
    assert personalised.guaranteed is not None and personalised.guaranteed.highest > 1_000_000
    few = log._replace(is_personalised=np.arange(200) < 9)
    assert revenue_split(few)[0][1:] == (None,) * 5
    assert [told_count(count) for count in (0, 9, 10)] == [None, None, 10]


@examples(100)
@given(st.binary(min_size=1), st.integers(1, 400))
def test_counts_are_told_in_tens_that_never_go_back(key: bytes, most: int) -> None:
    told = [stepped(count, key, "a", "clicks") or 0 for count in range(most)]
    assert told == sorted(told) and all(one % 10 == 0 for one in told)
    assert all(count - 20 < one <= count for count, one in enumerate(told))


def test_who_adds_clicks_of_their_own_learns_of_nobody_elses() -> None:
    """However many are added, and whatever steps told before, one more shows in about one of ten."""
    for own in (9, 19, 25, 399):
        shows = 0
        for number in range(1_000):
            key = number.to_bytes(4)
            shows += stepped(own, key, "a") != stepped(own + 1, key, "a")
        assert shows < 150, own
    steps = {tuple((stepped(n, k.to_bytes(4), "a") or 0) for n in range(40, 61)) for k in range(300)}
    assert len(steps) > 90, "where one step lies tells nothing of where the next does"


def test_a_bill_tells_no_more_than_the_counts_beside_it() -> None:
    log = LOG._replace(paid_micros=np.full(200, 1_000))
    for one in campaign_counts(log, ["a", "b"], b"key"):
        assert one.micros == (one.showings or 0) * 1_000
    clicked = LOG._replace(paid_micros=(LOG.click * 5_000).astype(np.int64))
    for one in campaign_counts(clicked, ["a", "b"], b"key"):
        assert one.micros == (None if one.clicks is None else one.clicks * 5_000)
