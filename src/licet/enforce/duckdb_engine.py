"""DuckDB as the gate's engine: the only module that knows it. In memory, no extensions, times in UTC.

Databases named by URL are read through SQLAlchemy in batches, because DuckDB's own connectors are extensions
and none may be assumed installable.
"""

from __future__ import annotations

import contextlib
import itertools
import weakref
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.common.exceptions import TableNotFound

from licet.enforce.database_rows import database_table
from licet.enforce.duckdb_backend import DuckDBBackend, explained
from licet.enforce.duckdb_files import (
    csv_rows,
    csv_scan,
    jsonl_scan,
    located,
    parquet_of,
    parquet_scan,
    text_literal,
)
from licet.enforce.duckdb_rows import arrow_in_order, parquet_in_order, text_in_order
from licet.enforce.duckdb_views import require_rows_within
from licet.enforce.id_types import ids_among
from licet.enforce.keyed_hash import duckdb_function, hash_in_duckdb
from licet.enforce.process_pool import ALONE_ROWS
from licet.enforce.row_verdicts import RowsInOrder
from licet.enforce.text_columns import as_catalogued
from licet.enforce.worked_beside import WorkedBeside
from licet.sources.catalogue import Location, Reading, Table
from licet.sources.column_names import require_distinct
from licet.terms import SourceError

_TRANSFORMED_ROWS = 4096


class _Owned(NamedTuple):
    owner: weakref.ref[Any]
    names: list[str]


class _Names:
    """Names of views and tables, by who may still ask for them; new ones are the last one's.

    Knows no engine: one that is let go of closes the files that it attached at once, and waits for no collector.
    """

    def __init__(self) -> None:
        self.owned: list[_Owned] = []
        self._numbers, self._is_opening = itertools.count(), False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        name = f"licet_{next(self._numbers)}"
        if self.owned and not self._is_opening:
            self.owned[-1].names.append(name)
        return name

    @contextlib.contextmanager
    def opening(self) -> Iterator[None]:
        """What is named here is the tables' own, and stays."""
        before, self._is_opening = self._is_opening, True
        try:
            yield
        finally:
            self._is_opening = before


class _Guarded(NamedTuple):
    """Arrow data that DuckDB asks for by the one method there is, and gets while `require` raises nothing."""

    data: pa.Table
    require: Callable[[], None]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        self.require()
        return self.data.__arrow_c_stream__(requested_schema)


class DuckDBEngine(WorkedBeside):
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
        """workers, alone_rows: as `WorkedBeside` has them."""
        super().__init__(workers, alone_rows)
        self.backend = DuckDBBackend().connect()
        self.backend.raw_sql("SET TimeZone='UTC'")
        self.backend.raw_sql("SET enable_progress_bar=false")
        # The gate joins rows on the left with people on the right. Left alone, DuckDB sometimes builds its hash
        # table on the rows, texts and all, which cost a third of an extract (docs/LOG.md).
        self.backend.raw_sql("SET disabled_optimizers='join_order,build_side_probe_side'")
        if memory_limit is not None:
            self.backend.raw_sql(f"SET memory_limit='{memory_limit}'")
        if threads is not None:
            self.backend.raw_sql(f"SET threads={threads}")
        self._hashes: dict[bytes, Callable[[ir.Value], ir.Value]] = {}
        self._names = _Names()
        self._kept, self._handed_in = set[str](), set[str]()
        self._attached: dict[str, str] = {}

    def begin(self, owner: object) -> bool:
        try:
            for gone in [owned for owned in self._names.owned if owned.owner() is None]:
                for name in gone.names:
                    self._drop(name)
                self._names.owned.remove(gone)
            self.backend.con.execute("SELECT 1").fetchall()
        except duckdb.ResourceInUseException:
            return False
        self._names.owned.append(_Owned(weakref.ref(owner), []))
        return True

    def _drop(self, name: str) -> None:
        if name in self._kept:
            self._kept.remove(name)
            self.backend.con.execute(f"DROP TABLE IF EXISTS {name}")
        elif name in self._handed_in:
            self._handed_in.remove(name)
            self.backend.con.unregister(name)
        else:
            self.backend.con.execute(f"DROP VIEW IF EXISTS {name}")

    def open(
        self,
        name: str,
        table: Table,
        base: Path,
        handed_in: Mapping[str, Any],
        readings: Mapping[str, Reading],
    ) -> ir.Table:
        with self.reading(name), self._names.opening():
            opened = self._open(name, table.location, base, handed_in, readings)
            return self._in_known_types(opened, ids_among(readings))

    def _open(
        self,
        name: str,
        location: Location,
        base: Path,
        handed_in: Mapping[str, Any],
        readings: Mapping[str, Reading],
    ) -> ir.Table:
        if location.parquet is not None:
            files = parquet_of(name, location, base)
            return self._view(parquet_scan(self.backend.con, name, files, location.hive))
        if location.csv is not None:
            texts = self._view(csv_scan(self.backend.con, name, location, base))
            return as_catalogued(texts, name, readings, self.name)
        if location.jsonl is not None:
            texts = self._view(jsonl_scan(self.backend.con, name, location, base, readings))
            return as_catalogued(texts, name, readings, self.name)
        if location.duckdb is not None:
            return self._from_file(name, location.duckdb, location.table or name, base)
        if location.sql is not None:
            return self.hand_in(database_table(location.sql, location.table or name, base, readings))
        if location.arrow is not None:
            if location.arrow not in handed_in:
                raise SourceError(
                    "SRC-031",
                    f"table {name!r} is an Arrow table that nobody handed in",
                    fix=f'pass it: licet.open(path).gate(…, tables={{"{location.arrow}": table}})',
                )
            require_distinct(handed_in[location.arrow].column_names, name)
            return self.hand_in(handed_in[location.arrow])
        raise SourceError(
            "SRC-032",
            f"table {name!r} has no location that this engine reads",
            fix="say where it is, e.g. parquet:; tables of PostgreSQL lie beside their like alone",
        )

    def in_order(
        self,
        name: str,
        table: Table,
        base: Path,
        handed_in: Mapping[str, Any],
        readings: Mapping[str, Reading],
    ) -> RowsInOrder | None:
        with self.reading(name), self._names.opening():
            ordered = self._in_order(name, table.location, base, handed_in, readings)
            if ordered is None:
                return None
            return ordered._replace(
                rows=self._in_known_types(ordered.rows),
                beside=lambda columns: self._in_known_types(ordered.beside(columns)),
            )

    def in_files(self, *table: object) -> None:
        return None  # rows are in an order

    def _in_order(
        self,
        name: str,
        location: Location,
        base: Path,
        handed_in: Mapping[str, Any],
        readings: Mapping[str, Reading],
    ) -> RowsInOrder | None:
        if location.parquet is not None and not location.hive:
            files = [*located(name, location, base)]
            return parquet_in_order(self.backend, files, self._names, self.hand_in, self._repeated)
        if location.arrow is not None and isinstance(handed_in.get(location.arrow), pa.Table):
            data = handed_in[location.arrow]
            return arrow_in_order(self.backend, data, self.hand_in, self._names, self._repeated)
        if location.csv is not None or location.jsonl is not None:
            rows = self._text_rows(name, location, base, readings)
            texts = located(name, location, base)
            return text_in_order(
                self.backend, rows, self.batches(rows), texts, self.hand_in, self._names, self._repeated
            )
        return None

    def _text_rows(
        self, name: str, location: Location, base: Path, readings: Mapping[str, Reading]
    ) -> ir.Table:
        """The rows of text files in the order in which they stand there, whatever becomes of the files."""
        scan = (
            csv_rows(name, location, base)
            if location.csv is not None
            else jsonl_scan(self.backend.con, name, location, base, readings)
        )
        read = as_catalogued(self._view(scan), name, readings, self.name)
        return self._in_known_types(read, ids_among(readings))

    def _in_known_types(self, table: ir.Table, ids: Collection[str] = ()) -> ir.Table:
        """DuckDB's types that Ibis has no word for, as ones it has.

        A column without any value becomes one of Ibis's nothing, and nanosecond times with an offset plain UTC ones.
        """
        types = {name: str(kind) for name, kind in table.schema().items()}
        # an id of type UUID is its lower-case text with hyphens; a length of time has no type that files share
        told = [
            name
            for name, kind in table.schema().items()
            if kind.is_uuid() or (kind.is_interval() and name not in ids)
        ]
        if told:
            table = table.mutate(**{name: table[name].cast("string") for name in told})
        if odd := [name for name, kind in types.items() if "TIMESTAMPTZ_NS" in kind]:
            mended = ", ".join(
                f"{_identifier(name)} AT TIME ZONE 'UTC' AS {_identifier(name)}" for name in odd
            )
            table = self._view(f"SELECT * REPLACE ({mended}) FROM ({ibis.to_sql(table)})")
        # Last, since a view forgets it.
        if empty := [name for name, kind in types.items() if 'kind="NULL"' in kind]:
            table = table.mutate(**{name: ibis.null() for name in empty})
        return table

    def _from_file(self, name: str, pattern: str, table: str, base: Path) -> ir.Table:
        """A table or a view of a DuckDB file, `schema.table` where it is not in the main one."""
        path = str(_one_file(name, pattern, base))
        if path not in self._attached:  # DuckDB attaches a file once
            attached = next(self._names)
            self.backend.raw_sql(f"ATTACH {text_literal(path)} AS {attached} (READ_ONLY)")
            self._attached[path] = attached
        schema, _, inner = table.rpartition(".")
        for database, wanted in (("main", table), (schema, inner)):
            with contextlib.suppress(TableNotFound):
                found = self.backend.table(wanted, database=(self._attached[path], database))
                require_rows_within(self.backend.con, name, ibis.to_sql(found), path)
                return self._byte_for_byte(found, self._attached[path])
        raise SourceError(
            "SRC-033",
            f"cannot read table {table!r} of table {name!r}: the file has none of that name",
            path,
            "correct the name; one of another schema is written schema.table",
        )

    def _byte_for_byte(self, table: ir.Table, attached: str) -> ir.Table:
        """The table with texts that compare by their bytes: COLLATE in a file would make one id of Ann and ann."""
        told = " UNION ALL ".join(
            f"SELECT sql FROM {kind}() WHERE database_name = {text_literal(attached)}"
            for kind in ("duckdb_tables", "duckdb_views")
        )
        ((is_collated,),) = self.backend.con.execute(
            f"SELECT count(*) > 0 FROM ({told}) WHERE contains(lower(sql), 'collate')"
        ).fetchall()
        plain = []
        for column, kind in table.schema().items() if is_collated else ():
            name = _identifier(column)
            if kind.is_string():
                plain.append(f"{name} COLLATE C AS {name}")
            elif kind.is_array() and kind.value_type.is_string():
                plain.append(f"list_transform({name}, lambda e: decode(encode(e))) AS {name}")
        return (
            self._view(f"SELECT * REPLACE ({', '.join(plain)}) FROM ({ibis.to_sql(table)})")
            if plain
            else table
        )

    def _view(self, sql: str) -> ir.Table:
        view = next(self._names)
        self.backend.raw_sql(f"CREATE TEMP VIEW {view} AS {sql}")
        return self.backend.table(view)

    def hand_in(self, data: pa.Table, require: Callable[[], None] | None = None) -> ir.Table:
        """require: raises where the data may not be read any more; asked whenever a query plans to, and does."""
        name = next(self._names)
        self.backend.con.register(name, data if require is None else _Guarded(data, require))
        self._handed_in.add(name)
        return self.backend.table(name)

    def repeated(
        self, schema: pa.Schema, make: Callable[[ir.Table], ir.Table]
    ) -> Callable[[pa.Table], pa.Table]:
        """What an expression makes of one small table after another, put together once. One thread at a time."""
        name = next(self._names)
        self.backend.con.register(name, schema.empty_table())
        self._handed_in.add(name)
        made = make(self.backend.table(name))
        sql, told = self.backend.compile(made), made.schema().to_pyarrow()

        def run(data: pa.Table) -> pa.Table:
            self.backend.con.register(name, data)
            with self.reading("the rows about one person"):
                return self.backend.con.sql(sql).to_arrow_reader(1 << 20).read_all().cast(told)

        return run

    def _repeated(
        self, schema: pa.Schema, make: Callable[[ir.Table], ir.Table]
    ) -> Callable[[pa.Table], pa.Table]:
        """The same, for as long as the tables are open."""
        with self._names.opening():
            return self.repeated(schema, make)

    def batches(self, expression: ir.Table, most_rows: int = 1 << 20) -> Iterator[pa.RecordBatch]:
        # Ibis 12 asks DuckDB for batches under a name that DuckDB 2 no longer has.
        yield from self.backend.con.sql(self.backend.compile(expression)).to_arrow_reader(most_rows)

    def keep(self, expression: ir.Table, *, sought: bool = False) -> ir.Table:
        with self.reading("the table that says who the members are"):
            name = next(self._names)
            self._kept.add(name)
            return self.backend.create_table(name, expression, temp=True)

    def hand_out(self, rows: ir.Table, require: Callable[[], None], done: Callable[[], None]) -> ir.Table:
        return self.backend.hand_out(rows, require, done)

    def keyed_hash(self, text: ir.Value, key: bytes) -> ir.Value:
        if key not in self._hashes:
            made, self._hashes[key] = duckdb_function(f"licet_hash_{len(self._hashes)}", key)
            self.backend.raw_sql(made)
        return self._hashes[key](text)

    def plain_hash(self, text: ir.Value) -> ir.Value:
        return hash_in_duckdb(text)

    def _stream(self, rows: ir.Table) -> Generator[pa.RecordBatch]:
        """The rows as they come, never all at once."""
        with self.reading("the rows of a table"):
            reader = self.backend.con.sql(self.backend.compile(rows)).to_arrow_reader(_TRANSFORMED_ROWS)
            try:
                yield from reader.cast(rows.schema().to_pyarrow())
            finally:
                reader.close()

    def reading(self, what: str) -> AbstractContextManager[None]:
        return explained(what)


def _one_file(name: str, pattern: str, base: Path) -> Path:
    path = base / pattern
    if not path.is_file():
        raise SourceError(
            "SRC-034",
            f"table {name!r} is not where the catalogue says",
            str(path),
            "move it there, or correct its location in the catalogue",
        )
    return path


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
