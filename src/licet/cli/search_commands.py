"""`licet search`: build, jobs and people."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import (
    HERE,
    AsJson,
    AtLeast,
    Purpose,
    Recipient,
    WorkspaceDir,
    answers,
    print_json,
    progress_bar,
    say,
)
from licet.terms import SELF

if TYPE_CHECKING:
    from pathlib import Path

    from licet.app.searches import Finds

app = typer.Typer(help="Look for jobs and people by the words of a sentence.", no_args_is_help=True)

Sentence = Annotated[str, typer.Argument(help="What is looked for, in a few words; all of it, when empty.")]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="CHIP", help="Take a filter off, such as place:berlin; repeatable."),
]
Most = Annotated[int, typer.Option("--most", help="How many at most, 1 to 100.")]


@app.command()
@answers
def build(
    purpose: Purpose = "recommendation",
    recipient: Recipient = SELF,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Make what is searched of all that may be found now; `licet update` keeps it so.

    Example: licet search build
    """
    with licet.open(workspace) as opened, progress_bar(as_json) as progress:
        made = opened.uses.search.build(purpose=purpose, recipient=recipient, progress=progress)
    if as_json:
        print_json(made.as_json())
        return
    say(f"{terminal.count(made.documents)} can be found", "bold")
    say(
        f"among them {terminal.count(made.subjects)} members who may be, as of ledger position {made.position}"
    )


@app.command()
@answers
def jobs(
    sentence: Sentence = "",
    without: Without = None,
    most: Most = 10,
    purpose: Purpose = "recommendation",
    recipient: Recipient = SELF,
    at_least: AtLeast = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Look for jobs. Places, skills, seniority, "remote" and "no …" become filters, each of which can be taken off.

    Example: licet search jobs "senior data engineer in Berlin, remote, no Java"
    Example: licet search jobs "data engineer in Berlin" --without place:berlin
    """
    _find("jobs", sentence, without, most, purpose, recipient, at_least, workspace, as_json)


@app.command()
@answers
def people(
    sentence: Sentence = "",
    without: Without = None,
    most: Most = 10,
    purpose: Purpose = "recommendation",
    recipient: Recipient = SELF,
    at_least: AtLeast = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Look for members, as a recruiter does: of profiles that policy and choices let be found for this purpose.

    Example: licet search people "welder in Hamburg"
    """
    _find("people", sentence, without, most, purpose, recipient, at_least, workspace, as_json)


def _find(
    kind: str,
    sentence: str,
    without: list[str] | None,
    most: int,
    purpose: str,
    recipient: str,
    at_least: int | None,
    workspace: Path,
    as_json: bool,
) -> None:
    with licet.open(workspace) as opened:
        finds = opened.uses.search.find(
            kind, sentence, without=without or (), most=most, purpose=purpose, recipient=recipient, at_least=at_least
        )  # fmt: skip
    if as_json:
        print_json(finds.as_json())
    else:
        _tell(finds)


def _tell(finds: Finds) -> None:
    for chip in finds.chips:
        say(f"[{chip.label}]  take it off with --without {chip.id!r}", "cyan")
    for find in finds.found:
        say(find.title, "bold")
        beside = (
            find.key,
            find.place,
            find.seniority,
            "remote" if find.is_remote else None,
            ", ".join(find.skills),
        )
        say("  " + " · ".join(part for part in beside if part), "dim")
    if finds.found:
        return
    say(f"None of {terminal.count(finds.searched)} fits.")
    for way in finds.relaxed:
        off = " ".join(f"--without {shlex.quote(id_)}" for id_ in way.without)
        say(f"  without {' and '.join(way.labels)}: {terminal.count(way.found)}  {off}", "cyan")
    if not finds.relaxed:
        say("Only words that stand there are found: use others.")
