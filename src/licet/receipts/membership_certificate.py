"""A certificate of who is in an artefact: that a subject is in it, or is not, in a file that anybody can check offline.

Holds the walk through the artefact's prefix tree, the ledger's entry that names the tree's root, and that entry's place
under a signed checkpoint. Who holds it needs the ledger's public key and nothing else. The same facts make the same
record, so what it says in words is checked by saying it again. What no certificate shows, it says itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from licet.ledger import Checkpoint, Entry, EntryKind, InclusionProof, PublicKey, Signer
from licet.receipts.examination import Examination, ReceiptProblem, ReceiptProblemCode
from licet.receipts.receipt_file import read_receipt
from licet.receipts.receipt_proof import PROOF, SIGNATURE, leaf_hash_of, make_proof, sign
from licet.terms import LedgerError
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
class CertificateCheck:
    """What a check found. `ok` exactly when there are no problems.

    checked: what holds, one sentence each. membership: what is proven; None unless it is valid. size: entries under the
    checkpoint; None without one. says: the record's own sentences; empty unless it is valid.
    """

    ok: bool
    checked: tuple[str, ...]
    problems: tuple[ReceiptProblem, ...]
    origin: str
    subject: str | None
    membership: Membership | None
    size: int | None
    says: tuple[str, ...]

    @property
    def proves(self) -> str:
        """What it shows; empty when it is not valid."""
        return "" if self.membership is None else PROVES[self.membership]

    @property
    def does_not_prove(self) -> str:
        """What no certificate shows."""
        return PROVES_NOT

    def as_json(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return {
            "ok": self.ok,
            "checked": list(self.checked),
            "problems": [{"code": str(problem.code), "what": problem.what} for problem in self.problems],
            "ledger": self.origin,
            "size": self.size,
            "subject": self.subject,
            "membership": self.membership,
            "says": list(self.says),
            "proves": self.proves,
            "does_not_prove": self.does_not_prove,
        }


def make_certificate(
    subject: str,
    nonce: bytes,
    tree: MembershipProof,
    entry: Entry,
    inclusion: InclusionProof,
    checkpoint: Checkpoint,
    signer: Signer,
) -> dict[str, Any]:
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
) -> dict[str, Any]:
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

    note_head = NOTE_HEAD

    def run(self, outside: Checkpoint | None) -> CertificateCheck:
        subject, found, signed = None, None, None
        version = self._record.get(CERTIFICATE)
        if type(version) is not int or version != CERTIFICATE_VERSION:
            self._note(ReceiptProblemCode.VERSION_UNKNOWN, "it is of no version that this licet knows")
        self._check_signature()
        proof = self._record.get(PROOF)
        if isinstance(proof, dict):
            if proof.get("public_key") != self._key.text:
                self._note(ReceiptProblemCode.OTHER_KEY, "it names another key than the one given")
            signed = self._read_checkpoint(proof)
            subject, found = self._check_membership(proof, signed)
        else:
            self._note(ReceiptProblemCode.INCOMPLETE, "it has no proof")
        if outside is not None and signed is not None:
            self._hold_against(signed, outside)
        is_ok = not self._problems
        return CertificateCheck(
            is_ok,
            tuple(self._checked),
            tuple(self._problems),
            self._key.name,
            subject,
            found if is_ok else None,
            None if signed is None else signed.size,
            tuple(self._record["licet:says"][:2]) if is_ok else (),
        )

    def _check_membership(
        self, proof: Mapping[str, Any], signed: Checkpoint | None
    ) -> tuple[str | None, Membership | None]:
        try:
            entry = proof["entry"]
            leaf, inclusion = leaf_hash_of(entry), InclusionProof.from_dict(proof["inclusion"])
            index, payload = entry["index"], entry["payload"]
            root = bytes.fromhex(payload["members_root"])
            subject, nonce = self._record["licet:subject"]["id"], self._record["licet:subject"]["nonce"]
            tree = read_proof(self._record["licet:tree"])
            if entry["kind"] != EntryKind.USE_RUN or tree is None or len(bytes.fromhex(nonce)) != 32:
                raise ValueError("no use, no walk or no nonce")
            found = tree.verify(root, subject_key(bytes.fromhex(nonce), subject))
            facts = _facts(subject, bytes.fromhex(nonce), tree, found, index, payload)
        except (LedgerError, LookupError, TypeError, ValueError, AttributeError, OverflowError):
            self._note(
                ReceiptProblemCode.INCOMPLETE, "its proof holds no use and no walk through its members"
            )
            return None, None
        if signed is not None:
            placed = (inclusion.index, inclusion.size) == (index, signed.size)
            if placed and inclusion.verify(leaf, signed.root):
                self._checked.append(f"The use stands among them, as entry {index}.")
            else:
                what = f"entry {index} does not stand where the proof says"
                self._note(ReceiptProblemCode.NOT_IN_LEDGER, what)
        if tree.index.name != SUBJECT_INDEX or found is Membership.UNPROVEN:
            what = "the walk through the members does not lead from this id to the root that the entry names"
            self._note(ReceiptProblemCode.NOT_PROVEN, what)
        elif {name: value for name, value in self._record.items() if name != PROOF} != facts:
            self._note(ReceiptProblemCode.SAYS_OTHERWISE, "the record does not say what its proofs show")
        else:
            self._checked.append(
                f"The walk through the {tree.count} members ends where {subject} is {found}."
            )
        return subject, found
