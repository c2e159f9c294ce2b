"""The report's sentences, the same in the terminal and on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from licet.audit.audit_report import FileReport, Report, Step, as_written
from licet.audit.judgement import MAY_BE_USED, Fate, Reason
from licet.audit.topics import ADS, FEATURES, RECOMMENDATIONS, TOPICS, TRAINING, Topic
from licet.sources.import_report import Unread

_LABELS = {topic.id: topic.short for topic in TOPICS}


class Line(NamedTuple):
    """One line of the answer. `tone` is ``used``, ``kept`` or ``unsure``."""

    heading: str
    sentence: str
    tone: str


def verdict(report: Report) -> str:
    """The whole answer: what was not read, how much may train AI, and what is left of it after the first step."""
    unread = not_read(report)
    told = _trained(report) if report.readings[TRAINING].read else _policy_unread(report)
    if unread:
        told[0] = f"{unread}, so this is not all: {told[0]}"
    told += _asking(report)
    stale = report.policy.stale
    if stale is not None:
        told.append(f"The policy was last checked on {report.policy.observed} and is stale: {stale.told}.")
    if not told[0].startswith(tuple(piece.name for piece in report.unread)):  # a name stays as it is
        told[0] = told[0][:1].upper() + told[0][1:]
    return " ".join(told)


def _asking(report: Report) -> Iterator[str]:
    """What to say of oneself where the archive does not and an answer turns on it."""
    if Fate.BY_PLACE in report.turns_on:
        where = report.person.says_where
        yield f"The archive does not say clearly where you live ({where}): give your region, e.g. CH."
    if Fate.BY_AGE in report.turns_on:
        yield f"How old you are is not known ({report.person.age_how}): give your age, e.g. 35."


def not_read(report: Report) -> str:
    """What of the download nobody read, as the start of a sentence; empty where all of it was."""
    pieces: dict[str, list[int | None]] = {}
    for piece in report.unread:
        pieces.setdefault(piece.name, []).append(piece.bytes)
    if not pieces:
        return ""
    # the largest first; of how much nobody knows, that may be anything
    largest = sorted(pieces.items(), key=lambda one: (None not in one[1], -sum(size or 0 for size in one[1])))
    read = {file.file.name for file in report.files}
    told = [_size_of(name, sizes, name in read) for name, sizes in largest[:3]]
    if len(pieces) > 3:
        rest = sum(size or 0 for _, sizes in largest[3:] for size in sizes)
        told.append(f"{len(pieces) - 3:,} more ({in_bytes(rest)})")
    only = next(iter(pieces.values())) if len(pieces) == 1 else []
    return f"{_listed(told)} {'was' if only in ([None], [1]) else 'were'} not read"


def _size_of(name: str, sizes: list[int | None], is_read: bool) -> str:
    known = [size for size in sizes if size is not None]
    if len(known) == len(sizes):
        return f"{in_bytes(sum(known))} of {name}"
    if known:
        return f"{in_bytes(sum(known))} and more of {name}"
    return f"a part of {name}" if is_read else name


def in_bytes(size: int) -> str:
    """How much that is, as people say it."""
    for unit, name in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size:,} byte{'' if size == 1 else 's'}"


def _listed(told: Sequence[str]) -> str:
    """Things in a row; empty where there are none."""
    if not told:
        return ""
    return " and ".join(filter(None, (", ".join(told[:-1]), told[-1])))


def _policy_unread(report: Report) -> list[str]:
    """Where nobody here has read what applies: that, for whom the policy speaks, and what to do."""
    told = [
        f"nobody here has read what applies to someone in {lives_in(report)} on {report.at.date()}:"
        f" whether your {_records(report.rows)} may train AI is not known."
    ]
    told += [f"The policy file speaks for {part}." for part in report.policy.speaks_for]
    return [*told, "Read the policy that applies to you."]


def _trained(report: Report) -> list[str]:
    """What the policy says of training, over the records that were read."""
    parts, rows = report.parts(TRAINING), report.rows
    if not rows:
        return ["of the rest there is no record."]
    whole = _records(rows) + (" that were read" if report.unread else "")
    used, rest, more = parts.get(Fate.USED, 0), _listed(_rest(parts)), list(_doubts(report))
    if unread := report.readings[TRAINING].labels:
        more.append(f"What applies to {_listed(unread)} nobody here has read.")
    if used:
        return [f"{used:,} of your {whole} may train AI{f'; {rest}' if rest else ''}.", _stops(report), *more]
    if unread or not _UNKNOWN.isdisjoint(parts):
        return [f"whether your {whole} may train AI is not certain: {rest}.", *more]
    if report.doubtful(TRAINING):
        return [f"whether your {whole} may train AI is in doubt: {rest}.", *more]
    nothing = "nothing of what was read" if report.unread else f"nothing among your {whole}"
    return [f"{nothing} may train AI, as far as the policy says: {rest}.", *more]


#: What is said of records that are not used: `{0}` is their number with its verb, `{1}` with "of".
_REST = {
    Fate.EXCLUDED: "{0} left out",
    Fate.SWITCHED_OFF: "{0} off unless you switch it on",
    Fate.ELSEWHERE: "{0} not covered where you live",
    Fate.NOT_YET: "{0} not covered at this time",
    Fate.NOT_AT_AGE: "{0} not covered at your age",
    Fate.NOT_NAMED: "{0} not named by the policy",
    Fate.NOT_UNDERSTOOD: "{0} not understood",
    Fate.BY_PLACE: "{1} it turns on where you live",
    Fate.BY_AGE: "{1} it turns on how old you are",
    Fate.NOT_READ: "{1} nobody here has read what applies",
    Fate.AMBIGUOUS: "{1} nobody can say",
}


#: Of what these become, it is not known whether it is used.
_UNSURE = MAY_BE_USED - {Fate.USED}
#: The same, with that of which nobody knows what it is.
_UNKNOWN = _UNSURE | {Fate.NOT_UNDERSTOOD}


def _rest(parts: dict[Fate, int]) -> list[str]:
    """What becomes of the records that are not used, each once."""
    return [
        said.format(f"{parts[fate]:,} {'is' if parts[fate] == 1 else 'are'}", f"of {parts[fate]:,}")
        for fate, said in _REST.items()
        if fate in parts
    ]


def _records(rows: int) -> str:
    return f"{rows:,} record{'' if rows == 1 else 's'}"


def _stops(report: Report) -> str:
    used = report.reach(TRAINING)
    if used.toggles_off < used.now:
        return (
            f"Switched off, it is {used.toggles_off:,}." if used.toggles_off else "A switch stops all of it."
        )
    return "No switch stops it, a form does." if used.all_off < used.now else "Nothing stops it."


#: How a fact is said that is not simply stated.
_DOUBTS = {
    "regulator_limited": "a regulator has limited",
    "announced": "is only announced",
    "disputed": "is disputed",
    "unverified": "stands in none of {platform}’s own texts that were read",
}


def _doubts(report: Report) -> Iterator[str]:
    """What of the answer rests on less than a text of the platform's."""
    for fate, does in ((Fate.USED, "may train AI"), (Fate.EXCLUDED, "left out")):
        told = report.sureness(TRAINING, fate)
        for status, doubt in _DOUBTS.items():
            if rows := told.get(status):
                verb = does if fate is Fate.USED else f"{'is' if rows == 1 else 'are'} {does}"
                yield f"That {rows:,} {verb} {doubt.format(platform=report.policy.platform)}."


def answer(report: Report, most_named: int = 6) -> list[Line]:
    """What is used, what is not, and what nobody can say: one line each, which names so many things."""
    parts = report.parts(TRAINING)
    lines = [_used(report, TRAINING, "Used to train AI", most_named)]
    for fate, (heading, tone) in _HEADINGS.items():
        if fate in parts and report.readings[TRAINING].read:
            told, doubtful = named(report.faring(TRAINING, fate), most_named), report.doubtful(TRAINING)
            if fate is Fate.EXCLUDED and doubtful:
                told, tone = f"{told}; of {doubtful:,} of these that is in doubt", "unsure"
            lines.append(Line(heading, told, tone))
    lines += [
        _used(report, ADS, "Used for advertisements", most_named),
        _used(report, RECOMMENDATIONS, "Used for recommendations", most_named),
        _used(report, FEATURES, "Used for AI features", most_named),
    ]
    return lines


#: Under which heading the records stand that do not train AI, and with which tone.
_HEADINGS = {
    Fate.EXCLUDED: ("Left out of it", "kept"),
    Fate.SWITCHED_OFF: ("Off unless you switch it on", "kept"),
    Fate.ELSEWHERE: ("Not covered where you live", "kept"),
    Fate.NOT_YET: ("Not covered at this time", "kept"),
    Fate.NOT_AT_AGE: ("Not covered at your age", "kept"),
    Fate.NOT_NAMED: ("Not named for it", "kept"),
    Fate.NOT_UNDERSTOOD: ("Not understood", "unsure"),
    Fate.BY_PLACE: ("By where you live", "unsure"),
    Fate.BY_AGE: ("By how old you are", "unsure"),
    Fate.NOT_READ: ("Nobody here has read it", "unsure"),
    Fate.AMBIGUOUS: ("Nobody can say", "unsure"),
}


def _used(report: Report, topic: Topic, heading: str, most_named: int) -> Line:
    reading, parts = report.readings[topic], report.parts(topic)
    if not reading.read:
        return Line(heading, "nobody here has read it", "unsure")
    reach, more = report.reach(topic), _unsaid(report, topic)
    if reach.now:
        of = named([(what, reach.now) for what, reach in report.taking(topic)], most_named)
        unsure = _rest(
            {fate: rows for fate, rows in parts.items() if fate in _UNSURE and topic is not TRAINING}
        )
        more = "".join(f"; {said}" for said in unsure) + more
        return Line(heading, f"{reach.now:,} of {_records(report.rows)}: {of}{more}", "used")
    rest = _rest(parts)
    doubtful = report.doubtful(topic)
    if doubtful:
        more = f"; of {doubtful:,} of these that is in doubt{more}"
    if doubtful or not _UNKNOWN.isdisjoint(parts):
        told = "not certain"
    else:
        told = "nothing of what was read" if report.unread or reading.unread else "nothing"
    why = f": {_listed(rest)}" if rest else ""
    return Line(heading, f"{told}{why}{more}", "kept" if told == "nothing" else "unsure")


def _unsaid(report: Report, topic: Topic) -> str:
    """What is open about a topic: purposes of it that the policy file does not speak of, and what was not read."""
    told = ""
    if report.readings[topic].unread:
        told += f"; what applies to {_listed(report.readings[topic].labels)} nobody here has read"
    if topic in report.feeds:
        told += "; what was not read may be"
    return told


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
        else f"of an age that is not known ({person.age_how})"
        if person.age is None
        else f"aged {person.age} ({person.age_how})"
    )
    return f"for someone in {lives_in(report)} ({person.region_how}), {aged}"


def lives_in(report: Report) -> str:
    """Where the owner lives, to follow ``in``."""
    person = report.person
    return f"the {person.region_name}" if person.region in _WITH_ARTICLE else person.region_name


#: Countries whose name has an article in a sentence.
_WITH_ARTICLE = frozenset(
    ("AE", "BS", "CD", "CF", "DO", "GB", "GM", "KM", "KY", "MH", "MV", "NL", "PH", "SB", "US", "VA")
)


def settled(report: Report, topic: Topic) -> list[str]:
    """Records used now, with the toggles off and with every control used, as a table has them."""
    if not report.readings[topic].read:
        return ["not read"] * 3
    unsure = sum(rows for fate, rows in report.parts(topic).items() if fate in _UNSURE)
    now, *after = (f"{records:,}" for records in report.reach(topic))
    if unsure:
        return [f"{now} and perhaps {unsure:,} more", *after]
    return [
        f"{now}, as far as read" if report.readings[topic].unread or topic in report.feeds else now,
        *after,
    ]


def guide_title(report: Report) -> str:
    """What the guide is good for."""
    known = "" if report.readings[TRAINING].read else " where it is known"
    return f"How to opt out{known}, step by step"


def guide_command(report: Report) -> list[str]:
    """The command that tells how to opt out; empty where the policy is no shipped one."""
    if report.guide is None:
        return []
    region = ["--region", report.person.region] if report.person.region else []
    return ["licet", "guide", report.guide, *region]


def file_count(report: Report) -> str:
    """How many files there are, those without records, too."""
    names = {name for one in report.files for name in one.file.members or [one.file.name]}
    names |= {one.name for one in report.others} | {piece.name for piece in report.unread}
    files = len(names)
    return f"{files:,} file{'' if files == 1 else 's'}"


def unread_together(report: Report) -> list[tuple[str, str, str]]:
    """What was not read, by the reason: the names, how much, and why."""
    found: dict[tuple[str, str], list[Unread]] = {}
    for piece in report.unread:
        found.setdefault(
            (piece.why, piece.what if piece.what == "the whole file" else piece.name), []
        ).append(piece)
    return [
        (names_of([piece.name for piece in pieces]), "; ".join(_amounts(pieces)), why)
        for (why, _), pieces in found.items()
    ]


def _amounts(pieces: list[Unread]) -> Iterator[str]:
    """How much that is: each place where there are few, and all bytes together."""
    whats = list(dict.fromkeys(piece.what for piece in pieces))
    yield ", ".join(whats[:_MOST_NAMED]) + (
        f" and {len(whats) - _MOST_NAMED:,} more" if len(whats) > _MOST_NAMED else ""
    )
    known = [piece.bytes for piece in pieces if piece.bytes is not None]
    if known:
        yield in_bytes(sum(known)) + (" and more" if len(known) < len(pieces) else "")


def others_together(report: Report) -> list[tuple[str, str, str]]:
    """The files without records, by the reason: the names, what became of them, and why."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in report.others:
        found.setdefault((one.fate, one.reason), []).append(one.name)
    return [(names_of(names), fate, why) for (fate, why), names in found.items()]


#: Names that are told of many files, and places of one.
_MOST_NAMED = 20


def names_of(names: Sequence[str]) -> str:
    """The names, the first few of many; `--json` has all."""
    once = list(dict.fromkeys(names))
    more = f" and {len(once) - _MOST_NAMED:,} more" if len(once) > _MOST_NAMED else ""
    return ", ".join(once[:_MOST_NAMED]) + more


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
            if fate is Fate.NOT_READ:
                told.append(f"{topic.short}: nobody here has read what applies to you")
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
