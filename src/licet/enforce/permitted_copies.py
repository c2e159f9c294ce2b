"""Copies of the rows of a table that pass, as they are shown, in files without a name.

Reading one is reading a file: nothing is judged, and rows that do not pass cost nothing. It is members' data, so it has
no name and lies in no folder: one process alone can open it, and with that process, however it ends, it is gone. It
holds what passed when it was made and nothing else; the query that reads it looks first whether the files it was made
of are what they were. Linux alone opens files so; elsewhere there are none.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir

_OPENED = Path("/proc/self/fd")


class Copy(NamedTuple):
    """rows: reads `file`, which stays open while anybody may ask for them. written: its size and time of change."""

    rows: ir.Table
    file: IO[bytes]
    written: tuple[int, int]

    def is_whole(self) -> bool:
        """Whether nobody wrote to it since it was made."""
        return self.written == _stands(self.file)

    def drop(self) -> None:
        """Nothing is left of it, and whoever still reads it is refused."""
        self.file.truncate(0)


def copy_of(backend: Any, rows: ir.Table, still: str, names: Iterator[str]) -> Copy | None:
    """rows: what passes. still: a table of one true `holds` that can be read while they would be the same; it is read
    once a query, before any row.

    Returns: None where files are not opened so, or where Parquet has no word for a type among the columns.
    """
    if not _OPENED.is_dir():
        return None
    file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - open while it is read; 0600, and linked nowhere
    path = _OPENED / str(file.fileno())
    backend.con.execute(f"COPY ({backend.compile(rows)}) TO '{path}' (FORMAT PARQUET, USE_TMP_FILE false)")
    name = next(names)
    backend.raw_sql(
        f"CREATE TEMP VIEW {name} AS "
        f"SELECT * FROM read_parquet('{path}', hive_partitioning=false) WHERE (SELECT holds FROM {still})"
    )
    made = backend.table(name)
    if made.schema().to_pyarrow() != rows.schema().to_pyarrow():
        file.close()
        return None
    weakref.finalize(made.op(), file.close)
    return Copy(made, file, _stands(file))


def _stands(file: IO[bytes]) -> tuple[int, int]:
    told = os.fstat(file.fileno())
    return told.st_size, told.st_mtime_ns
