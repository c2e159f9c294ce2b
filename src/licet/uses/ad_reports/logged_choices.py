"""Choices of ads as they were logged: what was chosen, how likely that was, and what came of it.

Of nobody: a row says an ad, a place and a chance, and no member.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from licet.terms import UseError

Floats: TypeAlias = npt.NDArray[np.float64]
Numbers: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]

#: Fewer choices are no log that anything is told of.
LEAST_CHOICES = 100


class LoggedChoices(NamedTuple):
    """A row each, all arrays of one length.

    action:      the number of the ad that was chosen. position: of the slot, 0, 1, 2 …
    candidates:  how many ads could have been chosen, it among them.
    propensity:  the chance with which it was, above 0, at most 1. click: 1.0 where somebody clicked, else 0.0.
    paid_micros: what was charged, in millionths of the currency. is_personalised: whether somebody's data chose.
    """

    action: Numbers
    position: Numbers
    candidates: Numbers
    propensity: Floats
    click: Floats
    paid_micros: Numbers
    is_personalised: Mask


class Target(NamedTuple):
    """Another way to choose.

    chances:      with which it would have chosen what was chosen, for each row.
    weight_bound: what the ratio of the two chances can come to at most, whatever is chosen; None where nobody knows.
    by_position:  its chances of every action at each position, a row each; None where they depend on more.
    """

    name: str
    chances: Floats
    weight_bound: float | None = None
    by_position: Floats | None = None


def check_log(log: LoggedChoices) -> None:
    """Raises: UseError ADS-085 for a log that contradicts itself; ADS-086 for one that is too short."""
    rows = len(log.action)
    if any(len(column) != rows for column in log):
        raise _contradicts("its columns have other lengths")
    if rows < LEAST_CHOICES:
        raise UseError(
            "ADS-086",
            f"the log has {rows:,} choices; nothing is told of fewer than {LEAST_CHOICES}",
            fix="wait for more",
        )
    with np.errstate(invalid="ignore"):
        if not ((log.propensity > 0) & (log.propensity <= 1)).all():
            raise _contradicts("a propensity is not above 0 and at most 1")
    if not np.isin(log.click, (0.0, 1.0)).all():
        raise _contradicts("a click is neither 0 nor 1")
    if (log.candidates < 1).any() or (log.action < 0).any() or (log.position < 0).any():
        raise _contradicts("an ad, a position or a number of candidates is below what it can be")
    if (log.paid_micros < 0).any():
        raise _contradicts("somebody paid less than nothing")


def uniform(log: LoggedChoices, floor_share: float | None) -> Target:
    """Every candidate alike. floor_share: of n candidates each had the chance of this share / n at least; None where
    the log does not say.

    Raises: UseError ADS-085 where a choice was less likely than that.
    """
    chances = 1.0 / log.candidates
    if floor_share is None:
        return Target("uniform", chances)
    if not 0 < floor_share <= 1 or (log.propensity * log.candidates < floor_share * (1 - 1e-9)).any():
        raise _contradicts(f"a choice was less likely than its share of the floor, {floor_share:g}")
    return Target("uniform", chances, 1.0 / floor_share)


def check_target(log: LoggedChoices, target: Target) -> None:
    """Raises: UseError ADS-087 for one whose chances are none, or beyond its own bound."""
    chances = target.chances
    with np.errstate(invalid="ignore"):
        are_chances = len(chances) == len(log.action) and bool(((chances >= 0) & (chances <= 1)).all())
    if not are_chances:
        raise UseError(
            "ADS-087",
            f"the chances of {target.name} are not one from 0 to 1 for each choice",
            fix="give one a row",
        )
    bound = target.weight_bound
    if bound is not None and (chances > bound * log.propensity * (1 + 1e-9)).any():
        raise UseError(
            "ADS-087",
            f"{target.name} weighs a choice more than {bound:g}, which it said was the most",
            fix="say the bound that the floor of the log gives",
        )


def _contradicts(what: str) -> UseError:
    return UseError(
        "ADS-085", f"the log of choices contradicts itself: {what}", fix="log it as docs/advertisers.md says"
    )
