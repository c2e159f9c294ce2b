"""`licet recommend people` and `licet recommend build-people`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import (
    HERE,
    AsJson,
    AtLeast,
    WorkspaceDir,
    answers,
    print_json,
    progress_bar,
    say,
)

if TYPE_CHECKING:
    from licet.app.people_suggestions import PeopleSuggested


@answers
def build_people(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Make the graph that people are suggested from, of edges that both ends permit; `licet update` keeps it so.

    Example: licet recommend build-people
    """
    with licet.open(workspace) as opened, progress_bar(as_json) as progress:
        made = opened.uses.people.build(progress=progress)
    if as_json:
        print_json(made.as_json())
        return
    say(f"{terminal.count(made.edges)} edges that both ends permit", "bold")
    say(f"between {terminal.count(made.subjects)} members, as of ledger position {made.position}")


@answers
def people(
    subject: Annotated[str, typer.Option("--subject", "-s", help="The member's id.")],
    most: Annotated[int, typer.Option("--most", help="How many at most, 1 to 100.")] = 10,
    at_least: AtLeast = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Suggest whom a member may know, by way of their own connections whose lists they may read, and through no other.

    Example: licet recommend people --subject 42
    """
    with licet.open(workspace) as opened:
        told = opened.uses.people.suggest(subject, most=most, at_least=at_least)
    if as_json:
        print_json(told.as_json())
    else:
        _tell(told)


def _tell(told: PeopleSuggested) -> None:
    for one in told.suggested:
        say(one.subject, "bold")
        named, more = ", ".join(one.through[:3]), len(one.through) - 3
        say(f"  both know {named}" + (f" and {more} more" if more > 0 else ""), "dim")
    if told.why is not None:
        say(f"Nobody is suggested to {told.subject}: {told.why}.")
