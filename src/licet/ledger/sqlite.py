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
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from licet.ledger import payload_tally
from licet.terms import LedgerError

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Engine, Select, Table

#: Bytes of the file that readers map into memory: proofs then cost no system call a page.
_MAPPED_BYTES = 1 << 30

#: Pages the log may hold before they are moved into the file: pages written again and again are moved once.
_LOG_PAGES = 8192

#: KiB of pages a connection keeps.
_CACHE_KIB = 32_768


#: Device and number of a file, which stay while anybody has it open.
_Identity = tuple[int, int]


class SqliteStorage:
    """One ledger file. Any number of threads may share it; a second process opens its own."""

    most_key_bytes: int | None = None

    def __init__(self, path: Path, *, read_only: bool, busy_timeout_seconds: float) -> None:
        self.path, self.read_only = path, read_only
        self._path_text = str(path)
        self._paths = (str(path), f"{path}-wal", f"{path}-shm")
        self._busy_timeout_seconds = busy_timeout_seconds
        self._closed = False
        self._borne_version: int | None = None
        self._point_lock = threading.RLock()
        #: The connection for writing, kept: to take one from the pool each time was a tenth of one append.
        self._writer: Connection | None = None
        self._writer_lock = threading.Lock()
        #: Which file this is, and which its logs are while it is open; a path alone may come to name another.
        self._file: _Identity | None = None
        self._logs: tuple[_Identity | None, ...] = ()
        self._seen: tuple[int, int] | None = None  # its bytes and when it was written, when last looked at
        with self._translating():
            self._point = self._connect()
            #: For short reads, each of which reads to its end under the lock.
            self._cursor = self._point.cursor()
        self._file = _identify(self._path_text)
        with contextlib.suppress(sqlite3.Error):  # what it is, if no ledger, is told by who asks for its key
            self._point.execute("SELECT 1 FROM sqlite_master").fetchone()
        self._logs = tuple(map(_identify, self._paths[1:]))

    @functools.cached_property
    def _engine(self) -> Engine:
        """Connections for longer questions and for writing. Made when first needed: loading it takes a while."""
        from sqlalchemy import create_engine
        from sqlalchemy.pool import QueuePool

        return create_engine(
            "sqlite+pysqlite://", creator=self._connect, poolclass=QueuePool, pool_size=8, max_overflow=64
        )

    @classmethod
    def create_tables(cls, path: Path) -> None:
        """Make an empty database at `path`, which must not exist. Raises: LedgerError LEDG-010 to -012."""
        from sqlalchemy import create_engine
        from sqlalchemy.pool import QueuePool

        from licet.ledger.ledger_schema import METADATA

        storage = cls.__new__(cls)
        storage.path, storage.read_only, storage._busy_timeout_seconds = path, False, 0.0
        with storage._translating_both():
            engine = create_engine(
                "sqlite+pysqlite://", creator=lambda: sqlite3.connect(path), poolclass=QueuePool
            )
            try:
                with engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                with engine.begin() as connection:
                    METADATA.create_all(connection)
                    payload_tally.create(_driven_by(connection))
            finally:
                engine.dispose()

    def add_missing_table(self) -> None:
        """Give a ledger from before requests were remembered their table; it holds what later entries say."""
        with contextlib.suppress(LedgerError):
            names = {name for (name,) in self.fetch("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "entries" in names and "requests" not in names:
                from licet.ledger.ledger_schema import REQUESTS

                with self.reading() as connection:
                    REQUESTS.create(connection, checkfirst=True)
                    connection.commit()

    def refuse_replaced(self) -> None:
        """Raises: LedgerError LEDG-152 when the path names another file than the one that was opened, or none.

        An older copy put in its place, a file moved away: what is read and written through the open one is then seen
        by nobody who opens it next. About a microsecond.
        """
        try:
            found = os.stat(self._path_text)  # noqa: PTH116 - a path as text is looked at in half the time
        except OSError:
            raise self._replaced(self.path) from None
        if (found.st_dev, found.st_ino) != self._file:
            raise self._replaced(self.path)
        if (seen := (found.st_size, found.st_mtime_ns)) != self._seen:
            # Pages were moved into the file, or a copy was put there: none is taken from memory that may be another
            # now. What then does not begin with what this process knows is refused where positions are compared.
            self._seen = seen
            with self._point_lock:
                self._refuse_closed()
                self._point.execute(_DROP_PAGES)

    def refuse_unborne(self) -> None:
        """Raises: LedgerError LEDG-153 when the tables of choices and signals are not as they were written."""
        ((version,),) = self.fetch("PRAGMA data_version")  # another as soon as anybody else commits
        if version == self._borne_version:
            return
        with self._tallied() as driven:
            if not payload_tally.exists(driven):
                if self.read_only:
                    return  # a ledger from before it was kept, and nobody here who may add it
                with self.writing() as writer:
                    if not payload_tally.exists(_driven_by(writer)):
                        payload_tally.create(_driven_by(writer))
            if not payload_tally.fits(driven):
                raise LedgerError(
                    "LEDG-153",
                    "the tables of choices and signals are not those that were written with the entries",
                    str(self.path),
                    "run `licet ledger verify`: where it finds nothing, the ledger can be used again; "
                    "else restore it from a copy that verifies",
                )
        self._borne_version = version

    @contextmanager
    def _tallied(self) -> Iterator[sqlite3.Connection]:
        """A connection to hold the tables to their tally by; at first the one that has just been opened."""
        if self._borne_version is None:
            with self._point_lock, self._translating():
                self._refuse_closed()
                yield self._point
            return
        with self.reading() as connection:
            yield _driven_by(connection)

    def bear_out(self) -> None:
        """Take the tables of choices and signals for right; for who has just verified them."""
        with self.reading() as connection:
            driven = _driven_by(connection)
            if not payload_tally.exists(driven) or payload_tally.fits(driven):
                return
        with self.writing() as connection:
            payload_tally.take(_driven_by(connection))

    @property
    def place(self) -> str:
        return str(self.path)

    def close(self) -> None:
        """Give every connection back. What is asked afterwards is refused with LEDG-018."""
        with self._writer_lock, self._point_lock:
            if not self._closed:
                self._closed = True
                self._point.close()
                if self._writer is not None:
                    self._writer.close()
                if "_engine" in self.__dict__:
                    self._engine.dispose()

    # -- reading ---------------------------------------------------------------------------------------------

    def fetch(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """A short read on a connection kept for it: about 5 µs, against 30 µs through `entry_reader`.

        statement: plain SQL with ``?`` for each parameter, the same for any database.
        """
        with self._point_lock:
            if self._closed:
                self._refuse_closed()
            try:
                return self._cursor.execute(statement, parameters).fetchall()
            except sqlite3.Error as error:
                raise self._as_ledger_error(error) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection on which every statement sees what was committed when it began."""
        self._refuse_closed()
        with self._translating_both(), self._engine.connect() as connection:
            self._drop_stale_pages(connection)
            yield connection

    def _drop_stale_pages(self, connection: Connection) -> None:
        if connection.info.get("seen") != self._seen:
            connection.info["seen"] = self._seen
            _driven_by(connection).execute(_DROP_PAGES)

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
        self.refuse_replaced()
        with self._writer_lock, self._translating_both():
            self._refuse_closed()
            if self._writer is None:
                self._writer = self._engine.connect()
            connection = self._writer
            try:
                self._drop_stale_pages(connection)
                _driven_by(connection).execute("BEGIN IMMEDIATE")
                connection.begin()  # so that `commit` knows of it; says nothing to the database
                self._refuse_other_files()
                yield connection
                connection.commit()
                # Once more: what was written into a file that is gone is acknowledged to nobody.
                self._refuse_other_files()
            except BaseException:
                # However far it came, closing the file's handle undoes it; none is written through again half done.
                self._writer = None
                connection.invalidate()
                connection.close()
                raise

    def ask(
        self, connection: Connection, statement: str, parameters: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """A short read within the transaction of `writing`. statement: as `fetch` takes it."""
        return _driven_by(connection).execute(statement, parameters).fetchall()

    def insert(self, connection: Connection, rows: Mapping[Table, Sequence[tuple[Any, ...]]]) -> None:
        """Add rows to tables, each in the order of its table's columns."""
        driven = _driven_by(connection)
        for table, added in rows.items():
            if added:
                driven.executemany(_insert_statement(table), added)
        payload_tally.add(driven, rows)

    def remove(self, connection: Connection, table: Table, subject: str) -> None:
        """Take a subject's rows out of the table of choices or of signals."""
        found = self.ask(connection, f"SELECT * FROM {table.name} WHERE subject = ?", (subject,))
        connection.exec_driver_sql(f"DELETE FROM {table.name} WHERE subject = ?", (subject,))
        payload_tally.add(_driven_by(connection), {table: found}, sign=-1)

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
        from sqlalchemy import LargeBinary, Text, cast

        return [cast(c, LargeBinary) if isinstance(c.type, Text | LargeBinary) else c for c in table.c]

    def refine(self, error: LedgerError) -> LedgerError:
        """What a failed first read means: tables that are not there make it some other file."""
        cause = error.__cause__
        if isinstance(cause, sqlite3.OperationalError) and "no such" in str(cause):
            return LedgerError(_FOREIGN[0], _FOREIGN[1], str(self.path), _FOREIGN[2])
        return error

    # -- connections and errors ------------------------------------------------------------------------------

    def _connect(self) -> sqlite3.Connection:
        if self._file is None:
            return self._connected()
        # Both sides of the moment in which SQLite opens whatever the path names then.
        self._refuse_other_files()
        connection = self._connected()
        try:
            self._refuse_other_files()
        except LedgerError:
            connection.close()
            raise
        return connection

    def _refuse_other_files(self) -> None:
        """Raises: LedgerError LEDG-152 when the file is another, or one of its logs, where what was written last is."""
        for path, known in zip(self._paths, (self._file, *self._logs), strict=True):
            if known is not None and _identify(path) != known:
                raise self._replaced(Path(path))

    def _replaced(self, path: Path) -> LedgerError:
        return LedgerError(
            "LEDG-152",
            "the file is no longer the one that was opened: it was moved away, or another put in its place",
            str(path),
            "stop whatever uses the ledger, put the right file back and verify it, then ask again; "
            "nothing of this call was acknowledged",
        )

    def _connected(self) -> sqlite3.Connection:
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
    def _translating_both(self) -> Iterator[None]:
        """What SQLAlchemy makes of the driver's errors, and these themselves."""
        from sqlalchemy.exc import DBAPIError

        try:
            with self._translating():
                yield
        except DBAPIError as error:
            raise self._as_ledger_error(error.orig) from error

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter of text, which damage made none
            raise self._as_ledger_error(error) from error

    def _as_ledger_error(self, error: BaseException | None) -> LedgerError:
        number = getattr(error, "sqlite_errorcode", None)
        code, what, fix = _MEANINGS.get(
            None if number is None else number & 0xFF,
            ("LEDG-012", f"the database failed: {error}", "check the disk, then verify the ledger"),
        )
        return LedgerError(code, what, str(self.path), fix)


def _driven_by(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection under SQLAlchemy's."""
    driven = connection.connection.driver_connection
    assert isinstance(driven, sqlite3.Connection)
    return driven


def _identify(path: str) -> _Identity | None:
    """Which file a path names now; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a path as text is looked at in half the time
    except OSError:
        return None
    return found.st_dev, found.st_ino


@functools.cache
def _insert_statement(table: Table) -> str:
    from sqlalchemy import insert
    from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

    return str(insert(table).compile(dialect=sqlite_dialect(paramstyle="qmark")))


#: Forget every page of the file that a connection holds.
_DROP_PAGES = "PRAGMA shrink_memory"

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
