"""DuckDB as the gate's engine: the only module that knows it. In memory, no extensions, times in UTC.

Databases named by URL are read through SQLAlchemy in batches, because DuckDB's own connectors are extensions
and none may be assumed installable.
"""

from __future__ import annotations

import functools
import itertools
import re
import shutil
import weakref
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from licet.enforce.duckdb_rows import arrow_in_order, parquet_in_order
from licet.enforce.marks import RowsInOrder
from licet.enforce.spreading import ALONE_ROWS, cut_between_groups, spread, workers_for_this_machine
from licet.sources.catalogue import Location, Table
from licet.terms import SourceError

_BATCH_ROWS = 50_000
_TRANSFORMED_ROWS = 4096


class DuckDBEngine:
    """One private in-memory DuckDB; nothing is written into the tables it reads."""

    name = "duckdb"
    people_here = True

    def __init__(
        self,
        memory_limit: str | None = None,
        threads: int | None = None,
        *,
        workers: int | None = None,
        alone_rows: int = ALONE_ROWS,
    ) -> None:
        """workers: processes beside this one for `transform`, started once it has done `alone_rows` rows itself;
        None for one per further core, 0 for none."""
        self._workers = workers_for_this_machine() if workers is None else workers
        self._alone_rows = alone_rows
        self.backend = ibis.duckdb.connect()
        self.backend.raw_sql("SET TimeZone='UTC'")
        self.backend.raw_sql("SET enable_progress_bar=false")
        # The gate joins rows on the left with people on the right. Left alone, DuckDB sometimes builds its hash
        # table on the rows, texts and all, which cost a third of an extract (docs/LOG.md).
        self.backend.raw_sql("SET disabled_optimizers='join_order,build_side_probe_side'")
        if memory_limit is not None:
            self.backend.raw_sql(f"SET memory_limit='{memory_limit}'")
        if threads is not None:
            self.backend.raw_sql(f"SET threads={threads}")
        self._names = (f"licet_{n}" for n in itertools.count())

    def open(self, name: str, table: Table, base: Path, handed_in: dict[str, Any]) -> ir.Table:
        with self.reading(name):
            return self._in_known_types(self._open(name, table.location, base, handed_in))

    def _open(self, name: str, location: Location, base: Path, handed_in: dict[str, Any]) -> ir.Table:
        if location.parquet is not None:
            return self.backend.read_parquet(_files(location.parquet, base, name, "*.parquet"))
        if location.csv is not None:
            return self.backend.read_csv(_files(location.csv, base, name, "*.csv"))
        if location.jsonl is not None:
            return self.backend.read_json(
                _files(location.jsonl, base, name, "*.jsonl"), format="newline_delimited"
            )
        if location.duckdb is not None:
            path = _files(location.duckdb, base, name, "*.duckdb")
            attached = next(self._names)
            self.backend.raw_sql(f"ATTACH '{_quoted(path)}' AS {attached} (READ_ONLY)")
            return self.backend.table(location.table, database=(attached, "main"))
        if location.sql is not None:
            return self._from_database(location.sql, location.table or name)
        if location.arrow is not None:
            if location.arrow not in handed_in:
                raise SourceError(
                    "SRC-031",
                    f"table {name!r} is an Arrow table that nobody handed in",
                    fix=f'pass it: licet.open(path).gate(…, tables={{"{location.arrow}": table}})',
                )
            return self.hand_in(handed_in[location.arrow])
        raise SourceError("SRC-032", f"table {name!r} has no location", fix="say where it is, e.g. parquet:")

    def in_order(self, name: str, table: Table, base: Path, handed_in: dict[str, Any]) -> RowsInOrder | None:
        with self.reading(name):
            ordered = self._in_order(name, table.location, base, handed_in)
            if ordered is None:
                return None
            rows, size, beside = ordered
            return RowsInOrder(
                self._in_known_types(rows), size, lambda columns: self._in_known_types(beside(columns))
            )

    def _in_order(
        self, name: str, location: Location, base: Path, handed_in: dict[str, Any]
    ) -> RowsInOrder | None:
        if location.parquet is not None:
            pattern = _files(location.parquet, base, name, "*.parquet")
            found = self.backend.con.execute("SELECT file FROM glob(?)", [pattern]).fetchall()
            files = sorted(Path(file) for (file,) in found)
            return parquet_in_order(self.backend, files, self._names, lambda: self._folder) if files else None
        if location.arrow is not None and isinstance(handed_in.get(location.arrow), pa.Table):
            return arrow_in_order(self.backend, handed_in[location.arrow], self.hand_in, self._names)
        return None

    @functools.cached_property
    def _folder(self) -> Path:
        """Where marks lie while this engine lives; gone with it, or with the process."""
        folder = Path(mkdtemp(prefix="licet-marks-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return folder

    def _in_known_types(self, table: ir.Table) -> ir.Table:
        """DuckDB's types that Ibis has no word for, as ones it has.

        A column without any value becomes one of Ibis's nothing, and nanosecond times with an offset plain UTC ones.
        """
        types = {name: str(kind) for name, kind in table.schema().items()}
        if empty := [name for name, kind in types.items() if 'kind="NULL"' in kind]:
            table = table.mutate(**{name: ibis.null() for name in empty})
        odd = [name for name, kind in types.items() if "TIMESTAMPTZ_NS" in kind]
        if not odd:
            return table
        mended = ", ".join(f"{_identifier(name)} AT TIME ZONE 'UTC' AS {_identifier(name)}" for name in odd)
        view = next(self._names)
        self.backend.raw_sql(
            f"CREATE TEMP VIEW {view} AS SELECT * REPLACE ({mended}) FROM ({ibis.to_sql(table)})"
        )
        return self.backend.table(view)

    def _from_database(self, url: str, table: str) -> ir.Table:
        import sqlalchemy as sa
        from sqlalchemy.exc import SQLAlchemyError

        try:
            engine = sa.create_engine(url)
            with engine.connect() as connection:
                reflected = sa.Table(table, sa.MetaData(), autoload_with=connection)
                names = [column.name for column in reflected.columns]
                result = connection.execution_options(stream_results=True).execute(sa.select(reflected))
                batches = []
                while rows := result.fetchmany(_BATCH_ROWS):
                    batches.append(
                        pa.table(
                            {
                                n: list(values)
                                for n, values in zip(names, zip(*rows, strict=True), strict=True)
                            }
                        )
                    )
        except (SQLAlchemyError, ImportError, ValueError, pa.ArrowException) as error:
            first_line = (str(error).splitlines() or [type(error).__name__])[0]
            raise SourceError(
                "SRC-033",
                f"cannot read table {table!r} of a database: {first_line}",
                _without_password(url),
                "check the URL, the driver and the table's name",
            ) from error
        if not batches:
            empty = {column.name: pa.array([], _arrow_type(column.type)) for column in reflected.columns}
            return self.hand_in(pa.table(empty))
        return self.hand_in(pa.concat_tables(batches, promote_options="permissive"))

    def hand_in(self, data: pa.Table) -> ir.Table:
        name = next(self._names)
        self.backend.con.register(name, data)
        return self.backend.table(name)

    def batches(self, expression: ir.Table, most_rows: int = 1 << 20) -> Iterator[pa.RecordBatch]:
        # Ibis 12 asks DuckDB for batches under a name that DuckDB 2 no longer has.
        yield from self.backend.con.sql(self.backend.compile(expression)).to_arrow_reader(most_rows)

    def keep(self, expression: ir.Table) -> ir.Table:
        with self.reading("the table that says who the members are"):
            return self.backend.create_table(next(self._names), expression, temp=True)

    def transform(
        self,
        rows: ir.Table,
        function: Callable[[pa.Table], pa.Table],
        schema: pa.Schema,
        *,
        together: str | None = None,
    ) -> Generator[pa.Table]:
        batches = self._stream(rows if together is None else rows.order_by(together))
        whole = batches if together is None else cut_between_groups(batches, together)
        made = spread(whole, function, schema, workers=self._workers, alone_rows=self._alone_rows)
        with closing(batches), closing(made):
            yield from made

    def _stream(self, rows: ir.Table) -> Generator[pa.RecordBatch]:
        """The rows as they come, never all at once."""
        with self.reading("the rows of a table"):
            reader = self.backend.con.sql(self.backend.compile(rows)).to_arrow_reader(_TRANSFORMED_ROWS)
            try:
                yield from reader.cast(rows.schema().to_pyarrow())
            finally:
                reader.close()

    @contextmanager
    def reading(self, what: str) -> Iterator[None]:
        try:
            yield
        except (duckdb.Error, pa.ArrowException) as error:
            first_line = str(error).splitlines()[0]
            raise SourceError(
                "SRC-030",
                f"cannot read {what}: {first_line}",
                fix="check that the file is whole and is what the catalogue says it is",
            ) from error


def _arrow_type(kind: Any) -> pa.DataType:
    """The Arrow type of a database column that no row shows; text where SQLAlchemy names no Python type."""
    try:
        return _ARROW_TYPES.get(kind.python_type, pa.string())
    except NotImplementedError:
        return pa.string()


_ARROW_TYPES: dict[type, pa.DataType] = {
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    bytes: pa.binary(),
    date: pa.date32(),
    datetime: pa.timestamp("us"),
}


def _files(pattern: str, base: Path, name: str, inside: str) -> str:
    """The path as DuckDB wants it: a folder means every file of its kind inside."""
    path = Path(pattern)
    full = path if path.is_absolute() else base / path
    if full.is_dir():
        full = full / inside
    if not any(full.parent.glob(full.name)) and not _has_wildcard(full):
        raise SourceError(
            "SRC-034",
            f"table {name!r} is not where the catalogue says",
            str(full),
            "move it there, or correct its location in the catalogue",
        )
    return str(full)


def _has_wildcard(path: Path) -> bool:
    return any(mark in str(path) for mark in "*?[")


def _without_password(url: str) -> str:
    """A database URL as an error may show it; made by hand, since one that cannot be parsed is shown too."""
    return re.sub(r"(://[^:/@]*):.*@", r"\1:***@", url.partition("?")[0])


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return text.replace("'", "''")
