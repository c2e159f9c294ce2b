"""`licet requests`: what members asked of the platform, acknowledged and answered."""

from __future__ import annotations

from typing import Annotated

import typer

import licet
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, print_json, say

app = typer.Typer(help="Corrections and complaints of members, each with its clock.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="The request's number, as the list has it.", min=0)]


@app.command("list")
@answers
def list_(
    workspace: WorkspaceDir = HERE,
    every: Annotated[bool, typer.Option("--all", help="Those that were answered, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what members asked, whose it is and by when it is owed; what waits longest comes first.

    Example: licet requests list --all
    """
    with licet.open(workspace) as opened:
        found = [one for one in opened.requests.every() if every or one.answered_at is None]
        now = opened.now()
    if as_json:
        print_json([one.as_json() for one in found])
        return
    if not found:
        say("No request waits." if not every else "Nobody asked for anything.")
    for one in found:
        due = "" if one.due is None else f", due {one.due:%Y-%m-%d}"
        about = f" about {one.about}" if one.about else ""
        say(
            f"{one.number}: {one.kind}{about} of {one.subject!r}, {one.at:%Y-%m-%d}: {one.state}{due}",
            "red" if one.is_late(now) else "bold",
        )
        say(f"  {one.words!r}")


@app.command()
@answers
def acknowledge(number: Number, workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Record that a request was received; a complaint is to be acknowledged within 30 days.

    Example: licet requests acknowledge 41
    """
    with licet.open(workspace) as opened:
        made = opened.requests.acknowledge(number)
    if as_json:
        print_json(made.as_json())
        return
    say(f"Request {number} is {made.state}.")


@app.command()
@answers
def answer(
    number: Number,
    words: Annotated[str, typer.Argument(help="What was done, for the member to read.")],
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Answer a request, which ends it. What the tables say of a member you mend in the tables.

    Example: licet requests answer 41 "You live in Bern, as you say. We have mended it."
    """
    with licet.open(workspace) as opened:
        made = opened.requests.answer(number, words)
    if as_json:
        print_json(made.as_json())
        return
    say(f"Request {number} is answered.")
