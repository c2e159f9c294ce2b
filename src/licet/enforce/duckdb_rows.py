"""DuckDB tables whose rows keep an order, and arrays laid beside them.

DuckDB's positional join puts two tables side by side, row by row, without comparing anything: reading a column and
its marks costs hardly more than reading the column. It must never be one row off, so every row of the one side is
held against the number of the other's, in the same pass, and the files' sizes and times of change against those
they had when they were marked; where anything differs the query fails and nothing is let out.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from licet.enforce.duckdb_files import path_list, same_labels, sizes_and_times, text_literal
from licet.enforce.row_verdicts import ROW, Numbers, RowsInOrder

#: DuckDB's names for where a row of a Parquet file lies; a table with columns so called is not read in order.
_FILE, _PLACE = "file_index", "file_row_number"
_DIFFERENCES = "DELTA_BINARY_PACKED"
_ROW_GROUP_ROWS = 122_880  # DuckDB's own, so that both sides of the join move in step


def parquet_in_order(
    backend: Any, name: str, files: list[Path], names: Iterator[str], folder: Callable[[], Path]
) -> RowsInOrder | None:
    """The rows of Parquet files, in the order of `files`; None where column names stand in the way.

    name:   of the table; names: new names for views; folder: where marks may lie.
    """
    if {_FILE, _PLACE, ROW} & {*pq.read_schema(files[0]).names}:
        return None
    sizes = [pq.read_metadata(file).num_rows for file in files]
    starts = [0, *itertools.accumulate(sizes)]
    source = _scan(files)
    (stood,) = backend.con.execute(f"SELECT {sizes_and_times(files)}").fetchone()
    labels = same_labels(backend.con, name, files)
    row = _PLACE if len(files) == 1 else f"{_PLACE} + list_extract({starts}::BIGINT[], {_FILE}::BIGINT + 1)"
    view = _view(backend, next(names), f"SELECT * EXCLUDE ({_PLACE}), {row} AS {ROW} FROM {source}")

    def beside(columns: dict[str, Numbers]) -> ir.Table:
        own = folder() / next(names)
        own.mkdir()
        marks = []
        for number, (start, size) in enumerate(zip(starts, sizes, strict=False)):
            part = pa.table({name: array[start : start + size] for name, array in columns.items()})
            marks.append(own / f"{number:06d}.parquet")
            # Marks are few small numbers: differences pack them as well as a dictionary does, in half the time.
            pq.write_table(
                part, marks[-1], compression="none", use_dictionary=False, write_statistics=False,
                column_encoding=_DIFFERENCES, row_group_size=_ROW_GROUP_ROWS,
            )  # fmt: skip
        # Compared once a query, within the subquery: outside it DuckDB would compare the texts for every row.
        still = f"({sizes_and_times(files)} = {text_literal(stood)})"
        same = f"rows.{_PLACE} = marks.{_PLACE} AND {labels} AND {still}"
        if len(files) > 1:
            same += f" AND rows.{_FILE} = marks.{_FILE}"
        return _view(backend, next(names), _side_by_side(source, _scan(marks), same, list(columns), _PLACE))

    return RowsInOrder(view, starts[-1], beside)


def arrow_in_order(
    backend: Any, data: pa.Table, hand_in: Callable[[pa.Table], ir.Table], names: Iterator[str]
) -> RowsInOrder | None:
    """The rows of a table that lies in memory; None where its columns stand in the way."""
    if ROW in data.column_names:
        return None
    numbered = data.append_column(ROW, pa.array(np.arange(len(data))))

    def beside(columns: dict[str, Numbers]) -> ir.Table:
        marks = pa.table({**columns, ROW: np.arange(len(data))})
        left, right = (hand_in(table).get_name() for table in (numbered, marks))
        same = f"rows.{ROW} = marks.{ROW}"
        return _view(backend, next(names), _side_by_side(left, right, same, list(columns), ROW))

    return RowsInOrder(hand_in(numbered), len(data), beside)


def _side_by_side(rows: str, marks: str, same: str, columns: list[str], hidden: str) -> str:
    """Both sides of the join; a row that does not lie beside its own mark ends the query."""
    shown = ", ".join(
        f"CASE WHEN {same} THEN marks.{name} ELSE error('rows and their marks are out of step') END AS {name}"
        for name in columns
    )
    return f"SELECT rows.* EXCLUDE ({hidden}), {shown} FROM {rows} AS rows POSITIONAL JOIN {marks} AS marks"


def _scan(files: list[Path]) -> str:
    return f"read_parquet({path_list(files)}, hive_partitioning=false, {_PLACE}=true)"


def _view(backend: Any, name: str, sql: str) -> ir.Table:
    backend.raw_sql(f"CREATE TEMP VIEW {name} AS {sql}")
    return backend.table(name)
