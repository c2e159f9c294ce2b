"""How often somebody may ask, and how much at once: buckets refilled with time, and turns. In this process's memory.

What costs is done a turn at a time, and nobody waits behind more than a few requests of any one asker, so that whoever
asks for much slows themselves and no other page. Several processes let through as many times what one does (decisions
alone have a limit that all share, `shared_rates.py`); one that must hold exactly belongs in the proxy before them.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator
from typing import NamedTuple

#: Who is remembered at most; beyond it whoever asked longest ago is forgotten.
_MOST_KNOWN = 100_000


class Rate(NamedTuple):
    """At most `burst` at once, refilled at `per_second`."""

    burst: float
    per_second: float


#: Requests for decisions of one token: about what two processes answer, so that none keeps all of a server for itself.
DECISIONS_PER_SECOND = 5000.0


class Limiter:
    """One rate for many askers. Safe for any number of threads."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_seconds(self, asker: str) -> float:
        """0 when `asker` may go on, and then it is counted; else how long until they may."""
        now = time.monotonic()
        with self._lock:
            left, since = self._left.pop(asker, (self._rate.burst, now))
            left = min(self._rate.burst, left + (now - since) * self._rate.per_second)
            may = left >= 1
            self._left[asker] = (left - 1 if may else left, now)
            if len(self._left) > _MOST_KNOWN:
                self._left.popitem(last=False)
        return 0.0 if may else (1 - left) / self._rate.per_second


class NoTurn(Exception):
    """`asker` has as many requests waiting as one may; otherwise all turns stayed taken."""

    def __init__(self, asker_waits: bool) -> None:
        super().__init__(asker_waits)
        self.asker_waits = asker_waits


class Turns:
    """at_once: requests done at a time; each: how many of one asker may wait or be done; seconds: how long one waits.

    For one event loop.
    """

    def __init__(self, at_once: int, each: int, seconds: float) -> None:
        self._free, self._each, self._seconds = asyncio.Semaphore(at_once), each, seconds
        self._asked: Counter[str] = Counter()

    @contextlib.asynccontextmanager
    async def of(self, asker: str) -> AsyncIterator[None]:
        """A turn, in the order of asking. Raises: NoTurn."""
        if self._asked[asker] >= self._each:
            raise NoTurn(True)
        self._asked[asker] += 1
        try:
            try:
                async with asyncio.timeout(self._seconds):
                    await self._free.acquire()
            except TimeoutError:
                raise NoTurn(False) from None
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._asked[asker] -= 1
            if not self._asked[asker]:
                del self._asked[asker]
