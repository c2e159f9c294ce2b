"""Moments: every time in licet is an aware UTC datetime; a bare date means 00:00 UTC on that day.

Nothing here reads the clock. Doors and the ledger read it and hand the moment down.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeGuard

from licet.terms.errors import AppError

#: Beyond this an age is not known.
OLDEST_YEARS = 120


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


_HALF_A_DAY = timedelta(hours=12)


def day_begun_everywhere(moment: datetime) -> date:
    """The latest day that has begun in every time zone: in the last of them it is twelve hours behind UTC."""
    try:
        return (moment.astimezone(UTC) - _HALF_A_DAY).date()
    except OverflowError:
        return day_of(moment) if moment.year > 1 else date.min


def days_of(moment: datetime) -> tuple[date, date]:
    """All that policies and ages know of a moment: between two with equal ones, time alone changes no answer."""
    return day_of(moment), day_begun_everywhere(moment)


def is_age(age: object) -> TypeGuard[int]:
    """Whether somebody can be so many whole years old; 1990 is a year, and 999 stands for none."""
    return type(age) is int and 0 <= age <= OLDEST_YEARS


def age_in_years(born: date, at: datetime) -> int | None:
    """Whole years lived at `at`; None when born after it, since such a date is no date of birth.

    A birthday counts once it has begun everywhere, so that nobody is of age before they are where they live.
    """
    day = day_begun_everywhere(at)
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return years if years >= 0 else None
