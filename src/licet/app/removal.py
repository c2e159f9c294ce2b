"""Forgetting people: an objection to every use first, and then whatever was made is made as if they had never been.

What holds them is noted; everything registered is brought to the present, the snapshots that hold them are purged, and
a search that first finds its controls must find nothing; then the outcome is recorded, and certified. Several people
share one update and one purge. Each step is noted in the ledger, or is seen in the store, once it is done: whoever dies
in between leaves a state from which the next try goes on. Members' tables are the platform's own, and the ledger has
`licet ledger erase`: neither is touched.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from licet.app import artefacts
from licet.app.argument_types import require_subject_id
from licet.app.artefact_status import Brought, Standing
from licet.app.catch_up import catch_up
from licet.app.followed_copies import CopyStatus, statuses
from licet.app.forgetting_outcomes import Copy, certify, copies_that_left, outcome_of, prove_absences
from licet.app.forgettings import (
    Finding,
    Forgetting,
    HoldingSnapshot,
    PurgeNote,
    ask,
    drop_erased,
    kept_certificates,
    kept_marks,
    note,
)
from licet.app.kept_marks import PersonMarks
from licet.app.objection import Objection, standing_objection
from licet.app.purge import STORES, Marks, Purge, holds, marks_in, purge, put_together, rows_about
from licet.enforce.settled_ids import names_now
from licet.receipts.forgetting_outcome import PendingStep, StorePurge
from licet.store import SnapshotRef
from licet.terms import AppError, LicetError
from licet.terms.canonical import JsonObject
from licet.terms.disk_errors import clear_disk_errors
from licet.uses.manifest import read_heading
from licet.uses.use import Progress

if TYPE_CHECKING:
    from licet.app.core import Core

#: A follower at work, or who forgets others, is waited for so many times, so many seconds each.
_TRIES, _WAIT_SECONDS = 10, 1.0


class Forgotten(NamedTuple):
    """What came of it for one person. number: of the request, its entry in the ledger.

    standing: EXACT, PENDING or UNREACHED. pending: why it is not done, a sentence each. certificate: of just that; None
    where it could not be made.
    """

    number: int
    subject: str
    standing: Standing
    objection: Objection
    copies: tuple[Copy, ...]
    certificate: JsonObject | None
    pending: tuple[str, ...]

    def as_json(self) -> JsonObject:
        return {
            **self._asdict(),
            "objection": self.objection._asdict(),
            "copies": [one._asdict() for one in self.copies],
            "pending": list(self.pending),
        }


class Removal(NamedTuple):
    """What came of one update and one purge for everybody who was to be forgotten.

    purge: None where it did not come to that.
    """

    people: tuple[Forgotten, ...]
    artefacts: tuple[Brought, ...]
    purge: Purge | None

    @property
    def standing(self) -> Standing:
        """The worst of anybody's."""
        found = {one.standing for one in self.people}
        return next(one for one in (Standing.PENDING, Standing.UNREACHED, Standing.EXACT) if one in found)

    @property
    def pending(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(why for one in self.people for why in one.pending))

    def as_json(self) -> JsonObject:
        return {
            "standing": self.standing,
            "pending": list(self.pending),
            "artefacts": [one.as_json() for one in self.artefacts],
            "purge": None if self.purge is None else self.purge.as_json(),
            "people": [one.as_json() for one in self.people],
        }


def forget(core: Core, subjects: Sequence[str], via: str, progress: Progress) -> Removal:
    """As `UseOperations.forget`."""
    if not subjects:
        raise AppError("APP-271", "nobody is named who is to be forgotten", fix="name them by their ids")
    for subject in subjects:
        require_subject_id(subject)
    asked = [ask(core, subject, via) for subject in dict.fromkeys(subjects)]
    return _carry_out(core, asked, progress)


def carry_out(core: Core, asked: Sequence[Forgetting], progress: Progress) -> Removal:
    """Go on with what people asked for before; no objection is said for them again."""
    return _carry_out(core, [(one, standing_objection(core, one.subject)) for one in asked], progress)


def _carry_out(core: Core, asked: Sequence[tuple[Forgetting, Objection]], progress: Progress) -> Removal:
    removal = _Removal(core, [_Person(core, *one) for one in asked])
    removal.run(progress)
    return removal.concluded(progress)


class _Person:
    """Somebody who is being forgotten. steps: what is not done, as the ledger is told; pending: in words."""

    def __init__(self, core: Core, forgetting: Forgetting, objection: Objection) -> None:
        self.forgetting, self.objection = forgetting, objection
        self.subject, self.number = forgetting.subject, forgetting.number
        self.names = names_now(core.ledger, self.subject)
        self.pending: list[str] = []
        self.steps: list[PendingStep] = []
        self.holding: dict[str, bool] = {}
        self.held_in = {one.snapshot for one in forgetting.found}
        self.marks: dict[str, frozenset[bytes]] = {}
        self.purged: tuple[StorePurge, ...] | None = None

    def wait_for(self, step: str, why: str, code: str | None = None) -> None:
        self.pending.append(why)
        self.steps.append(PendingStep.model_validate({"step": step, "code": code}))

    def look(self, made: Sequence[SnapshotRef], core: Core) -> dict[str, bool]:
        self.holding = {one.id: holds(core, one, self.names) for one in made}
        self.held_in |= {snapshot for snapshot, is_held in self.holding.items() if is_held}
        return self.holding


class _Removal:
    """One that is under way, step by step; a step that fails leaves what it did."""

    def __init__(self, core: Core, people: Sequence[_Person]) -> None:
        self._core, self._people = core, people
        self._brought: list[Brought] = []
        self._purge: Purge | None = None

    def run(self, progress: Progress) -> None:
        """Every step but the last; what keeps one from being done is what everybody waits for."""
        step = "look"
        try:
            with _alone(self._core):
                drop_erased(self._core)
                self._note_what_holds_them(progress)
                step = "update"
                try:
                    self._bring(progress)
                except LicetError as error:  # what stands as of an earlier moment is purged all the same
                    self._wait_for(step, error)
                step = "purge"
                self._purge_what_holds_them(progress)
        except LicetError as error:
            self._wait_for(step, error)

    def _wait_for(self, step: str, error: LicetError) -> None:
        for person in self._people:
            person.wait_for(step, str(error), error.code)

    def _note_what_holds_them(self, progress: Progress) -> None:
        progress("looking who is in what", 0, None)
        core, made = self._core, self._core.store.snapshots()
        positions = [read_heading(one).ledger.position for one in made]
        stood: dict[int, set[str]] = {}
        found = []
        for person in self._people:
            was, holding = person.forgetting, person.look(made, core)
            known = {one.snapshot for one in was.found}
            # What an earlier try made of it, objection and all, holds them in files that it no longer reads.
            since = None if person.objection.is_new else person.number
            new = [
                one
                for one in made
                if holding[one.id]
                and one.id not in known
                and (since is None or read_heading(one).ledger.position <= since)
            ]
            if new or not was.is_looked:
                # As it was when they asked: who follows may have brought something to that meanwhile.
                known_then = sum(position <= person.number for position in positions)
                if known_then not in stood:
                    stood[known_then] = {one.id for one in artefacts.latest(core, position=person.number)}
                found.append((person, self._finding(person, new, stood[known_then])))
            if new:
                self._keep_marks(person, {}, 0)
        if found:
            note(core, ((person.subject, finding) for person, finding in found))
        for person, finding in found:
            was = person.forgetting
            person.forgetting = was._replace(
                found=(*was.found, *finding.snapshots), documents=max(was.documents, finding.documents),
                is_looked=True,
            )  # fmt: skip

    def _finding(self, person: _Person, new: Sequence[SnapshotRef], kept: set[str]) -> Finding:
        held, documents = [], set[tuple[str, str, str, str]]()
        for snapshot in new:
            heading = read_heading(snapshot)
            asked = heading.purpose
            held.append(
                HoldingSnapshot(
                    name=snapshot.name, snapshot=snapshot.id, root=heading.root, use=snapshot.kind,
                    purpose=asked.purpose, recipient=asked.recipient, is_latest=snapshot.id in kept,
                )
            )  # fmt: skip
            try:
                about = rows_about(self._core, snapshot, person.names)
                marks = {name: marks_in(self._core, snapshot, rows) for name, rows in about.items()}
            except LicetError:
                continue  # nobody can read it any more, so nobody counts them
            for name, rows in about.items():
                person.marks[name] = person.marks.get(name, frozenset()) | marks[name]
                documents |= {
                    (snapshot.kind, asked.purpose, asked.recipient, row["document_id"]) for row in rows
                }
        return Finding(forgetting=person.number, snapshots=tuple(held), documents=len(documents))

    def _bring(self, progress: Progress) -> None:
        for left in reversed(range(_TRIES)):
            self._brought = list(catch_up(self._core, progress))
            behind = [
                one
                for one in self._brought
                if one.status.standing is not Standing.EXACT
                and one.export is None  # copies are looked at by themselves
            ]
            if not left or not any("STOR-005" in (one.why or "") for one in behind):
                for one in behind:
                    for person in self._people:
                        person.wait_for("update", f"{one.status.name} could not be brought: {one.why}")
                return
            time.sleep(_WAIT_SECONDS)

    def _purge_what_holds_them(self, progress: Progress) -> None:
        progress("looking who is in what", 0, None)
        core = self._core
        core.drop_caches()
        put_together(core)
        kept = {one.id for one in artefacts.latest(core)}
        made = core.store.snapshots()
        going = dict[str, SnapshotRef]()
        for person in self._people:
            holding = person.look(made, core)
            for one in made:
                if holding[one.id] and one.id in kept:
                    person.wait_for("chosen_again", f"{one.name} holds them still")
            going |= {one.id: one for one in made if holding[one.id] and one.id not in kept}
        progress("purging", 0, None)
        names = [name for person in self._people for name in person.names]
        self._purge = purge(core, list(going.values()), names, keep=self._keep)
        for person in self._people:
            person.purged = self._purged(person, self._purge)
        note(
            core,
            (
                (person.subject, PurgeNote(forgetting=person.number, purge=person.purged))
                for person in self._people
                if person.purged and person.purged != person.forgetting.purge
            ),
        )
        self._let_go(self._purge)

    def _keep(self, marks: Marks) -> Marks:
        """With what was to be looked for before, and on the disk before anything goes."""
        of, found_before = dict(marks.of), dict(marks.found_before)
        for person in self._people:
            own = {name: of[name] for name in person.names}
            kept = self._keep_marks(person, own, sum(found_before[name] for name in person.names))
            for name, theirs in kept.of.items():
                of[name] = of.get(name, frozenset()) | theirs
            found_before |= dict.fromkeys(person.names, 0) | {person.subject: kept.found_before}
        return Marks(of, found_before)

    def _keep_marks(
        self, person: _Person, own: Mapping[str, frozenset[bytes]], found_before: int
    ) -> PersonMarks:
        """What is to be looked for of one, by each of their ids: kept where anything held them."""
        kept = kept_marks(self._core)
        was = kept.read(person.number) or PersonMarks({}, 0, frozenset())
        person.held_in |= was.snapshots
        of = dict(was.of)
        for name, marks in (*person.marks.items(), *own.items()):
            of[name] = of.get(name, frozenset()) | marks
        made = PersonMarks(of, max(found_before, was.found_before), frozenset(person.held_in))
        if any(person.holding.values()) and made != was:
            kept.write(person.number, made)
        return made

    def _purged(self, person: _Person, made: Purge) -> tuple[StorePurge, ...]:
        """What it came to for one, or what an earlier try noted where that looked for more and found nothing."""
        staying = {one.id for one in self._core.store.snapshots()}
        traces = [made.traces[name] for name in person.names]
        earlier = {str(one.store): one for one in person.forgetting.purge}
        found = []
        for store in STORES:
            is_store = store == "snapshots"
            was = earlier.get(store)
            now = StorePurge.model_validate(
                {
                    "store": store, "purged": len(person.held_in - staying) if is_store else 0,
                    "marks": sum(one.marks for one in traces),
                    "found_before": sum(one.found_before for one in traces) if is_store else 0,
                    "found_after": sum(one.left[store] for one in traces),
                    "shared": sum(one.shared for one in traces) if is_store else 0,
                    "failed": None,
                }
            )  # fmt: skip
            goes_further = was is not None and not now.found_after and was.marks > now.marks
            found.append(was if was is not None and goes_further and not was.found_after else now)
        return tuple(found)

    def _let_go(self, made: Purge) -> None:
        for person in self._people:
            left = sum(sum(made.traces[name].left.values()) for name in person.names)
            if not left:
                kept_marks(self._core).drop(person.number)
            else:
                person.wait_for("search", f"found after the purge, in {'; '.join(made.search.found_after)}")

    def concluded(self, progress: Progress) -> Removal:
        """Record what came of it for everybody, and certify it."""
        progress("certifying", 0, None)
        core, copies, outcomes = self._core, list[CopyStatus](), []
        try:
            copies = statuses(core)
        except LicetError as error:
            self._wait_for("copies", error)
        for person in self._people:
            since = max(person.number, person.objection.entry)
            left = copies_that_left(core, copies, person.forgetting, person.holding.get, since)
            for copy in left.told:
                is_told = f"is to take them out of copy {copy.export} until {(copy.due or '')[:10]}"
                untold = f"could not be told to take them out of copy {copy.export}: licet update says why"
                person.wait_for("copies", f"{copy.recipient} {is_told if copy.due else untold}")
            proven = prove_absences(core, person.subject)
            for step, why, code in proven.failures:
                person.wait_for(step, why, code)
            outcome = outcome_of(
                core,
                person.forgetting,
                person.objection.entry,
                proven,
                person.purged,
                left.by_state,
                person.steps,
            )
            outcomes.append((person, left, proven, outcome))
        certificates: list[JsonObject | None] = [None] * len(outcomes)
        try:
            entries = note(core, ((person.subject, outcome) for person, _, _, outcome in outcomes))
            proofs = [(person.subject, proven.proofs) for person, _, proven, _ in outcomes]
            made = [*certify(core, proofs, entries)]
            for person, certificate in zip(self._people, made, strict=True):
                kept_certificates(core).keep(person.number, certificate)
            certificates = [*made]
        except LicetError as error:
            self._wait_for("prove", error)
        people = tuple(
            Forgotten(
                person.number, person.subject,
                Standing.PENDING if person.pending else Standing[outcome.status],
                person.objection, left.copies, certificate, tuple(person.pending),
            )
            for (person, left, _, outcome), certificate in zip(outcomes, certificates, strict=True)
        )  # fmt: skip
        return Removal(people, tuple(self._brought), self._purge)


def is_under_way(core: Core) -> bool:
    """Whether some process forgets somebody just now."""
    with clear_disk_errors("forgetting"), _lock_of(core).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock_of(core: Core) -> Path:
    return core.layout.root / "forget.lock"


@contextmanager
def _alone(core: Core) -> Iterator[None]:
    """One process at a time forgets; the lock goes with it. Raises: AppError APP-272 while another does."""
    with clear_disk_errors("forgetting"), _lock_of(core).open("ab") as lock:
        for left in reversed(range(_TRIES)):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if left:
                    time.sleep(_WAIT_SECONDS)
                    continue
            raise AppError(
                "APP-272",
                "another process is forgetting somebody in this workspace",
                str(core.layout.root),
                "run it again when that is done: the request is noted, and it goes on from there",
            )
        yield
