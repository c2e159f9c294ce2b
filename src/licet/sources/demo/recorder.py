"""From rows to stamped Parquet: rows are collected block by block, so a large world stays small in memory.

Each finished block goes to a spill file beside the tables (Arrow IPC), and `write` streams the spills into
Parquet. The spills are gone when the recorder closes, whether the world was finished or not.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from licet.sources.demo.demo_tables import SHAPES, Row
from licet.sources.parquet_files import write_batches


class Recorder:
    """Rows of every table. Use as a context manager; `rows[table]` is the block being collected."""

    def __init__(self, folder: Path) -> None:
        self.rows: dict[str, list[Row]] = {name: [] for name in SHAPES}
        self._folder = folder
        self._spills = folder / ".spill"
        self._writers: dict[str, pa.ipc.RecordBatchStreamWriter] = {}
        self._last_number = dict.fromkeys(SHAPES, 0)

    def __enter__(self) -> Recorder:
        shutil.rmtree(self._spills, ignore_errors=True)
        self._spills.mkdir(parents=True)
        for name, shape in SHAPES.items():
            self._writers[name] = pa.ipc.new_stream(self._spill(name), shape.schema)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.close()
        shutil.rmtree(self._spills, ignore_errors=True)

    def new_key(self, table: str, letters: str) -> str:
        """The next key of a table, e.g. ``p0000001``."""
        number = self._last_number[table] = self._last_number[table] + 1
        return f"{letters}{number:07d}"

    def close_block(self) -> None:
        """Move what was collected to disk."""
        for name, rows in self.rows.items():
            if rows:
                self._writers[name].write_batch(SHAPES[name].as_arrow(rows))
                rows.clear()

    def write(self) -> Iterator[tuple[str, Path, int]]:
        """Write each table; gives its name, its file and its rows as it is done.

        Raises: SourceError SRC-017 when a table cannot be written.
        """
        self.close_block()
        for name, shape in SHAPES.items():
            self._writers[name].close()
            target = self._folder / f"{name}.parquet"
            with pa.OSFile(str(self._spill(name))) as file:
                batches = pa.ipc.open_stream(file)
                yield name, target, write_batches(target, shape.schema, shape.labels, batches)

    def _spill(self, name: str) -> str:
        return str(self._spills / f"{name}.arrow")
