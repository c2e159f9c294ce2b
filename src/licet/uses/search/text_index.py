"""An index of searchable rows in SQLite's FTS5, in memory: words to rows by BM25, and filters beside it.

`replaced` takes rows out and puts others in; afterwards the index is put together and compacted (`optimize`, `VACUUM`),
so that no byte of what went is in it: FTS5 alone only marks a row as deleted. Scores are those of an index that never
had them, to the last bit. A query is made of words in quotes: nothing that is typed is read as FTS5's own language.
What counts as the same word, in rows and in sentences, `word_forms` says.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa

from licet.uses.search.word_forms import any_of, folded, indexed, phrase_of

#: Of what is made of the same rows: an index that was kept under another is made anew.
INDEX_FORMAT = 3
#: So many characters of a title and of a text are told, however long they are; all their words are found.
MOST_TITLE, MOST_TEXT = 300, 5_000
#: How much a word counts in a title and in the text: more for titles measured worse (docs/LOG.md).
_TITLE_WEIGHT, _TEXT_WEIGHT = 1.0, 1.0
_MATCHED = """
CREATE TABLE rows (
  number INTEGER PRIMARY KEY, document_id TEXT UNIQUE, subject TEXT, shown_subject TEXT, key TEXT, title TEXT,
  text TEXT, place TEXT, seniority TEXT, skills TEXT, remote INTEGER, created TEXT, expires TEXT, places TEXT,
  level TEXT, abilities TEXT
);
CREATE VIRTUAL TABLE words USING fts5(title, text, tokenize = 'porter unicode61 remove_diacritics 2');
"""


class Filters(NamedTuple):
    """What a row must be, and must not name. place, seniority, skills: as rows have them, `folded`.

    unwanted: words or phrases that no word of a row, and none of its skills, may be.
    """

    places: tuple[str, ...] = ()
    seniorities: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    is_remote: bool | None = None
    unwanted: tuple[str, ...] = ()


class Find(NamedTuple):
    """A row that was found. score: how well its words fit, more is better; 0.0 where only filters were asked.

    subject: whom it is about, where they let that be told. title, text: the first MOST_TITLE and MOST_TEXT characters.
    """

    document_id: str
    subject: str | None
    key: str | None
    title: str
    text: str
    place: str | None
    seniority: str | None
    skills: tuple[str, ...]
    is_remote: bool | None
    created: str | None
    score: float


class Known(NamedTuple):
    """What the rows of an index say, so that a sentence's words can be told to be one of it.

    By each, `folded`, as it is written: where rows write it in several ways, the way that sorts first.
    """

    places: Mapping[str, str]
    seniorities: Mapping[str, str]
    skills: Mapping[str, str]
    tells_remote: bool


class TextIndex:
    """Any number of threads may share one; they take turns."""

    def __init__(self, data: bytes | None = None) -> None:
        """data: what `to_bytes` gave. Raises: sqlite3.DatabaseError for anything else."""
        self._lock = threading.Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        if data is None:
            self._database.executescript(_MATCHED)
        else:
            self._database.deserialize(data)
        self._known: Known | None = None

    @classmethod
    def of(cls, rows: pa.Table) -> TextIndex:
        """rows: of SEARCHABLE and one kind."""
        index = cls()
        index.replaced((), rows)
        return index

    def to_bytes(self) -> bytes:
        with self._lock:
            return self._database.serialize()

    def close(self) -> None:
        self._database.close()

    def __len__(self) -> int:
        with self._lock:
            return int(self._database.execute("SELECT count(*) FROM rows").fetchone()[0])

    def replaced(self, subjects: Collection[str], rows: pa.Table) -> None:
        """All rows about some people go, and these come. Nothing of what went is left in any byte of the index."""
        with self._lock:
            self._known = None
            ask = self._database.execute
            ask("BEGIN")
            gone = [
                number
                for subject in subjects
                for (number,) in ask("SELECT number FROM rows WHERE subject = ?", (subject,))
            ]
            for table, column in (("words", "rowid"), ("rows", "number")):
                self._database.executemany(
                    f"DELETE FROM {table} WHERE {column} = ?", [(one,) for one in gone]
                )
            self._put(rows)
            ask("COMMIT")
            ask("INSERT INTO words(words) VALUES ('optimize')")
            if gone:
                ask("VACUUM")

    def known(self) -> Known:
        with self._lock:
            if self._known is None:
                self._known = self._read_known()
            return self._known

    def find(
        self, words: Sequence[str], filters: Filters, at: datetime, most: int, *, fill: bool = False
    ) -> list[Find]:
        """The best rows, the best first; ties by id. words: any of them; none for all rows, the newest first.

        at: rows that expired by then are not found. fill: where few have such words, others follow, newest first.
        """
        where, values = _conditions(filters, at)
        match = any_of(words)
        with self._lock:
            found = self._matching(match, where, values, most) if match else []
            if len(found) < most and (fill or not match):
                there = {one.document_id for one in found}
                rest = self._newest(where, values, most + len(there))
                found += [one for one in rest if one.document_id not in there]
        return found[:most]

    def count(self, words: Sequence[str], filters: Filters, at: datetime, *, fill: bool = False) -> int:
        """How many rows `find` would find, were there no most."""
        where, values = _conditions(filters, at)
        match = any_of(words)
        if match and not fill:
            where += " AND number IN (SELECT rowid FROM words WHERE words MATCH ?)"
            values.append(match)
        with self._lock:
            asked = self._database.execute(f"SELECT count(*) FROM rows WHERE true{where}", values)
            return int(asked.fetchone()[0])

    def _put(self, rows: pa.Table) -> None:
        last = self._database.execute("SELECT coalesce(max(number), 0) FROM rows").fetchone()[0]
        told = list(enumerate(rows.to_pylist(), last + 1))
        self._database.executemany(
            f"INSERT INTO rows VALUES ({', '.join('?' * 16)})",
            [
                (
                    number, row["document_id"], row["subject"], row["shown_subject"], row["key"],
                    row["title"][:MOST_TITLE], row["text"][:MOST_TEXT], row["place"], row["seniority"],
                    json.dumps(row["skills"], ensure_ascii=False), row["remote"],
                    _stamp(row["created"]), _stamp(row["expires"]), folded(f", {row['place'] or ''}, "),
                    folded(row["seniority"] or ""), folded("\n".join(("", *row["skills"], ""))),
                )
                for number, row in told
            ],
        )  # fmt: skip
        self._database.executemany(
            "INSERT INTO words(rowid, title, text) VALUES (?, ?, ?)",
            [
                (number, indexed(row["title"]), indexed("\n".join((row["text"], *row["skills"]))))
                for number, row in told
            ],
        )

    def _matching(self, match: str, where: str, values: Sequence[Any], most: int) -> list[Find]:
        return self._read_best(
            f"SELECT number, bm25(words, {_TITLE_WEIGHT}, {_TEXT_WEIGHT}) AS score FROM words "
            f"JOIN rows ON number = words.rowid WHERE words MATCH ?{where} ORDER BY score, document_id LIMIT ?",
            (match, *values, most),
        )

    def _newest(self, where: str, values: Sequence[Any], most: int) -> list[Find]:
        return self._read_best(
            f"SELECT number, 0.0 FROM rows WHERE true{where} "
            "ORDER BY created IS NULL, created DESC, document_id LIMIT ?",
            (*values, most),
        )

    def _read_best(self, query: str, values: Sequence[Any]) -> list[Find]:
        """The rows of a query for numbers and scores, in its order; their words are read of these alone."""
        return [
            _find((*self._database.execute(_ROW, (number,)).fetchone(), 0.0 - score))
            for number, score in self._database.execute(query, values).fetchall()
        ]

    def _read_known(self) -> Known:
        def told(column: str) -> frozenset[str]:
            found = self._database.execute(f"SELECT DISTINCT {column} FROM rows WHERE {column} IS NOT NULL")
            return frozenset(value for (value,) in found)

        return Known(
            _as_written(part for place in told("place") for part in _parts(place)),
            _as_written(told("seniority")),
            _as_written(skill for each in told("skills") for skill in json.loads(each)),
            bool(told("remote")),
        )


_ROW = """
SELECT document_id, shown_subject, key, title, text, place, seniority, skills, remote, created FROM rows
WHERE number = ?
"""


def _conditions(filters: Filters, at: datetime) -> tuple[str, list[Any]]:
    """SQL that follows a condition, and its values."""
    sql, values = [" AND (expires IS NULL OR expires > ?)"], [_stamp(at)]  # type: list[str], list[Any]
    for place in filters.places:
        sql.append(" AND instr(places, ?)")
        values.append(f", {place}, ")
    for seniority in filters.seniorities:
        sql.append(" AND level = ?")
        values.append(seniority)
    for skill in filters.skills:
        sql.append(" AND instr(abilities, ?)")
        values.append(f"\n{skill}\n")
    if filters.is_remote is not None:
        sql.append(" AND remote = ?")
        values.append(filters.is_remote)
    for unwanted in filter(None, map(phrase_of, filters.unwanted)):
        sql.append(" AND number NOT IN (SELECT rowid FROM words WHERE words MATCH ?)")
        values.append(unwanted)
    return "".join(sql), values


def _parts(place: str) -> list[str]:
    """A place, and what stands between its commas."""
    return [place, *(part.strip() for part in place.split(",") if part.strip())]


def _as_written(names: Iterable[str]) -> dict[str, str]:
    """By each name, `folded`, the first of the ways in which it is written."""
    return {folded(name): name for name in sorted(names, reverse=True)}


def _stamp(moment: datetime | None) -> str | None:
    """As SQLite sorts it; UTC."""
    return None if moment is None else moment.replace(tzinfo=None).isoformat(" ", "seconds")


def _find(row: Sequence[Any]) -> Find:
    *told, skills, remote, created, score = row
    return Find._make(
        (*told, tuple(json.loads(skills)), None if remote is None else bool(remote), created, score)
    )
