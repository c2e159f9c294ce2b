"""A function over rows, carried to Spark's executors: pickled once, run on Arrow batches where the rows are.

Executors need licet itself installed, with the libraries the function uses. Nothing else travels with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir
import pyarrow as pa
from pyspark.sql.pandas.types import from_arrow_schema

from licet.enforce.process_pool import cut_between_groups
from licet.enforce.spark_types import fitted, fitting_schema


class Carried(NamedTuple):
    """What an executor does with the batches of one partition.

    columns:  the rows' own names; they travel numbered, since pyspark takes a name with a dot or a backtick apart.
    schema:   of what the function makes, in types Spark takes.
    together: the number of the column whose equal rows lie in one partition, sorted by it.
    """

    function: Callable[[pa.Table], pa.Table]
    columns: tuple[str, ...]
    schema: pa.Schema
    together: int | None

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        filled = (batch for batch in batches if batch.num_rows)
        for batch in (
            filled if self.together is None else cut_between_groups(filled, _numbered(self.together))
        ):
            rows = pa.Table.from_batches([batch]).rename_columns(list(self.columns))
            yield from fitted(self.function(rows)).cast(self.schema).to_batches()


def transformed(
    backend: Any,
    rows: ir.Table,
    function: Callable[[pa.Table], pa.Table],
    schema: pa.Schema,
    together: str | None,
) -> pa.Table:
    """What the function makes of the rows, all of it, as a table of `schema`."""
    columns = tuple(rows.columns)
    group = None if together is None else columns.index(together)
    numbered = rows.select(**{_numbered(place): rows[name] for place, name in enumerate(columns)})
    frame = backend.raw_sql(backend.compile(numbered, at_once=True))
    if group is not None:
        frame = frame.repartition(_numbered(group)).sortWithinPartitions(_numbered(group))
    fitting = fitting_schema(schema)
    carried = Carried(function, columns, fitting, group)
    made = frame.mapInArrow(carried, from_arrow_schema(fitting, prefer_timestamp_ntz=True))
    found = made.toArrow().cast(schema)
    backend.require_same_files(rows)
    return found


def _numbered(place: int) -> str:
    return f"c{place}"
