"""How often somebody may ask: a bucket of requests each, refilled with time. In this process's memory alone.

Several processes let through as many times what one does; a limit that must hold exactly belongs in the proxy
before them.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import NamedTuple

#: Who is remembered at most; beyond it whoever asked longest ago is forgotten.
_MOST_KNOWN = 100_000


class Rate(NamedTuple):
    """At most `burst` at once, refilled at `per_second`."""

    burst: float
    per_second: float


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
