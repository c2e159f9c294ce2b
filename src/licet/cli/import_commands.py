"""`licet import`: bring data in as catalogued Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, out, print_json, progress_bar, say

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

    A row that cannot be read costs itself, is told first, and makes the exit status 1.

    Example: licet import stackexchange dump/ --workspace work
    """
    with licet.open(workspace, make=True) as opened, progress_bar(as_json) as progress:
        result = opened.data.import_stackexchange(folder, replace=replace, progress=progress)
    _answer(result, as_json, workspace)


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

    A row that cannot be read costs itself, is told first, and makes the exit status 1.

    Example: licet import linkedin Complete_LinkedInDataExport.zip --region CH --workspace mine
    """
    with licet.open(workspace, make=True) as opened, progress_bar(as_json) as progress:
        result = opened.data.import_linkedin(
            archive, subject=subject, region=region, replace=replace, progress=progress
        )
    _answer(result, as_json, workspace)


@app.command()
@answers
def events(
    file: Annotated[Path, typer.Argument(help="CSV, JSON lines or Parquet; see docs/catalogue.md.")],
    subject: Annotated[str, typer.Option("--subject", metavar="COLUMN", help="Who did it.")],
    item: Annotated[str, typer.Option("--item", metavar="COLUMN", help="What it was done to.")],
    category: Annotated[
        str, typer.Option("--category", metavar="KIND", help="The kind of data it is, e.g. activity.views.")
    ],
    time: Annotated[str | None, typer.Option("--time", metavar="COLUMN", help="When it was done.")] = None,
    time_unit: Annotated[
        str | None, typer.Option("--time-unit", help="s, ms or us since 1970, of times that are numbers.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="When all of it was done, where no column says so.")
    ] = None,
    table: Annotated[str, typer.Option("--table", help="What to call the table.")] = "events",
    items: Annotated[
        str | None,
        typer.Option("--items", metavar="TABLE", help="The table whose key the items are, if there is one."),
    ] = None,
    items_are: Annotated[
        str | None,
        typer.Option(
            "--items-are",
            metavar="KIND",
            help="Where there is no such table: the items are about nobody, and of this kind, as organisation.courses. "
            "Those of five members or more are listed, and can be recommended.",
        ),
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="Where all members live, if the workspace has none yet.")
    ] = None,
    age: Annotated[
        int | None, typer.Option("--age", min=0, max=120, help="How old all are, if there are none yet.")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="csv, jsonl or parquet. Default: what the ending says.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of a table of that name.")
    ] = False,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Import a log of who did what to which item when, beside what is there; the workspace is made if there is none.

    Ids are text, byte for byte; an event that stands there twice is kept once. A row without a subject, an item or a
    moment costs itself, is told first, and makes the exit status 1.

    Example: licet import events plays.csv --subject user --item track --time played --category activity.views -w work
    Example: licet import events likes.parquet --subject u --item i --at 2026-03-01 --category activity.reactions
    """
    from licet.terms.moments import parse_moment

    moment = None if at is None else parse_moment(at)
    with licet.open(workspace, make=True) as opened, progress_bar(as_json) as progress:
        result = opened.data.import_events(
            file, subject=subject, item=item, category=category, time=time, table=table, form=form,
            time_unit=time_unit, at=moment, items=items, items_are=items_are, region=region, age=age, replace=replace,
            progress=progress,
        )  # fmt: skip
    _answer(result, as_json, workspace, "licet packs use exemplum, or your own policy")


@app.command()
@answers
def choices(
    file: Annotated[Path, typer.Argument(help="CSV, JSON lines, Parquet or Arrow; see docs/choices.md.")],
    form: Annotated[
        str | None,
        typer.Option("--format", help="csv, jsonl, parquet or arrow. Default: what the ending says."),
    ] = None,
    pack: Annotated[
        str | None,
        typer.Option(
            "--pack",
            metavar="NAME|DIGEST|FILE",
            help="The policy that the yeses were given under. Default: the one that was in force here at the time.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check the file and say what would be recorded; write nothing.")
    ] = False,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Record choices that members made elsewhere, dated as they were: all of the file or nothing.

    Its columns are subject, setting, state (on, off, given, given_again, refused, withdrawn) and when, and may be
    source and category. With table and key a row is a no to one record, with organisation an organisation's. A
    choice older than what stands is recorded and governs nothing; the same file twice changes nothing.

    Example: licet import choices opt_outs.csv --workspace work
    """
    named = Path(pack) if pack is not None and Path(pack).is_file() else pack
    with licet.open(workspace) as opened, progress_bar(as_json) as progress:
        result = opened.choices.import_file(
            file, form=form, pack=named, dry_run=dry_run, via="import", progress=progress
        )
    if as_json:
        print_json(result.as_json())
        return
    would = "would be" if dry_run else "are"
    say(
        f"Of {result.rows:,} rows {result.recorded:,} {would} recorded ({result.noes:,} off, {result.yeses:,} on), "
        f"for {result.subjects:,} subjects; {result.already_there:,} were there already."
    )
    if result.superseded:
        say(
            f"{result.superseded:,} of them are older than what stands: they govern nothing, and have no receipt."
        )
    if result.unbound_yeses:
        say(
            f"{result.unbound_yeses:,} say on and speak for nothing: "
            + (
                "no policy was in force here then. Name the policy that they were given under with --pack."
                if pack is None
                else "the policy that they were given under never was in force here."
            ),
            "yellow",
        )
    if result.not_members:
        say(f"{result.not_members:,} subjects are not in the table of members at present.", "yellow")
    elif result.not_members is None:
        say("The table of members cannot be read at present, so no id is checked.", "yellow")
    if result.missing_records:
        say(f"{result.missing_records:,} records are not in the tables at present.", "yellow")
    elif result.missing_records is None:
        say("A table of records cannot be read at present, so no record of it is checked.", "yellow")
    if dry_run:
        say("Nothing was written.")


def _answer(
    result: Any,
    as_json: bool,
    workspace: Path,
    then: str = "licet packs use linkedin_as_reported, then licet corpus build",
) -> None:
    """Say what was imported, before that what nobody read; then the exit status is 1."""
    if as_json:
        print_json(result.as_json())
    else:
        if result.unread:
            say("Not everything was read:", "yellow")
        for piece in result.unread:
            size = "" if piece.bytes is None else f" ({piece.bytes:,} bytes)"
            say(f"· {piece.name}, {piece.what}{size}: {piece.why}", "yellow")
        made = terminal.table("Imported", "table", "rows", numbers=(1,))
        for name, rows in result.rows.items():
            terminal.row(made, name, terminal.count(rows))
        out.print(made)
        for note in result.notes:
            say(f"· {note}")
        where = "" if workspace == HERE else f", each with -w {workspace}"
        say(f"Next: {then}{where}", style="dim")
    if result.unread:
        raise typer.Exit(1)
