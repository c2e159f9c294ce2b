"""A proof of who is in an artefact, small enough to be handed about: at most 2 KB of a million people.

What a certificate holds of the subject and of the tree, and the number of the ledger's entry in place of the entry and
its proofs, signed by the ledger's key. Who holds it needs that public key, and has in it the platform's word for the
root; the ledger's entry, or a certificate, shows that the ledger names the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from licet.ledger import Checkpoint, Entry, PublicKey, Signer
from licet.receipts.examination import Examination, ReceiptProblemCode, RecordCheck
from licet.receipts.membership_certificate import PROVES_NOT, read_subject_proof
from licet.receipts.receipt_file import read_receipt
from licet.receipts.receipt_proof import SIGNATURE, sign
from licet.terms.canonical import JsonObject, canonical_json
from licet.terms.membership_proof import SUBJECT_INDEX, Membership
from licet.terms.subject_proof import SubjectProof

#: What a proof is known by, and its version.
PROOF_FILE, PROOF_FILE_VERSION = "licet:membership_proof", 1

#: First line of the note that signs one: neither receipts nor certificates pass for it.
NOTE_HEAD = "licet membership proof v1"


class ShownMembership(NamedTuple):
    """What a proof shows of somebody.

    root, key: what the ledger's entry of this number must name as `members_root` and `members_key`.
    """

    subject: str
    membership: Membership
    use: str
    snapshot: str
    entry: int
    root: str
    key: str


@dataclass(frozen=True, slots=True)
class ProofFileCheck(RecordCheck):
    """What a check found. shown: None unless the proof is valid."""

    shown: ShownMembership | None
    does_not_prove: ClassVar[str] = (
        "It does not prove that the ledger names this root and this key for the snapshot: its entry shows that, or a "
        f"certificate. {PROVES_NOT}"
    )

    @property
    def proves(self) -> str:
        if self.shown is None:
            return ""
        stands = "stands" if self.shown.membership is Membership.PRESENT else "does not stand"
        return (
            f"It proves that the key of this id {stands} under the root that the platform signed for the snapshot, and "
            "that the id has no other key there."
        )

    def _about(self) -> JsonObject:
        return dict.fromkeys(ShownMembership._fields) if self.shown is None else self.shown._asdict()


def make_proof_file(subject: str, proof: SubjectProof, entry: Entry, signer: Signer) -> JsonObject:
    """The proof, from its parts; pure. entry: tells of the snapshot whose members the walk is through."""
    assert entry.payload is not None
    payload = entry.payload
    found = proof.verify(bytes.fromhex(payload["members_root"]), payload["members_key"], subject)
    record = _facts(subject, proof, found, payload["use"], payload["snapshot"], entry.index)
    return {**record, SIGNATURE: sign(record, signer, NOTE_HEAD)}


def proof_file_bytes(proof: Mapping[str, Any]) -> bytes:
    """The proof as a file: canonical JSON, the same bytes for the same proof."""
    return canonical_json(dict(proof)) + b"\n"


def check_proof_file(proof: bytes | Mapping[str, Any], public_key_text: str) -> ProofFileCheck:
    """Hold a proof to the key of its ledger. Raises: as `receipt_check.check`."""
    return _ProofFileCheck(PublicKey.parse(public_key_text), read_receipt(proof)).run()


def _facts(
    subject: str, proof: SubjectProof, found: Membership, use: str, snapshot: str, entry: int
) -> JsonObject:
    """All that a proof says."""
    return {
        PROOF_FILE: PROOF_FILE_VERSION,
        "licet:subject": {"id": subject, "proof": proof.output_text()},
        "licet:membership": str(found),
        "licet:snapshot": {"use": use, "id": snapshot, "entry": entry},
        "licet:tree": proof.walk.as_json(),
    }


class _ProofFileCheck(Examination):
    """One proof being checked."""

    note_head, version, entry_is = NOTE_HEAD, (PROOF_FILE, PROOF_FILE_VERSION), "use"
    _shown: ShownMembership | None = None
    _count = 0

    def run(self) -> ProofFileCheck:
        self._check_version()
        self._check_signature()
        self._check_proof({}, None)
        shown, says = (None, ()) if self._problems else (self._shown, self._says())
        return ProofFileCheck(tuple(self._checked), tuple(self._problems), self._key.name, None, says, shown)

    def _check_proof(self, proof: Mapping[str, Any], signed: Checkpoint | None) -> None:
        record = self._record
        try:
            subject, snapshot = record["licet:subject"]["id"], record["licet:snapshot"]
            use, id_, entry = snapshot["use"], snapshot["id"], snapshot["entry"]
            proven, texts = read_subject_proof(record), (subject, use, id_)
            if proven is None or type(entry) is not int or not all(type(text) is str for text in texts):
                raise ValueError("no walk, no snapshot or no proof of a key")
        except (LookupError, TypeError, ValueError):
            self._note(ReceiptProblemCode.INCOMPLETE, "it holds no walk through a snapshot's members")
            return
        walk = proven.walk
        key = proven.key_of(subject)
        root = None if key is None else walk.root_of(key)
        if key is None or root is None or walk.index.name != SUBJECT_INDEX:
            self._note(ReceiptProblemCode.NOT_PROVEN, "the walk through the members is not that of this id")
            return
        found = walk.verify(root, key)
        if record != _facts(subject, proven, found, use, id_, entry):
            self._note(ReceiptProblemCode.SAYS_OTHERWISE, "the record does not say what its walk shows")
            return
        public = walk.index.key
        self._shown = ShownMembership(subject, found, use, id_, entry, root.hex(), public)
        self._count = walk.count
        self._checked.append(
            f"The walk through the {walk.count} members ends where {subject} is {found}, under root {root.hex()} and "
            f"key {public}."
        )

    def _says(self) -> tuple[str, ...]:
        shown = self._shown
        assert shown is not None
        among = "is among" if shown.membership is Membership.PRESENT else "is not among"
        return (
            f"{shown.subject} {among} the {self._count} people whose data the {shown.use} snapshot "
            f"{shown.snapshot[:12]} is made of.",
            f"The ledger tells of it in entry {shown.entry}.",
        )
