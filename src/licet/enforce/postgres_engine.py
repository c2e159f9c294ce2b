"""PostgreSQL as the gate's engine: the same Ibis expressions, run where the tables lie; of these nothing is copied.

A session of its own, in UTC and without a search path, which sees every row or none: row security that would leave some
out ends the query. Who permits what goes there as narrow temporary tables, by COPY, so no statement that a server logs
tells who said no, or a key; one that asks about a single person names them, as an application's would. The role needs
SELECT on what the catalogue speaks of and TEMPORARY on the database, no more.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import numpy as np
import psycopg
import pyarrow as pa

from licet.enforce.id_types import ids_among, require_ids
from licet.enforce.keyed_hash import hash_in_postgres, keyed_hash_in_postgres, pads
from licet.enforce.postgres_backend import PostgresBackend
from licet.enforce.postgres_columns import columns_of, quoted, selection
from licet.enforce.postgres_failures import explained
from licet.enforce.process_pool import ALONE_ROWS
from licet.enforce.row_verdicts import ROW, Numbers, RowsInOrder
from licet.enforce.worked_beside import WorkedBeside
from licet.sources.catalogue import Reading, Table
from licet.sources.column_names import require_distinct
from licet.sources.database_address import located
from licet.terms import SourceError

_TRANSFORMED_ROWS = 4096

#: Row security would hide rows in silence; what an own search path or another's function may do is left out.
_SESSION = (
    "SET TIME ZONE 'UTC'",
    "SET search_path = pg_catalog, pg_temp",
    "SET row_security = off",
    "SET DateStyle = 'ISO'",
    "SET bytea_output = 'hex'",
    "SET jit = off",
)


class PostgresEngine(WorkedBeside):
    """One session of one database; nothing but temporary tables of its own is written there."""

    name = "postgres"
    people_here = True

    def __init__(self, url: str, *, workers: int | None = None, alone_rows: int = ALONE_ROWS) -> None:
        """url: as a catalogue has it. workers, alone_rows: as WorkedBeside has them.

        Raises: SourceError SRC-218, SRC-219.
        """
        super().__init__(workers, alone_rows)
        self._url = url
        with self.reading("anything"):
            connection = psycopg.connect(located(url), autocommit=True, application_name="licet")
            for statement in _SESSION:
                connection.execute(statement)
        self.backend = PostgresBackend.from_connection(connection)
        # Expressions hold the backend, not the engine: the session lives as long as anything can still read there.
        weakref.finalize(self.backend, connection.close)
        self._names = (f"licet_{number}" for number in itertools.count())
        self._keys: dict[bytes, ir.Table] = {}

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
        if location.postgres is None or location.postgres.url != self._url:
            raise SourceError(
                "SRC-223",
                f"table {name!r} does not lie in the database of the tables beside it",
                location.kind,
                "keep all tables of a catalogue in one database, or all outside of one; "
                "a foreign table of PostgreSQL brings one from elsewhere",
            )
        if table.element_subjects:
            raise SourceError(
                "SRC-224",
                f"elements of {table.element_subjects[0]} in table {name!r} are about people of their own, which "
                "PostgreSQL is not asked about",
                fix="name a view that has a row for each element, with its person under subjects",
            )
        with self.reading(f"table {name!r}"):
            columns = columns_of(self.backend.con, name, location.postgres)
            sql = selection(location.postgres, columns)
            kinds = {column.name: column.kind for column in columns}
            for column in columns:
                if column.name in ids_among(readings) and not column.may_name:
                    raise SourceError(
                        "SRC-160",
                        f"column {column.name} of table {name!r} is of a type without one text, and an id is its text",
                        fix="write the ids as text or as whole numbers, as they were when the first choice was made",
                    )
            opened = self._query(sql, ibis.schema(kinds))
        require_ids(name, opened, ids_among(readings))
        return opened

    def in_order(
        self,
        name: str,
        table: Table,
        base: Path,
        handed_in: Mapping[str, Any],
        readings: Mapping[str, Reading],
    ) -> RowsInOrder | None:
        """Of what is handed in; rows of a table there have no order, and change while it is read."""
        data = handed_in.get(table.location.arrow or "")
        if not isinstance(data, pa.Table) or ROW in data.column_names:
            return None
        rows = self.hand_in(data.append_column(ROW, pa.array(np.arange(len(data)))))

        def beside(columns: dict[str, Numbers]) -> ir.Table:
            told = {column: pa.array(values.astype(np.int64)) for column, values in columns.items()}
            marks = self.hand_in(pa.table({ROW: np.arange(len(data)), **told}))
            joined = rows.join(marks, rows[ROW] == marks[ROW], how="inner")
            return joined.select(
                *(rows[column] for column in rows.columns), *(marks[column] for column in told)
            )

        return RowsInOrder(rows, len(data), beside, lambda _: None, self._repeated)

    def _repeated(
        self, schema: pa.Schema, make: Callable[[ir.Table], ir.Table]
    ) -> Callable[[pa.Table], pa.Table]:
        def run(data: pa.Table) -> pa.Table:
            made = make(self.hand_in(data))
            return pa.Table.from_batches(self.batches(made), made.schema().to_pyarrow())

        return run

    def in_files(self, *table: object) -> None:
        return None

    def _query(self, sql: str, schema: ibis.Schema) -> ir.Table:
        """Rows of a query within another. A view of it would stand in the way of whoever alters a table."""
        return ops.SQLQueryResult(sql, schema, self.backend).to_expr()

    def _named(self, name: str, schema: ibis.Schema) -> ir.Table:
        return ops.DatabaseTable(
            name, schema=schema, source=self.backend, namespace=ops.Namespace()
        ).to_expr()

    def hand_in(self, data: pa.Table) -> ir.Table:
        """A small table, by COPY. Raises: SourceError SRC-225 for what has parts within it."""
        schema = _handed(data.schema)
        name, types = next(self._names), self.backend.compiler.type_mapper
        columns = ", ".join(f"{quoted(column)} {types.to_string(kind)}" for column, kind in schema.items())
        with self.reading("a table handed in from Python"), self.backend.con.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE {name} ({columns})")
            if len(data.schema):
                with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                    for batch in data.to_batches(max_chunksize=_TRANSFORMED_ROWS):
                        for row in zip(*(_values(column) for column in batch.columns), strict=True):
                            copy.write_row(row)
            cursor.execute(f"ANALYZE {name}")
        return self._named(name, schema)

    def batches(self, expression: ir.Table, most_rows: int = 1 << 20) -> Iterator[pa.RecordBatch]:
        schema = expression.schema().to_pyarrow()
        yield from self.backend.rows_of(self.backend.compile(expression), schema, most_rows)

    def keep(self, expression: ir.Table, *, sought: bool = False) -> ir.Table:
        name = next(self._names)
        with self.reading("the table that says who the members are"):
            self.backend.con.execute(f"CREATE TEMP TABLE {name} AS {self.backend.compile(expression)}")
            if sought and "subject" in expression.columns:
                self.backend.con.execute(f"CREATE INDEX ON {name} (subject)")
            self.backend.con.execute(f"ANALYZE {name}")
        return self._named(name, expression.schema())

    def hand_out(self, rows: ir.Table, require: Callable[[], None], done: Callable[[], None]) -> ir.Table:
        # PostgreSQL looks at a reader's cheap condition first, and one that fails, or is a function, is then shown rows
        # that nobody permits. It moves none into rows that are counted off.
        with self.reading("the rows of a table"):
            barred = f"SELECT * FROM ({self.backend.compile(rows)}) AS licet_permitted OFFSET 0"
        return self.backend.hand_out(self._query(barred, rows.schema()), require, done)

    def begin(self, owner: object) -> bool:
        return False  # tables change while it is read: each gate begins with a session of its own

    def keyed_hash(self, text: ir.Value, key: bytes) -> ir.Value:
        if key not in self._keys:
            inner, outer = pads(key)
            self._keys[key] = self.hand_in(pa.table({"inner": [inner], "outer": [outer]}))
        return keyed_hash_in_postgres(text, self._keys[key])

    def plain_hash(self, text: ir.Value) -> ir.Value:
        return hash_in_postgres(text)

    def _stream(self, rows: ir.Table) -> Generator[pa.RecordBatch]:
        with self.reading("the rows of a table"):
            yield from self.batches(rows, _TRANSFORMED_ROWS)

    def reading(self, what: str) -> AbstractContextManager[None]:
        return explained(what)


def _handed(schema: pa.Schema) -> ibis.Schema:
    """How Arrow's columns are kept there; one without any value is of text."""
    found = {}
    for field in schema:
        kind = ibis.dtype(field.type) if not pa.types.is_null(field.type) else ibis.dtype("string")
        inner = kind.value_type if kind.is_array() else kind
        if inner.is_nested():
            raise SourceError(
                "SRC-225",
                f"column {field.name!r} of a table that was handed in is {field.type}, which PostgreSQL has not",
                fix="hand in a column for each part of it",
            )
        if inner.is_unsigned_integer():
            kind = ibis.dtype("decimal(20, 0)")
        if kind.is_timestamp():
            kind = ibis.dtype("timestamp('UTC', 6)" if kind.timezone else "timestamp(6)")
        found[field.name] = kind
    return ibis.schema(found)


def _values(column: pa.Array) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    values: list[Any] = column.to_pylist()
    return values
