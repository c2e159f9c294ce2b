"""Whether a table's files are still the ones that were read: names, sizes and times, never content.

A table whose files cannot be told so (a database, a table handed in from Python) has no fingerprint, and
whoever compares must take it for changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from licet.sources.catalogue import Location

_INSIDE = {"parquet": "*.parquet", "csv": "*.csv", "jsonl": "*.jsonl", "duckdb": "*.duckdb"}


def fingerprint(location: Location, base: Path) -> list[dict[str, Any]] | None:
    """Per file its name, size in bytes and time of change in nanoseconds; None when there are no files to ask."""
    for kind, inside in _INSIDE.items():
        pattern = getattr(location, kind)
        if pattern is None:
            continue
        if "://" in pattern:
            return None  # on a file system that only the engine sees
        full = Path(pattern) if Path(pattern).is_absolute() else base / pattern
        files = sorted(full.glob(inside) if full.is_dir() else full.parent.glob(full.name))
        if not files:
            return None
        told = [(path.name, path.stat()) for path in files]
        return [{"file": name, "bytes": stat.st_size, "changed_ns": stat.st_mtime_ns} for name, stat in told]
    return None
