"""Which choices were clicked on, by their ids alone; whoever clicks is not in it, nor when.

One file for all processes: each click is one line, written at once, so that none is torn by another. A click twice is
one click, and a line that names no choice is none.
"""

from __future__ import annotations

import os
from pathlib import Path

_NAME = "clicks"


def note_click(folder: Path, id_: str) -> None:
    """id_: of a choice that there is. Raises: OSError."""
    descriptor = os.open(folder / _NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, f"{id_}\n".encode("ascii"))
    finally:
        os.close(descriptor)


def noted_clicks(folder: Path) -> frozenset[str]:
    """The ids that were clicked on, each once."""
    try:
        return frozenset((folder / _NAME).read_text(encoding="ascii", errors="replace").split())
    except FileNotFoundError:
        return frozenset()
