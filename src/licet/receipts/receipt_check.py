"""Checking a receipt with nothing but the ledger's public key: no workspace, no network, no clock.

Believes nothing the receipt says about itself. Shows that the choice stands in the ledger at its position and that the
record says what the entry says; whether the platform did as the choice asks, no receipt can show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from licet.ledger import Checkpoint, EntryKind, InclusionProof, PublicKey
from licet.ledger.entries import from_microseconds
from licet.receipts.examination import Examination, ReceiptProblem, ReceiptProblemCode
from licet.receipts.membership_certificate import CERTIFICATE, CertificateCheck, check_certificate
from licet.receipts.receipt_context import RECEIPT_VERSION
from licet.receipts.receipt_file import read_file, read_key, read_receipt, read_text
from licet.receipts.receipt_proof import PROOF, leaf_hash_of, receipt_id, record_id
from licet.receipts.receipt_sentences import PROVES, PROVES_NOT
from licet.receipts.recorded_acts import STATES, Act, read_act
from licet.terms import LedgerError
from licet.terms.moments import format_moment


@dataclass(frozen=True, slots=True)
class ReceiptCheck:
    """What a check found. `ok` exactly when there are no problems.

    checked: what holds, one sentence each. act: what the entry records; None when it has no readable entry.
    size:    entries under the checkpoint; None without a checkpoint.
    says:    the record's own sentences, which the platform signed; empty unless it is valid.
    """

    ok: bool
    checked: tuple[str, ...]
    problems: tuple[ReceiptProblem, ...]
    origin: str
    act: Act | None
    size: int | None
    says: tuple[str, ...]

    @property
    def proves(self) -> str:
        """What the receipt shows; empty when it is not valid."""
        return PROVES if self.ok else ""

    @property
    def does_not_prove(self) -> str:
        """What no receipt shows."""
        return PROVES_NOT

    def as_json(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return {
            "ok": self.ok,
            "checked": list(self.checked),
            "problems": [{"code": str(one.code), "what": one.what} for one in self.problems],
            "ledger": self.origin,
            "size": self.size,
            "choice": None if self.act is None else self.act.as_json(),
            "says": list(self.says),
            "proves": self.proves,
            "does_not_prove": self.does_not_prove,
        }


def check(
    receipt: bytes | Mapping[str, Any], public_key_text: str, *, checkpoint: str | None = None
) -> ReceiptCheck:
    """Hold a receipt to the key of its ledger.

    public_key_text: the key the caller trusts, had in a way the ledger's keeper does not control.
    checkpoint: one kept elsewhere, of the size the receipt is proven under; it shows a ledger that was rewritten.
    Raises: AppError APP-081 for what is no receipt at all, LedgerError LEDG-005 for a malformed key, LEDG-016 for a
    checkpoint that the key did not sign.
    """
    key = PublicKey.parse(public_key_text)
    outside = None if checkpoint is None else Checkpoint.read(checkpoint, key)
    return _Check(key, read_receipt(receipt)).run(outside)


def check_file(file: Path, key: str, checkpoint: Path | None = None) -> ReceiptCheck | CertificateCheck:
    """`check` for files, or `check_certificate` where the file is one of those.

    key: a public key's text, or a file that holds it. Raises: as they do; AppError APP-082.
    """
    outside = None if checkpoint is None else read_text(checkpoint)
    record = read_receipt(read_file(file))
    checked_by = check_certificate if CERTIFICATE in record else check
    return checked_by(record, read_key(key), checkpoint=outside)


class _Check(Examination):
    """One receipt being checked."""

    def run(self, outside: Checkpoint | None) -> ReceiptCheck:
        act, signed = None, None
        version = self._record.get("licet:receipt")
        if type(version) is not int or version != RECEIPT_VERSION:
            self._note(ReceiptProblemCode.VERSION_UNKNOWN, "it is of no version that this licet knows")
        self._check_signature()
        proof = self._record.get(PROOF)
        if isinstance(proof, dict):
            if proof.get("public_key") != self._key.text:
                self._note(ReceiptProblemCode.OTHER_KEY, "it names another key than the one given")
            signed = self._read_checkpoint(proof)
            act = self._check_entry(proof, signed)
        else:
            self._note(ReceiptProblemCode.INCOMPLETE, "it has no proof")
        if outside is not None and signed is not None:
            self._hold_against(signed, outside)
        size = None if signed is None else signed.size
        return ReceiptCheck(
            not self._problems, tuple(self._checked), tuple(self._problems), self._key.name, act, size,
            () if self._problems else self._says(),
        )  # fmt: skip

    def _check_entry(self, proof: Mapping[str, Any], signed: Checkpoint | None) -> Act | None:
        try:
            entry = proof["entry"]
            leaf = leaf_hash_of(entry)
            inclusion = InclusionProof.from_dict(proof["inclusion"])
            at = format_moment(from_microseconds(entry["recorded_at_us"]))
            state = self._record["licet:choice"]["state"]
            act = read_act(entry["index"], entry["kind"], entry["subject"], entry["payload"], at, state)
        except (LedgerError, LookupError, TypeError, ValueError, AttributeError, OverflowError):
            self._note(ReceiptProblemCode.INCOMPLETE, "its proof holds no choice and no signal")
            return None
        if signed is not None:
            placed = (inclusion.index, inclusion.size) == (act.entry, signed.size)
            if placed and inclusion.verify(leaf, signed.root):
                self._checked.append(f"The choice stands among them, as entry {act.entry}.")
            else:
                self._note(
                    ReceiptProblemCode.NOT_IN_LEDGER, f"entry {act.entry} does not stand where the proof says"
                )
            self._check_record(act, signed.size, entry["payload"])
        return act

    def _check_record(self, act: Act, size: int, payload: Mapping[str, Any]) -> None:
        """What the record says in words must be what the entry committed to."""
        record = self._record
        try:
            wanted: list[tuple[object, object]] = [
                (record["licet:choice"], act.as_json()),
                (record["dct:created"], act.at),
                (record["dpv:hasDataSubject"]["dpv:hasIdentifier"], act.subject),
                (record["dpv:hasIdentifier"], record_id(self._key.name, act.entry)),
                (record["dct:identifier"], receipt_id(self._key.name, act.entry, size)),
                (record["licet:setting"]["dct:identifier"], act.name),
            ]
            if "pack" in payload:
                wanted.append((record["licet:policy"]["licet:digest"], f"sha256:{payload['pack']}"))
        except (LookupError, TypeError):
            self._note(ReceiptProblemCode.INCOMPLETE, "the record lacks what its entry says")
            return
        allowed = STATES[EntryKind(act.kind), act.value]
        if any(said != meant for said, meant in wanted) or act.state not in allowed:
            self._note(ReceiptProblemCode.SAYS_OTHERWISE, "the record does not say what its entry says")
        else:
            self._checked.append("What the record says of it is what that entry says.")

    def _says(self) -> tuple[str, ...]:
        """The sentences of the record, without those about receipts as such."""
        said = self._record.get("licet:says")
        lines = said if isinstance(said, list) else []
        return tuple(line for line in lines if isinstance(line, str) and line not in (PROVES, PROVES_NOT))
