"""The rows that are about one member, as they stand: what the member may see of their own data.

This is access (GDPR Art. 15), not a use: nothing is made of it, and it passes no gate. It is read with the same
catalogue and the same engine as a gate reads with, so that what is shown here is what a gate would be asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pyarrow as pa

from licet.app.member.shared_records import own_part, people_in
from licet.enforce.column_shapes import bare_parts, kinds_in
from licet.enforce.subject_rows import SEEN_BY, IndexedTable, SubjectIndexes
from licet.enforce.tables import roles
from licet.sources.catalogue import Catalogue, Table
from licet.sources.paths import path_in

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class OwnRecord(NamedTuple):
    """One row about the member.

    subjects: everyone the row is about in the catalogue's order, the member among them; None is somebody unknown.
    judged:   the kinds of data its table holds, by which a gate judges every row of it.
    kinds:    kind of data to the columns that hold some of it here; unlabelled columns are under None.
    created:  aware UTC, None where nobody wrote it down.
    row:      what of it the member may be shown; left_out: the columns that something of others was left out of.
    refers:   table and key of each row that it refers to; None is a reference to nothing.
    """

    table: str
    key: str | None
    subjects: tuple[str | None, ...]
    judged: tuple[str, ...]
    visibility: str | None
    created: datetime | None
    kinds: Mapping[str | None, tuple[str, ...]]
    row: Mapping[str, Any]
    left_out: list[str]
    refers: tuple[tuple[str, str | None], ...] = ()


class OwnRecords:
    """The rows of one member, or of a few, in every catalogued table, read table by table as they are asked for."""

    def __init__(self, catalogue: Catalogue, indexes: SubjectIndexes, *subjects: str) -> None:
        self.catalogue, self._indexes, self._subjects = catalogue, indexes, subjects
        self._tables: dict[str, IndexedTable] = {}
        self._read: dict[str, list[OwnRecord]] = {}
        self._referred: dict[tuple[str, str], list[OwnRecord]] = {}

    def of(self, name: str) -> list[OwnRecord]:
        """Their rows of one table, newest first, then by key. Raises: SourceError from the table."""
        if name not in self._read:
            indexed = self._table(name)
            rows = indexed.about(self._subjects).as_written()
            records = _records(name, indexed.catalogued, indexed.kinds, rows, self._subjects)
            self._read[name] = sorted(records, key=_newest_first)
        return self._read[name]

    def __iter__(self) -> Iterator[OwnRecord]:
        for name, table in self.catalogue.tables.items():
            if table.subjects and table.location.arrow is None:
                yield from self.of(name)

    def referred(
        self, records: Sequence[OwnRecord] | None = None
    ) -> Mapping[tuple[str, str], list[OwnRecord]]:
        """By table and key the rows that their records refer to, by however many steps; nothing of them is shown.

        records: others, in place of theirs.
        """
        ahead: list[OwnRecord] = list(self if records is None else records)
        while ahead:
            wanted: dict[str, set[str]] = {}
            for record in ahead:
                for name, key in record.refers:
                    if key is not None and (name, key) not in self._referred:
                        wanted.setdefault(name, set()).add(key)
            ahead = []
            for name, keys in wanted.items():
                self._referred |= {(name, key): [] for key in keys}
                table = self.catalogue.tables[name]
                if not table.subjects and not table.is_about_nobody:
                    continue  # whose they are nobody says, so they never pass
                indexed = self._table(name)
                found = [
                    *_records(name, indexed.catalogued, indexed.kinds, indexed.named(keys).as_written(), ())
                ]
                for record in found:
                    self._referred[name, str(record.key)].append(record)
                ahead += found
        return self._referred

    def people_of(self, name: str, key: str) -> frozenset[str | None] | None:
        """Everybody whom the rows of a key are about; None where there is none. Raises: SourceError from the table."""
        found = self.named(name, key)
        return frozenset(one for record in found for one in record.subjects) if found else None

    def named(self, name: str, key: str) -> list[OwnRecord]:
        """The rows of a key, about whomever; nothing of them is shown. Raises: SourceError from the table."""
        indexed = self._table(name)
        rows = indexed.named([key]).as_written()
        return [*_records(name, indexed.catalogued, indexed.kinds, rows, ())]

    def columns_seen_by(self, audience: str, is_kind: Callable[[str], bool]) -> dict[str, frozenset[str]]:
        """Per table that may hold records for an audience, the columns of which every part is of such a kind."""
        found = {}
        for name, table in self.catalogue.tables.items():
            if table.visibility is None and table.visibility_is != audience:
                continue
            if table.subjects and table.location.arrow is None:
                found[name] = frozenset(
                    column
                    for column, shape in self._table(name).shapes.items()
                    if not any(bare_parts(column, shape)) and all(map(is_kind, kinds_in(shape)))
                )
        return {name: columns for name, columns in found.items() if columns}

    def _table(self, name: str) -> IndexedTable:
        """As it stood when it was first asked for."""
        if name not in self._tables:
            self._tables[name] = self._indexes.of(name, self.catalogue)
        return self._tables[name]


def _records(
    name: str, table: Table, judged: tuple[str, ...], rows: pa.Table, subjects: tuple[str, ...]
) -> Iterator[OwnRecord]:
    kinds_in: dict[str, set[str | None]] = {}
    for path, kind in table.columns.items():
        within = path_in(path, rows.column_names)
        kinds_in.setdefault(path if within is None else within.column, set()).add(kind)
    placing = roles(table)
    created = table.created
    if created is not None and not pa.types.is_temporal(rows.schema.field(created).type):
        created = None
    for row in plain_rows(rows):
        visibility = row.pop(SEEN_BY, table.visibility_is)
        kinds: dict[str | None, list[str]] = {}
        for column, value in row.items():
            for kind in kinds_in.get(column, {None}):
                if value not in (None, "", []) and not (kind is None and column in placing):
                    kinds.setdefault(kind, []).append(column)
        people = tuple(dict.fromkeys(people_in(row, table)))
        whose = next((one for one in subjects if one in people), None)
        yield OwnRecord(
            name,
            None if table.key is None or row[table.key] is None else str(row[table.key]),
            people,
            judged,
            visibility,
            None if created is None else _moment(row[created]),
            {kind: tuple(columns) for kind, columns in kinds.items()},
            *(({}, []) if whose is None else own_part(row, table, whose)),
            tuple(
                (target, None if row[column] is None else str(row[column]))
                for column, target in table.references.items()
            ),
        )


def plain_rows(rows: pa.Table | pa.RecordBatch) -> list[dict[str, Any]]:
    """Rows as Python values; a date beyond Python's calendar as its text."""
    try:
        found: list[dict[str, Any]] = rows.to_pylist()
    except OverflowError:
        columns = {name: _values(rows[name]) for name in rows.schema.names}
        found = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return found


def _values(column: Any) -> list[Any]:
    try:
        return list(column.to_pylist())
    except OverflowError:
        return list(column.cast(pa.string()).to_pylist())


def _moment(value: Any) -> datetime | None:
    """As the gate reads it: a moment without offset is UTC, a day is its first moment.

    One beyond Python's calendar, which is there as text, is the last that it has, or the first.
    """
    if isinstance(value, str):
        return _FIRST if value.startswith("-") else _LAST
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo is not None else value.replace(tzinfo=UTC)
    if hasattr(value, "year"):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return None


def _newest_first(record: OwnRecord) -> tuple[bool, float, str]:
    created = record.created
    return (created is None, 0.0 if created is None else -created.timestamp(), record.key or "")
