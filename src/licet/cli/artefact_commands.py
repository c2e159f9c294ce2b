"""`licet update`, `licet status` and `licet follow`: every artefact, whatever use made it, and how it stands."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import (
    HERE,
    AsJson,
    PeopleLeft,
    WorkspaceDir,
    answers,
    print_json,
    progress_bar,
    say,
)

_STYLES = {"exact": "green", "pending": "yellow", "unreached": "red"}


@answers
def update(
    people_left: PeopleLeft = 0,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Bring everything that was made of members' data to the choices of now; exit status 1 if something could not be.

    Example: licet update
    """
    with licet.open(workspace) as opened, progress_bar(as_json) as progress:
        brought = list(opened.uses.update(people_left=people_left, progress=progress))
    if as_json:
        print_json([one.as_json() for one in brought])
    elif not brought:
        say("Nothing was made yet: licet corpus build")
    for one in [] if as_json else brought:
        why = f" ({one.why})" if one.why else ""
        say(f"{one.status.name}: {one.how}, {one.status.standing.upper()}{why}")
    if any(one.how == "failed" for one in brought):
        raise typer.Exit(1)


@answers
def status(
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", help="Read every file of the store instead, and show what is not as it was written."
        ),
    ] = False,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Show of everything that was made whether it is as the choices of now have it, and if not, why.

    Example: licet status
    """
    if verify:
        _verify(workspace, as_json)
        return
    with licet.open(workspace) as opened:
        told = opened.uses.status()
    if as_json:
        print_json([one.as_json() for one in told])
        return
    if not told:
        say("Nothing was made yet: licet corpus build")
        return
    for one in told:
        say(f"{one.name}  {one.standing.upper()}", _STYLES[one.standing])
        say(f"  {one.purpose} for {one.recipient}, as of {one.at[:19]}Z, ledger position {one.position}")
        if one.due:
            say(f"  kept until {one.due[:16]}Z, as the policy has it")
        changed = "" if one.members is None else f" {terminal.count(one.members)} of the members changed;"
        if one.why:
            by = f"; by {one.by[:16]}Z" if one.by else ""
            say(f"  since {(one.since or one.at)[:19]}Z:{changed} {one.why}{by}")
    if any(one.standing == "pending" for one in told):
        say("Bring it to the present: licet update; or keep it there: licet follow", "dim")


def _verify(workspace: Path, as_json: bool) -> None:
    with licet.open(workspace) as opened:
        problems = opened.uses.verify_store()
    if as_json:
        print_json({"ok": not problems, "problems": [dataclasses.asdict(one) for one in problems]})
    elif not problems:
        say("The store holds: every manifest, file and line is as it was written.")
    for one in () if as_json else problems:
        say(f"{one.code}: {one.what} ({one.where})", "red")
    if problems:
        raise typer.Exit(1)


@answers
def follow(
    every: Annotated[
        str, typer.Option("--every", metavar="TIME", help="How long to wait between two looks: 5s, 2m, 1h.")
    ] = "5s",
    purges: Annotated[
        bool, typer.Option("--purge", help="Purge what later snapshots stand in the place of, too.")
    ] = False,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Keep everything that was made at the choices of now, until it is stopped. One process at a time; safe to kill.

    Example: licet follow --every 5s
    """
    from licet.app.follower import follow as keep_following
    from licet.app.follower import seconds_of

    seconds = seconds_of(every)
    with licet.open(workspace) as opened:
        if not as_json:
            say(f"Following {opened.layout.root} every {every}. Stop it with Ctrl-C.", "dim")
        for one in keep_following(opened, seconds, lambda stage, done, total: None, purges=purges):
            if as_json:
                print_json(one.as_json())
            else:
                say(
                    f"{one.status.name}: {one.how}, {one.status.standing.upper()}"
                    + (f" ({one.why})" if one.why else "")
                )
