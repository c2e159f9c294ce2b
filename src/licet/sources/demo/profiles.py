"""What members say about themselves: the facts table, profiles, work history and education."""

from __future__ import annotations

from datetime import date, timedelta

from licet.sources.demo.cast import END, Member, moment_between
from licet.sources.demo.circles import Circle
from licet.sources.demo.demo_tables import Row
from licet.sources.demo.grammar import Speaker, capitalise
from licet.sources.demo.random_streams import Stream
from licet.sources.demo.recorder import Recorder
from licet.sources.demo.voices import organisation, tag, voice

ORGANISATIONS_BEFORE = 4


def record_profile(member: Member, circle: Circle, recorder: Recorder) -> None:
    """One row of members and of profiles, and the rows of the member's career."""
    rows = recorder.rows
    rows["members"].append((member.id, member.region, member.born, member.plan, member.joined))
    stream = member.stream("profile")
    third = circle.peer(stream, member, member.language)
    speaker = voice(
        member,
        member.language,
        stream,
        year=END.year,
        who=member.first,
        third=third.name if third else member.name,
    )
    rows["profiles"].append(_profile(member, stream, speaker))
    if not member.minor:
        _record_work(member, stream, speaker, recorder)
    _record_education(member, stream, speaker, recorder)


def _profile(member: Member, stream: Stream, speaker: Speaker) -> Row:
    chance, say = stream.chance, speaker.sentence

    def maybe(share: float, section: str) -> str | None:
        speaker.begin()
        return say(section) if chance(share) else None

    speaker.begin()
    headline = say("student_line") if member.minor else say("headline")
    speaker.begin()
    skills = list(dict.fromkeys(speaker.say("skill") for _ in range(stream.between(3, 6))))
    spoken = [member.language, *(["en"] if member.english_share or chance(0.3) else [])]
    genders = ("woman", "man") if member.feminine else ("man", "woman")
    return (
        member.id,
        member.handle,
        member.name,
        f"https://images.example.net/{member.handle}.jpg" if chance(0.8) else None,
        headline if chance(0.95) else None,
        maybe(0.0 if member.minor else 0.86, "summary"),
        None if member.minor else capitalise(speaker.values["title"]),
        member.organisation,
        f"{member.city.name}, {member.country.name}",
        capitalise(speaker.say("field")),
        skills,
        maybe(0.25, "certification"),
        maybe(0.12, "volunteering"),
        maybe(0.08, "publication"),
        maybe(0.02, "patent"),
        int(40 * stream.uniform() * stream.uniform()),
        maybe(0.1, "recommendation"),
        maybe(0.15, "project"),
        maybe(0.07, "honour"),
        list(dict.fromkeys(spoken)),
        maybe(0.15, "course"),
        f"IELTS {stream.between(11, 17) / 2}" if chance(0.03) else None,
        f"https://www.example.org/{tag(member.name).lower()}" if chance(0.15) else None,
        genders[0] if chance(0.6) else "non-binary" if chance(0.02) else None,
        speaker.values["email"],
        speaker.values["phone"] if chance(0.7) else None,
        f"PO box {stream.between(100, 9999)}, {member.city.name}" if chance(0.3) else None,
        stream.between(0, 1000),
        moment_between(stream, member.joined, END),
    )


def _record_work(member: Member, stream: Stream, speaker: Speaker, recorder: Recorder) -> None:
    """Positions from the present one backwards."""
    until: date | None = None
    started = date(END.year, 1, 1) - timedelta(days=int(stream.uniform() * stream.uniform() * 3600) + 120)
    earliest = (member.born.year if member.born else END.year - 45) + 19
    for place in range(stream.between(1, ORGANISATIONS_BEFORE)):
        if place and started.year < earliest:
            break
        speaker.begin()
        firm = member.organisation
        if place:
            firm = organisation(
                member.seed, member.country.code, member.language, member.trade, stream.between(0, 59)
            )
            speaker.values["company"] = firm
        recorder.rows["work_history"].append(
            (
                recorder.new_key("work_history", "w"), member.id,
                capitalise(speaker.values["title"] if not place else _title(speaker)),
                firm, f"{member.city.name}, {member.country.name}",
                speaker.sentence("work_line") if stream.chance(0.7) else None,
                started, until, moment_between(stream, member.joined, END),
            )
        )  # fmt: skip
        until = started - timedelta(days=stream.between(0, 120))
        started = until - timedelta(days=stream.between(300, 2200))


def _title(speaker: Speaker) -> str:
    current = speaker.values.pop("title")
    other = speaker.say("title")
    speaker.values["title"] = current
    return other


def _record_education(member: Member, stream: Stream, speaker: Speaker, recorder: Recorder) -> None:
    born = member.born.year if member.born else END.year - stream.between(25, 55)
    begun = born + stream.between(15 if member.minor else 17, 16 if member.minor else 21)
    ended = begun + stream.between(2, 5)
    speaker.begin()
    recorder.rows["education"].append(
        (
            recorder.new_key("education", "e"), member.id, member.school, speaker.sentence("degree"), begun,
            None if member.minor or ended > END.year else ended, moment_between(stream, member.joined, END),
        )
    )  # fmt: skip
