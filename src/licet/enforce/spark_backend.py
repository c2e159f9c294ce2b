"""Ibis's Spark backend as the gate needs it: results by Arrow, times with their zone, ids in the text DuckDB writes.

Ibis 12 fetches results through pandas, which would turn a whole number beside a null into a float and lose its
last digits; it forgets that a Spark TIMESTAMP has a zone; and it has no word for two aggregates Spark knows.
Nothing here needs a JVM in this process, so it serves Spark Connect as well as a classic session.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.schema as sch
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
import pyspark.sql.types as st
import sqlglot.expressions as sge
from ibis.backends.pyspark import Backend
from ibis.backends.pyspark.datatypes import PySparkType
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.common.exceptions import UnsupportedOperationError

from licet.enforce.issued_tables import HandsOut
from licet.enforce.spark_failures import explained
from licet.enforce.text_columns import labels_changed
from licet.terms import GateError, LicetError

#: Above this a whole float is not surely written alike by both engines.
_LARGEST_WHOLE_FLOAT = 10**15

#: What DuckDB writes of a byte string as it is; it escapes all else.
_PLAIN_BYTES = r"^[ !#-&(-\[\]-~]*$"


class Compiler(PySparkCompiler):  # type: ignore[misc]
    """Ibis's, and the aggregates it lacks."""

    __slots__ = ()

    SIMPLE_OPS: ClassVar[dict[Any, str]] = {ops.BitAnd: "bit_and"}

    def visit_GroupConcat(self, op: Any, *, arg: Any, sep: Any, where: Any, order_by: Any) -> Any:
        """Texts joined in their own order; Ibis refuses any order at all."""
        if not order_by:
            return super().visit_GroupConcat(op, arg=arg, sep=sep, where=where, order_by=order_by)
        if [key.arg for key in op.order_by] != [op.arg] or op.order_by[0].descending or where is not None:
            raise UnsupportedOperationError("texts are joined in their own order only")
        collected = self.f.array_sort(self.f.collect_list(arg))
        return self.if_(self.f.size(collected).eq(0), sge.Null(), self.f.array_join(collected, sep))

    def visit_ArrayIndex(self, op: Any, *, arg: Any, index: Any) -> Any:
        """Null where the list is too short; Ibis's way ends the query there."""
        return self.f.anon.try_element_at(arg, self.if_(index < 0, index, index + 1))

    def visit_Cast(self, op: Any, *, arg: Any, to: Any) -> Any:
        """To text only where it is the text DuckDB writes, null where not: an id written otherwise would be
        another person's, and what the person chose would not be found."""
        kind = op.arg.dtype
        if not to.is_string() or kind.is_string() or kind.is_integer() or kind.is_boolean() or kind.is_null():
            return super().visit_Cast(op, arg=arg, to=to)
        text = self.cast(arg, to)
        if kind.is_decimal() or kind.is_date() or (kind.is_timestamp() and kind.timezone is None):
            return text
        if kind.is_floating():
            whole = self.f.floor(arg).eq(arg) & (self.f.abs(arg) < sge.convert(_LARGEST_WHOLE_FLOAT))
            digits = self.cast(self.cast(arg, dt.int64), to)
            return self.if_(whole, self.f.concat(digits, sge.convert(".0")), sge.Null())
        if kind.is_binary():
            return self.if_(self.f.rlike(text, sge.convert(_PLAIN_BYTES)), text, sge.Null())
        return self.cast(sge.Null(), to)


class SparkBackend(HandsOut, Backend):  # type: ignore[misc]
    """Connected with `SparkBackend().connect(session)`."""

    compiler = Compiler()

    def do_connect(self, *args: Any, **more: Any) -> None:
        super().do_connect(*args, **more)
        self.register_options()
        self._labels: dict[tuple[str, tuple[Path, ...]], list[dict[bytes, bytes] | None]] = {}
        self._marked: dict[Any, tuple[Any, Callable[[], None]]] = {}

    def get_schema(
        self, table_name: str, *, catalog: str | None = None, database: str | None = None
    ) -> sch.Schema:
        """A TIMESTAMP is an instant, shown in UTC; a TIMESTAMP_NTZ has no zone."""
        del catalog, database  # the gate's tables are temporary views
        fields = self._session.table(table_name).schema.fields
        return sch.Schema({field.name: _kind(field.dataType) for field in fields})

    def compile(self, expr: ir.Expr, /, *, at_once: bool = False, **more: Any) -> str:
        """The expression as SQL. at_once: it is run here and now, and `require_same_files` asked after; text that is
        kept may meet other files, and looks people up by their ids wherever something is kept by the places of rows.
        """
        met = {} if at_once else {marked: by_id for marked, (by_id, _) in self._marked.items()}
        sql: str = super().compile(expr.op().replace(met).to_expr() if met else expr, **more)
        return sql

    def to_pyarrow(self, expr: ir.Expr, /, *, params: Any = None, limit: Any = None, **more: Any) -> pa.Table:
        table = expr.as_table()
        self._run_pre_execute_hooks(table)
        with explained():
            sql = self.compile(table, at_once=True, params=params, limit=limit, **more)
            found = self.raw_sql(sql).toArrow()
        self.require_same_files(table)
        self.answered()
        return expr.__pyarrow_result__(found)

    def execute(self, expr: ir.Expr, /, **more: Any) -> Any:
        with explained():
            found = super().execute(expr, at_once=True, **more)
        self.require_same_files(expr)
        self.answered()
        return found

    def to_parquet(
        self, expr: ir.Expr, /, path: str | Path, *, params: Any = None, limit: Any = None, **more: Any
    ) -> None:
        """Write a folder of Parquet files from the executors. more: for Spark's `DataFrameWriter.save`.

        Raises: GateError GATE-255 when a file that was read was put in another's place meanwhile.
        """
        self._run_pre_execute_hooks(expr)
        with explained():
            frame = self.raw_sql(self.compile(expr, at_once=True, params=params, limit=limit))
            frame.write.format("parquet").save(str(path), **more)
        try:
            self.require_same_files(expr)
        except LicetError as error:
            raise GateError(
                "GATE-255",
                f"what was just written may hold rows that nobody permits: {error.what}",
                str(path),
                "delete it, and write again when nobody writes to the table's files",
            ) from error
        self.answered()

    def hold_labels(self, name: str, files: tuple[Path, ...]) -> None:
        """Remember what these files say beside their columns; whoever calls holds it against the catalogue next."""
        self._labels.setdefault((name, files), [_footer(path) for path in files])

    def hold_files(self, marked: ir.Table, by_id: ir.Table, require: Callable[[], None]) -> None:
        """marked: reads files, and what is kept of their rows by place; by_id: the same without what is kept.
        require: raises where the files are not those of which it is kept."""
        self._marked[marked.op()] = by_id.op(), require

    def require_same_files(self, read: ir.Expr) -> None:
        """To be called after reading and before anything of it is handed out.

        Raises: SourceError SRC-180 when a file of a table was put in another's place since it was opened; what
                `hold_files` was given raises.
        """
        for node in read.op().find(self._marked.__contains__):
            self._marked[node][1]()
        for (name, files), told in self._labels.items():
            if [_footer(path) for path in files] != told:
                raise labels_changed(name)

    def to_pyarrow_batches(
        self,
        expr: ir.Expr,
        /,
        *,
        params: Any = None,
        limit: Any = None,
        chunk_size: int = 65_536,
        **more: Any,
    ) -> pa.RecordBatchReader:
        table = self.to_pyarrow(expr.as_table(), params=params, limit=limit, **more)
        return pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=chunk_size))


def _footer(path: Path) -> dict[bytes, bytes] | None:
    """What a Parquet file says beside its columns, labels among it; None where there is no such file."""
    try:
        return dict(pq.read_metadata(path).metadata or {})
    except (OSError, pa.ArrowException):
        return None


def _kind(spark: st.DataType) -> dt.DataType:
    """Ibis's type for one of Spark's."""
    if isinstance(spark, st.TimestampType):
        return dt.Timestamp("UTC", 6)
    if isinstance(spark, st.ArrayType):
        return dt.Array(_kind(spark.elementType))
    if isinstance(spark, st.MapType):
        return dt.Map(_kind(spark.keyType), _kind(spark.valueType))
    if isinstance(spark, st.StructType):
        return dt.Struct({field.name: _kind(field.dataType) for field in spark.fields})
    return PySparkType.to_ibis(spark)
