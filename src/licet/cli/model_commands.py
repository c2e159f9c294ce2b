"""`licet model`: base, train, update, adapt, shards, list, show, evaluate, audit and generate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import (
    HERE,
    AsJson,
    Engine,
    EngineName,
    Recipient,
    SparkRemote,
    WorkspaceDir,
    answers,
    out,
    print_json,
    progress_bar,
    say,
    spark_of,
)
from licet.cli.snapshot_tables import list_snapshots, show_snapshot, summary
from licet.cli.suggest_command import suggest
from licet.terms import SELF, UseError
from licet.terms.canonical import JsonObject

if TYPE_CHECKING:
    from licet.app.adaptations import AdaptedResult
    from licet.app.results import ModelResult

app = typer.Typer(
    help="A model of what members wrote, from which each of them can be taken out again.",
    no_args_is_help=True,
)

Snapshot = Annotated[
    str, typer.Option("--snapshot", help="latest, a name such as model-7, or the start of an id.")
]


@app.command()
@answers
def base(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Where its files go, or are. Default with --replay: the one that ships."),
    ] = None,
    recipe: Annotated[
        Path | None,
        typer.Option("--recipe", help="How it is fitted, a YAML file. Default: as the one that ships."),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="NAME", help="Take this package's text alone; may be given again."),
    ] = None,
    threads: Annotated[
        int, typer.Option("--threads", min=1, help="Of the processor; with others, other bytes come out.")
    ] = 1,
    replay: Annotated[bool, typer.Option("--replay", help="Fit it once more, and compare.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fit what a model starts from to public text that no member wrote: what the packages installed here say of
    themselves, under permissive licences. With --replay, see that the same comes out again.

    Example: licet model base my-base
    """
    from licet.app import bases

    if folder is None and not replay:
        raise UseError("MODL-072", "a base needs a folder to be written into", fix="licet model base FOLDER")
    with progress_bar(as_json) as progress:
        card = (
            bases.replay_base(folder, progress)
            if replay
            else bases.make_base(folder or Path(), recipe, source or (), threads, progress)
        )
    if as_json:
        print_json({"digest": card.digest, **card.model_dump(mode="json")})
        return
    size = sum(part.bytes for part in card.sources)
    say("The same base came out, byte for byte" if replay else f"A base in {folder}", "bold")
    say(
        f"{terminal.count(len(card.sources))} sources, {terminal.count(size)} bytes of public text, no member's"
    )
    say(f"{card.recipe.steps} steps, {card.environment.threads} thread(s), PyTorch {card.environment.torch}")
    say(f"digest {card.digest}", "dim")


@app.command()
@answers
def train(
    purpose: Annotated[
        str, typer.Option("--purpose", help="What the corpus was made for, and the model is.")
    ] = "generative_ai_training",
    recipient: Recipient = SELF,
    engine: EngineName = Engine.duckdb,
    spark_remote: SparkRemote = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Count how many members wrote each run of words, from the corpus of now. Nothing else of members is in the model.

    Example: licet model train
    """
    spark = spark_of(engine, spark_remote)
    with licet.open(workspace, spark=spark) as opened, progress_bar(as_json) as progress:
        result = opened.uses["model"].train(purpose=purpose, recipient=recipient, progress=progress)
    _answer(result, as_json, f"A model for {purpose}")


@app.command()
@answers
def update(
    snapshot: Snapshot = "latest",
    engine: EngineName = Engine.duckdb,
    spark_remote: SparkRemote = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Bring the corpus and the model made from it to what is permitted now; who left is subtracted.

    Example: licet model update
    """
    spark = spark_of(engine, spark_remote)
    with licet.open(workspace, spark=spark) as opened, progress_bar(as_json) as progress:
        result = opened.uses["model"].update(snapshot=snapshot, progress=progress)
    _answer(result, as_json, "The model, brought up to date")


@app.command()
@answers
def adapt(
    purpose: Annotated[
        str, typer.Option("--purpose", help="What the corpus was made for, and the model is.")
    ] = "generative_ai_training",
    recipient: Recipient = SELF,
    anew: Annotated[
        bool, typer.Option("--anew", help="Train all of it, as on another machine or with another PyTorch.")
    ] = False,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Train the base further on what members wrote, in shards, or bring what was trained to what is permitted now: each
    shard again from the first checkpoint that a change reaches. It may tell what one member wrote. Needs PyTorch.

    Example: licet model adapt
    """
    with licet.open(workspace) as opened, progress_bar(as_json) as progress:
        result = opened.uses["model"].adapt(
            purpose=purpose, recipient=recipient, anew=anew, progress=progress
        )
    if as_json:
        print_json(result.as_json())
        return
    checkpoints = result.shards * result.segments
    _say_made(result, f"The base, adapted for {purpose}")
    say(
        f"{terminal.count(result.trained)} of {terminal.count(checkpoints)} checkpoints in"
        f" {terminal.count(result.shards)} shards were trained"
    )
    say("What one member alone wrote may be in it: it is read only where you ask for it", "yellow")
    say(f"root {result.root}", "dim")


@app.command()
@answers
def shards(
    snapshot: Annotated[
        str, typer.Argument(help="latest, a name such as adapted-3, or the start of an id.")
    ] = "latest",
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """List the shards of an adapted model, and which of them are out of service: those that hold somebody who chose
    since, until they are trained again.

    Example: licet model shards
    """
    with licet.open(workspace) as opened:
        found = opened.uses["model"].shards(snapshot)
    if as_json:
        print_json([one.as_json() for one in found])
        return
    made = terminal.table(
        "Shards", "shard", "documents", "tokens", "steps", "checkpoint", "in service", numbers=(0, 1, 2, 3)
    )
    for one in found:
        terminal.row(
            made, str(one.shard), terminal.count(one.documents), terminal.count(one.tokens),
            terminal.count(one.steps), one.checkpoint[:16],
            "yes" if one.in_service else "no" if one.documents else "no: empty",
        )  # fmt: skip
    out.print(made)


def _answer(result: ModelResult, as_json: bool, heading: str) -> None:
    if as_json:
        print_json(result.as_json())
        return
    _say_made(result, heading)
    if not result.two_members:
        say("What one member alone wrote is served, too: see two_members in model.yaml", "yellow")
    say(f"root {result.root}", "dim")
    say("How well it foretells what others write: licet model evaluate", "dim")


def _say_made(result: ModelResult | AdaptedResult, heading: str) -> None:
    how = {"built": "made", "updated": "updated in place", "rebuilt": "made anew"}[result.how]
    say(heading, "bold")
    say(
        f"{result.name} {how} at {result.at}: {terminal.count(result.tokens)} tokens in"
        f" {terminal.count(result.documents)} documents of {terminal.count(result.subjects)} people"
    )
    if result.set_aside:
        say(f"{terminal.count(result.set_aside)} documents are not of just one person and were set aside")
    if result.why:
        say(f"everything was made anew because {result.why}", "dim")


@app.command("list")
@answers
def list_(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """List the models, newest last.

    Example: licet model list
    """
    with licet.open(workspace) as opened:
        snapshots = opened.uses["model"].snapshots()
    list_snapshots([_summary(ref) for ref in snapshots], as_json, "Models", "No model yet: licet model train")


@app.command("show")
@answers
def show_(
    snapshot: Annotated[
        str, typer.Argument(help="latest, a name such as model-7, or the start of an id.")
    ] = "latest",
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Show one model: what it was made from, how, and of how many.

    Example: licet model show model-3
    """
    with licet.open(workspace) as opened:
        ref = opened.uses["model"].show(snapshot)
        is_behind = opened.uses["model"].is_behind(ref.id)
    if as_json:
        print_json({**_summary(ref), "behind": is_behind, "manifest": ref.manifest})
        return
    manifest = ref.manifest
    recipe, counts, (source,) = manifest["recipe"], manifest["counts"], manifest["derived_from"]
    deltas = len(manifest.get("deltas", ()))
    rule = "that two members wrote" if recipe["two_members"] else "of everybody, one member alone included"
    more = (
        ("made from", f"{source['use']} {source['snapshot'][:16]}, root {source['root'][:16]}"),
        ("documents", terminal.count(counts["documents"])),
        ("set aside", terminal.count(counts["set_aside"])),
        ("tokens", terminal.count(counts["tokens"])),
        ("people", terminal.count(counts["subjects"])),
        ("serves", f"runs of up to {recipe['order']} tokens {rule}"),
        ("base", recipe["base"]),
        (
            "beside it",
            f"{terminal.count(deltas)} of updates; what left is counted no more, and stands in files until licet purge"
            if deltas else "nothing: put together",
        ),
    )  # fmt: skip
    show_snapshot(ref, "model", is_behind, more)


@app.command()
@answers
def evaluate(
    snapshot: Annotated[
        str, typer.Argument(help="latest, a name such as model-7, or the start of an id.")
    ] = "latest",
    held_out: Annotated[
        int,
        typer.Option("--held-out", min=1, max=90, metavar="PERCENT", help="The share of members left out."),
    ] = 10,
    adapted: Annotated[
        bool,
        typer.Option("--adapted", help="Also adapt the base to the others; as long as licet model adapt."),
    ] = False,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Say how many bits a byte takes of what members wrote whom the counts were not taken from. Noted in the ledger.

    Example: licet model evaluate --held-out 10
    """
    with licet.open(workspace) as opened, progress_bar(as_json) as progress:
        found = opened.uses["model"].evaluate(
            snapshot, held_out_percent=held_out, adapted=adapted, progress=progress
        )
    if as_json:
        print_json(found.as_json())
        return
    say(f"{found.bits_per_byte:.3f} bits a byte, as it is served", "bold")
    say(f"{found.of_every_run:.3f} were every run served, whoever wrote it")
    if found.by_reader is None:
        say("Read together with a base it would be less: pip install 'licet[model]'", "dim")
    else:
        say(f"{found.by_base:.3f} the base alone, which knows nothing of members")
        say(f"{found.by_reader:.3f} as it is served, read together with the base", "bold")
    if found.by_adapted is not None:
        say(f"{found.by_adapted:.3f} the base adapted to the others, alone")
        say(f"{found.by_adapted_reader:.3f} as it is served, read together with that", "bold")
    say(
        f"on {terminal.count(found.documents)} documents, {terminal.count(found.bytes)} bytes, of"
        f" {terminal.count(found.held_out)} members held out; counted were {terminal.count(found.members)} others",
        "dim",
    )


@app.command()
@answers
def audit(
    snapshot: Annotated[
        str, typer.Argument(help="latest, a name such as model-7, or the start of an id.")
    ] = "latest",
    canaries: Annotated[
        int, typer.Option("--canaries", min=1, help="Made-up secrets for each of 1, 4, 16 and 64 repeats.")
    ] = 16,
    documents: Annotated[
        int, typer.Option("--documents", min=1, help="The most documents of members that are read for it.")
    ] = 20_000,
    reader: Annotated[
        bool, typer.Option("--reader", help="Read the model together with the base, too; takes longer.")
    ] = False,
    adapted: Annotated[
        bool, typer.Option("--adapted", help="The adapted model, too; takes as long as adapting twice.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed, other secrets.")] = 0,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Try what can be got out of a model, before and after forgetting: secrets that made-up members said, and whether
    somebody was in it. Tried in a workspace of its own, removed after; nothing published changes. Noted in the ledger.

    Example: licet model audit --canaries 32
    """
    with licet.open(workspace) as opened, progress_bar(as_json) as progress:
        found = opened.uses["model"].audit(
            snapshot, canaries_each=canaries, most_documents=documents, with_reader=reader, adapted=adapted,
            seed=seed, progress=progress,
        )  # fmt: skip
    if as_json:
        print_json(found.as_json())
        return
    ways = {
        "served": "as it is served", "every_run": "were every run served", "reader": "with the base",
        "adapted": "the adapted base alone", "adapted_reader": "with the adapted base",
    }  # fmt: skip
    made = terminal.table(
        "Exposure of a secret, of 10 bits", "read", "when", "1", "4", "16", "64 times", "chance",
        numbers=(2, 3, 4, 5, 6),
    )  # fmt: skip
    for way, words in ways.items():
        for when, looked in (("before", found.before), ("after", found.after)):
            if way in looked.exposure:
                one = looked.exposure[way]
                bits = [f"{each:.1f}" for each in one.by_repeats.values()]
                terminal.row(made, words, when, *bits, f"{one.chance:.2g}")
    out.print(made)
    for when, looked in (("before", found.before), ("after they left", found.after)):
        attacks = {} if looked.inference is None else {"by shadows, as it is served": looked.inference}
        attacks |= {f"by Min-K%, {ways[way]}": one for way, one in looked.min_k.items()}
        for how, told in attacks.items():
            say(
                f"Who was in it, {when}, {how}: area {told.area:.2f} ({told.lowest:.2f} to {told.highest:.2f}),"
                " 0.5 a guess"
            )
    say(
        f"Runs that only the secrets have: in {terminal.count(found.before.planted_runs)} places of the store before,"
        f" in {terminal.count(found.after.planted_runs)} after"
    )
    say(
        f"{found.canaries} secrets; of {found.members} members {found.left} left, {found.never} never were in it."
        f" Entry {found.entry} of the ledger",
        "dim",
    )
    say("About 1.4 bits are those of a secret nobody knows; chance is that of ranks so uneven, if so.", "dim")


@app.command()
@answers
def generate(
    prompt: Annotated[str, typer.Argument(help="What it begins with.")] = "",
    snapshot: Snapshot = "latest",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed, another text.")] = 0,
    temperature: Annotated[
        float,
        typer.Option("--temperature", min=0, help="Above 1 more freely, below 1 likelier, 0 the likeliest."),
    ] = 1.0,
    tokens: Annotated[int, typer.Option("--tokens", min=0, help="The most that it writes on.")] = 200,
    by_counts: Annotated[
        bool, typer.Option("--by-counts", help="By the counts alone; needs no PyTorch.")
    ] = False,
    adapted: Annotated[
        bool, typer.Option("--adapted", help="With the adapted base; it may tell what one member wrote.")
    ] = False,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Write on from a beginning, by what two members wrote and by the base. Refused where the model is not of now.

    Example: licet model generate "I build" --seed 3
    """
    with licet.open(workspace) as opened:
        text = opened.uses["model"].generate(
            prompt, snapshot=snapshot, seed=seed, temperature=temperature, most_tokens=tokens,
            by_counts=by_counts, adapted=adapted,
        )  # fmt: skip
    if as_json:
        print_json({"prompt": prompt, "text": text, "seed": seed})
    else:
        say(prompt + text)


app.command()(suggest)


def _summary(ref: Any) -> JsonObject:
    return summary(ref, tokens=ref.manifest["counts"]["tokens"])
