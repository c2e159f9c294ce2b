"""Making a ledger in a PostgreSQL database: its schema, its tables, and who may do what.

Guarantees that a ledger appears whole or not at all, and that no role gets more than reading and appending
unless it is named as the eraser. Makes no roles and no passwords: those are the administrator's.
"""

from __future__ import annotations

from collections.abc import Callable

from psycopg import sql
from sqlalchemy import Connection

from licet.ledger.ledger_schema import CHOICES, ENTRIES, METADATA, SIGNALS
from licet.ledger.postgres import PostgresStorage
from licet.ledger.postgres_address import PostgresAddress, is_name
from licet.terms import LedgerError


def create_schema(
    address: PostgresAddress,
    server_role: str | None,
    eraser_role: str | None,
    busy_timeout_seconds: float,
    fill: Callable[[PostgresStorage, Connection], None],
) -> None:
    """Make an empty ledger, its first rows written by `fill`, in one transaction; its owner is who connects.

    server_role: may read and append. eraser_role: may also blank what an erasure blanks.
    Raises: LedgerError LEDG-002 when there is a ledger in the schema, LEDG-024 when the role may make none,
    LEDG-025 when the database or a role is unfit, LEDG-023 when it cannot be reached.
    """
    storage = PostgresStorage(address, read_only=False, busy_timeout_seconds=busy_timeout_seconds)
    try:
        with storage.writing() as connection:
            _refuse_unfit_database(connection, address)
            roles = dict.fromkeys(role for role in (server_role, eraser_role) if role is not None)
            for role in roles:
                _refuse_unfit_role(connection, address, role)
            schema = _quote(address.schema)
            connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            METADATA.create_all(connection, checkfirst=False)
            _keep_no_statistics(connection)
            for role in roles:
                _grant(connection, schema, _quote(role))
            if eraser_role is not None:
                _grant_erasing(connection, _quote(eraser_role))
            # A process that dies here leaves nothing: PostgreSQL takes back tables and grants like rows.
            fill(storage, connection)
    finally:
        storage.close()


def _refuse_unfit_database(connection: Connection, address: PostgresAddress) -> None:
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise LedgerError(
            "LEDG-025",
            f"the database keeps text as {encoding}, which has not every letter",
            address.shown,
            "make one with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0",
        )
    taken = connection.exec_driver_sql(
        "SELECT count(*) FROM pg_tables WHERE schemaname = %s AND tablename = ANY(%s)",
        (address.schema, list(METADATA.tables)),
    ).scalar_one()
    if taken:
        raise LedgerError(
            "LEDG-002",
            f"the schema {address.schema} has a ledger already, or tables called like a ledger's",
            address.shown,
            "open it, or choose another schema: ?schema=NAME",
        )


def _refuse_unfit_role(connection: Connection, address: PostgresAddress, role: str) -> None:
    found = connection.exec_driver_sql(
        "SELECT pg_has_role(oid, current_user, 'USAGE') FROM pg_roles WHERE rolname = %s", (role,)
    ).scalar()
    if found is None or not is_name(role):
        raise LedgerError(
            "LEDG-025",
            f"the database has no role {role!r}",
            address.shown,
            f'make it first, as its administrator: CREATE ROLE "{role}" LOGIN',
        )
    if found:
        raise LedgerError(
            "LEDG-025",
            f"the role {role!r} may do whatever the ledger's owner may, so no grant would bind it",
            address.shown,
            "name a role that is no superuser, not the owner and no member of it",
        )


def _keep_no_statistics(connection: Connection) -> None:
    # The planner's statistics copy frequent values into a catalog where no erasure reaches them.
    for table in (ENTRIES, CHOICES, SIGNALS):
        for column in ("subject", "payload", "salt"):
            if column in table.c:
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ALTER COLUMN {column} SET STATISTICS 0")


def _grant(connection: Connection, schema: str, role: str) -> None:
    tables = ", ".join(METADATA.tables)
    written = ", ".join(name for name in METADATA.tables if name != "licet_ledger")
    connection.exec_driver_sql(f"REVOKE ALL ON {tables} FROM PUBLIC, {role}")
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
    connection.exec_driver_sql(f"GRANT SELECT ON {tables} TO {role}")
    connection.exec_driver_sql(f"GRANT INSERT ON {written} TO {role}")


def _grant_erasing(connection: Connection, role: str) -> None:
    connection.exec_driver_sql(f"GRANT UPDATE (subject, payload, salt) ON {ENTRIES.name} TO {role}")
    connection.exec_driver_sql(f"GRANT DELETE ON {CHOICES.name}, {SIGNALS.name} TO {role}")


def _quote(name: str) -> str:
    # The driver reads a percent sign as the beginning of a parameter.
    return sql.Identifier(name).as_string().replace("%", "%%")
