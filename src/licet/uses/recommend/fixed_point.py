"""Logarithms and roots that are the same number on every machine.

`log` and `pow` of one processor's library differ from another's in the last digit. Here a logarithm is the length of a
whole number, and a root is `sqrt`, which IEEE 754 rounds alike everywhere, as it does + - * and /.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

#: The unit of parts of a score that are shares: 1 is written as this.
ONE = 1 << 20
#: Steps of a logarithm to one doubling.
STEPS = 256


@functools.lru_cache(maxsize=1 << 16)
def log2_steps(numerator: int, denominator: int) -> int:
    """floor(256 * log2(numerator / denominator)), exactly; 0 where that is below 0 or there is nothing to divide."""
    if denominator < 1 or numerator <= denominator:
        return 0
    power: int = numerator**STEPS // denominator**STEPS
    return power.bit_length() - 1


def fourth_roots(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The fourth root of each number, of numbers below 1 that of 1."""
    return np.sqrt(np.sqrt(np.maximum(numbers, 1).astype(np.float64)))


def shares(numbers: npt.NDArray[np.float64] | npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Each number as a share of the greatest, in units of ONE, rounded down; 0 for what is not above 0."""
    made = np.zeros(len(numbers), np.int64)
    add_shares(made, numbers, 1)
    return made


def add_shares(
    total: npt.NDArray[np.int64], numbers: npt.NDArray[np.float64] | npt.NDArray[np.int64], weight: int
) -> None:
    """Add to each the share of its number, so many times. It costs as much as there are numbers above 0."""
    places = np.flatnonzero(numbers > 0)
    values = numbers[places].astype(np.float64)
    greatest = values.max(initial=0.0)
    if weight and 0 < greatest < np.inf:
        # Cut off, which above 0 is rounded down.
        total[places] += (values / greatest * ONE).astype(np.int64) * weight
