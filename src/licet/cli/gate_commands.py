"""`licet gate`: look through the gate without building anything."""

from __future__ import annotations

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
from licet.terms.moments import parse_moment

app = typer.Typer(help="What a purpose may see of the tables.", no_args_is_help=True)


@app.callback()
def main() -> None:
    """What a purpose may see of the tables."""


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
