"""Whether a table's files are still the ones that were read: their names, identities, sizes, times and content.

Where name, inode, size and times are as they were, so is the content: the time at which a file's entry changed cannot
be set back. Where any of them changed the content is compared, so that a file that was touched or copied is known
again. A table whose files cannot be told so (a database, a table handed in from Python) has no fingerprint, and whoever
compares must take it for changed. A fingerprint is made before reading, and is of what is read only if the same one
can be made afterwards.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from licet.sources.catalogue import Location
from licet.sources.file_state import rest_ns
from licet.sources.table_files import path_from, table_files

_MOST_WAITED_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class FileFingerprint:
    """One file: its name, inode, size in bytes, times in nanoseconds, and SHA-256 of what it holds."""

    file: str
    inode: int
    bytes: int
    changed_ns: int
    entry_changed_ns: int
    content: str


def fingerprint(
    location: Location, base: Path, known: Iterable[FileFingerprint] = ()
) -> tuple[FileFingerprint, ...] | None:
    """Each of a table's files, by its name from `base`; None without files.

    known: an earlier fingerprint; content is read only of files that do not stand as they stood then.
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
    earlier = {file.file: file for file in known}
    return tuple(_looked_at(path, base, earlier) for path in files) or None


def _looked_at(path: Path, base: Path, earlier: Mapping[str, FileFingerprint]) -> FileFingerprint:
    name, look = path_from(path, base), _look(path)
    before = earlier.get(name)
    if before is not None and before == FileFingerprint(name, *look, before.content):
        return before
    with path.open("rb") as file:
        return FileFingerprint(name, *look, hashlib.file_digest(file, "sha256").hexdigest())


def _look(path: Path) -> tuple[int, int, int, int]:
    """Inode, size and times, once they rest: what is written within one tick of the clock leaves no other trace."""
    started = time.time_ns()
    while True:
        stat = path.stat()
        rested = time.time_ns() - stat.st_ctime_ns - rest_ns(stat.st_ctime_ns)
        if rested > 0 or time.time_ns() - started > _MOST_WAITED_NS:
            break
        time.sleep(min(-rested, _MOST_WAITED_NS) / 1e9 + 0.001)
    # One of the future says nothing, and equals none: then content is compared.
    entry_changed_ns = stat.st_ctime_ns if rested > 0 else time.time_ns()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, entry_changed_ns
