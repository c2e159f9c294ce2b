"""The audit of an archive in a terminal: the answer on the first screen, everything behind it below."""

from __future__ import annotations

from rich.padding import Padding
from rich.text import Text

from licet.audit import Report
from licet.audit.audit_report import FileReport, Step, as_written
from licet.audit.audit_sentences import (
    answer,
    dates,
    file_count,
    guide_command,
    guide_title,
    others_together,
    reached,
    settled,
    unread_together,
    verdict,
    whom,
    why,
)
from licet.audit.topics import ADS, RECOMMENDATIONS, TOPICS, TRAINING, Topic
from licet.cli.command_support import out, printable, say
from licet.cli.terminal import count, row, table

#: What a terminal has room for beside each file; the reasons below tell the rest.
_SHORT = {TRAINING: "trains AI", RECOMMENDATIONS: "recommends", ADS: "ads"}


def report(told: Report) -> None:
    """The whole report, answer first."""
    first_screen(told)
    _surprises(told)
    _difference(told)
    _words(told)
    _files(told)
    _reasons(told)
    _unread(told)
    say("")
    _tell(
        f"Asked: {told.policy.title}, version {told.policy.version}, last checked {told.policy.observed}."
        " Nothing left this machine.",
        style="dim",
    )


def first_screen(told: Report) -> None:
    """What was not read, what is used, what is not, what to do."""
    _tell(
        f"Your {told.name} archive: {_records(told.rows)} in {file_count(told)}, on {told.at.date()}, {whom(told)}.",
        style="dim",
    )
    say("")
    _tell(verdict(told), style="bold")
    for line in answer(told, most_named=4):
        _tell(f"{line.heading}: {line.sentence}", heading=len(line.heading) + 1)
    _head("What to do, in order")
    for number, step in enumerate(told.steps, start=1):
        _step(number, step)
    if told.guide is not None:
        _tell(f"{len(told.steps) + 1}. {guide_title(told)}:", indent=2)
        say(f"     {' '.join(guide_command(told))}")
    for note in told.notes:
        _tell(f"· {note}", indent=2, style="dim")


def _records(rows: int) -> str:
    return f"{count(rows)} record{'' if rows == 1 else 's'}"


def _step(number: int, step: Step) -> None:
    _tell(f"{number}. {step.title}", indent=2, style="bold")
    if step.path:
        _tell(f"{' › '.join(step.path)}{f' ({step.seen})' if step.seen else ''}", indent=5)
    if step.deep_link:
        say(f"     {step.deep_link}")
    _tell(f"{step.how}{reached(step)}", indent=5)


def _surprises(told: Report) -> None:
    if told.surprises:
        _head("What may surprise you")
    for one in told.surprises:
        _tell(f"· {one.title} ({count(one.records)})", style="bold")
        _tell(one.sentence, indent=2)


def _difference(told: Report) -> None:
    _head("What the settings change")
    made = table("", "records used for", "now", "toggles off", "and the form", numbers=(1, 2, 3))
    for topic in TOPICS:
        row(made, topic.label, *settled(told, topic))
    out.print(made)
    for sentence in told.unchanged:
        _tell(f"· {sentence}")


def _words(told: Report) -> None:
    if told.oldest is not None:
        file, share = told.oldest
        _head("The oldest thing that would train AI")
        _tell(f"{as_written(share.oldest)}, in {file.file.name}")
        if share.oldest_words is not None:
            _tell(f"“{share.oldest_words.text}”", indent=2, style="italic")
    if told.words:
        _head("In your own words, among what would train AI")
        for words in told.words:
            _tell(f"“{words.text}”", indent=2, style="italic")


def _files(told: Report) -> None:
    """A line for each file, told by its number below; where words would be cut, a list in place of a table."""
    _head("Every file")
    heads = ("", "what", "records", "dates", *_SHORT.values())
    lines = [
        (f"{number}.", one.title, count(one.file.rows), dates(one), *(_cell(one, topic) for topic in _SHORT))
        for number, one in enumerate(told.files, start=1)
    ]
    made = table("", *heads, numbers=(0, 2))
    for place, column in enumerate(made.columns):
        column.min_width = max(len(word) for line in (heads, *lines) for word in line[place].split() or [""])
    if sum((column.min_width or 0) + 2 for column in made.columns) <= out.width:
        for line in lines:
            row(made, *line)
        out.print(made)
    else:
        for number, title, records, when, *fates in lines:
            told_of = "; ".join(
                f"{short}: {fate}" for short, fate in zip(_SHORT.values(), fates, strict=True)
            )
            _tell(f"{number} {title} ({records}; {when}). {told_of}.")
    _tell("“12 → 0”: records used now, and with the toggles off.", style="dim")


def _cell(one: FileReport, topic: Topic) -> str:
    reach = one.reaches[topic]
    return f"{count(reach.now)} → {count(reach.toggles_off)}" if reach.now else one.fate(topic)


def _reasons(told: Report) -> None:
    _head("Why")
    for number, one in enumerate(told.files, start=1):
        say(f"{number}. {one.file.name}", "bold")
        for remark in filter(None, (one.title, one.file.remark, one.file.layout.note)):
            _tell(remark, indent=2)
        for sentence in why(one):
            _tell(f"· {sentence}", indent=2)


def _unread(told: Report) -> None:
    for title, together in (
        ("What was not read", unread_together(told)), ("Files without records", others_together(told)),
    ):  # fmt: skip
        if together:
            _head(title)
        for names, what, reason in together:
            _tell(f"· {names}: {what}; {reason}")


def _tell(text: str, *, indent: int = 0, style: str = "", heading: int = 0) -> None:
    """A paragraph, bold up to the end of its heading: a terminal gets it wrapped between words, a pipe whole."""
    told = Text(printable(text), style=style)
    told.stylize("bold", 0, heading)
    if out.is_terminal:
        out.print(Padding(told, (0, 0, 0, indent)))
    else:
        out.print(Text(" " * indent) + told, soft_wrap=True)


def _head(text: str) -> None:
    say("")
    say(text, "bold underline")
