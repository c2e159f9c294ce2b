"""`licet signals`: what a browser's consent string says, without a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli.command_support import AsJson, answers, print_json, say

if TYPE_CHECKING:
    from licet.policies.signal_meaning import SignalMeaning

app = typer.Typer(help="Privacy signals: what a consent string means here.", no_args_is_help=True)


@app.callback()
def signals() -> None:
    """Privacy signals: what a consent string means here."""


@app.command()
@answers
def read(
    string: Annotated[str, typer.Argument(help="A GPP string or a TC string, as a browser has it.")],
    section: Annotated[
        list[int] | None,
        typer.Option("--section", min=1, help="A section of a GPP string that applies; again for more."),
    ] = None,
    vendor: Annotated[
        list[int] | None,
        typer.Option("--vendor", min=1, help="A vendor that a TC string must consent to; again for more."),
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option("--policy", help="Say what it switches off: a shipped policy's name, or a file."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a GPP or TC string means: what it refuses and by which of its parts. What cannot be read is a no.

    Example: licet signals read DBABTA~1YYN --section 6
    """
    from licet.policies.signal_meaning import read_string

    meaning = read_string(string, section or (), vendor or (), policy)
    if as_json:
        print_json(meaning.as_json())
    else:
        _show(meaning)


def _show(meaning: SignalMeaning) -> None:
    from licet.policies.signal_meaning import section_name

    account = meaning.account
    name = "GPP string" if account.kind == "gpp" else "TC string"
    refuses = bool(account.signals)
    say(f"{name}: {'a no to' if refuses else 'no refusal of'} advertising by personal data", "bold")
    if account.malformed is not None:
        say(f"  malformed: {account.malformed}", "red")
        say("  Nobody can tell what it says, and what nobody can tell is a no.")
    for one in account.sections:
        said = "; ".join(one.because) or "refuses nothing"
        say(f"  section {one.number}, {section_name(one.number)}: {said}", "yellow" if one.because else "")
    for number in account.missing:
        say(f"  section {number}, {section_name(number)}: applies, and is not there", "yellow")
    if account.kind == "gpp" and account.malformed is None and not account.sections:
        say("  It has no section, so it says nothing, and that is a no.")
    if account.because is not None:
        say(f"  {account.because}", "yellow")
    if refuses:
        say(f"Counts as the signals: {', '.join(sorted(account.signals))}")
    else:
        say("It lifts nothing: neither a choice nor what another browser sent.")
    if meaning.policy is not None:
        controls = ", ".join(f"“{label}”" for _, label in meaning.switches_off)
        say(f"Under {meaning.policy}: {f'switches off {controls}' if controls else 'switches nothing off'}")
