"""How files stood when they were read, so that whoever keeps what was read can tell whether it still holds.

A file counts as changed when its name, size, identity or one of its times differs. A file that was written just
before it was looked at counts as changed the next time in any case: it may be written again within the same tick of
the clock that stamps it, and nothing would show it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from licet.sources.catalogue import Location
from licet.sources.table_files import table_files
from licet.terms import SourceError

#: How long a file must have rested before a look at it can be relied upon, where times have parts of a second and
#: where they do not.
_REST_NS, _COARSE_REST_NS = 100_000_000, 2_000_000_000
_SECOND_NS = 1_000_000_000


class Stand(NamedTuple):
    """Per file its path, identity, size and times; and when they were looked at, which must be before reading them."""

    files: tuple[tuple[str, int, int, int, int], ...]
    looked_ns: int

    def holds(self, now: Stand) -> bool:
        """Whether what was read after this look is what would be read after that one."""
        return self.files == now.files and all(
            max(written, changed) + rest_ns(written, changed) < self.looked_ns
            for _, _, _, written, changed in self.files
        )


def together(stands: Iterable[Stand | None]) -> Stand | None:
    """How the files of several tables stand; those that do not tell are left out, None where none does."""
    told = [stand for stand in stands if stand is not None]
    if not told:
        return None
    return Stand(
        tuple(file for stand in told for file in stand.files), min(stand.looked_ns for stand in told)
    )


def look_at(paths: Iterable[Path]) -> Stand:
    """How these files stand; one that is not there is left out."""
    looked, found = time.time_ns(), []
    for path in paths:
        try:
            told = path.stat()
        except OSError:
            continue
        found.append((str(path), told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns))
    return Stand(tuple(found), looked)


def are_as_they_were(files: tuple[tuple[str, int, int, int, int], ...]) -> bool:
    """Whether files that had rested when they were looked at are what they were. files: as `Stand` has them."""
    for path, inode, size, written, changed in files:
        try:
            now = os.stat(path)  # noqa: PTH116 - a path as text is looked at in half the time
        except OSError:
            return False
        if (
            now.st_mtime_ns != written
            or now.st_ctime_ns != changed
            or now.st_size != size
            or now.st_ino != inode
        ):
            return False
    return True


def files_of(location: Location, base: Path) -> tuple[Path, ...] | None:
    """The files a table is read from; None where looking at files does not tell what would be read.

    That is a table of a database (a DuckDB file too: what it holds may still stand in its log), and one handed in.
    """
    if location.kind not in ("parquet", "csv", "jsonl"):
        return None
    try:
        return table_files(getattr(location, location.kind), location.kind, base) or None
    except SourceError:
        return None


def rest_ns(*changed_ns: int) -> int:
    """How long after such times a look at a file can be relied upon."""
    return _COARSE_REST_NS if any(time % _SECOND_NS == 0 for time in changed_ns) else _REST_NS
