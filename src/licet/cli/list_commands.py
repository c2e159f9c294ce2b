"""`licet ads`: lists for recipients of advertising data, how each stands, and what recipients answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import (
    HERE,
    AsJson,
    WorkspaceDir,
    out,
    print_json,
    progress_bar,
    say,
)
from licet.terms.canonical import JsonObject

if TYPE_CHECKING:
    from licet.app.ads.list_deliveries import ListDelivered
    from licet.app.ads.list_statuses import ListStatus

Audience = Annotated[str | None, typer.Argument(help="An audience of segments.yaml. Default: all of them.")]

_STYLES = {"applied": "green", "sent": "yellow", "received": "yellow", "overdue": "red", "unconfirmed": "red"}


def segments(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Show the audiences of segments.yaml: for whom, what a list of each discloses, and whether so many are delivered.

    Example: licet ads segments --json
    """
    with licet.open(workspace) as opened:
        found = opened.uses.ads.audiences()
    if as_json:
        print_json([one.as_json() for one in found])
        return
    made = terminal.table(
        "Audiences", "audience", "of", "for", "discloses", "size", "delivered", numbers=(4,)
    )
    for one in found:
        size = "not made" if one.size is None else terminal.count(one.size)
        delivered = "yes" if one.is_enough else f"no: {one.why}"
        terminal.row(
            made, one.audience, one.label, one.recipient, _disclosed(one.definition), size, delivered
        )
    out.print(made)


def build(audience: Audience = None, workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Make the audiences of now, of what each recipient is permitted. Nothing leaves.

    Example: licet ads build
    """
    with licet.open(workspace) as opened, progress_bar(as_json) as progress:
        built = opened.uses.ads.build(audience, progress=progress)
    if as_json:
        print_json([one.as_json() for one in built])
        return
    for one in built:
        say(f"{one.name}, for {one.recipient}, as of ledger position {one.position}", "bold")
        for name, size in one.sizes.items():
            say(f"  {name}: {terminal.count(size)}")


def deliver(
    audience: Audience = None,
    folder: Annotated[Path, typer.Option("--out", "-o", help="Write the files into this folder.")] = HERE,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Write the next delivery of each list, to be handed over: who came, and who is to be taken off.

    Example: licet ads deliver nurses --out for-the-affiliate
    """
    with licet.open(workspace) as opened, progress_bar(as_json) as progress:
        ads = opened.uses.ads
        # A list whose audience the file has no more is still to be emptied.
        every = [*(one.audience for one in ads.audiences()), *(one.audience for one in ads.lists())]
        wanted = dict.fromkeys(every if audience is None else (audience,))
        made = [ads.deliver(one, folder, progress=progress) for one in wanted]
    if as_json:
        print_json([one.as_json() for one in made])
        return
    for each in made:
        for one in (*each.others, each):
            _tell(one)


def deliveries(audience: Audience = None, workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """List the lists that left, how each stands, and every delivery of them.

    Example: licet ads deliveries
    """
    with licet.open(workspace) as opened:
        lists = [one for one in opened.uses.ads.lists() if audience in (None, one.audience)]
        found = opened.uses.ads.deliveries(audience)
    if as_json:
        print_json(
            {"lists": [one.as_json() for one in lists], "deliveries": [one.as_json() for one in found]}
        )
        return
    if not lists:
        say("No list left: licet ads deliver --out FOLDER")
        return
    _show_lists(lists)
    made = terminal.table(
        "Deliveries",
        "when",
        "list",
        "number",
        "what",
        "came",
        "went",
        "on it",
        "answer",
        numbers=(2, 4, 5, 6),
    )
    for each in found:
        terminal.row(
            made, each.at[:16].replace("T", " "), each.audience, str(each.sequence), each.action,
            terminal.count(each.added), terminal.count(each.removed), terminal.count(each.listed),
            each.answered or "",
        )  # fmt: skip
    out.print(made)


def overdue(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """List the lists that were not done in time; exit status 1 if there are any.

    Example: licet ads overdue
    """
    with licet.open(workspace) as opened:
        found = opened.uses.ads.lists(overdue=True)
    if as_json:
        print_json([one.as_json() for one in found])
    elif not found:
        say("No list is overdue.")
    else:
        _show_lists(found)
    if found:
        raise typer.Exit(1)


def acknowledge(
    file: Annotated[Path, typer.Argument(help="The answer that the recipient of a list gave.")],
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Record what the recipient of a list answered, once their signature and what they say is left are checked.

    Example: licet ads acknowledge 00112233445566aa-000001.answer
    """
    with licet.open(workspace) as opened:
        told = opened.uses.ads.acknowledge(file)
    if as_json:
        print_json(told.as_json())
        return
    say(f"{told.recipient}, {told.audience}: {told.reach}", _STYLES.get(str(told.reach), ""))


def begin_anew(
    audience: Annotated[str, typer.Argument(help="The list, as segments.yaml names it.")],
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Go on with a list of which what was held was lost: the next delivery is of the whole list. Until the recipient
    confirms one, every member is told that nobody can tell whether they are on it.

    Example: licet ads begin-anew nurses
    """
    with licet.open(workspace) as opened:
        begun = opened.uses.ads.begin_anew(audience)
    if as_json:
        print_json([one.as_json() for one in begun])
        return
    for one in begun:
        say(f"{one.audience}, for {one.recipient}: the next delivery is of the whole list", "bold")
        say(f"  {one.fault}", "red")


def _tell(one: ListDelivered) -> None:
    if one.is_new:
        say(
            f"{one.audience}, delivery {one.sequence} to {one.recipient} ({one.action}): {terminal.count(one.added)} "
            f"came, {terminal.count(one.removed)} went, {terminal.count(one.listed)} are on it",
            "bold",
        )
        say(f"  to be done by {(one.due or '')[:10]}, may be kept until {(one.lease or '')[:10]}")
    else:
        say(
            f"{one.audience}: nothing changed since delivery {one.sequence}" if one.sequence else one.audience
        )
    if one.why is not None:
        say(f"  {one.why}", "yellow")
    if one.held_back:
        say(f"  {terminal.count(one.held_back)} wait: {one.recipient} is overdue, and gets nobody new", "red")
    for file in one.files:
        say(f"  {file}", "dim")


def _disclosed(definition: JsonObject) -> str:
    """What a list says of everybody on it."""
    said = (f"{value}: {' or '.join(words)}" for value, words in definition.items())
    return "; ".join(said) or "that they are a member"


def _show_lists(lists: Sequence[ListStatus]) -> None:
    made = terminal.table(
        "Lists", "list", "for", "on it", "on their way out", "deliveries", "due", "kept until", "state",
        numbers=(2, 3),
    )  # fmt: skip
    for one in lists:
        state = "cannot be told" if one.reach is None else str(one.reach)
        terminal.row(
            made, one.audience, one.recipient, terminal.count(one.listed), terminal.count(one.removing),
            f"{one.applied} of {one.sequence} done", (one.due or "")[:10], one.lease[:10], state,
        )  # fmt: skip
    out.print(made)
    for one in lists:
        if one.fault is not None:
            say(f"{one.audience}: {one.fault}", "red")
