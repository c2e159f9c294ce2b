"""Artefacts of any use: made, brought to the present, and how each stands there. No use is named here.

`bring_all` is `licet update`: every artefact, those it is derived from first. How one stands is asked of the code that
would bring it further, so that what is said is what would happen (law 12): EXACT when nothing recorded since could
change it, PENDING when its next update would, UNREACHED when none can.
"""

from __future__ import annotations

import contextlib
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from licet.app import gate_opening
from licet.app.copy_removals import why_whole
from licet.app.engines import new_engine
from licet.app.follow_lock import reached_by
from licet.app.followed_copies import CopyStatus
from licet.app.followed_copies import statuses as copies
from licet.app.retention import is_over, kept_until
from licet.app.tenses import first_change_since
from licet.deliveries import Reach
from licet.enforce import Access, Gate
from licet.enforce.absences import Absences
from licet.enforce.access import secret_of
from licet.enforce.origin import Origin, PurposeRef
from licet.ledger import Choices, EntryKind, NewEntry
from licet.store import SnapshotRef
from licet.terms import AppError, LicetError, UseError
from licet.terms.canonical import JsonObject
from licet.terms.membership_proof import SUBJECT_INDEX
from licet.terms.moments import Tense, format_moment
from licet.uses import run
from licet.uses.manifest import Manifest, read_heading, read_manifest
from licet.uses.registry import in_order, open_use
from licet.uses.use import Documents, Log, Parent, Progress, Use

if TYPE_CHECKING:
    from licet.app.core import Core


#: An artefact to which so much was added, as a share of what it held when it was last put together, is put together.
_GROWN_SHARE = 0.25


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


def open_access(
    core: Core,
    use: Use,
    purpose: str,
    recipient: str,
    at: datetime | None,
    position: int,
    absences: Absences,
    people_left: int = 0,
    for_inspection: bool = False,
) -> Access:
    """What a use is given: of a moment (None: now) and a position."""

    def open_gate(purpose: str, then: datetime | None, where: int) -> Gate:
        return gate_opening.open_gate(
            core,
            purpose,
            recipient,
            then,
            where,
            use.asks_for(),
            for_training=use.learns,
            for_inspection=for_inspection,
            people_left=people_left,
            absences=absences,
        )

    gate = open_gate(purpose, at, position)
    return Access({purpose: gate}, secret_of(core.salt, use.name), open_gate)


@contextlib.contextmanager
def standing_access(
    core: Core, use: Use, asked: PurposeRef, position: int, supposed: Choices | None = None
) -> Iterator[Access]:
    """What a use is given now, as of a ledger position, on a gate that stays open, and nothing is made of; not beyond
    the block.

    supposed: choices to go by, of which so many were recorded.
    """
    spark = core.spark if supposed is None else None  # a supposition is about one member, and read here
    with _standing_gate(core, use, asked, spark, None, position, core.absences, tense=Tense.PRESENT) as gate:
        now = gate if supposed is None else gate._supposing(supposed)
        yield Access({asked.purpose: now}, secret_of(core.salt, use.name))


@contextlib.contextmanager
def present_access(
    core: Core,
    use: Use,
    asked: PurposeRef,
    at: datetime | None,
    position: int,
    absences: Absences,
    people_left: int = 0,
) -> Iterator[Access]:
    """What a use is given to make something of, on a gate that stays open for the next time; not beyond the block.

    at, position: such as stand for now. The rest as `open_access` has it.
    """

    def open_earlier(purpose: str, then: datetime | None, where: int) -> Gate:
        columns = use.asks_for()
        return gate_opening.open_gate(
            core, purpose, asked.recipient, then, where, columns, for_training=use.learns, absences=absences
        )

    with _standing_gate(core, use, asked, core.spark, at, position, absences, people_left) as gate:
        yield Access({asked.purpose: gate}, secret_of(core.salt, use.name), open_earlier)


@contextlib.contextmanager
def _standing_gate(
    core: Core,
    use: Use,
    asked: PurposeRef,
    spark: Any,
    at: datetime | None,
    position: int,
    absences: Absences,
    people_left: int = 0,
    tense: Tense | None = None,
) -> Iterator[Gate]:
    columns = {table: frozenset(each) for table, each in use.asks_for().items()}

    def opened(earlier: Gate | None = None) -> Gate:
        now = core.now() if at is None else at
        gate = earlier and earlier._brought_to(
            core.policy(position), core.catalogue, now, position, people_left=people_left, absences=absences
        )
        return gate or gate_opening.open_gate(
            core, asked.purpose, asked.recipient, at, position, columns, for_training=use.learns,
            people_left=people_left, absences=absences, engine=new_engine(spark), tense=tense,
        )  # fmt: skip

    key = use.name, use.learns, asked, frozenset(columns.items())
    with core.standing_gates.lent(key, opened) if spark is None else contextlib.nullcontext(opened()) as gate:
        yield gate


def build(core: Core, use: Use, access: Access, progress: Progress, how: str = "build") -> run.Made:
    """Make an artefact. how: as the ledger is told."""
    parents = present_parents(core, use, access)
    record = recorder(core, use.name, how)
    return run.build(
        use, access, core.store, record=record, parents=parents, progress=progress, kept=core.kept_keys
    )


def update(core: Core, use: Use, access: Access, earlier: SnapshotRef, progress: Progress) -> run.Made:
    """Bring an artefact to where `access` is open."""
    parents = present_parents(core, use, access)
    record = recorder(core, use.name, "update")
    return run.update(
        use,
        access,
        core.store,
        earlier,
        record=record,
        parents=parents,
        progress=progress,
        kept=core.kept_keys,
    )


def compact_latest(
    core: Core, least_share: float = 0.0, but: Container[str] = ()
) -> Iterator[tuple[SnapshotRef, SnapshotRef]]:
    """Put the latest artefacts together to which more was added than a share of them: each as it was, and as it is.

    but: the ids of those that are left as they are.
    """
    for snapshot in latest(core):
        if snapshot.id not in but and log_share(core, snapshot) > least_share:
            use = open_use(snapshot.kind, core.layout.root)
            yield snapshot, run.compact(use, core.store, snapshot, record=recorder(core, use.name, "compact"))


def compact_grown(core: Core, absences: Absences) -> Iterator[Brought]:
    """Put those together to which a quarter as much was added as they then held, each as it is done."""
    for snapshot in latest(core):
        try:
            done = list(compact_latest(core, _GROWN_SHARE, {one.id for one in latest(core)} - {snapshot.id}))
        except LicetError as error:
            yield Brought(_status(core, snapshot, absences), "failed", str(error))
        else:
            for was, now in done:
                if now != was:
                    yield Brought(_status(core, now, absences), "compacted", f"{was.name} had grown")


def log_share(core: Core, snapshot: SnapshotRef) -> float:
    """How much was added to an artefact since it was put together; 0.0 where nothing ever is."""
    use = open_use(snapshot.kind, core.layout.root)
    return use.log_share(snapshot) if isinstance(use, Log) else 0.0


def present_parents(core: Core, use: Use, access: Access) -> dict[str, Documents]:
    """The latest artefacts that one is derived from, for its own purpose and recipient. Raises: AppError APP-223."""
    now = access.provenance()
    asked, found = PurposeRef(now.purpose, now.recipient), {}
    for name in use.parents:
        opened, made = _parent(core, name), _latest_for(core, use, name, asked)
        found[name] = opened.documents(core.store, made, secret_of(core.salt, name))
    return found


def parents_of(core: Core, use: Use, snapshot: SnapshotRef) -> dict[str, Documents]:
    """What an artefact was derived from. Raises: UseError CORP-215 where that is there no more."""
    found: dict[str, Documents] = {}
    for derived in read_manifest(use.manifest, snapshot).derived_from if use.parents else ():
        opened, made = _parent(core, derived.use), next(core.store.newest(derived.use), None)
        one = None if made is None else opened.documents(core.store, made, secret_of(core.salt, derived.use))
        source = None if one is None else one.at(derived)
        if source is None:
            raise UseError(
                "CORP-215",
                f"the {derived.use} that it was made from is not there any more",
                snapshot.name,
                "bring it to one that is: licet update",
            )
        found[derived.use] = source
    return found


@contextlib.contextmanager
def supposed_parents(
    core: Core, use: Use, asked: PurposeRef, subject: str, position: int, supposed: Choices | None = None
) -> Iterator[dict[str, Documents]]:
    """What a use is derived from as an update would have it, not beyond the block.

    position, supposed: as `standing_access` has them.
    """
    found = {}
    with contextlib.ExitStack() as opened:
        for name in use.parents:
            parent, made = _parent(core, name), _latest_for(core, use, name, asked, position)
            access = opened.enter_context(standing_access(core, parent, asked, position, supposed))
            found[name] = parent.supposed(access, core.store, made, subject)
        yield found


def _latest_for(
    core: Core, use: Use, name: str, asked: PurposeRef, position: int | None = None
) -> SnapshotRef:
    made = None
    for snapshot in core.store.newest(name):  # and not `latest`, which reads all there ever were
        heading = read_heading(snapshot)
        if not heading.inspection and heading.purpose == asked:
            made = snapshot
            if position is None or heading.ledger.position <= position:
                break
    if made is None:
        raise AppError(
            "APP-223",
            f"{use.name} is made from the {name}, and none was made for {asked.purpose} yet",
            fix=f"make that first: licet {name} build --purpose {asked.purpose}",
        )
    return made


def _parent(core: Core, name: str) -> Parent:
    """Raises: UseError CORP-214 for a use that nothing can be derived from."""
    use = open_use(name, core.layout.root)
    if not isinstance(use, Parent):
        raise UseError("CORP-214", f"nothing can be derived from the {name}", fix="derive it from the corpus")
    return use


def latest(core: Core, use: str | None = None, position: int | None = None) -> list[SnapshotRef]:
    """The newest artefact of every use, purpose and recipient that is not for inspection.

    position: passing over what knows more of the ledger, where something is there that does not.
    """
    found: dict[tuple[str, PurposeRef], SnapshotRef] = {}
    for snapshot in core.store.snapshots(use):
        heading = read_heading(snapshot)
        key = snapshot.kind, heading.purpose
        is_later = position is not None and heading.ledger.position > position
        if not heading.inspection and not (is_later and key in found):
            found[key] = snapshot
    return list(found.values())


def status(core: Core, absences: Absences) -> list[ArtefactStatus]:
    """How every artefact stands, in the order in which they are brought to the present; then every copy that left."""
    made = [_status(core, snapshot, absences) for snapshot in _to_bring(core)]
    return [*made, *_copies(core)]


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


#: What is known of a copy that was sent something.
_TOLD = {
    Reach.SENT: "its recipient was sent what is to go, and has time yet",
    Reach.RECEIVED: "its recipient has what is to go, and time yet",
    Reach.OVERDUE: "its recipient was to take out what is to go, and did not say so in time",
    Reach.UNCONFIRMED: "its recipient was sent what is to go, and cannot say whether they did it",
}


def bring_all(core: Core, absences: Absences, progress: Progress, people_left: int = 0) -> Iterator[Brought]:
    """Bring every artefact to the present, each as it is done. One that fails holds up nobody but its dependants."""
    for snapshot in _to_bring(core):
        before = _status(core, snapshot, absences)
        if before.due is not None and is_over(core, before.due):
            yield Brought(before, "failed", before.why)  # to be purged, and not to be made anew of
            continue
        if before.standing is not Standing.PENDING:
            how = "unchanged" if before.standing is Standing.EXACT else "failed"
            yield Brought(before, how, before.why)
            continue
        try:
            use, now = open_use(snapshot.kind, core.layout.root), core.ledger.position
            asked = PurposeRef(before.purpose, before.recipient)
            with present_access(core, use, asked, None, now, absences, people_left) as access:
                # Those it is made from came first: what is not of now still could not be brought.
                parents = present_parents(core, use, access).values()
                is_held_up = not all(_is_exact(core, one.snapshot, absences) for one in parents)
                made = None if is_held_up else update(core, use, access, snapshot, progress)
        except LicetError as error:
            yield Brought(before, "failed", str(error))
        else:
            if made is None:
                yield Brought(before, "failed", before.why)
            else:
                yield Brought(_status(core, made.snapshot, absences), made.how, made.why)


def bring_parents(core: Core, use: Use, asked: PurposeRef, absences: Absences, progress: Progress) -> None:
    """What a use is derived from, and what that is, brought to the present. Raises: as `update`; AppError APP-223."""
    for name in use.parents:
        parent, snapshot = open_use(name, core.layout.root), _latest_for(core, use, name, asked)
        bring_parents(core, parent, asked, absences, progress)
        if _status(core, snapshot, absences).standing is Standing.PENDING:
            position = core.ledger.position
            access = open_access(core, parent, asked.purpose, asked.recipient, None, position, absences)
            update(core, parent, access, snapshot, progress)


def require_exact(core: Core, snapshots: Iterable[SnapshotRef], absences: Absences) -> None:
    """Raises: AppError APP-234 where something that is to be used, or derived from, is not of now."""
    for snapshot in snapshots:
        if not _is_exact(core, snapshot, absences):
            raise AppError(
                "APP-234",
                "it is not of now, so nothing is made of it",
                snapshot.name,
                "bring it to the present: licet update",
            )


def _is_exact(core: Core, snapshot: SnapshotRef, absences: Absences) -> bool:
    return _status(core, snapshot, absences).standing is Standing.EXACT


def _to_bring(core: Core) -> list[SnapshotRef]:
    found = latest(core)
    try:
        order = in_order({one.kind for one in found}, core.layout.root)
    except LicetError:
        order = []  # one that cannot be opened is told as such, in its turn
    place = {name: number for number, name in enumerate(order)}
    return sorted(found, key=lambda one: (place.get(one.kind, -1), one.sequence))


def _status(core: Core, snapshot: SnapshotRef, absences: Absences) -> ArtefactStatus:
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
        stale = [one.name for one in made if not _is_exact(core, one, absences)]
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


def recorder(core: Core, use: str, how: str) -> run.Record:
    """Notes in the ledger that a use made an artefact."""

    def record(made: Manifest, snapshot: str) -> None:
        note_use(core, use, how, made, made.origin, made.counts, snapshot)

    return record


def note_use(
    core: Core,
    use: str,
    how: str,
    made: Manifest,
    origin: Origin,
    counts: Mapping[str, int],
    snapshot: str,
    **more: str | int,
) -> None:
    """Note a use in the ledger: what for, under which policy, as of where, and what came of it.

    made: what the artefact says of itself. origin, counts: of this use of it, which a copy has of its own.
    """
    payload = {
        "use": use,
        "how": how,
        "purpose": origin.purpose.purpose,
        "recipient": origin.purpose.recipient,
        "at": origin.at,
        "position": origin.ledger.position,
        "policy": origin.policy.digest,
        "snapshot": snapshot,
        "root": made.root,
        "members_root": made.members.root,
        **_members_key(made),
        **counts,
        **more,
    }
    core.ledger.append([NewEntry(EntryKind.USE_RUN, None, payload)])


def _members_key(made: Manifest) -> dict[str, str]:
    """The public key of whoever is in it; no earlier licet had one."""
    return {"members_key": made.members.key} if made.members.index == SUBJECT_INDEX else {}
