"""How much of a budget may be spent by now, where it is spread over the hours of its campaign."""

from __future__ import annotations

from datetime import datetime, timedelta

_HOUR = timedelta(hours=1)


def released_micros(budget_micros: int, starts: datetime, ends: datetime, at: datetime) -> int:
    """The share of the hours that have begun, in whole micros; nothing before the start, all in the last hour.

    A clock that was put back releases less again; what was spent then stands, and nothing more is until it catches up.
    """
    hours = -((starts - ends) // _HOUR)
    begun = min(hours, max(0, (at - starts) // _HOUR + 1))
    return budget_micros * begun // hours
