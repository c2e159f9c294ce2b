"""How much memory a benchmark took at most: this process, and the processes it started (Spark's, new Pythons); and
how much of the processors.

This process' own peak is the kernel's count where it lets one be begun anew (Linux), and otherwise, as for the
others, the highest of what was seen once a second. A process that lived between two looks is not seen.
"""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.machine import peer

_EVERY_SECONDS = 1.0
_MIB = 2**20


def cpu_seconds() -> float:
    """What all processors have spent so far on this process and on those it started and that still are there."""
    process = peer("psutil").Process()
    started = 0.0
    for child in process.children(recursive=True):
        with contextlib.suppress(peer("psutil").Error):
            times = child.cpu_times()
            started += times.user + times.system + times.children_user + times.children_system
    return time.process_time() + started


class PeakMemory:
    """A context manager; afterwards `peaks` has MiB under "own" and, if there were any, "started"."""

    def __init__(self) -> None:
        self.peaks: dict[str, float] = {}
        self._own = self._started = 0
        self._counted = False
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._psutil: Any = peer("psutil")
        self._process = self._psutil.Process()

    def __enter__(self) -> Self:
        with contextlib.suppress(OSError):
            # Writing 5 makes Linux begin its count of the highest use anew.
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
            self._counted = True
        self._look()
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._watcher.join()
        self._look()
        own = max(self._own, _highest()) if self._counted else self._own
        self.peaks["own"] = round(own / _MIB, 1)
        if self._started:
            self.peaks["started"] = round(self._started / _MIB, 1)

    def _watch(self) -> None:
        while not self._stop.wait(_EVERY_SECONDS):
            self._look()

    def _look(self) -> None:
        self._own = max(self._own, self._process.memory_info().rss)
        started = 0
        for child in self._process.children(recursive=True):
            with contextlib.suppress(self._psutil.Error):
                started += child.memory_info().rss
        self._started = max(self._started, started)


def _highest() -> int:
    """The kernel's count in bytes; 0 where it has none."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    told = (line.split() for line in lines if line.startswith("VmHWM:"))
    return next((int(words[1]) * 1024 for words in told), 0)
