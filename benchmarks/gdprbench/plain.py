"""Plain tables: the same operations by the SQL that an engineer would write, and none of licet's guarantees.

Choices are rows that are overwritten and the log is a table that anybody may edit: no history, no proof, no past that
can be asked, no rule but the one policy written into the queries. Indexed for every question; one transaction a call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.gdprbench.contender import Metadata
from benchmarks.gdprbench.platform import Platform
from benchmarks.gdprbench.records import COVERED, Record, Said, person, region_of

_TABLES = """
CREATE TABLE persons (usr INTEGER PRIMARY KEY, region TEXT NOT NULL);
CREATE TABLE choices (usr INTEGER, setting TEXT, is_on INTEGER NOT NULL, PRIMARY KEY (usr, setting)) WITHOUT ROWID;
CREATE TABLE log (entry INTEGER PRIMARY KEY, kind TEXT NOT NULL, usr INTEGER, detail TEXT);
CREATE INDEX log_by_usr ON log (usr);
"""

_WHERE = {"key": "r.key = ?", "pur": "r.pur = ?", "usr": "r.usr = ?", "cat": "r.cat = ?"}

#: What an engineer would write for this one policy; the setting is the purpose's.
_PERMITTED = """
SELECT r.key, r.data FROM records r JOIN persons p ON p.usr = r.usr
LEFT JOIN choices c ON c.usr = r.usr AND c.setting = {setting}
WHERE {where} AND r.expires > ? AND p.region IN ({regions}) AND coalesce(c.is_on, 1) = 1
"""


class Plain:
    """Beside licet: tables in the platform's own database."""

    def __init__(self, folder: Path, persons: int) -> None:
        self._platform = Platform(folder / "plain.sqlite")
        self._con = self._platform.con
        self._con.executescript(_TABLES)
        with self._transaction():
            self._con.executemany(
                "INSERT INTO persons VALUES (?, ?)", ((n, region_of(n)) for n in range(persons))
            )

    def load(self, records: Iterable[Record], told: Iterable[tuple[int, Said]]) -> None:
        records = list(records)
        with self._transaction():
            self._platform.insert(records)
            self._note("notice_shown", (record.usr for record in records))
            self._tell(told)

    def create(self, record: Record, told: list[Said]) -> int:
        with self._transaction():
            self._platform.insert([record])
            self._note("notice_shown", [record.usr])
            self._tell((record.usr, said) for said in told)
        return 1

    def set_field(self, where: str, value: Any, field: str, new: Any) -> int:
        return self._platform.set_field(where, value, field, new)

    def persons_of(self, where: str, value: Any) -> list[tuple[int, int]]:
        return self._platform.persons_of(where, value)

    def say(self, persons: dict[int, list[Said]]) -> int:
        told = [(usr, said) for usr, several in persons.items() for said in several]
        with self._transaction():
            self._tell(told)
        return len(told)

    def delete(self, where: str, value: Any) -> int:
        return self._platform.delete(where, value)

    def forget(self, person: int) -> None:
        with self._transaction():
            self._con.execute("DELETE FROM choices WHERE usr = ?", (person,))
            self._con.execute("UPDATE log SET usr = NULL, detail = NULL WHERE usr = ?", (person,))
            self._con.execute("INSERT INTO log (kind) VALUES ('erasure')")

    def data(self, where: str, value: Any) -> frozenset[tuple[str, str]]:
        return self._platform.data(where, value)

    def for_its_purpose(self, where: str, value: Any, now: int) -> frozenset[tuple[str, str]]:
        return self._permitted("'purpose_' || r.pur", where, (value, now, *COVERED))

    def for_a_use(self, where: str, value: Any, use: str, now: int) -> frozenset[tuple[str, str]]:
        found = self._permitted("?", where, (use, value, now, *COVERED))
        self._con.execute("INSERT INTO log (kind, detail) VALUES ('use_run', ?)", (use,))
        return found

    def metadata(self, where: str, value: Any, proven: bool) -> frozenset[Metadata]:
        return frozenset(
            Metadata(row, self._switched_off(row[2])) for row in self._platform.metadata(where, value)
        )

    def log(self, length: int) -> list[tuple[str, str | None]]:
        rows = self._con.execute(
            "SELECT kind, usr FROM log ORDER BY entry DESC LIMIT ?", (length,)
        ).fetchall()
        return [(kind, None if usr is None else person(usr)) for kind, usr in reversed(rows)]

    def is_forgotten(self, person: int) -> bool:
        asked = "SELECT EXISTS (SELECT 1 FROM {} WHERE usr = ?)"
        tables = ("records", "choices", "log")
        return not any(self._con.execute(asked.format(name), (person,)).fetchone()[0] for name in tables)

    def finish(self) -> None:
        """Nothing is left to do."""

    def bytes_on_disk(self) -> int:
        return sum(file.stat().st_size for file in self._platform.path.parent.glob("plain.sqlite*"))

    def close(self) -> None:
        self._platform.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._con.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._con.execute("ROLLBACK")
            raise
        self._con.execute("COMMIT")

    def _tell(self, told: Iterable[tuple[int, Said]]) -> None:
        told = list(told)
        self._con.executemany(
            "INSERT INTO choices VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET is_on = excluded.is_on",
            ((usr, said.purpose, said.on) for usr, said in told),
        )
        self._con.executemany(
            "INSERT INTO log (kind, usr, detail) VALUES ('choice', ?, ?)",
            ((usr, f"{said.purpose} {'on' if said.on else 'off'}") for usr, said in told),
        )

    def _note(self, kind: str, persons: Iterable[int]) -> None:
        self._con.executemany("INSERT INTO log (kind, usr) VALUES (?, ?)", ((kind, usr) for usr in persons))

    def _permitted(self, setting: str, where: str, values: tuple[Any, ...]) -> frozenset[tuple[str, str]]:
        regions = ", ".join("?" * len(COVERED))
        sql = _PERMITTED.format(setting=setting, where=_WHERE[where], regions=regions)
        return frozenset(self._con.execute(sql, values).fetchall())

    def _switched_off(self, usr: int) -> frozenset[str]:
        rows = self._con.execute("SELECT setting FROM choices WHERE usr = ? AND is_on = 0", (usr,))
        return frozenset(setting for (setting,) in rows)
