"""Numbered worlds, judged in several processes and told in the order of their numbers.

Number and seed make a world, so what a run says does not hang on how many processes it has.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import count
from typing import TypeVar

_Told = TypeVar("_Told")


def in_order(
    judge: Callable[[int, int], _Told], seed: int, first: int, processes: int, ahead: int | None = None
) -> Iterator[_Told]:
    """What `judge(seed, number)` says of each world from `first` on, without end; so many are judged ahead.

    judge: a function of a module, since other processes must find it; with one process it runs in this one.
    """
    if processes == 1:
        yield from (judge(seed, number) for number in count(first))
        return
    spawn = multiprocessing.get_context("spawn")  # engines have threads, which a fork would lose
    with ProcessPoolExecutor(processes, spawn, max_tasks_per_child=300) as pool:
        waiting: deque[Future[_Told]] = deque()
        try:
            for number in count(first):
                waiting.append(pool.submit(judge, seed, number))
                if len(waiting) >= (ahead or 4 * processes):
                    yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
