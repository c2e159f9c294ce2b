"""DuckDB tables whose rows keep an order, and arrays laid beside them.

DuckDB's positional join puts two tables side by side, row by row, without comparing anything: reading a column and
its marks costs hardly more than reading the column. It must never be one row off, so every row of the one side is
held against the number of the other's, in the same pass. DuckDB asks for the marks when it plans a query and when it
begins to read: each time the files are looked at, and must stand as they stood when they were marked. Where anything
differs the query fails and nothing is let out. One such join runs on one thread, so a large table is read in as many
stretches as there are threads. Marks lie in memory and nowhere else.
"""

from __future__ import annotations

import functools
import itertools
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import duckdb
import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from licet.enforce.duckdb_files import path_list
from licet.enforce.permitted_copies import Copy, copy_of
from licet.enforce.row_verdicts import ROW, Numbers, RowsInOrder, smallest
from licet.sources.file_state import look_at

#: DuckDB's names for where a row of a Parquet file lies; a table with columns so called is not read in order.
_FILE, _PLACE = "file_index", "file_row_number"
#: Below so many rows a stretch, a thread more costs more than it spares.
_FEWEST_ROWS = 500_000
_OUT_OF_STEP = "rows and their marks are out of step"
#: Text files are held in memory up to these sizes, of the files and of what is read of them.
_MOST_TEXT_BYTES, _MOST_HELD_BYTES = 16 << 20, 64 << 20
#: What a copy is read beside: one row, handed over while the copy may be read.
_HOLDS = pa.table({"holds": [True]})


class HandIn(Protocol):
    """Makes Arrow data a table. require: raises where it may not be read any more; asked whenever a query reads it."""

    def __call__(self, data: pa.Table, require: Callable[[], None] | None = None) -> ir.Table: ...


class Repeated(Protocol):
    """Puts together once what is made of a table for one small table after another."""

    def __call__(
        self, schema: pa.Schema, make: Callable[[ir.Table], ir.Table]
    ) -> Callable[[pa.Table], pa.Table]: ...


class _Stretch(NamedTuple):
    """Rows `first` to `last` (that one not) of the table, as `rows` scans them, each with its place.

    rows:   SQL; a scan and nothing more, so that DuckDB lays marks beside it without copying.
    places: makes the columns that say where each row lies, of the same names as in `rows`."""

    rows: str
    first: int
    last: int
    places: Callable[[], dict[str, Numbers]]


def parquet_in_order(
    backend: Any, files: list[Path], names: Iterator[str], hand_in: HandIn, repeated: Repeated
) -> RowsInOrder | None:
    """The rows of Parquet files, in the order of `files`; None where column names stand in the way.

    names: new names for views.
    """
    if {_FILE, _PLACE, ROW} & {*pq.read_schema(files[0]).names}:
        return None
    stood = look_at(files).files
    footers = [pq.ParquetFile(file) for file in files]
    sizes = [footer.metadata.num_rows for footer in footers]
    starts = [0, *itertools.accumulate(sizes)]
    source = _scan(files)
    row = _PLACE if len(files) == 1 else f"{_PLACE} + list_extract({starts}::BIGINT[], {_FILE}::BIGINT + 1)"
    view = _view(backend, next(names), f"SELECT * EXCLUDE ({_PLACE}), {row} AS {ROW} FROM {source}")
    schema = footers[0].schema_arrow
    # Read apart, files would each have types of their own.
    threads = _threads(backend, starts[-1]) if all(f.schema_arrow.equals(schema) for f in footers) else 1
    groups = [
        footer.metadata.row_group(n).num_rows for footer in footers for n in range(footer.num_row_groups)
    ]
    cuts = _cuts([*itertools.accumulate(groups)], threads)
    places = functools.cache(lambda: np.arange(max(sizes), dtype=smallest(max(sizes))))
    stretches = [*_of_files(files, starts, cuts, places)]

    def require() -> None:
        if look_at(files).files != stood:
            raise ValueError(f"{_OUT_OF_STEP}: a file changed")

    def beside(columns: dict[str, Numbers]) -> ir.Table:
        return _view(backend, next(names), _side_by_side(stretches, columns, hand_in, require))

    def copied(rows: ir.Table) -> Copy | None:
        return copy_of(backend, rows, hand_in(_HOLDS, require).get_name(), names)

    return RowsInOrder(view, starts[-1], beside, copied, repeated)


def text_in_order(
    backend: Any,
    rows: ir.Table,
    batches: Iterable[pa.RecordBatch],
    files: Sequence[Path],
    hand_in: HandIn,
    names: Iterator[str],
    repeated: Repeated,
) -> RowsInOrder | None:
    """The rows of small text files, read once and held in memory while the files stand; None for larger ones, and for
    what would not be the same in memory.

    rows:    what is read of them: scans, one after another, of which DuckDB keeps the order ("Order Preservation" in
             its documentation).
    batches: reads them. A value that cannot be read is told to whoever asks for it, not here.
    """
    stand = look_at(files)
    if sum(size for _, _, size, _, _ in stand.files) > _MOST_TEXT_BYTES:
        return None

    def require() -> None:
        if look_at(files).files != stand.files:
            raise ValueError(f"{_OUT_OF_STEP}: a file changed")

    held = list[pa.RecordBatch]()
    try:
        for batch in batches:
            held.append(batch)
            if sum(each.nbytes for each in held) > _MOST_HELD_BYTES:
                return None  # text that was packed
        require()
    except (duckdb.Error, ValueError):
        return None
    data = pa.Table.from_batches(held, rows.schema().to_pyarrow())
    ordered = arrow_in_order(backend, data, hand_in, names, repeated, require)
    same = ordered is not None and ordered.rows.drop(ROW).schema() == rows.schema()
    return ordered if same else None


def arrow_in_order(
    backend: Any,
    data: pa.Table,
    hand_in: HandIn,
    names: Iterator[str],
    repeated: Repeated,
    require: Callable[[], None] | None = None,
) -> RowsInOrder | None:
    """The rows of a table that lies in memory; None where its columns stand in the way.

    require: as `HandIn` has it.
    """
    if ROW in data.column_names:
        return None
    places = np.arange(len(data), dtype=smallest(len(data)))
    numbered = data.append_column(ROW, pa.array(places))
    threads = _threads(backend, len(data))
    cuts = [0, *(len(data) * n // threads for n in range(1, threads)), len(data)]
    stretches = [
        _Stretch(
            hand_in(numbered.slice(first, last - first), require).get_name(), first, last,
            functools.partial(_these, ROW, places[first:last]),
        )
        for first, last in itertools.pairwise(cuts)
    ]  # fmt: skip

    def beside(columns: dict[str, Numbers]) -> ir.Table:
        return _view(backend, next(names), _side_by_side(stretches, columns, hand_in, require))

    def copied(rows: ir.Table) -> Copy | None:
        return copy_of(backend, rows, hand_in(_HOLDS, require).get_name(), names)

    return RowsInOrder(hand_in(numbered, require), len(data), beside, copied, repeated)


def _threads(backend: Any, rows: int) -> int:
    ((threads,),) = backend.con.execute("SELECT current_setting('threads')").fetchall()
    return max(1, min(int(threads), rows // _FEWEST_ROWS))


def _cuts(ends: Sequence[int], parts: int) -> list[int]:
    """The rows at which stretches of about one size begin, each with a row group. ends: of the row groups."""
    size = ends[-1] if ends else 0
    nearest = (ends[bisect_left(ends, size * part // parts)] for part in range(1, parts))
    return [*dict.fromkeys((0, *nearest, size))] if size else [0, 0]


def _of_files(
    files: Sequence[Path], starts: Sequence[int], cuts: Sequence[int], places: Callable[[], Numbers]
) -> Iterator[_Stretch]:
    """Between two cuts: the rest of a file that was begun, whole files together, and the beginning of one."""
    for first, last in itertools.pairwise(cuts):
        whole: list[int] = []
        for number, (start, end) in enumerate(itertools.pairwise(starts)):
            if first <= start and end <= last and (start < end or first == last):
                whole.append(number)
                continue
            begin, until = max(first, start), min(last, end)
            if begin < until:
                if whole:
                    yield _of_whole(files, starts, whole, places)
                    whole = []
                yield _of_part(files[number], begin, until, start, end, places)
        if whole:
            yield _of_whole(files, starts, whole, places)


def _of_whole(
    files: Sequence[Path], starts: Sequence[int], numbers: Sequence[int], places: Callable[[], Numbers]
) -> _Stretch:
    sizes = [starts[number + 1] - starts[number] for number in numbers]

    def told() -> dict[str, Numbers]:
        if len(sizes) == 1:
            return {_PLACE: places()[: sizes[0]]}
        which = np.repeat(np.arange(len(sizes), dtype=smallest(len(sizes))), sizes)
        return {_PLACE: np.concatenate([places()[:size] for size in sizes]), _FILE: which}

    scan = _scan([files[number] for number in numbers])
    return _Stretch(scan, starts[numbers[0]], starts[numbers[-1] + 1], told)


def _of_part(
    file: Path, first: int, last: int, start: int, end: int, places: Callable[[], Numbers]
) -> _Stretch:
    """Rows of one file. What is asked of their places is decided by row group: none outside is opened."""
    asked = [f"{_PLACE} >= {first - start}"] * (first > start) + [f"{_PLACE} < {last - start}"] * (last < end)
    # The column that is asked about comes first in the scan: as it is here, nothing stands between it and the join.
    rows = f"SELECT {_PLACE}, * EXCLUDE ({_PLACE}) FROM {_scan([file])} WHERE {' AND '.join(asked)}"
    return _Stretch(f"({rows})", first, last, lambda: {_PLACE: places()[first - start : last - start]})


def _these(name: str, values: Numbers) -> dict[str, Numbers]:
    return {name: values}


def _side_by_side(
    stretches: Sequence[_Stretch],
    columns: dict[str, Numbers],
    hand_in: HandIn,
    require: Callable[[], None] | None,
) -> str:
    """Both sides of the join, stretch by stretch; a row that does not lie beside its own mark ends the query."""
    parts = []
    for rows, first, last, places in stretches:
        where = places()
        marks = hand_in(
            pa.table({name: array[first:last] for name, array in columns.items()} | where), require
        ).get_name()
        same = " AND ".join(f"rows.{name} = marks.{name}" for name in where)
        shown = ", ".join(
            f"CASE WHEN {same} THEN marks.{name} ELSE error('{_OUT_OF_STEP}') END AS {name}"
            for name in columns
        )
        parts.append(
            f"SELECT rows.* EXCLUDE ({next(iter(where))}), {shown} FROM {rows} AS rows "
            f"POSITIONAL JOIN {marks} AS marks"
        )
    return " UNION ALL ".join(parts)


def _scan(files: Sequence[Path]) -> str:
    return f"read_parquet({path_list(files)}, hive_partitioning=false, {_PLACE}=true)"


def _view(backend: Any, name: str, sql: str) -> ir.Table:
    backend.raw_sql(f"CREATE TEMP VIEW {name} AS {sql}")
    return backend.table(name)
