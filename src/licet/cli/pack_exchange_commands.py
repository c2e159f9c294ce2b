"""`licet packs export` and `licet packs import`: policies as ODRL and DPV, and what those cannot say."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from licet.cli.command_support import AsJson, answers, err, print_json, printable, say


class Form(StrEnum):
    """A vocabulary for policies."""

    odrl = "odrl"
    dpv = "dpv"


@answers
def export(
    pack: Annotated[str, typer.Argument(help="A shipped policy's name, or a YAML file.")],
    form: Annotated[Form, typer.Option("--as", help="The vocabulary: ODRL 2.2 or DPV 2.3, as JSON-LD.")],
    to: Annotated[Path | None, typer.Option("--to", help="Write it to this file. Default: show it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a policy in another vocabulary, and list what that cannot say; nothing permits more than the policy does.

    Example: licet packs export linkedin_official --as odrl --to linkedin.jsonld

    Example: licet packs export meta_ai --as dpv --json
    """
    from licet.policies.exchange import exchange_files

    told = exchange_files.export_policy(pack, form.value)
    text = json.dumps(told["document"], ensure_ascii=False, indent=2) + "\n"
    if to is not None:
        to.write_text(text, encoding="utf-8")
    if as_json:
        print_json(told)
        return
    if to is None:
        sys.stdout.write(text)
    _aside(f"{told['rules_said']} of {told['rules']} rules are said. What {form.value.upper()} cannot say:")
    for one in told["unsaid"]:
        _aside(f"- {one['of']}: {one['what']}: {one['so']}")
    if to is not None:
        say(f"Written to {to}.")


@answers
def import_(
    form: Annotated[Form, typer.Argument(help="The vocabulary of the file.")],
    file: Annotated[Path, typer.Argument(help="A JSON-LD file; nothing it names is fetched.")],
    to: Annotated[
        Path | None, typer.Option("--to", help="Write the pack to this file. Default: show it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read a policy from another vocabulary as a pack; what is not understood is refused, and nothing is guessed.

    Example: licet packs import odrl policy.jsonld --to acme.yaml

    Example: licet packs import dpv policy.jsonld --json
    """
    from licet.policies.exchange import exchange_files

    told = exchange_files.import_policy(file, form.value, datetime.now(UTC).date())
    if to is not None:
        to.write_text(told["yaml"], encoding="utf-8")
    if as_json:
        print_json(told)
        return
    if to is None:
        sys.stdout.write(told["yaml"])
    for one in told["notes"]:
        _aside(f"- {one['of']}: {one['what']}: {one['so']}")
    if to is not None:
        say(f"Written to {to}. See what is doubtful in it: licet packs lint {to}")


def _aside(line: str) -> None:
    """Beside the document, which may go into a pipe."""
    err.print(Text(printable(line)), soft_wrap=True)
