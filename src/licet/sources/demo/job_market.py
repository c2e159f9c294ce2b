"""Work offered: job advertisements, who placed each, and the board that a block's members read them on.

An advertisement is its organisation's and about nobody: it says nothing of the recruiter, whose name stands beside it
in a row of their own, and speaks of its title in the form that is said of anybody.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from licet.sources.demo.cast import END, TRADES, Member, moment_between
from licet.sources.demo.grammar import Speaker, capitalise
from licet.sources.demo.random_streams import Stream, Weighted
from licet.sources.demo.recorder import Recorder
from licet.sources.demo.voices import article, voice

#: Yearly pay in thousands of the country's currency, roughly; 42 where nothing is said.
PAY_THOUSANDS = {
    "INR": 700, "JPY": 4600, "KRW": 42000, "NGN": 5200, "HKD": 360, "CZK": 560, "ISK": 7800, "ARS": 14000,
    "COP": 46000, "MXN": 260, "BRL": 72, "ZAR": 330, "KES": 900, "SEK": 430, "NOK": 560, "DKK": 420, "CHF": 82,
    "PLN": 92, "RON": 78, "AED": 150, "USD": 58,
}  # fmt: skip
SENIORITIES = ("entry", "mid", "senior", "lead")
_ASKED: Weighted[int] = Weighted((0, 1, 2, 3), (24, 38, 27, 11))
#: What pay is multiplied by, from entry to lead.
_PAID = (0.8, 1.0, 1.25, 1.5)

#: The first day on which an advertisement that still stands on the board can have been placed.
OPENED = END - timedelta(days=540)
REMOTE, IN_ENGLISH, UNTIL_FILLED, LONG_OPEN = 0.22, 0.3, 0.5, 0.25

#: Ways in which employers differ that no table names: public or young, calm or hectic.
MANNERS = 5


class Job(NamedTuple):
    """An advertisement as its readers see it. manner: what the employer is like; pull: how much it is talked of."""

    key: str
    organisation: str
    recruiter: str
    title: str
    trade: str
    country: str
    city: str
    language: str
    skills: frozenset[str]
    pay: int
    currency: str
    remote: bool
    seniority: int
    manner: int
    pull: float
    created: datetime
    expires: datetime | None


class Board:
    """The advertisements that a block's members can find, by trade: their own block's, and the one's before."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._of_trade: dict[str, list[Job]] = {}
        for job in jobs:
            self._of_trade.setdefault(job.trade, []).append(job)

    def of(self, trade: str) -> Sequence[Job]:
        return self._of_trade.get(trade, ())


def record_jobs(member: Member, recorder: Recorder) -> list[Job]:
    """What a recruiter, or now and then a business, advertises."""
    stream = member.stream("jobs")
    if member.recruits:
        count = stream.between(4, 9)
    else:
        count = stream.between(1, 2) if member.plan == "business" and stream.chance(0.5) else 0
    return [_record_job(member, stream, recorder) for _ in range(count)]


def _record_job(member: Member, stream: Stream, recorder: Recorder) -> Job:
    trade = TRADES.pick(stream)
    created = moment_between(stream, max(member.joined, OPENED), END, recent=False)
    language = "en" if stream.chance(IN_ENGLISH) else member.language
    speaker = voice(member, language, stream, year=created.year, who=member.first, trade=trade)
    speaker.feminine = False
    title = _wanted_title(speaker)
    skills = list(dict.fromkeys(speaker.say("skill") for _ in range(3)))
    speaker.begin()
    seniority = _ASKED.pick(stream)
    middle = PAY_THOUSANDS.get(member.country.currency, 42) * _PAID[seniority]
    low = int(middle * (0.85 + 0.3 * stream.uniform())) * 1000
    job = Job(
        recorder.new_key("jobs", "j"), member.organisation, member.name, title, trade, member.country.code,
        member.city.name, language, frozenset(skills), low, member.country.currency, stream.chance(REMOTE), seniority,
        manner_of(member.seed, member.organisation), 0.3 + 0.7 / (stream.uniform() + 0.2), created,
        _expiry(stream, created),
    )  # fmt: skip
    recorder.rows["jobs"].append(
        (
            job.key, job.organisation, capitalise(title), trade, member.city.subdivision or member.country.code,
            f"{member.city.name}, {member.country.name}", job.remote, SENIORITIES[seniority], language,
            speaker.sentence("job"), skills, low, low + int(low * 0.02 * stream.between(5, 15)) // 1000 * 1000,
            job.currency, job.expires, created,
        )
    )  # fmt: skip
    recorder.rows["job_contacts"].append((job.key, member.id, created))
    return job


def _expiry(stream: Stream, created: datetime) -> datetime | None:
    """When it comes off the board: never for many, long after the world ends for some, so that a demo of any year has
    work to recommend; else within months."""
    fate = stream.uniform()
    if fate < UNTIL_FILLED:
        return None
    if fate < UNTIL_FILLED + LONG_OPEN:
        return END.replace(hour=0) + timedelta(days=stream.between(30, 900))
    return created.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(
        days=stream.between(45, 150)
    )


@functools.lru_cache(maxsize=50_000)
def manner_of(seed: int, organisation: str) -> int:
    """What an employer is like; the same for all that it advertises."""
    return Stream(seed, "manner", organisation).between(0, MANNERS - 1)


def _wanted_title(speaker: Speaker) -> str:
    """The title of the advertised trade, instead of the recruiter's own."""
    del speaker.values["title"], speaker.values["a_title"]
    title = speaker.say("title")
    speaker.values["title"], speaker.values["a_title"] = title, f"{article(title)} {title}"
    return title
