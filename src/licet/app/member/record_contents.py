"""One row about a member: whom it is about, what it holds, when it was made, what of it the member may be shown.

Many rows are put together at once, from columns; what the member may be shown of one is only read when it is looked at.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.app.member.shared_records import own_part
from licet.enforce.subject_rows import (
    KEY_TEXT,
    ORGANISATION_TEXT,
    SEEN_BY,
    FoundRows,
    people_of_rows,
    reference_text,
)
from licet.enforce.tables import roles
from licet.sources.catalogue import Table
from licet.sources.paths import path_in
from licet.terms.canonical import JsonObject

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


def records_of(
    name: str,
    table: Table,
    judged: tuple[str, ...],
    found: FoundRows,
    subjects: tuple[str, ...],
    held: tuple[list[Kinds], npt.NDArray[np.int64]] | None = None,
) -> Iterator[OwnRecord]:
    """The rows of a table that were found, as records.

    subjects: who is asked about, to be shown their part. held: what `kinds_by_row` says of them, where that is known.
    """
    rows, written = found.rows, found.as_written()
    keys = [None] * len(rows) if table.key is None else rows[KEY_TEXT].to_pylist()
    seen = [table.visibility_is] * len(rows) if table.visibility is None else rows[SEEN_BY].to_pylist()
    named = [
        [(target, key) for key in rows[reference_text(place)].to_pylist()]
        for place, target in enumerate(table.references.values())
    ]
    refers = list(zip(*named, strict=True)) if named else [()] * len(rows)
    alike, which = kinds_by_row(written, table) if held is None else held
    kinds, parts = [alike[number] for number in which.tolist()], _Parts(written, table)
    people = map(_each_once, people_of_rows(rows, table))
    work = [None] * len(rows) if table.organisation is None else rows[ORGANISATION_TEXT].to_pylist()
    columns = zip(people, keys, seen, _moments(rows, table), kinds, refers, work, strict=True)
    for place, (about, key, seen_by, created, there, referred, organisation) in enumerate(columns):
        whose = next((one for one in subjects if one in about), None)
        later = OwnPartLater(functools.partial(parts.of, place, whose))
        yield OwnRecord(name, key, about, judged, seen_by, created, there, referred, organisation, later)


@functools.lru_cache(maxsize=1024)
def _each_once(people: tuple[str | None, ...]) -> tuple[str | None, ...]:
    return tuple(dict.fromkeys(people))


Kinds = Mapping[str | None, tuple[str, ...]]


def kinds_by_row(rows: pa.Table, table: Table) -> tuple[list[Kinds], npt.NDArray[np.int64]]:
    """Each kind of data that rows hold some of, and the columns that do, once for rows alike; per row which it is."""
    columns = [column for column in rows.column_names if column != SEEN_BY]
    labels: dict[str, dict[str | None, None]] = {}
    for path, kind in table.columns.items():
        within = path_in(path, columns)
        labels.setdefault(path if within is None else within.column, {})[kind] = None
    told = np.array([_is_held(rows[column]) for column in columns], np.bool_).T
    packed = np.packbits(told, axis=1)
    # As numbers, where they are few enough to be one: those are told apart ten times as fast.
    held = np.zeros((len(packed), max(8, packed.shape[1])), np.uint8)
    held[:, : packed.shape[1]] = packed
    placing = roles(table)

    def mapping(bits: bytes) -> Kinds:
        there = np.unpackbits(np.frombuffer(bits, np.uint8), count=len(columns))
        kinds: dict[str | None, list[str]] = {}
        for column in itertools.compress(columns, there):
            for kind in labels.get(column, {None: None}):
                if not (kind is None and column in placing):
                    kinds.setdefault(kind, []).append(column)
        return {kind: tuple(within) for kind, within in kinds.items()}

    width = held.shape[1]
    found, which = np.unique(held.view("u8" if width == 8 else f"V{width}").ravel(), return_inverse=True)
    return [mapping(bits.tobytes()) for bits in found], which


def _is_held(column: pa.ChunkedArray) -> Any:
    """Per row whether something stands there: no null, no empty text, no empty list."""
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        there = pc.not_equal(column, "")
        there = pc.fill_null(there, False) if column.null_count else there
    elif pa.types.is_nested(kind) and not pa.types.is_struct(kind):
        there = pa.chunked_array(
            [pa.array([value not in (None, []) for value in column.to_pylist()], pa.bool_())]
        )
    elif not column.null_count:
        return np.ones(len(column), np.bool_)
    else:
        there = column.is_valid()
    return there.to_numpy()


class _Parts:
    """What the member may be shown of the rows of one table, some rows at a time when one is looked at."""

    _AT_ONCE = 32

    def __init__(self, rows: pa.Table, table: Table) -> None:
        self._table = table
        self._rows = rows.drop_columns([SEEN_BY]) if SEEN_BY in rows.column_names else rows
        self._read: dict[int, list[JsonObject]] = {}

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


def plain_rows(rows: pa.Table | pa.RecordBatch) -> list[JsonObject]:
    """Rows as Python values; a date beyond Python's calendar as its text."""
    try:
        found: list[JsonObject] = rows.to_pylist()
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
