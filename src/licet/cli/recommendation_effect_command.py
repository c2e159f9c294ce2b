"""`licet recommend effect`: what opting out does to recommendations, for those who do and for everybody else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, out, print_json, progress_bar, say

if TYPE_CHECKING:
    from licet.app.effect.effect_sentences import Line


@answers
def effect(
    snapshot: Annotated[
        str, typer.Option("--snapshot", help="latest, a name such as recommend-7, or the start of an id.")
    ] = "latest",
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, max=20, help="How often who opts out is drawn.")
    ] = 4,
    most: Annotated[
        int,
        typer.Option("--most", min=50, help="Members looked at in each draw, of those in and of those out."),
    ] = 500,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Also write a page.")] = None,
    svg: Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Also write the picture.")] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Measure how good lists are when 1 to 50 % of members opt out, for those in, those out, and without history.

    Example: licet recommend effect --html effect.html

    Example: licet recommend effect --seeds 8 --svg effect.svg --json
    """
    from licet.app.effect import effect_sentences, write_page, write_picture

    with licet.open(workspace) as opened, progress_bar(as_json) as progress:
        found = opened.recommend.effect(snapshot=snapshot, seeds=seeds, most=most, progress=progress)
    for path, write in ((html, write_page), (svg, write_picture)):
        if path is not None:
            write(found, path)
    if as_json:
        print_json(found.as_json())
        return
    say(effect_sentences.answer(found), "bold")
    say(effect_sentences.measured(found), "dim")
    _table("By the share who opt out", found.share_names, effect_sentences.lines(found))
    for grouping in effect_sentences.groupings(found):
        for served in effect_sentences.told_served(found, grouping):
            heading = f"By {grouping.replace('_', ' ')}: {effect_sentences.WORDS[served]}"
            _table(heading, found.share_names, effect_sentences.lines(found, grouping, served))
    if found.people:
        say(effect_sentences.people_measured(found.people), "dim")
        _table(
            "People who are suggested", effect_sentences.people_shares(found.people),
            effect_sentences.people_lines(found.people),
        )  # fmt: skip
    if found.exposed:
        _table(effect_sentences.EXPOSED, ["learnt from", "opted out"], effect_sentences.exposed_lines(found))
    for path in (html, svg):
        if path is not None:
            say(f"Written to {path}.")


def _table(heading: str, heads: list[str], lines: list[Line]) -> None:
    made = terminal.table(heading, "", *heads, numbers=tuple(range(1, len(heads) + 1)))
    for line in lines:
        terminal.row(made, line.label, *line.changes)
    out.print(made)
