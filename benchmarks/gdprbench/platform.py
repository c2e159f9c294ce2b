"""The platform's own table of records in SQLite: every contender has this one, indexed and durable in the same way.

licet does not store a platform's records; it says which of them may be used. So what a workload does to records is
done here, for licet and for the plain tables alike.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.gdprbench.records import PLAIN_FIELDS, Record

_COLUMNS = ", ".join(Record._fields)
_METADATA = ", ".join(("key", "pur", "usr", *PLAIN_FIELDS))

#: How records are looked up; by time to live those that have expired are meant.
_WHERE = {"key": "key = ?", "pur": "pur = ?", "usr": "usr = ?", "cat": "cat = ?", "ttl": "expires <= ?"}

_TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE records (
    key TEXT PRIMARY KEY, pur INTEGER NOT NULL, expires INTEGER NOT NULL, usr INTEGER NOT NULL, acl INTEGER NOT NULL,
    shr INTEGER NOT NULL, src INTEGER NOT NULL, cat INTEGER NOT NULL, data TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX by_pur ON records (pur);
CREATE INDEX by_usr ON records (usr);
CREATE INDEX by_cat ON records (cat);
CREATE INDEX by_expires ON records (expires);
"""


class Platform:
    """Each call that writes commits, unless it is part of a transaction of `con`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.con = sqlite3.connect(path, isolation_level=None)
        self.con.executescript(_TABLES)

    def insert(self, records: Iterable[Record]) -> None:
        marks = ", ".join("?" * len(Record._fields))
        self.con.executemany(f"INSERT INTO records ({_COLUMNS}) VALUES ({marks})", records)

    def set_field(self, where: str, value: Any, field: str, new: Any) -> int:
        changed = self.con.execute(f"UPDATE records SET {field} = ? WHERE {_WHERE[where]}", (new, value))
        return changed.rowcount

    def persons_of(self, where: str, value: Any) -> list[tuple[int, int]]:
        """Person and purpose of every record."""
        return self.con.execute(f"SELECT usr, pur FROM records WHERE {_WHERE[where]}", (value,)).fetchall()

    def delete(self, where: str, value: Any) -> int:
        return self.con.execute(f"DELETE FROM records WHERE {_WHERE[where]}", (value,)).rowcount

    def data(self, where: str, value: Any) -> frozenset[tuple[str, str]]:
        rows = self.con.execute(f"SELECT key, data FROM records WHERE {_WHERE[where]}", (value,))
        return frozenset(rows.fetchall())

    def unexpired(self, where: str, value: Any, now: int) -> list[tuple[str, str, int, str]]:
        """Key, id of the person as text, purpose and data of records whose time has not run out."""
        return self.con.execute(
            f"SELECT key, 'user' || usr, pur, data FROM records WHERE {_WHERE[where]} AND expires > ?",
            (value, now),
        ).fetchall()

    def metadata(self, where: str, value: Any) -> list[tuple[Any, ...]]:
        """Key, purpose, person and the plain fields."""
        return self.con.execute(f"SELECT {_METADATA} FROM records WHERE {_WHERE[where]}", (value,)).fetchall()

    def close(self) -> None:
        self.con.close()
