"""The `licet` command."""

from __future__ import annotations

import gc
import sys
from typing import Annotated

import typer

from licet.cli.command_table import CommandTable
from licet.cli.standard_streams import forget_stdout, open_screen

app = typer.Typer(
    cls=CommandTable,
    name="licet",
    help="Use members' data only as the policy and each member's choice allow, with proof.",
    no_args_is_help=False,
    invoke_without_command=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)

_OBJECTS_BETWEEN_LOOKS = 20_000

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
    if version or context.invoked_subcommand is None:
        import licet
        from licet.cli.command_support import (  # late: what is written with colours takes time to load
            out,
            say,
        )

        if version:
            out.print(licet.__version__)
            raise typer.Exit
        say(_BANNER)


def run() -> None:
    """The entry point of the `licet` command."""
    # Nearly all that a command makes while it starts is there until it ends. To look for garbage in it after every 700
    # objects, and through all of it once more at the end, was a quarter of what one decision costs.
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)
    open_screen()
    try:
        app()
    finally:
        try:
            sys.stdout.flush()
        except OSError:  # told already
            forget_stdout()
        # What is left ends with the process, garbage or not; but DuckDB counts what of its own was not let go of, and
        # says so on the terminal.
        if "_duckdb" not in sys.modules:
            gc.freeze()
