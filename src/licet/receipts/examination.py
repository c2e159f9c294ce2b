"""What is the same in checking any signed record: who signed it, which state of the ledger it is proven under, and
whether its entry stands there; and what such a check found.

Notes what holds and what does not, and goes on: a reader is told everything that is wrong with what they hold.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from licet.ledger import Checkpoint, Entry, InclusionProof, PublicKey
from licet.receipts.receipt_proof import PROOF, SIGNATURE, is_signed
from licet.terms import LedgerError
from licet.terms.canonical import JsonObject


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


@dataclass(frozen=True, slots=True)
class RecordCheck(ABC):
    """What a check found.

    checked: what holds, one sentence each. origin: the ledger's name. size: entries under the checkpoint; None without.
    says:    the record's own sentences, which the platform signed; empty unless it is valid.
    """

    checked: tuple[str, ...]
    problems: tuple[ReceiptProblem, ...]
    origin: str
    size: int | None
    says: tuple[str, ...]

    #: What no such record shows.
    does_not_prove: ClassVar[str]

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    @abstractmethod
    def proves(self) -> str:
        """What it shows; empty when it is not valid."""

    @abstractmethod
    def _about(self) -> JsonObject:
        """What the record is of, as plain values."""

    def as_json(self) -> JsonObject:
        """Plain values for `--json`."""
        return {
            "ok": self.ok,
            "checked": list(self.checked),
            "problems": [{"code": str(problem.code), "what": problem.what} for problem in self.problems],
            "ledger": self.origin,
            "size": self.size,
            **self._about(),
            "says": list(self.says),
            "proves": self.proves,
            "does_not_prove": self.does_not_prove,
        }


class Examination(ABC):
    """One record being checked against the key that should have signed it.

    note_head: what its signed note begins with. version: the field that says its version, and the one known here.
    entry_is: what its entry records.
    """

    note_head: ClassVar[str]
    version: ClassVar[tuple[str, int]]
    entry_is: ClassVar[str]

    def __init__(self, key: PublicKey, signed_record: JsonObject) -> None:
        self._key, self._signature = key, signed_record.get(SIGNATURE)
        self._record = {name: value for name, value in signed_record.items() if name != SIGNATURE}
        self._checked: list[str] = []
        self._problems: list[ReceiptProblem] = []

    def _examine(
        self, outside: Checkpoint | None
    ) -> tuple[tuple[str, ...], tuple[ReceiptProblem, ...], str, int | None, tuple[str, ...]]:
        """Check everything; return what any `RecordCheck` begins with."""
        proof, signed = self._record.get(PROOF), None
        self._check_version()
        self._check_signature()
        if isinstance(proof, dict):
            if proof.get("public_key") != self._key.text:
                self._note(ReceiptProblemCode.OTHER_KEY, "it names another key than the one given")
            signed = self._read_checkpoint(proof)
            self._check_proof(proof, signed)
        else:
            self._note(ReceiptProblemCode.INCOMPLETE, "it has no proof")
        if outside is not None and signed is not None:
            self._hold_against(signed, outside)
        size, says = None if signed is None else signed.size, () if self._problems else self._says()
        return tuple(self._checked), tuple(self._problems), self._key.name, size, says

    @abstractmethod
    def _check_proof(self, proof: Mapping[str, Any], signed: Checkpoint | None) -> None:
        """Hold the record to its entry, and the entry to the checkpoint where there is one."""

    @abstractmethod
    def _says(self) -> tuple[str, ...]:
        """The sentences of a valid record, without those about such records as such."""

    def _check_place(self, entry: Entry, inclusion: InclusionProof, signed: Checkpoint) -> None:
        placed = (inclusion.index, inclusion.size) == (entry.index, signed.size)
        if placed and inclusion.verify(entry.leaf_hash, signed.root):
            self._checked.append(f"The {self.entry_is} stands among them, as entry {entry.index}.")
        else:
            what = f"entry {entry.index} does not stand where the proof says"
            self._note(ReceiptProblemCode.NOT_IN_LEDGER, what)

    def _check_version(self) -> None:
        field, known = self.version
        version = self._record.get(field)
        if type(version) is not int or version != known:
            self._note(ReceiptProblemCode.VERSION_UNKNOWN, "it is of no version that this licet knows")

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
