"""Time: contenders in turn, round by round, and the statistics drawn from it.

The machine is not quiet. So each round lets every contender run once, starting with another one each time, and
ratios are taken within a round. The median of the rounds is the figure; lowest and highest are its spread.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Mapping, Sequence

#: Told what is being done, how much of it is done, and how much there is (None: not known).
Tell = Callable[[str, int, int | None], None]


def silent(stage: str, done: int, total: int | None) -> None:
    """Progress for nobody."""


def seconds_of(job: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def nanoseconds_each(job: Callable[[], object], times: int) -> list[int]:
    """How long each of several calls takes, the two readings of the clock (about 50 ns) included."""
    clock = time.perf_counter_ns
    taken = []
    for _ in range(times):
        start = clock()
        job()
        taken.append(clock() - start)
    return taken


def in_turn(
    contenders: Mapping[str, Callable[[], object]],
    rounds: int,
    *,
    tell: Tell = silent,
    stage: str = "measuring",
    at_least_seconds: float = 0.0,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Seconds per call of every contender in every round. Each is called once beforehand and not timed.

    at_least_seconds: a contender faster than this is called several times a round, and the mean of them counts.
    clock: what counts as time; `cpu_seconds` for what all processors together spent on it.
    """
    names = list(contenders)
    repeats = {name: _repeats(contenders[name], at_least_seconds) for name in names}
    taken: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        shift = turn % len(names)
        for place, name in enumerate(names[shift:] + names[:shift]):
            tell(f"{stage}: {name}", turn * len(names) + place, rounds * len(names))
            gc.collect()
            start = clock()
            for _ in range(repeats[name]):
                contenders[name]()
            taken[name].append((clock() - start) / repeats[name])
    tell(stage, rounds * len(names), rounds * len(names))
    return taken


def _repeats(job: Callable[[], object], at_least_seconds: float) -> int:
    job()
    once = max(seconds_of(job), 1e-9) if at_least_seconds else 1.0
    return max(1, math.ceil(at_least_seconds / once))


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed (nearest rank). Raises: ValueError if none."""
    if not values:
        raise ValueError("there is no quantile of nothing")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the two in the middle. Raises: ValueError if there is none."""
    if not values:
        raise ValueError("there is no median of nothing")
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def ratios(of: Sequence[float], to: Sequence[float]) -> list[float]:
    """`of` over `to`, round by round. Raises: ValueError when they are not of the same rounds."""
    return [one / other for one, other in zip(of, to, strict=True)]


def tally(values: Sequence[int]) -> dict[str, int]:
    """How often each value occurs, ascending: all of the samples in less room. Keys are text, as JSON has them."""
    counted: dict[int, int] = {}
    for value in values:
        counted[value] = counted.get(value, 0) + 1
    return {str(value): counted[value] for value in sorted(counted)}
