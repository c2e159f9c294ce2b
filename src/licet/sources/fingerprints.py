"""Whether a table's files are still the ones that were read: their names, identities, sizes and times.

The time at which a file's entry changed cannot be set back, so that content put in place of other content of the same
size and date is noticed. A table whose files cannot be told so (a database, a table handed in from Python) has no
fingerprint, and whoever compares must take it for changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from licet.sources.catalogue import Location
from licet.sources.table_files import table_files


def fingerprint(location: Location, base: Path) -> list[dict[str, Any]] | None:
    """Per file its name, inode, size in bytes and times in nanoseconds; None when there are no files to ask.

    Raises: SourceError SRC-162 as `table_files`.
    """
    if location.kind in ("parquet", "csv", "jsonl"):
        files = table_files(getattr(location, location.kind), location.kind, base)
    elif location.duckdb is not None:
        path = base / location.duckdb
        log = path.with_name(f"{path.name}.wal")  # what was written last may stand there alone
        files = tuple(file for file in (path, log) if file.is_file())
    else:
        files = ()
    return [_looked_at(path) for path in files] or None


def _looked_at(path: Path) -> dict[str, Any]:
    stat = path.stat()
    return {
        "file": path.name,
        "inode": stat.st_ino,
        "bytes": stat.st_size,
        "changed_ns": stat.st_mtime_ns,
        "entry_changed_ns": stat.st_ctime_ns,
    }
