"""Spark as the gate's engine: the same Ibis expressions on the session the user hands in, classic or Connect.

Times are read in UTC, so the session's time zone is set to it. Who permits what reaches the executors as narrow
tables, never as Python. What Spark cannot read as DuckDB does (databases, times of day) is refused, not guessed.
"""

from __future__ import annotations

import itertools
import re
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql.pandas.types import from_arrow_schema

from licet.enforce.spark_backend import SparkBackend
from licet.sources.catalogue import Location, Table
from licet.terms import SourceError

#: Names of views are a session's, and engines may share one.
_NUMBERS = itertools.count()

#: How Spark's own messages begin.
_CONDITION = re.compile(r"\[[A-Z][A-Z_.]+\] .*")

#: Spark's words for a file or folder that is not there.
_MISSING = ("PATH_NOT_FOUND", "UNABLE_TO_INFER_SCHEMA", "FAILED_READ_FILE.FILE_NOT_EXIST")


class SparkEngine:
    """One Spark session, which stays the user's: it is not stopped, and nothing is written where it reads."""

    name = "spark"

    def __init__(self, session: Any) -> None:
        self.session = session
        with self.reading("anything: the Spark session does not answer"):
            self.backend = SparkBackend().connect(session)
        self._views: list[str] = []
        self._kept: list[Any] = []
        # Expressions hold the backend, not the engine: views live as long as anything can still read them.
        weakref.finalize(self.backend, _release, session, self._views, self._kept).atexit = False

    def open(self, name: str, table: Table, base: Path, handed_in: dict[str, Any]) -> ir.Table:
        location = table.location
        if location.arrow is not None:
            if location.arrow not in handed_in:
                raise SourceError(
                    "SRC-031",
                    f"table {name!r} is an Arrow table that nobody handed in",
                    fix=f'pass it: licet.open(path).gate(…, tables={{"{location.arrow}": table}})',
                )
            return self.hand_in(handed_in[location.arrow])
        with self.reading(f"table {name!r}"):
            return self._view(self._files(name, location, base))

    def _files(self, name: str, location: Location, base: Path) -> Any:
        read = self.session.read
        if location.parquet is not None:
            return read.parquet(_place(location.parquet, base, "*.parquet"))
        if location.csv is not None:
            plain = read.option("header", True).option("inferSchema", True).option("escape", '"')
            return plain.option("multiLine", True).csv(_place(location.csv, base, "*.csv"))
        if location.jsonl is not None:
            dated = read.option("inferTimestamp", True)
            return dated.json(_place(location.jsonl, base, "*.jsonl"))
        raise SourceError(
            "SRC-061",
            f"table {name!r} is in a database, which Spark is not asked to read",
            location.kind,
            "write it out as Parquet and name that in the catalogue, or run without Spark",
        )

    def hand_in(self, data: pa.Table) -> ir.Table:
        fitting = _fitted(data)
        with self.reading("a table handed in from Python"):
            schema = from_arrow_schema(fitting.schema, prefer_timestamp_ntz=True)
            # pyspark stumbles over an Arrow table without a single row.
            return self._view(self.session.createDataFrame(fitting if len(fitting) else [], schema=schema))

    def keep(self, expression: ir.Table) -> ir.Table:
        with self.reading("the table that says who the members are"):
            frame = self.backend.raw_sql(self.backend.compile(expression)).cache()
            self._kept.append(frame)
            return self._view(frame)

    def _view(self, frame: Any) -> ir.Table:
        view = f"licet_{next(_NUMBERS)}"
        frame.createOrReplaceTempView(view)
        self._views.append(view)
        return self.backend.table(view)

    @contextmanager
    def reading(self, what: str) -> Iterator[None]:
        try:
            yield
        except (PySparkException, Py4JError, pa.ArrowException, ConnectionError) as error:
            raise _told(error, what) from error


def _told(error: Exception, what: str) -> SourceError:
    first_line = _cause(str(error)) or type(error).__name__
    condition = (error.getCondition() if isinstance(error, PySparkException) else None) or ""
    if condition.startswith(_MISSING):
        return SourceError(
            "SRC-062",
            f"{what} is not where the catalogue says, as Spark sees it: {first_line}",
            fix="put it where every executor can read it, or correct its location in the catalogue",
        )
    return SourceError(
        "SRC-063",
        f"Spark cannot read {what}: {first_line}",
        fix="check that the session is alive, and that the file is whole and is what the catalogue says it is",
    )


def _cause(text: str) -> str:
    """Of a Java exception with its causes, the line that says most: Spark's own with its condition, or the last."""
    lines = [line.removeprefix("Caused by: ") for line in text.splitlines() if not line.startswith("\t")]
    lines = [line for line in lines if line.strip() and not line.startswith("py4j.")]
    named = (found[0] for line in lines if (found := _CONDITION.search(line)))
    return next(named, lines[-1] if text.startswith("An error occurred") and lines else "".join(lines[:1]))


def _release(session: Any, views: list[str], kept: list[Any]) -> None:
    """Forget an engine's views and give its cached tables back; a session that is gone has done so itself."""
    try:
        for view in views:
            session.catalog.dropTempView(view)
        for frame in kept:
            frame.unpersist()
    except (PySparkException, Py4JError, ConnectionError, AttributeError):
        pass


def _place(pattern: str, base: Path, inside: str) -> str:
    """A path as Spark wants it. One with a scheme (s3a://, hdfs://) is taken as it is; of a folder here with such
    files directly inside, just these are read; any other folder is Spark's to look through."""
    if "://" in pattern:
        return pattern
    path = Path(pattern)
    full = path if path.is_absolute() else base.absolute() / path
    if full.is_dir() and any(full.glob(inside)):
        full = full / inside
    return "file:" + str(full).replace("{", "\\{").replace("}", "\\}")


def _fitted(data: pa.Table) -> pa.Table:
    """The table in types Spark takes. Nanoseconds are cut off downwards: the last one of a day stays in it."""
    columns = {}
    for field, column in zip(data.schema, data.columns, strict=True):
        kind = _fitting(field.type, field.name)
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns":
            column = pc.floor_temporal(column, unit="microsecond")
        columns[field.name] = column.cast(kind, safe="[ns" not in str(field.type))
    return pa.table(columns)


def _fitting(kind: pa.DataType, column: str) -> pa.DataType:
    """The type under which Spark takes a column: it has no unsigned numbers and no nanoseconds."""
    if kind in _WIDER:
        return _WIDER[kind]
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    if pa.types.is_dictionary(kind):
        return _fitting(kind.value_type, column)
    if pa.types.is_map(kind):
        return pa.map_(_fitting(kind.key_type, column), _fitting(kind.item_type, column))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return pa.list_(_fitting(kind.value_type, column))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_fitting(field.type, column)) for field in kind])
    if pa.types.is_time(kind) or pa.types.is_union(kind) or pa.types.is_interval(kind):
        raise SourceError(
            "SRC-064",
            f"column {column!r} is {kind}, for which Spark has no type",
            fix="convert it, or leave it out of the table",
        )
    return kind


_WIDER: dict[pa.DataType, pa.DataType] = {
    pa.uint8(): pa.int16(),
    pa.uint16(): pa.int32(),
    pa.uint32(): pa.int64(),
    pa.uint64(): pa.decimal128(20, 0),
    pa.float16(): pa.float32(),
    pa.large_string(): pa.string(),
    pa.string_view(): pa.string(),
    pa.large_binary(): pa.binary(),
    pa.binary_view(): pa.binary(),
    pa.date64(): pa.date32(),
}
