"""What every command shares: its common options, how it answers, and how it fails.

A `LicetError`, and what the system refuses, is one line and exit status 2. Anything else is a fault of licet itself:
one line, exit status 1, and the trace only for those who ask (LICET_TRACE=1). Data goes to standard output, everything
else to standard error.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.text import Text

from licet.cli.standard_streams import forget_stdout
from licet.terms import LicetError


class Engine(StrEnum):
    """Where tables are read."""

    duckdb = "duckdb"
    spark = "spark"


def spark_of(engine: Engine, remote: str | None) -> str | None:
    """What `licet.open` wants for its `spark`: naming a server is asking for Spark."""
    return remote or ("local" if engine is Engine.spark else None)


WorkspaceDir = Annotated[
    Path, typer.Option("--workspace", "-w", help="The workspace folder.", show_default="here")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON on standard output.")]
HERE = Path()
At = Annotated[
    str | None, typer.Option("--at", help="The moment of the use, e.g. 2025-11-03 (00:00 UTC). Default: now.")
]
Position = Annotated[
    int | None, typer.Option("--position", help="Choices as of this ledger position. Default: all of them.")
]
AtLeast = Annotated[
    int | None,
    typer.Option("--at-least", help="Demand a ledger with so many entries, such as a choice's position."),
]
Texts = Annotated[
    Path | None,
    typer.Option(
        "--texts", envvar="LICET_TEXTS", metavar="DIR",
        help="A checkout or a folder of a terms archive: passages that changed there make a policy stale.",
    ),
]  # fmt: skip
Purpose = Annotated[str, typer.Option("--purpose", help="What the data is used for.")]
Recipient = Annotated[str, typer.Option("--recipient", help="Who receives it; `self` is the platform.")]

PeopleLeft = Annotated[
    int,
    typer.Option(
        "--people-left", metavar="N",
        help="So many of those who refused, members at the last run, have left since.",
    ),
]  # fmt: skip

EngineName = Annotated[
    Engine, typer.Option("--engine", help="Where tables are read: in this process, or on Spark.")
]
SparkRemote = Annotated[
    str | None,
    typer.Option(
        "--spark-remote", help="A Spark Connect server, e.g. sc://host:15002. Default: this machine."
    ),
]


class _Screen(Console):
    """Tells of a reader who left as the streams do; rich alone would end the program as if it had failed."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


out = _Screen(highlight=False)
err = _Screen(stderr=True, highlight=False)

P = ParamSpec("P")
R = TypeVar("R")


def answers(command: Callable[P, R]) -> Callable[P, R]:
    """Wrap a command so that its failures are told the same way everywhere."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        as_json = bool(kwargs.get("as_json"))
        try:
            try:
                return command(*args, **kwargs)
            finally:
                sys.stdout.flush()  # here, where a reader who left can be told from a fault
        except LicetError as error:
            fail(error, as_json)
            raise typer.Exit(2) from None
        except BrokenPipeError:
            forget_stdout()
            raise typer.Exit(0) from None
        except (typer.Exit, typer.Abort, KeyboardInterrupt):
            raise
        except (
            OSError
        ) as error:  # of what is not read or written by an operation: the screen, the folder one is in
            refused = LicetError(
                "APP-216",
                f"the system refuses: {error.strerror or error}",
                str(error.filename or ""),
                "make room or open the place that it names, and run the command again",
            )
            fail(refused, as_json)
            raise typer.Exit(2) from None
        except Exception as error:
            if os.environ.get("LICET_TRACE"):
                raise
            fault = LicetError(
                "APP-099",
                f"licet itself failed: {type(error).__name__}",
                fix="run it again with LICET_TRACE=1 and report what it prints",
            )
            fail(fault, as_json)
            raise typer.Exit(1) from None

    return wrapped


def fail(error: LicetError, as_json: bool) -> None:
    """One error, as JSON on standard output or as lines on standard error."""
    if as_json:
        try:
            print_json({"error": error.as_dict()})
            sys.stdout.flush()
            return
        except OSError:
            forget_stdout()  # a full disk: then as lines
    err.print(f"[bold red]{error.code}[/] {_plain(error.what)}", soft_wrap=True)
    if error.where:
        err.print(f"  [dim]where[/] {_plain(error.where)}", soft_wrap=True)
    if error.fix:
        err.print(f"  [dim]mend[/]  {_plain(error.fix)}", soft_wrap=True)


def _plain(text: str) -> str:
    """Text with no markup and no control characters: data cannot paint on the terminal."""
    return printable(text).replace("[", "\\[")


def printable(text: object) -> str:
    """Text as it can be shown: escape sequences and other control characters are made visible."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in str(text))


def say(text: object, style: str = "") -> None:
    """A line for a person; the terminal wraps it, a pipe gets it whole."""
    out.print(Text(printable(text), style=style), soft_wrap=True)


def print_json(value: Any) -> None:
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    sys.stdout.write(json.dumps(value, ensure_ascii=not is_unicode, default=str) + "\n")


def _unseen(stage: str, done: int, total: int | None = None) -> None:
    """Progress where nobody is looking."""


@contextmanager
def progress_bar(as_json: bool) -> Iterator[Callable[[str, int, int | None], None]]:
    """A bar on standard error while something long runs; nothing where nobody is looking."""
    if as_json or not err.is_terminal:
        yield _unseen
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=err, transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("starting", total=None)

        def show(stage: str, done: int, total: int | None = None) -> None:
            bar.update(task, description=stage, completed=done, total=total or None)

        yield show


def days_of(text: str) -> int:
    """The days in a text such as 30d. Raises: typer.BadParameter for anything else."""
    number = text.removesuffix("d")
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:9]) <= 3650):
        raise typer.BadParameter(f"{text!r} is no number of days: write 1d to 3650d")
    return int(number)
