"""Making a ledger's files, and telling a ledger from any other file.

Guarantees that a ledger appears at its path whole or not at all. Refuses to take the place of another, or of one
whose checkpoint is still there.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path

from licet.ledger.checkpoints import Checkpoint, CheckpointFile
from licet.ledger.entries import FORMAT_VERSION
from licet.ledger.notes import PublicKey, Signer
from licet.ledger.schema import CHECKPOINTS, META
from licet.ledger.sqlite import SqliteStorage
from licet.ledger.tree import EMPTY_ROOT
from licet.terms import LedgerError


def checkpoint_path(path: Path) -> Path:
    """Where the checkpoint file of the ledger at `path` lies: beside it, ending in ``.checkpoint``."""
    beside = path.with_suffix(".checkpoint")
    return beside if beside != path else path.with_name(f"{path.name}.checkpoint")


def create_files(path: Path, signer: Signer) -> None:
    """Make an empty, signed ledger. Raises: LedgerError LEDG-002 when one is there, LEDG-010 to LEDG-012."""
    for present in (path, checkpoint_path(path)):
        if os.path.lexists(present):
            raise _taken(present)
    checkpoint = Checkpoint.sign(signer, 0, EMPTY_ROOT)
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            unfinished = Path(folder) / path.name
            SqliteStorage.create_tables(unfinished)
            storage = SqliteStorage(unfinished, read_only=False, busy_timeout_seconds=5.0)
            try:
                with storage.writing() as connection:
                    facts = {"format_version": str(FORMAT_VERSION), "public_key": signer.public_key_text}
                    storage.insert(connection, META, list(facts.items()))
                    storage.insert(
                        connection, CHECKPOINTS, [(checkpoint.size, checkpoint.root, checkpoint.signature)]
                    )
            finally:
                storage.close()
            # Closing the last connection moved the log into the file; a link, unlike a rename, never overwrites.
            os.link(unfinished, path)
        # A process that dies here leaves a whole ledger without its checkpoint file, which the first append makes.
        CheckpointFile(checkpoint_path(path), signer.public_key).write(checkpoint)
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        raise LedgerError(
            "LEDG-010",
            f"the ledger cannot be made: {error.strerror}",
            str(path),
            "choose a folder you may write to",
        ) from None


def open_files(
    path: Path, signer: Signer | None, writable: bool, busy_timeout_seconds: float
) -> tuple[SqliteStorage, PublicKey]:
    """The storage of an existing ledger and the key it names as its own.

    Raises: LedgerError LEDG-001, LEDG-003, LEDG-004, LEDG-007 and LEDG-010, as `Ledger.open` says.
    """
    if not path.is_file():
        raise LedgerError("LEDG-001", "there is no ledger", str(path), "name an existing one, or create it")
    if writable and not os.access(path, os.W_OK):
        raise LedgerError("LEDG-010", "the ledger cannot be written to", str(path), "open it read only")
    storage = SqliteStorage(path, read_only=not writable, busy_timeout_seconds=busy_timeout_seconds)
    try:
        key = _read_key(storage)
        if signer is not None and signer.public_key != key:
            raise LedgerError(
                "LEDG-007",
                f"the ledger belongs to the key {key.text}",
                str(path),
                "open it with that key's file",
            )
    except BaseException:
        storage.close()
        raise
    return storage, key


def _read_key(storage: SqliteStorage) -> PublicKey:
    try:
        facts = dict(storage.fetch("SELECT key, value FROM licet_ledger"))
        version, key_text = int(facts["format_version"]), facts["public_key"]
    except LedgerError as error:
        if isinstance(error.__cause__, sqlite3.OperationalError) and "no such" in str(error.__cause__):
            raise _foreign(storage) from None
        raise
    except (KeyError, TypeError, ValueError):
        raise _foreign(storage) from None
    if version != FORMAT_VERSION:
        raise LedgerError(
            "LEDG-004",
            f"the ledger has format {version} and this licet reads {FORMAT_VERSION}",
            str(storage.path),
            "update licet; the file was not touched",
        )
    try:
        return PublicKey.parse(key_text)
    except LedgerError:
        raise _foreign(storage) from None


def _foreign(storage: SqliteStorage) -> LedgerError:
    return LedgerError(
        "LEDG-003", "the file is not a ledger", str(storage.path), "name the one made with Ledger.create"
    )


def _taken(path: Path) -> LedgerError:
    return LedgerError(
        "LEDG-002",
        "there is a ledger already, or the checkpoint of one",
        str(path),
        "open it, or choose another name",
    )
