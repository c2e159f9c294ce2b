"""Forgetting somebody: an objection to every use first, and then whatever was made is made as if they had never been.

Everything registered is brought to the present, the snapshots that hold them are purged, and a search that first finds
its controls must find nothing. The outcome is EXACT; PENDING where a step failed, while the objection stands and the
next try goes on from there; or UNREACHED where copies left that may hold them. Members' tables are the platform's own,
and the ledger has `licet ledger erase`: neither is touched.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from licet.app import artefacts
from licet.app.artefacts import Brought, Standing
from licet.app.catch_up import catch_up
from licet.app.followed_copies import statuses
from licet.app.membership import certify_membership
from licet.app.objection import Objection, object_to_every_use
from licet.app.purge import Purge, holds, purge, put_together
from licet.deliveries import Reach
from licet.enforce.settled_ids import names_now
from licet.ledger import EntryKind
from licet.terms import LicetError
from licet.terms.canonical import JsonObject
from licet.uses.use import Progress

if TYPE_CHECKING:
    from licet.app.core import Core

#: A follower at work is waited for so many times, so many seconds each.
_TRIES, _WAIT_SECONDS = 10, 1.0


class Copy(NamedTuple):
    """A copy that left. holds: whether they were in it when it did; None where nobody can tell any more.

    export, reach: of one that is told what is to go, and what is known of that. due: until when it is to be done.
    """

    entry: int
    use: str
    recipient: str
    folder: str
    at: str
    holds: bool | None
    export: str | None = None
    reach: Reach | None = None
    due: str | None = None

    @property
    def is_told(self) -> bool:
        """Whether its recipient has time yet to take them out."""
        return self.reach in (Reach.SENT, Reach.RECEIVED)


class Removal(NamedTuple):
    """What came of it, with the evidence.

    standing: EXACT, PENDING or UNREACHED. pending: why it is not done, a sentence each.
    purge: None where it did not come to that. certificates: that they are in no artefact, one for each.
    """

    subject: str
    standing: Standing
    objection: Objection
    artefacts: tuple[Brought, ...]
    purge: Purge | None
    copies: tuple[Copy, ...]
    certificates: tuple[JsonObject, ...]
    pending: tuple[str, ...]

    def as_json(self) -> JsonObject:
        return {
            "subject": self.subject,
            "standing": self.standing,
            "pending": list(self.pending),
            "objection": self.objection._asdict(),
            "artefacts": [one.as_json() for one in self.artefacts],
            "purge": None if self.purge is None else self.purge.as_json(),
            "copies": [one._asdict() for one in self.copies],
            "certificates": list(self.certificates),
        }


def forget(core: Core, subject: str, via: str, progress: Progress) -> Removal:
    """As `Workspace.forget`."""
    removal = _Removal(core, subject, object_to_every_use(core, subject, via))
    for step in (removal.bring, removal.purge_what_holds_them, removal.certify):
        try:
            step(progress)
        except LicetError as error:
            removal.pending.append(str(error))
    return removal.outcome()


class _Removal:
    """One that is under way, step by step; a step that fails leaves what it did."""

    def __init__(self, core: Core, subject: str, objection: Objection) -> None:
        self._core, self._objection, self._subject = core, objection, subject
        self._names = names_now(core.ledger, subject)
        self._brought: list[Brought] = []
        self._purge: Purge | None = None
        self._copies: list[Copy] = []
        self._certificates: list[JsonObject] = []
        self.pending: list[str] = []

    def bring(self, progress: Progress) -> None:
        for left in reversed(range(_TRIES)):
            self._brought = list(catch_up(self._core, progress))
            behind = [
                one
                for one in self._brought
                if one.status.standing is not Standing.EXACT and one.how != "told"
            ]
            if not left or not any("STOR-005" in (one.why or "") for one in behind):
                self.pending += [f"{one.status.name} could not be brought: {one.why}" for one in behind]
                return
            time.sleep(_WAIT_SECONDS)

    def purge_what_holds_them(self, progress: Progress) -> None:
        progress("looking who is in what", 0, None)
        core = self._core
        core.drop_caches()
        put_together(core)
        kept = {one.id for one in artefacts.latest(core)}
        made = core.store.snapshots()
        holding = {one.id: holds(core, one, self._names) for one in made}
        self._copies = [one for one in self._copies_that_left(holding) if one.holds is not False]
        self.pending += [f"{one.name} holds them still" for one in made if one.id in kept and holding[one.id]]
        progress("purging", 0, None)
        going = [one for one in made if one.id not in kept and holding[one.id]]
        self._purge = purge(core, going, self._names)
        self.pending += [f"found after the purge, in {where}" for where in self._purge.search.found_after]

    def _copies_that_left(self, holding: dict[str, bool]) -> list[Copy]:
        """Those that may hold them, as far as is known: not those whose recipient says that all that was to go went."""
        ledger = self._core.ledger
        made = {
            entry.index: entry.payload["snapshot"]
            for entry in ledger.entries(0, ledger.position, EntryKind.USE_RUN)
            if entry.payload is not None
        }
        found = [
            Copy(
                one.entry, one.use, one.recipient, one.folder, one.at, holding.get(made[one.entry]), one.export,
                one.reach, one.due,
            )
            for one in statuses(self._core)
            if one.reach is not Reach.APPLIED
        ]  # fmt: skip
        # One that is told and was told nothing holds nothing that is to go.
        return [one for one in found if not (one.is_told and one.due is None)]

    def certify(self, progress: Progress) -> None:
        progress("certifying", 0, None)
        for snapshot in artefacts.latest(self._core):
            self._certificates.append(certify_membership(self._core, snapshot, self._subject))

    def outcome(self) -> Removal:
        self.pending += [
            f"{one.recipient} is to take them out of copy {one.export} until {(one.due or '')[:10]}"
            for one in self._copies
            if one.is_told
        ]
        standing = Standing.EXACT if all(one.is_told for one in self._copies) else Standing.UNREACHED
        return Removal(
            self._subject, Standing.PENDING if self.pending else standing, self._objection,
            tuple(self._brought), self._purge, tuple(self._copies), tuple(self._certificates), tuple(self.pending),
        )  # fmt: skip
