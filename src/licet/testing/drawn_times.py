"""Made-up times of records, in every way a column keeps them; often just before or on a day that rules name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from random import Random

import pyarrow as pa

from licet.testing.drawn_words import DAYS, LAST_DAYS, chance, moment_near, pick

#: Microseconds in one unit of a column.
_UNITS = {"s": 1_000_000, "ms": 1000, "us": 1}


def make_times(rng: Random, rows: int) -> pa.Array:
    """Times without a zone (UTC), in other zones, whole days, to the second or the nanosecond, or nothing at all."""
    days = (*DAYS, *LAST_DAYS) if chance(rng, 15) else DAYS
    moments = [None if chance(rng, 10) else moment_near(rng, days) for _ in range(rows)]
    kind = rng.randrange(24)
    if kind == 23:
        return pa.nulls(rows)
    if kind in (21, 22) and days == DAYS:
        return _to_the_nanosecond(rng, moments, None if kind == 21 else "UTC")
    kind %= 4
    if kind == 3:
        return pa.array([None if at is None else at.astimezone(UTC).date() for at in moments], pa.date32())
    unit = pick(rng, ["us", "us", "us", "ms", "s"])
    whole = [None if at is None else _whole(at, unit) for at in moments]
    if kind == 0:
        naive = [None if at is None else at.replace(tzinfo=None) for at in whole]
        return pa.array(naive, pa.timestamp(unit))
    zone = pick(rng, ["UTC", "America/St_Johns", "Pacific/Kiritimati"]) if days == DAYS else "UTC"
    return pa.array(whole, pa.timestamp(unit, zone))


def _whole(at: datetime, unit: str) -> datetime:
    """The moment in UTC, down to the whole unit."""
    utc = at.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // _UNITS[unit] * _UNITS[unit])


def _to_the_nanosecond(rng: Random, moments: list[datetime | None], zone: str | None) -> pa.Array:
    """A nanosecond before, at, or after what a microsecond can tell."""
    found: list[int | None] = []
    for at in moments:
        if at is None:
            found.append(None)
            continue
        days = (at.astimezone(UTC).date() - date(1970, 1, 1)).days
        utc = at.astimezone(UTC)
        seconds = days * 86400 + utc.hour * 3600 + utc.minute * 60 + utc.second
        found.append(seconds * 10**9 + utc.microsecond * 1000 + pick(rng, [0, 0, -1, 1]))
    return pa.array(found, pa.int64()).cast(pa.timestamp("ns", zone))
