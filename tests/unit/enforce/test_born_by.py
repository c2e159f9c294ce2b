"""Ages from dates of birth: the last day on which someone of an age can have been born, leap days included."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from licet.enforce.member_facts import born_by
from licet.terms.moments import age_in_years


@pytest.mark.parametrize(
    ("age", "at", "day"),
    [
        (18, datetime(2026, 1, 1, 12, tzinfo=UTC), date(2008, 1, 1)),  # begun in the last time zone
        (18, datetime(2026, 1, 1, 11, 59, tzinfo=UTC), date(2007, 12, 31)),
        (0, datetime(2026, 1, 1, 12, tzinfo=UTC), date(2026, 1, 1)),
        (18, datetime(2026, 2, 28, 12, tzinfo=UTC), date(2008, 2, 28)),  # born on the 29th: tomorrow
        (18, datetime(2024, 2, 29, 12, tzinfo=UTC), date(2006, 2, 28)),  # there was no 29th in 2006
        (16, datetime(2024, 2, 29, 12, tzinfo=UTC), date(2008, 2, 29)),
        (18, datetime(2026, 1, 1, 13, tzinfo=timezone(timedelta(hours=2))), date(2007, 12, 31)),
        (150, datetime(100, 6, 1, tzinfo=UTC), date.min),
    ],
)
def test_born_by_is_the_last_day_of_birth(age: int, at: datetime, day: date) -> None:
    assert born_by(age, at) == day


def test_born_by_agrees_with_counting_years_on_every_day_around_every_birthday() -> None:
    days = [date(2023, 12, 30) + timedelta(offset) for offset in range(0, 800)]
    for day in days:
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        for age in (1, 16, 18, 65):
            last = born_by(age, at)
            lived = [age_in_years(last + timedelta(offset), at) for offset in (-1, 0, 1)]
            assert lived[0] is not None and lived[0] >= age
            assert lived[1] is not None and lived[1] >= age
            assert lived[2] is None or lived[2] < age
