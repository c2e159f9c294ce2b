"""`licet compare` and `licet guide`: what platforms do with members' data, and how to opt out of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from licet.cli.command_support import AsJson, Texts, answers, out, print_json, say

Region = Annotated[
    str | None, typer.Option("--region", help="For someone there: an ISO 3166 code, e.g. CA, CH or CA-QC.")
]


@answers
def compare(
    packs: Annotated[
        list[str] | None, typer.Argument(help="Policies by name or file. Default: all shipped.")
    ] = None,
    region: Region = None,
    texts: Texts = None,
    on: Annotated[
        str | None, typer.Option("--on", "--at", help="The day to speak of. Default: today.")
    ] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="Write it to this file.")] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write one self-contained page to this file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare policies: what is used, for what, by whom, where, since when, and how to stop it, each with its source.

    Example: licet compare --region CA

    Example: licet compare linkedin_official meta_ai --html comparison.html
    """
    from licet.policies import comparison
    from licet.policies.scope_sentences import scope_sentence
    from licet.terms.moments import parse_moment

    day = (datetime.now(UTC) if on is None else parse_moment(on)).date()
    found = comparison.compare(packs or (), region=region, day=day, texts=texts)
    for path, text in ((markdown, comparison.as_markdown), (html, comparison.as_html)):
        if path is not None:
            path.write_text(text(found), encoding="utf-8")
    if as_json:
        print_json(found.as_json())
        return
    if markdown is not None or html is not None:
        say(f"Written to {', '.join(str(path) for path in (markdown, html) if path is not None)}.")
        return
    for row in found.rows:
        out.print()
        version = f", {row.version}" if row.version else ""
        say(f"{row.title}{version}: {row.use}", "bold")
        if row.stale is not None:
            say(f"  Stale: {row.stale.told}.", "bold yellow")
        if row.because is not None:
            say(f"  For someone in {found.region_name}: {row.because.told}")
        for column, cell in row.cells.items():
            if not cell.is_silent:
                say(f"  {comparison.COLUMNS[column]}: {'; '.join(line.told for line in cell.lines)}")
        silent = [comparison.COLUMNS[column].lower() for column, cell in row.cells.items() if cell.is_silent]
        if silent:
            say(f"  The pack says nothing on: {', '.join(silent)}", "dim")
    out.print()
    say("What was read", "bold")
    for reading in found.readings:
        say(f"  {reading.title}: {scope_sentence(reading.speaks_of)}")
    out.print()
    say("Sources of every cell: --json, --markdown FILE or --html FILE.", "dim")


@answers
def guide(
    platform: Annotated[str, typer.Argument(help="A policy's name or file, e.g. meta_ai.")],
    region: Annotated[str, typer.Option("--region", help="Where you are: an ISO 3166 code, e.g. CH.")],
    texts: Texts = None,
    on: Annotated[
        str | None, typer.Option("--on", "--at", help="The day to speak of. Default: today.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show how to opt out, step by step, what it changes and what not, and a letter where there is only a form.

    Example: licet guide meta_ai --region DE
    """
    from licet.policies import policy_guide
    from licet.policies.scope_sentences import scope_sentence
    from licet.terms.moments import parse_moment

    day = (datetime.now(UTC) if on is None else parse_moment(on)).date()
    found = policy_guide.guide(platform, region, day=day, texts=texts)
    if as_json:
        print_json(found.as_json())
        return
    version = f", {found.version}" if found.version else ""
    say(f"{found.title}{version}: opting out, for someone in {found.region_name}", "bold")
    if found.stale is not None:
        say(f"Stale: {found.stale.told}. The controls may have moved.", "bold yellow")
    say(found.answer)
    for control in found.controls:
        if control.state == "not_read":
            continue
        out.print()
        say(control.label, "bold")
        say(f"  {control.when}")
        if control.state == "no":
            continue
        for number, step in enumerate(control.steps, 1):
            say(f"  {number}. {step}")
        if control.deep_link is not None:
            say(f"  Straight there: {control.deep_link}")
        for label, lines in (
            ("What you should know", control.way), ("What it changes", control.will_change),
            ("What it does not change", control.will_not_change),
        ):  # fmt: skip
            if lines:
                say(f"  {label}:")
                for line in lines:
                    say(f"  - {line.told}")
        if control.letter is not None:
            say("  A letter you may fill in and send (no legal advice):")
            say("".join(f"    {line}\n" for line in control.letter.splitlines()))
    if found.without:
        out.print()
        say("What no control of this policy stops, where you are:", "bold")
        for line in found.without:
            say(f"  - {line.told}")
    elsewhere = [control.label for control in found.controls if control.state == "not_read"]
    if elsewhere:
        out.print()
        say("Controls that were read of only for other places or days:", "bold")
        for label in elsewhere:
            say(f"  - {label}")
    out.print()
    say(scope_sentence(found.speaks_of))
