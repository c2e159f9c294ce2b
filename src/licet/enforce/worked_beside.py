"""How an engine whose rows come to this process has work done on them: here, and in processes beside this one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable
from contextlib import closing

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir
import pyarrow as pa

from licet.enforce.process_pool import ALONE_ROWS, cut_between_groups, spread, workers_for_this_machine


class WorkedBeside(ABC):
    """The part of an `Engine` that hands batches to `process_pool`."""

    def __init__(self, workers: int | None = None, alone_rows: int = ALONE_ROWS) -> None:
        """workers: processes beside this one for `transform`, started once it has done `alone_rows` rows itself;
        None for one per further core, 0 for none."""
        self._workers = workers_for_this_machine() if workers is None else workers
        self._alone_rows = alone_rows

    @abstractmethod
    def _stream(self, rows: ir.Table) -> Generator[pa.RecordBatch]:
        """The rows as they come, never all at once."""

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

    def spread(
        self,
        batches: Iterable[pa.RecordBatch],
        function: Callable[[pa.Table], pa.Table],
        schema: pa.Schema,
    ) -> Generator[pa.Table]:
        return spread(batches, function, schema, workers=self._workers, alone_rows=self._alone_rows)
