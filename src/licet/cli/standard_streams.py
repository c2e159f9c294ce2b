"""Standard output and error as every command finds them, and what becomes of them when nobody reads any more."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path


def open_screen() -> None:
    """Whatever the terminal is, an answer can be written to it: closed streams take it, and no letter is refused."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - to the end
        elif isinstance(stream, io.TextIOWrapper):
            # What was a file when Python opened it may be a pipe by now, and then stays as it is.
            with contextlib.suppress(OSError):
                stream.reconfigure(errors="backslashreplace")


def forget_stdout() -> None:
    """Nobody reads any more: what is still to be written, at the exit of the interpreter too, goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
