"""A running tally of the tables that repeat what payloads say, so that rows lost, added or edited show before a use.

Kept in a SQLite ledger beside the tables, written in the transaction that writes them: how many rows each has, and a
sum to which every row adds by what it says. Holding the tables to it reads them once, at a fifth of a microsecond a
row; that is done before the first answer about a choice and the first append of every opening, and before everybody's
choices are read. It is no proof, which whoever edits the tables can edit too: that is what verification is for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Table

#: Sums stay far below what SQLite adds up.
_MODULUS = 2**31 - 1

_CREATE = "CREATE TABLE tally (name TEXT PRIMARY KEY, rows INTEGER NOT NULL, weight INTEGER NOT NULL)"
_ADD = "UPDATE tally SET rows = rows + ?, weight = weight + ? WHERE name = ?"
_TAKE = "INSERT OR REPLACE INTO tally SELECT '{0}', count(*), coalesce(sum({1}), 0) FROM {0}"
_HOLD = "SELECT count(*), coalesce(sum({1}), 0), (SELECT rows FROM tally WHERE name = '{0}'), " \
    "(SELECT weight FROM tally WHERE name = '{0}') FROM {0}"  # fmt: skip

#: What a row adds, in SQL and for a row in the order of its table's columns; the same whole number.
_WEIGHTS: dict[str, tuple[str, Callable[[tuple[Any, ...]], int]]] = {
    "choices": (
        "((entry + 1) * (1 + is_on + 2 * length(subject) + 3 * length(setting) + 5 * length(category) + 7 * pack)"
        f" % {_MODULUS})",
        lambda row: (
            (row[3] + 1)
            * (1 + row[4] + 2 * len(row[0]) + 3 * len(row[1]) + 5 * len(row[2]) + 7 * row[5])
            % _MODULUS
        ),
    ),
    "signals": (
        f"((entry + 1) * (1 + is_on + 2 * length(subject) + 3 * length(signal)) % {_MODULUS})",
        lambda row: (row[2] + 1) * (1 + row[3] + 2 * len(row[0]) + 3 * len(row[1])) % _MODULUS,
    ),
}


def create(driven: sqlite3.Connection) -> None:
    """Make the tally and take it of the tables as they stand, within the transaction that is open, if one is."""
    driven.execute(_CREATE)
    take(driven)


def take(driven: sqlite3.Connection) -> None:
    """Take the tally anew."""
    for table, (weight, _) in _WEIGHTS.items():
        driven.execute(_TAKE.format(table, weight))


def exists(driven: sqlite3.Connection) -> bool:
    return driven.execute("SELECT 1 FROM sqlite_master WHERE name = 'tally'").fetchone() is not None


def fits(driven: sqlite3.Connection) -> bool:
    """Whether the tables are as their tally says."""
    for table, (weight, _) in _WEIGHTS.items():
        ((rows, sum_, rows_told, sum_told),) = driven.execute(_HOLD.format(table, weight)).fetchall()
        if (rows, sum_) != (rows_told, sum_told):
            return False
    return True


def add(driven: sqlite3.Connection, added: Mapping[Table, Sequence[tuple[Any, ...]]], sign: int = 1) -> None:
    """Count rows in that are added to the tables, or out, with -1 for a sign."""
    by_name = {table.name: rows for table, rows in added.items()}
    for table, (_, weigh) in _WEIGHTS.items():
        if rows := by_name.get(table):
            driven.execute(_ADD, (sign * len(rows), sign * sum(map(weigh, rows)), table))
