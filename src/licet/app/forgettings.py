"""The forgettings of a workspace, as the ledger records them: asked, what held the person, what came of it.

Each is known by the number of its first entry, which is recorded in one transaction with the objection. Every step is
an entry of the person's, so that an erasure takes all of them along. Whoever goes on after a crash reads here what was
found and looks at everything else as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from licet.app.kept_marks import KeptMarks
from licet.app.objection import Objection, object_to_every_use
from licet.ledger import Entry, EntryKind, NewEntry
from licet.receipts.forgetting_outcome import ForgettingOutcome, PendingStep, StorePurge, Version
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

    documents: the most that were counted. purge: what was noted last. outcome, entry: the last, and where the ledger
    has it; None before there is one.
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

    @property
    def status(self) -> str:
        """EXACT, PENDING or UNREACHED(n), as of its outcome."""
        return "PENDING" if self.outcome is None else self.outcome.said

    @property
    def why(self) -> tuple[str, ...]:
        """What it waits for, a sentence each."""
        if self.outcome is None:
            return ("it was interrupted: run licet forget again, and it goes on",)
        found = [_why(one) for one in self.outcome.pending]
        copies = self.outcome.copies
        if copies.unreached:
            found.append(
                f"{copies.unreached} copies are out of reach: {copies.not_followed} not followed, {copies.overdue} "
                f"overdue, {copies.unconfirmed} unconfirmed"
            )
        return tuple(found)

    def as_json(self) -> JsonObject:
        outcome = None if self.outcome is None else self.outcome.model_dump(mode="json")
        return {
            "number": self.number, "subject": self.subject, "at": self.at, "status": self.status,
            "as_of": None if self.outcome is None else self.outcome.at, "why": list(self.why), "outcome": outcome,
        }  # fmt: skip


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


def forgettings(core: Core) -> list[Forgetting]:
    """Every one whose person was not erased since, by number."""
    return _read(core.ledger.entries(0, core.ledger.position, EntryKind.FORGETTING))


def ask(core: Core, subject: str, via: str) -> tuple[Forgetting, Objection]:
    """Object to every use and note the request, together; one that is not done goes on under its number.

    So does one that was done, where nothing was chosen since. Raises: as `object_to_every_use`.
    """

    def noting(is_new: bool) -> Sequence[NewEntry]:
        last = _last(core, subject)
        goes_on = last is not None and not (is_new and last.status == "EXACT")
        return () if goes_on else [NewEntry(EntryKind.FORGETTING, subject, {"step": "asked", "via": via})]

    objection = object_to_every_use(core, subject, via, noting)
    last = _last(core, subject)
    assert last is not None
    return last, objection


def note(core: Core, steps: Iterable[tuple[str, Finding | PurgeNote | ForgettingOutcome]]) -> list[Entry]:
    """Record what was found or came of it for some people; on return it is on the disk."""
    with clear_disk_errors("noting what came of a forgetting"):
        return core.ledger.append(
            [NewEntry(EntryKind.FORGETTING, subject, said.model_dump(mode="json")) for subject, said in steps]
        )


def drop_erased(core: Core) -> None:
    """Let go of what was kept to be looked for of people who were erased since."""
    kept = kept_marks(core)
    numbers = kept.numbers()
    for entry in core.ledger.entries_at(numbers) if numbers else ():
        if entry.erased:
            kept.drop(entry.index)


def _last(core: Core, subject: str) -> Forgetting | None:
    found = _read(core.ledger.entries_of_kind(EntryKind.FORGETTING, subject))
    return found[-1] if found else None


def _read(entries: Iterable[Entry]) -> list[Forgetting]:
    found: dict[int, Forgetting] = {}
    for entry in entries:
        said = entry.payload
        if said is None or entry.subject is None:
            continue
        try:
            if said["step"] == "asked":
                at = format_moment(entry.recorded_at)
                found[entry.index] = Forgetting(entry.index, entry.subject, at, (), 0, False, (), None, None)
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
                found[noted.forgetting] = found[noted.forgetting]._replace(purge=noted.purge)
            elif said["step"] == "outcome":
                outcome = ForgettingOutcome.model_validate(said)
                was = found[outcome.request.entry]
                found[was.number] = was._replace(outcome=outcome, entry=entry.index)
        except (LookupError, ValidationError):
            continue  # of a later licet
    return list(found.values())
