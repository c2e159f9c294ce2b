"""`licet catalogue`: draft one for tables that nobody has described, check one, and its JSON Schema."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, print_json, say

app = typer.Typer(help="The catalogue: which tables there are, and whose.", no_args_is_help=True)

_FILE = "catalogue.yaml"


@app.command()
@answers
def draft(
    place: Annotated[
        str,
        typer.Argument(help="A folder of files, a DuckDB file, or a database's URL such as sqlite:///x.db."),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write. Default: the workspace's catalogue.yaml.")
    ] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Propose a catalogue; every guess in it waits for a person, and until then nothing is used.

    Example: licet catalogue draft exports/ --workspace work
    """
    from licet.app.catalogue_draft import draft_catalogue, write_draft

    path = workspace / _FILE if out is None else out
    drafted = draft_catalogue(place)
    write_draft(drafted, path)
    if as_json:
        print_json({"file": str(path), **drafted.as_json()})
        return
    guesses = drafted.catalogue.unconfirmed
    say(f"{path}: {len(drafted.catalogue.tables)} tables, {len(guesses)} guesses to confirm.", "bold")
    for where, why in guesses.items():
        say(f"  {where}: {why}", "dim")
    for error in drafted.unread:
        say(f"not read: {error.line()}", "yellow")
    say("Nothing is used until you have looked at each and taken it out from under `confirm`.")


@app.command()
@answers
def check(
    file: Annotated[
        Path | None, typer.Argument(help="The catalogue. Default: the workspace's catalogue.yaml.")
    ] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Say everything that is wrong with a catalogue and its tables at once; exit status 1 when something is.

    Example: licet catalogue check --workspace work
    """
    from licet.app.catalogue_check import check_catalogue

    found = check_catalogue(workspace / _FILE if file is None else file)
    if as_json:
        print_json([finding._asdict() for finding in found])
    else:
        for finding in found:
            say(f"{finding.code or 'note'}: {finding.what}", "bold" if finding.code else "")
            say("  " + "  ".join(part for part in (finding.where, finding.fix) if part), "dim")
        if not found:
            say("Nothing wrong.")
    if any(finding.severity == "error" for finding in found):
        raise typer.Exit(1)


@app.command()
@answers
def schema(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Print the JSON Schema of the catalogue, for editors.

    Example: licet catalogue schema > licet-catalogue.schema.json
    """
    from licet.app.file_schemas import catalogue_schema

    sys.stdout.write(json.dumps(catalogue_schema(), ensure_ascii=False, indent=None if as_json else 2) + "\n")
