"""What personalised and contextual ads brought in, each with how far that can be told.

They were not shown to the same people, nor on the same pages: the two are no measure of what personalisation is worth.
"""

from __future__ import annotations

from typing import NamedTuple

from licet.uses.ad_reports.logged_choices import LoggedChoices, Mask, check_log
from licet.uses.ad_reports.policy_value import Estimate, bernstein_interval, mean_interval

#: Of fewer showings or clicks a number is not told.
LEAST_TOLD = 10


class Revenue(NamedTuple):
    """Of one kind of ad. None for what is of too few.

    micros: all that was charged, in millionths. of_a_thousand: by 1,000 showings, in millionths, with the usual
    interval; guaranteed: the same by empirical Bernstein, taking no showing to cost more than the dearest did.
    """

    kind: str
    showings: int | None
    clicks: int | None
    micros: int | None
    of_a_thousand: Estimate | None
    guaranteed: Estimate | None


def revenue_split(log: LoggedChoices) -> tuple[Revenue, Revenue]:
    """Personalised, and contextual. Raises: UseError ADS-085, ADS-086 as `check_log`."""
    check_log(log)
    dearest = float(log.paid_micros.max())
    return (
        _revenue("personalised", log, log.is_personalised, dearest),
        _revenue("contextual", log, ~log.is_personalised, dearest),
    )


def told_count(count: int) -> int | None:
    """A count as it is told of somebody's data: none below 10."""
    return count if count >= LEAST_TOLD else None


def _revenue(kind: str, log: LoggedChoices, which: Mask, dearest: float) -> Revenue:
    paid, clicks = log.paid_micros[which].astype(float), int(log.click[which].sum())
    if len(paid) < LEAST_TOLD:
        return Revenue(kind, None, None, None, None, None)
    return Revenue(
        kind, len(paid), told_count(clicks), int(log.paid_micros[which].sum()),
        _times(mean_interval(paid), 1000), _times(bernstein_interval(paid, dearest), 1000),
    )  # fmt: skip


def _times(one: Estimate, factor: float) -> Estimate:
    return Estimate(one.value * factor, max(one.lowest, 0.0) * factor, one.highest * factor)
