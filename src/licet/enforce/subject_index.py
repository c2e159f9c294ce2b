"""Rows by whom they are about: the few rows of one person, found without reading those of everybody else.

A table's rows are copied once, as they stand, into a temporary file without a name (it goes with the process) that is
mapped into memory; beside it lies, in the order of ids, where the rows about each person are. Who asks first is
answered by the engine, since one question is not worth a copy. So is everybody where a table is too large for it, is
just being copied, or lies where a look at files does not tell whether it changed. A copy is used only while the files
stand as they stood before it was made. Nothing is decided here.
"""

from __future__ import annotations

import functools
import mmap
import tempfile
import threading
from bisect import bisect_left
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.shapes import Shape
from licet.enforce.tables import Tables
from licet.enforce.text_columns import in_known_words
from licet.sources.catalogue import Catalogue, Table
from licet.sources.stand import Stand, files_of, look_at

#: A table whose copy would take more is read through the engine each time.
MOST_COPIED_BYTES = 4 << 30
#: Beside each row, who could see it: the text that a gate compares.
SEEN_BY = "__licet_seen_by"

_SUBJECT = "__licet_subject_"
_BATCH_ROWS = 1 << 16

_Places = npt.NDArray[np.int64]


class _Copy(NamedTuple):
    """rows:    the table in batches, each of which starts at its place in `batch_starts`.
    ids:     everybody the table is about, in the order of their texts.
    starts:  where in `places` the rows about each begin; one more, where the last end.
    """

    rows: pa.RecordBatchFileReader
    batch_starts: _Places
    ids: pa.Array
    starts: _Places
    places: _Places

    def rows_about(self, subjects: Collection[str], columns: list[str]) -> pa.Table:
        """The rows about any of these people, each once."""
        places = np.unique(np.concatenate([self._places_of(subject) for subject in subjects]))
        numbers = np.searchsorted(self.batch_starts, places, side="right") - 1
        batches = [
            self.rows.get_batch(number)
            .select(columns)
            .take(pa.array(places[numbers == number] - self.batch_starts[number]))
            for number in np.unique(numbers).tolist()
        ]
        return pa.Table.from_batches(
            batches, pa.schema([self.rows.schema.field(column) for column in columns])
        )

    def _places_of(self, subject: str) -> _Places:
        at = bisect_left(range(len(self.ids)), subject, key=lambda place: self.ids[place].as_py())
        if at == len(self.ids) or self.ids[at].as_py() != subject:
            return self.places[:0]
        return self.places[self.starts[at] : self.starts[at + 1]]


class IndexedTable:
    """One table as its files stand. Any number of threads may ask one."""

    def __init__(self, name: str, catalogue: Catalogue, base: Path, stand: Stand | None) -> None:
        self.catalogued, self.stand = catalogue.tables[name], stand
        self._name, self._catalogue, self._base = name, catalogue, base
        self._asked, self._copying = 0, threading.Lock()
        self._copy: _Copy | None = None

    @functools.cached_property
    def shapes(self) -> dict[str, Shape]:
        return self._open()[1].shapes(self._name)

    @functools.cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of data in it, by which a gate judges its rows."""
        return self._open()[1].kinds(self._name)

    def is_as_it_was(self, table: Table, now: Stand | None) -> bool:
        """Whether what was read of it is what would be read now."""
        return (
            self.stand is not None and now is not None and self.catalogued == table and self.stand.holds(now)
        )

    def rows_about(self, subjects: Collection[str]) -> pa.Table:
        """The rows about any of these people in the order of the table, with SEEN_BY where a column says it.

        Raises: SourceError from the table.
        """
        if self._copy is None and self.stand is not None and self._copying.acquire(blocking=False):
            self._asked += 1
            # A copy that could not be made is not tried again: the lock stays taken.
            if self._asked < 2 or self._make_copy():
                self._copying.release()
        if self._copy is not None:
            columns = [name for name in self._copy.rows.schema.names if not name.startswith(_SUBJECT)]
            return self._copy.rows_about(subjects, columns)
        engine, tables = self._open()
        with engine.reading(f"table {self._name!r}"):
            rows = _with_audience(tables.content(self._name), self.catalogued)
            return tables.about(self._name, rows, subjects).to_pyarrow()

    def rows_named(self, keys: Collection[str]) -> pa.Table:
        """The rows of some keys, as text; through the engine. Raises: SourceError from the table."""
        engine, tables = self._open()
        with engine.reading(f"table {self._name!r}"):
            rows = _with_audience(tables.content(self._name), self.catalogued)
            wanted = engine.hand_in(pa.table({"wanted": pa.array(sorted({*keys}), pa.string())}))
            return rows.filter(_ids(rows[str(self.catalogued.key)]).isin(wanted.wanted)).to_pyarrow()

    def _open(self) -> tuple[DuckDBEngine, Tables]:
        engine = DuckDBEngine()
        return engine, Tables(self._catalogue, engine, self._base, {}, None)

    def _make_copy(self) -> bool:
        """Whether the table could be copied: not where it is too large, or the disk has no room."""
        engine, tables = self._open()
        with engine.reading(f"table {self._name!r}"):
            rows = _with_audience(tables.content(self._name), self.catalogued)
            people = [
                _ids(rows[column]).name(f"{_SUBJECT}{place}")
                for place, column in enumerate(self.catalogued.subjects)
            ]
            self._copy = _copied(engine, rows.select(*rows.columns, *people), len(people))
        return self._copy is not None


class SubjectIndexes:
    """The indexed tables of one workspace, kept as long as the tables are as they were."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._known: dict[str, IndexedTable] = {}

    def of(self, name: str, catalogue: Catalogue) -> IndexedTable:
        """A table as it stands now."""
        table = catalogue.tables[name]
        files = files_of(table.location, self._base)
        now = None if files is None else look_at(files)
        known = self._known.get(name)
        if known is not None and known.is_as_it_was(table, now):
            return known
        self._known[name] = made = IndexedTable(name, catalogue, self._base, now)
        return made


def _with_audience(rows: ir.Table, table: Table) -> ir.Table:
    if table.visibility is None:
        return rows
    return rows.mutate(**{SEEN_BY: in_known_words(rows[table.visibility].cast("string"), table.visibilities)})


def _ids(value: ir.Value) -> ir.Value:
    """The people of a column as texts, as a gate compares them."""
    if value.type().is_array():
        return value.map(lambda subject: subject.cast("string"))
    return value.cast("string")


def _copied(engine: DuckDBEngine, rows: ir.Table, columns: int) -> _Copy | None:
    """The rows, whose last columns are their people, in a file of memory; None where it would be too large."""
    schema = rows.schema().to_pyarrow()
    starts, count = [0], 0
    ids: list[pa.Array] = [pa.array([], pa.string())]
    places: list[_Places] = [np.zeros(0, np.int64)]
    try:
        with tempfile.TemporaryFile(prefix="licet-rows-") as file:
            with pa.ipc.new_file(file, schema) as sink:
                for batch in engine.batches(rows, _BATCH_ROWS):
                    if file.tell() > MOST_COPIED_BYTES:
                        return None
                    for part in pa.Table.from_batches([batch]).cast(schema).to_batches():
                        sink.write_batch(part)
                        for column in part.columns[-columns:]:
                            parents, named = _flat(column)
                            ids.append(named)
                            places.append(parents + count)
                        count += len(part)
                        starts.append(count)
            file.flush()
            shown = pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError:  # no room for a copy: the engine answers
        return None
    people = pa.concat_arrays(ids).dictionary_encode()
    order = pc.sort_indices(people.dictionary)
    rank = np.empty(len(order), np.int64)
    rank[order.to_numpy()] = np.arange(len(order))
    whose = rank[people.indices.to_numpy()]
    bounds = np.zeros(len(order) + 1, np.int64)
    np.cumsum(np.bincount(whose, minlength=len(order)), out=bounds[1:])
    return _Copy(
        pa.ipc.open_file(shown), np.array(starts, np.int64), people.dictionary.take(order), bounds,
        np.concatenate(places)[np.argsort(whose, kind="stable")],
    )  # fmt: skip


def _flat(column: pa.Array) -> tuple[_Places, pa.Array]:
    """Per id that is there the place of its row in the batch, and the id."""
    if pa.types.is_string(column.type):
        places, ids = np.arange(len(column)), column
    else:
        places, ids = column.value_parent_indices().to_numpy(), column.flatten()
    there = ids.is_valid().to_numpy(zero_copy_only=False)
    return places[there].astype(np.int64), ids.drop_null()
