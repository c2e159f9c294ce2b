"""Rows by whom they are about: the few rows of one person, found without reading those of everybody else.

A table's rows are copied once, as they stand, into a temporary file without a name (it goes with the process) that is
mapped into memory; beside it lies, in the order of ids, where the rows about each person are, at four bytes a row, and
by key where others refer to them. Who asks first is answered by the engine, since one question is not worth a copy. So
is everybody where a table is too large for it, is just being copied, or lies where files do not tell of a change.

A copy is used only while the files stand as they stood before and after it was made, and labels in them are held
against the catalogue as they are copied. Nothing is decided here.
"""

from __future__ import annotations

import functools
import mmap
import tempfile
import threading
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.column_shapes import Shape, element_subjects
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.engine import Engine
from licet.enforce.engine_choice import engine_for
from licet.enforce.masking import element_ids
from licet.enforce.pseudonyms import id_text
from licet.enforce.row_verdicts import ROW, Numbers, gather
from licet.enforce.rows import row_class
from licet.enforce.subject_places import NOWHERE, SubjectPlaces
from licet.enforce.tables import Tables
from licet.enforce.text_columns import in_known_words
from licet.enforce.verdict_table import Dimensions
from licet.sources.catalogue import Catalogue, Table
from licet.sources.file_state import Stand, files_of, look_at

#: A table whose copy would take more is read through the engine each time.
MOST_COPIED_BYTES = 4 << 30
#: Beside each row, who could see it: the text that a gate compares.
SEEN_BY = "__licet_seen_by"
#: Beside each row, as texts that a gate compares: its key, the people of each subject column, the key of the row that
#: each reference names, and the people that elements of its lists are about.
KEY_TEXT, ELEMENT_PEOPLE = "__licet_key", "__licet_element_people"
#: … and the organisation whose work data the row is.
ORGANISATION_TEXT = "__licet_organisation"
BESIDE = "__licet_"
_SUBJECT, _REFERS = f"{BESIDE}subject_", f"{BESIDE}refers_"

_BATCH_ROWS = 1 << 16
#: More texts than that are looked for together.
_MOST_SOUGHT = 32
#: Per table so many answers to the question of which class its rows are: one a policy, or a few.
_MOST_CLASSED = 16

_Places = npt.NDArray[np.int64]


def subject_text(place: int) -> str:
    """The column beside the rows with the people of the catalogue's subject column of this place."""
    return f"{_SUBJECT}{place}"


def reference_text(place: int) -> str:
    """The same for the catalogue's references."""
    return f"{_REFERS}{place}"


def people_of_rows(rows: pa.Table, table: Table) -> Iterator[tuple[str | None, ...]]:
    """Everyone each row is about, in the catalogue's order; a gap, or a list with nobody in it, is somebody unknown."""
    if not table.subjects:
        return iter([()] * len(rows))
    columns = []
    for place in range(len(table.subjects)):
        values = rows[subject_text(place)].to_pylist()
        columns.append([tuple(value) or (None,) if isinstance(value, list) else (value,) for value in values])
    return (sum(each, ()) for each in zip(*columns, strict=True))


class FoundRows(NamedTuple):
    """Rows as they stand in the order of the table, with texts beside them.

    places: where they stand in the copy; None where the engine read them.
    """

    rows: pa.Table
    places: _Places | None

    def as_written(self) -> pa.Table:
        """The table's own columns, and SEEN_BY."""
        columns = [name for name in self.rows.column_names if name == SEEN_BY or not name.startswith(BESIDE)]
        return self.rows.select(columns)


class _Index(NamedTuple):
    """texts: each once, in their order; sought: the same, for many at once.
    starts: where in `places` the rows of each begin; and where the last end."""

    texts: pa.Array
    sought: SubjectPlaces
    starts: _Places
    places: Numbers

    def rows_of(self, texts: Collection[str]) -> _Places:
        """Where the rows of any of some texts stand, ascending, each once."""
        if len(texts) > _MOST_SOUGHT:
            at = self.sought.of(pc.unique(pa.array(texts, pa.string())))
            at = at[at != NOWHERE]
        else:
            at = np.array([*self._at(texts)], np.int64)
        counts = self.starts[at + 1] - self.starts[at]
        ahead = np.cumsum(counts) - counts
        found = self.places[np.repeat(self.starts[at] - ahead, counts) + np.arange(int(counts.sum()))]
        is_in_order = bool((found[1:] > found[:-1]).all())  # as those of one are
        return (found if is_in_order else np.unique(found)).astype(np.int64)

    def _at(self, texts: Collection[str]) -> Iterator[int]:
        """By halves, one by one."""
        for text in texts:
            at = bisect_left(range(len(self.texts)), text, key=lambda place: self.texts[place].as_py())
            if at < len(self.texts) and self.texts[at].as_py() == text:
                yield at


class _Copy:
    """batches: the rows in their order; by_subject: where those about each person are."""

    def __init__(self, batches: list[pa.RecordBatch], schema: pa.Schema, by_subject: _Index) -> None:
        self._batches, self._schema, self._by_subject = batches, schema, by_subject
        self._starts = np.cumsum([0, *(len(batch) for batch in batches)])

    def about(self, subjects: Collection[str]) -> FoundRows:
        return self._at(self._by_subject.rows_of(subjects))

    def named(self, keys: Collection[str]) -> FoundRows:
        return self._at(self._by_key.rows_of(keys))

    @functools.cached_property
    def _by_key(self) -> _Index:
        texts = pa.chunked_array([batch[KEY_TEXT] for batch in self._batches], pa.string()).combine_chunks()
        places, keys = _flat(texts)
        return _indexed([places], [keys])

    def narrow(self, columns: Collection[str]) -> pa.Table:
        """Some columns of all rows; nothing is copied."""
        schema = pa.schema([self._schema.field(name) for name in columns])
        return pa.Table.from_batches([batch.select(schema.names) for batch in self._batches], schema)

    def _at(self, places: _Places) -> FoundRows:
        numbers = np.searchsorted(self._starts, places, side="right") - 1
        taken = [
            self._batches[number].take(pa.array(places[numbers == number] - self._starts[number]))
            for number in np.unique(numbers).tolist()
        ]
        return FoundRows(pa.Table.from_batches(taken, self._schema), places)


class IndexedTable:
    """One table as its files stand. Any number of threads may ask one."""

    def __init__(
        self,
        name: str,
        catalogue: Catalogue,
        base: Path,
        stand: Stand | None,
        handed_in: Mapping[str, Any] | None = None,
    ) -> None:
        self.catalogued, self.stand = catalogue.tables[name], stand
        self._name, self._catalogue, self._base = name, catalogue, base
        self._handed_in = dict(handed_in or {})
        self._asked, self._copying = 0, threading.Lock()
        self._copy: _Copy | None = None
        self._classes: dict[tuple[Any, ...], Numbers] = {}

    @functools.cached_property
    def _described(self) -> tuple[dict[str, Shape], tuple[str, ...]]:
        """Shapes and kinds, of one opening: opening costs more than both."""
        tables = self._open()[1]
        return tables.shapes(self._name), tables.kinds(self._name)

    @property
    def shapes(self) -> dict[str, Shape]:
        return self._described[0]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of data in it, by which a gate judges its rows."""
        return self._described[1]

    def is_as_it_was(self, catalogue: Catalogue, now: Stand | None) -> bool:
        """Whether what was read of it is what would be read now."""
        is_same = catalogue is self._catalogue or catalogue == self._catalogue
        return is_same and self.stand is not None and now is not None and self.stand.holds(now)

    def about(self, subjects: Collection[str]) -> FoundRows:
        """The rows about any of these people. Raises: SourceError from the table, GateError GATE-170."""
        copy = self._copied()
        if copy is not None:
            return copy.about(subjects)
        engine, tables = self._open()
        with engine.reading(f"table {self._name!r}"):
            rows = self._with_texts(tables)
            return FoundRows(tables.about(self._name, rows, subjects).to_pyarrow(), None)

    def named(self, keys: Collection[str]) -> FoundRows:
        """The rows of some keys, as text. Raises: SourceError from the table."""
        copy = self._copied()
        if copy is not None:
            return copy.named(keys)
        engine, tables = self._open()
        with engine.reading(f"table {self._name!r}"):
            rows = self._with_texts(tables)
            wanted = engine.hand_in(pa.table({"wanted": pa.array(sorted({*keys}), pa.string())}))
            return FoundRows(rows.filter(rows[KEY_TEXT].isin(wanted.wanted)).to_pyarrow(), None)

    def row_classes(self, found: FoundRows, looks: Dimensions) -> Numbers:
        """Per row its class as `rows.row_class` has it; of a copy, found out once for all rows."""
        if looks.row_classes == 1:
            return np.zeros(len(found.rows), np.uint16)
        if found.places is None or self._copy is None:
            return self._classed(found.rows, looks)
        key = (looks.visibilities, looks.audiences, looks.cuts)
        classes = self._classes.get(key)
        if classes is None:
            classes = self._classed(self._copy.narrow(self._classing), looks)
            while len(self._classes) >= _MOST_CLASSED:
                self._classes.pop(next(iter(self._classes)), None)
            self._classes[key] = classes
        return classes[found.places]

    @property
    def _classing(self) -> list[str]:
        """The columns by which rows are classed."""
        named = (self.catalogued.visibility, self.catalogued.created)
        return list(dict.fromkeys(column for column in named if column is not None))

    def _classed(self, rows: pa.Table, looks: Dimensions) -> Numbers:
        columns = [column for column in self._classing if column in rows.column_names]
        narrow = rows.select(columns)
        untyped = [name for name in columns if pa.types.is_null(narrow.schema.field(name).type)]
        narrow = narrow.drop_columns(untyped).append_column(ROW, pa.array(np.arange(len(rows))))
        engine = DuckDBEngine()
        with engine.reading(f"table {self._name!r}"):
            numbered = engine.hand_in(narrow).mutate(**{name: ibis.null() for name in untyped})
            kind = row_class(numbered, self._name, self.catalogued, looks)
            assert kind is not None  # there are several classes
            told = engine.batches(numbered.select(numbered[ROW], kind=kind))
            (classes,) = gather(told, len(rows), [np.uint16])
        return classes

    def _open(self) -> tuple[Engine, Tables]:
        engine: Engine = engine_for(self._catalogue)
        return engine, Tables(self._catalogue, engine, self._base, self._handed_in, None)

    def _copied(self) -> _Copy | None:
        """The copy, where it is there or worth making."""
        if self._copy is None and self.stand is not None and self._copying.acquire(blocking=False):
            self._asked += 1
            # A copy that could not be made is not tried again: the lock stays taken.
            if self._asked < 2 or self._make_copy():
                self._copying.release()
        return self._copy

    def _make_copy(self) -> bool:
        """Whether the table could be copied: not where it is too large or was changed, or the disk has no room."""
        engine, tables = self._open()
        with engine.reading(f"table {self._name!r}"):
            made = _copied(engine, self._with_texts(tables), len(self.catalogued.subjects))
        if self.catalogued.location.arrow is None:
            files = files_of(self.catalogued.location, self._base)
            if files is None or self.stand is None or look_at(files).files != self.stand.files:
                return False
        self._copy = made
        return made is not None

    def _with_texts(self, tables: Tables) -> ir.Table:
        rows, table = tables.content(self._name), self.catalogued
        beside = {}
        if table.visibility is not None:
            beside[SEEN_BY] = in_known_words(rows[table.visibility].cast("string"), table.visibilities)
        if table.key is not None:
            beside[KEY_TEXT] = id_text(rows[table.key])
        if table.organisation is not None:
            beside[ORGANISATION_TEXT] = id_text(rows[table.organisation])
        for place, column in enumerate(table.references):
            beside[reference_text(place)] = id_text(rows[column])
        elements = [
            element_ids(rows[column], steps)
            for column, shape in tables.shapes(self._name).items()
            for steps in element_subjects(shape)
        ]
        if elements:
            beside[ELEMENT_PEOPLE] = elements[0] if len(elements) == 1 else ibis.array(elements).flatten()
        for place, column in enumerate(table.subjects):
            beside[subject_text(place)] = id_text(rows[column])  # last: the index is made of these
        return rows.select(*(rows[column] for column in rows.columns), **beside)


class SubjectIndexes:
    """The indexed tables of one workspace, kept as long as the tables are as they were."""

    def __init__(self, base: Path, handed_in: Mapping[str, Any] | None = None) -> None:
        """handed_in: Arrow tables that the catalogue names with `arrow:`; nothing changes one."""
        self._base, self._handed_in = base, handed_in
        self._known: dict[str, IndexedTable] = {}

    def of(self, name: str, catalogue: Catalogue) -> IndexedTable:
        """A table as it stands now."""
        table = catalogue.tables[name]
        files = () if table.location.arrow is not None else files_of(table.location, self._base)
        now = None if files is None else look_at(files)
        known = self._known.get(name)
        if known is not None and known.is_as_it_was(catalogue, now):
            return known
        self._known[name] = made = IndexedTable(name, catalogue, self._base, now, self._handed_in)
        return made


def _copied(engine: Engine, rows: ir.Table, columns: int) -> _Copy | None:
    """The rows, whose last columns are their people, in a file of memory; None where it would be too large."""
    schema = rows.schema().to_pyarrow()
    count, ids, places = 0, list[pa.Array](), list[Numbers]()
    try:
        with tempfile.TemporaryFile(prefix="licet-rows-") as file:
            with pa.ipc.new_file(file, schema) as sink:
                for batch in engine.batches(rows, _BATCH_ROWS):
                    if file.tell() > MOST_COPIED_BYTES:
                        return None
                    for part in pa.Table.from_batches([batch]).cast(schema).to_batches():
                        sink.write_batch(part)
                        for column in part.columns[len(schema) - columns :]:
                            parents, named = _flat(column)
                            ids.append(named)
                            places.append(parents + count)
                        count += len(part)
            file.flush()
            shown = pa.ipc.open_file(pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))
    except OSError:  # no room for a copy: the engine answers
        return None
    batches = [shown.get_batch(number) for number in range(shown.num_record_batches)]
    return _Copy(batches, schema, _indexed(places, ids))


def _indexed(places: list[Numbers], texts: list[pa.Array]) -> _Index:
    """Where each text stands; places and texts go by pairs."""
    found = pa.concat_arrays([pa.array([], pa.string()), *texts]).dictionary_encode()
    order = pc.sort_indices(found.dictionary)
    rank = np.empty(len(order), np.int64)
    rank[order.to_numpy()] = np.arange(len(order))
    whose = rank[found.indices.to_numpy()]
    starts = np.zeros(len(order) + 1, np.int64)
    np.cumsum(np.bincount(whose, minlength=len(order)), out=starts[1:])
    rows = np.concatenate([np.zeros(0, np.int64), *places])[np.argsort(whose, kind="stable")]
    narrow = np.uint32 if not len(rows) or rows.max() <= np.iinfo(np.uint32).max else np.int64
    texts = found.dictionary.take(order)
    return _Index(texts, SubjectPlaces(texts), starts, rows.astype(narrow))


def _flat(column: pa.Array) -> tuple[_Places, pa.Array]:
    """Per id that is there the place of its row in the batch, and the id."""
    if pa.types.is_string(column.type):
        places, ids = np.arange(len(column)), column
    else:
        places, ids = column.value_parent_indices().to_numpy(), column.flatten()
    there = ids.is_valid().to_numpy(zero_copy_only=False)
    return places[there].astype(np.int64), ids.drop_null()
