"""The one way in: entries get their place, their moment and their leaf, and are on the disk before anyone is told.

Threads that append at the same time share one transaction (group commit): whoever gets the lock first commits
for all who wait. Guarantees that a caller who got entries back has them on the disk, that one who got an error
has none of them there (unless it says that this cannot be known), that a request asked again is not recorded again,
and that nothing is signed that does not extend what was signed before. The checkpoint file speaks of a commit before
anyone is told of it.
"""

from __future__ import annotations

import functools
import threading
import warnings
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from licet.ledger.checkpoints import Checkpoint, CheckpointFile
from licet.ledger.choice_reader import LATEST_CHOICES, LATEST_SIGNALS
from licet.ledger.entries import (
    ASKED_FOR,
    Entry,
    EntryKind,
    Prepared,
    RequestRow,
    SignalRow,
    choice_row,
    from_microseconds,
    leaf_hashes,
    request_row,
    signal_row,
    to_microseconds,
)
from licet.ledger.entry_reader import (
    CHANGED_SINCE,
    RECORD_CHOICES_OF,
    select_requests,
    to_requests,
)
from licet.ledger.erasure import Erasure, LeftNo, LeftSignal, Tombstone
from licet.ledger.pack_numbers import FIRST_PACK, NAMING, NAMING_ENTRIES, PackNumbers
from licet.ledger.row_noes import standing_of
from licet.ledger.signed_notes import Signer
from licet.ledger.storage import CommitInDoubt, Storage
from licet.ledger.tiles import TileTree, pieces_of
from licet.ledger.tombstones import UNDER_MARK, Marks
from licet.terms import LedgerError
from licet.terms.log_tree import Frontier

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table


class CheckpointFileWarning(UserWarning):
    """Entries are recorded, but the checkpoint file beside the database could not be replaced."""


#: Where the ledger stands: its last checkpoint and its last entry, each null in an empty one.
_STAND = """
    SELECT c.size, c.root, c.signature, e.idx, e.recorded_at_us FROM (SELECT 1 AS one) AS always
    LEFT JOIN (SELECT size, root, signature FROM checkpoints ORDER BY size DESC LIMIT 1) AS c ON 1 = 1
    LEFT JOIN (SELECT idx, recorded_at_us FROM entries ORDER BY idx DESC LIMIT 1) AS e ON 1 = 1
"""

#: What stands in the keys of the tables beside the subject.
_KEY_TEXTS = {EntryKind.CHOICE: ("setting", "category"), EntryKind.SIGNAL: ("signal",)}


class _Call:
    """What one caller wants written, and what became of it.

    unless: a number of entries and subjects: nothing is written where an entry after those is a choice or signal of
            one of them, nor where another call that goes into the same commit is about one.
    """

    def __init__(
        self,
        prepared: Sequence[Prepared],
        request: str | None,
        unless: tuple[int, Collection[str]] | None = None,
    ) -> None:
        self.prepared, self.request, self.unless = prepared, request, unless
        self.is_overtaken = False
        self.entries: list[Entry] | None = None
        self.is_new = True
        self.error: LedgerError | None = None

    @property
    def is_done(self) -> bool:
        return self.entries is not None or self.error is not None or self.is_overtaken


class Appender:
    """Writes for one open ledger; remembers the frontier so that an append reads almost nothing."""

    def __init__(
        self,
        storage: Storage,
        signer: Signer,
        clock: Callable[[], datetime],
        file: CheckpointFile,
        marks: Marks,
        tree: TileTree,
    ) -> None:
        self._storage, self._signer, self._clock, self._file = storage, signer, clock, file
        self._marks, self._tree = marks, tree
        self._waiting: list[_Call] = []
        # Guards the list and says who commits for all; a caller whose entries another wrote goes at once, and does
        # not wait behind the next commit.
        self._turn = threading.Condition()
        self._is_led = False
        self._writing_lock = threading.Lock()
        self._frontier = Frontier()
        self._root: bytes | None = None
        self._last_us = 0
        self._packs = PackNumbers()

    @property
    def root(self) -> bytes | None:
        """The root that was signed here last; None before."""
        return self._root

    def append(self, prepared: Sequence[Prepared], request: str | None = None) -> tuple[list[Entry], bool]:
        """Write entries in their order, perhaps with those of other threads between calls, never within one.

        request: where entries of it are there already, those are given back with False and nothing is written.
        """
        call = self._carry_out(_Call(prepared, request))
        assert call.entries is not None
        return call.entries, call.is_new

    def append_unless_changed(
        self, prepared: Sequence[Prepared], position: int, subjects: Collection[str]
    ) -> list[Entry] | None:
        """Write entries, unless one of some subjects has chosen or signalled since a position: then None."""
        return self._carry_out(_Call(prepared, None, (position, subjects))).entries

    def _carry_out(self, call: _Call) -> _Call:
        self._refuse_long_keys(call.prepared)
        with self._turn:
            self._waiting.append(call)
            while self._is_led and not call.is_done:
                self._turn.wait()
            leads = not call.is_done
            self._is_led = self._is_led or leads
        if leads:
            try:
                with self._writing_lock:
                    self._commit_waiting()
            finally:
                with self._turn:
                    self._is_led = False
                    self._turn.notify_all()
        if call.error is not None:
            raise call.error
        return call

    def erase(self, subject: str) -> Entry | None:
        """Remove payload, salt and subject of every entry of `subject`, and let their noes stand under their mark.

        Returns: the entry that says so; None when there is nothing of theirs.
        """

        from sqlalchemy import bindparam, update

        from licet.ledger.ledger_schema import CHOICES, ENTRIES, SIGNALS, select_indices_of

        def blank(connection: Connection) -> list[Prepared]:
            indices = sorted(index for (index,) in connection.execute(select_indices_of(subject)))
            if not indices:
                return []
            mark = self._marks.of(subject)
            left = self._standing(connection, subject, mark, frozenset(indices))
            erased = update(ENTRIES).where(ENTRIES.c.idx == bindparam("at"))
            connection.execute(
                erased.values(subject=None, payload=None, salt=None), [{"at": index} for index in indices]
            )
            for table in (CHOICES, SIGNALS):
                self._storage.remove(connection, table, subject)
            if left.refused or left.signals:
                self._storage.insert(connection, {CHOICES: left.choice_rows(), SIGNALS: left.signal_rows()})
            # The entry that names them goes into the same transaction: no crash leaves an erased payload
            # that nothing accounts for.
            goes_on = (
                left != Tombstone(mark, (), ())
                or self._storage.ask(connection, UNDER_MARK, (mark, mark))[0][0]
            )
            return [Erasure(tuple(indices), left if goes_on else None).prepare()]

        with self._writing_lock:
            entries, checkpoint = self._commit(blank)
            self._publish(checkpoint)
        return entries[0] if entries else None

    def _standing(
        self, connection: Connection, subject: str, mark: str, indices: frozenset[int]
    ) -> Tombstone:
        """The noes and signals of a subject that stand now.

        What an earlier erasure left stands under the mark already, and again where a yes that lifted it is erased now.
        A no goes on after a yes to the same setting, too, where there was a policy before that of the yes: what it had
        reached and the yes does not speak for. The yes is erased, so it goes on for all that it was.
        """
        who = (subject, mark)
        return Tombstone(
            mark,
            tuple(
                LeftNo(setting, category or None, last_no)
                for setting, category, is_yes, pack, last_no in self._storage.ask(
                    connection, LATEST_CHOICES, who
                )
                if last_no in indices and (not is_yes or pack != FIRST_PACK)
            ),
            tuple(
                LeftSignal(signal, latest >> 1)
                for signal, latest in self._storage.ask(connection, LATEST_SIGNALS, who)
                if latest & 1 and latest >> 1 in indices
            ),
            tuple(standing_of(self._storage.ask(connection, RECORD_CHOICES_OF, (subject,)), self._marks)),
        )

    def compact(self) -> None:
        """Rewrite the file while no thread here appends. Raises: LedgerError LEDG-019 while others use it."""
        with self._writing_lock:
            self._storage.compact()

    def _commit_waiting(self) -> None:
        with self._turn:
            early = [*self._waiting]
        calls: list[_Call] = []
        new: list[_Call] = []
        asked: dict[str, list[Entry]] = {}

        def collect(connection: Connection) -> list[Prepared]:
            # Only now that no other process writes: who came while we waited for our turn goes with us.
            with self._turn:
                calls.extend(self._waiting)
                self._waiting = []
            # Nobody can record a request between this look and the commit.
            requests = {call.request for call in calls if call.request is not None}
            if requests:
                rows = self._storage.ask(connection, select_requests(len(requests)), [*requests])
                asked.update(to_requests(rows))
            for call in calls:
                if call.unless is not None and self._is_overtaken(connection, call.unless, new):
                    call.is_overtaken = True
                elif call.request is None or call.request in requests - asked.keys():
                    new.append(call)
                    requests.discard(call.request)  # of two that ask the same at once, the first is recorded
            return [prepared for call in new for prepared in call.prepared]

        try:
            entries, checkpoint = self._commit(collect)
        except BaseException as error:
            with self._turn:
                failed = calls or early
                self._waiting = [call for call in self._waiting if call not in failed]
                for call in failed:
                    call.error = error if isinstance(error, LedgerError) else _interrupted(self._storage)
            raise
        self._publish(checkpoint)
        start = 0
        for call in new:
            call.entries = entries[start : start + len(call.prepared)]
            start += len(call.prepared)
            if call.request is not None:
                asked[call.request] = call.entries
        for call in calls:
            if call.entries is None and call.request is not None:
                call.entries, call.is_new = asked[call.request], False

    def _is_overtaken(
        self, connection: Connection, unless: tuple[int, Collection[str]], new: Sequence[_Call]
    ) -> bool:
        since, subjects = unless
        changed = {subject for (subject,) in self._storage.ask(connection, CHANGED_SINCE, (since,))}
        changed |= {prepared.subject for call in new for prepared in call.prepared}
        return not changed.isdisjoint(subjects)

    def _commit(
        self, collect: Callable[[Connection], Sequence[Prepared]]
    ) -> tuple[list[Entry], Checkpoint | None]:
        """One transaction: what `collect` does and returns, under a new checkpoint; nothing where it returns none."""
        written: tuple[list[Entry], Frontier, Checkpoint, PackNumbers] | None = None
        try:
            with self._storage.writing() as connection:
                self._catch_up(connection)
                if prepared := collect(connection):
                    written = self._write(connection, prepared)
                # A process that dies before this block is left has lost every entry of it, and none of
                # the callers was told otherwise.
        except CommitInDoubt:
            # Only the answer was lost. The signed root tells whether the commit was: no other has these salts.
            if written is None or not self._storage.took_place(written[2].size, written[2].root):
                raise _lost(self._storage) from None
        if written is None:
            return [], None
        # A process that dies from here on has lost no entry, and nobody was told of them; the checkpoint file may speak
        # of an earlier commit until the next one, and cannot show then that the entries between were cut off.
        entries, frontier, checkpoint, self._packs = written
        self._remember(frontier, checkpoint, entries)
        return entries, checkpoint

    def _write(
        self, connection: Connection, prepared: Sequence[Prepared]
    ) -> tuple[list[Entry], Frontier, Checkpoint, PackNumbers]:
        from licet.ledger.ledger_schema import CHECKPOINTS, CHOICES, ENTRIES, REQUESTS, SIGNALS, TILES

        frontier, first = self._frontier.copy(), self._frontier.size
        packs = self._number_packs(connection, prepared)
        at_us = max(to_microseconds(self._clock()), self._last_us)
        at = from_microseconds(at_us)
        tiles = list(pieces_of(first, frontier.extend(leaf_hashes(first, at_us, prepared))))
        recorded: list[tuple[Any, ...]] = []
        choices, signals, requests = list[tuple[Any, ...]](), list[SignalRow](), list[RequestRow]()
        entries: list[Entry] = []
        for index, (kind, subject, payload, payload_json, salt, commitment) in enumerate(prepared, first):
            recorded.append((index, at_us, str(kind), commitment, subject, payload_json, salt))
            if kind is EntryKind.CHOICE and subject is not None:
                choices.append(choice_row(subject, payload, index, packs.number(payload)))
            elif kind is EntryKind.SIGNAL and subject is not None:
                signals.append(signal_row(subject, payload, index))
            elif kind in NAMING:
                packs.name(payload)
            if (
                "request" in payload
                and kind in ASKED_FOR
                and (asked := request_row(payload, index)) is not None
            ):
                requests.append(asked)
            entries.append(Entry(index, at, kind, commitment, subject, payload, salt))
        checkpoint = Checkpoint.sign(self._signer, frontier.size, frontier.root())
        choices.sort()  # in the order of its key a batch touches each page of a large table once
        rows: dict[Table, Sequence[tuple[Any, ...]]] = {
            ENTRIES: recorded,
            CHOICES: choices,
            SIGNALS: signals,
            REQUESTS: requests,
            TILES: tiles,
            CHECKPOINTS: [(checkpoint.size, checkpoint.root, checkpoint.signature)],
        }
        self._storage.insert(connection, rows)
        return entries, frontier, checkpoint, packs

    def _number_packs(self, connection: Connection, prepared: Sequence[Prepared]) -> PackNumbers:
        """The packs named so far, read only where one of the new entries needs them; new ones may be added to it."""
        size, packs = self._frontier.size, self._packs
        if packs.read_to < size and any(
            new.kind in NAMING or (new.kind is EntryKind.CHOICE and not packs.knows(new.payload))
            for new in prepared
        ):
            packs = packs.copy()
            packs.take(self._storage.ask(connection, NAMING_ENTRIES, (packs.read_to,)))
            packs.read_to = size
        if any(new.kind in NAMING for new in prepared):  # undone with the transaction
            packs = packs.copy()
        return packs

    def _catch_up(self, connection: Connection) -> None:
        """Take in what other processes appended; refuse to build on a tree that its checkpoint does not sign."""
        ((signed_size, root, signature, last, recorded_at_us),) = self._storage.ask(connection, _STAND)
        size = 0 if last is None else last + 1
        if signed_size != size:
            raise _refused(f"it has {size} entries, its last checkpoint says otherwise", self._storage)
        known = self._frontier.size
        if size < max(known, self._tree.state.size):
            raise _refused(f"it has {size} entries and had more when last looked at", self._storage)
        if self._root == root and known == size:
            return

        # Others wrote since, or nobody here did yet: an older copy would begin as what is known here, and be shorter
        # than what the file says, which whoever wrote last replaced.
        if (kept := self._file.read_beyond(size)) is not None:
            raise _refused(f"it has {size} entries and {self._file.path} signs {kept.size}", self._storage)

        signed = Checkpoint.restore(self._signer.public_key, size, root, signature)
        if not signed.is_signed_by(self._signer.public_key):
            raise _refused("its tree is not the one its last checkpoint signs", self._storage)
        ask = functools.partial(self._storage.ask, connection)
        self._tree.follow(size, root, ask)
        if self._root is not None and self._tree.root(known, ask) != self._root:
            raise _refused(f"its first {known} entries are not those it had when last written", self._storage)
        self._frontier, self._root = self._tree.frontier(size, ask), root
        self._last_us = 0 if last is None else recorded_at_us

    def _remember(self, frontier: Frontier, checkpoint: Checkpoint, entries: Sequence[Entry]) -> None:
        self._frontier, self._root = frontier, checkpoint.root
        self._last_us = to_microseconds(entries[-1].recorded_at)

    def _refuse_long_keys(self, prepared: Sequence[Prepared]) -> None:
        # Before the entry is among those of other callers, who would be refused with it.
        most = self._storage.most_key_bytes
        for number, new in enumerate(prepared if most is not None else ()):
            texts = (new.subject, *(new.payload.get(name) for name in _KEY_TEXTS.get(new.kind, ())))
            if sum(len(text.encode()) for text in texts if text is not None) > (most or 0):
                raise LedgerError(
                    "LEDG-013",
                    f"an entry of kind {new.kind} cannot be recorded: subject, setting and category "
                    f"are longer than {most} bytes together",
                    f"entry {number} of this call",
                    "nothing of this call was written; use shorter ids",
                )

    def _publish(self, checkpoint: Checkpoint | None) -> None:
        """Let the checkpoint file speak of a commit."""
        if checkpoint is None:
            return
        try:
            self._file.write(checkpoint)
        except OSError as error:
            # The entries are on the disk; an error here would make the caller record them twice.
            warnings.warn(
                f"the entries are recorded, but {self._file.path} could not be replaced: {error.strerror}",
                CheckpointFileWarning,
                stacklevel=4,
            )


def _refused(what: str, storage: Storage) -> LedgerError:
    return LedgerError(
        "LEDG-017",
        f"the ledger does not fit its own checkpoint: {what}",
        storage.place,
        "verify it, then restore it from a copy that verifies; nothing was written",
    )


def _lost(storage: Storage) -> LedgerError:
    return LedgerError(
        "LEDG-023",
        "the connection to the database was lost before the commit",
        storage.place,
        "append again; nothing of this call was written",
    )


def _interrupted(storage: Storage) -> LedgerError:
    return LedgerError(
        "LEDG-012",
        "the commit was interrupted and may or may not have taken place",
        storage.place,
        "look at the last entries before appending these again",
    )
