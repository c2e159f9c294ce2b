"""Moments: every time in licet is an aware UTC datetime; a bare date means 00:00 UTC on that day.

Nothing here reads the clock. Doors and the ledger read it and hand the moment down.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum

from licet.terms.errors import AppError


class Tense(StrEnum):
    """Where a moment and a ledger position lie. Data is used in the present alone; the others can be asked about."""

    PAST = "past"
    PRESENT = "present"
    FUTURE = "future"


def midnight(day: date) -> datetime:
    """The first moment of `day`, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def parse_moment(text: str) -> datetime:
    """Read ``2025-11-03`` or an ISO 8601 timestamp; one without an offset is UTC.

    Raises: AppError APP-010 when the text is neither, or a time that in UTC is before year 1 or after 9999.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise AppError(
            "APP-010",
            f"{text!r} is not a date or a time of the years 1 to 9999",
            fix="write it as 2025-11-03 or 2025-11-03T14:00:00+01:00",
        ) from None


def format_moment(moment: datetime) -> str:
    """ISO 8601 in UTC with ``Z``; microseconds only when there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def day_of(moment: datetime) -> date:
    """The day in UTC; the calendar's first or last where the offset leads beyond it."""
    try:
        return moment.astimezone(UTC).date()
    except OverflowError:
        return date.min if moment.year == 1 else date.max


def age_in_years(born: date, at: datetime) -> int | None:
    """Whole years lived at `at` (UTC); None when born after it, since such a date is no date of birth."""
    day = day_of(at)
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return years if years >= 0 else None
