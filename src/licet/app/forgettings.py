"""The forgettings of a workspace, as the ledger records them: asked, what held the person, what came of it.

Each is known by the number of its first entry, which is recorded in one transaction with the objection. Every step is
an entry of the person's, so that an erasure takes all of them along. Whoever goes on after a crash reads here what was
found and looks at everything else as it stands.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from licet.app.argument_types import require_subject_id
from licet.app.choice_recording import recorded_before, request_named
from licet.app.kept_certificates import KeptCertificates
from licet.app.kept_marks import KeptMarks
from licet.app.objection import Objection, object_to_every_use, standing_objection
from licet.ledger import Entry, EntryKind, NewEntry
from licet.receipts.forgetting_outcome import ForgettingOutcome, PendingStep, StorePurge, Version
from licet.terms import AppError
from licet.terms.canonical import JsonObject
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from licet.app.core import Core


class HoldingSnapshot(Version):
    """A snapshot that held them, or that nobody can tell of. is_latest: no later one stood in its place."""

    use: str
    purpose: str
    recipient: str
    is_latest: bool


class Finding(BaseModel):
    """What held them when somebody looked. documents: distinct ones about them, in all of these."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: Literal["found"] = "found"
    forgetting: int
    snapshots: tuple[HoldingSnapshot, ...]
    documents: int


class PurgeNote(BaseModel):
    """What a purge and the search after it came to for them, noted before what was looked for is let go of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: Literal["purged"] = "purged"
    forgetting: int
    purge: tuple[StorePurge, ...]


class Forgetting(NamedTuple):
    """One request. number, at: of its entry. found: every snapshot that was ever found to hold them, in that order.

    documents: the most that were counted. purge: what was noted last, and purged_at when. outcome, entry: the last, and
    where the ledger has it; None before there is one. is_left: asked at a door that leaves it to who follows.
    updated_at: of the first outcome since when everything was as of then; None while something is not.
    """

    number: int
    subject: str
    at: str
    found: tuple[HoldingSnapshot, ...]
    documents: int
    is_looked: bool
    purge: tuple[StorePurge, ...]
    outcome: ForgettingOutcome | None
    entry: int | None
    purged_at: str | None = None
    is_left: bool = False
    updated_at: str | None = None

    @property
    def status(self) -> str:
        """EXACT, PENDING or UNREACHED(n), as of its outcome."""
        return "PENDING" if self.outcome is None else self.outcome.said

    @property
    def why(self) -> tuple[str, ...]:
        """What it waits for, a sentence each."""
        if self.outcome is None:
            if self.is_left:
                return ("it waits for who follows the workspace",)
            return ("it was interrupted: run licet forget again, and it goes on",)
        found = [_why(one) for one in self.outcome.pending]
        copies = self.outcome.copies
        if copies.unreached:
            counts = {
                "not followed": copies.not_followed, "overdue": copies.overdue, "unconfirmed": copies.unconfirmed
            }  # fmt: skip
            told = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
            are = "copy is" if copies.unreached == 1 else "copies are"
            found.append(f"{copies.unreached} {are} out of reach: {told}")
        return tuple(found)

    def as_json(self) -> JsonObject:
        outcome = None if self.outcome is None else self.outcome.model_dump(mode="json")
        return {
            "number": self.number, "subject": self.subject, "at": self.at, "status": self.status,
            "as_of": None if self.outcome is None else self.outcome.at, "why": list(self.why), "outcome": outcome,
        }  # fmt: skip


#: Entries that are read at a time by who wants the last few.
_READ_AT_ONCE = 500

#: Steps while one of which is pending something is not made anew, or it is not known that it is.
NOT_UPDATED = frozenset({"look", "update", "chosen_again", "prove"})

_WHY = {
    "look": "nobody could tell what holds them",
    "update": "something that holds them could not be brought to the present",
    "purge": "what holds them could not be removed, or not be searched",
    "search": "something of theirs was found after the purge",
    "copies": "copies are to take them out, and their holders have time yet",
    "chosen_again": "something holds them still, or again",
    "prove": "it could not be proven that they are not in it",
}


def _why(pending: PendingStep) -> str:
    return f"{_WHY[pending.step]}{f' ({pending.code})' if pending.code else ''}"


def kept_marks(core: Core) -> KeptMarks:
    return KeptMarks(core.layout.forgettings, core.salt)


def kept_certificates(core: Core) -> KeptCertificates:
    return KeptCertificates(core.layout.certificates, core.salt)


def forgettings(core: Core) -> list[Forgetting]:
    """Every one whose person was not erased since, by number."""
    return _read(core.ledger.entries(0, core.ledger.position, EntryKind.FORGETTING))


def last_forgettings(core: Core, before: int, most: int) -> list[Forgetting]:
    """The last of numbers below one, the latest first, so many at most; those before them are not read."""
    found: list[Forgetting] = []
    while len(found) < most and (
        batch := core.ledger.last_entries(EntryKind.FORGETTING, before, _READ_AT_ONCE)
    ):
        before = batch[-1].index
        numbers = [one for one in batch if one.index == number_of(one)]
        people = {
            one.subject: forgettings_of(core, one.subject) for one in numbers if one.subject is not None
        }
        asked = {one.number: one for theirs in people.values() for one in theirs}
        found += [asked[one.index] for one in numbers if one.index in asked]
    return found[:most]


def forgettings_of(core: Core, subject: str) -> list[Forgetting]:
    """Those of one person, by number."""
    return _read(core.ledger.entries_of_kind(EntryKind.FORGETTING, subject))


def forgetting_numbered(core: Core, number: int, subject: str | None = None) -> Forgetting:
    """subject: whose it must be. Raises: AppError APP-242 alike where there is none, another's, or an erased one."""
    for entry in core.ledger.entries_at([number]):
        theirs = entry.subject if entry.kind is EntryKind.FORGETTING else None
        if theirs is not None and subject in (None, theirs):
            found = [one for one in forgettings_of(core, theirs) if one.number == number]
            if found:
                return found[0]
    raise AppError(
        "APP-242", "there is no forgetting of that number", fix="licet forgettings lists those there are"
    )


def ask(
    core: Core, subject: str, via: str, key: str | None = None, is_left: bool = False
) -> tuple[Forgetting, Objection]:
    """Object to every use and note the request, together; one that is not done goes on under its number.

    So does one that was done, where nothing was chosen since. key: asked again with the same, the answer is the same
    and nothing is recorded. is_left: to be carried out by who follows, and not by who asks.
    Raises: as `object_to_every_use`; AppError APP-086, APP-087, as `choose`.
    """
    require_subject_id(subject)
    request = request_named(core, key)
    said = {"via": via, **({} if request is None else {"request": request})}
    if is_left:
        said["by"] = "follower"

    def noting(is_new: bool) -> Sequence[NewEntry]:
        last = _last(core, subject)
        if last is None or (is_new and last.status == "EXACT"):
            return [NewEntry(EntryKind.FORGETTING, subject, {"step": "asked", **said})]
        if request is None and (last.is_left or not is_left):
            return ()
        again = {"step": "asked_again", "forgetting": last.number, **said}
        return [NewEntry(EntryKind.FORGETTING, subject, again)]

    with _asking(core):
        asked_before = recorded_before(
            core.ledger, request, NewEntry(EntryKind.FORGETTING, subject, {"via": via})
        )
        if asked_before is not None:
            first = asked_before[0]
            number = (first.payload or {}).get("forgetting", first.index)
            return forgetting_numbered(core, number, subject), standing_objection(core, subject)
        objection = object_to_every_use(core, subject, via, noting)
        last = _last(core, subject)
    assert last is not None
    return last, objection


@contextmanager
def _asking(core: Core) -> Iterator[None]:
    """One at a time: of two who ask for the same person at once, the second goes on with what the first began."""
    with clear_disk_errors("asking"), (core.layout.root / "ask.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def note(core: Core, steps: Iterable[tuple[str, Finding | PurgeNote | ForgettingOutcome]]) -> list[Entry]:
    """Record what was found or came of it for some people; on return it is on the disk."""
    with clear_disk_errors("noting what came of a forgetting"):
        return core.ledger.append(
            [NewEntry(EntryKind.FORGETTING, subject, said.model_dump(mode="json")) for subject, said in steps]
        )


def drop_erased(core: Core) -> None:
    """Let go of what was kept to be looked for of people who were erased since, and of their certificates."""
    for kept in (kept_marks(core), kept_certificates(core)):
        numbers = kept.numbers()
        for entry in core.ledger.entries_at(numbers) if numbers else ():
            if entry.erased:
                kept.drop(entry.index)


def _last(core: Core, subject: str) -> Forgetting | None:
    found = forgettings_of(core, subject)
    return found[-1] if found else None


def number_of(entry: Entry) -> int | None:
    """The number of the forgetting that an entry is a step of; None for one that was erased, or of a later licet."""
    said = entry.payload or {}
    if said.get("step") == "asked":
        return entry.index
    number = (
        (said.get("request") or {}).get("entry") if said.get("step") == "outcome" else said.get("forgetting")
    )
    return number if isinstance(number, int) else None


def _read(entries: Iterable[Entry]) -> list[Forgetting]:
    found: dict[int, Forgetting] = {}
    for entry in entries:
        said = entry.payload
        if said is None or entry.subject is None:
            continue
        try:
            if said["step"] == "asked":
                at, is_left = format_moment(entry.recorded_at), said.get("by") == "follower"
                found[entry.index] = Forgetting(
                    entry.index, entry.subject, at, (), 0, False, (), None, None, None, is_left
                )
            elif said["step"] == "asked_again":
                was = found[said["forgetting"]]
                found[was.number] = was._replace(is_left=was.is_left or said.get("by") == "follower")
            elif said["step"] == "found":
                finding = Finding.model_validate(said)
                was = found[finding.forgetting]
                known = {one.snapshot for one in was.found}
                new = tuple(one for one in finding.snapshots if one.snapshot not in known)
                found[was.number] = was._replace(
                    found=(*was.found, *new), documents=max(was.documents, finding.documents), is_looked=True
                )
            elif said["step"] == "purged":
                noted = PurgeNote.model_validate(said)
                found[noted.forgetting] = found[noted.forgetting]._replace(
                    purge=noted.purge, purged_at=format_moment(entry.recorded_at)
                )
            elif said["step"] == "outcome":
                outcome = ForgettingOutcome.model_validate(said)
                was = found[outcome.request.entry]
                is_updated = not {one.step for one in outcome.pending} & NOT_UPDATED
                found[was.number] = was._replace(
                    outcome=outcome,
                    entry=entry.index,
                    updated_at=(was.updated_at or outcome.at) if is_updated else None,
                )
        except (LookupError, ValidationError):
            continue  # of a later licet
    return list(found.values())
