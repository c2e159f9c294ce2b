"""Checking a receipt with nothing but the ledger's public key: no workspace, no network, no clock.

Believes nothing the receipt says about itself. Shows that the choice stands in the ledger at its position and that the
record says what the entry says; whether the platform did as the choice asks, no receipt can show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from licet.ledger import Checkpoint, EntryKind, PublicKey
from licet.receipts.examination import Examination, ReceiptProblemCode, RecordCheck
from licet.receipts.forgetting_certificate import (
    ForgettingCheck,
    check_forgetting_certificate,
    is_envelope,
)
from licet.receipts.membership_certificate import CERTIFICATE, CertificateCheck, check_certificate
from licet.receipts.membership_proof_file import PROOF_FILE, ProofFileCheck, check_proof_file
from licet.receipts.receipt_context import RECEIPT_VERSION
from licet.receipts.receipt_file import read_file, read_key, read_receipt, read_text
from licet.receipts.receipt_proof import NOTE_HEAD, read_proven, receipt_id, record_id
from licet.receipts.receipt_sentences import PROVES, PROVES_NOT
from licet.receipts.recorded_acts import STATES, Act, read_act
from licet.terms import AppError, LedgerError
from licet.terms.canonical import JsonObject


@dataclass(frozen=True, slots=True)
class ReceiptCheck(RecordCheck):
    """What a check found. act: what the entry records; None when it has no readable entry."""

    act: Act | None
    does_not_prove: ClassVar[str] = PROVES_NOT

    @property
    def proves(self) -> str:
        return PROVES if self.ok else ""

    def _about(self) -> JsonObject:
        return {"choice": None if self.act is None else self.act.as_json()}


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


def check_file(
    file: Path, key: str, checkpoint: Path | None = None
) -> ReceiptCheck | CertificateCheck | ProofFileCheck | ForgettingCheck:
    """`check` for files, or what checks one of the other kinds where the file is of those.

    key: a public key's text, or a file that holds it.
    Raises: as they do; AppError APP-082; APP-270 for a checkpoint to hold a proof to, which is proven under none.
    """
    outside = None if checkpoint is None else read_text(checkpoint)
    data = read_file(file)
    record = read_receipt(data)
    if is_envelope(record):
        return check_forgetting_certificate(data, read_key(key), checkpoint=outside)
    if PROOF_FILE in record:
        if outside is not None:
            raise AppError(
                "APP-270",
                "a proof of membership stands under no checkpoint",
                str(file),
                "hold the certificate to it: licet contains ID --certificate FILE",
            )
        return check_proof_file(record, read_key(key))
    checked_by = check_certificate if CERTIFICATE in record else check
    return checked_by(record, read_key(key), checkpoint=outside)


class _Check(Examination):
    """One receipt being checked."""

    note_head, version, entry_is = NOTE_HEAD, ("licet:receipt", RECEIPT_VERSION), "choice"
    _act: Act | None = None

    def run(self, outside: Checkpoint | None) -> ReceiptCheck:
        found = self._examine(outside)
        return ReceiptCheck(*found, self._act)

    def _check_proof(self, proof: Mapping[str, Any], signed: Checkpoint | None) -> None:
        try:
            entry, inclusion = read_proven(proof)
            act = self._act = read_act(entry, self._record["licet:choice"]["state"])
        except (LedgerError, LookupError, TypeError, ValueError, OverflowError):
            self._note(ReceiptProblemCode.INCOMPLETE, "its proof holds no choice and no signal")
            return
        if signed is not None:
            self._check_place(entry, inclusion, signed)
            self._check_record(act, signed.size, entry.payload or {})

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
