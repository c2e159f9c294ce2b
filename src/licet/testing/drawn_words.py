"""The small stock of words that generated policies, people and tables draw from.

Small on purpose: rules must meet, and members must stand on both sides of every edge. The wrong words are as
much part of it as the right ones.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from random import Random
from typing import TypeVar

from licet.terms.moments import midnight

T = TypeVar("T")

PURPOSES = ("recommendation", "generative_ai_training", "ad_sharing")
#: Purposes of a pack's own, with the shared purpose each is a kind of.
OWN_PURPOSES = {"acme_feed": "recommendation", "acme_training": "generative_ai_training"}

CATEGORIES = ("content.posts", "content", "profile", "profile.headline", "private_communication.messages")
#: Two kinds with nearly everything below them.
BROAD = ("content", "profile")
OWN_CATEGORIES = ("content.posts.video", "profile.headline.badge")
#: Branches of a pack's own below those, down to the sixth level; one leaves out a level, and two only look like
#: branches of another because their names begin alike.
DEEP_CATEGORIES = (
    "content.posts.video.clips",
    "content.posts.video.clips.music",
    "content.posts.video.clips.music.sample",
    "content.posts.videos",
    "content.posts.video.clips.musical",
    "profile.headline.badge.year.day",
    "profile.headline.badge.year.day.hour",
)
#: Kinds that members once refused and that no pack knows any more.
DROPPED_CATEGORIES = ("content.posts.gone", "profile.headline.badge.gone", "content.posts.video.clips.gone")

RECIPIENTS = ("adco", "sisterco")
ORGANISATIONS = ("acme", "7", "Globex ")
SETTINGS = ("ai", "ads", "feed")
#: Settings that only earlier packs had.
RETIRED = ("old_ai", "old_ads")

REGIONS = (
    "DE", "CH", "GB", "HR", "IS", "CA", "CA-QC", "US", "US-CA", "US-PR", "PR", "FR", "FR-974", "RE", "NL-BQ1", "BQ",
)  # fmt: skip
GROUPS = ("EU", "EEA", "WORLD", "north", "alps", "union")
#: What stands in the region column of real tables and is no region, with marks a careless key would trip over.
NO_REGIONS = ("ch", "UK", "XX", "", "EU", "WORLD", "DE|18", "DE-", "DE-XX", "ÖÖ")

PLANS = ("free", "premium")
ODD_PLANS = ("|free", "Free", "", "\x1f")
VISIBILITIES = ("public", "connections")
ODD_VISIBILITIES = ("Public", "", "members", "\x1f")

#: Audiences that only packs of many rules name.
MORE_VISIBILITIES = (*VISIBILITIES, "followers", "group")

AGES = (13, 16, 18, 65)
#: The ends of what a rule may ask.
LAST_AGES = (1, 150)

#: Days on which something changes: memberships, a leap day, and the days policies usually name.
DAYS = (
    date(2020, 1, 1),
    date(2013, 7, 1),
    date(2020, 2, 1),
    date(2014, 4, 12),
    date(2024, 2, 29),
    date(2025, 11, 3),
    date(2026, 1, 1),
)
#: The ends of the calendar.
LAST_DAYS = (date.min, date.max)

ZONES = (UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-9, minutes=-30)))
_OFFS = (
    timedelta(0),
    timedelta(microseconds=-1),
    timedelta(microseconds=1),
    timedelta(hours=9),
    timedelta(40),
)


def chance(rng: Random, percent: int) -> bool:
    return rng.randrange(100) >= 100 - percent  # 0, the simplest draw, is "no"


def pick(rng: Random, words: tuple[T, ...] | list[T]) -> T:
    return words[rng.randrange(len(words))]


def some(rng: Random, words: tuple[T, ...] | list[T], most: int) -> list[T]:
    """One to `most` different words."""
    count = 1 + rng.randrange(min(most, len(words)))
    found: list[T] = []
    while len(found) < count:
        word = pick(rng, words)
        if word not in found:
            found.append(word)
        elif all(other in found for other in words):
            break
    return found


def moment_near(rng: Random, days: tuple[date, ...]) -> datetime:
    """A moment at, just before or well after the start of one of `days`, written in some zone."""
    return shifted(midnight(pick(rng, days)), pick(rng, _OFFS), pick(rng, ZONES))


def shifted(start: datetime, off: timedelta, zone: tzinfo = UTC) -> datetime:
    """So much later, in that zone; where that leaves the calendar, `start` itself in UTC."""
    try:
        return (start + off).astimezone(zone)
    except OverflowError:
        return start
