"""PostgreSQL under a ledger: connections, transactions, durability.

Everything that holds for PostgreSQL and not for SQLite lives here and in the `postgres_` files beside it.
Guarantees that writers of all processes take turns (an advisory lock until the transaction's end, so that a dead
writer holds nobody up); that what `writing` leaves without error is flushed to the server's disk
(synchronous_commit); that a lost connection is replaced at the next call. A read that meets a lost connection is
asked once more; a write never is.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    Table,
    Text,
    cast,
    create_engine,
    func,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from licet.ledger.postgres_address import PostgresAddress
from licet.ledger.postgres_errors import ABSENT, explain, explain_absence, explain_unreached
from licet.ledger.postgres_insertion import insert_rows
from licet.ledger.postgres_structure import find_faults
from licet.ledger.storage import CommitInDoubt
from licet.terms import LedgerError

#: Connections one process keeps, and how many more it opens while all of those are in use.
_KEPT_CONNECTIONS = 4
_MORE_CONNECTIONS = 12

#: Seconds to go on looking for what became of a commit whose answer was lost.
_SETTLING_SECONDS = 20.0

#: A process that stops in the middle of a write, frozen or swapped out, must not hold up the others for ever.
#: Large appends are hashed within their transaction, at some 10 µs an entry.
_IDLE_WRITER = "2min"

#: PostgreSQL's B-tree takes 2704 bytes a key; numbers, headers and a mark in the place of a short id need the rest.
_MOST_KEY_BYTES = 2560

#: What the server may use to group and sort one long answer before it turns to its disk.
_WORK_MEM = "64MB"

#: A half-dead network is noticed in seconds; an address may say otherwise.
_DEFAULTS = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
    "application_name": "licet",
}

_T = TypeVar("_T")


class PostgresStorage:
    """One ledger in one schema. Any number of threads may share it; a second process opens its own."""

    most_key_bytes: int | None = _MOST_KEY_BYTES

    def __init__(self, address: PostgresAddress, *, read_only: bool, busy_timeout_seconds: float) -> None:
        self.address, self.read_only = address, read_only
        self._busy_timeout_seconds = busy_timeout_seconds
        # Three statements in one message. The lock is one of its own: the next statement then sees what the last who
        # held it committed.
        self._begin = (
            f"BEGIN; SET LOCAL idle_in_transaction_session_timeout = '{_IDLE_WRITER}'; "
            f"SELECT pg_advisory_xact_lock({_lock_key(address.schema)})"
        ).encode()
        self._engine = create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=_KEPT_CONNECTIONS,
            max_overflow=_MORE_CONNECTIONS,
            use_native_hstore=False,
        )
        self._closed, self._process = False, os.getpid()
        self._close_lock = threading.Lock()

    @property
    def place(self) -> str:
        return self.address.shown

    def close(self) -> None:
        """Give every connection back. What is asked afterwards is refused with LEDG-018."""
        with self._close_lock:
            if not self._closed:
                self._closed = True
                self._engine.dispose()

    # -- reading ---------------------------------------------------------------------------------------------

    def fetch(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """A short read of what is committed now. statement: plain SQL with ``?`` for each parameter."""
        return self._asking_again(lambda: self._fetch(_with_driver_marks(statement), parameters))

    def _fetch(self, statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        self._refuse_closed()
        with self._translating():
            kept = self._engine.raw_connection()
        driven = kept.driver_connection
        assert isinstance(driven, psycopg.Connection)
        try:
            return driven.execute(statement, parameters).fetchall()
        except psycopg.Error as error:
            raise self._as_ledger_error(error, lost=driven.closed) from error
        finally:
            if driven.closed:
                kept.invalidate()
            kept.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection on which every statement sees what was committed when it began."""
        with self._asking_again(self._checked_connection) as connection, self._translating(connection):
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees one state from first statement to last, whatever others append meanwhile."""
        # A walk in the order of a key starts at once and holds no copy of the table: no sorting where an index serves.
        with self._one_state("SET LOCAL enable_sort TO off") as connection:
            yield connection

    @contextmanager
    def _one_state(self, setting: str) -> Iterator[Connection]:
        with self.reading() as connection:
            connection.exec_driver_sql(f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {setting}")
            try:
                yield connection
            except BaseException:
                # Cursors may be open on it in any state; none goes back to the pool half done.
                connection.invalidate()
                raise
            connection.rollback()

    def batches(self, statement: Select[Any], rows: int) -> Iterator[list[tuple[Any, ...]]]:
        """The answer to a long question through a cursor of the server's, in one snapshot."""
        with self._one_state(f"SET LOCAL work_mem TO '{_WORK_MEM}'") as connection:
            compiled = statement.compile(connection, compile_kwargs={"render_postcompile": True})
            driven = _driven_by(connection)
            try:
                # The driver's own cursor: rows as SQLAlchemy wraps them would take as long again.
                with driven.cursor(name="licet_batches") as cursor:
                    cursor.execute(str(compiled), compiled.params)
                    while batch := cursor.fetchmany(rows):
                        yield batch
            except psycopg.Error as error:
                raise self._as_ledger_error(error, lost=driven.closed) from error

    # -- writing ---------------------------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The one write transaction among all processes; waits for another's, then gives up with LEDG-009.

        If the process or the server dies before the block is left, nothing of it remains; once it is left, all
        of it does. Raises: CommitInDoubt when the commit was sent and its answer lost.
        """
        # Nothing is written before the block begins, so up to there it may be asked again.
        with self._asking_again(self._begin_writing) as connection:
            try:
                with self._translating(connection):
                    yield connection
            except BaseException:
                connection.invalidate()
                raise
            driven = _driven_by(connection)
            try:
                with self._translating(connection):
                    connection.commit()
            except LedgerError as error:
                # An error the server sent over a connection that stands is its word that nothing was committed.
                if driven.closed:
                    raise CommitInDoubt("LEDG-012", error.what, self.place, error.fix) from error
                connection.invalidate()
                raise
            except BaseException:
                connection.invalidate()
                raise

    def _begin_writing(self) -> Connection:
        self._refuse_closed()
        with self._translating():
            connection = self._engine.connect()
        try:
            with self._translating(connection):
                driven = _driven_by(connection)
                driven.execute(self._begin)
                connection.begin()  # so that `commit` knows of it; says nothing to the server
        except BaseException:
            connection.invalidate()
            connection.close()
            raise
        return connection

    def ask(
        self, connection: Connection, statement: str, parameters: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """A short read within the transaction of `writing`. statement: as `fetch` takes it."""
        driven = _driven_by(connection)
        return driven.execute(_with_driver_marks(statement), parameters).fetchall()

    def took_place(self, size: int, root: bytes) -> bool:
        """Whether the commit that signed `root` at `size` is there, asked until the server answers.

        Taking the writers' lock first means waiting for the end of a transaction that is still being committed.
        Raises: LedgerError LEDG-012 when the server does not answer in time.
        """
        deadline = time.monotonic() + _SETTLING_SECONDS
        while True:
            try:
                with self.writing() as connection:
                    found = connection.exec_driver_sql(
                        "SELECT root FROM checkpoints WHERE size = %s", (size,)
                    ).scalar()
                return found == root
            except LedgerError as error:
                if time.monotonic() > deadline or error.code not in ("LEDG-009", "LEDG-012", "LEDG-023"):
                    raise LedgerError(
                        "LEDG-012",
                        "the commit was interrupted and may or may not have taken place",
                        self.place,
                        "look at the last entries before appending these again",
                    ) from error
            time.sleep(0.1)

    def insert(self, connection: Connection, rows: Mapping[Table, Sequence[tuple[Any, ...]]]) -> None:
        """Add rows to tables, each in the order of its table's columns; in one round trip, unless they are many."""
        driven = _driven_by(connection)
        try:
            insert_rows(driven, rows)
        except psycopg.Error as error:
            raise self._as_ledger_error(error, lost=driven.closed) from error

    def remove(self, connection: Connection, table: Table, subject: str) -> None:
        """Take a subject's rows out of the table of choices or of signals."""
        connection.exec_driver_sql(f"DELETE FROM {table.name} WHERE subject = %s", (subject,))

    def refuse_replaced(self) -> None:
        """An address names one database; a position that went back shows another under it."""

    def refuse_unborne(self) -> None:
        """Only the owner of the tables can change them here, and verification finds it."""

    def bear_out(self) -> None:
        """Nothing is kept here that would have to be set right."""

    def compact(self) -> None:
        """Rewrite the tables so that nothing erased remains in their files.

        The server's write-ahead log, its archive and its backups keep old pages until they are recycled.
        Raises: LedgerError LEDG-019 while another connection holds the tables, or when the role does not own them.
        """
        try:
            with self.reading() as connection:
                for table in ("entries", "choices", "signals"):
                    connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {table}")
                notices = connection.exec_driver_sql(_NOT_OURS).scalar()
        except LedgerError as error:
            if error.code not in ("LEDG-009", "LEDG-024"):
                raise
            notices = True
        if notices:
            raise LedgerError(
                "LEDG-019",
                "the payloads are erased, but old pages of the tables still hold them",
                self.place,
                "call compact() as the owner of the tables, while nobody holds them",
            )

    def faults(self, connection: Connection) -> list[str]:
        """What of the tables' structure is not as the ledger made it, at most ten lines."""
        return find_faults(connection)[:10]

    def raw_columns(self, table: Table) -> list[ColumnElement[Any]]:
        """The table's columns with text as its bytes, whatever type somebody gave them since."""
        return [
            func.convert_to(cast(c, Text), "UTF8")
            if isinstance(c.type, Text)
            else cast(c, LargeBinary)
            if isinstance(c.type, LargeBinary)
            else cast(c, BigInteger)
            for c in table.c
        ]

    def refine(self, error: LedgerError) -> LedgerError:
        """What a failed first read means: no such schema, no right to look into it, or other tables in it."""
        if getattr(error.__cause__, "sqlstate", None) not in ABSENT:
            return error
        return explain_absence(
            self.fetch(
                "SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = ?",
                (self.address.schema,),
            ),
            self.address,
        )

    # -- connections and errors ------------------------------------------------------------------------------

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        try:
            told = conninfo_to_dict(self.address.conninfo)
            connection = psycopg.connect(
                self.address.conninfo,
                autocommit=True,
                client_encoding="UTF8",
                **{name: value for name, value in _DEFAULTS.items() if name not in told},  # type: ignore[arg-type]
            )
        except psycopg.ProgrammingError:
            raise LedgerError(
                "LEDG-025",
                "this is not the address of a ledger on PostgreSQL",
                self.place,
                "write it like postgresql://user@host:5432/database?schema=licet",
            ) from None  # the driver repeats parts of it
        except psycopg.Error as error:
            raise explain_unreached(error, self.place) from error
        connection.execute(self._session())
        return connection

    def _session(self) -> sql.Composed:
        return sql.SQL(
            "SET search_path TO {schema}, pg_temp; SET lock_timeout TO {patience}; SET row_security TO off; "
            "SET default_transaction_isolation TO 'read committed'; SET default_transaction_read_only TO {reading}; "
            # Stronger settings, which wait for standbys too, stay as the administrator made them.
            "SELECT set_config('synchronous_commit', 'on', false) "
            "WHERE current_setting('synchronous_commit') IN ('off', 'local')"
        ).format(
            schema=sql.Identifier(self.address.schema),
            # Nought would mean to wait for ever.
            patience=sql.Literal(max(1, round(self._busy_timeout_seconds * 1000))),
            reading=sql.Literal("on" if self.read_only else "off"),
        )

    def _checked_connection(self) -> Connection:
        self._refuse_closed()
        with self._translating():
            connection = self._engine.connect()
        driven = _driven_by(connection)
        try:
            # Cheap beside a walk or a write, and it finds a connection that died in the pool before anything is asked.
            driven.execute("SELECT 1")
        except psycopg.Error as error:
            lost = driven.closed
            connection.invalidate()
            connection.close()
            raise self._as_ledger_error(error, lost=lost) from error
        return connection

    def _asking_again(self, ask: Callable[[], _T]) -> _T:
        """Ask what changes nothing; once more where the connection kept for it turns out to be lost."""
        try:
            return ask()
        except LedgerError as error:
            if error.code != "LEDG-023" or not isinstance(error.__cause__, psycopg.Error):
                raise
        # The others in the pool came from the same server.
        self._engine.dispose()
        return ask()

    def _refuse_closed(self) -> None:
        if self._closed:
            raise LedgerError("LEDG-018", "the ledger is closed", self.place, "open it again")
        if self._process != os.getpid():
            # A child of a fork shares its parent's sockets; it must neither use nor close them.
            self._process = os.getpid()
            self._engine.dispose(close=False)

    @contextmanager
    def _translating(self, connection: Connection | None = None) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._as_ledger_error(error.orig, lost=error.connection_invalidated) from error.orig
        except psycopg.Error as error:
            lost = False
            if connection is not None and not connection.closed:
                with contextlib.suppress(Exception):
                    lost = bool(connection.connection.driver_connection.closed)  # type: ignore[union-attr]
            raise self._as_ledger_error(error, lost=lost) from error
        except PoolTimeoutError as error:
            raise LedgerError(
                "LEDG-023",
                "every connection of this process is in use",
                self.place,
                "use fewer threads, or end long reads sooner",
            ) from error

    def _as_ledger_error(self, error: BaseException | None, *, lost: bool) -> LedgerError:
        return explain(error, self.place, lost=lost)


def _driven_by(connection: Connection) -> psycopg.Connection[tuple[Any, ...]]:
    """The driver's own connection under SQLAlchemy's."""
    driven = connection.connection.driver_connection
    assert isinstance(driven, psycopg.Connection)
    return driven


def _lock_key(schema: str) -> int:
    # One number a ledger, the same in every process; PostgreSQL keeps those of each database apart.
    return int.from_bytes(sha256(b"licet ledger " + schema.encode()).digest()[:8], "big", signed=True)


@functools.cache
def _with_driver_marks(statement: str) -> str:
    assert "%" not in statement
    return statement.replace("?", "%s")


#: VACUUM passes over tables of others with a warning only.
_NOT_OURS = """
    SELECT NOT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = 'entries'::regclass
"""
