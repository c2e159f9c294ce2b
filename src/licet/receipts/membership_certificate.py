"""A certificate of who is in an artefact: that a subject is in it, or is not, in a file that anybody can check offline.

Holds the walk through the artefact's prefix tree, the ledger's entry that names the tree's root, and that entry's place
under a signed checkpoint. Who holds it needs the ledger's public key and nothing else. The same facts make the same
record, so what it says in words is checked by saying it again. What no certificate shows, it says itself.
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
from licet.terms.membership_proof import (
    SUBJECT_INDEX,
    Membership,
    MembershipProof,
    read_proof,
    subject_key,
)

#: What a certificate is known by, and its version.
CERTIFICATE, CERTIFICATE_VERSION = "licet:certificate", 1

#: First line of the note that signs one: no receipt passes for a certificate, nor the other way round.
NOTE_HEAD = "licet certificate v1"

_KEY_STANDS = (
    "It proves that the key of this id and nonce {} under the root that the ledger names for the snapshot."
)
PROVES = {
    Membership.PRESENT: _KEY_STANDS.format("stands"),
    Membership.ABSENT: _KEY_STANDS.format("does not stand"),
}
PROVES_NOT = (
    "It speaks of this id alone. It does not prove that the snapshot is made of nobody's data besides, nor that the "
    "nonce is the one that the salt gives for this id: that shows to who is shown the snapshot and the salt."
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
    nonce: bytes,
    tree: MembershipProof,
    entry: Entry,
    inclusion: InclusionProof,
    checkpoint: Checkpoint,
    signer: Signer,
) -> JsonObject:
    """The certificate, from its parts; pure. entry: tells of the snapshot whose members the walk is through."""
    assert entry.payload is not None
    found = tree.verify(bytes.fromhex(entry.payload["members_root"]), subject_key(nonce, subject))
    record = _facts(subject, nonce, tree, found, entry.index, entry.payload)
    record[PROOF] = make_proof(entry, inclusion, checkpoint, signer.public_key_text)
    return {**record, SIGNATURE: sign(record, signer, NOTE_HEAD)}


def check_certificate(
    certificate: bytes | Mapping[str, Any], public_key_text: str, *, checkpoint: str | None = None
) -> CertificateCheck:
    """Hold a certificate to the key of its ledger. Parameters and errors: as of `receipt_check.check`."""
    key = PublicKey.parse(public_key_text)
    outside = None if checkpoint is None else Checkpoint.read(checkpoint, key)
    return _CertificateCheck(key, read_receipt(certificate)).run(outside)


def _facts(
    subject: str,
    nonce: bytes,
    tree: MembershipProof,
    found: Membership,
    index: int,
    payload: Mapping[str, Any],
) -> JsonObject:
    """All that a certificate says besides its proof of the entry."""
    among = "is among" if found is Membership.PRESENT else "is not among"
    made = (
        f"{subject} {among} the {tree.count} people whose data the {payload['use']} snapshot "
        f"{payload['snapshot'][:12]} is made of, for {payload['purpose']} by {payload['recipient']}, as of "
        f"{payload['at']}."
    )
    noted = f"The ledger tells of it in entry {index}, as of position {payload['position']}."
    return {
        CERTIFICATE: CERTIFICATE_VERSION,
        "licet:says": [made, noted, PROVES.get(found, ""), PROVES_NOT],
        "licet:subject": {"id": subject, "nonce": nonce.hex()},
        "licet:membership": str(found),
        "licet:tree": tree.as_json(),
    }


class _CertificateCheck(Examination):
    """One certificate being checked."""

    note_head, version, entry_is = NOTE_HEAD, (CERTIFICATE, CERTIFICATE_VERSION), "use"
    _subject: str | None = None
    _found: Membership | None = None

    def run(self, outside: Checkpoint | None) -> CertificateCheck:
        found = self._examine(outside)
        return CertificateCheck(*found, self._subject, None if self._problems else self._found)

    def _check_proof(self, proof: Mapping[str, Any], signed: Checkpoint | None) -> None:
        try:
            entry, inclusion = read_proven(proof)
            payload = entry.payload or {}
            subject, nonce = self._record["licet:subject"]["id"], self._record["licet:subject"]["nonce"]
            tree = read_proof(self._record["licet:tree"])
            if entry.kind is not EntryKind.USE_RUN or tree is None or len(bytes.fromhex(nonce)) != 32:
                raise ValueError("no use, no walk or no nonce")
            found = tree.verify(
                bytes.fromhex(payload["members_root"]), subject_key(bytes.fromhex(nonce), subject)
            )
            facts = _facts(subject, bytes.fromhex(nonce), tree, found, entry.index, payload)
        except (LedgerError, LookupError, TypeError, ValueError, AttributeError, OverflowError):
            self._note(
                ReceiptProblemCode.INCOMPLETE, "its proof holds no use and no walk through its members"
            )
            return
        self._subject, self._found = subject, found
        if signed is not None:
            self._check_place(entry, inclusion, signed)
        if tree.index.name != SUBJECT_INDEX or found is Membership.UNPROVEN:
            what = "the walk through the members does not lead from this id to the root that the entry names"
            self._note(ReceiptProblemCode.NOT_PROVEN, what)
        elif {name: value for name, value in self._record.items() if name != PROOF} != facts:
            self._note(ReceiptProblemCode.SAYS_OTHERWISE, "the record does not say what its proofs show")
        else:
            self._checked.append(
                f"The walk through the {tree.count} members ends where {subject} is {found}."
            )

    def _says(self) -> tuple[str, ...]:
        return tuple(self._record["licet:says"][:2])
