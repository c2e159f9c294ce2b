"""`licet drop`: California's deletion lists in, objections recorded, and answers out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, print_json, say
from licet.cli.removal_commands import ids_in

if TYPE_CHECKING:
    from licet.app.drop_screening import Screening

app = typer.Typer(help="California's deletion lists: whom they name, and what is answered.")


@app.command()
@answers
def take(
    download: Annotated[Path, typer.Argument(help="The ZIP as it was downloaded, or one of its lists.")],
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Take a download of California's platform in: whoever it names, or an earlier one did, objects to every use.

    Example: licet drop take 20261201_4821_DROP.zip
    """
    with licet.open(workspace) as opened:
        _say(opened.deletions.take_drop(download), as_json)


@app.command()
@answers
def screen(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Look again for whom California's downloads named, among the members of now.

    Example: licet drop screen
    """
    with licet.open(workspace) as opened:
        _say(opened.deletions.screen_drop(), as_json)


@app.command()
@answers
def answer(
    folder: Annotated[Path, typer.Argument(help="Write the files of answers into this folder.")],
    exempt: Annotated[
        Path | None,
        typer.Option(
            "--exempt", metavar="FILE", help="Members all of whose data the law exempts: an id a line."
        ),
    ] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Write what can be answered to California's platform and was not yet: a file for each list.

    Example: licet drop answer answers
    """
    with licet.open(workspace) as opened:
        written = opened.deletions.answer_drop(folder, exempt=[] if exempt is None else list(ids_in(exempt)))
    if as_json:
        print_json([str(path) for path in written])
        return
    for path in written:
        say(f"{path}")
    if not written:
        say("Nothing is to be answered.")


def _say(found: Screening, as_json: bool) -> None:
    if as_json:
        print_json(found.as_json())
        return
    count = terminal.count
    say(
        f"{count(found.items)} identifiers are kept: {count(found.new)} new, {count(found.withdrawn)} withdrawn"
    )
    say(f"They name {count(found.people)} members; {count(found.objections)} objections were recorded now")
    say(
        f"{count(found.not_found)} name nobody, and are looked for again; {count(found.open)} are open", "dim"
    )
    if found.unmatchable:
        say(f"{count(found.unmatchable)} members have something that no hash can be made of", "yellow")
