"""The places a ledger may live, as tests see them: made, opened, copied, and tampered with by who owns the database.

Tampering is written once, in SQL that both databases take; the few functions that SQLite has beyond it are given
to PostgreSQL's owner here.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from licet.ledger import Ledger, Signer, VerifyReport
from licet.ledger.ledger import now
from licet.ledger.ledger_schema import METADATA
from postgres_server import PostgresServer

_numbers = itertools.count()

#: What SQLite calls these, in the words of PostgreSQL.
_FUNCTIONS = """
    CREATE OR REPLACE FUNCTION public.zeroblob(length int) RETURNS bytea LANGUAGE sql
        AS $$ SELECT decode(repeat('00', length), 'hex') $$;
    CREATE OR REPLACE FUNCTION public.replace(whole bytea, old text, new text) RETURNS bytea LANGUAGE sql
        AS $$ SELECT convert_to(replace(convert_from(whole, 'UTF8'), old, new), 'UTF8') $$;
"""


def found(report: VerifyReport) -> set[tuple[int | None, str]]:
    """What a verification found, by entry or size."""
    assert report.ok == (not report.problems)
    return {(problem.index, str(problem.code)) for problem in report.problems}


def codes(report: VerifyReport) -> set[str]:
    return {code for _, code in found(report)}


class Connection(Protocol):
    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Any: ...


class Home:
    """Where one ledger is."""

    kind: str
    place: str
    checkpoint_path: Path

    def create(self, signer: Signer, clock: Callable[[], datetime] = now, **options: Any) -> Ledger:
        return Ledger.create(self.place, signer, clock, checkpoint_path=self.checkpoint_path, **options)

    def open(
        self, signer: Signer | None = None, clock: Callable[[], datetime] = now, **options: Any
    ) -> Ledger:
        return Ledger.open(self.place, signer, clock, checkpoint_path=self.checkpoint_path, **options)

    def tampering(self) -> Any:
        """A connection with the rights of the database's owner, committed at the end."""
        raise NotImplementedError

    def copy(self, name: str) -> Home:
        """The same ledger as it stands, elsewhere, without its checkpoint file."""
        raise NotImplementedError

    def put_back(self, copy: Home) -> None:
        """Put what `copy` holds in the place of what is here."""
        raise NotImplementedError


class SqliteHome(Home):
    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path, self.place = path, str(path)
        self.checkpoint_path = path.with_suffix(".checkpoint")

    @contextmanager
    def tampering(self) -> Iterator[Connection]:
        connection = sqlite3.connect(self.path)
        yield connection
        connection.commit()
        connection.close()

    def copy(self, name: str) -> SqliteHome:
        folder = self.path.parent / name
        folder.mkdir()
        copy = SqliteHome(folder / self.path.name)
        copy.put_back(self)
        return copy

    def put_back(self, copy: Home) -> None:
        assert isinstance(copy, SqliteHome)
        source, target = sqlite3.connect(copy.path), sqlite3.connect(self.path)
        source.backup(target)
        source.close()
        target.close()


class PostgresHome(Home):
    kind = "postgres"

    def __init__(self, server: PostgresServer, folder: Path, schema: str | None = None) -> None:
        self.server = server
        self.schema = schema or f"ledger_{os.getpid()}_{next(_numbers)}"
        self.place = server.url(self.schema)
        self.checkpoint_path = folder / f"{self.schema}.checkpoint"

    @contextmanager
    def tampering(self) -> Iterator[Connection]:
        with self.server.connect(user="postgres") as connection:
            connection.execute(_FUNCTIONS)
            connection.execute(f"SET search_path TO {self.schema}, public")
            yield _Marked(connection)

    def copy(self, name: str) -> PostgresHome:
        copy = PostgresHome(self.server, self.checkpoint_path.parent)
        with self.server.connect() as connection:
            connection.execute(f"CREATE SCHEMA {copy.schema}")
            for table in METADATA.tables:
                connection.execute(
                    f"CREATE TABLE {copy.schema}.{table} (LIKE {self.schema}.{table} INCLUDING ALL)"
                )
        copy.put_back(self)
        return copy

    def put_back(self, copy: Home) -> None:
        assert isinstance(copy, PostgresHome)
        with self.server.connect() as connection, connection.transaction():
            for table in METADATA.tables:
                connection.execute(f"TRUNCATE {self.schema}.{table}")
                connection.execute(f"INSERT INTO {self.schema}.{table} SELECT * FROM {copy.schema}.{table}")


class _Marked:
    """SQLite's question marks on PostgreSQL."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        return self._connection.execute(statement.replace("?", "%s"), parameters or None)
