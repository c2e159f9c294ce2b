"""`licet model suggest`: words for one member to start from, of their own permitted rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

import licet
from licet.cli.command_support import HERE, AsJson, AtLeast, WorkspaceDir, answers, print_json, say

if TYPE_CHECKING:
    from licet.app.suggestions import Suggestions


@answers
def suggest(
    kind: Annotated[str, typer.Argument(help="headline, summary or post.")],
    subject: Annotated[str, typer.Option("--subject", "-s", help="The member's id.")],
    most: Annotated[int, typer.Option("--most", help="How many at most, 1 to 12.")] = 3,
    at_least: AtLeast = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Suggest a headline, a profile summary or the start of a post, of what a member permits of their own rows.

    Example: licet model suggest --subject 42 headline
    """
    with licet.open(workspace) as opened:
        made = opened.members.suggest(subject, kind, most=most, at_least=at_least)  # type: ignore[arg-type]
    if as_json:
        print_json(made.as_json())
    else:
        _tell(made)


def _tell(made: Suggestions) -> None:
    for one in made.suggestions:
        say(one.text, "bold")
    if not made.suggestions:
        say(f"Nothing is suggested to {made.subject}: there is nothing of theirs to make it of.")
    say(made.ranking.why, "dim")
    for source in made.used:
        say(f"of {source.table}: {source.label}, {source.reason}", "dim")
    for source in made.left_out:
        say(f"without {source.table}: {source.label}, because {source.reason}", "yellow")
