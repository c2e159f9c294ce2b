"""`licet packs check`: whether a pack's quotations still stand in the texts they were read from."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from licet.cli.command_support import AsJson, answers, out, print_json, say
from licet.terms.canonical import JsonObject

STYLES = {
    "kept": "green",
    "moved": "green",
    "altered": "bold yellow",
    "gone": "bold red",
    "misquoted": "bold red",
}
Packs = Annotated[
    list[str] | None,
    typer.Option(
        "--pack", help="A policy: a shipped one's name, or a file; again for more. Default: all shipped."
    ),
]
_TOLD = 3


@answers
def check(
    texts: Annotated[Path, typer.Argument(help="A text, markdown or HTML file, or a folder of them.")],
    pack: Packs = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", help="Only what was read from this source of the pack; again for more."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hold a pack's quotations against the texts they were read from; exit status 1 where one is not, or no more, so.

    Reads local files alone, such as a checkout of a terms archive. Layout, markup, capitals, entities and the look of
    quotes and dashes do not count. A text that is no document of the pack says nothing about it.

    Example: licet packs check docs/exemplum.md --pack exemplum

    Example: licet packs check ../declarations/LinkedIn --pack linkedin_official --source notice
    """
    from licet.policies import quotations

    found = quotations.check_quotes(texts, pack or (), source or ())
    told = found.as_json()
    if as_json:
        print_json(told)
    else:
        _show(told)
    if found.is_wrong:
        raise typer.Exit(1)


def _show(told: JsonObject) -> None:
    counts: dict[str, Counter[str]] = {}
    for document in told["documents"]:
        out.print()
        say(title_of(document), "bold")
        for quote in document["quotations"]:
            counts.setdefault(quote["pack"], Counter())[quote["status"]] += 1
            if quote["status"] in STYLES:
                show_quotation(quote)
    out.print()
    for pack, found in counts.items():
        parts = [f"{found['misquoted']} misquoted"] if found["misquoted"] else []
        parts.append(f"{found['kept']} kept")
        parts += [f"{found['earlier']} of an earlier version"] if found["earlier"] else []
        parts += [f"{found[status]} {status}" for status in ("moved", "altered", "gone")]
        parts += (
            [f"{found['not_at_hand']} read in a version that is not here"] if found["not_at_hand"] else []
        )
        unread = sum(one["quotes"] for one in told["no_text"] if one["pack"] == pack)
        rest = f"; {unread} rest on no text here" if unread else ""
        say(f"{pack}: {', '.join(parts)}{rest}.", "bold")
    show_the_rest(told)


def title_of(document: JsonObject) -> str:
    """A document, how it is known, and up to which day packs have read it."""
    from licet.policies.quotations.watch_sentences import KNOWN_BY

    name = " ".join(filter(None, (document["archive"], document["document"])))
    days = [it["recorded"] for it in document["read_up_to"] if it["recorded"]]
    return f"{name} ({KNOWN_BY[document['known_by']]}{'; read up to ' + max(days) if days else ''})"


def show_quotation(quote: JsonObject) -> None:
    """One quotation with what became of it."""
    place = quote["now"] or quote["was"]
    where = f" {place['file']}:{place['line']}" if place else ""
    said = {"altered": "altered, its passage" if quote["quote_stands"] else "altered"}.get(
        quote["status"], quote["status"]
    )
    say(f"{said}{where}", STYLES[quote["status"]])
    say(f"  “{quote['quote']}” ({quote['pack']}, {quote['source']})")
    if quote["status"] in ("altered", "gone", "misquoted"):
        say(f"  cited by: {', '.join(quote['cited_by'])}", "dim")
    if quote["status"] == "altered" and not quote["quote_stands"]:
        say(f"  now: “{quote['now']['text']}”")
    for one in quote["differences"]:
        say(f"  - {difference(one)}")


def show_the_rest(told: JsonObject) -> None:
    """What was not compared, and why."""
    here = [f"{one['archive']} {one['document']}" for one in told["not_held"]]
    for said, names in (("Not a document of these packs", told["not_this_document"]), ("Not here", here)):
        if names:
            rest = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
            say(f"{said}: {', '.join(names[:_TOLD])}{rest}.", "dim")
    for one in told["not_read"]:
        say(f"not read: {one['name']}: {one['why']}", "dim")


def difference(one: JsonObject) -> str:
    """What differs, as a sentence."""
    if not one["was"]:
        return f"“{one['now']}” was added"
    return f"“{one['was']}” {'is now “' + one['now'] + '”' if one['now'] else 'is missing'}"
