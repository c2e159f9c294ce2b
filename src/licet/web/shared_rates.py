"""How often somebody may ask, counted once for every process of this machine that serves a workspace.

A small file in which each asker has a place, found by a hash of who they are: eight bytes of it, and the moment at
which all that they used is theirs again. A question moves that moment on; who would move it past what may be used at
once waits. Nothing is kept of whom nobody heard of lately, and a moment that this machine's clock cannot have made, as
after it was started anew, counts as none. Processes take turns for the microseconds that it takes.

Source: the generic cell rate algorithm, ITU-T I.371.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import threading
import time
from hashlib import blake2b
from pathlib import Path

from licet.web.rate_limits import Rate

_PLACE = struct.Struct("<8sd")
#: Places in the file, and how many of them one asker may have theirs among.
_PLACES, _TRIED = 4096, 16
#: Requests that one may owe: those of the largest batch, beyond what may be used at once.
_MOST_OWED = 1000


class SharedLimiter:
    """One rate for many askers. Safe for any number of threads and processes."""

    def __init__(self, rate: Rate, path: Path) -> None:
        """path: of the file, which is made where it is missing. Raises: OSError when that cannot be done."""
        self._apart, self._at_once = 1 / rate.per_second, rate.burst / rate.per_second
        self._most = self._at_once + _MOST_OWED * self._apart
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._lock = threading.Lock()

    def close(self) -> None:
        os.close(self._file)

    def wait_seconds(self, asker: str) -> float:
        """0 when `asker` may go on, and then it is counted; else how long until they may."""
        return self._move(asker, 1, owing=False)

    def owe(self, asker: str, requests: int) -> None:
        """Count more requests, of whom was let through: they wait for them with the next."""
        if requests > 0:
            self._move(asker, requests, owing=True)

    def _move(self, asker: str, requests: int, *, owing: bool) -> float:
        name = blake2b(asker.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        start = int.from_bytes(name, "little") % (_PLACES - _TRIED) * _PLACE.size
        now = time.monotonic()
        # Suppressed: on a disk that is full or gone nobody is counted, which keeps nobody from being answered.
        with self._lock, contextlib.suppress(OSError):
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                read = os.pread(self._file, _TRIED * _PLACE.size, start).ljust(_TRIED * _PLACE.size, b"\0")
                place, full_at = self._place_of(name, read, now)
                full_at = max(full_at, now) + requests * self._apart
                wait = full_at - now - self._at_once
                if wait > 1e-9 and not owing:
                    return wait
                kept = _PLACE.pack(name, min(full_at, now + self._most))
                os.pwrite(self._file, kept, start + place * _PLACE.size)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)
        return 0.0

    def _place_of(self, name: bytes, read: bytes, now: float) -> tuple[int, float]:
        """Where an asker has their place, and their moment; a new one in the place of whose is past longest."""
        places = [
            (known, full_at if full_at <= now + self._most else 0.0)
            for known, full_at in _PLACE.iter_unpack(read)
        ]
        for number, (known, full_at) in enumerate(places):
            if known == name:
                return number, full_at
        return min(range(_TRIED), key=lambda number: places[number][1]), 0.0
