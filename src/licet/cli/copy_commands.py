"""`licet exports` and `licet apply`: copies that left, what they are told, and what their holders answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, out, print_json, say

app = typer.Typer(
    help="Copies that left: who has them, what they are told, and what they answered.",
    invoke_without_command=True,
)

_STYLES = {"applied": "green", "sent": "yellow", "received": "yellow", "overdue": "red", "unconfirmed": "red"}


@app.callback()
@answers
def exports(
    ctx: typer.Context,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only those that nobody took back in time, or can say so.")
    ] = False,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """List the copies that left; with --overdue, exit status 1 if there are any.

    Example: licet exports --overdue
    """
    if ctx.invoked_subcommand is not None:
        return
    with licet.open(workspace) as opened:
        found = opened.copies.left(overdue=overdue)
    if as_json:
        print_json([one.as_json() for one in found])
    elif not found:
        say("No copy is overdue." if overdue else "No copy left: licet corpus export OUT --to RECIPIENT")
    else:
        made = terminal.table("Copies", "copy", "for", "documents", "done", "due", "state", numbers=(2,))
        for one in found:
            state = "not followed" if one.reach is None else str(one.reach)
            done = f"{one.applied} of {one.sent}" if one.sent else ""
            terminal.row(
                made, one.export or one.name, one.recipient, terminal.count(one.documents), done,
                (one.due or "")[:10], state,
            )  # fmt: skip
        out.print(made)
        if any(one.reach is None for one in found):
            say(
                "One that is not followed does not hear of later choices: name its recipient in recipients.yaml.",
                "dim",
            )
    if overdue and found:
        raise typer.Exit(1)


@app.command("feed")
@answers
def feed_(
    export: Annotated[str, typer.Argument(help="The copy, as licet exports names it.")],
    folder: Annotated[Path, typer.Option("--out", "-o", help="Write the messages into this folder.")] = HERE,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Write the messages of a copy that its holder did not confirm, to be handed to them.

    Example: licet exports feed 00112233445566aa --out for-the-lab
    """
    with licet.open(workspace) as opened:
        written = opened.copies.feed(export, folder)
    if as_json:
        print_json([str(path) for path in written])
        return
    for path in written:
        say(f"{path}")
    say("Hand them over; they run: licet apply FILE... COPY" if written else "Nothing is to be told.")


@app.command()
@answers
def acknowledge(
    file: Annotated[Path, typer.Argument(help="The answer that the holder of a copy gave.")],
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Record what the holder of a copy answered, once their signature and the root they computed are checked.

    Example: licet exports acknowledge 00112233445566aa-000001.answer
    """
    with licet.open(workspace) as opened:
        told = opened.copies.acknowledge(file)
    if as_json:
        print_json(told.as_json())
        return
    say(f"{told.recipient}, copy {told.export}: {told.reach}", _STYLES.get(str(told.reach), ""))


@answers
def apply(
    feed: Annotated[list[Path], typer.Argument(help="Messages of the feed, in any order.")],
    target: Annotated[Path, typer.Argument(help="The copy, as licet corpus export wrote it.")],
    key_file: Annotated[
        Path,
        typer.Option(
            "--sign-with", help="Your own key; made there if there is none. Its public half is printed."
        ),
    ] = Path("recipient.key"),
    key: Annotated[
        str | None, typer.Option("--key", help="The platform's public key. Default: the one in the copy.")
    ] = None,
    answers_to: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the answers there. Default: beside the copy.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take out of your copy what its platform says is to go, and write the signed answers to hand back.

    Example: licet apply 00112233445566aa-000001.feed corpus-copy
    """
    from licet.app.feed_application import apply_to_copy

    told = apply_to_copy(feed, target, key_file, key, answers_to or target.absolute().parent)
    if as_json:
        print_json(told.as_json())
        return
    for one, path in zip(told.applied, told.answers, strict=True):
        gone, left = terminal.count(one.gone), terminal.count(one.documents)
        say(f"Message {one.sequence}: {gone} documents went, {left} are left")
        say(f"  your answer: {path}", "dim")
    say(f"You sign as {told.public_key}", "dim")
