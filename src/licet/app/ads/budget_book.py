"""Budgets as processes share them: how much of each is reserved, and the leases that it is reserved under.

A process takes leases for many campaigns in one durable transaction and spends them by itself, row by row, in its log
of choices. What is reserved never exceeds what is released, whoever takes it and whoever dies: a lease counts as spent
until its writer, or who finds it dead, says from the log how much of it was. SQLite in the workspace, or PostgreSQL for
several machines. Money is integer micros.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from licet.terms import AppError

#: Of what is released and not reserved, one lease takes at most this share, but so many showings at least.
_SHARE, _FEWEST_SHOWINGS = 4, 20

TABLES = (
    "CREATE TABLE IF NOT EXISTS budgets (campaign BIGINT PRIMARY KEY, reserved BIGINT NOT NULL CHECK (reserved >= 0))",
    "CREATE TABLE IF NOT EXISTS leases (lease {number}, campaign BIGINT NOT NULL, writer TEXT NOT NULL, "
    "boot TEXT NOT NULL, amount BIGINT NOT NULL CHECK (amount > 0), spent BIGINT CHECK (spent BETWEEN 0 AND amount))",
    "CREATE INDEX IF NOT EXISTS open_leases ON leases (writer) WHERE spent IS NULL",
)


class LeaseAsk(NamedTuple):
    """What a process would have of a campaign's budget. released_micros: of the budget so far. most: of one lease."""

    campaign: int
    price_micros: int
    released_micros: int
    most_micros: int


class Lease(NamedTuple):
    """So many micros of a campaign's budget, for one process to spend."""

    lease: int
    campaign: int
    micros: int


class BudgetDatabase(Protocol):
    """What keeps budgets: writers of all processes take turns, and what a transaction leaves is on the disk."""

    mark: str

    def transaction(self) -> Any:
        """A context manager that gives what `execute`s. Raises: AppError ADS-044 to ADS-046."""
        ...

    def close(self) -> None: ...


class SqliteBudgets:
    """A file of the workspace; made where it is missing, for its owner alone."""

    mark = "?"

    def __init__(self, path: Path, *, is_durable: bool = True) -> None:
        """is_durable: survives a power cut, too; else a kill alone. Raises: AppError ADS-044, ADS-045."""
        self._path = path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._translating():
            self._connection = sqlite3.connect(
                path, timeout=30, isolation_level=None, check_same_thread=False
            )
            path.chmod(0o600)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute(f"PRAGMA synchronous={'FULL' if is_durable else 'NORMAL'}")
        with self.transaction() as connection:
            for statement in TABLES:
                connection.execute(statement.format(number="INTEGER PRIMARY KEY AUTOINCREMENT"))

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        with self._translating():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
                raise AppError(
                    "ADS-045", "the disk is full, so nothing can be leased of a budget", str(self._path),
                    "make room; until then what was leased before is spent, and no more",
                ) from error  # fmt: skip
            raise AppError(
                "ADS-044", f"the budgets cannot be read or written: {error}", str(self._path),
                "check the file and its folder; nothing was leased",
            ) from error  # fmt: skip


class BudgetBook:
    """Budgets in a database. One thread at a time."""

    def __init__(self, database: BudgetDatabase) -> None:
        self._database, self._mark = database, database.mark

    def close(self) -> None:
        self._database.close()

    def lease(self, writer: str, boot: str, asked: Sequence[LeaseAsk]) -> list[Lease]:
        """Leases for some campaigns in one durable transaction; none for one of which nothing is left by now.

        boot: names the run of the machine, within which a log outlives its writer.
        """
        given: list[Lease] = []
        with self._database.transaction() as connection:
            reserved = self._reserved(connection, [one.campaign for one in asked])
            for ask in asked:
                left = ask.released_micros - reserved.get(ask.campaign, 0)
                share = max(_FEWEST_SHOWINGS * ask.price_micros, left // _SHARE)
                micros = min(ask.most_micros, share, left)
                micros -= micros % ask.price_micros if micros > 0 else 0
                if micros <= 0:
                    continue
                told = connection.execute(
                    self._sql(
                        "INSERT INTO leases (campaign, writer, boot, amount) VALUES (?, ?, ?, ?) RETURNING lease"
                    ),
                    (ask.campaign, writer, boot, micros),
                )  # fmt: skip
                given.append(Lease(int(told.fetchone()[0]), ask.campaign, micros))
                connection.execute(
                    self._sql(
                        "INSERT INTO budgets (campaign, reserved) VALUES (?, ?) "
                        "ON CONFLICT (campaign) DO UPDATE SET reserved = budgets.reserved + excluded.reserved"
                    ),
                    (ask.campaign, micros),
                )
        return given

    def settle(self, writer: str, spent: Mapping[int, int] | None) -> int:
        """Give back what a writer did not spend of its leases, by lease what it did; None: all of it counts as spent.

        Returns the micros that came back. Who settles twice gives back nothing the second time.
        """
        came_back = 0
        with self._database.transaction() as connection:
            found = connection.execute(
                self._sql("SELECT lease, campaign, amount FROM leases WHERE writer = ? AND spent IS NULL"), (writer,)
            ).fetchall()  # fmt: skip
            for lease, campaign, amount in found:
                used = amount if spent is None else min(amount, spent.get(lease, 0))
                connection.execute(self._sql("UPDATE leases SET spent = ? WHERE lease = ?"), (used, lease))
                connection.execute(
                    self._sql("UPDATE budgets SET reserved = reserved - ? WHERE campaign = ?"),
                    (amount - used, campaign),
                )
                came_back += amount - used
        return came_back

    def open_writers(self) -> dict[str, str]:
        """Who holds leases, and the run of the machine that they were taken in."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT DISTINCT writer, boot FROM leases WHERE spent IS NULL"
            ).fetchall()
        return dict(rows)

    def reserved(self) -> dict[int, int]:
        """By campaign the micros that are spent, or leased to be."""
        with self._database.transaction() as connection:
            return dict(connection.execute("SELECT campaign, reserved FROM budgets").fetchall())

    def _reserved(self, connection: Any, campaigns: Sequence[int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for start in range(0, len(campaigns), 500):
            some = campaigns[start : start + 500]
            marks = ", ".join([self._mark] * len(some))
            found.update(
                connection.execute(
                    f"SELECT campaign, reserved FROM budgets WHERE campaign IN ({marks})", tuple(some)
                ).fetchall()
            )
        return found

    def _sql(self, statement: str) -> str:
        return statement.replace("?", self._mark)
