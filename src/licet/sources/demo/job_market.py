"""Work offered and sought: job advertisements, who placed each, and the applications to them.

An advertisement is its organisation's and about nobody: it says nothing of the recruiter, whose name stands beside it
in a row of their own, and speaks of its title in the form that is said of anybody.
"""

from __future__ import annotations

from datetime import timedelta

from licet.sources.demo.cast import END, TRADES, Member, moment_between
from licet.sources.demo.circles import Circle
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
STATUSES: Weighted[str] = Weighted(
    ("sent", "read", "invited", "declined", "accepted", "withdrawn"), (24, 24, 14, 26, 6, 6)
)


def record_jobs(member: Member, circle: Circle, recorder: Recorder) -> None:
    """What a recruiter (or now and then a business) advertises, with who applied."""
    stream = member.stream("jobs")
    count = stream.between(1, 4) if member.recruits else int(member.plan == "business" and stream.chance(0.5))
    for _ in range(count):
        _record_job(member, circle, stream, recorder)


def _record_job(member: Member, circle: Circle, stream: Stream, recorder: Recorder) -> None:
    trade = TRADES.pick(stream)
    created = moment_between(stream, member.joined, END)
    speaker = voice(member, member.language, stream, year=created.year, who=member.first, trade=trade)
    speaker.feminine = False
    title = _wanted_title(speaker)
    key = recorder.new_key("jobs", "j")
    skills = list(dict.fromkeys(speaker.say("skill") for _ in range(3)))
    speaker.begin()
    middle = PAY_THOUSANDS.get(member.country.currency, 42)
    low = int(middle * (0.75 + 0.4 * stream.uniform())) * 1000
    recorder.rows["jobs"].append(
        (
            key, member.organisation, capitalise(title), trade, member.city.subdivision or member.country.code,
            f"{member.city.name}, {member.country.name}", member.language, speaker.sentence("job"), skills, low,
            low + int(low * 0.02 * stream.between(5, 15)) // 1000 * 1000, member.country.currency, created,
        )
    )  # fmt: skip
    recorder.rows["job_contacts"].append((key, member.id, created))
    seen = set()
    for _ in range(int(0.8 / (stream.uniform() + 0.08))):
        created += timedelta(seconds=int(200_000 * stream.uniform()))
        person = circle.peer(stream, member, member.language, near=0.8, trade=trade)
        if person is None or created > END:
            return
        if person.id in seen or person.joined > created or person.minor:
            continue
        seen.add(person.id)
        letter = voice(person, member.language, stream, year=created.year, who=member.name)
        letter.values |= {"wanted": title, "employer": member.organisation}
        recorder.rows["applications"].append(
            (
                recorder.new_key("applications", "a"), key, person.id, letter.sentence("letter"),
                int(low * (0.95 + 0.25 * stream.uniform())) // 100 * 100 if stream.chance(0.6) else None,
                member.country.currency, STATUSES.pick(stream), created,
            )
        )  # fmt: skip


def _wanted_title(speaker: Speaker) -> str:
    """The title of the advertised trade, instead of the recruiter's own."""
    del speaker.values["title"], speaker.values["a_title"]
    title = speaker.say("title")
    speaker.values["title"], speaker.values["a_title"] = title, f"{article(title)} {title}"
    return title
