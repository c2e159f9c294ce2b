"""Moments at the calendar's ends: an offset may lead beyond year 1 or 9999, and nothing may fall over it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from licet.decide import Facts, Policy, Request, decide
from licet.packs import open_pack
from licet.terms import AppError
from licet.terms.moments import age_in_years, day_of, is_age, parse_moment

EAST, WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-14))
FIRST, LAST = datetime(1, 1, 1, tzinfo=EAST), datetime(9999, 12, 31, 23, tzinfo=WEST)


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00+14:00", "9999-12-31T23:59:59-00:01", "9999-12-31T24:00", "0000-01-01"]
)
def test_a_moment_beyond_the_calendar_is_refused_with_a_code(text: str) -> None:
    with pytest.raises(AppError) as refused:
        parse_moment(text)
    assert refused.value.code == "APP-010" and text in str(refused.value)


def test_the_last_moments_that_utc_can_say_are_read() -> None:
    assert parse_moment("0001-01-01T14:00+14:00") == datetime(1, 1, 1, tzinfo=UTC)
    assert parse_moment("9999-12-31T09:59-14:00") == datetime(9999, 12, 31, 23, 59, tzinfo=UTC)


def test_the_day_of_a_moment_beyond_the_calendar_is_its_first_or_last() -> None:
    assert (day_of(FIRST), day_of(LAST)) == (date.min, date.max)
    assert day_of(datetime(2026, 1, 1, 1, tzinfo=EAST)) == date(2025, 12, 31)


def test_nobody_has_lived_at_the_first_moment_and_everybody_at_the_last() -> None:
    born = date(1990, 5, 1)
    assert age_in_years(born, FIRST) is None
    assert age_in_years(born, LAST) == 9999 - 1990


@pytest.mark.parametrize("at", [FIRST, LAST])
def test_decide_answers_at_moments_beyond_the_calendar(at: datetime) -> None:
    pack = open_pack("linkedin_as_reported")
    request = Request("generative_ai_training", "content.posts", at=at, visibility="public", created=at)
    assert decide(request, Facts(region="DE"), Policy(pack)).permitted is (at is LAST)


def test_a_birthday_counts_once_it_has_begun_everywhere() -> None:
    born = date(2008, 11, 3)
    honolulu = timezone(timedelta(hours=-10))
    assert age_in_years(born, datetime(2026, 11, 3, tzinfo=UTC)) == 17
    assert age_in_years(born, datetime(2026, 11, 2, 23, 59, tzinfo=honolulu)) == 17
    assert age_in_years(born, datetime(2026, 11, 3, 12, tzinfo=UTC)) == 18


@pytest.mark.parametrize(
    ("age", "known"), [(0, True), (120, True), (121, False), (1990, False), (-1, False), (True, False)]
)
def test_an_age_that_nobody_reaches_is_not_known(age: int, known: bool) -> None:
    assert is_age(age) is known
