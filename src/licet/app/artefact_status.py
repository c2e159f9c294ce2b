"""How artefacts and copies that left stand to the choices of now.

Asked of the code that would bring one further, so that what is said is what would happen (law 12): EXACT when nothing
recorded since could change it, PENDING when its next update would, UNREACHED when none can.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from licet.app.ads.list_statuses import ListStatus, list_statuses
from licet.app.artefacts import latest, present_access, present_parents
from licet.app.copy_removals import why_whole
from licet.app.follow_lock import reached_by
from licet.app.followed_copies import CopyStatus
from licet.app.followed_copies import statuses as copies
from licet.app.retention import is_over, kept_until
from licet.app.tenses import first_change_since
from licet.deliveries import Reach
from licet.enforce.absences import Absences
from licet.store import SnapshotRef
from licet.terms import AppError, LicetError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment
from licet.uses import run
from licet.uses.manifest import read_heading
from licet.uses.registry import in_order, open_use

if TYPE_CHECKING:
    from licet.app.core import Core


class Standing(StrEnum):
    """How an artefact stands to the choices of now."""

    EXACT = "exact"
    PENDING = "pending"
    UNREACHED = "unreached"


class ArtefactStatus(NamedTuple):
    """One artefact, the latest of its use, purpose and recipient.

    position: the choices it knows. since: when the first thing was recorded that it has not heard of; None when exact.
    by:       when a follower will have brought it, where it is pending and one is at work.
    due:      until when the policy in force lets it be kept; None where it sets no limit.
    members:  how many members that is about, where it can be said. why: what the next update will do, or why none can.
    """

    name: str
    use: str
    purpose: str
    recipient: str
    at: str
    position: int
    standing: Standing
    since: str | None
    members: int | None
    why: str | None
    by: str | None = None
    due: str | None = None

    def as_json(self) -> JsonObject:
        return self._asdict()


class Brought(NamedTuple):
    """An artefact after an update.

    how: built, updated, rebuilt, compacted, unchanged, failed, purged: kept as long as the policy lets it; or told: a
    copy that left was sent what is to go. why: for the last six. export: the id of a copy; None for what is no copy.
    """

    status: ArtefactStatus
    how: str
    why: str | None
    export: str | None = None

    def as_json(self) -> JsonObject:
        return {**self.status.as_json(), "how": self.how, "why_so": self.why}


def status(core: Core, absences: Absences) -> list[ArtefactStatus]:
    """How every artefact stands, in the order in which they are brought to the present; then every copy that left."""
    made = [status_of(core, snapshot, absences) for snapshot in in_turn(core)]
    return [*made, *_copies(core), *(list_status(core, one) for one in list_statuses(core))]


def _copies(core: Core) -> Iterator[ArtefactStatus]:
    for one in copies(core):
        yield copy_status(core, one)


def copy_status(core: Core, copy: CopyStatus) -> ArtefactStatus:
    """How a copy that left stands. One that nobody tells anything is as it was taken, or out of reach; one that is told
    is PENDING while its recipient has time, and UNREACHED when that is over, or when nobody can tell what they did."""
    changed = None if copy.is_empty else first_change_since(core, copy.position, copy.as_of.position)
    why, standing, by = None, Standing.EXACT, None
    due = None if copy.is_empty else kept_until(core, copy.purpose, copy.recipient, copy.left_at)
    if copy.reach is None:
        if due is not None and is_over(core, due):
            why = f"a copy in {copy.folder} was to be kept until {due[:10]}; whoever has it is to delete it"
            standing = Standing.UNREACHED
        elif changed is not None:
            why = copy.fault or f"a copy in {copy.folder} does not hear of later choices"
            standing = Standing.UNREACHED
    elif copy.reach in (Reach.OVERDUE, Reach.UNCONFIRMED):
        why, standing = f"copy {copy.export}: {_TOLD[copy.reach]}", Standing.UNREACHED
    elif copy.due is not None:
        why, standing, by = f"copy {copy.export}: {_TOLD[copy.reach]}", Standing.PENDING, copy.due
    elif not copy.is_empty and (whole := why_whole(core, copy)) is not None:
        why, standing = (
            f"all of copy {copy.export} is asked back at the next update: {whole}",
            Standing.PENDING,
        )
    elif changed is not None:
        why = f"copy {copy.export} is told at the next update what may not be in it"
        standing = Standing.PENDING
    since = None if changed is None or standing is Standing.EXACT else format_moment(changed.recorded_at)
    return ArtefactStatus(
        copy.name,
        copy.use,
        copy.purpose,
        copy.recipient,
        copy.at,
        copy.position,
        standing,
        since,
        None,
        why,
        by,
        due,
    )


def list_status(core: Core, one: ListStatus) -> ArtefactStatus:
    """How a list that was delivered stands: as a copy, but what is to go from it is told by its next delivery."""
    changed = first_change_since(core, one.position, one.as_of.position)
    why, standing, by = None, Standing.EXACT, None
    if one.fault is not None or one.is_late or one.reach is None:
        told = one.fault or f"delivery {one.applied + 1} was not confirmed in time"
        why, standing = f"{one.name} of {one.recipient}: {told}", Standing.UNREACHED
    elif one.due is not None:
        why, standing, by = f"{one.name} of {one.recipient}: {_TOLD[one.reach]}", Standing.PENDING, one.due
    elif changed is not None:
        why, standing = (
            f"{one.name} of {one.recipient} is told at the next update who is to go",
            Standing.PENDING,
        )
    since = None if changed is None or standing is Standing.EXACT else format_moment(changed.recorded_at)
    return ArtefactStatus(
        one.name,
        "ads",
        one.purpose,
        one.recipient,
        one.last,
        one.position,
        standing,
        since,
        None,
        why,
        by,
        one.lease,
    )


#: What is known of a copy that was sent something.
_TOLD = {
    Reach.SENT: "its recipient was sent what is to go, and has time yet",
    Reach.RECEIVED: "its recipient has what is to go, and time yet",
    Reach.OVERDUE: "its recipient was to take out what is to go, and did not say so in time",
    Reach.UNCONFIRMED: "its recipient was sent what is to go, and cannot say whether they did it",
}


def require_exact(core: Core, snapshots: Iterable[SnapshotRef], absences: Absences) -> None:
    """Raises: AppError APP-234 where something that is to be used, or derived from, is not of now."""
    for snapshot in snapshots:
        if not is_exact(core, snapshot, absences):
            raise AppError(
                "APP-234",
                "it is not of now, so nothing is made of it",
                snapshot.name,
                "bring it to the present: licet update",
            )


def is_exact(core: Core, snapshot: SnapshotRef, absences: Absences) -> bool:
    return status_of(core, snapshot, absences).standing is Standing.EXACT


def in_turn(core: Core) -> list[SnapshotRef]:
    found = latest(core)
    try:
        order = in_order({one.kind for one in found}, core.layout.root)
    except LicetError:
        order = []  # one that cannot be opened is told as such, in its turn
    place = {name: number for number, name in enumerate(order)}
    return sorted(found, key=lambda one: (place.get(one.kind, -1), one.sequence))


def status_of(core: Core, snapshot: SnapshotRef, absences: Absences) -> ArtefactStatus:
    heading = read_heading(snapshot)
    asked, position = heading.purpose, heading.ledger.position

    def said(standing: Standing, members: int | None = None, why: str | None = None) -> ArtefactStatus:
        changed = None if standing is Standing.EXACT else first_change_since(core, position)
        since = None if changed is None else format_moment(changed.recorded_at)
        by = None
        if changed is not None and standing is Standing.PENDING:
            by = reached_by(core, changed.recorded_at)
        return ArtefactStatus(
            snapshot.name, snapshot.kind, asked.purpose, asked.recipient, heading.at,
            position, standing, since, members, why, None if by is None else format_moment(by),
            due,
        )  # fmt: skip

    due = kept_until(core, asked.purpose, asked.recipient, heading.at)
    if due is not None and is_over(core, due):
        return said(Standing.PENDING, None, f"it was to be kept until {due[:10]}, and is to be purged")
    try:
        use = open_use(snapshot.kind, core.layout.root)
        now = core.ledger.position
        with present_access(core, use, asked, None, now, absences) as access:
            parents = present_parents(core, use, access)
            touched = run.touched_since(use, access, snapshot, parents=parents)
        made = [one.snapshot for one in parents.values()]
        stale = [one.name for one in made if not is_exact(core, one, absences)]
    except LicetError as error:
        return said(Standing.UNREACHED, None, str(error))
    if stale:
        return said(Standing.PENDING, None, f"what it is made from is not of now: {', '.join(stale)}")
    if touched.subjects is None:
        return said(Standing.PENDING, None, f"it will be made anew: {touched.why}")
    if touched.subjects:
        return said(Standing.PENDING, len(touched.subjects), "what is about them will be made anew")
    if not run.is_of(use, snapshot, parents):
        return said(Standing.PENDING, 0, "what it is made from was made for a later moment")
    return said(Standing.EXACT)
