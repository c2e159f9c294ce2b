"""Following: whatever happens is brought to every artefact, again and again, by one process at a time.

Killed at any moment it leaves every artefact whole, since each is published whole or not at all; the lock goes with the
process. Each look is `licet update`: it asks of every artefact how it stands to choices, policy, day and tables, and
makes anew only what does not stand.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from licet.app.artefacts import Brought
from licet.terms import AppError

if TYPE_CHECKING:
    from licet.app.workspace import Workspace
    from licet.uses.use import Progress


def follow(
    workspace: Workspace,
    every_seconds: float,
    progress: Progress,
    stopped: Callable[[float], bool] | None = None,
) -> Iterator[Brought]:
    """Bring every artefact to the present, again and again; each when it was brought, or once when it cannot be.

    stopped: waits so many seconds and says whether to stop; by default it never is.
    Raises: AppError APP-221 while another process follows the workspace.
    """
    wait = _never if stopped is None else stopped
    with _alone(workspace):
        told: dict[tuple[str, str, str], str | None] = {}
        while True:
            for one in workspace.update(progress=progress):
                which = (one.status.use, one.status.purpose, one.status.recipient)
                if one.how != "unchanged" and not (one.how == "failed" and told.get(which) == one.why):
                    yield one
                told[which] = one.why if one.how == "failed" else None
            if wait(every_seconds):
                return


def seconds_of(text: str) -> float:
    """A length of time such as 5s, 2m or 1h. Raises: AppError APP-222 for anything else."""
    number, unit = text[:-1], text[-1:]
    if unit not in _SECONDS or not number.isdecimal() or int(number) < 1:
        raise AppError("APP-222", f"{text!r} is no length of time", fix="write it as 5s, 2m or 1h")
    return int(number) * _SECONDS[unit]


_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def _never(seconds: float) -> bool:
    time.sleep(seconds)
    return False


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    path = workspace.layout.root / "follow.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AppError(
                "APP-221",
                "another process follows this workspace already",
                str(path),
                "leave it to that one, or stop it first",
            ) from None
        yield
    finally:
        os.close(descriptor)
