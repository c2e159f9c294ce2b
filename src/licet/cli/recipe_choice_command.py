"""`licet recommend tune`: the recipe of recommendations, chosen on what members did besides."""

from __future__ import annotations

from typing import Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, print_json, progress_bar, say


@answers
def tune(
    snapshot: Annotated[
        str, typer.Option("--snapshot", help="latest, a name such as recommend-7, or the start of an id.")
    ] = "latest",
    by_time: Annotated[
        bool, typer.Option("--by-time", help="Hold out what was done last, not a share of each member's.")
    ] = False,
    min_support: Annotated[
        int | None,
        typer.Option(
            "--min-support", min=1, max=1000, help="Go by no pair of items that fewer members share."
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of who is tried, and what is held out.")] = 0,
    most: Annotated[int, typer.Option("--most", min=50, help="On how many members, at most.")] = 800,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Choose how recommendations are made, from a fixed grid, by what members did besides; noted in the ledger.

    Example: licet recommend tune

    Example: licet recommend tune --min-support 2

    Example: licet recommend tune --by-time --json
    """
    with licet.open(workspace) as opened, progress_bar(as_json) as progress:
        chosen = opened.recommend.tune(
            snapshot=snapshot,
            by_time=by_time,
            min_support=min_support,
            seed=seed,
            most=most,
            progress=progress,
        )
    if as_json:
        print_json(chosen.as_json())
        return
    recipe = chosen.chosen.recipe
    is_same = recipe == chosen.before
    say(
        f"Recipe {chosen.place + 1} of {len(chosen.ndcg_thousandths)}{', as before' if is_same else ''}",
        "bold",
    )
    for name, value in recipe.model_dump(exclude={"version"}).items():
        say(
            f"  {name.replace('_', ' ')}: {', '.join(map(str, value)) if isinstance(value, tuple) else value}"
        )
    best, worst = max(chosen.ndcg_thousandths), min(chosen.ndcg_thousandths)
    say(f"NDCG@20 {best / 1000:.3f} on the panel; the worst of the grid {worst / 1000:.3f}")
    if chosen.prices:
        say(
            f"What it costs to go by no pair that fewer members share, against {chosen.prices[0].min_support}:"
        )
    for price in chosen.prices[1:]:
        say(f"  {price.line()}")
    say(chosen.said)
    say(f"Written to {chosen.file}; entry {terminal.count(chosen.entry)} of the ledger tells of it.", "dim")
    if not is_same:
        say("It is gone by from the next update on: licet update", "yellow")
