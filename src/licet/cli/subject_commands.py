"""`licet subjects`: a change of id, two ids that are two people, and ids that look alike."""

from __future__ import annotations

from typing import Annotated

import typer

import licet
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, print_json, say

app = typer.Typer(help="Say who goes by which id.", no_args_is_help=True)


@app.command()
@answers
def rename(
    old: Annotated[str, typer.Argument(help="The id they went by.")],
    new: Annotated[str, typer.Argument(help="The id they go by now.")],
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Record that a member goes by another id: every choice and signal is carried, and a no of either id holds.

    Example: licet subjects rename AB-17 ab-17
    """
    with licet.open(workspace) as opened:
        renamed = opened.choices.rename_subject(old, new, via="cli")
    if as_json:
        print_json(renamed.as_json())
        return
    if renamed.entry is None:
        say(f"{old!r} goes by {new!r} already.")
        return
    say(
        f"{old!r} goes by {new!r} (entry {renamed.entry}): {renamed.choices} choices and {renamed.signals} signals "
        "carried."
    )
    if renamed.known is False:
        say(f"The table of members has no {new!r} yet.", "yellow")


@app.command()
@answers
def distinct(
    one: Annotated[str, typer.Argument(help="An id.")],
    other: Annotated[str, typer.Argument(help="Another's id.")],
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Record that two ids are two people, though they look alike.

    Example: licet subjects distinct Ann ann
    """
    with licet.open(workspace) as opened:
        entry = opened.choices.keep_apart(one, other, via="cli")
    if as_json:
        print_json({"one": one, "other": other, "entry": None if entry is None else entry.index})
    elif entry is None:
        say(f"{one!r} and {other!r} are two people already.")
    else:
        say(f"{one!r} and {other!r} are two people (entry {entry.index}).")


@app.command()
@answers
def alike(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """List members' ids that differ from another's by case, Unicode form or surrounding space alone.

    Example: licet subjects alike --json
    """
    with licet.open(workspace) as opened:
        groups = opened.choices.look_alikes()
    if as_json:
        print_json({"alike": [list(group) for group in groups]})
        return
    for group in groups:
        say(" · ".join(map(repr, group)))
    say(f"{len(groups)} {'id is' if len(groups) == 1 else 'ids are'} spelt in more than one way.")
