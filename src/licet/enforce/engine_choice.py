"""Which engine reads the tables of a catalogue where no cluster was asked for.

PostgreSQL where any of them lies there, else DuckDB in this process.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from licet.sources.catalogue import Catalogue, Location
from licet.terms import GateError, SourceError

if TYPE_CHECKING:
    from licet.enforce.duckdb_engine import DuckDBEngine
    from licet.enforce.postgres_engine import PostgresEngine


def require_postgres(catalogue: Catalogue) -> None:
    """Raises: GateError GATE-231 where no table of the catalogue lies in PostgreSQL."""
    if all(table.location.postgres is None for table in catalogue.tables.values()):
        raise GateError(
            "GATE-231",
            "views are made where the tables lie, and these do not lie in PostgreSQL",
            fix="name the tables by postgres: in the catalogue; docs/postgres.md shows how",
        )


def engine_for(catalogue: Catalogue, threads: int | None = None) -> DuckDBEngine | PostgresEngine:
    """threads: of DuckDB. Raises: as `engine_at`."""
    return engine_at((table.location for table in catalogue.tables.values()), threads)


def engine_at(locations: Iterable[Location], threads: int | None = None) -> DuckDBEngine | PostgresEngine:
    """The same for tables that lie there. Raises: SourceError SRC-226 without the driver; SRC-218, SRC-219."""
    url = next((one.postgres.url for one in locations if one.postgres is not None), None)
    if url is None:
        from licet.enforce.duckdb_engine import (
            DuckDBEngine,  # late: it takes a second, and one decision needs none
        )

        return DuckDBEngine(threads=threads)
    try:
        from licet.enforce.postgres_engine import PostgresEngine  # late: psycopg is an extra
    except ModuleNotFoundError as error:
        raise SourceError(
            "SRC-226",
            f"tables of the catalogue lie in PostgreSQL, and {error.name} is not installed",
            fix="pip install 'licet[postgres]'",
        ) from None
    return PostgresEngine(url)
