"""Holding a whole ledger to what it committed to and signed.

Reads everything once, in order, in one snapshot: every payload against its commitment, every hash of every tile
against the tree built anew, every checkpoint against its root and signature, the tables of choices, signals and
requests against the payloads. Believes nothing else the database says about itself. Repairs nothing.

An edit, a deletion or a reordering shows in the entries; a truncation or a fork by someone who also rewrote
tiles and checkpoints shows only against a checkpoint kept outside the database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from typing import Any

from sqlalchemy import Connection, Table, func, select

from licet.ledger.checkpoints import Checkpoint
from licet.ledger.entries import (
    ASKED_FOR,
    SALT_BYTES,
    ChoiceRow,
    EntryKind,
    SignalRow,
    choice_row,
    commit,
    find_fault,
    leaf_bytes,
    request_row,
    signal_row,
)
from licet.ledger.erasure import Erasure
from licet.ledger.ledger_schema import CHECKPOINTS, CHOICES, ENTRIES, REQUESTS, SIGNALS, TILES
from licet.ledger.pack_numbers import NAMING, PackNumbers
from licet.ledger.signed_notes import PublicKey
from licet.ledger.storage import Storage
from licet.ledger.tiles import TILE_LEVELS, TILE_WIDTH
from licet.ledger.verify_report import Problem, ProblemCode, VerifyReport
from licet.terms import LedgerError
from licet.terms.log_tree import HASH_BYTES, Frontier, leaf_hash

#: Problems kept in a report; the rest is only counted.
MOST_PROBLEMS = 1000

_BATCH_ROWS = 4096


class Inspection:
    """One pass over one ledger under the key it is held to."""

    def __init__(self, key: PublicKey) -> None:
        self._key = key
        self._problems: list[Problem] = []
        self._problem_count = 0
        self._frontier = Frontier()
        #: What the levels of tiles above the leaves must hold: two hashes for every five hundred entries.
        self._above: list[list[bytes]] = []
        self._without_payload: set[int] = set()
        # Rows that go on though their entry was erased; the entry that erased it, which comes later, says which.
        self._left: dict[int, list[tuple[Any, ...]]] = {}
        self._erased = 0
        self._last_us = 0
        self._forked = False
        self._packs = PackNumbers()

    def note(self, index: int | None, code: ProblemCode, what: str) -> None:
        """Add a problem to the report."""
        self._problem_count += 1
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(Problem(index, code, what))

    def run(
        self,
        storage: Storage,
        against: Sequence[tuple[str, str]],
        progress: Callable[[int, int], None] | None,
    ) -> VerifyReport:
        """Verify everything. against: a name for the report, and the text, of each checkpoint from outside."""
        outside = self._read_outside(against)
        held: list[int] = []
        try:
            self._walk(storage, outside, held, progress)
        except LedgerError as error:
            if error.code != "LEDG-012":
                raise
            self.note(
                self._frontier.size, ProblemCode.DATABASE_DAMAGED, f"reading stopped here: {error.what}"
            )
        return VerifyReport(
            ok=not self._problem_count,
            size=self._frontier.size,
            root=self._frontier.root(),
            erased=self._erased,
            held_against=tuple(held),
            problems=tuple(self._problems),
            problem_count=self._problem_count,
        )

    def _walk(
        self,
        storage: Storage,
        outside: list[tuple[str, Checkpoint]],
        held: list[int],
        progress: Callable[[int, int], None] | None,
    ) -> None:
        with storage.snapshot() as connection, ExitStack() as open_streams:

            def walk(table: Table, *order: str) -> Iterator[tuple[Any, ...]]:
                return open_streams.enter_context(closing(_stream(storage, connection, table, *order)))

            for fault in storage.faults(connection):
                self.note(None, ProblemCode.DATABASE_DAMAGED, fault)
            # Counting would read the whole table, and stop at the first page that cannot be read.
            last = connection.scalar(select(func.max(ENTRIES.c.idx)))
            total = 0 if last is None else last + 1
            hashes = _Hashes(walk(TILES, "level", "start"))
            known = _count_leaves(connection)
            repeated = [
                _Ordered(table, "entry", walk(table, "entry")) for table in (CHOICES, SIGNALS, REQUESTS)
            ]
            signed = _Ordered(CHECKPOINTS, "size", walk(CHECKPOINTS, "size"))
            held += self._hold_to_checkpoints(signed, outside)
            for row in walk(ENTRIES, "idx"):
                size = self._frontier.size
                if row[0] < size or (row[0] > size and row[0] >= known):
                    self.note(
                        row[0], ProblemCode.ENTRY_UNEXPECTED, f"there is no place {row[0]} in this ledger"
                    )
                    continue
                while self._frontier.size < row[0]:
                    self._bridge(hashes)
                    held += self._hold_to_checkpoints(signed, outside)
                self._inspect(row, hashes, repeated)
                held += self._hold_to_checkpoints(signed, outside)
                if progress is not None and row[0] % _BATCH_ROWS == 0:
                    progress(row[0], total)
            self._finish(hashes, repeated, signed, outside)
        if progress is not None:
            progress(total, total)

    # -- entries ---------------------------------------------------------------------------------------------

    def _inspect(self, row: tuple[Any, ...], hashes: _Hashes, repeated: Sequence[_Ordered]) -> None:
        index, at_us, kind_bytes, commitment = row[:4]
        kind = kind_bytes.decode("utf-8", "replace")
        leaf = leaf_hash(leaf_bytes(index, at_us, kind, commitment))
        stored = hashes.take(0, index)
        if stored is None:
            self.note(index, ProblemCode.NODE_EDITED, f"the tree holds no leaf for entry {index}")
        elif stored != leaf:
            self.note(index, ProblemCode.LEAF_EDITED, f"entry {index} is not the one the tree holds")
            leaf = stored  # going on with the tree's own leaf keeps one edit from showing as many
        if not isinstance(at_us, int) or at_us < self._last_us:
            self.note(index, ProblemCode.TIME_RUNS_BACK, f"entry {index} is older than the one before it")
        else:
            self._last_us = at_us
        self._push(leaf)
        self._inspect_payload(row, kind, repeated)

    def _inspect_payload(self, row: tuple[Any, ...], kind: str, repeated: Sequence[_Ordered]) -> None:
        index, _, _, commitment, subject_bytes, payload_json, salt = row
        if payload_json is None and salt is None and subject_bytes is None:
            self._without_payload.add(index)
            # That a request was answered stays known after an erasure; who asked, and for what, does not.
            *tables, _ = (rows.take(index) for rows in repeated)
            if left := [row for rows in tables for row in rows]:
                self._left[index] = left
        elif payload_json is None or salt is None:
            self.note(index, ProblemCode.PAYLOAD_MISSING, f"entry {index} has lost a part of its payload")
            self._pass_over(index, repeated)
        elif not _is_committed(commitment, salt, payload_json, subject_bytes):
            self.note(index, ProblemCode.PAYLOAD_EDITED, f"entry {index} does not say what was committed to")
            self._pass_over(index, repeated)
        elif kind in _READ_KINDS:
            payload = json.loads(payload_json)
            subject = None if subject_bytes is None else subject_bytes.decode()
            if kind == EntryKind.ERASURE:
                self._account_for(Erasure.read(payload))
            elif kind in NAMING:
                self._packs.name(payload)
            said: tuple[tuple[Any, ...] | None, ...] = ()
            if kind in ASKED_FOR and not find_fault(kind, subject, payload):
                said = (
                    choice_row(str(subject), payload, index, self._packs.number(payload))
                    if kind == EntryKind.CHOICE
                    else None,
                    signal_row(str(subject), payload, index) if kind == EntryKind.SIGNAL else None,
                    request_row(payload, index),
                )
            self._compare_repeated(index, repeated, said)
        else:
            self._compare_repeated(index, repeated, ())

    def _account_for(self, erasure: Erasure) -> None:
        left, rows = erasure.tombstone, list[ChoiceRow | SignalRow]()
        if left is not None:
            rows = [*left.choice_rows(), *left.signal_rows()]
        for row in rows:
            if self._left.pop(row.entry, None) != [tuple(map(_as_stored, row))]:
                self._note_left(row.entry)
        for index in erasure.erased:
            if index in self._without_payload:
                self._without_payload.remove(index)
                self._erased += 1
            else:
                self.note(
                    index, ProblemCode.PAYLOAD_NOT_ERASED, f"entry {index} was erased and has a payload"
                )

    def _compare_repeated(
        self,
        index: int,
        repeated: Sequence[_Ordered],
        said: Sequence[tuple[Any, ...] | None],
    ) -> None:
        """said: the row that each of the tables must have of the entry; none in any where it is empty."""
        for rows, expected in zip(repeated, said or (None,) * len(repeated), strict=True):
            found = rows.take(index)
            wanted = [] if expected is None else [tuple(_as_stored(value) for value in expected)]
            if found != wanted:
                what = f"the table of {rows.name} does not say of entry {index} what its payload says"
                self.note(index, ProblemCode.INDEX_TABLE_EDITED, what)

    def _note_left(self, index: int) -> None:
        what = f"the tables do not say of entry {index} what its erasure left standing"
        self.note(index, ProblemCode.INDEX_TABLE_EDITED, what)

    def _pass_over(self, index: int, repeated: Sequence[_Ordered]) -> None:
        # What an edited payload said before is not known, so there is nothing to hold these rows to.
        for rows in repeated:
            rows.take(index)

    def _bridge(self, hashes: _Hashes) -> None:
        """Go past an entry that is not there on the leaf the tree still holds for it."""
        index = self._frontier.size
        self.note(index, ProblemCode.ENTRY_MISSING, f"entry {index} is missing")
        self._push(hashes.take(0, index) or bytes(HASH_BYTES))

    def _push(self, leaf: bytes) -> None:
        completed = self._frontier.push(leaf)
        for level, node in enumerate(completed[TILE_LEVELS::TILE_LEVELS]):
            if level == len(self._above):
                self._above.append([])
            self._above[level].append(node)

    # -- checkpoints -----------------------------------------------------------------------------------------

    def _read_outside(self, against: Sequence[tuple[str, str]]) -> list[tuple[str, Checkpoint]]:
        found = []
        for name, text in against:
            try:
                found.append((name, Checkpoint.read(text, self._key)))
            except LedgerError as error:
                self.note(None, ProblemCode.CHECKPOINT_REFUSED, f"{name}: {error.what}")
        return sorted(found, key=lambda pair: pair[1].size, reverse=True)

    def _hold_to_checkpoints(self, signed: _Ordered, outside: list[tuple[str, Checkpoint]]) -> list[int]:
        """Compare the tree as it now stands with every checkpoint of its size; return those from outside that fit."""
        size, held = self._frontier.size, []
        for row in signed.take(size):
            if not self._is_signed(row):
                self.note(
                    size, ProblemCode.CHECKPOINT_EDITED, f"the stored checkpoint of size {size} is not signed"
                )
            elif row[1] != self._frontier.root():
                self._note_fork(size, "the stored checkpoint")
        while outside and outside[-1][1].size == size:
            name, checkpoint = outside.pop()
            if checkpoint.root == self._frontier.root():
                held.append(size)
            else:
                self._forked = False  # one report for each checkpoint somebody handed in
                self._note_fork(size, name)
        return held

    def _note_fork(self, size: int, name: str) -> None:
        # Every later checkpoint disagrees as well; the first says where.
        if not self._forked:
            self._forked = True
            self.note(size, ProblemCode.FORKED, f"the first {size} entries are not those that {name} signs")

    def _is_signed(self, row: tuple[Any, ...]) -> bool:
        size, root, signature = row
        return len(root) == HASH_BYTES and Checkpoint.restore(self._key, size, root, signature).is_signed_by(
            self._key
        )

    def _finish(
        self,
        hashes: _Hashes,
        repeated: Sequence[_Ordered],
        signed: _Ordered,
        outside: list[tuple[str, Checkpoint]],
    ) -> None:
        size = self._frontier.size
        if signed.last_key != size:
            self.note(size, ProblemCode.CHECKPOINT_MISSING, f"no stored checkpoint signs all {size} entries")
        later = signed.rest()
        beyond = [row[0] for row in later if self._is_signed(row)]
        if beyond:
            what = f"there are {size} entries; a stored checkpoint signs {beyond[-1]}"
            self.note(size, ProblemCode.TRUNCATED, what)
        elif later or signed.strays:
            self.note(size, ProblemCode.CHECKPOINT_EDITED, "there are checkpoints of sizes nobody signed")
        for name, checkpoint in reversed(outside):
            what = f"there are {size} entries; {name} signs {checkpoint.size}"
            self.note(size, ProblemCode.TRUNCATED, what)
        for level, nodes in enumerate(self._above, 1):
            for number, node in enumerate(nodes):
                if hashes.take(level, number) != node:
                    what = f"hash {number} of level {level} of the tiles is not what its leaves give"
                    self.note(((number + 1) << level * TILE_LEVELS) - 1, ProblemCode.NODE_EDITED, what)
        if hashes.has_strays():
            self.note(size, ProblemCode.NODE_EDITED, "the tree holds hashes that no entry gives")
        for rows in repeated:
            for row in (*rows.strays, *rows.rest()):
                what = f"the table of {rows.name} speaks of entry {row[rows.key]}, which says nothing of the kind"
                self.note(row[rows.key], ProblemCode.INDEX_TABLE_EDITED, what)
        for index in sorted(self._left):
            self._note_left(index)
        for index in sorted(self._without_payload):
            self.note(
                index, ProblemCode.PAYLOAD_MISSING, f"entry {index} has no payload and no erasure names it"
            )


class _Ordered:
    """The rows of a table in the order of one column, taken in step with the entries."""

    def __init__(self, table: Table, column: str, rows: Iterator[tuple[Any, ...]]) -> None:
        self.name, self.key = table.name, list(table.c.keys()).index(column)
        self.strays: list[tuple[Any, ...]] = []
        self.last_key: Any = None
        self._rows = rows
        self._next = next(self._rows, None)

    def take(self, key: int) -> list[tuple[Any, ...]]:
        """The rows under `key`; those passed over on the way to it are strays."""
        found: list[tuple[Any, ...]] = []
        while self._next is not None and self._next[self.key] <= key:
            self.last_key = self._next[self.key]
            kept = found if self.last_key == key else self.strays
            if kept is found or len(kept) < MOST_PROBLEMS:
                kept.append(self._next)
            self._next = next(self._rows, None)
        return found

    def rest(self) -> list[tuple[Any, ...]]:
        """Some rows beyond the last taken, the last of the table among them."""
        left: list[tuple[Any, ...]] = []
        while self._next is not None:
            del left[MOST_PROBLEMS:]
            left.append(self._next)
            self._next = next(self._rows, None)
        return left


class _Hashes:
    """The hashes that tiles are kept as, level by level, taken in order."""

    def __init__(self, pieces: Iterator[tuple[Any, ...]]) -> None:
        self._pieces = pieces
        self._has_strays = False
        self._level, self._first, self._hashes = -1, 0, b""
        self._is_used = True
        self._advance()

    def take(self, level: int, number: int) -> bytes | None:
        """The hash of a number in its level; None where none is kept. What was passed over on the way is a stray."""
        while self._hashes and (self._level, self._beyond) <= (level, number):
            self._advance()
        if not self._hashes or self._level != level or self._first > number:
            return None
        at = (number - self._first) * HASH_BYTES
        self._is_used = number + 1 == self._beyond
        return self._hashes[at : at + HASH_BYTES]

    def has_strays(self) -> bool:
        """Whether anything is kept that was not taken. Reads to the end."""
        while self._hashes:
            self._advance()
        return self._has_strays

    @property
    def _beyond(self) -> int:
        return self._first + len(self._hashes) // HASH_BYTES

    def _advance(self) -> None:
        self._has_strays = self._has_strays or not self._is_used
        before = (self._level, self._beyond)
        for level, start, hashes in self._pieces:
            count = len(hashes) // HASH_BYTES
            is_fit = (
                isinstance(level, int)
                and isinstance(start, int)
                and len(hashes) == count * HASH_BYTES > 0
                and start >= 0
            )
            if is_fit and (level, start) >= before and start % TILE_WIDTH + count <= TILE_WIDTH:
                self._level, self._first, self._hashes, self._is_used = level, start, hashes, False
                return
            self._has_strays = True
        self._hashes, self._is_used = b"", True


def _count_leaves(connection: Connection) -> int:
    """Up to which number of entries the tiles have hashes of them, as far as they can be believed."""
    last = select(TILES.c.start, func.length(TILES.c.hashes)).where(TILES.c.level == 0)
    row = connection.execute(last.order_by(TILES.c.start.desc()).limit(1)).first()
    return 0 if row is None or not isinstance(row[0], int) else row[0] + (row[1] or 0) // HASH_BYTES


#: Kinds whose payload is read, and not only held to its commitment.
_READ_KINDS = frozenset({*ASKED_FOR, EntryKind.ERASURE, *NAMING})


def _stream(
    storage: Storage, connection: Connection, table: Table, *order: str
) -> Generator[tuple[Any, ...], None, None]:
    statement = select(*storage.raw_columns(table)).order_by(*(table.c[column] for column in order))
    result = connection.execute(statement, execution_options={"yield_per": _BATCH_ROWS})
    try:
        for batch in result.partitions():
            yield from map(tuple, batch)
    finally:
        result.close()  # a walk that ends early leaves no cursor open


def _is_committed(commitment: bytes, salt: bytes, payload_json: bytes, subject_bytes: bytes | None) -> bool:
    try:
        subject = None if subject_bytes is None else subject_bytes.decode()
    except UnicodeDecodeError:
        return False
    return len(salt) == SALT_BYTES and commit(salt, payload_json, subject) == commitment


def _as_stored(value: object) -> object:
    return value.encode() if isinstance(value, str) else value
