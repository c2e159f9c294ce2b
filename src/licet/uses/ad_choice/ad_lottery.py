"""One advertisement drawn among those that may be shown, with a probability that is known and never next to nothing.

Every candidate is drawn with at least `FLOOR_SHARE` divided by their number, so that what others would have earned can
be told from the log. Scores count as shares of the best one, whatever the currency.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

FLOOR_SHARE = 0.02
#: A score this share of the best below it is drawn 1/e times as often, the floor apart.
TEMPERATURE = 0.15


def propensities(scores: Sequence[float]) -> list[float]:
    """The probability of each; they add up to 1. scores: above 0, at least one."""
    best, number = max(scores), len(scores)
    weights = [math.exp((score / best - 1) / TEMPERATURE) for score in scores]
    share, floor = (1 - FLOOR_SHARE) / sum(weights), FLOOR_SHARE / number
    return [share * weight + floor for weight in weights]


def draw(chances: Sequence[float], point: float) -> int:
    """The place that a point of [0, 1) falls on."""
    reached = 0.0
    for place, chance in enumerate(chances):
        reached += chance
        if point < reached:
            return place
    return len(chances) - 1  # sums of floats may end just below 1
