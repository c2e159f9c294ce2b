"""`licet forget` and `licet purge`: what is gone is gone, and a search that can find says so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import licet
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, print_json, progress_bar, say
from licet.cli.receipt_commands import write

if TYPE_CHECKING:
    from licet.app.purge import Purge

_STYLES = {"exact": "green", "pending": "yellow", "unreached": "red"}


@answers
def forget(
    subject: Annotated[str, typer.Argument(help="Whose data, by their id.")],
    certificates: Annotated[
        Path | None,
        typer.Option("--certificates", metavar="FOLDER", help="Write the certificates of absence there."),
    ] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Record that somebody objects to every use, take them out of all that was made, and prove it; exit status 1 if
    something is pending.

    Example: licet forget m00042
    """
    with licet.open(workspace) as opened, progress_bar(as_json) as progress:
        told = opened.uses.forget(subject, via="command line", progress=progress)
    if certificates is not None:
        certificates.mkdir(parents=True, exist_ok=True)
        for number, one in enumerate(told.certificates, start=1):
            write(one, certificates / f"certificate-{number}.json")
    if as_json:
        print_json(told.as_json())
    else:
        objection = told.objection
        is_new = "recorded" if objection.is_new else "stands"
        say(
            f"An objection of {subject} to every use {is_new}: entry {objection.entry} of {objection.recorded_at[:19]}Z"
        )
        for brought in told.artefacts:
            say(f"{brought.status.name}: {brought.how}, {brought.status.standing.upper()}")
        if told.purge is not None:
            _say_purge(told.purge)
        for copy in told.copies:
            known = "may hold them" if copy.holds is None else "holds them"
            say(
                f"A copy for {copy.recipient} of {copy.at[:19]}Z {known}: {copy.folder or 'nobody knows where'}",
                "red",
            )
        for one in told.certificates:
            say(one["licet:says"][0])
        for why in told.pending:
            say(f"  {why}", "yellow")
        say(f"{subject}: {told.standing.upper()}", _STYLES[told.standing])
    if told.pending:
        raise typer.Exit(1)


@answers
def purge(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Remove for good the snapshots that a later one stands in the place of, and look that nothing is left of whoever
    left; exit status 1 if something is.

    Example: licet purge
    """
    with licet.open(workspace) as opened:
        told = opened.uses.purge()
    if as_json:
        print_json(told.as_json())
    else:
        _say_purge(told)
    if not told.is_clean:
        raise typer.Exit(1)


def _say_purge(told: Purge) -> None:
    for one in told.purged:
        say(
            f"Purged {one.name}: {one.id[:12]}, root {one.root[:12]}, as of {one.at[:19]}Z; its manifest is kept"
        )
    if not told.purged:
        say("No snapshot had to be purged.")
    search = told.search
    say(
        f"Looked in every file for {search.marks} marks of {search.people} people; each was found in the control"
        f"{f', and in {search.found_before} places before' if search.found_before else ''}."
    )
    if search.left_out:
        say(f"{search.left_out} more people left who were not looked for.", "yellow")
    if search.shared:
        say(f"{search.shared} of the marks stand in what is made of others, who say the same.", "dim")
    for where in search.found_after:
        say(f"Found afterwards: {where}", "red")
    if told.is_clean:
        say("Afterwards nothing was found.", "green")
