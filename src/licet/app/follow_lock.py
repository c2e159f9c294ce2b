"""The lock of who follows a workspace, and what it says to others: how often they look and how long that takes.

The lock goes with its process, so nobody is taken for a follower who is none. From what stands in its file others tell
by when a choice is reached; that is an estimate with leeway, and who has passed it is late.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from licet.terms import AppError

if TYPE_CHECKING:
    from licet.app.core import Core

#: What a look may be late by, on a busy machine.
_LEEWAY = timedelta(seconds=30)
_LOCK_BYTES = 120
_TRIES, _TRY_SECONDS = 3, 0.05


@contextmanager
def alone(core: Core) -> Iterator[int]:
    """Hold the lock; its descriptor."""
    path = _lock_of(core)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        for left in reversed(range(_TRIES)):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if left:  # who only looks whether somebody follows holds it for a moment
                    time.sleep(_TRY_SECONDS)
                    continue
            raise AppError(
                "APP-221",
                "another process follows this workspace already",
                str(path),
                "leave it to that one, or stop it first",
            )
        yield descriptor
    finally:
        os.close(descriptor)


def reached_by(core: Core, since: datetime) -> datetime | None:
    """By when a follower brings what was recorded at a moment, to the minute; None while nobody follows."""
    path = _lock_of(core)
    try:
        with path.open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                said = json.loads(file.read())
                by = since + timedelta(seconds=said["every_seconds"] + 2 * said["took_seconds"]) + _LEEWAY
                return by.replace(second=0, microsecond=0) + timedelta(minutes=1)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def tell(lock: int, every_seconds: float, took_seconds: float) -> None:
    """In the file of the lock, for `reached_by`. One write, so that nobody reads half of it."""
    said = json.dumps({"every_seconds": every_seconds, "took_seconds": round(took_seconds, 1)}).encode()
    os.pwrite(lock, said.ljust(_LOCK_BYTES), 0)


def _lock_of(core: Core) -> Path:
    return core.layout.root / "follow.lock"
