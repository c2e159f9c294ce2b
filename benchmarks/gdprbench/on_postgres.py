"""licet with its ledger on PostgreSQL, where LICET_BENCH_POSTGRES holds the address of a database to work in.

Each run makes a schema of its own and drops it; the platform's records lie in SQLite, as for the others.
"""

from __future__ import annotations

import functools
import itertools
import os
from pathlib import Path

import psycopg

import licet
from benchmarks.gdprbench.gated import Gated
from licet.app.workspace import Workspace
from licet.ledger.postgres_address import PostgresAddress

#: The environment variable that names a database; its password, if any, comes from PGPASSWORD or ~/.pgpass.
VARIABLE = "LICET_BENCH_POSTGRES"

_numbers = itertools.count()


def make_workspace(address: str, folder: Path) -> Workspace:
    """A new workspace with its ledger on PostgreSQL."""
    return licet.create(folder, ledger=address)


class GatedOnPostgres(Gated):
    """As on SQLite, its ledger in a new schema of the database at `url`."""

    def __init__(self, url: str, folder: Path, persons: int) -> None:
        self._schema = f"licet_bench_{os.getpid()}_{next(_numbers)}"
        address = f"{url}{'&' if '?' in url else '?'}schema={self._schema}"
        self._conninfo = PostgresAddress.parse(address).conninfo
        super().__init__(folder, persons, functools.partial(make_workspace, address))

    def bytes_on_disk(self) -> int:
        """Those of the folder and of the schema's tables and indexes."""
        size = (
            "SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = %s::regnamespace"
        )
        with psycopg.connect(self._conninfo) as connection:
            found = connection.execute(size, (self._schema,)).fetchone()
        assert found is not None
        return super().bytes_on_disk() + int(found[0])

    def close(self) -> None:
        super().close()
        with psycopg.connect(self._conninfo) as connection:
            connection.execute(f"DROP SCHEMA {self._schema} CASCADE")


def describe(url: str) -> str:
    """The server's version and the settings that decide how durable a commit is."""
    with psycopg.connect(PostgresAddress.parse(url).conninfo) as connection:
        settings = {
            name: connection.execute(f"SHOW {name}").fetchone()
            for name in (
                "server_version",
                "fsync",
                "synchronous_commit",
                "full_page_writes",
                "shared_buffers",
            )
        }
    return ", ".join(f"{name}={value[0]}" for name, value in settings.items() if value is not None)
