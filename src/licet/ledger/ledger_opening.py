"""Making and opening a ledger where it is asked for: in a SQLite file, or in a PostgreSQL database.

Guarantees that a ledger appears whole or not at all and that what is opened is one, of this format and of the
signer's key. The driver for PostgreSQL is loaded when an address asks for it and not before.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from licet.ledger.checkpoints import Checkpoint
from licet.ledger.choice_binding import refuse_unbound
from licet.ledger.entries import FORMAT_VERSION
from licet.ledger.format_upgrade import bring_forward
from licet.ledger.ledger_files import checkpoint_path, create_file, open_file
from licet.ledger.postgres_address import PostgresAddress, is_postgres
from licet.ledger.signed_notes import PublicKey, Signer
from licet.ledger.storage import Storage
from licet.terms import LedgerError
from licet.terms.log_tree import EMPTY_ROOT

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: What opens a ledger: the path of a file, or a URL that begins with postgresql://.
Place = str | os.PathLike[str]


class Roles(NamedTuple):
    """Who may do what with a ledger on PostgreSQL besides its owner; each must exist."""

    server: str | None = None  # reads and appends
    eraser: str | None = None  # reads, appends and erases


def choose_checkpoint_path(place: Place, chosen: Path | None) -> Path | None:
    """Where the checkpoint file lies: as chosen, else beside a file; a database alone has nothing beside it."""
    if chosen is not None or is_postgres(place):
        return chosen
    return checkpoint_path(Path(place))


def create_ledger(
    place: Place, signer: Signer, file: Path | None, roles: Roles, busy_timeout_seconds: float
) -> None:
    """Make an empty, signed ledger. Raises: LedgerError, as `Ledger.create` says."""
    if file is not None and os.path.lexists(file):
        raise _taken(str(file))
    if is_postgres(place):
        address = PostgresAddress.parse(str(place))
        setup = _driven("postgres_setup")
        setup.create_schema(
            address,
            roles.server,
            roles.eraser,
            busy_timeout_seconds,
            lambda storage, connection: _fill(storage, connection, signer),
        )
        return
    path = Path(place)
    if os.path.lexists(path):
        raise _taken(str(path))
    try:
        create_file(path, lambda storage, connection: _fill(storage, connection, signer))
    except FileExistsError:
        raise _taken(str(path)) from None


def open_storage(
    place: Place, signer: Signer | None, writable: bool, busy_timeout_seconds: float
) -> tuple[Storage, PublicKey]:
    """The storage of an existing ledger and the key it names as its own.

    Raises: LedgerError LEDG-001, LEDG-003, LEDG-004, LEDG-007, LEDG-010, LEDG-160, LEDG-017 for an earlier format; for
    PostgreSQL LEDG-023 to LEDG-026.
    """
    if is_postgres(place):
        storage: Storage = _driven("postgres").PostgresStorage(
            PostgresAddress.parse(str(place)),
            read_only=not writable,
            busy_timeout_seconds=busy_timeout_seconds,
        )
    else:
        storage = open_file(Path(place), writable, busy_timeout_seconds)
    try:
        version, key = _read_facts(storage)
        if signer is not None and signer.public_key != key:
            raise LedgerError(
                "LEDG-007",
                f"the ledger belongs to the key {key.text}",
                storage.place,
                "open it with that key's file",
            )
        if version < FORMAT_VERSION:
            bring_forward(storage, key, writable)
        refuse_unbound(storage, writable)
    except BaseException:
        storage.close()
        raise
    return storage, key


def _fill(storage: Storage, connection: Connection, signer: Signer) -> None:
    """The first rows: the format, the key, and the signed root of nothing."""
    from licet.ledger.ledger_schema import CHECKPOINTS, META

    checkpoint = Checkpoint.sign(signer, 0, EMPTY_ROOT)
    facts = {"format_version": str(FORMAT_VERSION), "public_key": signer.public_key_text}
    signed = [(checkpoint.size, checkpoint.root, checkpoint.signature)]
    storage.insert(connection, {META: list(facts.items()), CHECKPOINTS: signed})


def _read_facts(storage: Storage) -> tuple[int, PublicKey]:
    try:
        facts = dict(storage.fetch("SELECT key, value FROM licet_ledger"))
        version, key_text = int(facts["format_version"]), facts["public_key"]
    except LedgerError as error:
        if (refined := storage.refine(error)) is error:
            raise
        raise refined from None
    except (KeyError, TypeError, ValueError):
        raise _foreign(storage) from None
    if version < 1:
        raise _foreign(storage)
    if version > FORMAT_VERSION:
        raise LedgerError(
            "LEDG-004",
            f"the ledger has format {version} and this licet reads {FORMAT_VERSION}",
            storage.place,
            "update licet; nothing was touched",
        )
    try:
        return version, PublicKey.parse(key_text)
    except LedgerError:
        raise _foreign(storage) from None


def _driven(module: str) -> ModuleType:
    """A module that needs the driver."""
    import importlib

    try:
        return importlib.import_module(f"licet.ledger.{module}")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "psycopg":
            raise
        raise LedgerError(
            "LEDG-026", "the driver for PostgreSQL is not installed", fix="pip install 'licet[postgres]'"
        ) from None


def _foreign(storage: Storage) -> LedgerError:
    return LedgerError(
        "LEDG-003", "this is not a ledger", storage.place, "name the one that was made with Ledger.create"
    )


def _taken(place: str) -> LedgerError:
    return LedgerError(
        "LEDG-002",
        "there is a ledger already, or the checkpoint of one",
        place,
        "open it, or choose another name",
    )
