"""`licet packs check`: whether a pack's quotations still stand in the texts they were read from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from licet.cli.command_support import AsJson, answers, out, print_json, say
from licet.terms.canonical import JsonObject

_STYLES = {"found": "green", "altered": "bold yellow", "gone": "bold red"}


@answers
def check(
    texts: Annotated[Path, typer.Argument(help="A text, markdown or HTML file, or a folder of them.")],
    pack: Annotated[
        list[str] | None,
        typer.Option(
            "--pack", help="A policy: a shipped one's name, or a file; again for more. Default: all shipped."
        ),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", help="Only what was read from this source of the pack; again for more."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find passages of policy texts that a pack's quotations no longer match; exit status 1 where something drifted.

    Reads local files alone, such as a checkout of a terms archive. Layout, markup, entities and the look of quotes
    and dashes do not count.

    Example: licet packs check docs/platforms.md --pack meta_ai

    Example: licet packs check ../declarations/LinkedIn --pack linkedin_official --source notice
    """
    from licet.policies import quotations

    found = quotations.check_quotes(texts, pack or (), source or ())
    if as_json:
        print_json(found.as_json())
    else:
        _show(found.as_json())
    if found.drifted:
        raise typer.Exit(1)


def _show(told: JsonObject) -> None:
    for quote in told["quotes"]:
        passage = quote["passage"]
        where = f" {passage['file']}:{passage['line']}" if passage else ""
        say(f"{quote['status']}{where}", _STYLES[quote["status"]])
        say(f"  “{quote['quote']}” ({quote['pack']}, {quote['source']})")
        if quote["status"] != "found":
            say(f"  cited by: {', '.join(quote['cited_by'])}", "dim")
        if quote["status"] == "altered":
            say(f"  now: “{passage['text']}”")
            for one in passage["differences"]:
                say(f"  - {_difference(one)}")
    out.print()
    counts = {status: sum(one["status"] == status for one in told["quotes"]) for status in _STYLES}
    said = f"{counts['found']} word for word, {counts['altered']} altered, {counts['gone']} gone"
    say(f"In {told['files']} {'text' if told['files'] == 1 else 'texts'}: {said}.", "bold")
    for one in told["not_read"]:
        say(f"not read: {one['name']}: {one['why']}", "dim")
    if told["elsewhere"]:
        say(f"These texts are not about: {', '.join(told['elsewhere'])}", "dim")


def _difference(one: dict[str, str]) -> str:
    if not one["was"]:
        return f"“{one['now']}” was added"
    return f"“{one['was']}” {'is now “' + one['now'] + '”' if one['now'] else 'is missing'}"
