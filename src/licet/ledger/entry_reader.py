"""Entries, positions and checkpoints, as they are stored.

Short questions go through the connection kept for them; walks over many entries read in batches and hold nothing
open between two of them. Checks nothing that was read: that is what proofs and verification are for.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from licet.ledger.checkpoints import Checkpoint
from licet.ledger.entries import Entry, EntryKind, from_microseconds
from licet.ledger.signed_notes import PublicKey
from licet.ledger.storage import Storage
from licet.ledger.tombstones import is_mark

_BATCH_ROWS = 2048

#: Entries or requests asked for in one statement.
_ASKED_AT_ONCE = 500

#: No entry stands this far on, and both databases can be asked for it.
NO_END = 2**63 - 1


def within(place: int) -> int:
    """A place that a database can be asked about: nothing stands before the first entry, nor beyond 2⁶³."""
    return min(max(place, 0), NO_END)


_ENTRY = "SELECT idx, recorded_at_us, kind, commitment, subject, payload, salt FROM entries WHERE idx = ?"
_OF_KIND = (
    "SELECT idx, recorded_at_us, kind, commitment, subject, payload, salt FROM entries "
    "WHERE kind = ? AND idx >= ? AND idx < ? ORDER BY idx"
)

_LAST_OF_KIND = (
    "SELECT idx, recorded_at_us, kind, commitment, subject, payload, salt FROM entries "
    "WHERE kind = ? AND idx < ? ORDER BY idx DESC LIMIT ?"
)

#: Subjects with a choice or a signal among the entries from a number on, choices about one record included.
CHANGED_SINCE = """
    SELECT DISTINCT subject FROM entries WHERE idx >= ? AND kind IN ('choice', 'signal', 'record_choice')
    AND subject IS NOT NULL
"""
# The last line is the condition of the index that it goes by, word for word.
_OF_SUBJECT = (
    "SELECT idx, recorded_at_us, kind, commitment, subject, payload, salt FROM entries "
    "WHERE kind = ? AND subject = ? AND idx >= ? "
    "AND subject IS NOT NULL AND (kind NOT IN ('choice', 'signal')) ORDER BY idx"
)
#: The entries in which a subject said something of a single record, in order.
RECORD_CHOICES_OF = (
    "SELECT idx, payload FROM entries WHERE kind = 'record_choice' AND subject = ? "
    "AND subject IS NOT NULL AND (kind NOT IN ('choice', 'signal')) ORDER BY idx"
)
_MOMENT = "SELECT recorded_at_us FROM entries WHERE idx = ?"
_CHECKPOINT = "SELECT size, root, signature FROM checkpoints WHERE size = ?"
#: The root that the latest checkpoint signs.
LATEST_ROOT = "SELECT root FROM checkpoints ORDER BY size DESC LIMIT 1"
_LATEST_CHECKPOINT = "SELECT size, root, signature FROM checkpoints ORDER BY size DESC LIMIT 1"


def read_position(storage: Storage) -> int:
    """The number of entries."""
    last = storage.fetch("SELECT MAX(idx) FROM entries")[0][0]
    return 0 if last is None else int(last) + 1


def read_position_at(storage: Storage, moment_us: int) -> int:
    """The number of entries recorded at or before a moment; moments never run back, so halving finds it."""
    low, high = 0, read_position(storage)
    while low < high:
        middle = (low + high) // 2
        rows = storage.fetch(_MOMENT, (middle,))
        if rows and rows[0][0] <= moment_us:
            low = middle + 1
        else:
            high = middle
    return low


def read_entry(storage: Storage, index: int) -> Entry | None:
    rows = storage.fetch(_ENTRY, (index,)) if index == within(index) else ()
    return as_entry(rows[0]) if rows else None


def read_entries(
    storage: Storage, start: int, stop: int, kind: EntryKind | None, subject: str | None
) -> Iterator[Entry]:
    """Entries from `start` (included) to `stop` (not), in order, of one kind or subject if asked."""
    from sqlalchemy import select

    from licet.ledger.ledger_schema import ENTRIES, select_indices_of

    start, stop = within(start), within(stop)
    wanted = select(ENTRIES).where(ENTRIES.c.idx < stop).order_by(ENTRIES.c.idx).limit(_BATCH_ROWS)
    if kind is not None:
        wanted = wanted.where(ENTRIES.c.kind == kind.value)
    if subject is not None:
        wanted = wanted.where(ENTRIES.c.idx.in_(select_indices_of(subject)), ENTRIES.c.subject == subject)
    while True:
        with storage.reading() as connection:
            batch = connection.execute(wanted.where(ENTRIES.c.idx >= start)).all()
        yield from map(as_entry, batch)
        if len(batch) < _BATCH_ROWS:
            return
        start = batch[-1].idx + 1


def read_few(storage: Storage, kind: EntryKind, start: int, stop: int | None) -> list[Entry]:
    """The entries of a kind of which there are few, from `start` to `stop` (the end where None), in one short read."""
    stop = NO_END if stop is None else stop
    return [as_entry(row) for row in storage.fetch(_OF_KIND, (kind.value, within(start), within(stop)))]


def read_last(storage: Storage, kind: EntryKind, stop: int, most: int) -> list[Entry]:
    """The last entries of a kind before a number, the latest first, so many at most, in one short read."""
    return [as_entry(row) for row in storage.fetch(_LAST_OF_KIND, (kind.value, within(stop), most))]


def read_of_kind(storage: Storage, kind: EntryKind, subject: str, start: int) -> list[Entry]:
    """A subject's entries of a kind other than choices and signals, from `start` on, in one short read."""
    return [as_entry(row) for row in storage.fetch(_OF_SUBJECT, (kind.value, subject, start))]


def read_requested(storage: Storage, request: str) -> list[Entry]:
    """The entries that a request asked for, in order."""
    return to_requests(storage.fetch(select_requests(1), (request,))).get(request, [])


def read_known_requests(storage: Storage, requests: Sequence[str]) -> set[str]:
    """Those of some requests that an entry was recorded for."""
    known: set[str] = set()
    for start in range(0, len(requests), _ASKED_AT_ONCE):
        some = requests[start : start + _ASKED_AT_ONCE]
        statement = f"SELECT DISTINCT request FROM requests WHERE request IN ({_marks(len(some))})"
        known.update(request for (request,) in storage.fetch(statement, some))
    return known


def read_is_refused(storage: Storage, setting: str) -> bool:
    """Whether a no to a setting is among all choices."""
    found = "SELECT EXISTS (SELECT 1 FROM choices WHERE setting = ? AND is_on = 0)"
    return bool(storage.fetch(found, (setting,))[0][0])


def read_ever_refusing(storage: Storage) -> list[str]:
    """Ids with a no or a sent signal among their choices and signals, the latest or not; marks are none."""
    found = storage.fetch(
        "SELECT subject FROM choices WHERE is_on = 0 UNION SELECT subject FROM signals WHERE is_on = 1 "
        "UNION SELECT subject FROM entries WHERE kind = 'record_choice' AND subject IS NOT NULL"
    )
    return [subject for (subject,) in found if not is_mark(subject)]


def read_entries_at(storage: Storage, indices: Sequence[int]) -> Iterator[Entry]:
    """The entries of these numbers that there are, in the order of their numbers."""
    ordered = sorted(set(indices))
    for start in range(0, len(ordered), _ASKED_AT_ONCE):
        some = ordered[start : start + _ASKED_AT_ONCE]
        statement = (
            "SELECT idx, recorded_at_us, kind, commitment, subject, payload, salt FROM entries "
            f"WHERE idx IN ({_marks(len(some))}) ORDER BY idx"
        )
        yield from map(as_entry, storage.fetch(statement, some))


@functools.cache
def select_requests(count: int) -> str:
    """The question for the entries of so many requests; `to_requests` reads its answer."""
    return (
        "SELECT request, idx, recorded_at_us, kind, commitment, subject, payload, salt FROM entries "
        f"JOIN requests ON requests.entry = entries.idx WHERE request IN ({_marks(count)}) ORDER BY idx"
    )


def to_requests(rows: Iterable[Sequence[Any]]) -> dict[str, list[Entry]]:
    """The entries of each request that there are, in order."""
    found: dict[str, list[Entry]] = {}
    for request, *row in rows:
        found.setdefault(request, []).append(as_entry(row))
    return found


def read_checkpoint(storage: Storage, key: PublicKey, size: int | None) -> Checkpoint | None:
    """The stored checkpoint of a size, or the latest; its signature is not checked."""
    if size is not None and size != within(size):
        return None
    rows = storage.fetch(_LATEST_CHECKPOINT) if size is None else storage.fetch(_CHECKPOINT, (size,))
    return Checkpoint.restore(key, *rows[0]) if rows else None


def read_signed(storage: Storage) -> tuple[int, bytes, bytes]:
    """Size, root and signature of the latest checkpoint; its signature is not checked. An empty one where none is."""
    rows = storage.fetch(_LATEST_CHECKPOINT)
    return rows[0] if rows else (0, b"", b"")


def _marks(count: int) -> str:
    return ",".join("?" * count)


def as_entry(row: Sequence[Any]) -> Entry:
    """An entry from its row, columns in the table's order."""
    index, at_us, kind, commitment, subject, payload_json, salt = row
    payload = None if payload_json is None else json.loads(payload_json)
    return Entry(index, from_microseconds(at_us), EntryKind(kind), commitment, subject, payload, salt)
