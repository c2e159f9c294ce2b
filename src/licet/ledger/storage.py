"""What the ledger asks of a database, and nothing more: two storages answer it, SQLite and PostgreSQL.

Guarantees of every storage: a transaction that `writing` leaves without error is on the disk; one that it leaves
by an error is undone, save for `CommitInDoubt`; writers of all processes take turns; every failure is a
LedgerError. Hashes, proofs and verification know only this and are the same over both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from licet.terms import LedgerError

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Select, Table


class CommitInDoubt(LedgerError):
    """The commit was sent and its answer never came; `Storage.took_place` can find out."""


class Storage(Protocol):
    """One ledger's tables. Any number of threads may share it; a second process opens its own."""

    read_only: bool

    #: Bytes that the texts of one choice's or signal's key may have together; None where there is no limit.
    most_key_bytes: int | None

    @property
    def place(self) -> str:
        """What opens it again: a path, or an address without its password. Errors name it."""
        ...

    def close(self) -> None:
        """Give every connection back. What is asked afterwards is refused with LEDG-018."""
        ...

    def fetch(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """A short read of what is committed now. statement: plain SQL with ``?`` for each parameter."""
        ...

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection on which every statement sees what was committed when it began."""
        ...

    def snapshot(self) -> AbstractContextManager[Connection]:
        """A connection that sees one state from first statement to last, whatever others append meanwhile."""
        ...

    def batches(self, statement: Select[Any], rows: int) -> Iterator[list[tuple[Any, ...]]]:
        """The answer to a long question, so many rows at a time, in one state of the ledger."""
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """The one write transaction; waits for another process's, then gives up with LEDG-009.

        If the process dies before the block is left, nothing of it remains; once it is left, all of it does.
        Raises: CommitInDoubt when the commit was sent and its answer lost.
        """
        ...

    def ask(
        self, connection: Connection, statement: str, parameters: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """A short read within the transaction of `writing`. statement: as `fetch` takes it."""
        ...

    def took_place(self, size: int, root: bytes) -> bool:
        """After CommitInDoubt: whether the commit that signed `root` at `size` is there.

        Raises: LedgerError LEDG-012 when it cannot be found out now.
        """
        ...

    def insert(self, connection: Connection, rows: Mapping[Table, Sequence[tuple[Any, ...]]]) -> None:
        """Add rows to tables, each in the order of its table's columns."""
        ...

    def remove(self, connection: Connection, table: Table, subject: str) -> None:
        """Take a subject's rows out of the table of choices or of signals, within the transaction of `writing`."""
        ...

    def refuse_replaced(self) -> None:
        """Cheaply: whether this is still the ledger that was opened. Raises: LedgerError LEDG-152 when it is not."""
        ...

    def refuse_unborne(self) -> None:
        """Whether choices and signals are as they were written. Raises: LedgerError LEDG-153 when they are not.

        On PostgreSQL nothing is looked at: there only the owner can change them, and verification finds it.
        """
        ...

    def bear_out(self) -> None:
        """Take the tables of choices and signals for right; for who has just verified them."""
        ...

    def compact(self) -> None:
        """Rewrite the tables so that nothing erased remains in them. Raises: LedgerError LEDG-019 when it cannot."""
        ...

    def faults(self, connection: Connection) -> list[str]:
        """What the database itself finds wrong with the ledger's tables, at most ten lines."""
        ...

    def raw_columns(self, table: Table) -> list[ColumnElement[Any]]:
        """The table's columns with text as its bytes, so that damaged text is reported and not stumbled over."""
        ...

    def refine(self, error: LedgerError) -> LedgerError:
        """What a failed first read means: that there is no ledger here, or that it is something else."""
        ...
