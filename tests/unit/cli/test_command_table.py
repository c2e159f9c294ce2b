"""The table of commands: each is there, and is described as it describes itself."""

from __future__ import annotations

import re
from typing import Any

import typer

from journeys.command_line import run_licet
from licet.cli.command_table import COMMANDS
from licet.cli.main import app


def test_the_table_says_of_every_command_what_it_says_itself() -> None:
    made: Any = typer.main.get_command(app)
    assert list(made.commands) == list(COMMANDS)
    own = {
        name: re.sub(r"\s+", " ", command.help.split("\n\n")[0]) for name, command in made.commands.items()
    }
    assert {name: sentence for name, (_, sentence) in COMMANDS.items()} == own


def test_a_command_that_is_nearly_right_is_suggested_and_what_is_shown_is_all() -> None:
    shown = run_licet("--help")
    assert shown.status == 0 and all(re.search(rf"^  {name} ", shown.out, re.M) for name in COMMANDS)
    typo = run_licet("decidee")
    assert typo.status == 2 and "Did you mean 'decide'?" in typo.err
