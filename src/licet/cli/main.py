"""The `licet` command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

import licet
from licet.cli import (
    audit_commands,
    catalogue_commands,
    compare_commands,
    corpus_commands,
    demo,
    gate_commands,
    import_commands,
    ledger_commands,
    notice_commands,
    pack_check,
    pack_commands,
    pack_diff,
    pack_exchange,
    receipt_commands,
    serve,
    show,
    subject_commands,
    token_commands,
    what_if,
)
from licet.cli.door import (
    HERE,
    AsJson,
    At,
    AtLeast,
    Position,
    Purpose,
    Recipient,
    WorkspaceDir,
    answers,
    forget_stdout,
    open_screen,
    out,
    print_json,
    say,
)
from licet.terms import SELF
from licet.terms.moments import parse_moment

app = typer.Typer(
    name="licet",
    help="Use members' data only as the policy and each member's choice allow, with proof.",
    no_args_is_help=False,
    invoke_without_command=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("notices")(notice_commands.notices)
app.add_typer(import_commands.app, name="import")
app.command("compare")(compare_commands.compare)
app.command("guide")(compare_commands.guide)
app.command("whatif")(what_if.whatif)
pack_commands.app.command("check")(pack_check.check)
pack_commands.app.command("diff")(pack_diff.diff)
pack_commands.app.command("export")(pack_exchange.export)
pack_commands.app.command("import")(pack_exchange.import_)
app.add_typer(pack_commands.app, name="packs")
app.add_typer(catalogue_commands.app, name="catalogue")
app.add_typer(gate_commands.app, name="gate")
app.add_typer(corpus_commands.app, name="corpus")
app.add_typer(ledger_commands.app, name="ledger")
app.add_typer(token_commands.app, name="tokens")
app.add_typer(subject_commands.app, name="subjects")
app.command("receipt")(receipt_commands.receipt)
app.command("verify")(receipt_commands.verify)
app.command("archive")(receipt_commands.archive)
app.command("audit")(audit_commands.audit)

_BANNER = """licet: it is permitted, or it is not used.

A platform declares once what its policy says about its members' data. Every use of
that data passes one gate, and a member's “no” reaches what was built from it.

Try:
  licet demo                                      a made-up network, end to end, in a minute
  licet packs show linkedin_as_reported           a policy, in plain words
  licet audit ARCHIVE.zip --region CH             your own download: what is used for what
  licet init --pack linkedin_as_reported          a workspace of your own
  licet import stackexchange DIR                  real members, posts and comments
  licet corpus build                              what may train, and what may not, and why
  licet choose --subject S --setting ID off       a member says no
  licet corpus update                             and the corpus follows
  licet serve                                     members' own pages, and the API

`licet COMMAND --help` shows examples."""


@app.callback()
def main(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    if version:
        out.print(licet.__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        say(_BANNER)


@app.command()
@answers
def init(
    workspace: WorkspaceDir = HERE,
    pack: Annotated[
        str | None, typer.Option("--pack", help="A policy to put in force: a shipped pack's name or a file.")
    ] = None,
    ledger: Annotated[
        str | None,
        typer.Option(
            "--ledger",
            metavar="URL",
            help="A PostgreSQL database for the ledger, as its owner-to-be, without a password. "
            "Default: LICET_LEDGER, else a file here.",
        ),
    ] = None,
    ledger_role: Annotated[
        str | None,
        typer.Option(
            "--ledger-role", metavar="NAME", help="The database role used from then on: it reads and appends."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make an empty workspace.

    Example: licet init --workspace work --pack linkedin_as_reported

    Example: licet init --ledger postgresql://owner@db.example/licet --ledger-role licet_server
    """
    from licet.app import library

    if pack is not None:
        library.show_pack(pack)  # one that cannot be used is told before anything is made
    with licet.create(workspace, ledger=ledger, ledger_role=ledger_role) as made:
        used = made.use_pack(pack) if pack is not None else None
    if as_json:
        print_json({"workspace": str(workspace), "pack": used.as_json() if used else None})
        return
    say(f"An empty workspace is ready in {workspace}.")
    if used:
        say(f"{used.title} is in force.")
    else:
        say("No policy is in force yet, so nothing is permitted: licet packs use linkedin_as_reported")


@app.command()
@answers
def choose(
    subject: Annotated[str, typer.Option("--subject", "-s", help="The member's id.")],
    setting: Annotated[str, typer.Option("--setting", help="The setting's id; see `licet packs show`.")],
    value: Annotated[str, typer.Argument(help="on or off", metavar="on|off")],
    category: Annotated[
        str | None, typer.Option("--category", help="Narrow the choice to one kind of data.")
    ] = None,
    receipt: Annotated[
        Path | None, typer.Option("--receipt", help="Write the choice's receipt to this file, too.")
    ] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Record a member's choice; it is durable when the command returns.

    The members' table need not have the member yet, nor be there at all: the choice holds from when it has.

    Example: licet choose --subject 42 --setting data_for_generative_ai_improvement off
    """
    with licet.open(workspace) as opened:
        chosen = opened.choose(subject, setting, value, category=category, via="cli")
        alike = opened.alike(subject) if chosen.known is False else []
        if receipt is not None:
            receipt_commands.write_for_choice(opened, chosen.entry, receipt)
    if as_json:
        print_json(chosen.as_json())
        return
    narrowed = f" for {category}" if category else ""
    say(f"{setting} is {value} for {subject}{narrowed} since {chosen.recorded_at} (entry {chosen.entry}).")
    if receipt is not None:
        say(f"Its receipt is in {receipt}.")
    for note in chosen.notes:
        say(note, "yellow")
    if chosen.known is None:
        say("The table of members cannot be read at present, so the id is not checked.", "yellow")
    elif not chosen.known:
        say(
            f"The table of members has no {subject!r} yet; the choice holds for whoever comes under that id.",
            "yellow",
        )
    if alike:
        say(f"It has {' and '.join(map(repr, alike))}: was that meant?", "yellow")
    say("What is decided from now on follows it: licet corpus update", "dim")


@app.command()
@answers
def decide(
    subject: Annotated[str, typer.Option("--subject", "-s", help="The member's id.")],
    category: Annotated[str, typer.Option("--category", help="The kind of data, e.g. content.posts.")],
    purpose: Purpose,
    recipient: Recipient = SELF,
    at: At = None,
    position: Position = None,
    at_least: AtLeast = None,
    visibility: Annotated[
        str | None, typer.Option("--visibility", help="Who could see the record, e.g. public.")
    ] = None,
    created: Annotated[str | None, typer.Option("--created", help="When the record was made.")] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Ask about one record of one member, and hear why, and what would turn the answer.

    Example: licet decide --subject 42 --purpose generative_ai_training --category profile.skills --at 2025-11-02
    """
    with licet.open(workspace) as opened:
        answer = opened.decide(
            subject,
            purpose,
            category,
            recipient=recipient,
            at=None if at is None else parse_moment(at),
            position=position,
            at_least=at_least,
            visibility=visibility,
            created=None if created is None else parse_moment(created),
        ).as_json()
    if as_json:
        print_json(answer)
    else:
        show.decision(answer)


def run() -> None:
    """The entry point of the `licet` command."""
    open_screen()
    try:
        app()
    finally:
        try:
            sys.stdout.flush()
        except OSError:  # told already
            forget_stdout()
