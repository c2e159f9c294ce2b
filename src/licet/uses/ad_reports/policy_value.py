"""What choosing otherwise would bring, from a log of what was chosen: estimates, intervals, and whether they tell.

Three estimates of the click rate: by weights (IPS), by weights that are made to sum to one (SNIPS), and by a model that
weights correct (DR). Each has the usual interval, of 95 %, which is right for many clicks and too narrow for few. One
has a guaranteed interval besides, right for every number of clicks: empirical Bernstein, which needs to know how large
a weight can be; where only the largest that was seen is known, it is told as such. Where fewer clicks than 100 carry an
estimate, nothing is concluded.

Sources: Horvitz and Thompson 1952; Swaminathan and Joachims 2015; Dudík, Langford and Li 2011; Maurer and Pontil 2009,
theorem 4, applied to either side.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from licet.uses.ad_reports.logged_choices import (
    Floats,
    LoggedChoices,
    Numbers,
    Target,
    check_log,
    check_target,
)

#: Of fewer, in effect, nothing is concluded.
LEAST_CLICKS = 100
_Z, _MISSED = 1.96, 0.05

#: surely: by the guaranteed interval. likely: by the usual one alone.
Verdict: TypeAlias = Literal["cannot tell", "likely better", "likely worse", "surely better", "surely worse"]


class Estimate(NamedTuple):
    """A click rate, or a difference of two, and from where to where 95 % reach."""

    value: float
    lowest: float
    highest: float


class PolicyValue(NamedTuple):
    """What one other way to choose would bring.

    logged:    the click rate as it was. ips, snips, dr: as it would be, with the usual interval each.
    guaranteed: that of ips again, by empirical Bernstein. difference: of ips and logged, row by row, usual; and
    difference_guaranteed.
    effective_sample, effective_clicks: of how many equal weights these would tell as much.
    weight_bound, is_bound_known: what the guaranteed intervals took a weight to be at most, and whether that is so
    whatever is chosen; if not, it is the largest that was seen, and they are guaranteed only as far as that goes.
    """

    target: str
    choices: int
    clicks: int
    logged: Estimate
    ips: Estimate
    snips: Estimate
    dr: Estimate
    guaranteed: Estimate
    difference: Estimate
    difference_guaranteed: Estimate
    effective_sample: float
    effective_clicks: float
    largest_weight: float
    weight_bound: float
    is_bound_known: bool
    verdict: Verdict


def policy_value(log: LoggedChoices, target: Target, seed: int = 0) -> PolicyValue:
    """Estimate it. seed: of the halves that the model is fitted on, each for the other.

    Raises: UseError ADS-085 to ADS-087 as `check_log` and `check_target`.
    """
    check_log(log)
    check_target(log, target)
    weights, clicks = target.chances / log.propensity, log.click
    weighted, rows = weights * clicks, len(weights)
    largest, total = float(weights.max()), float(weights.sum())
    bound = largest if target.weight_bound is None else target.weight_bound
    snips = float(weighted.sum()) / total if total else 0.0
    snips_error = math.sqrt(float(((weights * (clicks - snips)) ** 2).sum())) / total if total else 0.0
    effective_clicks = _effective(weighted)
    difference = weighted - clicks
    usual = mean_interval(difference)
    # A row's difference lies between -1, clicked and never to be chosen, and the bound less 1.
    sure = bernstein_interval(difference, max(bound, 1.0))
    return PolicyValue(
        target.name, rows, int(clicks.sum()), mean_interval(clicks), mean_interval(weighted),
        Estimate(snips, snips - _Z * snips_error, snips + _Z * snips_error),
        mean_interval(_doubly_robust(log, target, weights, seed)),
        _clipped(bernstein_interval(weighted, bound)), usual, sure,
        _effective(weights), effective_clicks, largest, bound, target.weight_bound is not None,
        _verdict(effective_clicks, usual, sure if target.weight_bound is not None else None),
    )  # fmt: skip


def mean_interval(values: Floats) -> Estimate:
    """The mean, and the usual interval."""
    middle = float(values.mean())
    error = _Z * float(values.std(ddof=1)) / math.sqrt(len(values))
    return Estimate(middle, middle - error, middle + error)


def bernstein_interval(values: Floats, width: float) -> Estimate:
    """The mean, and an interval that misses with a chance of 5 % at most, whatever values no further apart than `width`
    are distributed like."""
    rows, middle = len(values), float(values.mean())
    told = math.log(4 / _MISSED)
    error = math.sqrt(2 * float(values.var(ddof=1)) * told / rows) + 7 * width * told / (3 * (rows - 1))
    return Estimate(middle, middle - error, middle + error)


def _clipped(rate: Estimate) -> Estimate:
    return rate._replace(lowest=max(rate.lowest, 0.0), highest=min(rate.highest, 1.0))


def _effective(weights: Floats) -> float:
    """Of how many equal weights these tell as much (Kish 1965)."""
    largest = float(weights.max())
    if largest == 0:
        return 0.0
    scaled = weights / largest
    return float(scaled.sum()) ** 2 / float((scaled**2).sum())


def _doubly_robust(log: LoggedChoices, target: Target, weights: Floats, seed: int) -> Floats:
    """What a model says the other way brings, and the model's faults, weighted, a value a row.

    The model is a mean: of an action where the target is known for every action, of a position where it is not; each
    half is told by the other.
    """
    half = np.random.default_rng(seed).random(len(weights)) < 0.5
    by_action = target.by_position is not None
    groups = log.action if by_action else log.position
    found = np.empty(len(weights))
    for told, learnt in ((half, ~half), (~half, half)):
        means = _means(groups[learnt], log.click[learnt], int(groups.max()) + 1)
        expected = means[groups[told]]
        if target.by_position is not None:
            of_target = (target.by_position @ _padded(means, target.by_position.shape[1]))[log.position[told]]
        else:
            of_target = expected
        found[told] = of_target + weights[told] * (log.click[told] - expected)
    return found


def _means(groups: Numbers, clicks: Floats, count: int) -> Floats:
    """Of each group, drawn towards the mean of all by one row."""
    overall = float(clicks.mean()) if len(clicks) else 0.0
    summed = np.bincount(groups, clicks, count)
    means: Floats = (summed + overall) / (np.bincount(groups, minlength=count) + 1)
    return means


def _padded(means: Floats, width: int) -> Floats:
    return np.pad(means, (0, max(0, width - len(means))), constant_values=float(means.mean()))[:width]


def _verdict(effective_clicks: float, usual: Estimate, sure: Estimate | None) -> Verdict:
    """What may be concluded of a difference."""
    if effective_clicks < LEAST_CLICKS or usual.lowest <= 0 <= usual.highest:
        return "cannot tell"
    is_sure = sure is not None and not sure.lowest <= 0 <= sure.highest
    if usual.value > 0:
        return "surely better" if is_sure else "likely better"
    return "surely worse" if is_sure else "likely worse"
