"""`licet reports`: what laws and forms ask to be told of a corpus or a model."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, out, print_json, say


@answers
def reports(
    form: Annotated[
        str | None, typer.Argument(metavar="[FORM]", help="Which report. Without it they are listed.")
    ] = None,
    of: Annotated[
        str, typer.Option("--of", help="What it is of: model-3, corpus-2, or model for the latest.")
    ] = "model",
    html: Annotated[bool, typer.Option("--html", help="As one self-contained page.")] = False,
    to: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it to a file, not to the screen.")
    ] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Draw up what a law or a form asks to be told of a corpus or a model, each statement with where it is from.

    Counts, and words of the manifest, the policy and reports.yaml; no member's data. What nobody recorded it says so.

    Example: licet reports

    Example: licet reports ab2013 --of model-3 --html --out summary.html

    Example: licet reports cyclonedx --of model --out bom.json
    """
    from licet.reports.report_forms import form_of

    if form is None:
        _list(as_json)
        return
    made = form_of(form)
    with licet.open(workspace) as opened:
        if html:
            from licet.reports.disclosure_page import page

            _give(page(opened.reports.report(form, of)), to, as_json)
        elif as_json:
            from licet.reports.disclosure_page import json_text

            told = opened.reports.document(form, of)
            if to is None:
                print_json(told)
            else:
                _give(json_text(told), to, as_json)
        elif to is not None or made.markdown is not None or made.report is None:
            _give(opened.reports.text(form, of), to, as_json)
        else:
            from licet.reports.disclosure_page import STYLES, lines

            for line, kind in lines(opened.reports.report(form, of)):
                say(line, STYLES[kind])


def _give(text: str, to: Path | None, as_json: bool) -> None:
    from licet.reports.disclosure_page import write_text

    if to is None:
        sys.stdout.write(text)
        return
    write_text(text, to)
    if as_json:
        print_json({"written": str(to)})
    else:
        say(f"Written to {to}.")


def _list(as_json: bool) -> None:
    from licet.reports.report_forms import FORMS

    if as_json:
        print_json(
            [
                {"form": name, "title": form.title, "page": form.report is not None, **form.law._asdict()}
                for name, form in FORMS.items()
            ]
        )
        return
    made = terminal.table("Reports", "form", "what", "law", "since")
    for name, form in FORMS.items():
        terminal.row(made, name, form.title, form.law.name, form.law.since or "a form, no law")
    out.print(made)
    for name, form in FORMS.items():
        say(f"{name}: {form.law.applies_to}", "dim")
    say(
        "Of a policy: licet packs notice says what Connecticut asks a privacy notice to say of training.",
        "dim",
    )
