"""What came of a forgetting, gathered from the store, the ledger and the copies as they stand; and its certificate.

Nothing is taken over from what was meant to happen: artefacts are those that are there, absence is what their members
prove, and a copy is what its holder said of it. A certificate is made of the recorded outcome alone, and is checked as
its holder will check it before it is handed out.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from licet.app import artefacts, insight_releases
from licet.app.ads.who_has import holding_lists
from licet.app.followed_copies import CopyStatus
from licet.app.forgettings import Forgetting
from licet.app.membership import proven_membership
from licet.deliveries import Reach
from licet.enforce.settled_ids import names_now
from licet.ledger import Entry, EntryKind
from licet.receipts.forgetting_certificate import check_forgetting_certificate, make_forgetting_certificate
from licet.receipts.forgetting_outcome import (
    ArtefactAudit,
    ChosenWith,
    Closure,
    CopiesByState,
    ForgettingOutcome,
    ForgottenArtefact,
    PendingStep,
    PolicyInForce,
    PresentVersion,
    ReplayedShards,
    Request,
    StandingRelease,
    StorePurge,
    Version,
)
from licet.terms import LedgerError, LicetError
from licet.terms.canonical import JsonObject
from licet.terms.membership_proof import Membership
from licet.terms.moments import format_moment
from licet.terms.subject_proof import SubjectProof
from licet.uses.manifest import read_heading, read_manifest
from licet.uses.model import adapted_model
from licet.uses.model.checkpoint_chain import AdaptedManifest
from licet.uses.recommend import recommend_manifest

if TYPE_CHECKING:
    from licet.app.core import Core

#: Use, purpose and recipient, by which an artefact is the same from one snapshot to the next.
_Artefact = tuple[str, str, str]


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


class CopiesThatLeft(NamedTuple):
    """Those that may hold them, as far as is known. by_state: and those of which the holder says that they do not."""

    copies: tuple[Copy, ...]
    by_state: CopiesByState

    @property
    def told(self) -> list[Copy]:
        """Those whose recipient has time yet to take them out."""
        return [one for one in self.copies if one.reach in (Reach.SENT, Reach.RECEIVED)]


def copies_that_left(
    core: Core,
    statuses: Sequence[CopyStatus],
    forgetting: Forgetting,
    holds: Callable[[str], bool | None],
    since: int | None,
) -> CopiesThatLeft:
    """holds: whether a snapshot holds them, by its id; None for one that is not there. Asked of those that copies were
    taken of. since: the entry of their objection; None where it is yet to be recorded."""
    made = {
        entry.index: (entry.payload or {}).get("snapshot")
        for entry in core.ledger.entries_at([one.entry for one in statuses])
    }
    found = {one.snapshot for one in forgetting.found}
    copies, states = list[Copy](), dict[str, int]()
    for one in statuses:
        snapshot = made.get(one.entry)
        is_in = None if snapshot is None else snapshot in found or holds(snapshot)
        # What it was told says of them only what was so when it was looked what may be in it.
        is_judged = one.is_empty or (since is not None and one.position > since)
        reach = one.reach if one.reach is not Reach.APPLIED or is_judged else Reach.SENT
        # One that is told and was told nothing holds nothing that is to go.
        is_told_nothing = is_judged and reach in (Reach.SENT, Reach.RECEIVED) and one.due is None
        if is_in is False or is_told_nothing or (reach is Reach.APPLIED and not is_in):
            continue
        state = "not_followed" if reach is None else str(reach)
        states[state] = states.get(state, 0) + 1
        if reach is not Reach.APPLIED:
            copies.append(
                Copy(
                    one.entry,
                    one.use,
                    one.recipient,
                    one.folder,
                    one.at,
                    is_in,
                    one.export,
                    reach,
                    one.due,
                )
            )
    for copy in _lists_that_hold(core, forgetting.subject):
        states[str(copy.reach)] = states.get(str(copy.reach), 0) + 1
        copies.append(copy)
    return CopiesThatLeft(tuple(copies), CopiesByState.model_validate(states))


def _lists_that_hold(core: Core, subject: str) -> Iterator[Copy]:
    """The lists that have somebody, or may: of each an identifier is held until its removal is confirmed. What was not
    asked back yet, or has time yet, is waited for; of what was not confirmed in time nobody knows."""
    for status, state in holding_lists(core, names_now(core.ledger, subject)):
        reach: Reach | None = status.reach
        if reach in (Reach.APPLIED, Reach.UNCONFIRMED):
            reach = Reach.SENT
        if status.is_late or state in (None, "lapsed"):
            reach = status.reach if status.reach is Reach.UNCONFIRMED else Reach.OVERDUE
        due = status.due if state == "removing" else None
        yield Copy(
            status.first_entry, "ads", status.recipient, status.name, status.last,
            None if state is None else True, status.export, reach, due,
        )  # fmt: skip


class ProvenArtefacts(NamedTuple):
    """Every artefact as it stands. proofs: by snapshot, that they are not in it.

    failures: what is not so or could not be proven: the step that is pending, why, and the code of what kept it.
    """

    present: Mapping[_Artefact, PresentVersion]
    proofs: Mapping[str, SubjectProof]
    failures: tuple[tuple[str, str, str | None], ...]


def prove_absences(core: Core, subject: str) -> ProvenArtefacts:
    present, proofs = {}, {}
    failures = list[tuple[str, str, str | None]]()
    for snapshot in artefacts.latest(core):
        heading = read_heading(snapshot)
        key = snapshot.kind, heading.purpose.purpose, heading.purpose.recipient
        entry = root = public = None
        try:
            found, told = proven_membership(core, snapshot, subject)
            payload = told.payload or {}
            entry, root, public = told.index, payload["members_root"], payload["members_key"]
            if found.proof.verify(bytes.fromhex(root), public, subject) is Membership.ABSENT:
                proofs[snapshot.id] = found.proof
            else:
                failures.append(("chosen_again", f"{snapshot.name} says that they are in it", None))
        except LicetError as error:
            failures.append(("prove", str(error), error.code))
        present[key] = PresentVersion(
            name=snapshot.name, snapshot=snapshot.id, root=heading.root, entry=entry, members_root=root,
            members_key=public,
        )  # fmt: skip
    return ProvenArtefacts(present, proofs, tuple(failures))


def outcome_of(
    core: Core,
    forgetting: Forgetting,
    objection: int,
    proven: ProvenArtefacts,
    purge: tuple[StorePurge, ...] | None,
    copies: CopiesByState,
    pending: Sequence[PendingStep],
) -> ForgettingOutcome:
    """What is recorded. objection: its entry. pending: what is not done."""
    before: dict[_Artefact, Version] = {}
    for one in forgetting.found:
        if one.is_latest:
            version = Version(name=one.name, snapshot=one.snapshot, root=one.root)
            before.setdefault((one.use, one.purpose, one.recipient), version)
    held = {(one.use, one.purpose, one.recipient) for one in forgetting.found}
    closure = Closure(
        artefacts=len(held), snapshots=len(forgetting.found), documents=forgetting.documents
    )  # fmt: skip
    status = "PENDING" if pending else "UNREACHED" if copies.unreached else "EXACT"
    return ForgettingOutcome.model_validate(
        {
            "request": Request(entry=forgetting.number, at=forgetting.at, objection=objection),
            "at": format_moment(core.now()), "position": core.ledger.position, "policy": _policy(core),
            "closure": closure if forgetting.is_looked else None,
            "artefacts": tuple(
                ForgottenArtefact(
                    use=key[0], purpose=key[1], recipient=key[2], before=before.get(key),
                    after=proven.present.get(key),
                )
                for key in sorted({*before, *proven.present})
            ),
            "purge": purge, "copies": copies,
            "pending": tuple(dict.fromkeys(pending)),
            "status": status, "unreached": copies.unreached, "audits": last_audits(core, proven.present),
            "replays": replayed(core, before, proven.present),
            "choices": chosen_with(core, {one.snapshot for one in forgetting.found}, proven.present),
            "releases": standing_releases(core, {one.snapshot for one in forgetting.found}, objection),
        }
    )  # fmt: skip


def replayed(
    core: Core, before: Mapping[_Artefact, Version], present: Mapping[_Artefact, PresentVersion]
) -> tuple[ReplayedShards, ...]:
    """Of each artefact of networks that held them, what was trained again; nothing of one that cannot be compared."""
    found = []
    for key in sorted(before.keys() & present.keys()):
        if key[0] == adapted_model.KIND:
            with contextlib.suppress(LicetError):
                was, now = (_adapted(core, each[key].snapshot) for each in (before, present))
                difference = adapted_model.difference(was, now)
                found.append(
                    ReplayedShards(
                        use=key[0], purpose=key[1], recipient=key[2], shards=len(now.shards),
                        replayed=difference.shards, checkpoints=difference.checkpoints,
                        environment=str(now.chain_environment),
                    )
                )  # fmt: skip
    return tuple(found)


def _adapted(core: Core, snapshot: str) -> AdaptedManifest:
    """The manifest of one that is there or was purged. Raises: StoreError STOR-008; UseError CORP-201."""
    purged = {one.id: one for one in core.store.purged(adapted_model.KIND)}
    made = purged.get(snapshot) or core.store.snapshot(adapted_model.KIND, snapshot)
    return read_manifest(AdaptedManifest, made)


def chosen_with(
    core: Core, holding: Container[str], present: Mapping[_Artefact, PresentVersion]
) -> tuple[ChosenWith, ...]:
    """Of each artefact that is made by a recipe which was chosen with members, whom that saw; nothing of one that
    cannot be read. holding: the snapshots that held whom this is about."""
    found = []
    for key in sorted(present):
        if key[0] == recommend_manifest.KIND:
            with contextlib.suppress(LicetError):
                made = core.store.snapshot(key[0], present[key].snapshot)
                tuned = read_manifest(recommend_manifest.RecommendManifest, made).tuned
                if tuned is not None:
                    found.append(
                        ChosenWith(
                            use=key[0], purpose=key[1], recipient=key[2], at=tuned.at, position=tuned.position,
                            members=tuned.members, bits=tuned.bits, held=tuned.snapshot in holding or None,
                        )
                    )  # fmt: skip
    return tuple(found)


def standing_releases(core: Core, holding: Container[str], objection: int) -> tuple[StandingRelease, ...]:
    """The release that stands, where it was drawn before an objection of what held them, or of what nobody can tell of
    any more; it leaves with the next."""
    entry = insight_releases.last_noted(core)
    if entry is None or entry.payload is None or entry.index > objection:
        return ()
    said = entry.payload
    is_there = any(one.id == said["snapshot"] for one in core.store.snapshots(said["use"]))
    if is_there and said["snapshot"] not in holding:
        return ()
    told = StandingRelease(
        use=said["use"], month=said["month"], entry=entry.index, at=format_moment(entry.recorded_at),
        next=insight_releases.day_of_next(said["month"]), held=said["snapshot"] in holding or None,
    )  # fmt: skip
    return (told,)


def last_audits(core: Core, present: Container[_Artefact]) -> tuple[ArtefactAudit, ...]:
    """The last audit of each artefact that is there."""
    ledger, found = core.ledger, dict[_Artefact, ArtefactAudit]()
    for entry in ledger.entries(0, ledger.position, EntryKind.USE_RUN):
        said = entry.payload or {}
        if said.get("how") != "audit":
            continue
        key = said["use"], said["purpose"], said["recipient"]
        if key in present:
            found[key] = ArtefactAudit(
                use=key[0], purpose=key[1], recipient=key[2], snapshot=said["snapshot"], entry=entry.index,
                at=format_moment(entry.recorded_at), canaries=said["canaries"],
                exposure_before_thousandths=said["before_served_exposure_64"],
                exposure_after_thousandths=said["after_served_exposure_64"],
                chance_after_thousandths=said["after_served_chance"],
                area_after_thousandths=said.get("after_inference_area"),
                area_lowest_thousandths=said.get("after_inference_lowest"),
                area_highest_thousandths=said.get("after_inference_highest"),
                planted_runs_before=said["before_planted_runs"], planted_runs_after=said["after_planted_runs"],
            )  # fmt: skip
    return tuple(found[key] for key in sorted(found))


def _policy(core: Core) -> PolicyInForce | None:
    try:
        pack = core.policy().pack
    except LicetError:  # none is in force, or it cannot be read
        return None
    return PolicyInForce(id=pack.id, version=pack.version, digest=pack.digest)


def certify(
    core: Core, proofs: Sequence[tuple[str, Mapping[str, SubjectProof]]], entries: Sequence[Entry]
) -> Iterator[JsonObject]:
    """The certificate of each outcome, under one checkpoint. proofs: of each the subject, and that of each artefact.

    Raises: LedgerError LEDG-017 where the ledger does not fit itself.
    """
    ledger, signer = core.ledger, core.signer
    checkpoint = ledger.checkpoint()
    for (subject, theirs), entry in zip(proofs, entries, strict=True):
        inclusion = ledger.inclusion_proof(entry.index, checkpoint.size)
        made = make_forgetting_certificate(subject, theirs, entry, inclusion, checkpoint, signer)
        if not check_forgetting_certificate(made, signer.public_key_text).ok:
            raise LedgerError(
                "LEDG-017",
                f"entry {entry.index} does not fit the ledger's own tree, or an artefact does not prove what it says",
                ledger.place,
                "verify the ledger, then restore it from a copy that verifies",
            )
        yield made
