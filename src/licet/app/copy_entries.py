"""What the ledger tells of copies and lists that left, by the copy, remembered while a workspace is open: each entry is
read once, however often it is asked and whatever else was recorded.

The ledger only grows. One that is shorter than it was is another, and read from its beginning.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from licet.ledger import Entry, EntryKind, Ledger

_TOLD = (EntryKind.REMOVAL_SENT, EntryKind.ACKNOWLEDGED)
#: As the ledger is told that a list was delivered.
DELIVER = "deliver"


class CopyEntries(NamedTuple):
    """exports: each copy that was taken. deliveries: each of a list. told: by the id of a copy, or of a list, what was
    sent of it and answered. All in order."""

    exports: Sequence[Entry]
    deliveries: Sequence[Entry]
    told: dict[str, Sequence[Entry]]


class KnownCopyEntries:
    """Those of one ledger. Any number of threads may share one."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._lock = ledger, threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._position = 0
        self._exports: list[Entry] = []
        self._deliveries: list[Entry] = []
        self._told: dict[str, list[Entry]] = {}

    def before(self, position: int) -> CopyEntries:
        """Those recorded before a ledger position that there is."""
        with self._lock:
            if position > self._position:
                self._read(position)
            elif self._position > self._ledger.position:
                self._forget()
                self._read(position)
            told = {export: _before(entries, position) for export, entries in self._told.items()}
            return CopyEntries(_before(self._exports, position), _before(self._deliveries, position), told)

    def _read(self, position: int) -> None:
        """Further to a position; what fails on the way changes nothing."""
        read, start = self._ledger.entries, self._position
        used = [one for one in read(start, position, EntryKind.USE_RUN) if one.payload is not None]
        exports, deliveries = (
            [one for one in used if one.payload is not None and one.payload["how"] == how]
            for how in ("export", DELIVER)
        )
        sent = [one for kind in _TOLD for one in read(start, position, kind)]
        told = sorted([*deliveries, *sent], key=lambda one: one.index)
        self._exports += exports
        self._deliveries += deliveries
        for entry in told:
            if entry.payload is not None:
                self._told.setdefault(entry.payload["export"], []).append(entry)
        self._position = position


def _before(entries: list[Entry], position: int) -> Sequence[Entry]:
    return entries[: bisect_left(entries, position, key=lambda one: one.index)]
