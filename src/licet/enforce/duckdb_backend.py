"""Ibis's DuckDB backend as the gate hands it out: whoever reads a table directly gets a licet error when it fails.

Tables from the gate are Ibis expressions, and are read by `.to_pyarrow()`, `.execute()` and the like, outside the
gate's own `read`. What DuckDB then says is told as there: with a code and how to mend it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import duckdb
import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from licet.enforce.issued_tables import HandsOut
from licet.enforce.text_columns import refusal
from licet.terms import SourceError


class DuckDBBackend(HandsOut, Backend):  # type: ignore[misc]
    """Connected with `DuckDBBackend().connect()`."""

    @functools.cached_property
    def _compiled(self) -> WeakKeyDictionary[Any, str]:
        return WeakKeyDictionary()

    def compile(self, expr: ir.Expr, /, **more: Any) -> str:
        """The SQL of an expression; told again as long as somebody holds it, since to compile an aggregate takes as
        long as to read half a million rows beside their marks."""
        if any(value is not None for value in more.values()):
            return str(super().compile(expr, **more))
        if (sql := self._compiled.get(expr.op())) is None:
            sql = self._compiled[expr.op()] = str(super().compile(expr))
        return sql

    def execute(self, expr: ir.Expr, /, **more: Any) -> Any:
        with self._answering():
            return super().execute(expr, **more)

    def to_pyarrow(self, expr: ir.Expr, /, **more: Any) -> Any:
        with self._answering():
            return super().to_pyarrow(expr, **more)

    def to_pyarrow_batches(
        self,
        expr: ir.Expr,
        /,
        *,
        params: Any = None,
        limit: Any = None,
        chunk_size: int = 1_000_000,
        **_: Any,
    ) -> pa.RecordBatchReader:
        """Ibis 12 asks DuckDB for batches under a name that DuckDB 2 no longer has."""
        table = expr.as_table()

        def batches() -> Iterator[pa.RecordBatch]:
            self._run_pre_execute_hooks(table)
            with self._answering():
                yield from self.con.sql(sql).to_arrow_reader(chunk_size).cast(schema)

        with explained():
            sql, schema = self.compile(table, params=params, limit=limit), table.schema().to_pyarrow()
        return pa.RecordBatchReader.from_batches(schema, batches())

    def to_parquet(self, expr: ir.Table, /, path: Any, **more: Any) -> None:
        with self._answering():
            super().to_parquet(expr, path, **more)

    def to_csv(self, expr: ir.Table, /, path: Any, **more: Any) -> None:
        with self._answering():
            super().to_csv(expr, path, **more)

    def to_json(self, expr: ir.Table, /, path: Any, **more: Any) -> None:
        self._run_pre_execute_hooks(expr)  # Ibis does so everywhere else
        with self._answering():
            super().to_json(expr, path, **more)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            with explained():
                yield
        except ModuleNotFoundError as error:
            raise SourceError(
                "SRC-055",
                f"rows are read so by {error.name}, which is not installed",
                fix=f"pip install {error.name}, or read them with .to_pyarrow()",
            ) from error
        self.answered()


#: What is said to be read where nobody knows its name.
_ROWS = "the rows of a table"


@contextmanager
def explained(what: str = _ROWS) -> Iterator[None]:
    """Raises: SourceError for what DuckDB or Arrow says. what: was being read; whoever knows its name tells it."""
    try:
        yield
    except (duckdb.Error, pa.ArrowException) as error:
        raise _explanation(error, what) from error
    except SourceError as error:
        failure = error.__cause__
        if isinstance(failure, duckdb.Error) and error.what.startswith(f"cannot read {_ROWS}:"):
            raise _explanation(failure, what) from failure
        raise


def _explanation(error: Exception, what: str) -> SourceError:
    return refusal(str(error)) or SourceError(
        "SRC-030",
        f"cannot read {what}: {_cause(str(error))}",
        fix="check that the file is whole and is what the catalogue says it is",
    )


def _cause(message: str) -> str:
    """What went wrong, without the line of data that DuckDB shows with it."""
    lines = message.splitlines()
    counted = [line for line in lines[1:] if line.startswith("Expected Number of Columns")]
    return ", ".join([lines[0], *counted]) if lines else "no reason given"
