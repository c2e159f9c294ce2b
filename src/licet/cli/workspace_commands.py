"""A workspace from nothing: `licet init`."""

from __future__ import annotations

from typing import Annotated

import typer

import licet
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, print_json, say


@answers
def init(
    workspace: WorkspaceDir = HERE,
    pack: Annotated[
        str | None, typer.Option("--pack", help="A policy to put in force: a shipped pack's name or a file.")
    ] = None,
    ledger: Annotated[
        str | None,
        typer.Option(
            "--ledger",
            metavar="URL",
            help="A PostgreSQL database for the ledger, as its owner-to-be, without a password. "
            "Default: LICET_LEDGER, else a file here.",
        ),
    ] = None,
    ledger_role: Annotated[
        str | None,
        typer.Option(
            "--ledger-role", metavar="NAME", help="The database role used from then on: it reads and appends."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make an empty workspace.

    Example: licet init --workspace work --pack linkedin_as_reported

    Example: licet init --ledger postgresql://owner@db.example/licet --ledger-role licet_server
    """
    from licet.policies import pack_descriptions

    if pack is not None:
        pack_descriptions.show_pack(pack)  # one that cannot be used is told before anything is made
    with licet.create(workspace, ledger=ledger, ledger_role=ledger_role) as made:
        used = made.policies.use(pack) if pack is not None else None
    if as_json:
        print_json({"workspace": str(workspace), "pack": used.as_json() if used else None})
        return
    say(f"An empty workspace is ready in {workspace}.")
    if used:
        say(f"{used.title} is in force.")
    else:
        say("No policy is in force yet, so nothing is permitted: licet packs use linkedin_as_reported")
