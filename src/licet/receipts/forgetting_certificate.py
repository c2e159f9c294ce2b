"""The certificate of a forgetting: what was asked, what it reached, what came of it, in a file that is checked offline.

A DSSE envelope of the ledger's key around an in-toto statement, whose predicate holds an outcome as the ledger recorded
it, that entry's place under a signed checkpoint, and for every artefact as it stands the proof that the person is not
in it. The entry commits to the outcome: whoever has the key cannot certify another afterwards. What it says in words is
checked by saying it again, and what it does not show it says itself.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from licet.ledger import Checkpoint, Entry, EntryKind, InclusionProof, PublicKey, Signer
from licet.ledger.entries import commit, from_microseconds, to_microseconds
from licet.receipts.dsse_envelope import is_sealed, read_payload, seal
from licet.receipts.examination import Examination, ReceiptProblemCode, RecordCheck
from licet.receipts.forgetting_outcome import (
    ArtefactAudit,
    ChosenWith,
    Count,
    ForgettingOutcome,
    Hex,
    PresentVersion,
    ReplayedShards,
    Text,
)
from licet.receipts.membership_certificate import read_subject_proof
from licet.receipts.receipt_file import read_receipt, to_bytes
from licet.receipts.receipt_proof import PROOF
from licet.terms import AppError, LedgerError
from licet.terms.canonical import JsonObject, canonical_json
from licet.terms.membership_proof import Membership
from licet.terms.moments import format_moment
from licet.terms.subject_proof import SubjectProof

STATEMENT = "https://in-toto.io/Statement/v1"
#: What the predicate is, with its version.
FORGETTING = "urn:licet:forgetting:v1"

PROVES_NOT = (
    "That anybody is anonymous: what is learnt of many can still tell of one, and has to be judged case by case.",
    "That words of theirs which others quote are gone, what was concluded from them, copies that others kept, backups, "
    "or what a model put out before.",
    "That a copy is gone of which its holder says so, or that they made nothing else of it: `applied` is their word.",
    "That nothing was used off the books: it speaks of what the ledger tells of, and of this one id.",
    "That nobody can tell that somebody left: whoever kept an earlier state can compare the two.",
)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _EntryPlace(_Part):
    """The outcome's entry: what of it the outcome does not say, its place, and the key."""

    index: Count
    recorded_at_us: Count
    salt: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    inclusion: dict[str, Any]
    checkpoint: Text
    public_key: Text


class _Absence(_Part):
    """A proof that the key of the person's id does not stand in an artefact, as `docs/certificates.md` has it."""

    snapshot: Hex
    proof: Text
    tree: dict[str, Any]


class ForgettingPredicate(_Part):
    """subject: whose data. says: the outcome in words. does_not_prove: what no such certificate shows."""

    subject: Text
    outcome: ForgettingOutcome
    absences: tuple[_Absence, ...]
    says: tuple[str, ...]
    does_not_prove: tuple[str, ...]
    ledger: _EntryPlace


class _Digest(_Part):
    sha256: Hex


class _Resource(_Part):
    name: Text
    digest: _Digest


class ForgettingStatement(_Part):
    """An in-toto statement: about the outcome's entry, by the hash of its leaf, and about the artefacts as they stand,
    by the digests of their manifests."""

    type_: Annotated[Literal["https://in-toto.io/Statement/v1"], Field(alias="_type")]
    subject: Annotated[tuple[_Resource, ...], Field(min_length=1)]
    predicate_type: Annotated[Literal["urn:licet:forgetting:v1"], Field(alias="predicateType")]
    predicate: ForgettingPredicate


@dataclass(frozen=True, slots=True)
class ForgettingCheck(RecordCheck):
    """What a check found. subject: whose data; outcome: what is certified; None unless it is valid."""

    subject: str | None
    outcome: ForgettingOutcome | None
    does_not_prove: ClassVar[str] = "It does not prove: " + " ".join(PROVES_NOT)

    @property
    def proves(self) -> str:
        if self.outcome is None:
            return ""
        return (
            "It proves that the ledger recorded this outcome when it says, and that the key of this id stands under "
            f"the root of none of the {_there(self.outcome)} artefacts that it shows a proof of."
        )

    def _about(self) -> JsonObject:
        outcome = None if self.outcome is None else self.outcome.model_dump(mode="json")
        return {"subject": self.subject, "status": outcome and outcome["status"], "outcome": outcome}


def make_forgetting_certificate(
    subject: str,
    proofs: Mapping[str, SubjectProof],
    entry: Entry,
    inclusion: InclusionProof,
    checkpoint: Checkpoint,
    signer: Signer,
) -> JsonObject:
    """The certificate, from its parts; pure.

    proofs: by snapshot, of the artefacts as the outcome has them. entry: the outcome's.
    """
    assert entry.salt is not None and entry.payload is not None
    outcome = ForgettingOutcome.model_validate(entry.payload)
    place = _EntryPlace(
        index=entry.index, recorded_at_us=to_microseconds(entry.recorded_at), salt=entry.salt.hex(),
        inclusion=inclusion.as_dict(), checkpoint=checkpoint.text, public_key=signer.public_key_text,
    )  # fmt: skip
    absences = tuple(
        _Absence(snapshot=one.snapshot, proof=proof.output_text(), tree=proof.walk.as_json())
        for one in _present(outcome)
        if (proof := proofs.get(one.snapshot)) is not None
    )
    statement = _statement(subject, outcome, absences, place, entry, signer.name)
    return seal(canonical_json(statement), signer)


def check_forgetting_certificate(
    certificate: bytes | Mapping[str, Any], public_key_text: str, *, checkpoint: str | None = None
) -> ForgettingCheck:
    """Hold a certificate to the key of its ledger. Parameters and errors: as of `receipt_check.check`."""
    key = PublicKey.parse(public_key_text)
    outside = None if checkpoint is None else Checkpoint.read(checkpoint, key)
    envelope = read_receipt(certificate)
    is_as_given = not isinstance(certificate, bytes) or certificate == to_bytes(envelope)
    return _ForgettingExamination(key, envelope, is_as_given).run(outside)


def is_envelope(record: Mapping[str, Any]) -> bool:
    return "payloadType" in record


def _present(outcome: ForgettingOutcome) -> list[PresentVersion]:
    return [one.after for one in outcome.artefacts if one.after is not None]


def _there(outcome: ForgettingOutcome) -> int:
    return len(_present(outcome))


def _statement(
    subject: str,
    outcome: ForgettingOutcome,
    absences: Sequence[_Absence],
    place: _EntryPlace,
    entry: Entry,
    origin: str,
) -> JsonObject:
    about = [(f"{origin}/entries/{entry.index}", entry.leaf_hash.hex())]
    about += [(one.name, one.snapshot) for one in _present(outcome)]
    predicate = ForgettingPredicate(
        subject=subject, outcome=outcome, absences=tuple(absences), says=tuple(sentences(subject, outcome, entry)),
        does_not_prove=PROVES_NOT, ledger=place,
    )  # fmt: skip
    return {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": value}} for name, value in about],
        "predicateType": FORGETTING,
        "predicate": predicate.model_dump(mode="json"),
    }


def sentences(subject: str, outcome: ForgettingOutcome, entry: Entry) -> list[str]:
    """The outcome in words, the same of the same."""
    asked, held = outcome.request, outcome.closure
    said = [
        f"Forgetting {subject}, asked in entry {asked.entry} of {asked.at[:19]}Z: {outcome.said}, as of "
        f"{outcome.at[:19]}Z. The objection to every use is entry {asked.objection}; this outcome is entry "
        f"{entry.index} of {format_moment(entry.recorded_at)[:19]}Z."
    ]
    if held is not None:
        said.append(
            f"When it was first looked, their data was in {_counted(held.artefacts, 'artefact')}, "
            f"{_counted(held.snapshots, 'snapshot')} and "
            f"{_counted(held.documents, 'document')}."
        )
    for one in outcome.purge or ():
        after = f"{_counted(one.found_after, 'place')} held a mark of theirs afterwards"
        if one.store == "snapshots":
            said.append(
                f"{_counted(one.purged, 'snapshot')} went for good. {_counted(one.marks, 'mark')} of theirs, ids and "
                f"words, were looked for in every file of the store: {_counted(one.found_before, 'place')} held one "
                f"before, {after}, and {one.shared} are in what is made of others, too."
            )
        else:
            kept = "gates keep" if one.store == "gates" else "is kept of members' keys"
            said.append(f"In what {kept}, {after}.")
        if one.failed:
            said.append(f"That failed: {one.failed}.")
    copies = {name: count for name, count in outcome.copies.model_dump().items() if count}
    if copies:
        by_state = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in copies.items())
        said.append(f"Copies that left, and held them or may have: {by_state}.")
    if outcome.pending:
        steps = sorted({f"{one.step}{f' ({one.code})' if one.code else ''}" for one in outcome.pending})
        said.append(f"Not done: {', '.join(steps)}.")
    said += [_replayed(one) for one in outcome.replays]
    said += [_chosen(one) for one in outcome.choices]
    return said + [_audited(one) for one in outcome.audits]


def _chosen(one: ChosenWith) -> str:
    whose = "theirs among it" if one.held else "with or without theirs"
    return (
        f"The recipe of {one.use} for {one.purpose} was chosen on what {_counted(one.members, 'member')} did as of "
        f"{one.at[:19]}Z, {whose}: it tells {_counted(one.bits, 'bit')} of all of them together at most, and stays "
        "until another is chosen."
    )


def _replayed(one: ReplayedShards) -> str:
    return (
        f"Of {_counted(one.shards, 'shard')} of {one.use} for {one.purpose} {one.replayed} are others than those that "
        f"held them: {_counted(one.checkpoints, 'checkpoint')} trained anew, with {one.environment}."
    )


def _audited(one: ArtefactAudit) -> str:
    area = ""
    if one.area_after_thousandths is not None:
        area = (
            f"; who left was told from who never was in it with an area of {_thousandths(one.area_after_thousandths)} "
            f"({_thousandths(one.area_lowest_thousandths)} to {_thousandths(one.area_highest_thousandths)}; 0.500 is a "
            "guess)"
        )
    return (
        f"How {one.use} for {one.purpose} is made was audited in entry {one.entry} of {one.at[:19]}Z, with made-up "
        f"people: of {_counted(one.canaries, 'secret')} one said 64 times was exposed by "
        f"{_thousandths(one.exposure_before_thousandths)} of 10 bits before they were forgotten, by "
        f"{_thousandths(one.exposure_after_thousandths)} after (chance {_thousandths(one.chance_after_thousandths)}); "
        f"{_counted(one.planted_runs_before, 'place')} held their words before, {one.planted_runs_after} after{area}."
    )


def _thousandths(number: int | None) -> str:
    return f"{(number or 0) / 1000:.3f}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


class _ForgettingExamination(Examination):
    """One certificate being checked. is_as_given: whether its file is, byte for byte, as one is written."""

    note_head, version, entry_is = "", ("", 0), "outcome"
    _said: ForgettingStatement | None = None

    def __init__(self, key: PublicKey, envelope: JsonObject, is_as_given: bool) -> None:
        super().__init__(key, {})
        self._envelope, self._is_as_given = envelope, is_as_given
        payload = read_payload(envelope)
        try:
            statement = {} if payload is None else read_receipt(payload)
        except AppError:
            statement = {}
        self._type = statement.get("predicateType")
        with contextlib.suppress(ValidationError):
            self._said = ForgettingStatement.model_validate(statement)
            self._record = {PROOF: self._said.predicate.ledger.model_dump()}

    def run(self, outside: Checkpoint | None) -> ForgettingCheck:
        found = self._examine(outside)
        if self._problems or self._said is None:
            return ForgettingCheck(*found, None, None)
        return ForgettingCheck(*found, self._said.predicate.subject, self._said.predicate.outcome)

    def _check_version(self) -> None:
        if self._type != FORGETTING:
            self._note(
                ReceiptProblemCode.VERSION_UNKNOWN, "it is of no kind and version that this licet knows"
            )

    def _check_signature(self) -> None:
        if is_sealed(self._envelope, self._key) and self._is_as_given:
            self._checked.append(f"Every word of it is signed by the ledger {self._key.name}.")
        else:
            self._note(ReceiptProblemCode.NOT_SIGNED, "the given key did not sign it as it stands")

    def _check_proof(self, proof: Mapping[str, Any], signed: Checkpoint | None) -> None:
        assert self._said is not None
        said, place = self._said.predicate, self._said.predicate.ledger
        try:
            inclusion = InclusionProof.from_dict(place.inclusion)
            if inclusion.as_dict() != place.inclusion:
                raise ValueError("more than an inclusion proof")
            entry = _entry(said)
            meant = _statement(said.subject, said.outcome, said.absences, place, entry, self._key.name)
        except (LedgerError, LookupError, TypeError, ValueError, OverflowError):
            self._note(ReceiptProblemCode.INCOMPLETE, "it has no outcome and no place of one in the ledger")
            return
        if signed is not None:
            self._check_place(entry, inclusion, signed)
        if self._said.model_dump(mode="json", by_alias=True) != meant:
            self._note(ReceiptProblemCode.SAYS_OTHERWISE, "it does not say what its outcome says")
        self._check_absences(said)

    def _check_absences(self, said: ForgettingPredicate) -> None:
        """Of every artefact as it stands there is a proof, but where something is pending; and each shows absence."""
        present = _present(said.outcome)
        shown = {one.snapshot: one for one in said.absences}
        unproven = [one.name for one in present if not _is_absent(said.subject, one, shown.get(one.snapshot))]
        if said.outcome.status != "PENDING" and unproven:
            names = ", ".join(unproven)
            self._note(ReceiptProblemCode.NOT_PROVEN, f"nothing proves that they are not in {names}")
        elif len(shown) != len(said.absences) or not shown.keys() <= {one.snapshot for one in present}:
            self._note(ReceiptProblemCode.SAYS_OTHERWISE, "it holds proofs of other artefacts")
        else:
            proven = len(present) - len(unproven)
            self._checked.append(
                f"They are proven absent from {proven} of {_counted(len(present), 'artefact')}."
            )

    def _says(self) -> tuple[str, ...]:
        return () if self._said is None else self._said.predicate.says


def _entry(said: ForgettingPredicate) -> Entry:
    """The outcome's entry, its commitment made anew. Raises: OverflowError for no moment."""
    place, salt = said.ledger, bytes.fromhex(said.ledger.salt)
    payload = said.outcome.model_dump(mode="json")
    commitment = commit(salt, canonical_json(payload), said.subject)
    moment = from_microseconds(place.recorded_at_us)
    return Entry(place.index, moment, EntryKind.FORGETTING, commitment, said.subject, payload, salt)


def _is_absent(subject: str, version: PresentVersion, shown: _Absence | None) -> bool:
    if shown is None or version.members_root is None or version.members_key is None:
        return False
    said = {"licet:subject": {"proof": shown.proof}, "licet:tree": shown.tree}
    try:
        proof = read_subject_proof(said)
    except (LookupError, TypeError):
        return False
    root = bytes.fromhex(version.members_root)
    return proof is not None and proof.verify(root, version.members_key, subject) is Membership.ABSENT


def statement_schema() -> JsonObject:
    """JSON Schema of the statement in an envelope, as it is shipped: `forgetting_statement.schema.json`."""
    schema = ForgettingStatement.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": FORGETTING, **schema}
