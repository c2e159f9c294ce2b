"""Dates as exports write them: ISO, ``05 Sep 2023``, ``Mar 2021``, ``Sat Sep 05 08:12:14 UTC 2026``, ``févr. 2022``.

A text that has two readings (``03/04/2023``) has none here. Months are read in the languages exports come in; a
word that names different months in different languages is left out.
"""

from __future__ import annotations

import importlib.resources
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Precision = Literal["moment", "day", "month", "year"]

_ISO = re.compile(
    r"(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?)?"
    r"\s?(Z|UTC|GMT|[+-]\d\d:?\d\d)?)?",
    re.IGNORECASE,
)
_JAVA = re.compile(r"[^\W\d]+ ([^\W\d]+) (\d{1,2}) (\d{1,2}):(\d{2}):(\d{2}) (?:UTC|GMT|Z) (\d{4})")
_AMERICAN = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4}),? (\d{1,2}):(\d{2})(?::(\d{2}))? ([AP])M", re.IGNORECASE
)
_CLOCK = re.compile(r",? (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?(?:UTC|GMT))?(?: ?([AP])M)?$", re.IGNORECASE)
_EAST_ASIAN = re.compile(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월](?: ?(\d{1,2}) ?[日일])?")
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """The first moment (UTC) of what is written, and how exactly it was written."""

    moment: datetime
    precision: Precision


def read_date(text: str | None) -> WrittenDate | None:
    """Read one date; None when it is not one, or may be two. Times without an offset are UTC. Never raises."""
    text = " ".join(unicodedata.normalize("NFC", text or "")[: _LONGEST + 1].split())
    if not text or len(text) > _LONGEST:
        return None
    try:
        return _numbers(text) or _words(text)
    except (ValueError, OverflowError):  # the thirtieth of February
        return None


def _numbers(text: str) -> WrittenDate | None:
    if match := _ISO.fullmatch(text):
        *parts, zone = match.groups()
        return _at([int(part) if part else None for part in parts], _offset_minutes(zone))
    if match := _AMERICAN.fullmatch(text):
        month, day, year, hour, minute, second, half = match.groups()
        return _at([_full_year(year), int(month), int(day), _hour(hour, half), int(minute), int(second or 0)])
    if match := _EAST_ASIAN.fullmatch(text):
        return _at([int(part) if part else None for part in match.groups()])
    if re.fullmatch(r"\d{4}", text):
        return _at([int(text)])
    return None


def _words(text: str) -> WrittenDate | None:
    """A date with its month in letters: the day, if any, is the number of one or two digits."""
    if match := _JAVA.fullmatch(text):
        month = month_of(match[1])
        return _at([int(match[6]), month, *(int(match[n]) for n in (2, 3, 4, 5))]) if month else None
    time: list[int | None] = []
    if (clock := _CLOCK.search(text)) is not None:
        time = [_hour(clock[1], clock[4]), int(clock[2]), int(clock[3] or 0)]
        text = text[: clock.start()]
    months = {month for word in _WORD.findall(text) if (month := month_of(word))}
    numbers = re.findall(r"\d+", text)
    years = [int(number) for number in numbers if len(number) == 4]
    days = [int(number) for number in numbers if len(number) <= 2]
    if len(months) != 1 or len(years) != 1 or len(days) + 1 != len(numbers) or len(days) > 1:
        return None
    # besides the month, a weekday and a word such as "de" may stand there
    if len(_WORD.findall(text)) > 3:
        return None
    return _at([years[0], *months, *days, *(time if days else [])])


def _at(parts: list[int | None], minutes_east: int | None = 0) -> WrittenDate | None:
    """The date of year, month, day, hour, minute, second, as far as given."""
    given = [part for part in parts if part is not None]
    if minutes_east is None or not given or not 1900 <= given[0] <= 2200:
        return None
    precision: Precision = ("year", "month", "day", "moment")[min(len(given), 4) - 1]
    year, month, day, hour, minute, second = (given + [1, 1, 0, 0, 0][len(given) - 1 :])[:6]
    moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    return WrittenDate(datetime.fromtimestamp(moment.timestamp() - minutes_east * 60, UTC), precision)


def _offset_minutes(zone: str | None) -> int | None:
    if zone is None or zone.upper() in ("Z", "UTC", "GMT"):
        return 0
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 14 or minutes > 59:
        return None
    return (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)


def _full_year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _hour(text: str, half: str | None) -> int:
    hour = int(text)
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("no such hour")
    return hour % 12 + (12 if half.upper() == "P" else 0)


def month_of(word: str) -> int | None:
    """The month a word names, whole or shortened to three letters or more, in any of the languages; else None."""
    folded = _fold(word)
    found = {number for name, number in _NAMES if name == folded}
    if not found and len(folded) >= 3:
        found = {number for name, number in _NAMES if name.startswith(folded)}
    return next(iter(found)) if len(found) == 1 else None


def _fold(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in decomposed if not "\u0300" <= letter <= "\u036f").replace("ı", "i")


_NAMES = tuple(
    (_fold(name), number)
    for line in importlib.resources.files("licet.sources")
    .joinpath("months.txt")
    .read_text("utf-8")
    .splitlines()
    if not line.startswith("#")
    for number, name in enumerate(line.split()[1:], start=1)
)
