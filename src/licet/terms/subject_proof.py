"""A proof that somebody is in a set or not, by their id: the walk of their key, and that it is their key.

The key is made of what a verifiable random function (`ecvrf`) gives for the id, under a public key that the root
commits to and the ledger names. So nobody chooses where in the tree somebody stands, not even who builds it: one id has
one key under one root. Shown besides, where somebody is absent: the key that stands nearest, which tells nobody whose
it is but who is shown that person's own proof.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass

from licet.terms.ecvrf import PROOF_BYTES, EcvrfKey, verify
from licet.terms.membership_proof import SUBJECT_INDEX, KeyIndex, Membership, MembershipProof, subject_key


@dataclass(frozen=True, slots=True)
class SubjectProof:
    """output_proof: that the key is the subject's, 80 bytes. walk: where the key stands, or does not."""

    output_proof: bytes
    walk: MembershipProof

    def verify(self, root: bytes, public_key: str, subject: str) -> Membership:
        """What it shows of a subject under a root. public_key: the pinned one, 64 hex digits. Never an error."""
        if self.walk.index != (SUBJECT_INDEX, public_key):
            return Membership.UNPROVEN
        key = self.key_of(subject)
        return Membership.UNPROVEN if key is None else self.walk.verify(root, key)

    def key_of(self, subject: str) -> bytes | None:
        """The subject's key under the index that the walk names; None where it is not proven to be theirs."""
        try:
            public = bytes.fromhex(self.walk.index.key)
            output = verify(public, subject.encode(), self.output_proof)
        except (ValueError, AttributeError):  # no hex, no text, or text that no id is
            return None
        return None if output is None else subject_key(output)

    def output_text(self) -> str:
        """The proof of the output as base64."""
        return b64encode(self.output_proof).decode()


def read_output_proof(text: object) -> bytes | None:
    """What `output_text` wrote; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if len(data) == PROOF_BYTES and b64encode(data).decode() == text else None


def index_under(key: EcvrfKey) -> KeyIndex:
    """The index whose keys a secret key makes."""
    return KeyIndex(SUBJECT_INDEX, key.public.hex())


def key_under(key: EcvrfKey, subject: str) -> bytes:
    """The key of a subject in trees of `index_under`."""
    return subject_key(key.output(subject.encode()))
