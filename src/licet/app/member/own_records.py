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

from licet.app.member.record_contents import Kinds, OwnRecord, kinds_by_row, records_of
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

    @property
    def name(self) -> str:
        return self._about.name

    @property
    def judged(self) -> tuple[str, ...]:
        """The kinds of data in the table, by which a gate judges every row of it."""
        return self._about.judged

    @property
    def is_about_nobody(self) -> bool:
        return not self._about.table.subjects

    @property
    def people(self) -> set[str]:
        """Everybody whom any of them, and others of those found with them, are about."""
        named = {one for _, groups in self._about.people for people in groups for one in people}
        return {one for one in named if one is not None}

    @property
    def keys(self) -> pa.Array | None:
        """Per record its key, as text; None where the table has none."""
        return None if self._about.table.key is None else self._texts(KEY_TEXT)

    @property
    def work(self) -> pa.Array | None:
        """Per record the organisation whose work data it is; None where the table has none."""
        return None if self._about.table.organisation is None else self._texts(ORGANISATION_TEXT)

    @functools.cached_property
    def references(self) -> list[tuple[str, pa.Array]]:
        """Per reference the table that it leads to, and per record the key that is named there."""
        targets = self._about.table.references.values()
        return [(target, self._texts(reference_text(place))) for place, target in enumerate(targets)]

    def _texts(self, column: str) -> pa.Array:
        return self._about.found.rows[column].combine_chunks().take(pa.array(self._places))

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
        self,
        cuts: Sequence[datetime],
        class_of: Callable[[str | None], Hashable],
        noes: _Places | None = None,
    ) -> RecordGroups:
        """In groups of people alike, the same audience and kinds of data, made between the same two of some moments.

        class_of: the same for people of whom nothing that is asked about tells one from the other.
        noes: per record the number of what was said no to of it; None where nobody said anything of any.
        """
        parts = [codes[self._places] for codes in self._about.codes(cuts, class_of)]
        codes = together(parts if noes is None else [*parts, noes])
        _, first, group = np.unique(codes, return_index=True, return_inverse=True)
        order = np.argsort(first, kind="stable")
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        return RecordGroups(rank[group], first[order], self._about.records(self._places[first[order]]))

    @functools.cached_property
    def _first(self) -> list[OwnRecord]:
        return self._about.records(self._places[:_FIRST_ROWS])


class RecordGroups(NamedTuple):
    """number_of: per record the number of its group. places: of each group where its first stands; firsts: those."""

    number_of: _Places
    places: _Places
    firsts: list[OwnRecord]


class _About:
    """What is found of one table about some people, or by its keys."""

    def __init__(
        self, name: str, indexed: IndexedTable, found: FoundRows, subjects: tuple[str, ...] = ()
    ) -> None:
        """subjects: who is asked about, to be shown their part."""
        self.name, self.table, self.judged = name, indexed.catalogued, indexed.kinds
        self.found, self.subjects = found, subjects

    def as_found(self) -> TableRecords:
        return TableRecords(self, np.arange(len(self.found.rows)))

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
        held = None
        if (
            "kinds" in self.__dict__
        ):  # of all at once where they are counted; of few where only those are shown
            held = self.kinds[0], self.kinds[1][places]
        return [*records_of(self.name, self.table, self.judged, FoundRows(rows, None), self.subjects, held)]

    def codes(
        self, cuts: Sequence[datetime], class_of: Callable[[str | None], Hashable]
    ) -> Iterator[_Places]:
        """Per row some numbers, the same for rows alike."""
        yield np.broadcast_to(_eras(_when(self.found.rows, self.table), cuts), len(self.found.rows))
        yield from self._fixed
        for numbers, groups in self.people:
            yield _numbered(tuple(map(class_of, people)) for people in groups)[numbers]

    @functools.cached_property
    def _fixed(self) -> list[_Places]:
        """Those that hang on nothing but the rows: what is held, where it is shown to whom it is, and who sees it."""
        parts = []
        if self.subjects:
            kinds, which = self.kinds
            parts.append(_numbered(map(tuple, kinds))[which])
        if self.table.visibility is not None:
            parts.append(_texts_numbered(self.found.rows[SEEN_BY])[0])
        return parts

    @functools.cached_property
    def kinds(self) -> tuple[list[Kinds], _Places]:
        """As `kinds_by_row` has them."""
        return kinds_by_row(self.found.as_written(), self.table)

    @functools.cached_property
    def people(self) -> list[tuple[_Places, list[tuple[str | None, ...]]]]:
        """Per column of subjects, or for all where one has lists: per row a number, and whom each stands for."""
        rows = self.found.rows
        columns = [rows[subject_text(place)] for place in range(len(self.table.subjects))]
        if any(pa.types.is_nested(column.type) for column in columns):
            known: dict[tuple[str | None, ...], int] = {}
            named = people_of_rows(rows, self.table)
            return [
                (np.array([known.setdefault(people, len(known)) for people in named], np.int64), [*known])
            ]
        told = map(_texts_numbered, columns)
        return [(numbers, [(text,) for text in texts.to_pylist()]) for numbers, texts in told]


class OwnRecords:
    """The rows of one member, or of a few, in every catalogued table, read table by table as they are asked for."""

    def __init__(self, catalogue: Catalogue, indexes: SubjectIndexes, *subjects: str) -> None:
        self.catalogue, self._indexes, self._subjects = catalogue, indexes, subjects
        self._tables: dict[str, IndexedTable] = {}
        self._read: dict[str, TableRecords] = {}

    def of(self, name: str) -> TableRecords:
        """Their rows of one table. Raises: SourceError from the table."""
        if name not in self._read:
            indexed = self._table(name)
            about = _About(name, indexed, indexed.about(self._subjects), self._subjects)
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

    def referred(self, records: Iterable[TableRecords] | None = None) -> Mapping[str, TableRecords]:
        """By table the rows that their records refer to, by however many steps; nothing of them is shown.

        records: others, in place of theirs.
        """
        if records is None:
            return self._referred
        tables, read = self.catalogue.tables, list[TableRecords](records)
        found: dict[str, TableRecords] = {}
        ahead = {target for rows in read for target, _ in rows.references}
        while ahead:
            # One that nothing still ahead leads to: so each is read once. Nothing leads back to itself.
            name = min(ahead.difference(self.catalogue.referred(*ahead)))
            ahead.remove(name)
            named = [
                keys
                for rows in (*read, *found.values())
                for target, keys in rows.references
                if target == name
            ]
            keys = pc.drop_null(pc.unique(pa.chunked_array(named, pa.string())))
            # Whose the rows of other tables are nobody says, so they never pass.
            if len(keys) and (tables[name].subjects or tables[name].is_about_nobody):
                indexed = self._table(name)
                found[name] = _About(name, indexed, indexed.named(keys.to_pylist())).as_found()
                ahead.update(tables[name].references.values())
        return found

    @functools.cached_property
    def _referred(self) -> Mapping[str, TableRecords]:
        return self.referred([*self.tables()])

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

    def named(self, name: str, keys: Collection[str]) -> TableRecords:
        """The rows of some keys, about whomever; nothing of them is shown. Raises: SourceError from the table."""
        indexed = self._table(name)
        return _About(name, indexed, indexed.named(keys)).as_found()

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


def together(parts: Iterable[_Places]) -> _Places:
    """Per place a number for what all parts say there."""
    found = np.zeros(1, np.int64)
    for part in parts:
        if most := int(part.max(initial=0)):
            # Numbered anew each time, so that no product of them grows beyond what there are rows.
            _, found = np.unique(found * (most + 1) + part, return_inverse=True)
        else:
            found = np.broadcast_to(found, part.shape)
    return found


def _texts_numbered(column: pa.ChunkedArray) -> tuple[_Places, pa.Array]:
    """`_numbered` of a column of texts, and the text of each number."""
    told = column.combine_chunks().dictionary_encode(null_encoding="encode")
    return told.indices.to_numpy().astype(np.int64), told.dictionary


def _numbered(values: Iterable[Hashable]) -> _Places:
    """Per value a number, the same for equal ones."""
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(value, len(known)) for value in values], np.int64)
