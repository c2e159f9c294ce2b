"""`licet insights`: list, show and release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, out, print_json, progress_bar, say

if TYPE_CHECKING:
    from licet.app.insight_releases import Release

app = typer.Typer(help="What skills are asked for and held, released once a month.", no_args_is_help=True)


@app.command()
@answers
def release(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Make this month's release, of what is permitted now; where there is one, show it. None is ever made again.

    Example: licet insights release
    """
    with licet.open(workspace) as opened, progress_bar(as_json) as progress:
        made = opened.uses.insights.release(progress=progress)
    if as_json:
        print_json(made.as_json())
    else:
        _tell(made, "everywhere", 10)


@app.command(name="list")
@answers
def list_(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """List the releases, and whether somebody chose since who leaves with the next.

    Example: licet insights list
    """
    with licet.open(workspace) as opened:
        made = opened.uses.insights.releases()
    if as_json:
        print_json([one.as_json() for one in made])
        return
    table = terminal.table("", "month", "members", "figures", "standing")
    for one in made:
        figures = len(one.figures.held) + len(one.figures.asked)
        terminal.row(table, one.month, one.members, terminal.count(figures), _standing(one))
    out.print(table)


@app.command()
@answers
def show(
    month: Annotated[str, typer.Argument(help="Such as 2026-03.")] = "latest",
    region: Annotated[str, typer.Option("--region", help="Of which region.")] = "everywhere",
    most: Annotated[int, typer.Option("--most", min=1, help="How many skills.")] = 20,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Show a release: the skills that are asked for most by member who has one.

    Example: licet insights show --region DE
    """
    with licet.open(workspace) as opened:
        told = opened.uses.insights.show(month)
    if as_json:
        print_json({**told.as_json(), "to_learn": [one._asdict() for one in told.to_learn(region)]})
    else:
        _tell(told, region, most)


def _tell(told: Release, region: str, most: int) -> None:
    say(f"Insights of {told.month}, {region}; {told.members} members", "bold")
    table = terminal.table("", "skill", "advertisements", "members who have it")
    for one in told.to_learn(region)[:most]:
        members = (
            f"fewer than {told.least}" if one.members is None else f"about {terminal.count(one.members)}"
        )
        terminal.row(table, one.skill, terminal.count(one.postings), members)
    out.print(table)
    say(
        f"Members are counted with noise, epsilon {told.epsilon} for the whole release; {_standing(told)}.",
        "dim",
    )


def _standing(told: Release) -> str:
    if told.standing.value == "exact":
        return "as choices are now"
    return f"PENDING: whoever said no since leaves with the release of {told.next}"
