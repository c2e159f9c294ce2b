"""The report's sentences, the same in the terminal and on the page."""

from __future__ import annotations

from typing import NamedTuple

from licet.audit.audit_report import FileReport, Report, Step, as_written
from licet.audit.judgement import Fate, Reason
from licet.audit.topics import ADS, FEATURES, RECOMMENDATIONS, TOPICS, TRAINING, Topic

_LABELS = {topic.id: topic.short for topic in TOPICS}


class Line(NamedTuple):
    """One line of the answer. `tone` is ``used``, ``kept`` or ``unsure``."""

    heading: str
    sentence: str
    tone: str


def verdict(report: Report) -> str:
    """The whole answer in two sentences: how much may train AI, and what is left of it after the first step."""
    used, rows = report.reach(TRAINING), report.rows
    kept = sum(records for _, records in report.faring(TRAINING, Fate.EXCLUDED))
    left = f"; {kept:,} {'is' if kept == 1 else 'are'} left out" if kept else ""
    unsure = sum(records for _, records in report.ambiguous)
    more = f" About {unsure:,} nobody can say." if unsure else ""
    if not used.now:
        return f"Nothing among your {rows:,} records may train AI, as far as the policy says.{more}"
    if used.toggles_off < used.now:
        stops = (
            f"Switched off, it is {used.toggles_off:,}." if used.toggles_off else "A switch stops all of it."
        )
    elif used.all_off < used.now:
        stops = "No switch stops it, a form does."
    else:
        stops = "Nothing stops it."
    return f"{used.now:,} of your {rows:,} records may train AI{left}. {stops}{more}"


def answer(report: Report, most_named: int = 6) -> list[Line]:
    """What is used, what is not, and what nobody can say: one line each, which names so many things."""
    kept = report.faring(TRAINING, Fate.EXCLUDED)
    lines = [
        _used(report, TRAINING, "Used to train AI", most_named),
        Line(
            "Left out of it", named(kept, most_named) if kept else "nothing that this archive holds", "kept"
        ),
        _used(report, ADS, "Used for advertisements", most_named),
        _used(report, RECOMMENDATIONS, "Used for recommendations", most_named),
        _used(report, FEATURES, "Used for AI features", most_named),
    ]
    if report.ambiguous:
        lines.append(Line("Nobody can say", named(report.ambiguous, most_named), "unsure"))
    return lines


def _used(report: Report, topic: Topic, heading: str, most_named: int) -> Line:
    reach = report.reach(topic)
    if not reach.now:
        fates = {one.shares[topic].fate for one in report.files}
        why = next((_NOTHING[fate] for fate in _NOTHING if fate in fates), "the policy names none of it")
        return Line(heading, f"nothing, since {why}{_unsaid(report, topic)}", "kept")
    of = named([(what, reach.now) for what, reach in report.taking(topic)], most_named)
    return Line(heading, f"{reach.now:,} of {report.rows:,} records: {of}{_unsaid(report, topic)}", "used")


def _unsaid(report: Report, topic: Topic) -> str:
    """What a policy leaves open about advertisements when it speaks of others' alone."""
    if topic is not ADS or report.policy.speaks_of_own_ads:
        return ""
    own = f"{report.policy.platform}’s own advertisements"
    return f"; this is about sharing with others, of {own} the policy file says nothing"


#: Why nothing is used, the most telling first.
_NOTHING = {
    Fate.NOT_YET: "the policy does not apply at this time",
    Fate.SWITCHED_OFF: "it is off unless you switch it on",
    Fate.ELSEWHERE: "the policy does not cover where you live",
    Fate.EXCLUDED: "the policy leaves it out where you live",
}


def named(things: list[tuple[str, int]], most: int) -> str:
    """Things with their numbers, the first few by name."""
    shown = ", ".join(f"{what} ({rows:,})" for what, rows in things[:most])
    return f"{shown} and {len(things) - most} more" if len(things) > most else shown


def whom(report: Report) -> str:
    """For whom the report is, and how that is known: ``for someone in Switzerland (as you said), aged 36 (…)``."""
    person = report.person
    aged = (
        f"taken to be {person.age} or older ({person.age_how}; give your age if you are younger)"
        if person.age_is_assumed
        else f"aged {person.age} ({person.age_how})"
    )
    return f"for someone in {person.region_name} ({person.region_how}), {aged}"


def guide_command(report: Report) -> list[str]:
    """The command that tells how to opt out; empty where the policy is no shipped one."""
    if report.guide is None:
        return []
    region = ["--region", report.person.region] if report.person.region else []
    return ["licet", "guide", report.guide, *region]


def file_count(report: Report) -> str:
    """How many files there are, those without records, too."""
    files = len(report.files) + len(report.unread)
    return f"{files:,} file{'' if files == 1 else 's'}"


def dates(one: FileReport) -> str:
    """From when to when; a dash where nothing says."""
    first, last = as_written(one.file.first), as_written(one.file.last)
    return "–" if first is None else first if first == last else f"{first} to {last}"


def reached(step: Step) -> str:
    """What a step spares, as a sentence to follow another."""
    spared = [f"{records:,} for {_LABELS[topic]}" for topic, records in step.spares.items()]
    told = f" Of this archive that is {', '.join(spared)}." if spared else ""
    return told + (f" It does not change: {'; '.join(step.unchanged)}." if step.unchanged else "")


def why(one: FileReport) -> list[str]:
    """For each topic, what of the file fares how, with the source's words."""
    told = []
    for topic, share in one.shares.items():
        by_fate: dict[tuple[Fate, str, str], list[Reason]] = {}
        for reason in share.reasons.values():
            by_fate.setdefault(
                (reason.fate, reason.quote, reason.sentence if not reason.quote else ""), []
            ).append(reason)
        silent = [reason.label for reason in share.reasons.values() if reason.fate is Fate.NOT_NAMED]
        for (fate, quote, _), reasons in by_fate.items():
            if fate is Fate.NOT_NAMED:
                continue
            labels = ", ".join(reason.label for reason in reasons)
            cited = source_of(reasons[0])
            said = f" ({reasons[0].sentence})" if not quote and fate is not Fate.NOT_UNDERSTOOD else ""
            told.append(f"{topic.short}: {fate.value}: {labels}{said}{cited}")
        if silent:
            told.append(f"{topic.short}: the policy does not name {', '.join(silent)}")
    return told


def source_of(reason: Reason) -> str:
    """The words of the source, which it is, and how sure the fact is."""
    if not reason.quote:
        return ""
    doubt = "" if reason.status == "stated" else f"; {reason.status}"
    return f"; “{reason.quote}” ({reason.source}{doubt})"
