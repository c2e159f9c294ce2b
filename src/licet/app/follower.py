"""Following: whatever happens is brought to every artefact, again and again, by one process at a time.

Killed at any moment it leaves every artefact whole, since each is published whole or not at all; the lock goes with the
process. Each look carries out the forgettings that are due, and is then `licet update`: it asks of every artefact how
it stands to choices, policy, day and tables, and makes anew only what does not stand. Between two looks it asks the
ledger alone whether something was recorded, so that a choice is not waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from licet.app.catch_up import catch_up
from licet.app.follow_lock import alone, tell
from licet.app.forgetting_queue import DueForgettings
from licet.app.purge import purge_superseded, superseded
from licet.app.tenses import stands_for_now
from licet.terms import AppError

if TYPE_CHECKING:
    from licet.app.artefact_status import Brought
    from licet.app.core import Core
    from licet.uses.use import Progress


def follow(
    core: Core,
    every_seconds: float,
    progress: Progress,
    stopped: Callable[[float], bool] | None = None,
    purges: bool = False,
) -> Iterator[Brought]:
    """Bring every artefact to the present, again and again; each when it was brought, or once when it cannot be.

    purges:  what a later snapshot stands in the place of is removed for good once all are brought; who reads one just
             then finds it gone.
    stopped: waits so many seconds and says whether to stop; by default it never is.
    Raises: AppError APP-221 while another process follows the workspace.
    """
    wait = _never if stopped is None else stopped
    with alone(core) as lock:
        told: dict[str, str | None] = {}
        longest, failures, waiting = 0.0, 0, DueForgettings(core)
        while True:
            began, seen, has_failed = time.monotonic(), core.ledger.position, False
            forgotten = waiting.go_on(progress)
            if forgotten is not None:
                yield from (one for one in forgotten.artefacts if one.how not in ("unchanged", "failed"))
            for one in catch_up(core, progress):
                which, failure = one.status.name, one.why if one.how == "failed" else None
                if one.how != "unchanged" and not (failure and told.get(which) == failure):
                    yield one
                told[which] = failure
                has_failed = has_failed or one.how == "failed"
            longest = max(longest, time.monotonic() - began)
            tell(lock, every_seconds, longest)
            if purges and not has_failed and superseded(core):
                purge_superseded(core)
            # Whoever else is at work is done soon, mostly; what goes on failing is tried no more often than all is.
            failures = failures + 1 if has_failed else 0
            pause = min(every_seconds, 2.0 ** min(failures, 10)) if has_failed else every_seconds
            if _wait(core, pause, seen, wait):
                return


def _wait(core: Core, seconds: float, seen: int, wait: Callable[[float], bool]) -> bool:
    """Wait so long, or until something is recorded; return whether to stop. seen: the position when the look began."""
    while seconds > 0:
        if wait(min(_TICK_SECONDS, seconds)):
            return True
        seconds -= _TICK_SECONDS
        size = core.ledger.position
        if size != seen and not stands_for_now(core, seen):
            return False
        seen = size
    return False


def seconds_of(text: str) -> float:
    """A length of time such as 5s, 2m or 1h. Raises: AppError APP-222 for anything else."""
    number, unit = text[:-1], text[-1:]
    if unit not in _SECONDS or not number.isdecimal() or int(number) < 1:
        raise AppError("APP-222", f"{text!r} is no length of time", fix="write it as 5s, 2m or 1h")
    return int(number) * _SECONDS[unit]


#: How often the ledger is asked whether something was recorded.
_TICK_SECONDS = 1.0

_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def _never(seconds: float) -> bool:
    time.sleep(seconds)
    return False
