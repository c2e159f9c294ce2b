"""A ledger's files on SQLite: making them, and finding them as they should be.

Guarantees that a ledger appears at its path whole or not at all. Refuses to take the place of another.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from licet.ledger.sqlite import SqliteStorage
from licet.terms import LedgerError

if TYPE_CHECKING:
    from sqlalchemy import Connection


def checkpoint_path(path: Path) -> Path:
    """Where the checkpoint file of the ledger at `path` lies: beside it, ending in ``.checkpoint``."""
    beside = path.with_suffix(".checkpoint")
    return beside if beside != path else path.with_name(f"{path.name}.checkpoint")


def create_file(path: Path, fill: Callable[[SqliteStorage, Connection], None]) -> None:
    """Make a ledger's file, its first rows written by `fill`.

    Raises: FileExistsError when something is there; LedgerError LEDG-010 to LEDG-012 when it cannot be made.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            unfinished = Path(folder) / path.name
            SqliteStorage.create_tables(unfinished)
            storage = SqliteStorage(unfinished, read_only=False, busy_timeout_seconds=5.0)
            try:
                with storage.writing() as connection:
                    fill(storage, connection)
            finally:
                storage.close()
            unfinished.chmod(0o600)  # its logs get the same from SQLite
            # Closing the last connection moved the log into the file; a link, unlike a rename, never overwrites.
            os.link(unfinished, path)
    except FileExistsError:
        raise
    except OSError as error:
        raise LedgerError(
            "LEDG-010",
            f"the ledger cannot be made: {error.strerror}",
            str(path),
            "choose a folder you may write to",
        ) from None


def open_file(path: Path, writable: bool, busy_timeout_seconds: float) -> SqliteStorage:
    """The storage of an existing file. Raises: LedgerError LEDG-001 when there is none, LEDG-010."""
    if not path.is_file():
        raise LedgerError("LEDG-001", "there is no ledger", str(path), "name an existing one, or create it")
    if writable and not os.access(path, os.W_OK):
        raise LedgerError("LEDG-010", "the ledger cannot be written to", str(path), "open it read only")
    storage = SqliteStorage(path, read_only=not writable, busy_timeout_seconds=busy_timeout_seconds)
    if writable:
        storage.add_missing_table()
    return storage
