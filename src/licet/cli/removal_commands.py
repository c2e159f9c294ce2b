"""`licet forget`, `licet forgettings` and `licet purge`: what is gone is gone, and a search that can find says so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, out, print_json, progress_bar, say
from licet.cli.receipt_commands import write
from licet.terms import AppError
from licet.terms.disk_errors import clear_disk_errors

if TYPE_CHECKING:
    from licet.app.forgetting_forecast import Forecast
    from licet.app.forgetting_outcomes import Copy
    from licet.app.purge import Purge
    from licet.app.removal import Forgotten, Removal

_STYLES = {"exact": "green", "pending": "yellow", "unreached": "red"}


@answers
def forget(
    subjects: Annotated[
        list[str] | None, typer.Argument(metavar="SUBJECT...", help="Whose data, by their ids.")
    ] = None,
    batch: Annotated[
        Path | None, typer.Option("--batch", metavar="FILE", help="Those in this file, too: an id a line.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")
    ] = False,
    certificates: Annotated[
        Path | None,
        typer.Option("--certificates", metavar="FOLDER", help="Write the certificates there, one a person."),
    ] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Record that people object to every use, take them out of all that was made, and certify it; exit status 1 if
    something is pending.

    Example: licet forget m00042
    """
    people = [*(subjects or ()), *(() if batch is None else ids_in(batch))]
    with licet.open(workspace) as opened, progress_bar(as_json) as progress:
        if dry_run:
            _say_forecasts(opened.uses.foresee_forgetting(*people), as_json)
            return
        told = opened.uses.forget(*people, via="command line", progress=progress)
    if certificates is not None:
        with clear_disk_errors("writing the certificates"):
            certificates.mkdir(parents=True, exist_ok=True)
        for one in told.people:
            if one.certificate is not None:
                write(one.certificate, certificates / f"certificate-{one.number}.json")
    if as_json:
        print_json(told.as_json())
    else:
        _say_removal(told)
    if told.pending:
        raise typer.Exit(1)


@answers
def forgettings(
    pending: Annotated[bool, typer.Option("--pending", help="Only those that are not EXACT.")] = False,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """List the forgettings that were asked for, how each stands, and what it waits for.

    Example: licet forgettings --pending
    """
    with licet.open(workspace) as opened:
        found = [one for one in opened.uses.forgettings() if not pending or one.status != "EXACT"]
    if as_json:
        print_json([one.as_json() for one in found])
        return
    if not found:
        say("Nothing is pending." if pending else "Nobody was to be forgotten yet: licet forget ID")
        return
    made = terminal.table("Forgettings", "number", "who", "asked", "as of", "status", numbers=(0,))
    for one in found:
        as_of = "" if one.outcome is None else f"{one.outcome.at[:19]}Z"
        terminal.row(made, str(one.number), one.subject, f"{one.at[:19]}Z", as_of, one.status)
    out.print(made)
    for one in found:
        for why in one.why:
            say(f"{one.number}: {why}", "yellow")


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


def ids_in(file: Path) -> list[str]:
    """The ids in a file, a line each, byte for byte; lines that are empty say nobody.

    Raises: AppError APP-274 for what cannot be read as such.
    """
    try:
        text = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise AppError(
            "APP-274", f"the ids cannot be read: {why}", str(file), "give a file with one id on each line"
        ) from None
    return [line for row in text.split("\n") if (line := row.removesuffix("\r"))]


def _say_forecasts(told: list[Forecast], as_json: bool) -> None:
    if as_json:
        print_json([one.as_json() for one in told])
        return
    for one in told:
        for artefact in one.artefacts:
            say(
                f"{artefact.name}: {terminal.count(artefact.leaving)} documents would go, "
                f"{terminal.count(artefact.coming)} come and {terminal.count(artefact.changing)} read otherwise"
            )
        _say_copies(one.copies)
        say(
            f"{one.subject}: {len(one.artefacts)} artefacts would change, {len(one.snapshots)} snapshots go for good, "
            f"{len(one.copies)} copies that left hold them or may. Nothing was written."
        )


def _say_removal(told: Removal) -> None:
    for one in told.people:
        objection = one.objection
        is_new = "recorded" if objection.is_new else "stands"
        say(
            f"An objection of {one.subject} to every use {is_new}: entry {objection.entry} of "
            f"{objection.recorded_at[:19]}Z; forgetting {one.number}"
        )
    for brought in told.artefacts:
        say(f"{brought.status.name}: {brought.how}, {brought.status.standing.upper()}")
    if told.purge is not None:
        _say_purge(told.purge)
    for one in told.people:
        _say_copies(one.copies)
        for why in one.pending:
            say(f"  {why}", "yellow")
        say(f"{one.subject}: {_status(one)}", _STYLES[one.standing])


def _status(person: Forgotten) -> str:
    told = [one for one in person.copies if one.reach in (None, "overdue", "unconfirmed")]
    return f"UNREACHED({len(told)})" if person.standing == "unreached" else person.standing.upper()


def _say_copies(copies: tuple[Copy, ...]) -> None:
    for copy in copies:
        known = "may hold them" if copy.holds is None else "holds them"
        say(
            f"A copy for {copy.recipient} of {copy.at[:19]}Z {known}: {copy.folder or 'nobody knows where'}",
            "red",
        )


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
