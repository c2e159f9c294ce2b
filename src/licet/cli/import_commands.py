"""`licet import`: bring data in as catalogued Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

import licet
from licet.cli import show
from licet.cli.door import HERE, AsJson, WorkspaceDir, answers, out, print_json, progress_bar, say

app = typer.Typer(help="Bring data in as catalogued tables.", no_args_is_help=True)

Replace = Annotated[bool, typer.Option("--replace", help="Put the new data in the place of what is there.")]


@app.command()
@answers
def stackexchange(
    folder: Annotated[Path, typer.Argument(help="The folder with Users.xml, Posts.xml, …")],
    replace: Replace = False,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Import a Stack Exchange dump; the workspace is made if there is none.

    Example: licet import stackexchange dump/ --workspace work
    """
    with licet.open(workspace, make=True) as opened, progress_bar(as_json) as progress:
        result = opened.import_stackexchange(folder, replace=replace, progress=progress)
    _answer(result, as_json)


@app.command()
@answers
def linkedin(
    archive: Annotated[Path, typer.Argument(help="The ZIP file you downloaded.")],
    subject: Annotated[str, typer.Option("--subject", help="The id to give its owner.")] = "me",
    region: Annotated[str | None, typer.Option("--region", help="Where its owner lives, e.g. CH.")] = None,
    replace: Replace = False,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Import a LinkedIn “Get a copy of your data” archive; the workspace is made if there is none.

    Example: licet import linkedin Complete_LinkedInDataExport.zip --region CH --workspace mine
    """
    with licet.open(workspace, make=True) as opened, progress_bar(as_json) as progress:
        result = opened.import_linkedin(
            archive, subject=subject, region=region, replace=replace, progress=progress
        )
    _answer(result, as_json)


def _answer(result: Any, as_json: bool) -> None:
    if as_json:
        print_json(result.as_json())
        return
    made = show.table("Imported", "table", "rows", numbers=(1,))
    for name, rows in result.rows.items():
        show.row(made, name, show.count(rows))
    out.print(made)
    for note in result.notes:
        say(f"· {note}")
    say("Next: licet packs use linkedin_as_reported, then licet corpus build --at 2025-11-03", style="dim")
