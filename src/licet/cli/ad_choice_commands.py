"""`licet ads choose`, `why` and `campaigns`: an advertisement for a page, why it was chosen, how campaigns stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, out, print_json, say
from licet.terms import AppError
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.signals import ConsentStrings

if TYPE_CHECKING:
    from licet.app.ads.ad_explanations import AdExplanation

Page = Annotated[
    str, typer.Argument(help="The words of the page; or @ and a file with its text, such as @page.txt.")
]
Country = Annotated[
    str | None, typer.Option("--country", help="Where it is read, as ISO 3166 has it, such as DE.")
]
SubjectId = Annotated[
    str | None, typer.Option("--subject", help="The member who reads it; nobody by default.")
]
Gpc = Annotated[bool, typer.Option("--gpc", help="The request carries Global Privacy Control.")]
Gpp = Annotated[str | None, typer.Option("--gpp", help="The request's GPP string.")]
GppSid = Annotated[
    list[int] | None, typer.Option("--gpp-sid", help="A section of it that applies; repeatable.")
]
Tcf = Annotated[str | None, typer.Option("--tcf", help="The request's TC string.")]
Seen = Annotated[
    list[str] | None,
    typer.Option(
        "--seen",
        metavar="NUMBER:TIMES",
        help="How often this browser was shown a campaign today; repeatable.",
    ),
]


def choose(
    page: Page,
    country: Country = None,
    subject: SubjectId = None,
    gpc: Gpc = False,
    gpp: Gpp = None,
    gpp_sid: GppSid = None,
    tcf: Tcf = None,
    seen: Seen = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Choose one advertisement for a page, log it and pay for it: by the page, and by a member where that is permitted.

    Example: licet ads choose "a page about welding" --country DE
    Example: licet ads choose @page.txt --subject 42 --gpc
    """
    strings = ConsentStrings(gpp, tuple(gpp_sid or ()), tcf)
    with licet.open(workspace) as opened:
        made = opened.uses.ad_choices.choose(
            _text(page), country=country, subject=subject, gpc=gpc,
            strings=None if strings == ConsentStrings() else strings, seen=dict(map(_counted, seen or ())),
        )  # fmt: skip
    if as_json:
        print_json(made.as_json())
        return
    if made.campaign is None:
        say("No campaign may be shown here now.")
        return
    say(made.campaign.creative.title, "bold")
    say(made.campaign.creative.text)
    say(f"{made.campaign.payer} · {made.campaign.creative.link}", "dim")
    how = (
        "by the page alone" if made.by.value == "contextual" else "by the page and by what the member permits"
    )
    say(f"chosen {how}, at ledger position {made.position}, read at most {made.stale_ms} ms before", "dim")
    say(f"licet ads why {made.id}", "dim")


def why(
    choice: Annotated[str, typer.Argument(help="The id of a choice, as `licet ads choose` tells it.")],
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Say why an advertisement was chosen: who paid, by what, how to change that, and what a click tells.

    Example: licet ads why 00112233445566778899aabbccddeeff0011223344556677
    """
    with licet.open(workspace) as opened:
        told: AdExplanation = opened.uses.ad_choices.why(choice)
    if as_json:
        print_json(told.as_json())
        return
    for sentence in (*told.sentences, told.click):
        say(sentence)


def campaigns(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """List the campaigns, whether each runs, and what it spent of what is released of its budget.

    Example: licet ads campaigns
    """
    with licet.open(workspace) as opened:
        made = opened.uses.ad_choices.campaigns()
    if as_json:
        print_json([one.as_json() for one in made])
        return
    table = terminal.table(
        "", "campaign", "payer", "state", "spent", "of", "by page", "personalised", "clicks"
    )
    for one in made:
        terminal.row(
            table, f"{one.number} {one.name}", one.payer, one.state.value, _money(one.logged_micros),
            _money(one.budget_micros), terminal.count(one.shown_by_page), terminal.count(one.shown_personalised),
            terminal.count(one.clicks),
        )  # fmt: skip
    out.print(table)


def _money(micros: int) -> str:
    return f"{micros // 1_000_000:,}.{micros % 1_000_000 // 10_000:02d}"


def _text(page: str) -> str:
    if not page.startswith("@"):
        return page
    with clear_disk_errors("reading the page"):
        return Path(page[1:]).read_text(encoding="utf-8", errors="replace")


def _counted(text: str) -> tuple[int, int]:
    number, _, times = text.partition(":")
    if not (number.isdecimal() and times.isdecimal() and len(text) < 24):
        raise AppError(
            "ADS-051", f"{text[:60]!r} says of no campaign how often it was shown", fix="write 12:3"
        )
    return int(number), int(times)
