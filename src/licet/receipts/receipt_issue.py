"""Issuing a receipt: one entry found, described by the policy it was made under, proven and signed.

Reads the ledger and never writes to it. The same entry under the same checkpoint gives the same bytes. What is handed
out was checked first, as its holder will check it.
"""

from __future__ import annotations

from collections.abc import Callable

from licet.ledger import SAID_BY_MEMBERS, Checkpoint, Entry, EntryKind, InclusionProof, Ledger, Signer
from licet.packs import Pack
from licet.receipts.choice_scope import Scope, scope_of_setting, scope_of_signal
from licet.receipts.consent_record import Issue, make_record
from licet.receipts.receipt_check import check
from licet.receipts.receipt_proof import PROOF, SIGNATURE, make_proof, receipt_id, record_id, sign
from licet.receipts.recorded_acts import Act, read_act
from licet.terms import AppError, LedgerError
from licet.terms.canonical import JsonObject

#: The packs put in force before a position, in order; the last is in force there.
PacksBefore = Callable[[int], list[Pack]]


def issue(
    ledger: Ledger,
    signer: Signer,
    packs_before: PacksBefore,
    index: int,
    subject: str | None,
    size: int | None = None,
) -> JsonObject:
    """The receipt of entry `index`, proven under the checkpoint of `size`, the latest by default.

    subject: the only one whose receipt may be given out; None where the caller may see every entry.
    Raises: AppError APP-080 alike when there is no such entry, it is no choice or signal, it was erased, or it is not
    theirs; LedgerError LEDG-015 for a size that the entry lies beyond, LEDG-017 when the ledger does not fit itself.
    """
    entry = _find(ledger, index, subject)
    checkpoint = ledger.checkpoint(size)
    inclusion = ledger.inclusion_proof(entry.index, checkpoint.size)
    state = _state(entry, ledger)
    receipt = make_receipt(entry, state, packs_before(entry.index), checkpoint, inclusion, signer)
    if not check(receipt, ledger.public_key_text).ok:
        raise LedgerError(
            "LEDG-017",
            f"entry {entry.index} does not fit the ledger's own tree",
            ledger.place,
            "verify the ledger, then restore it from a copy that verifies",
        )
    return receipt


def make_receipt(
    entry: Entry,
    state: str | None,
    packs: list[Pack],
    checkpoint: Checkpoint,
    inclusion: InclusionProof,
    signer: Signer,
) -> JsonObject:
    """The receipt of an entry, from its parts; pure.

    state: where the choice put the member: given, given_again, refused or withdrawn; None for a signal.
    packs: those put in force before the entry, in order.
    """
    act = read_act(entry, state)
    in_force = _pack_of(entry, packs)
    ids = (
        record_id(signer.name, entry.index),
        receipt_id(signer.name, entry.index, checkpoint.size),
    )
    record = make_record(Issue(act, _scope(act, in_force, packs), in_force, *ids))
    record[PROOF] = make_proof(entry, inclusion, checkpoint, signer.public_key_text)
    return {**record, SIGNATURE: sign(record, signer)}


def _find(ledger: Ledger, index: int, subject: str | None) -> Entry:
    # One and the same answer, whatever the reason: who asks about another's entry learns nothing.
    if type(index) is int and 0 <= index < ledger.position:
        entry = ledger.entry(index)
        told = entry.kind in SAID_BY_MEMBERS and not entry.erased
        if told and (subject is None or entry.subject == subject):
            return entry
    raise AppError(
        "APP-080", "there is no receipt of this entry", fix="name the entry of a choice of your own"
    )


def _state(entry: Entry, ledger: Ledger) -> str | None:
    if entry.kind != EntryKind.CHOICE or entry.subject is None:
        return None
    stood = ledger.choices_of(entry.subject, entry.index + 1)
    return next((str(one.state) for one in stood if one.entry == entry.index), None)


def _pack_of(entry: Entry, packs: list[Pack]) -> Pack:
    """The pack the member chose under: the one the entry names, else the one in force."""
    named = (entry.payload or {}).get("pack")
    found = next((pack for pack in reversed(packs) if named in (None, pack.digest)), None)
    if found is None:
        raise AppError(
            "APP-083",
            "the entry was made under a policy that was never in force here",
            f"entry {entry.index}",
            "put a policy in force before choices are recorded",
        )
    return found


def _scope(act: Act, in_force: Pack, packs: list[Pack]) -> Scope:
    """What the act reaches, in the words of its pack, or of the last one before it that had the setting."""
    if act.kind == EntryKind.SIGNAL:
        return scope_of_signal(in_force, act.name)
    for pack in (in_force, *reversed(packs)):
        found = scope_of_setting(pack, act.name, act.category)
        if found is not None:
            return found
    return Scope(in_force, act.name, act.name, None, (), ())
