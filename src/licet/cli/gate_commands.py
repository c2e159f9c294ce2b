"""`licet gate`: look through the gate without building anything."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import (
    HERE,
    AsJson,
    At,
    AtLeast,
    Engine,
    EngineName,
    PeopleLeft,
    Position,
    Purpose,
    Recipient,
    SparkRemote,
    WorkspaceDir,
    answers,
    out,
    print_json,
    say,
    spark_of,
)
from licet.terms import SELF
from licet.terms.moments import format_moment, parse_moment

app = typer.Typer(help="What a purpose may see of the tables.", no_args_is_help=True)


@app.callback()
def main() -> None:
    """What a purpose may see of the tables."""


@app.command("vectors")
@answers
def vectors_(
    table: Annotated[str, typer.Argument(help="A table that lies in Parquet files.")],
    out_file: Annotated[Path, typer.Option("--out", help="Where the Puffin file is to lie.")],
    purpose: Purpose = "generative_ai_training",
    recipient: Recipient = SELF,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="A column that will be read; by default all that pass."),
    ] = None,
    people_left: PeopleLeft = 0,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Write which rows another engine must leave out, as the deletion vectors of Iceberg and Delta.

    It holds as of now: write it anew after choices, the policy or the files changed.

    Example: licet gate vectors posts --purpose recommender_training --out posts.puffin
    """
    with licet.open(workspace) as opened:
        gate = opened.gate(
            purpose,
            recipient=recipient,
            columns=None if column is None else {table: column},
            people_left=people_left,
        )
        written = gate.deletion_vectors(table, out_file)
    if as_json:
        print_json({"table": table, "position": gate.position, "file": str(out_file), **written._asdict()})
        return
    say(
        f"{written.held_back:,} of {written.rows:,} rows of {table} are held back, as of position {gate.position}"
    )
    say(f"of the others may be read: {', '.join(written.columns) or 'nothing'}", "dim")


class Dialect(StrEnum):
    """Databases in which views of a gate are made."""

    postgres = "postgres"


@app.command("sql")
@answers
def sql_(
    dialect: Annotated[Dialect, typer.Option("--dialect", help="The database.")] = Dialect.postgres,
    purpose: Purpose = "generative_ai_training",
    recipient: Recipient = SELF,
    reader: Annotated[
        list[str] | None, typer.Option("--reader", help="A role of the database that may read the views.")
    ] = None,
    schema: Annotated[
        str | None,
        typer.Option("--schema", help="Where the views stand; by default, licet_ and the purpose."),
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Make them, or bring them to now; otherwise only say how.")
    ] = False,
    hold: Annotated[
        int, typer.Option("--hold", help="Seconds for which they show what they show; then nothing.")
    ] = 300,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """A purpose's part of the tables as views in their database, for roles that may read nothing else.

    Apply it again before the time is over, from a timer: a view that nobody refreshes is empty.

    Example: licet gate sql --purpose recommender_training --reader trainer --apply
    """
    with licet.open(workspace) as opened:
        if not apply:
            script = opened.data.view_script(
                purpose, recipient=recipient, schema=schema, readers=reader or ()
            )
            if as_json:
                print_json({"purpose": purpose, "recipient": recipient, "dialect": dialect, "script": script})
            else:
                say(script.rstrip())
            return
        standing = opened.data.refresh_views(
            purpose, recipient=recipient, schema=schema, readers=reader or (), hold_seconds=hold
        )
    until = format_moment(standing.until)
    if as_json:
        print_json(
            {"purpose": purpose, "recipient": recipient, "views": list(standing.views),
             "position": standing.position, "until": until}
        )  # fmt: skip
        return
    for view in standing.views:
        say(view)
    say(
        f"as of ledger position {standing.position}; from {until} on they show nothing, unless refreshed",
        "dim",
    )


@app.command("show")
@answers
def show_(
    purpose: Purpose = "generative_ai_training",
    recipient: Recipient = SELF,
    at: At = None,
    position: Position = None,
    at_least: AtLeast = None,
    people_left: PeopleLeft = 0,
    engine: EngineName = Engine.duckdb,
    spark_remote: SparkRemote = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Show per table what passes, what is held back and why, and which columns have no label.

    Example: licet gate show --purpose ad_sharing --recipient microsoft --at 2025-12-01
    """
    with licet.open(workspace, spark=spark_of(engine, spark_remote)) as opened:
        gate = opened.gate(
            purpose,
            recipient=recipient,
            at=None if at is None else parse_moment(at),
            position=position,
            at_least=at_least,
            people_left=people_left,
        )
        counts = gate.counts()
        unlabelled, pseudonymous = gate.unlabelled(), gate.pseudonymous()
        about_nobody = list(gate.about_nobody)
        unknown = [word._asdict() for word in gate.unknown_words()]
        alike = opened.choices.look_alikes() if engine is Engine.duckdb else []
        columns = {name: list(gate.columns(name)) for name in gate.names}
    if as_json:
        print_json(
            {
                "purpose": purpose, "recipient": recipient, "position": gate.position,
                "passed": [entry._asdict() for entry in counts.passed], "held_back": counts.by_reason(),
                "held_back_detail": [entry._asdict() for entry in counts.held_back],
                "columns": columns, "unknown_words": unknown,
                "about_nobody": about_nobody,
                "look_alikes": [list(group) for group in alike],
                "unlabelled": {name: list(columns) for name, columns in unlabelled.items()},
                "pseudonymous": {name: list(columns) for name, columns in pseudonymous.items()},
            }
        )  # fmt: skip
        return
    terminal.by_table(counts)
    made = terminal.table("Columns that pass", "table", "columns")
    for name, names in columns.items():
        if any(entry.table == name for entry in counts.passed):
            terminal.row(made, name, ", ".join(names))
    out.print(made)
    terminal.by_reason(counts)
    terminal.by_region(counts)
    terminal.unknown_words(unknown)
    for group in alike:
        say(f"members' ids that look alike, each its own person: {' · '.join(map(repr, group))}", "yellow")
    for name in about_nobody:
        say(f"{name}: about nobody, as the catalogue says; nobody's permission was asked", "dim")
    for name, bare in unlabelled.items():
        say(f"{name}: {', '.join(bare)} have no label and are not shown", "dim")
    for name, bare in pseudonymous.items():
        say(f"{name}: {', '.join(bare)} have no label and are shown as pseudonyms", "dim")
