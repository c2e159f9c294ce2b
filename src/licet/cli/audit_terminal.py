"""The audit of an archive in a terminal: the answer on the first screen, everything behind it below."""

from __future__ import annotations

from rich.text import Text

from licet.audit import Report
from licet.audit.audit_report import FileReport, Step, as_written
from licet.audit.audit_sentences import (
    answer,
    dates,
    file_count,
    guide_command,
    guide_title,
    in_bytes,
    reached,
    settled,
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
    say(
        f"Asked: {told.policy.title}, version {told.policy.version}, last checked {told.policy.observed}."
        " Nothing left this machine.", "dim",
    )  # fmt: skip


def first_screen(told: Report) -> None:
    """What is used, what is not, what to do."""
    say(
        f"Your {told.name} archive: {count(told.rows)} records in {file_count(told)}, on {told.at.date()},"
        f" {whom(told)}.", "dim",
    )  # fmt: skip
    say("")
    say(verdict(told), "bold")
    for line in answer(told, most_named=4):
        heading = Text(f"{line.heading}: ", style="bold")
        out.print(heading.append(printable(line.sentence), style="not bold"), soft_wrap=False)
    say("")
    say("What to do", "bold")
    for number, step in enumerate(told.steps, start=1):
        say(f"  {number}. {step.title}{_where(step)}")
    for note in told.notes:
        say(f"  · {note}", "dim")
    if told.guide is not None:
        say(f"  · {guide_title(told)}: {' '.join(guide_command(told))}", "dim")


def _where(step: Step) -> str:
    return f": {' › '.join(step.path)}" if step.path else ""


def _surprises(told: Report) -> None:
    if told.surprises:
        _head("What may surprise you")
    for one in told.surprises:
        say(f"· {one.title} ({count(one.records)})", "bold")
        say(f"  {one.sentence}")


def _difference(told: Report) -> None:
    _head("What the settings change")
    made = table("Records used", "for", "now", "toggles off", "and the form", numbers=(1, 2, 3))
    for topic in TOPICS:
        row(made, topic.label, *settled(told, topic))
    out.print(made)
    for sentence in told.unchanged:
        say(f"· {sentence}")
    for step in told.steps:
        say("")
        say(step.title, "bold")
        say(f"  {step.how}{reached(step)}")
        if step.path:
            say(f"  {' › '.join(step.path)}{f' ({step.seen})' if step.seen else ''}")
        if step.deep_link:
            say(f"  {step.deep_link}")


def _words(told: Report) -> None:
    if told.oldest is not None:
        file, share = told.oldest
        _head("The oldest thing that would train AI")
        say(f"{as_written(share.oldest)}, in {file.file.name}")
        if share.oldest_words is not None:
            say(f"  “{share.oldest_words.text}”", "italic")
    if told.words:
        _head("In your own words, among what would train AI")
        for words in told.words:
            say(f"  “{words.text}”", "italic")


def _files(told: Report) -> None:
    _head("Every file")
    made = table("", "file", "records", "dates", *(_SHORT[topic] for topic in _SHORT), numbers=(1,))
    for column in made.columns[1:]:
        column.min_width = 9
    for one in told.files:
        cells = (_cell(one, topic) for topic in _SHORT)
        row(made, f"{one.title}\n{one.file.name}", count(one.file.rows), dates(one), *cells)
    out.print(made)
    say("“12 → 0”: records used now, and with the toggles off.", "dim")


def _cell(one: FileReport, topic: Topic) -> str:
    reach, fate = one.reaches[topic], one.shares[topic].fate.value
    if reach.now:
        return f"{count(reach.now)} → {count(reach.toggles_off)}"
    return fate


def _reasons(told: Report) -> None:
    _head("Why")
    for one in told.files:
        say(f"{one.file.name}: {one.title}", "bold")
        if one.file.remark:
            say(f"  {one.file.remark}")
        if one.file.layout.note:
            say(f"  {one.file.layout.note}")
        for sentence in why(one):
            say(f"  · {sentence}")


def _unread(told: Report) -> None:
    if told.unread:
        _head("What was not read")
    for piece in told.unread:
        size = "" if piece.bytes is None else f", {in_bytes(piece.bytes)}"
        say(f"· {piece.name} ({piece.what}{size}): {piece.why}")
    if told.others:
        _head("Files without records")
    for one in told.others:
        say(f"· {one.name}: {one.fate}; {one.reason}")


def _head(text: str) -> None:
    say("")
    say(text, "bold underline")
