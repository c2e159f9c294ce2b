"""Where a workspace's ledger is: a file in its folder, or a PostgreSQL database that several hosts may share.

The address stands in the workspace's marker without any password; LICET_LEDGER takes precedence over it, and may
hold one. The checkpoint file lies in the workspace either way, so that whoever administers the database cannot
make the ledger and its checkpoint agree on something else without the workspace's folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from licet.ledger import Ledger, Signer
from licet.ledger.ledger import now
from licet.ledger.postgres_address import PostgresAddress, is_postgres
from licet.terms import AppError, LedgerError

#: The environment variable that says where the ledger is.
VARIABLE = "LICET_LEDGER"
#: Asked for, or kept, it is a file in the workspace whatever the environment says: what is tried writes nowhere else.
HERE = "here"


def asked_place(asked: str | None, kept: str | None, file: Path) -> str:
    """What opens the ledger: what the caller asks for, what the environment says, what was kept, or the file."""
    if HERE in (asked, kept):
        return str(file)
    return asked or os.environ.get(VARIABLE) or kept or str(file)


def address_to_keep(asked: str | None, server_role: str | None) -> str | None:
    """The address that goes into the marker, for the server's role where there is one; None for a file.

    Raises: AppError APP-041 when the address asked for holds a password, which would lie open in the marker and in
    the list of processes; LedgerError LEDG-025 when it is no address.
    """
    if asked == HERE and server_role is None:
        return HERE
    place = asked or os.environ.get(VARIABLE)
    if place is None or not is_postgres(place):
        if server_role is not None or place is not None:
            raise AppError(
                "APP-042",
                "only a ledger on PostgreSQL has an address and a role for the server",
                place or "",
                "give --ledger postgresql://user@host/database, or leave both out for a file in the workspace",
            )
        return None
    address = PostgresAddress.parse(place)
    if asked is not None and address.has_password:
        raise AppError(
            "APP-041",
            "the address of the ledger holds a password",
            address.shown,
            f"leave it out and set PGPASSWORD, ~/.pgpass or a service; or set {VARIABLE} to the whole address",
        )
    return address.shown if server_role is None else address.shown_for(server_role)


def make_ledger(place: str, signer: Signer, checkpoint_path: Path, server_role: str | None) -> None:
    """Make the ledger of a workspace; one of this very key that is there already was made by an earlier attempt.

    Raises: LedgerError, as `Ledger.create` says.
    """
    try:
        Ledger.create(place, signer, checkpoint_path=checkpoint_path, server_role=server_role).close()
    except LedgerError as error:
        if error.code != "LEDG-002":
            raise
        try:
            open_ledger(place, signer, checkpoint_path).close()
        except LedgerError:
            raise error from None


def open_ledger(
    place: str, signer: Signer, checkpoint_path: Path, clock: Callable[[], datetime] = now
) -> Ledger:
    """Open the ledger of a workspace to write; clock says when. Raises: LedgerError, as `Ledger.open` says."""
    return Ledger.open(place, signer, clock, checkpoint_path=checkpoint_path)
