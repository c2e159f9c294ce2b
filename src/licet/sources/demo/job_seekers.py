"""Work sought: who looks for it, which advertisements they see, keep, answer, and wave away.

Whoever looks has a trade, languages, a place and some years of work, as their profile shows, and a taste in employers,
which shows in what they do and nowhere else: those who applied for the same jobs have more in common than their
profiles say. Everything a member does here lies in one season of looking.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import NamedTuple

from licet.sources.demo.cast import CAST, END, Member, moment_between
from licet.sources.demo.job_market import MANNERS, OPENED, Board, Job
from licet.sources.demo.random_streams import Stream, Weighted
from licet.sources.demo.recorder import Recorder
from licet.sources.demo.voices import voice

STATUSES: Weighted[str] = Weighted(
    ("sent", "read", "invited", "declined", "accepted", "withdrawn"), (24, 24, 14, 26, 6, 6)
)
#: How many advertisements somebody who looks for work answers: five in the middle.
APPLICATIONS: Weighted[int] = Weighted((2, 3, 4, 5, 6, 7, 8, 10, 12, 16), (6, 10, 15, 19, 16, 12, 9, 7, 4, 2))
SEEKS, BROWSES, WRITES_LETTER = 0.33, 0.2, 0.3

#: Trades that people cross over to.
NEIGHBOURS: dict[str, tuple[str, ...]] = {
    "software": ("design", "research"), "design": ("software", "sales"), "research": ("software", "teaching"),
    "nursing": ("teaching",), "teaching": ("research", "nursing"), "logistics": ("sales", "carpentry"),
    "carpentry": ("logistics", "agronomy"), "agronomy": ("research", "logistics"), "law": ("recruiting", "sales"),
    "sales": ("recruiting", "hospitality"), "hospitality": ("sales", "logistics"), "recruiting": ("sales", "law"),
}  # fmt: skip
_CROSSING = 0.03
#: By how many steps of seniority a job is off.
_FIT_OF_SENIORITY = (1.0, 0.4, 0.08, 0.02)
#: What somebody would have to move abroad for; below this nobody applies, and below that few look.
_ABROAD, _LEAST, _STRAY = 0.15, 0.003, 0.01


class Taste(NamedTuple):
    """What a member looks for. manners: the employers' that they like; season: when they look."""

    languages: frozenset[str]
    skills: frozenset[str]
    seniority: int
    manners: frozenset[int]
    begins: datetime
    ends: datetime


class Found(NamedTuple):
    """An advertisement, how well it fits, and when the member came by it."""

    job: Job
    fit: float
    at: datetime


def record_seeking(member: Member, board: Board, recorder: Recorder) -> None:
    """What a member does with the advertisements on the board; nothing, if they are under age or content."""
    stream = member.stream("seeking")
    seeks = member.k < len(CAST) or stream.chance(SEEKS)
    if member.minor or not (seeks or stream.chance(BROWSES)):
        return
    taste = _taste(stream, member)
    wanted = APPLICATIONS.pick(stream) if seeks else 0
    found = _found(stream, member, taste, board, wanted * 5 // 2 + stream.between(1, 4))
    applied = [each for each in found if each.fit >= _LEAST][:wanted]
    for each in applied:
        _record_application(stream, member, taste, each, recorder)
    answered = {each.job.key for each in applied}
    for each in found:
        _record_interest(stream, member, taste, each, each.job.key in answered, recorder)


def _taste(stream: Stream, member: Member) -> Taste:
    age = END.year - (member.born.year if member.born else 1988)
    begins = moment_between(stream, max(member.joined, OPENED), END - timedelta(days=5))
    spoken = {member.language} | ({"en"} if member.english_share or stream.chance(0.35) else set())
    speaker = voice(member, member.language, stream, year=END.year)
    return Taste(
        frozenset(spoken),
        frozenset(speaker.say("skill") for _ in range(2)),
        min(max(int((age - 20 + 6 * stream.uniform()) / 9), 0), 3),
        frozenset(stream.between(0, MANNERS - 1) for _ in range(2)),
        begins,
        min(begins + timedelta(days=stream.between(40, 240)), END),
    )


def _found(stream: Stream, member: Member, taste: Taste, board: Board, most: int) -> list[Found]:
    """What a member comes by, mostly the best first: by fit, without repetition (Efraimidis and Spirakis, 2006)."""
    drawn: list[tuple[float, str, Job, float]] = []
    for trade in (member.trade, *NEIGHBOURS[member.trade]):
        for job in board.of(trade):
            if (
                job.language not in taste.languages
                or job.created >= taste.ends
                or job.recruiter == member.name
            ):
                continue
            if job.expires is None or job.expires > taste.begins:
                fit = _fit(member, taste, job)
                if fit < _STRAY and stream.chance(0.9):
                    continue
                drawn.append((-math.log(1.0 - stream.uniform()) / (fit * job.pull), job.key, job, fit))
    drawn.sort()
    found = []
    for _, _, job, fit in drawn[:most]:
        since = max(job.created, taste.begins)
        until = taste.ends if job.expires is None else min(job.expires, taste.ends)
        luck = stream.uniform()
        found.append(Found(job, fit, since + (until - since) * (0.9 * luck * luck)))
    return found


def _fit(member: Member, taste: Taste, job: Job) -> float:
    fit = 1.0 if job.trade == member.trade else _CROSSING
    fit *= _FIT_OF_SENIORITY[abs(job.seniority - taste.seniority)]
    fit *= 1.0 if job.manner in taste.manners else 0.15
    if job.city != member.city.name:
        fit *= 0.8 if job.remote else 0.6 if job.country == member.country.code else _ABROAD
    return fit * (1.0 + len(job.skills & taste.skills))


def _record_application(
    stream: Stream, member: Member, taste: Taste, found: Found, recorder: Recorder
) -> None:
    job, letter = found.job, None
    at = min(found.at + timedelta(seconds=int(200_000 * stream.uniform())), job.expires or END, END)
    if stream.chance(WRITES_LETTER):
        language = job.language if job.language in taste.languages else member.language
        speaker = voice(member, language, stream, year=at.year, who=job.recruiter)
        speaker.values |= {"wanted": job.title, "employer": job.organisation}
        letter = speaker.sentence("letter")
    pay = int(job.pay * (0.95 + 0.25 * stream.uniform())) // 100 * 100 if stream.chance(0.6) else None
    recorder.rows["applications"].append(
        (
            recorder.new_key("applications", "a"), job.key, member.id, letter, pay, job.currency,
            STATUSES.pick(stream), at,
        )
    )  # fmt: skip


def _record_interest(
    stream: Stream, member: Member, taste: Taste, found: Found, applied: bool, recorder: Recorder
) -> None:
    """That somebody looked at an advertisement, and whether they kept it or waved it away."""
    job, at, rows = found.job, found.at, recorder.rows
    if not applied or stream.chance(0.9):
        seconds = stream.between(4, 40) if found.fit < _LEAST else stream.between(20, 400)
        rows["job_views"].append((recorder.new_key("job_views", "v"), member.id, job.key, seconds, at))
    after = min(at + timedelta(seconds=stream.between(5, 900)), END)
    if stream.chance(0.35 if applied else 0.25 * min(found.fit, 1.0)):
        rows["saved_jobs"].append((recorder.new_key("saved_jobs", "h"), member.id, job.key, after))
    elif not applied and stream.chance(0.3 if job.manner in taste.manners else 0.5):
        reason = _what_is_wrong(member, taste, job) if stream.chance(0.7) else None
        rows["not_interested"].append(
            (recorder.new_key("not_interested", "n"), member.id, job.key, reason, after)
        )


def _what_is_wrong(member: Member, taste: Taste, job: Job) -> str:
    if job.trade != member.trade:
        return "trade"
    if job.country != member.country.code and not job.remote:
        return "place"
    return "employer" if job.seniority == taste.seniority else "seniority"
