"""Budgets in a PostgreSQL database, for servers on several machines: one schema, its tables made where missing.

Writers take turns by an advisory lock until a transaction's end. A commit whose answer was lost leaves at most a lease
that nobody spends, which its writer gives back when it closes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from licet.app.ads.budget_book import TABLES
from licet.ledger.postgres_address import PostgresAddress
from licet.terms import AppError

#: Says that a transaction of budgets is going on; any number that nothing else of licet takes.
_LOCK = 0x61647362


class PostgresBudgets:
    """One connection, made anew after it was lost."""

    mark = "%s"

    def __init__(self, address: str) -> None:
        """address: as a ledger's; its schema is `licet_ads` where it names none. Raises: LedgerError LEDG-025; AppError
        ADS-046, ADS-047."""
        try:
            import psycopg
            import psycopg.sql
        except ImportError as error:
            raise AppError(
                "ADS-047", "the driver for PostgreSQL is not installed", fix="pip install 'licet[postgres]'"
            ) from error
        self._psycopg = psycopg
        self._address = PostgresAddress.parse(address if "schema=" in address else _with_schema(address))
        self._connection: Any = None
        with self.transaction() as connection:
            for statement in TABLES:
                connection.execute(statement.format(number="BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"))

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._connected()
            with self._connection.transaction():
                self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
                yield self._connection
        except self._psycopg.Error as error:
            raise AppError(
                "ADS-046", "the database of the budgets cannot be reached or does not do as asked",
                self._address.shown, "check it; what was leased before is spent, and no more",
            ) from error  # fmt: skip

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _connected(self) -> Any:
        connection: Any = self._psycopg.connect(self._address.conninfo, autocommit=True, connect_timeout=10)
        schema = self._psycopg.sql.Identifier(self._address.schema)
        make, go = (
            self._psycopg.sql.SQL(statement).format(schema)
            for statement in ("CREATE SCHEMA IF NOT EXISTS {}", "SET search_path TO {}")
        )
        if connection.execute("SELECT to_regnamespace(%s)", (self._address.schema,)).fetchone()[0] is None:
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
                connection.execute(make)
        connection.execute(go)
        return connection


def _with_schema(address: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}schema=licet_ads"
