"""The rows that are about one member, as they stand: what the member may see of their own data.

This is access (GDPR Art. 15), not a use: nothing is made of it, and it passes no gate. It is read with the same
catalogue and the same engine as a gate reads with, so that what is shown here is what a gate would be asked about.
Here rows are found, put in order and in groups that no rule tells apart; `record_contents` says what is in one.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.app.member.record_contents import OwnRecord, kinds_by_row, records_of
from licet.enforce.column_shapes import bare_parts, kinds_in
from licet.enforce.subject_rows import (
    KEY_TEXT,
    SEEN_BY,
    FoundRows,
    IndexedTable,
    SubjectIndexes,
    people_of_rows,
    subject_text,
)
from licet.sources.catalogue import Catalogue, Table

_Places = npt.NDArray[np.int64]
#: So many of some records are looked at more often than the others.
_FIRST_ROWS = 3
#: So many are put together first, for who goes through them and stops early.
_AHEAD_ROWS = 128
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
        start, many = 0, _AHEAD_ROWS
        while start < len(self):
            yield from self._about.records(self._places[start : start + many])
            start, many = start + many, 8 * many  # who looks at so many is going to look at most of them

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
        return [*records_of(self.name, self.table, self.judged, FoundRows(rows, None), self.subjects)]

    def codes(self, cuts: Sequence[datetime]) -> _Places:
        """Per row a number, the same for rows alike."""
        rows, table = self.found.rows, self.table
        kinds, which = kinds_by_row(self.found.as_written(), table)
        parts = [_eras(_when(rows, table), cuts), _numbered(map(tuple, kinds))[which]]
        people = [rows[subject_text(place)] for place in range(len(table.subjects))]
        if any(pa.types.is_nested(column.type) for column in people):
            parts.append(_numbered(people_of_rows(rows, table)))
        else:
            parts += map(_texts_numbered, people)
        if table.visibility is not None:
            parts.append(_texts_numbered(rows[SEEN_BY]))
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
                found = [*records_of(name, indexed.catalogued, indexed.kinds, indexed.named(keys), ())]
                for record in found:
                    self._referred[name, str(record.key)].append(record)
                ahead += found
        return self._referred

    def people_of(self, name: str, key: str) -> frozenset[str | None] | None:
        """Everybody whom the rows of a key are about; None where there is none. Raises: SourceError from the table."""
        return self.people_by_key(name, [key]).get(key)

    def people_by_key(self, name: str, keys: Collection[str]) -> dict[str, frozenset[str | None]]:
        """The same of some keys at once, without those of which there is no row."""
        found: dict[str, frozenset[str | None]] = {}
        for record in self.named(name, keys):
            key = str(record.key)
            found[key] = found.get(key, frozenset()) | {*record.subjects}
        return found

    def named(self, name: str, keys: Collection[str]) -> list[OwnRecord]:
        """The rows of some keys, about whomever; nothing of them is shown. Raises: SourceError from the table."""
        indexed = self._table(name)
        return [*records_of(name, indexed.catalogued, indexed.kinds, indexed.named(keys), ())]

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


def _texts_numbered(column: pa.ChunkedArray) -> _Places:
    """`_numbered` of a column of texts."""
    numbers = column.combine_chunks().dictionary_encode(null_encoding="encode").indices
    found: _Places = numbers.to_numpy().astype(np.int64)
    return found


def _numbered(values: Iterable[Hashable]) -> _Places:
    """Per value a number, the same for equal ones."""
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(value, len(known)) for value in values], np.int64)
