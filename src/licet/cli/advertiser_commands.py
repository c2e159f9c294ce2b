"""`licet ads audience` and `licet ads audiences`: what an advertiser is told of an audience, and which live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, out, print_json, say
from licet.terms import UseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@answers
def audience(
    advertiser: Annotated[str, typer.Argument(help="Who asks.")],
    wanted: Annotated[
        list[str],
        typer.Argument(
            metavar="ATTRIBUTE=VALUE...", help="An attribute may stand again, with another value."
        ),
    ],
    is_ended: Annotated[bool, typer.Option("--end", help="Have it live no longer.")] = False,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Tell an advertiser how large an audience is, to the next hundred, and have it live; or refuse it.

    Example: licet ads audience acme industry=software region=DE region=AT

    Example: licet ads audience acme industry=software --end
    """
    terms = _terms(wanted)
    with licet.open(workspace) as opened:
        if is_ended:
            was_there = opened.uses.advertisers.end(advertiser, terms)
            print_json({"ended": was_there}) if as_json else say(
                "Ended." if was_there else "It was not live."
            )
            return
        told = opened.uses.advertisers.ask(advertiser, terms)
    if as_json:
        print_json(told.as_json())
        return
    if told.size is not None:
        say(f"About {told.size:,} members. It lives.", "bold")
    else:
        say("Refused: this audience, or what would set it apart from your others, is too small.", "bold")
        say(
            "Nothing near it would do."
            if told.widening is None
            else f"This may do: {_written(told.widening)}"
        )
    say(f"{told.asked} audiences asked about in {told.month}.", "dim")


@answers
def audiences(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """List the audiences that live.

    Example: licet ads audiences
    """
    with licet.open(workspace) as opened:
        live = opened.uses.advertisers.live()
    if as_json:
        print_json([one._asdict() for one in live])
        return
    table = terminal.table("", "advertiser", "audience")
    for one in live:
        terminal.row(table, one.advertiser, _written(one.wanted))
    out.print(table)


def _terms(wanted: Iterable[str]) -> dict[str, list[str]]:
    """Raises: UseError ADS-094 for what is no attribute with a value."""
    terms: dict[str, list[str]] = {}
    for text in wanted:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise UseError(
                "ADS-094", f"{text[:40]!r} is no attribute with a value", fix="write industry=software"
            )
        terms.setdefault(name, []).append(value)
    return terms


def _written(wanted: Mapping[str, tuple[str, ...]]) -> str:
    return " ".join(f"{name}={value}" for name, values in wanted.items() for value in values)
