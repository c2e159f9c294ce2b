"""The ledger: what members chose and what was done with their data, append-only and provable.

The one object other rooms hold. Guarantees that what `append` returned is on the disk, that the past answers as
it did, and that whatever is given out (entry, proof, checkpoint) can be checked without this machine. Refuses to
add to a ledger that does not fit its own checkpoint.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from licet.ledger import choice_reader, entry_reader
from licet.ledger.appender import Appender
from licet.ledger.checkpoints import Checkpoint, CheckpointFile
from licet.ledger.choices import Choice, Keys, Known, Stances
from licet.ledger.entries import Entry, EntryKind, NewEntry, prepare, to_microseconds
from licet.ledger.erasure import Erasure
from licet.ledger.ledger_opening import Place, Roles, choose_checkpoint_path, create_ledger, open_storage
from licet.ledger.pack_entries import PackEntry, read_pack_entries
from licet.ledger.pack_numbers import PackNumbers
from licet.ledger.proofs import (
    ConsistencyProof,
    InclusionProof,
    no_such_leaf,
    prove_consistency,
)
from licet.ledger.row_noes import Person, RowNoes
from licet.ledger.signed_notes import PublicKey, Signer
from licet.ledger.storage import Storage
from licet.ledger.tile_publication import Publication, publish_tiles
from licet.ledger.tiles import TileTree
from licet.ledger.tombstones import Marks
from licet.ledger.verify_report import ProblemCode, VerifyReport
from licet.terms import LedgerError


def now() -> datetime:
    """The machine's clock, UTC."""
    return datetime.now(UTC)


class Ledger:
    """One open ledger, and the `RecordedChoices` in it. Threads may share it; every process opens its own.

    A position is a number of entries: as of position p means as the first p entries say.
    """

    def __init__(
        self,
        storage: Storage,
        key: PublicKey,
        signer: Signer | None,
        clock: Callable[[], datetime],
        file: CheckpointFile,
        marks: Marks | None = None,
    ) -> None:
        self._storage, self._key, self._signer, self._file, self._marks = storage, key, signer, file, marks
        self._packs, self._row_noes = PackNumbers(), RowNoes()
        self._reached, self._is_borne, self._is_marked = 0, False, False
        self._tree = TileTree(storage.place)
        self._signed_root = b""  # one that the key is known to have signed
        self._appender = None
        if signer is not None and marks is not None:
            self._appender = Appender(storage, signer, clock, file, marks, self._tree)

    # -- opening ---------------------------------------------------------------------------------------------

    @classmethod
    def create(
        cls,
        place: Place,
        signer: Signer,
        clock: Callable[[], datetime] = now,
        *,
        checkpoint_path: str | os.PathLike[str] | None = None,
        server_role: str | None = None,
        eraser_role: str | None = None,
        busy_timeout_seconds: float = 5.0,
    ) -> Ledger:
        """Make an empty ledger and open it.

        place: a path, or the address of a PostgreSQL database as the role that is to own the ledger.
        clock: gives the moment of recording as an aware datetime; a clock that runs back does not turn time back.
        checkpoint_path: where the checkpoint file lies; by default beside a path, and none for an address.
        server_role, eraser_role: on PostgreSQL, roles that may read and append, and that may also erase.
        Raises: LedgerError LEDG-002 when a ledger or its checkpoint file is there, LEDG-010 or LEDG-011 when
        it cannot be written, LEDG-023 to LEDG-026 when PostgreSQL cannot be had; then nothing is left behind.
        """
        file = choose_checkpoint_path(place, None if checkpoint_path is None else Path(checkpoint_path))
        create_ledger(place, signer, file, Roles(server_role, eraser_role), busy_timeout_seconds)
        # A process that dies here leaves a whole ledger without its checkpoint file, which the first append makes.
        ledger = cls.open(
            place, signer, clock, checkpoint_path=file, busy_timeout_seconds=busy_timeout_seconds
        )
        try:
            ledger._file.write(ledger.checkpoint())
        except OSError as error:
            ledger.close()
            raise LedgerError(
                "LEDG-010",
                f"the checkpoint file cannot be written: {error.strerror}",
                str(file),
                "open the ledger with a checkpoint file in a folder you may write to; it is made and empty",
            ) from None
        return ledger

    @classmethod
    def open(
        cls,
        place: Place,
        signer: Signer | None = None,
        clock: Callable[[], datetime] = now,
        *,
        checkpoint_path: str | os.PathLike[str] | None = None,
        read_only: bool = False,
        busy_timeout_seconds: float = 5.0,
    ) -> Ledger:
        """Open a ledger, whatever its size at the same cost; without a signer, or read only, to read.

        place: a path, or the address of a PostgreSQL database.
        checkpoint_path: where the checkpoint file lies; by default beside a path, and none for an address.
        Raises: LedgerError LEDG-001 when there is none, LEDG-003 when it is something else, LEDG-004 when
        a later licet wrote it, LEDG-007 when the signer is not its own, LEDG-010 when it cannot be written to,
        LEDG-023 to LEDG-026 when PostgreSQL cannot be had, and LEDG-016 or LEDG-017, to a signer only, when it
        does not fit the checkpoint file.
        """
        writable = signer is not None and not read_only
        file = choose_checkpoint_path(place, None if checkpoint_path is None else Path(checkpoint_path))
        storage, key = open_storage(place, signer, writable, busy_timeout_seconds)
        marks = None if signer is None else Marks(signer)
        ledger = cls(storage, key, signer if writable else None, clock, CheckpointFile(file, key), marks)
        if writable:
            try:
                ledger._refuse_unfit_file()
            except BaseException:
                ledger.close()
                raise
        return ledger

    def close(self) -> None:
        """Give file or connections back. Further questions raise LEDG-018."""
        self._file.close()
        self._storage.close()
        self._tree = TileTree(self.place)  # what was followed answers nothing any more

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def place(self) -> str:
        """What opens it again: its path, or its address without the password."""
        return self._storage.place

    @property
    def checkpoint_path(self) -> Path | None:
        """The file that holds the latest checkpoint, outside the database; None where none is kept."""
        return self._file.path

    @property
    def origin(self) -> str:
        """The ledger's name in its checkpoints."""
        return self._key.name

    @property
    def public_key_text(self) -> str:
        """The key that checkpoints are signed with, as the ledger itself names it."""
        return self._key.text

    # -- writing ---------------------------------------------------------------------------------------------

    def append(self, entries: Sequence[NewEntry]) -> list[Entry]:
        """Record entries; on return they are on the disk. All of them are recorded, or none.

        Threads that append at the same time share one commit.
        Raises: LedgerError LEDG-008 without a signer, LEDG-009 while another process writes, LEDG-010 to LEDG-012
        when the disk fails, LEDG-013 for an unfit entry, LEDG-017 when the ledger does not fit its checkpoint,
        LEDG-023 and LEDG-024 when PostgreSQL goes away or refuses.
        Warns: CheckpointFileWarning when the entries are recorded and the checkpoint file could not be.
        """
        appender = self._holding_writer()
        prepared = prepare(entries)
        if not prepared:
            return []
        recorded, _ = appender.append(prepared)
        self._reached = max(self._reached, recorded[-1].index + 1)
        return recorded

    def append_once(self, request: str, entries: Sequence[NewEntry]) -> tuple[list[Entry], bool]:
        """Record choices or signals that a request asks for, unless entries of that request are there already.

        request: 64 hex digits; it goes into every payload, and into the same transaction, so that who asks again after
        a crash, from another process or at the same moment finds what was recorded and adds nothing.
        Returns: the entries of the request and whether they are new; found ones may have been erased since.
        Raises: as `append`.
        """
        appender = self._holding_writer()
        named = [NewEntry(one.kind, one.subject, {**one.payload, "request": request}) for one in entries]
        return appender.append(prepare(named), request)

    def append_unless_changed(
        self, entries: Sequence[NewEntry], position: int, subjects: Collection[str]
    ) -> list[Entry] | None:
        """Record entries that were made up from how some subjects stood at a position; None where one moved on since.

        Nobody can choose between that look and the commit. Raises: as `append`.
        """
        appender = self._holding_writer()
        prepared = prepare(entries)
        return appender.append_unless_changed(prepared, position, subjects) if prepared else []

    def known_requests(self, requests: Sequence[str]) -> set[str]:
        """Those of some requests that an entry was recorded for, erased or not."""
        return entry_reader.read_known_requests(self._storage, requests)

    def entries_at(self, indices: Sequence[int]) -> Iterator[Entry]:
        """The entries of these numbers that there are, in the order of their numbers."""
        return entry_reader.read_entries_at(self._storage, indices)

    def requested(self, request: str) -> list[Entry]:
        """The entries that were recorded for a request, in order; none where it was never recorded."""
        return entry_reader.read_requested(self._storage, request)

    def erase(self, subject: str, *, compact: bool = True) -> Entry | None:
        """Remove payload, salt and subject of every entry of `subject` and record which; None when there is none.

        Every proof stays valid. Their yeses go with the rest, for the past too; the noes and signals that stand now
        go on under a mark that only the ledger's key makes of the id, so that whoever still holds their data finds
        that they refused. A later choice under the id takes precedence, setting by setting.
        compact: rewrite the file so that no copy of it remains in free pages; without it, call `compact` later.
        Raises: as `append`; LEDG-024 when the role on PostgreSQL may not erase; LEDG-019 when the erasure stands
        but another reader keeps old pages alive, or the role may not rewrite the tables.
        """
        entry = self._holding_writer().erase(subject)
        if entry is not None and compact:
            self.compact()
        return entry

    def compact(self) -> None:
        """Rewrite the file so that nothing erased remains in it. Raises: LedgerError LEDG-008, LEDG-011, LEDG-019."""
        self._writer().compact()

    # -- entries ---------------------------------------------------------------------------------------------

    @property
    def position(self) -> int:
        """The number of entries now, those of other processes included.

        Raises: LedgerError LEDG-152 or LEDG-017 when another ledger, or an older copy, was put in its place meanwhile.
        """
        self._storage.refuse_replaced()
        before = self._reached
        size = entry_reader.read_position(self._storage)
        self._take_size(before, size)
        return size

    def position_at(self, moment: datetime) -> int:
        """The number of entries recorded at or before `moment`. Raises: LedgerError LEDG-022 without time zone."""
        return entry_reader.read_position_at(self._storage, to_microseconds(moment))

    def entry(self, index: int) -> Entry:
        """One entry. Raises: LedgerError LEDG-014 when there is none at `index`."""
        entry = entry_reader.read_entry(self._storage, index)
        if entry is None:
            raise LedgerError(
                "LEDG-014", f"there is no entry {index}", self.place, "ask below ledger.position"
            )
        return entry

    def entries(
        self,
        start: int = 0,
        stop: int | None = None,
        kind: EntryKind | None = None,
        subject: str | None = None,
    ) -> Iterator[Entry]:
        """Entries from `start` (included) to `stop` (not; the end by default), in order; of one kind or subject.

        Reads in batches as it is iterated; what is erased meanwhile comes without payload.
        """
        return entry_reader.read_entries(
            self._storage, start, self.position if stop is None else stop, kind, subject
        )

    def packs_in_force(self, position: int | None = None, *, since: int = 0) -> list[PackEntry]:
        """The entries that put packs in force, in order; from `since` on, for who knows the earlier ones."""
        stop = None if position is None else self._at(position)
        found = entry_reader.read_few(self._storage, EntryKind.PACK_IN_FORCE, since, stop)
        return read_pack_entries(found)

    def packs_announced(self, position: int | None = None) -> list[PackEntry]:
        """The entries that announced packs, in order."""
        stop = None if position is None else self._at(position)
        return read_pack_entries(entry_reader.read_few(self._storage, EntryKind.PACK_ANNOUNCED, 0, stop))

    def entries_of_kind(self, kind: EntryKind, subject: str | None = None, since: int = 0) -> list[Entry]:
        """The entries of a kind of which there are few, of one subject or of all, from `since` on, in order."""
        if subject is None:
            return entry_reader.read_few(self._storage, kind, since, None)
        return entry_reader.read_of_kind(self._storage, kind, subject, since)

    def last_entries(self, kind: EntryKind, before: int, most: int) -> list[Entry]:
        """The last entries of a kind before a number, the latest first, so many at most."""
        return entry_reader.read_last(self._storage, kind, before, most)

    # -- where subjects stood --------------------------------------------------------------------------------

    def choices_of(self, subject: str, position: int | None = None) -> list[Choice]:
        """The latest choice of a subject for each setting and category. Raises: LedgerError LEDG-014."""
        return choice_reader.read_choices(
            self._storage, self._packs_to, subject, self._choices_at(position), self._marks
        )

    def stances_of(self, subject: str, position: int | None = None) -> Stances:
        """Where a subject stands on everything, by one question; as of now, at the position that it names.

        Raises: as `choices_of`, and as `position` does.
        """
        if not self._is_borne:
            self._refuse_unborne()
        if position is not None:
            return self._read_stances(subject, self._at(position))
        self._storage.refuse_replaced()
        before = self._reached
        stances = None
        if not self._is_marked:
            stances = choice_reader.read_stances_by_id(self._storage, self._packs_to, subject)
        if stances is None:
            # Somebody was erased: from now on everybody is asked about by id and mark, which is right for any ledger.
            self._is_marked, stances = True, self._read_stances(subject, None)
        self._take_size(before, stances.position)
        return stances

    def signals_of(self, subject: str, position: int | None = None) -> frozenset[str]:
        """The signals a subject sends. Raises: LedgerError LEDG-014."""
        return choice_reader.read_signals(self._storage, subject, self._choices_at(position), self._marks)

    def choices_table(
        self,
        position: int | None = None,
        subjects: Collection[str] | None = None,
        known: Known | None = None,
    ) -> pa.Table:
        """Latest choices: subject, setting, category (null for the whole setting), value, state, entry, and `pack`,
        the digest of the pack it was given under (null where the ledger names no such pack).

        subjects: only theirs; everybody's where it is None.
        known:    ids among which to look for whom was erased, asked for only where somebody was; about a microsecond
                  an id. Whoever of the erased is not among them has no row.
        Raises: LedgerError LEDG-014; LEDG-150 and LEDG-151 where somebody was erased and it was opened without its
        signer, or everybody is asked about and nothing says who is known.
        """
        at = self._everybody_at(position) if subjects is None else self._choices_at(position)
        return choice_reader.read_choices_table(
            self._storage, self._packs_to, at, self._marks, subjects, known
        )

    def signals_table(
        self,
        position: int | None = None,
        subjects: Collection[str] | None = None,
        known: Known | None = None,
    ) -> pa.Table:
        """Every signal being sent, or those of some subjects: subject, signal. known, Raises: as `choices_table`."""
        at = self._everybody_at(position) if subjects is None else self._choices_at(position)
        return choice_reader.read_signals_table(self._storage, at, self._marks, subjects, known)

    def record_noes(
        self,
        position: int | None = None,
        subjects: Collection[str] | None = None,
        known: Known | None = None,
        keys: Keys | None = None,
    ) -> pa.Table:
        """The noes to single records that stand: subject, table, key, setting ("*" for every use), entry.

        subjects, known, Raises: as `choices_table`.
        keys: the keys of a table's rows about some people, among which to look for what whoever was erased had named;
              what is not among them has a null key.
        """
        at = self._at(position)
        self._row_noes = self._row_noes.follow(self._storage)
        return self._row_noes.record_noes(at, self._marks, subjects, Person(known, keys), self.place)

    def organisation_noes(self, position: int | None = None) -> pa.Table:
        """The noes of organisations that stand: organisation, setting, category ("*" for every one), entry."""
        at = self._at(position)
        self._row_noes = self._row_noes.follow(self._storage)
        return self._row_noes.organisation_noes(at)

    def changed_organisations(self, since_position: int, until_position: int | None = None) -> set[str]:
        """Organisations that said or withdrew a no among the entries between two positions."""
        until = self._at(until_position)
        said = self.entries_of_kind(EntryKind.ORGANISATION_CHOICE, since=max(since_position, 0))
        return {str((entry.payload or {})["organisation"]) for entry in said if entry.index < until}

    def changed_subjects(self, since_position: int, until_position: int | None = None) -> set[str]:
        """Subjects with a choice or a signal among the entries between two positions; erased ones are unknown."""
        return choice_reader.read_changed_subjects(
            self._storage, entry_reader.within(since_position), self._at(until_position)
        )

    @property
    def recorded(self) -> Ledger:
        """What was really recorded: this ledger, unless something is only supposed on top of it."""
        return self

    @property
    def recorded_position(self) -> int:
        return self.position

    def ever_refusing(self) -> list[str]:
        """Every id that a no or a signal was recorded under and not erased since, whatever was chosen later."""
        self._refuse_unborne()
        return entry_reader.read_ever_refusing(self._storage)

    def is_refused_by_anybody(self, setting: str) -> bool:
        """Whether somebody ever said no to a setting, erased since or not. Reads all choices."""
        self._refuse_unborne()
        return entry_reader.read_is_refused(self._storage, setting)

    def erased_at(self, subjects: Collection[str]) -> dict[str, datetime]:
        """When some subjects were erased, the last time, of those whose noes go on. Raises: LedgerError LEDG-008."""
        erasures = [
            (left.mark, entry.recorded_at)
            for entry in self.entries_of_kind(EntryKind.ERASURE)
            if entry.payload is not None and (left := Erasure.read(entry.payload).tombstone) is not None
        ]
        self._writer()
        if not erasures or self._marks is None:
            return {}
        by_mark = self._marks.among(subjects, frozenset(mark for mark, _ in erasures))
        return {by_mark[mark]: at for mark, at in erasures if mark in by_mark}

    def erased_since(self, position: int) -> bool:
        """Whether anybody's payload was erased by an entry at `position` or after it.

        The past then answers anew, and `changed_subjects` from there on does not know everybody.
        """
        return choice_reader.has_erasure_since(self._storage, entry_reader.within(position))

    # -- proofs ----------------------------------------------------------------------------------------------

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        """The signed root of the first `size` entries, of the latest commit by default.

        Raises: LedgerError LEDG-014 beyond the end; LEDG-020 when none was signed at that size and there is no
        signer here to do it.
        """
        stored = entry_reader.read_checkpoint(self._storage, self._key, size)
        if stored is not None:
            return stored
        size = self._at(size)
        if self._signer is None:
            raise LedgerError(
                "LEDG-020",
                f"no checkpoint was signed at {size} entries",
                self.place,
                "ask for the latest, or open the ledger with its signer",
            )
        # Nothing is signed that does not begin what was signed last.
        self._follow(size)
        return Checkpoint.sign(self._signer, size, self._tree.root(size, self._storage.fetch))

    def root(self, position: int) -> bytes:
        """The root of the first so many entries, as `checkpoint` has it."""
        return self.checkpoint(position).root

    def inclusion_proof(self, index: int, size: int | None = None) -> InclusionProof:
        """Prove that entry `index` stands among the first `size`, all by default; under a root that is signed.

        Raises: LedgerError LEDG-014 for a size beyond the end, LEDG-015 for an index beyond the size, LEDG-017 when the
        tree in the database is not the one that is signed.
        """
        size = self._follow(size)
        if not 0 <= index < size:
            raise no_such_leaf(index, size)
        return InclusionProof(index, size, self._tree.inclusion_path(index, size, self._storage.fetch))

    def consistency_proof(self, old: int, new: int | None = None) -> ConsistencyProof:
        """Prove that the first `old` entries begin the first `new`. Raises: LedgerError, as `inclusion_proof`."""
        new = self._follow(new)
        return prove_consistency(old, new, functools.partial(self._tree.node, ask=self._storage.fetch))

    def publish(self, folder: str | os.PathLike[str]) -> Publication:
        """Write the tree to a folder that may be served to anybody: tiles as C2SP cuts them, and the latest checkpoint.

        Called again, it adds what is new. Raises: LedgerError LEDG-161, LEDG-162 (see `tile_publication`), LEDG-017.
        """
        checkpoint = self.checkpoint()
        self._follow(checkpoint.size)
        ask = self._storage.fetch
        return publish_tiles(
            Path(folder),
            checkpoint,
            self._key,
            functools.partial(self._tree.root, ask=ask),
            functools.partial(self._tree.hashes, ask=ask),
        )

    def verify(
        self,
        against: Iterable[str] = (),
        *,
        public_key_text: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> VerifyReport:
        """Hold the whole ledger to what it committed to and signed, to the checkpoint file and to others.

        against: texts of checkpoints kept elsewhere; nothing else shows a rewriting by whoever holds the key.
        public_key_text: the key the caller trusts; the one the ledger names by default.
        progress: called now and then with entries done and entries in all.
        Raises: LedgerError LEDG-005 for a malformed key, LEDG-003 or LEDG-012 when the file cannot be read at all,
        LEDG-152 when it is no longer the one that was opened.
        """
        from licet.ledger.verification import Inspection

        self._storage.refuse_replaced()  # else it would speak of a file that nobody opens again
        key = self._key if public_key_text is None else PublicKey.parse(public_key_text)
        outside = [(f"checkpoint {number} handed in", text) for number, text in enumerate(against, 1)]
        if (text := self._file.read_text()) is not None:
            outside.append((str(self.checkpoint_path), text))
        inspection = Inspection(key)
        if key != self._key:
            inspection.note(None, ProblemCode.KEY_CHANGED, f"the ledger names the key {self._key.text}")
        report = inspection.run(self._storage, outside, progress)
        if report.ok and self._appender is not None:
            self._storage.bear_out()
        return report

    # -- within ----------------------------------------------------------------------------------------------

    def _writer(self) -> Appender:
        if self._appender is None:
            raise LedgerError(
                "LEDG-008",
                "the ledger is open for reading",
                self.place,
                "open it with its signer to write",
            )
        return self._appender

    def _read_stances(self, subject: str, position: int | None) -> Stances:
        return choice_reader.read_stances(self._storage, self._packs_to, subject, position, self._marks)

    def _take_size(self, before: int, size: int) -> None:
        """before: how far it was known to go when `size` was asked for."""
        if size < before:
            raise _unfit(self.place, f"it has {size} entries and had {before} when last asked")
        self._reached = max(size, self._reached)

    def _packs_to(self, number: int) -> PackNumbers:
        self._packs = self._packs.follow(self._storage, number)
        return self._packs

    def _holding_writer(self) -> Appender:
        appender = self._writer()
        if not self._is_borne:
            self._refuse_unborne()
        return appender

    def _choices_at(self, position: int | None) -> int:
        """As `_at`, for who goes on to ask about choices or signals."""
        if not self._is_borne:
            self._refuse_unborne()
        return self._at(position)

    def _everybody_at(self, position: int | None) -> int:
        """As `_choices_at`; holding the tables to their tally is little beside reading all of them."""
        self._refuse_unborne()
        return self._at(position)

    def _refuse_unborne(self) -> None:
        self._storage.refuse_unborne()
        self._is_borne = True

    def _at(self, position: int | None) -> int:
        # A ledger only grows, so what was there once need not be looked for again.
        if position is not None and 0 <= position <= self._reached:
            return position
        last = self.position
        if position is None:
            return last
        if not 0 <= position <= last:
            raise LedgerError(
                "LEDG-014",
                f"the ledger has {last} entries, not {position}",
                self.place,
                "ask at or below ledger.position",
            )
        return position

    def _follow(self, size: int | None) -> int:
        """See to it that the tree is held to a signed root of so many entries, of all there are where it is None.

        Returns: the size. Raises: LedgerError LEDG-014, LEDG-017, and LEDG-152 as `position` does.
        """
        state = self._tree.state
        if size is not None and 0 <= size <= state.size:
            return size
        self._storage.refuse_replaced()
        before, latest = self._reached, state.size
        if self._storage.fetch(entry_reader.LATEST_ROOT) != [(state.root,)] or latest < before:
            latest, root, signature = entry_reader.read_signed(self._storage)
            self._take_size(before, latest)
            written = None if self._appender is None else self._appender.root
            if root not in (written, self._signed_root):
                if not Checkpoint.restore(self._key, latest, root, signature).is_signed_by(self._key):
                    raise _unfit(self.place, "its last checkpoint is not signed by its key")
                self._signed_root = root
            self._tree.follow(latest, root, self._storage.fetch)
        return latest if size is None else size if 0 <= size <= latest else self._at(size)

    def _refuse_unfit_file(self) -> None:
        kept = self._file.read()
        if kept is None:
            return
        size, self._signed_root = self.position, kept.root
        if kept.size > size:
            raise _unfit(self.place, f"it has {size} entries and {self.checkpoint_path} signs {kept.size}")
        self._follow(None)
        root = self._tree.root(kept.size, self._storage.fetch)
        if root != kept.root:
            raise _unfit(
                self.place, f"its first {kept.size} entries are not those {self.checkpoint_path} signs"
            )


def _unfit(place: str, what: str) -> LedgerError:
    return LedgerError(
        "LEDG-017",
        f"the ledger does not fit its checkpoint: {what}",
        place,
        "open it read only and verify it; after restoring an older copy knowingly, move the checkpoint file away",
    )
