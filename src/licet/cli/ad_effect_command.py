"""`licet ads effect` and `licet ads report`: what choosing ads otherwise would bring, and what advertisers are told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, out, print_json, say

if TYPE_CHECKING:
    from licet.app.ad_effect import AdEffect


Log = Annotated[
    Path | None,
    typer.Argument(metavar="LOG", help="A log of another server: CSV or Parquet. Default: the workspace's."),
]


@answers
def effect(
    log: Log = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            metavar="WAY",
            help="The other way: contextual or uniform; of a file the column with its chances. Default: contextual, or"
            " uniform of a file.",
        ),
    ] = None,
    floor_share: Annotated[
        float | None,
        typer.Option(
            "--floor-share", help="Of a file: each of n candidates was chosen with this share / n at least."
        ),
    ] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Estimate what choosing ads otherwise would bring, from a log of what was chosen, or say that it cannot be told.

    Example: licet ads effect

    Example: licet ads effect choices.csv --floor-share 0.02

    Example: licet ads effect choices.parquet --target contextual_chance --json
    """
    if log is not None:
        from licet.app.ad_effect import ad_effect

        found = ad_effect(log, None if target == "uniform" else target, floor_share)
    else:
        with licet.open(workspace) as opened:
            found = opened.uses.advertisers.effect(target or "contextual")
    if as_json:
        print_json(found.as_json())
    else:
        _tell(found)


@answers
def report(log: Log = None, workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Tell what advertisers are told of their campaigns: showings, clicks and what was charged, in tens.

    Example: licet ads report

    Example: licet ads report choices.csv --json
    """
    if log is not None:
        from licet.app.ad_effect import campaign_report

        told = campaign_report(log)
    else:
        with licet.open(workspace) as opened:
            told = opened.uses.advertisers.campaigns()
    if as_json:
        print_json([one._asdict() for one in told])
        return
    heads = ("campaign", "showings", "clicks", "personalised", "contextual", "charged")
    made = terminal.table("", *heads, numbers=range(1, 6))
    for one in told:
        charged = "" if one.micros is None else f"{one.micros / 1_000_000:,.2f}"
        counts = ("too few" if count is None else f"{count:,}" for count in one[1:5])
        terminal.row(made, one.campaign, *counts, charged)
    out.print(made)


def _tell(found: AdEffect) -> None:
    from licet.app import ad_effect_sentences

    say(ad_effect_sentences.answer(found), "bold")
    for sentence in ad_effect_sentences.reasons(found):
        say(sentence, "dim")
    for heading, heads, lines in ad_effect_sentences.tables(found):
        made = terminal.table(heading, *heads, numbers=tuple(range(1, len(heads))))
        for line in lines:
            terminal.row(made, *line)
        out.print(made)
