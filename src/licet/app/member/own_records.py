"""The rows that are about one member, as they stand: what the member may see of their own data.

This is access (GDPR Art. 15), not a use: nothing is made of it, and it passes no gate. It is read with the same
catalogue and the same engine as a gate reads with, so that what is shown here is what a gate would be asked about.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.app.member.shared_records import own_part
from licet.enforce.column_shapes import bare_parts, kinds_in
from licet.enforce.subject_rows import (
    KEY_TEXT,
    ORGANISATION_TEXT,
    SEEN_BY,
    FoundRows,
    IndexedTable,
    SubjectIndexes,
    people_of_rows,
    reference_text,
)
from licet.enforce.tables import roles
from licet.sources.catalogue import Catalogue, Table
from licet.sources.paths import path_in

_Places = npt.NDArray[np.int64]
#: So many of some records are looked at more often than the others.
_FIRST_ROWS = 3
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class OwnPart(NamedTuple):
    """row: what of a record the member may be shown; left_out: the columns that something of others was left out of."""

    row: Mapping[str, Any]
    left_out: list[str]


class OwnPartLater:
    """An own part that is made when it is looked at: of most records, only what they are is asked."""

    def __init__(self, make: Callable[[], OwnPart]) -> None:
        self._make = make

    @functools.cached_property
    def part(self) -> OwnPart:
        return self._make()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OwnPartLater) and self.part == other.part

    __hash__ = None  # type: ignore[assignment]


class OwnRecord(NamedTuple):
    """One row about the member.

    subjects: everyone the row is about in the catalogue's order, the member among them; None is somebody unknown.
    judged:   the kinds of data its table holds, by which a gate judges every row of it.
    kinds:    kind of data to the columns that hold some of it here; unlabelled columns are under None.
    created:  aware UTC, None where nobody wrote it down.
    refers:   table and key of each row that it refers to; None is a reference to nothing.
    organisation: whose work data it is; None for nobody's.
    """

    table: str
    key: str | None
    subjects: tuple[str | None, ...]
    judged: tuple[str, ...]
    visibility: str | None
    created: datetime | None
    kinds: Mapping[str | None, tuple[str, ...]]
    refers: tuple[tuple[str, str | None], ...]
    organisation: str | None
    later: OwnPartLater

    @property
    def row(self) -> Mapping[str, Any]:
        return self.later.part.row

    @property
    def left_out(self) -> list[str]:
        return self.later.part.left_out


class TableRecords(Sequence[OwnRecord]):
    """Rows of one table about the member, newest first, then by key; each is put together when it is looked at."""

    def __init__(self, about: _About, places: _Places) -> None:
        self._about, self._places = about, places
        self._alike: dict[tuple[datetime, ...], list[TableRecords]] = {}

    @property
    def judged(self) -> tuple[str, ...]:
        """The kinds of data in the table, by which a gate judges every row of it."""
        return self._about.judged

    @property
    def refer(self) -> bool:
        """Whether they refer to other rows."""
        return bool(self._about.table.references)

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> OwnRecord: ...
    @overload
    def __getitem__(self, place: slice) -> list[OwnRecord]: ...
    def __getitem__(self, place: int | slice) -> OwnRecord | list[OwnRecord]:
        places = range(len(self))[place]
        if isinstance(places, int):
            few = self._first
            return few[places] if places < len(few) else self._about.records(self._places[[places]])[0]
        is_few = places.step == 1 and places.stop <= len(self._first)
        return self._first[place] if is_few else self._about.records(self._places[place])

    def __iter__(self) -> Iterator[OwnRecord]:
        return iter(self._about.records(self._places))

    def only(self, place: int) -> TableRecords:
        """One of them, by itself."""
        return TableRecords(self._about, self._places[[place]])

    def alike(
        self, cuts: Sequence[datetime], noes_of: Callable[[OwnRecord], Hashable] | None = None
    ) -> list[TableRecords]:
        """In groups of the same people, audience and kinds of data, made between the same two of some moments.

        noes_of: what was said no to of each, which is then the same too; None where nobody said anything of any.
        """
        key = tuple(cuts)
        if noes_of is None and key in self._alike:
            return self._alike[key]
        codes = self._about.codes(cuts)[self._places]
        if noes_of is not None:
            said = _numbered(map(noes_of, self))
            codes = codes * (int(said.max(initial=0)) + 1) + said
        _, first, group = np.unique(codes, return_index=True, return_inverse=True)
        found = [
            TableRecords(self._about, self._places[group == number])
            for number in np.argsort(first, kind="stable")
        ]
        if noes_of is None:
            self._alike[key] = found
        return found

    @functools.cached_property
    def _first(self) -> list[OwnRecord]:
        return self._about.records(self._places[:_FIRST_ROWS])


class _About(NamedTuple):
    """What is found of one table about some people."""

    name: str
    table: Table
    judged: tuple[str, ...]
    found: FoundRows
    subjects: tuple[str, ...]

    def newest_first(self) -> TableRecords:
        rows, by = self.found.rows, {}
        if (created := _when(rows, self.table)) is not None:
            by["created"] = created
        if self.table.key is not None:
            by["key"] = pc.coalesce(rows[KEY_TEXT], "")
        places = np.arange(len(rows))
        if by:
            orders = [(name, "descending" if name == "created" else "ascending") for name in by]
            told = pa.table(by | {"place": places}).sort_by([*orders, ("place", "ascending")])
            places = told["place"].to_numpy()
        return TableRecords(self, places)

    def records(self, places: _Places) -> list[OwnRecord]:
        rows = self.found.rows.take(pa.array(places))
        return [*_records(self.name, self.table, self.judged, FoundRows(rows, None), self.subjects)]

    def codes(self, cuts: Sequence[datetime]) -> _Places:
        """Per row a number, the same for rows alike."""
        rows, table = self.found.rows, self.table
        parts = [_numbered(people_of_rows(rows, table)), _eras(_when(rows, table), cuts)]
        parts.append(_numbered(tuple(held) for held in _kinds_by_row(self.found.as_written(), table)))
        if table.visibility is not None:
            parts.append(_numbered(rows[SEEN_BY].to_pylist()))
        combined = np.zeros(len(rows), np.int64)
        for part in parts:
            # Numbered anew each time, so that no product of them grows beyond what there are rows.
            _, combined = np.unique(combined * (int(part.max(initial=0)) + 1) + part, return_inverse=True)
        return combined


class OwnRecords:
    """The rows of one member, or of a few, in every catalogued table, read table by table as they are asked for."""

    def __init__(self, catalogue: Catalogue, indexes: SubjectIndexes, *subjects: str) -> None:
        self.catalogue, self._indexes, self._subjects = catalogue, indexes, subjects
        self._tables: dict[str, IndexedTable] = {}
        self._read: dict[str, TableRecords] = {}
        self._referred: dict[tuple[str, str], list[OwnRecord]] = {}

    def of(self, name: str) -> TableRecords:
        """Their rows of one table. Raises: SourceError from the table."""
        if name not in self._read:
            indexed = self._table(name)
            found = indexed.about(self._subjects)
            about = _About(name, indexed.catalogued, indexed.kinds, found, self._subjects)
            self._read[name] = about.newest_first()
        return self._read[name]

    def tables(self) -> Iterator[TableRecords]:
        """Their rows of every table about people. Raises: as `of`."""
        for name, table in self.catalogue.tables.items():
            if table.subjects and table.location.arrow is None:
                yield self.of(name)

    def __len__(self) -> int:
        return sum(map(len, self.tables()))

    def __iter__(self) -> Iterator[OwnRecord]:
        return itertools.chain.from_iterable(self.tables())

    def referred(
        self, records: Sequence[OwnRecord] | None = None
    ) -> Mapping[tuple[str, str], list[OwnRecord]]:
        """By table and key the rows that their records refer to, by however many steps; nothing of them is shown.

        records: others, in place of theirs.
        """
        if records is None:
            ahead = [record for of_table in self.tables() if of_table.refer for record in of_table]
        else:
            ahead = [*records]
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
                found = [*_records(name, indexed.catalogued, indexed.kinds, indexed.named(keys), ())]
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
        return [*_records(name, indexed.catalogued, indexed.kinds, indexed.named([key]), ())]

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
    name: str, table: Table, judged: tuple[str, ...], found: FoundRows, subjects: tuple[str, ...]
) -> Iterator[OwnRecord]:
    rows, written = found.rows, found.as_written()
    keys = [None] * len(rows) if table.key is None else rows[KEY_TEXT].to_pylist()
    seen = [table.visibility_is] * len(rows) if table.visibility is None else rows[SEEN_BY].to_pylist()
    named = [
        [(target, key) for key in rows[reference_text(place)].to_pylist()]
        for place, target in enumerate(table.references.values())
    ]
    refers = list(zip(*named, strict=True)) if named else [()] * len(rows)
    kinds, parts = _kinds_by_row(written, table), _Parts(written, table)
    people = map(_each_once, people_of_rows(rows, table))
    work = [None] * len(rows) if table.organisation is None else rows[ORGANISATION_TEXT].to_pylist()
    columns = zip(people, keys, seen, _moments(rows, table), kinds, refers, work, strict=True)
    for place, (about, key, seen_by, created, held, referred, organisation) in enumerate(columns):
        whose = next((one for one in subjects if one in about), None)
        later = OwnPartLater(functools.partial(parts.of, place, whose))
        yield OwnRecord(name, key, about, judged, seen_by, created, held, referred, organisation, later)


@functools.lru_cache(maxsize=1024)
def _each_once(people: tuple[str | None, ...]) -> tuple[str | None, ...]:
    return tuple(dict.fromkeys(people))


def _kinds_by_row(rows: pa.Table, table: Table) -> list[Mapping[str | None, tuple[str, ...]]]:
    """Per row, each kind of data that it holds something of, and the columns that do; one mapping for rows alike."""
    columns = [column for column in rows.column_names if column != SEEN_BY]
    labels: dict[str, dict[str | None, None]] = {}
    for path, kind in table.columns.items():
        within = path_in(path, columns)
        labels.setdefault(path if within is None else within.column, {})[kind] = None
    held = np.packbits(np.array([_is_held(rows[column]) for column in columns], np.bool_).T, axis=1)
    placing = roles(table)

    @functools.cache
    def mapping(bits: bytes) -> Mapping[str | None, tuple[str, ...]]:
        there = np.unpackbits(np.frombuffer(bits, np.uint8), count=len(columns))
        kinds: dict[str | None, list[str]] = {}
        for column in itertools.compress(columns, there):
            for kind in labels.get(column, {None: None}):
                if not (kind is None and column in placing):
                    kinds.setdefault(kind, []).append(column)
        return {kind: tuple(within) for kind, within in kinds.items()}

    return [mapping(bits.tobytes()) for bits in held]


def _is_held(column: pa.ChunkedArray) -> Any:
    """Per row whether something stands there: no null, no empty text, no empty list."""
    kind = column.type
    there = column.is_valid()
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        there = pc.and_(there, pc.fill_null(pc.not_equal(column, ""), False))
    elif pa.types.is_nested(kind) and not pa.types.is_struct(kind):
        there = pa.chunked_array(
            [pa.array([value not in (None, []) for value in column.to_pylist()], pa.bool_())]
        )
    return there.to_numpy()


class _Parts:
    """What the member may be shown of the rows of one table, some rows at a time when one is looked at."""

    _AT_ONCE = 32

    def __init__(self, rows: pa.Table, table: Table) -> None:
        self._table = table
        self._rows = rows.drop_columns([SEEN_BY]) if SEEN_BY in rows.column_names else rows
        self._read: dict[int, list[dict[str, Any]]] = {}

    def of(self, place: int, whose: str | None) -> OwnPart:
        """whose: the member; None where the row is about none who is asked about, and nothing of it is shown."""
        if whose is None:
            return OwnPart({}, [])
        first = place - place % self._AT_ONCE
        if first not in self._read:
            self._read[first] = plain_rows(self._rows.slice(first, self._AT_ONCE))
        return OwnPart(*own_part(self._read[first][place - first], self._table, whose))


def _moments(rows: pa.Table, table: Table) -> list[datetime | None]:
    """Per row when it was made."""
    if table.created is None or not pa.types.is_temporal(rows.schema.field(table.created).type):
        return [None] * len(rows)
    try:
        return [_moment(value) for value in rows[table.created].to_pylist()]
    except OverflowError:
        return [_moment(value) for value in _values(rows[table.created])]


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


def _when(rows: pa.Table, table: Table) -> pa.ChunkedArray | None:
    """The column that says when rows were made; None where there is none, or it holds no days or moments."""
    if table.created is None:
        return None
    column = rows[table.created]
    return column if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type) else None


#: So many microseconds each is; of a nanosecond, the thousandth.
_UNIT_US = {"s": 1_000_000, "ms": 1_000, "us": 1, "ns": 0}


def _eras(created: pa.ChunkedArray | None, cuts: Sequence[datetime]) -> _Places:
    """Per row how many of the moments, in their order, had come when it was made; one more where nobody knows."""
    if created is None:
        return np.zeros(1, np.int64)
    kind = created.type
    if pa.types.is_date32(kind):
        days, unit = created.cast(pa.int32()).cast(pa.int64()), 86_400_000_000
    elif pa.types.is_date(kind):
        days, unit = created.cast(pa.int64()), 1_000
    else:
        days, unit = created.cast(pa.int64()), _UNIT_US[kind.unit]
    told = pc.fill_null(days, 0).to_numpy()
    micros = [(cut - _EPOCH) // timedelta(microseconds=1) for cut in cuts]
    # A whole unit is at a cut or after it when it is at the next whole unit or after that.
    bounds = [each * 1000 if unit == 0 else -(-each // unit) for each in micros]
    within = np.array([min(max(bound, -(2**63)), 2**63 - 1) for bound in bounds], np.int64)
    eras = np.searchsorted(within, told, side="right")
    return np.where(created.is_null().to_numpy(), len(cuts) + 1, eras).astype(np.int64)


def _numbered(values: Iterable[Hashable]) -> _Places:
    """Per value a number, the same for equal ones."""
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(value, len(known)) for value in values], np.int64)
