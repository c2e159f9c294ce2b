"""Ibis's PostgreSQL backend as the gate needs it: results by Arrow, and the meaning that DuckDB gives an expression.

Where Ibis 12 writes another meaning for PostgreSQL than for DuckDB, the compiler here writes the latter: a list that is
null stays null, a text that is no number is none, and patterns run on servers before 15. A result is read by a cursor
that is held, so no transaction stays open while somebody reads, and others may be asked meanwhile.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import sqlglot as sg
import sqlglot.expressions as sge
from ibis.backends.postgres import Backend
from ibis.backends.sql.compilers.postgres import PostgresCompiler

from licet.enforce.issued_tables import HandsOut
from licet.enforce.postgres_failures import explained

#: Rows that a cursor brings at a time, where whoever asks does not say.
BATCH_ROWS = 50_000
_CURSORS = itertools.count()


class Compiler(PostgresCompiler):  # type: ignore[misc]
    """Ibis's, with DuckDB's meaning of what both can say."""

    __slots__ = ()

    def visit_ArrayMap(self, op: Any, *, arg: Any, **more: Any) -> Any:
        return self.if_(arg.is_(sge.Null()), sge.Null(), super().visit_ArrayMap(op, arg=arg, **more))

    def visit_ArrayFilter(self, op: Any, *, arg: Any, **more: Any) -> Any:
        return self.if_(arg.is_(sge.Null()), sge.Null(), super().visit_ArrayFilter(op, arg=arg, **more))

    def visit_RegexSearch(self, op: Any, *, arg: Any, pattern: Any) -> Any:
        return sge.RegexpLike(this=arg, expression=pattern)

    def visit_Lowercase(self, op: Any, *, arg: Any) -> Any:
        """Of letters alone, whatever the database's language makes of an I."""
        return self.f.lower(sge.Collate(this=arg, expression=sg.to_identifier("C", quoted=True)))

    def visit_StringContains(self, op: Any, *, haystack: Any, needle: Any) -> Any:
        """No text here holds NUL, and PostgreSQL refuses to look for it."""
        if isinstance(op.needle, ops.ScalarUDF) and op.needle.__func_name__ == "chr":
            return sge.convert(False)
        return super().visit_StringContains(op, haystack=haystack, needle=needle)

    def visit_Sum(self, op: Any, *, arg: Any, where: Any) -> Any:
        """Of whole numbers a whole number, which PostgreSQL makes a numeric of."""
        total = super().visit_Sum(op, arg=arg, where=where)
        return self.cast(total, op.dtype) if op.dtype.is_integer() else total

    def visit_TryCast(self, op: Any, *, arg: Any, to: Any) -> Any:
        """Null where a text is no whole number of 64 bits; CASE looks at its branches in order."""
        if not (op.arg.dtype.is_string() and to.is_integer()):
            return super().visit_Cast(op, arg=arg, to=to)
        number = sge.cast(arg, "DECIMAL")
        fits = number.between(sge.convert(-(2**63)), sge.convert(2**63 - 1))
        looks = sge.RegexpLike(this=arg, expression=sge.convert("^[+-]?[0-9]{1,30}$"))
        return self.if_(looks, self.if_(fits, self.cast(arg, to), sge.Null()), sge.Null())


class PostgresBackend(HandsOut, Backend):  # type: ignore[misc]
    """Made with `PostgresBackend.from_connection(connection)`, which commits by itself."""

    compiler = Compiler()

    def execute(self, expr: ir.Expr, /, **more: Any) -> Any:
        return expr.__pandas_result__(self.to_pyarrow(expr.as_table(), **more).to_pandas())

    def to_pyarrow(self, expr: ir.Expr, /, *, params: Any = None, limit: Any = None, **_: Any) -> Any:
        with self.to_pyarrow_batches(expr.as_table(), params=params, limit=limit) as reader:
            return expr.__pyarrow_result__(reader.read_all())

    def to_pyarrow_batches(
        self,
        expr: ir.Expr,
        /,
        *,
        params: Any = None,
        limit: Any = None,
        chunk_size: int = BATCH_ROWS,
        **_: Any,
    ) -> pa.RecordBatchReader:
        table = expr.as_table()
        schema = table.schema().to_pyarrow()
        with explained():
            sql = self.compile(table, params=params, limit=limit)

        def batches() -> Iterator[pa.RecordBatch]:
            self._run_pre_execute_hooks(table)
            yield from self.rows_of(sql, schema, chunk_size)
            self.answered()

        return pa.RecordBatchReader.from_batches(schema, batches())

    def rows_of(self, sql: str, schema: pa.Schema, most_rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """The rows of a query as Arrow. Raises: SourceError as `explained` has it."""
        with explained():
            cursor = self.con.cursor(name=f"licet_rows_{next(_CURSORS)}", withhold=True)
        try:
            with explained():
                cursor.execute(sql)
            while True:
                with explained():
                    rows = cursor.fetchmany(min(most_rows, BATCH_ROWS))
                    if not rows:
                        return
                    columns = zip(*rows, strict=True) if len(schema) else ()
                    arrays = [
                        pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)
                    ]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)
        finally:
            cursor.close()
