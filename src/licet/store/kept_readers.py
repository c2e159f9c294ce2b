"""Files of records that stay open between questions: what was read and checked once is not read and hashed again.

Objects are named by what they hold, so what was read of one stays right; one that the store no longer holds is let go
of, like one that is purged here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from licet.store.record_file import Objects, RecordFile, RecordReader

#: So much of all files together stays in memory; those come to last stay longest.
_MOST_BYTES = 256 * 1024 * 1024


class KeptReaders:
    """Those of one place, however often it is opened. Any number of threads may share them."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._open: dict[tuple[RecordFile, str, str | None], RecordReader] = {}
        self._lock = threading.Lock()

    def of(self, store: Objects, file: RecordFile, dtype: Any, key: str | None = None) -> RecordReader:
        """One that is open, or a new one; as `RecordReader` has them."""
        which = file, str(dtype), key
        is_there = store.has(file.sha256)
        with self._lock:
            reader = self._open.pop(which, None) if is_there else None
            reader = reader or RecordReader(store, file, dtype, key)
            if is_there:
                self._open[which] = reader  # the last now
            held = sum(one.held_bytes for one in self._open.values())
            for other in [*self._open]:
                if held <= self._most_bytes:
                    break
                held -= self._open.pop(other).held_bytes
        return reader

    def drop(self, digests: Iterable[str]) -> None:
        """Let go of some objects."""
        gone = set(digests)
        with self._lock:
            self._open = {which: one for which, one in self._open.items() if which[0].sha256 not in gone}
