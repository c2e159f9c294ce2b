"""What is the same in checking any signed record: who signed it, and which state of the ledger it is proven under.

Notes what holds and what does not, and goes on: a reader is told everything that is wrong with what they hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from licet.ledger import Checkpoint, PublicKey
from licet.receipts.receipt_proof import NOTE_HEAD, SIGNATURE, is_signed
from licet.terms import LedgerError


class ReceiptProblemCode(StrEnum):
    """Why a receipt is not valid."""

    INCOMPLETE = "incomplete"  # a part is missing or has another form
    VERSION_UNKNOWN = "version_unknown"  # a later licet issued it
    OTHER_KEY = "other_key"  # it names another key than the one it is held to
    NOT_SIGNED = "not_signed"  # the key did not sign the record as it stands
    CHECKPOINT_NOT_SIGNED = "checkpoint_not_signed"  # the key did not sign the checkpoint in it
    NOT_IN_LEDGER = "not_in_ledger"  # the entry does not stand where the proof says
    SAYS_OTHERWISE = "says_otherwise"  # the record does not say what the entry says
    FORKED = "forked"  # the checkpoint it is held to signs other entries
    NOT_PROVEN = "not_proven"  # the walk through an artefact's members shows nothing of this id
    OTHER_SIZE = "other_size"  # it is proven under a checkpoint of another size


@dataclass(frozen=True, slots=True)
class ReceiptProblem:
    """One thing that does not hold."""

    code: ReceiptProblemCode
    what: str


class Examination:
    """One record being checked against the key that should have signed it.

    note_head: what its signed note begins with.
    """

    note_head: ClassVar[str] = NOTE_HEAD

    def __init__(self, key: PublicKey, signed_record: dict[str, Any]) -> None:
        self._key, self._signature = key, signed_record.get(SIGNATURE)
        self._record = {name: value for name, value in signed_record.items() if name != SIGNATURE}
        self._checked: list[str] = []
        self._problems: list[ReceiptProblem] = []

    def _check_signature(self) -> None:
        try:
            good = is_signed(self._record, self._signature, self._key, self.note_head)
        except LedgerError:
            good = False
        if good:
            self._checked.append(f"Every word of it is signed by the ledger {self._key.name}.")
        else:
            what = "the given key did not sign the record as it stands"
            self._note(ReceiptProblemCode.NOT_SIGNED, what)

    def _read_checkpoint(self, proof: Mapping[str, Any]) -> Checkpoint | None:
        text = proof.get("checkpoint")
        try:
            found = Checkpoint.read(text if isinstance(text, str) else "", self._key)
        except LedgerError:
            self._note(ReceiptProblemCode.CHECKPOINT_NOT_SIGNED, "the given key did not sign its checkpoint")
            return None
        self._checked.append(f"The ledger signed that it has {found.size} entries.")
        return found

    def _hold_against(self, signed: Checkpoint, outside: Checkpoint) -> None:
        if outside.size != signed.size:
            what = f"it is proven under {signed.size} entries, and the checkpoint given signs {outside.size}"
            self._note(ReceiptProblemCode.OTHER_SIZE, what)
        elif outside.root != signed.root:
            self._note(ReceiptProblemCode.FORKED, "the checkpoint given signs other entries than this one")
        else:
            self._checked.append("The checkpoint you gave signs the same entries.")

    def _note(self, code: ReceiptProblemCode, what: str) -> None:
        self._problems.append(ReceiptProblem(code, what))
