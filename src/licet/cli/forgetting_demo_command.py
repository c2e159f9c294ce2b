"""`licet forget-demo`: a forgetting from the no to the certificate, on a made-up network, each step looked at."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import terminal
from licet.cli.command_support import AsJson, answers, out, print_json, progress_bar, say
from licet.cli.demo_command import chapter, paragraph
from licet.terms.canonical import JsonObject

if TYPE_CHECKING:
    from licet.app.forgetting_story import Story


@answers
def forget_demo(
    workspace: Annotated[Path, typer.Option("--workspace", "-w", help="Where to make the network.")] = Path(
        "forget-demo"
    ),
    members: Annotated[
        int, typer.Option("--members", min=20, max=1_000_000, help="How many members it has.")
    ] = 600,
    seed: Annotated[int, typer.Option("--seed", help="Another seed makes another network.")] = 7,
    replace: Annotated[bool, typer.Option("--replace", help="Make an earlier one anew.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let a model learn and recite what a member wrote, let them say no, and follow that no to its certificate; exit
    status 1 if anything came out otherwise than it should.

    Example: licet forget-demo --members 2000
    """
    from licet.app import forgetting_story

    with progress_bar(as_json) as progress:
        told = forgetting_story.tell(workspace, members, seed, replace, progress)
    if as_json:
        print_json(_as_json(told))
    else:
        _tell(told)
    if not told.holds:
        raise typer.Exit(1)


def _tell(told: Story) -> None:
    from licet.app.forgetting_story import DILIGENT, PROMPT, SECRET, SILENT

    chapter("1. One sentence")
    paragraph(
        f"Among {terminal.count(told.members)} made-up members {told.subject} posted, once: “{PROMPT}{SECRET}” Their "
        f"{told.documents} documents are in a corpus, with two partners who took a copy of it, and in a model that was "
        "told to serve even what one member alone wrote (two_members: false)."
    )
    chapter("2. The model recites")
    _recital(PROMPT, told.recited, "word for word" if told.recited == SECRET else "NOT THE SENTENCE")
    chapter(f"3. {told.subject} says no")
    paragraph(
        f"{told.withdrawn_seconds} s later, choice and question together, the model answers nothing more: "
        f"{told.refused or 'NOTHING, IT ANSWERS STILL'}."
    )
    say(f"  $ licet forget {told.subject}", "cyan")
    search = told.purge.search
    paragraph(
        f"Corpus and model were brought to now, and {len(told.purge.purged)} snapshots purged. {search.marks} marks of "
        f"theirs were found in {search.found_before} places before and in {len(search.found_after)} afterwards."
    )
    _recital(PROMPT, told.recited_after, "something else")
    if told.shards is not None:
        paragraph(
            f"The base was trained on their words, too, in {told.shards.shards} shards. With the no all but "
            f"{told.shards.shards - told.shards.in_service} of these went on serving; then "
            f"{told.shards.replayed} of {told.shards.checkpoints} checkpoints were trained again."
        )
    for use, (stands, anew) in told.made_anew.items():
        same = "the very same root" if stands == anew else "ANOTHER ROOT"
        paragraph(f"Another process made the {use} from nothing, without them: {same}, {anew[:24]}…")
    chapter("4. The copies that left")
    paragraph(
        f"{DILIGENT} was told, took {told.gone} documents out and signed the root of what is left; {SILENT} was told, "
        "and said nothing. The clock of all this was nine days slow; by now there was a week for it:"
    )
    for copy in told.copies:
        say(f"  {copy.recipient}: {copy.reach}", "green" if copy.reach == "applied" else "red")
    chapter("5. The certificate")
    paragraph(
        f"{told.last.status}: it says no more than is so. Checked with the ledger's public key alone: "
        + " ".join(told.checked.checked if told.checked.ok else (one.what for one in told.checked.problems))
    )
    paragraph(f"With one letter changed: {told.altered or 'NOTHING IS FOUND'}.")
    say(f"  $ licet ledger key -w {told.workspace} > ledger.pub", "cyan")
    say(f"  $ licet verify {told.certificate} --key ledger.pub", "cyan")
    out.print()
    say(
        "All of it came out as it should." if told.holds else "SOMETHING CAME OUT OTHERWISE THAN IT SHOULD.",
        "bold",
    )


def _recital(prompt: str, written: str, verdict: str) -> None:
    say(textwrap.fill(f"{prompt}{written}", 84, initial_indent="    ", subsequent_indent="    "), "italic")
    say(f"    ({verdict})", "dim")


def _as_json(told: Story) -> JsonObject:
    return {
        "workspace": str(told.workspace),
        "subject": told.subject,
        "documents": told.documents,
        "recited": told.recited,
        "refused": told.refused,
        "withdrawn_seconds": told.withdrawn_seconds,
        "standing": told.standing,
        "pending": list(told.pending),
        "purge": told.purge.as_json(),
        "recited_after": told.recited_after,
        "shards": None if told.shards is None else told.shards._asdict(),
        "made_anew": {use: list(roots) for use, roots in told.made_anew.items()},
        "copies": [copy.as_json() for copy in told.copies],
        "forgetting": told.last.as_json(),
        "certificate": {"file": str(told.certificate), **told.checked.as_json()},
        "altered": told.altered,
        "seconds": told.seconds,
        "holds": told.holds,
    }
