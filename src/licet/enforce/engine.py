"""What the gate asks of an engine. Everything else is Ibis and the same for all of them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir
import pyarrow as pa

from licet.enforce.row_verdicts import RowsInFiles, RowsInOrder
from licet.sources.catalogue import Reading, Table


class Engine(Protocol):
    """A place where tables can be opened and expressions run. Times are read as UTC."""

    name: str
    #: Whether people are kept in this process (`call_roll`) rather than with the engine's tables (`classify`).
    people_here: bool

    def open(
        self,
        name: str,
        table: Table,
        base: Path,
        handed_in: Mapping[str, Any],
        readings: Mapping[str, Reading],
    ) -> ir.Table:
        """The table where its catalogue says it lies, its columns read as `Catalogue.readings` has them.

        Raises: SourceError when it cannot be read so.
        """
        ...

    def in_order(
        self,
        name: str,
        table: Table,
        base: Path,
        handed_in: Mapping[str, Any],
        readings: Mapping[str, Reading],
    ) -> RowsInOrder | None:
        """The table with its rows numbered, where this engine keeps them in an order; None where it does not."""
        ...

    def in_files(
        self, name: str, table: Table, base: Path, readings: Mapping[str, Reading]
    ) -> RowsInFiles | None:
        """The table with the places of its rows in its files, where what is said of rows can be kept by these; None
        elsewhere, and wherever rows are in an order."""
        ...

    def hand_in(self, data: pa.Table) -> ir.Table:
        """A small Arrow table as an expression."""
        ...

    def batches(self, expression: ir.Table, most_rows: int = 1 << 20) -> Iterator[pa.RecordBatch]:
        """The rows of an expression as they come, in no particular order."""
        ...

    def keep(self, expression: ir.Table, *, sought: bool = False) -> ir.Table:
        """Compute an expression once and keep the result for this engine's lifetime.

        sought: rows of content are going to look in it for theirs.
        """
        ...

    def hand_out(self, rows: ir.Table, require: Callable[[], None], done: Callable[[], None]) -> ir.Table:
        """An expression for whoever asked the gate: what is made of it is read only while `require` raises nothing, and
        `done` is said each time it was read to its end."""
        ...

    def begin(self, owner: object) -> bool:
        """Whether somebody else may go on with the tables that were opened here. What is handed in or kept from now on
        is let go of once `owner` is gone and another has begun. False where rows are still being read."""
        ...

    def keyed_hash(self, text: ir.Value, key: bytes) -> ir.Value:
        """HMAC-SHA256 of a text's UTF-8 under a key of at most 64 bytes, in hexadecimal; null for null."""
        ...

    def plain_hash(self, text: ir.Value) -> ir.Value:
        """SHA-256 of a text's UTF-8, in hexadecimal; null for null."""
        ...

    def transform(
        self,
        rows: ir.Table,
        function: Callable[[pa.Table], pa.Table],
        schema: pa.Schema,
        *,
        together: str | None = None,
    ) -> Generator[pa.Table]:
        """Apply a pure, picklable function to an expression's rows, batch by batch, where the engine keeps them.

        What it makes of a row depends on that row alone, except rows equal in column `together`, which always come
        in one batch. Results are tables of `schema`, in no particular order. Until the last of them has been taken
        or the iterator is closed, nothing else may be asked of the engine.
        Raises: what the function raises; SourceError when the rows cannot be read.
        """
        ...

    def spread(
        self,
        batches: Iterable[pa.RecordBatch],
        function: Callable[[pa.Table], pa.Table],
        schema: pa.Schema,
    ) -> Generator[pa.Table]:
        """Apply a pure, picklable function to batches that are handed in, each whole, where the engine works.

        Of each batch comes one table of `schema`, in no particular order.
        Raises: what the function raises.
        """
        ...

    def reading(self, what: str) -> AbstractContextManager[None]:
        """Turns the engine's own failures into SourceErrors that name `what` was being read."""
        ...
