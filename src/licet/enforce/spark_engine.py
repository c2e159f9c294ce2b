"""Spark as the gate's engine: the same Ibis expressions on the session the user hands in, classic or Connect.

Times are read in UTC, so the session's time zone is set to it. Who permits what reaches the executors as narrow
tables, never as Python. What Spark cannot read as DuckDB does (databases, times of day) is refused, not guessed.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql.pandas.types import from_arrow_schema

from licet.enforce.duckdb_files import located
from licet.enforce.keyed_hash import hash_in_spark, keyed_hash_in_spark
from licet.enforce.row_verdicts import RowsInFiles, RowsInOrder
from licet.enforce.spark_backend import SparkBackend
from licet.enforce.spark_bitmaps import rows_in_files
from licet.enforce.spark_failures import explained
from licet.enforce.spark_files import csv_frame, jsonl_frame, parquet_frame
from licet.enforce.spark_footers import schemas_at
from licet.enforce.spark_spread import spread_over
from licet.enforce.spark_transform import transformed
from licet.enforce.spark_types import fitted
from licet.enforce.text_columns import as_catalogued
from licet.sources.catalogue import Location, Reading, Table
from licet.sources.column_names import require_distinct
from licet.sources.embedded_labels import check_labels
from licet.terms import SourceError

#: About 100 bytes each in the driver and in every executor, ids of ten letters: 400 MB.
BROADCAST_ROWS = 4_000_000


def _barrier() -> int:
    raise NotImplementedError  # Spark's own function stands in its place


_BUILTIN: Any = ibis.udf.scalar.builtin
#: The place of a row within its partition, no number of which is negative.
_BARRIER = _BUILTIN(_barrier, name="monotonically_increasing_id", signature=((), "int64"))

#: Names of views are a session's, and engines may share one.
_NUMBERS = itertools.count()


class SparkEngine:
    """One Spark session, which stays the user's: it is not stopped, and nothing is written where it reads."""

    name = "spark"
    people_here = False

    def __init__(self, session: Any, broadcast_rows: int = BROADCAST_ROWS) -> None:
        """broadcast_rows: the most people that are sent whole to every executor; more are joined by sorting."""
        self.session, self._broadcast_rows = session, broadcast_rows
        with self.reading("anything: the Spark session does not answer"):
            self.backend = SparkBackend().connect(session)
        self._views: list[str] = []
        self._kept: list[Any] = []
        # Expressions hold the backend, not the engine: views live as long as anything can still read them.
        weakref.finalize(self.backend, _release, session, self._views, self._kept).atexit = False

    def open(
        self,
        name: str,
        table: Table,
        base: Path,
        handed_in: Mapping[str, Any],
        readings: Mapping[str, Reading],
    ) -> ir.Table:
        location = table.location
        if location.arrow is not None:
            if location.arrow not in handed_in:
                raise SourceError(
                    "SRC-031",
                    f"table {name!r} is an Arrow table that nobody handed in",
                    fix=f'pass it: licet.open(path).gate(…, tables={{"{location.arrow}": table}})',
                )
            require_distinct(handed_in[location.arrow].column_names, name)
            return self.hand_in(handed_in[location.arrow])
        with self.reading(f"table {name!r}"):
            frame = self._files(name, location, base, readings)
            rows = self.view(frame)
            if location.parquet is not None and "://" not in location.parquet:
                self.backend.hold_labels(name, located(name, location, base))
            elif location.parquet is not None:
                for uri, schema in schemas_at(self.session, frame, name, location.parquet):
                    check_labels(name, table, schema, uri)
            return as_catalogued(rows, name, readings, self.name)

    def _files(self, name: str, location: Location, base: Path, readings: Mapping[str, Reading]) -> Any:
        if location.parquet is not None:
            return parquet_frame(self.session, name, location, base, readings)
        if location.csv is not None:
            return csv_frame(self.session, name, location, base)
        if location.jsonl is not None:
            return jsonl_frame(self.session, name, location, base, readings)
        raise SourceError(
            "SRC-061",
            f"table {name!r} is in a database, which Spark is not asked to read",
            location.kind,
            "write it out as Parquet and name that in the catalogue, or run without Spark",
        )

    def in_order(
        self,
        name: str,
        table: Table,
        base: Path,
        handed_in: Mapping[str, Any],
        readings: Mapping[str, Reading],
    ) -> RowsInOrder | None:
        return None  # rows lie on many machines, and nothing says which of them is the first

    def in_files(
        self, name: str, table: Table, base: Path, readings: Mapping[str, Reading]
    ) -> RowsInFiles | None:
        location = table.location
        if location.parquet is None or "://" in location.parquet:
            return None
        with self.reading(f"table {name!r}"):
            frame = self._files(name, location, base, readings)
            found = rows_in_files(self, frame, name, located(name, location, base))
        if found is None:
            return None
        rows, marked = found
        return RowsInFiles(
            as_catalogued(rows, name, readings, self.name),
            lambda passing: as_catalogued(marked(passing), name, readings, self.name),
        )

    def hand_in(self, data: pa.Table) -> ir.Table:
        fitting = fitted(data)
        with self.reading("a table handed in from Python"):
            schema = from_arrow_schema(fitting.schema, prefer_timestamp_ntz=True)
            # pyspark stumbles over an Arrow table without a single row.
            return self.view(self.session.createDataFrame(fitting if len(fitting) else [], schema=schema))

    def batches(self, expression: ir.Table, most_rows: int = 1 << 20) -> Iterator[pa.RecordBatch]:
        yield from expression.to_pyarrow_batches(chunk_size=most_rows)

    def keep(self, expression: ir.Table, *, sought: bool = False) -> ir.Table:
        with self.reading("the table that says who the members are"):
            frame = self.backend.raw_sql(self.backend.compile(expression)).cache()
            self._kept.append(frame)
            # Spark judges a table by its size on disk before it is read, and would sort ten million rows of content
            # to meet a few megabytes of people.
            is_small = frame.count() <= self._broadcast_rows
            return self.view(frame.hint("broadcast") if sought and is_small else frame)

    def hand_out(self, rows: ir.Table, require: Callable[[], None], done: Callable[[], None]) -> ir.Table:
        # Spark moves a reader's conditions below what holds rows back: a cast that fails then tells a row that nobody
        # permits, and a function of the reader's is shown it. It moves none past one that may differ each time, such as
        # this. A random number would do, too, but is begun from another seed by each query, which Spark then compiles
        # anew.
        return self.backend.hand_out(rows.filter(_BARRIER() >= 0), require, done)

    def begin(self, owner: object) -> bool:
        return False  # views are the session's, which outlives everybody

    def keyed_hash(self, text: ir.Value, key: bytes) -> ir.Value:
        return keyed_hash_in_spark(text, key)

    def plain_hash(self, text: ir.Value) -> ir.Value:
        return hash_in_spark(text)

    def transform(
        self,
        rows: ir.Table,
        function: Callable[[pa.Table], pa.Table],
        schema: pa.Schema,
        *,
        together: str | None = None,
    ) -> Generator[pa.Table]:
        """Raises also GateError GATE-020 when the function fails on an executor."""
        with self.reading("the rows of a table"):
            yield transformed(self.backend, rows, function, schema, together)

    def spread(
        self,
        batches: Iterable[pa.RecordBatch],
        function: Callable[[pa.Table], pa.Table],
        schema: pa.Schema,
    ) -> Generator[pa.Table]:
        """Raises also GateError GATE-020 when the function fails on an executor."""
        made = spread_over(self.session, batches, function, schema)
        with self.reading("what was handed to the executors"), closing(made):
            yield from made

    def view(self, frame: Any) -> ir.Table:
        view = f"licet_{next(_NUMBERS)}"
        frame.createOrReplaceTempView(view)
        self._views.append(view)
        return self.backend.table(view)

    def reading(self, what: str) -> AbstractContextManager[None]:
        return explained(what)


def _release(session: Any, views: list[str], kept: list[Any]) -> None:
    """Forget an engine's views and give its cached tables back; a session that is gone has done so itself."""
    try:
        for view in views:
            session.catalog.dropTempView(view)
        for frame in kept:
            frame.unpersist()
    except (PySparkException, Py4JError, ConnectionError, AttributeError, ValueError):
        pass
