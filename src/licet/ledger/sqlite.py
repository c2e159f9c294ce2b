"""SQLite under a ledger: connections, transactions, durability and what its errors mean.

Everything that holds for SQLite and not for another database lives here. Guarantees that a transaction that
`writing` leaves without error is on the disk (write-ahead log, synchronous=FULL) and that one it leaves by an
error is undone; that content removed is overwritten; that every failure is a LedgerError with a way to mend it.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    Table,
    Text,
    cast,
    create_engine,
    insert,
)
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from licet.ledger.schema import METADATA, REQUESTS
from licet.terms import LedgerError

#: Bytes of the file that readers map into memory: proofs then cost no system call a page.
_MAPPED_BYTES = 1 << 30

#: Pages the log may hold before they are moved into the file: pages written again and again are moved once.
_LOG_PAGES = 8192

#: KiB of pages a connection keeps.
_CACHE_KIB = 32_768


class SqliteStorage:
    """One ledger file. Any number of threads may share it; a second process opens its own."""

    most_key_bytes: int | None = None

    def __init__(self, path: Path, *, read_only: bool, busy_timeout_seconds: float) -> None:
        self.path, self.read_only = path, read_only
        self._busy_timeout_seconds = busy_timeout_seconds
        self._engine = create_engine(
            "sqlite+pysqlite://", creator=self._connect, poolclass=QueuePool, pool_size=8, max_overflow=64
        )
        self._closed = False
        self._point_lock = threading.Lock()
        with self._translating():
            self._point = self._connect()

    @classmethod
    def create_tables(cls, path: Path) -> None:
        """Make an empty database at `path`, which must not exist. Raises: LedgerError LEDG-010 to -012."""
        storage = cls.__new__(cls)
        storage.path, storage.read_only, storage._busy_timeout_seconds = path, False, 0.0
        with storage._translating():
            engine = create_engine(
                "sqlite+pysqlite://", creator=lambda: sqlite3.connect(path), poolclass=QueuePool
            )
            try:
                with engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                with engine.begin() as connection:
                    METADATA.create_all(connection)
            finally:
                engine.dispose()

    def add_missing_table(self) -> None:
        """Give a ledger from before requests were remembered their table; it holds what later entries say."""
        with contextlib.suppress(LedgerError), self.reading() as connection:
            if connection.exec_driver_sql(
                "SELECT count(*) FROM sqlite_master WHERE name = 'entries'"
            ).scalar():
                REQUESTS.create(connection, checkfirst=True)
                connection.commit()

    @property
    def place(self) -> str:
        return str(self.path)

    def close(self) -> None:
        """Give every connection back. What is asked afterwards is refused with LEDG-018."""
        with self._point_lock:
            if not self._closed:
                self._closed = True
                self._point.close()
                self._engine.dispose()

    # -- reading ---------------------------------------------------------------------------------------------

    def fetch(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """A short read on a connection kept for it: about 5 µs, against 30 µs through `reading`.

        statement: plain SQL with ``?`` for each parameter, the same for any database.
        """
        with self._point_lock:
            self._refuse_closed()
            try:
                return self._point.execute(statement, parameters).fetchall()
            except sqlite3.Error as error:
                raise self._as_ledger_error(error) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection on which every statement sees what was committed when it began."""
        self._refuse_closed()
        with self._translating(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees one state from first statement to last, whatever others append meanwhile."""
        with self.reading() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection

    def batches(self, statement: Select[Any], rows: int) -> Iterator[list[tuple[Any, ...]]]:
        """The answer to a long question, so many rows at a time."""
        with self.reading() as connection:
            # The driver's own cursor: rows as SQLAlchemy wraps them would take as long again.
            compiled = statement.compile(connection, compile_kwargs={"literal_binds": True})
            cursor = connection.connection.cursor()
            try:
                cursor.execute(str(compiled))
                while batch := cursor.fetchmany(rows):
                    yield list(batch)
            finally:
                cursor.close()

    # -- writing ---------------------------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The one write transaction; waits for another process's, then gives up with LEDG-009.

        If the process dies before the block is left, nothing of it remains; once it is left, all of it does.
        """
        with self.reading() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.commit()
            except BaseException:
                # However far it came, closing the file's handle undoes it; none goes back to the pool half done.
                connection.invalidate()
                raise

    def ask(
        self, connection: Connection, statement: str, parameters: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """A short read within the transaction of `writing`. statement: as `fetch` takes it."""
        driven = connection.connection.driver_connection
        assert isinstance(driven, sqlite3.Connection)
        return driven.execute(statement, parameters).fetchall()

    def insert(self, connection: Connection, rows: Mapping[Table, Sequence[tuple[Any, ...]]]) -> None:
        """Add rows to tables, each in the order of its table's columns."""
        for table, added in rows.items():
            if added:
                connection.exec_driver_sql(_insert_statement(table), list(added))

    def took_place(self, size: int, root: bytes) -> bool:
        """SQLite always says what became of a commit, so nobody need ask."""
        raise NotImplementedError

    def compact(self) -> None:
        """Rewrite the file so that no page or log still holds what was erased.

        secure_delete overwrites what is removed, but pages keep copies of rows that moved while they split; only
        rewriting the file drops those. Costs time and free space of about the file's size.
        Raises: LedgerError LEDG-019 while another connection writes or still reads the log, or as `writing` does.
        """
        try:
            with self.reading() as connection:
                connection.exec_driver_sql("VACUUM")
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        except LedgerError as error:
            if error.code != "LEDG-009":
                raise
            busy = True
        if busy:
            raise LedgerError(
                "LEDG-019",
                "the payloads are erased, but old pages of the file or its log still hold them",
                str(self.path),
                "close the others who use this ledger and call compact()",
            )

    def faults(self, connection: Connection) -> list[str]:
        """What SQLite itself finds wrong with the file, at most ten lines."""
        rows = connection.exec_driver_sql("PRAGMA integrity_check(10)").all()
        return [str(row[0]) for row in rows if row[0] != "ok"]

    def raw_columns(self, table: Table) -> list[ColumnElement[Any]]:
        """The table's columns with text as its bytes: text that somebody damaged may not be UTF-8."""
        return [cast(c, LargeBinary) if isinstance(c.type, Text | LargeBinary) else c for c in table.c]

    def refine(self, error: LedgerError) -> LedgerError:
        """What a failed first read means: tables that are not there make it some other file."""
        cause = error.__cause__
        if isinstance(cause, sqlite3.OperationalError) and "no such" in str(cause):
            return LedgerError(_FOREIGN[0], _FOREIGN[1], str(self.path), _FOREIGN[2])
        return error

    # -- connections and errors ------------------------------------------------------------------------------

    def _connect(self) -> sqlite3.Connection:
        uri = f"file:{quote(str(self.path))}"
        if not self.read_only:
            connection = self._open(f"{uri}?mode=rw")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute(f"PRAGMA wal_autocheckpoint={_LOG_PAGES}")
        else:
            try:
                connection = self._open(f"{uri}?mode=ro")
                connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            except sqlite3.OperationalError as error:
                # In a folder we may not write to, SQLite cannot share a log; where there is none, nobody writes.
                if error.sqlite_errorcode & 0xFF not in _NO_LOG_HERE or self._has_log():
                    raise
                connection = self._open(f"{uri}?immutable=1")
        connection.execute(f"PRAGMA mmap_size={_MAPPED_BYTES}")
        connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        connection.execute("PRAGMA trusted_schema=OFF")
        return connection

    def _open(self, uri: str) -> sqlite3.Connection:
        return sqlite3.connect(
            uri, uri=True, timeout=self._busy_timeout_seconds, isolation_level=None, check_same_thread=False
        )

    def _has_log(self) -> bool:
        return os.path.lexists(f"{self.path}-wal")

    def _refuse_closed(self) -> None:
        if self._closed:
            raise LedgerError("LEDG-018", "the ledger is closed", str(self.path), "open it again")

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._as_ledger_error(error.orig) from error
        except sqlite3.Error as error:
            raise self._as_ledger_error(error) from error

    def _as_ledger_error(self, error: BaseException | None) -> LedgerError:
        number = getattr(error, "sqlite_errorcode", None)
        code, what, fix = _MEANINGS.get(
            None if number is None else number & 0xFF,
            ("LEDG-012", f"the database failed: {error}", "check the disk, then verify the ledger"),
        )
        return LedgerError(code, what, str(self.path), fix)


@functools.cache
def _insert_statement(table: Table) -> str:
    return str(insert(table).compile(dialect=sqlite_dialect(paramstyle="qmark")))


#: What SQLite says when it may not make the files of its log.
_NO_LOG_HERE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)

_BUSY = ("LEDG-009", "another process is writing to the ledger", "try again in a moment; nothing was written")
_READ_ONLY = (
    "LEDG-010",
    "the ledger cannot be written to",
    "check the permissions of the file and its folder",
)
_UNOPENED = ("LEDG-010", "the ledger cannot be opened", "check the permissions of the file and its folder")
_FULL = ("LEDG-011", "the disk is full", "free some space and append again; nothing of this call was written")
_FOREIGN = ("LEDG-003", "the file is not a ledger", "name the file that was made with Ledger.create")

#: What SQLite's primary result codes mean to whoever called.
_MEANINGS: dict[int | None, tuple[str, str, str]] = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _UNOPENED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_NOTADB: _FOREIGN,
}
