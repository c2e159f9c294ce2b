"""Artefacts of any use: what one is given and derived from, made, and noted in the ledger. No use is named here.

How they stand is `artefact_status`, and bringing all of them to the present `catch_up`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Container, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from licet.app import gate_opening
from licet.app.concluded_forgettings import refuse_concluded
from licet.app.engines import new_engine
from licet.enforce import Access, Gate
from licet.enforce.absences import Absences
from licet.enforce.access import secret_of
from licet.enforce.origin import Origin, PurposeRef
from licet.ledger import Choices, EntryKind, NewEntry
from licet.store import SnapshotRef
from licet.terms import AppError, UseError
from licet.terms.canonical import JsonObject
from licet.terms.membership_proof import SUBJECT_INDEX
from licet.terms.moments import Tense
from licet.uses import run
from licet.uses.manifest import Manifest, line_of, newest_for, read_heading, read_manifest
from licet.uses.registry import open_use
from licet.uses.use import Documents, Log, Parent, Progress, Use

if TYPE_CHECKING:
    from licet.app.core import Core


class Reader(Protocol):
    """Who is given rows: a use, or what reads some tables for one. As `Use` has these."""

    @property
    def name(self) -> str: ...

    @property
    def learns(self) -> bool: ...

    def asks_for(self) -> Mapping[str, Collection[str]]: ...


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
    use: Reader,
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
    use: Reader,
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
            people_left=people_left, absences=absences, engine=new_engine(spark, core.catalogue), tense=tense,
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


def log_share(core: Core, snapshot: SnapshotRef) -> float:
    """How much was added to an artefact since it was put together; 0.0 where nothing ever is."""
    use = open_use(snapshot.kind, core.layout.root)
    return use.log_share(snapshot) if isinstance(use, Log) else 0.0


def present_parents(core: Core, use: Use, access: Access) -> dict[str, Documents]:
    """The latest artefacts that one is derived from, for its own purpose and recipient. Raises: AppError APP-223."""
    now = access.provenance()
    asked, found = PurposeRef(now.purpose, now.recipient), {}
    for name in use.parents:
        opened, made = _parent(core, name), latest_for(core, use, name, asked)
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
            parent, made = _parent(core, name), latest_for(core, use, name, asked, position)
            access = opened.enter_context(standing_access(core, parent, asked, position, supposed))
            found[name] = parent.supposed(access, core.store, made, subject)
        yield found


def latest_for(
    core: Core, use: Use, name: str, asked: PurposeRef, position: int | None = None
) -> SnapshotRef:
    made = None
    for made in newest_for(core.store, name, asked):
        if position is None or read_heading(made).ledger.position <= position:
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
    found: dict[tuple[str, PurposeRef], tuple[bool, int, SnapshotRef]] = {}
    for kind in [use] if use else core.store.kinds():
        for line, snapshots in core.store.by_line(kind).items():
            for snapshot in snapshots:
                heading = read_heading(snapshot)
                is_its = line == line_of(heading)  # and where it is another's, the next is read as well
                if heading.inspection:
                    if is_its:
                        break
                    continue
                is_known = position is None or heading.ledger.position <= position
                # The newest that does not know more, or the oldest.
                rank = is_known, snapshot.sequence if is_known else -snapshot.sequence, snapshot
                key = kind, heading.purpose
                found[key] = max(found.get(key, rank), rank, key=lambda one: one[:2])
                if is_known and is_its:
                    break
    return sorted((made for *_, made in found.values()), key=lambda one: one.sequence)


def recorder(core: Core, use: str, how: str) -> run.Record:
    """Notes in the ledger that a use made an artefact; raises AppError APP-311 where somebody was forgotten since.

    What is put together, or shows the past, goes by earlier choices, and by what is there.
    """

    def record(made: Manifest, snapshot: str) -> None:
        if how not in ("compact", "inspection"):
            refuse_concluded(core, made.origin.ledger.position)
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
    payload = use_payload(use, how, made, origin, counts, snapshot, **more)
    core.ledger.append([NewEntry(EntryKind.USE_RUN, None, payload)])


def use_payload(
    use: str,
    how: str,
    made: Manifest,
    origin: Origin,
    counts: Mapping[str, int],
    snapshot: str,
    **more: str | int,
) -> JsonObject:
    """What `note_use` tells the ledger."""
    return {
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


def _members_key(made: Manifest) -> dict[str, str]:
    """The public key of whoever is in it; no earlier licet had one."""
    return {"members_key": made.members.key} if made.members.index == SUBJECT_INDEX else {}
