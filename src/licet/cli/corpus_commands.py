"""`licet corpus`: build, update, list, show, diff, export, and the recipe's schema."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import (
    HERE,
    AsJson,
    At,
    Engine,
    EngineName,
    PeopleLeft,
    Position,
    Recipient,
    SparkRemote,
    WorkspaceDir,
    answers,
    days_of,
    out,
    print_json,
    printable,
    progress_bar,
    say,
    spark_of,
)
from licet.cli.snapshot_tables import list_snapshots, show_snapshot, summary
from licet.terms import SELF
from licet.terms.canonical import JsonObject
from licet.terms.moments import parse_moment

app = typer.Typer(help="A training corpus that holds exactly what may be used.", no_args_is_help=True)

Snapshot = Annotated[
    str, typer.Option("--snapshot", help="latest, a name such as corpus-7, or the start of an id.")
]
RecipeFile = Annotated[
    Path | None,
    typer.Option("--recipe", help="How rows become documents. Default: the workspace's recipe.yaml."),
]


@app.command()
@answers
def build(
    at: At = None,
    position: Position = None,
    purpose: Annotated[
        str, typer.Option("--purpose", help="What the corpus is for.")
    ] = "generative_ai_training",
    recipient: Recipient = SELF,
    recipe: RecipeFile = None,
    people_left: PeopleLeft = 0,
    engine: EngineName = Engine.duckdb,
    spark_remote: SparkRemote = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Build a corpus of everything that is permitted now. With --at in the past, one to look at and for nothing else.

    Example: licet corpus build
    """
    spark = spark_of(engine, spark_remote)
    with licet.open(workspace, spark=spark) as opened, progress_bar(as_json) as progress:
        result = opened.uses["corpus"].build(
            at=None if at is None else parse_moment(at),
            position=position, purpose=purpose, recipient=recipient, recipe=recipe,
            people_left=people_left, progress=progress,
        )  # fmt: skip
    _answer(result, as_json, f"A corpus for {purpose}")


@app.command()
@answers
def update(
    snapshot: Snapshot = "latest",
    recipe: RecipeFile = None,
    people_left: PeopleLeft = 0,
    engine: EngineName = Engine.duckdb,
    spark_remote: SparkRemote = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Bring a corpus to what is permitted now; only what changed is written.

    Example: licet corpus update
    """
    spark = spark_of(engine, spark_remote)
    with licet.open(workspace, spark=spark) as opened, progress_bar(as_json) as progress:
        result = opened.uses["corpus"].update(
            snapshot=snapshot, recipe=recipe, people_left=people_left, progress=progress
        )
    _answer(result, as_json, "The corpus, brought up to date")


def _answer(result: Any, as_json: bool, heading: str) -> None:
    if as_json:
        print_json(result.as_json())
        return
    terminal.corpus(result, heading)
    if result.inspection:
        say("It is of the past, for inspection: it is counted and shown, never exported or updated.", "bold")
    say("Look inside: licet corpus show --documents 5", "dim")


@app.command("list")
@answers
def list_(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """List the snapshots, newest last.

    Example: licet corpus list
    """
    with licet.open(workspace) as opened:
        snapshots = opened.uses["corpus"].snapshots()
    list_snapshots(
        [_summary(ref) for ref in snapshots], as_json, "Snapshots", "No corpus yet: licet corpus build"
    )


@app.command("show")
@answers
def show_(
    snapshot: Annotated[
        str, typer.Argument(help="latest, a name such as corpus-7, or the start of an id.")
    ] = "latest",
    documents: Annotated[
        int, typer.Option("--documents", "-n", min=0, help="Show this many documents too.")
    ] = 0,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Show one snapshot: its manifest, and some of its documents if asked.

    Example: licet corpus show corpus-2 --documents 3
    """
    with licet.open(workspace) as opened:
        ref = opened.uses["corpus"].show(snapshot)
        some = list(opened.uses["corpus"].documents(ref.id, documents)) if documents else []
        is_behind = opened.uses["corpus"].is_behind(ref.id)
    if as_json:
        print_json({**_summary(ref), "behind": is_behind, "manifest": ref.manifest, "shown": some})
        return
    manifest = ref.manifest
    more = (
        ("documents", terminal.count(manifest["counts"]["documents"])),
        ("set aside", terminal.count(manifest["counts"]["set_aside"])),
        ("people", terminal.count(manifest["counts"]["subjects"])),
        ("buckets", terminal.count(len(manifest["buckets"]))),
        ("beside them", _deltas_told(len(manifest.get("deltas", ())))),
    )
    show_snapshot(ref, "corpus", is_behind, more)
    for document in some:
        say(
            printable(f"{document['kind']} {document['key']} · {document['language'] or '?'}"),
            style="bold",
        )
        say(document["text"])
        out.print()


@app.command()
@answers
def diff(
    before: Annotated[str, typer.Argument(help="The earlier snapshot.")],
    after: Annotated[str, typer.Argument(help="The later snapshot.")] = "latest",
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Say which documents came, went or changed between two snapshots.

    Example: licet corpus diff corpus-1 corpus-2
    """
    with licet.open(workspace) as opened:
        difference = opened.uses["corpus"].diff(before, after)
    if as_json:
        print_json(difference.as_json())
        return
    made = terminal.table(f"From {difference.before} to {difference.after}", "", "kind", "key", "document")
    for sign, rows in (("+", difference.added), ("-", difference.removed), ("~", difference.changed)):
        for one in rows:
            terminal.row(made, sign, one["kind"], one["key"], one["document_id"])
    out.print(made)
    say(f"{terminal.count(difference.unchanged)} documents unchanged")


@app.command()
@answers
def export(
    target: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")],
    form: Annotated[
        str, typer.Option("--format", help="parquet, jsonl, huggingface or croissant.")
    ] = "parquet",
    snapshot: Snapshot = "latest",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")] = False,
    recipient: Annotated[
        str | None,
        typer.Option(
            "--to", "--recipient", help="Who gets the copy. Default: whom the corpus was built for."
        ),
    ] = None,
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Leave out what may not be used any more.")
    ] = False,
    recipe: RecipeFile = None,
    lease: Annotated[
        str | None,
        typer.Option(
            "--lease",
            help="After so long the copy is to be gone, e.g. 30d. Default: the recipient's.",
        ),
    ] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Write what of a snapshot may be used now outside the workspace. No subject ids leave.

    Example: licet corpus export out --format huggingface
    """
    with licet.open(workspace) as opened:
        written = opened.uses["corpus"].export(
            target, form, snapshot=snapshot, overwrite=overwrite, recipient=recipient, leave_out=leave_out,
            recipe=recipe, lease_days=None if lease is None else days_of(lease),
        )  # fmt: skip
        left_out, copy = opened.uses["corpus"].exports()[-1].left_out, opened.copies.left()[-1]
    if as_json:
        print_json(
            {
                "path": str(written.folder), "format": form, "documents": written.documents,
                "files": list(written.files), "bytes": written.bytes, "left_out": left_out, "export": copy.export,
                "lease": copy.lease,
            }
        )  # fmt: skip
        return
    say(f"{terminal.count(written.documents)} documents written to {written.folder}")
    if left_out:
        say(f"{terminal.count(left_out)} documents may not be used any more and were left out")
    if copy.export is None:
        say("A copy does not hear of later opt-outs: make it anew after each update.", "dim")
    else:
        say(f"Copy {copy.export}, to be kept until {(copy.lease or '')[:10]}.")
        say(f"What is to go is told by its feed: licet exports feed {copy.export}", "dim")


@app.command()
@answers
def exports(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """List the copies that left the workspace: when, to whom, and whether anything was recorded since.

    Example: licet corpus exports
    """
    with licet.open(workspace) as opened:
        copies = opened.uses["corpus"].exports()
    if as_json:
        print_json([copy.as_json() for copy in copies])
        return
    if not copies:
        say("No copy left the workspace")
        return
    made = terminal.table(
        "Copies", "since", "of", "documents", "for", "where", "heard of everything", numbers=(2,)
    )
    for copy in copies:
        terminal.row(
            made, copy.recorded_at[:19], copy.name or copy.snapshot[:12], terminal.count(copy.documents),
            copy.recipient, copy.folder or "not known", "no" if copy.behind else "yes",
        )  # fmt: skip
    out.print(made)


def _summary(ref: Any) -> JsonObject:
    return summary(ref, inspection=bool(ref.manifest.get("inspection")))


@app.command()
@answers
def schema(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Print the JSON Schema of recipe.yaml, for editors.

    Example: licet corpus schema > licet-recipe.schema.json
    """
    from licet.app.file_schemas import recipe_schema

    sys.stdout.write(json.dumps(recipe_schema(), ensure_ascii=False, indent=None if as_json else 2) + "\n")


def _deltas_told(deltas: int) -> str:
    """What a log is: nothing that left is read any more, and it stands in a file of it (law 12)."""
    if not deltas:
        return "nothing: put together"
    return f"{terminal.count(deltas)} of updates; what left is read no more, and its bytes stay until licet purge"
