"""`licet ads request`: what is kept of an OpenRTB request, and what is sent on of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from licet.cli import terminal
from licet.cli.command_support import AsJson, answers, out, print_json, say


@answers
def request(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="One bid request of OpenRTB 2.6, as JSON.")],
    own_source: Annotated[
        str | None, typer.Option("--own-source", help="The domain of the platform's own identifiers in eids.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read an OpenRTB 2.6 bid request as strictly as it is read, and show what is kept of it and what is sent on.

    Example: licet ads request bid_request.json --own-source network.example
    """
    from licet.app.bid_request_reading import read_request_file

    told = read_request_file(file, own_source)
    if as_json:
        print_json(told.as_json())
        return
    kept = told.kept
    why = ", ".join(kept.refusals)
    say(f"Personalisation is ruled out: {why}." if why else "The request itself rules nothing out.", "bold")
    table = terminal.table("What is kept", "", "")
    for name, value in (
        ("page", kept.page), ("country", kept.country), ("slots", len(kept.slots)), ("member", kept.member),
        ("signals", ", ".join(sorted(kept.signals))),
    ):  # fmt: skip
        terminal.row(table, name, "none" if value in (None, "") else str(value))
    out.print(table)
    say("What another exchange gets, where nothing of a member may leave:")
    say(json.dumps(told.sent, ensure_ascii=False))
