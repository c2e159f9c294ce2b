"""A certificate of who is in an artefact: that a subject is in it, or is not, in a file that anybody can check offline.

Holds the proof of the subject's key and its walk through the artefact's prefix tree, the ledger's entry that names the
tree's root and the public key of its index, and that entry's place under a signed checkpoint. Who holds it needs the
ledger's public key and nothing else. The same facts make the same record, so what it says in words is checked by saying
it again. What no certificate shows, it says itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from licet.ledger import Checkpoint, Entry, EntryKind, InclusionProof, PublicKey, Signer
from licet.receipts.examination import Examination, ReceiptProblemCode, RecordCheck
from licet.receipts.receipt_file import read_receipt
from licet.receipts.receipt_proof import PROOF, SIGNATURE, make_proof, read_proven, sign
from licet.terms import LedgerError
from licet.terms.canonical import JsonObject
from licet.terms.membership_proof import Membership, read_proof
from licet.terms.subject_proof import SubjectProof, read_output_proof

#: What a certificate is known by, and its version.
CERTIFICATE, CERTIFICATE_VERSION = "licet:certificate", 2

#: First line of the note that signs one: no receipt passes for a certificate, nor the other way round.
NOTE_HEAD = "licet certificate v1"

_KEY_STANDS = (
    "It proves that the key of this id {} under the root that the ledger names for the snapshot, and that the id has "
    "no other key there."
)
PROVES = {
    Membership.PRESENT: _KEY_STANDS.format("stands"),
    Membership.ABSENT: _KEY_STANDS.format("does not stand"),
}
PROVES_NOT = (
    "It speaks of this id alone. It does not prove that nothing else was made of somebody's data, in this snapshot or "
    "beside it. That somebody is absent shows the key of one other member, which tells nobody whose it is."
)


@dataclass(frozen=True, slots=True)
class CertificateCheck(RecordCheck):
    """What a check found. membership: what is proven; None unless it is valid."""

    subject: str | None
    membership: Membership | None
    does_not_prove: ClassVar[str] = PROVES_NOT

    @property
    def proves(self) -> str:
        return "" if self.membership is None else PROVES[self.membership]

    def _about(self) -> JsonObject:
        return {"subject": self.subject, "membership": self.membership}


def make_certificate(
    subject: str,
    proof: SubjectProof,
    entry: Entry,
    inclusion: InclusionProof,
    checkpoint: Checkpoint,
    signer: Signer,
) -> JsonObject:
    """The certificate, from its parts; pure. entry: tells of the snapshot whose members the walk is through."""
    assert entry.payload is not None
    found = _verified(proof, entry.payload, subject)
    record = _facts(subject, proof, found, entry.index, entry.payload)
    record[PROOF] = make_proof(entry, inclusion, checkpoint, signer.public_key_text)
    return {**record, SIGNATURE: sign(record, signer, NOTE_HEAD)}


def check_certificate(
    certificate: bytes | Mapping[str, Any], public_key_text: str, *, checkpoint: str | None = None
) -> CertificateCheck:
    """Hold a certificate to the key of its ledger. Parameters and errors: as of `receipt_check.check`."""
    key = PublicKey.parse(public_key_text)
    outside = None if checkpoint is None else Checkpoint.read(checkpoint, key)
    return _CertificateCheck(key, read_receipt(certificate)).run(outside)


def _verified(proof: SubjectProof, payload: Mapping[str, Any], subject: str) -> Membership:
    """Against what a use's entry pins: the root, and the public key of the index."""
    return proof.verify(bytes.fromhex(payload["members_root"]), payload["members_key"], subject)


def _facts(
    subject: str,
    proof: SubjectProof,
    found: Membership,
    index: int,
    payload: Mapping[str, Any],
) -> JsonObject:
    """All that a certificate says besides its proof of the entry."""
    among = "is among" if found is Membership.PRESENT else "is not among"
    made = (
        f"{subject} {among} the {proof.walk.count} people whose data the {payload['use']} snapshot "
        f"{payload['snapshot'][:12]} is made of, for {payload['purpose']} by {payload['recipient']}, as of "
        f"{payload['at']}."
    )
    noted = f"The ledger tells of it in entry {index}, as of position {payload['position']}."
    return {
        CERTIFICATE: CERTIFICATE_VERSION,
        "licet:says": [made, noted, PROVES.get(found, ""), PROVES_NOT],
        "licet:subject": {"id": subject, "proof": proof.output_text()},
        "licet:membership": str(found),
        "licet:tree": proof.walk.as_json(),
    }


def read_subject_proof(record: Mapping[str, Any]) -> SubjectProof | None:
    """The proof in a record's `licet:subject` and `licet:tree`, or None. Raises: LookupError, TypeError."""
    output, walk = read_output_proof(record["licet:subject"]["proof"]), read_proof(record["licet:tree"])
    return None if output is None or walk is None else SubjectProof(output, walk)


class _CertificateCheck(Examination):
    """One certificate being checked."""

    note_head, version, entry_is = NOTE_HEAD, (CERTIFICATE, CERTIFICATE_VERSION), "use"
    _subject: str | None = None
    _found: Membership | None = None

    def run(self, outside: Checkpoint | None) -> CertificateCheck:
        if self._record.get(CERTIFICATE) == 1:
            what = (
                "it is of version 1, in which the platform could choose the subject's key: ask for a new one"
            )
            self._note(ReceiptProblemCode.VERSION_UNKNOWN, what)
        found = self._examine(outside)
        return CertificateCheck(*found, self._subject, None if self._problems else self._found)

    def _check_proof(self, proof: Mapping[str, Any], signed: Checkpoint | None) -> None:
        try:
            entry, inclusion = read_proven(proof)
            payload = entry.payload or {}
            subject = self._record["licet:subject"]["id"]
            proven = read_subject_proof(self._record)
            if entry.kind is not EntryKind.USE_RUN or proven is None or not isinstance(subject, str):
                raise ValueError("no use, no walk or no proof of a key")
            found = _verified(proven, payload, subject)
            facts = _facts(subject, proven, found, entry.index, payload)
        except (LedgerError, LookupError, TypeError, ValueError, AttributeError, OverflowError):
            self._note(
                ReceiptProblemCode.INCOMPLETE, "its proof holds no use and no walk through its members"
            )
            return
        self._subject, self._found = subject, found
        if signed is not None:
            self._check_place(entry, inclusion, signed)
        if found is Membership.UNPROVEN:
            what = "the walk through the members does not lead from this id to the root and key that the entry names"
            self._note(ReceiptProblemCode.NOT_PROVEN, what)
        elif {name: value for name, value in self._record.items() if name != PROOF} != facts:
            self._note(ReceiptProblemCode.SAYS_OTHERWISE, "the record does not say what its proofs show")
        else:
            self._checked.append(
                f"The walk through the {proven.walk.count} members ends where {subject} is {found}."
            )

    def _says(self) -> tuple[str, ...]:
        return tuple(self._record["licet:says"][:2])
