"""One member: what they choose, and what may be done with a record of theirs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import licet
from licet.cli.command_support import (
    HERE,
    AsJson,
    At,
    AtLeast,
    Position,
    Purpose,
    Recipient,
    WorkspaceDir,
    answers,
    print_json,
    say,
)
from licet.terms import SELF, AppError
from licet.terms.moments import parse_moment

if TYPE_CHECKING:
    from licet.app.results import Chosen


@answers
def choose(
    value: Annotated[str, typer.Argument(help="on or off", metavar="on|off")],
    subject: Annotated[str | None, typer.Option("--subject", "-s", help="The member's id.")] = None,
    organisation: Annotated[
        str | None,
        typer.Option(
            "--organisation", help="In place of a member: whose members' work data it is about. Only a no."
        ),
    ] = None,
    setting: Annotated[
        str | None,
        typer.Option(
            "--setting", help="The setting's id; see `licet packs show`. Left out with --record: every use."
        ),
    ] = None,
    category: Annotated[
        str | None, typer.Option("--category", help="Narrow the choice to one kind of data.")
    ] = None,
    record: Annotated[
        tuple[str, str] | None,
        typer.Option("--record", help="A no to just one record about the member.", metavar="TABLE KEY"),
    ] = None,
    receipt: Annotated[
        Path | None, typer.Option("--receipt", help="Write the choice's receipt to this file, too.")
    ] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Record a member's choice; it is durable when the command returns.

    The members' table need not have the member yet, nor be there at all: the choice holds from when it has.

    With --record it is a no to one record and to what refers to it; on takes that no back, and nothing else does.

    Example: licet choose --subject 42 --setting data_for_generative_ai_improvement off
    """
    if (subject is None) == (organisation is None) or (organisation is not None and (record or receipt)):
        raise AppError(
            "APP-232", "a choice is a member's or an organisation's, and that of no record",
            fix="give --subject, or --organisation with --setting or --category alone",
        )  # fmt: skip
    with licet.open(workspace) as opened:
        if organisation is not None:
            chosen = opened.choices.choose_for_organisation(
                organisation, setting, value, category=category, via="cli"
            )
        else:
            chosen = opened.choices.choose(
                str(subject), setting, value, category=category, record=record, via="cli"
            )
        alike = opened.alike(str(subject)) if chosen.known is False else []
        if receipt is not None:
            from licet.cli.receipt_commands import write_for_choice

            write_for_choice(opened, chosen.entry, receipt)
    if as_json:
        print_json(chosen.as_json())
        return
    say(_recorded(chosen))
    if receipt is not None:
        say(f"Its receipt is in {receipt}.")
    for doubt in (*chosen.notes, *_doubts_about_id(chosen, alike)):
        say(doubt, "yellow")
    say("What is decided from now on follows it; what was made does with: licet update", "dim")


def _recorded(chosen: Chosen) -> str:
    """What the ledger has now, in a sentence."""
    what = chosen.setting or chosen.category or "every use"
    narrowed = f" for {chosen.category}" if chosen.category and chosen.setting else ""
    if chosen.record is not None:
        table, key = chosen.record
        narrowed = f" for record {key} of {table}"
    whose = chosen.subject if chosen.organisation is None else f"the work data of {chosen.organisation}"
    return (
        f"{what} is {chosen.value} for {whose}{narrowed} since {chosen.recorded_at} (entry {chosen.entry})."
    )


def _doubts_about_id(chosen: Chosen, alike: Sequence[str]) -> Iterator[str]:
    """What to look at where the table of members lacks whoever chose. alike: ids that it has, almost the same."""
    if chosen.known is None and chosen.organisation is None:
        yield "The table of members cannot be read at present, so the id is not checked."
    elif chosen.known is False:
        yield (
            f"The table of members has no {chosen.subject!r} yet; the choice holds for whoever comes under that id."
        )
    if alike:
        yield f"It has {' and '.join(map(repr, alike))}: was that meant?"


@answers
def decide(
    subject: Annotated[str, typer.Option("--subject", "-s", help="The member's id.")],
    category: Annotated[str, typer.Option("--category", help="The kind of data, e.g. content.posts.")],
    purpose: Purpose,
    recipient: Recipient = SELF,
    at: At = None,
    position: Position = None,
    at_least: AtLeast = None,
    visibility: Annotated[
        str | None, typer.Option("--visibility", help="Who could see the record, e.g. public.")
    ] = None,
    created: Annotated[str | None, typer.Option("--created", help="When the record was made.")] = None,
    record: Annotated[
        tuple[str, str] | None,
        typer.Option("--record", help="The one record that is asked about.", metavar="TABLE KEY"),
    ] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Ask about one record of one member, and hear why, and what would turn the answer.

    Example: licet decide --subject 42 --purpose generative_ai_training --category profile.skills --at 2025-11-02
    """
    with licet.open(workspace) as opened:
        answer = opened.decide(
            subject,
            purpose,
            category,
            recipient=recipient,
            at=None if at is None else parse_moment(at),
            position=position,
            at_least=at_least,
            visibility=visibility,
            created=None if created is None else parse_moment(created),
            record=record,
        ).as_json()
    if as_json:
        print_json(answer)
    else:
        from licet.cli import terminal

        terminal.decision(answer)
