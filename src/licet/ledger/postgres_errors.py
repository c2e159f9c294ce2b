"""What PostgreSQL's errors mean to whoever called, by SQLSTATE.

Source: PostgreSQL documentation, appendix A.
"""

from __future__ import annotations

import psycopg

from licet.ledger.postgres_address import PostgresAddress
from licet.terms import LedgerError

_LOST = ("LEDG-023", "the connection to the database was lost", "call again: it connects anew")
_UNREACHED = ("LEDG-023", "the database cannot be reached", "start it, or correct the address or the login")
_BUSY = ("LEDG-009", "another process is writing to the ledger", "try again in a moment; nothing was written")
_FULL = ("LEDG-011", "the disk is full", "free some space and append again; nothing of this call was written")
_REFUSED = (
    "LEDG-024",
    "the database refuses this to the role",
    "use the address of the ledger's owner, or of a role it was granted to",
)
_READ_ONLY = ("LEDG-010", "the ledger cannot be written to", "use the address of the primary server")

#: By the whole code, else by its class, which is its first two characters.
_MEANINGS: dict[str, tuple[str, str, str]] = {
    "08": _LOST,
    "57P01": _LOST,  # the server is being shut down
    "57P02": _LOST,  # another backend crashed
    "57P03": _UNREACHED,  # it is starting
    "57P05": _LOST,
    "25P03": _LOST,  # this process held a transaction and did nothing in it for too long
    "28": _UNREACHED,
    "3D000": _UNREACHED,
    "53300": _UNREACHED,  # too many connections
    "55P03": _BUSY,
    "40": _BUSY,
    # Somebody wrote without taking turns; what we hold is out of date.
    "23505": _BUSY,
    "53100": _FULL,
    "42501": _REFUSED,
    "25006": _READ_ONLY,
}

#: A table, a column, a schema that is not there.
ABSENT = frozenset({"42P01", "42703", "3F000"})


def explain(error: BaseException | None, place: str, *, lost: bool) -> LedgerError:
    """The LedgerError for what the driver raised. lost: the connection did not survive it."""
    state = getattr(error, "sqlstate", None)
    said = _first_line(error)
    meaning = _MEANINGS.get(state or "") or _MEANINGS.get((state or "")[:2])
    if meaning is None and lost:
        meaning = _LOST
    if meaning is None:
        code, what, fix = (
            "LEDG-012",
            "the database failed",
            "check the database's log, then verify the ledger",
        )
    else:
        code, what, fix = meaning
    return LedgerError(code, f"{what}: {said}" if said else what, place, fix)


def explain_unreached(error: psycopg.Error, place: str) -> LedgerError:
    """The LedgerError for a connection that was never made."""
    code, what, fix = _UNREACHED
    return LedgerError(code, f"{what}: {_first_line(error)}", place, fix)


def explain_absence(found: list[tuple[bool, ...]], address: PostgresAddress) -> LedgerError:
    """The LedgerError for tables that are not there. found: whether the role may use the schema, if there is one."""
    if not found:
        return LedgerError(
            "LEDG-001",
            f"there is no ledger: the database has no schema {address.schema}",
            address.shown,
            "name an existing one with ?schema=NAME, or create it",
        )
    if not found[0][0]:
        code, what, fix = _REFUSED
        return LedgerError(code, f"{what}: it may not use schema {address.schema}", address.shown, fix)
    return LedgerError(
        "LEDG-003",
        f"this is not a ledger: the schema {address.schema} has not the tables of one",
        address.shown,
        "name the one that was made with Ledger.create",
    )


def _first_line(error: BaseException | None) -> str:
    # Later lines may quote a row, and with it a subject.
    return (str(error).strip().splitlines() or [""])[0]
