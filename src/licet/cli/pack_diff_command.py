"""`licet packs diff`: what changed between two policies, in sentences and rule by rule."""

from __future__ import annotations

from typing import Annotated

import typer

from licet.cli.command_support import AsJson, answers, out, print_json, say
from licet.terms.canonical import JsonObject

_SIGNS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}


@answers
def diff(
    before: Annotated[str, typer.Argument(help="A policy: a shipped one's name, or a file.")],
    after: Annotated[str, typer.Argument(help="Another, or a later version of it.")],
    as_json: AsJson = False,
) -> None:
    """Show what changed between two policies: uses, controls, days, regions and sources in sentences, then each rule.

    Example: licet packs diff linkedin_as_reported linkedin_official

    Example: licet packs diff acme-2025.yaml acme-2026.yaml --json
    """
    from licet.policies import difference

    found = difference.compare_policies(before, after)
    told = found.as_json()
    if as_json:
        print_json(told)
        return
    say(
        " → ".join(
            f"{one['title']} ({one['pack']} {one['version']})" for one in (told["before"], told["after"])
        ),
        "bold",
    )
    if not told["changes"]:
        say("Both say the same.")
        return
    for use in found.uses:
        out.print()
        say(use.heading, "bold")
        for sentence in use.sentences:
            say(f"  {sentence}")
    for topic, sentences in told["topics"].items():
        out.print()
        say(topic[:1].upper() + topic[1:], "bold")
        for sentence in sentences:
            say(f"  {sentence}")
    _rules(told["rules"])


def _rules(rules: list[JsonObject]) -> None:
    if not rules:
        return
    out.print()
    say("Rule by rule", "bold")
    for rule in rules:
        sign, style = _SIGNS[rule["kind"]]
        say(f"{sign} {rule['effect']} ({rule['id']})", style)
        if rule["kind"] == "changed":
            for detail in rule["details"]:
                say(f"    {detail}")
        else:
            say(f"    {rule['after'] or rule['before']}")
