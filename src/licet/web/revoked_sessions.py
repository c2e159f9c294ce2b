"""Sessions that were signed out of before their time: their cookies are worth nothing, whoever still has a copy.

A session is a signed cookie, which no server can take back; so its name is written down when it is ended, in a file
for the hour in which it would have run out, and the file goes when that hour is over. Guarantees that an ended session
is refused by every process that shares the folder from the moment `end` returns, after a crash too.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from pathlib import Path
from typing import NamedTuple

_HOUR = 3600


class _Known(NamedTuple):
    """What was read of one file: the names in its first `read_to` bytes."""

    read_to: int
    names: frozenset[str]


class EndedSessions:
    """The names in one folder. Any number of threads and processes may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, threading.Lock()
        self._known: dict[int, _Known] = {}

    def end(self, name: str, until: int) -> None:
        """Refuse this session from now on. until: when it would have run out, in seconds since 1970.

        Raises: OSError when it cannot be written down; the session then stands.
        """
        self._folder.mkdir(mode=0o700, exist_ok=True)
        # Lines this short are appended whole, so processes need not take turns.
        handle = os.open(self._file(until // _HOUR), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, f"{name}\n".encode("ascii"))
            os.fsync(handle)
        finally:
            os.close(handle)
        self._forget_past_hours()

    def has(self, name: str, until: int) -> bool:
        """Whether this session was ended. Raises: OSError when what was written down cannot be read."""
        hour = until // _HOUR
        with self._lock:
            known = self._known.get(hour, _Known(0, frozenset()))
            try:
                if self._file(hour).stat().st_size > known.read_to:
                    self._known[hour] = known = self._read_on(hour, known)
            except FileNotFoundError:
                return False
        return name in known.names

    def _read_on(self, hour: int, known: _Known) -> _Known:
        with self._file(hour).open("rb") as file:
            file.seek(known.read_to)
            lines = file.read()
        whole = lines[: lines.rfind(b"\n") + 1]
        return _Known(known.read_to + len(whole), known.names.union(whole.decode("ascii", "replace").split()))

    def _forget_past_hours(self) -> None:
        past = time.time() // _HOUR - 1
        with self._lock:
            self._known = {hour: known for hour, known in self._known.items() if hour >= past}
        for file in self._folder.iterdir():
            if file.name.isdigit() and int(file.name) < past:
                with contextlib.suppress(FileNotFoundError):  # another process was quicker
                    file.unlink()

    def _file(self, hour: int) -> Path:
        return self._folder / str(hour)
