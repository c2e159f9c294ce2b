"""Seeded chance. Every subject of every member has a stream of its own, so adding one thing moves no other.

Only `random.Random.random` is used, whose sequence Python promises to keep from version to version; nothing
here reads a clock or the process's own randomness.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Stream:
    """A stream of chance named by what it is for, e.g. ``Stream(7, "posts", 123)``."""

    __slots__ = ("uniform",)

    def __init__(self, *name: int | str) -> None:
        self.uniform = random.Random("/".join(map(str, name))).random

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self.uniform() * len(options))]

    def chance(self, share: float) -> bool:
        return self.uniform() < share

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.uniform() * (high - low + 1))

    def digits(self, count: int) -> str:
        return "".join([str(int(self.uniform() * 10)) for _ in range(count)])


class Weighted(Generic[T]):
    """Options of unequal share. `weights` are positive whole numbers; only their proportions count."""

    __slots__ = ("options", "sums", "total", "weights")

    def __init__(self, options: Sequence[T], weights: Sequence[int]) -> None:
        self.options: tuple[T, ...] = tuple(options)
        self.weights = tuple(weights)
        self.sums = list(accumulate(weights))
        self.total = self.sums[-1]

    def pick(self, stream: Stream) -> T:
        return self.options[bisect(self.sums, stream.uniform() * self.total)]
