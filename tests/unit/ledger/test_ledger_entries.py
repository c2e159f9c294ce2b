"""What an entry may say, and the bytes it commits to."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from licet.ledger import EntryKind, Ledger, NewEntry
from licet.ledger.entries import to_microseconds
from licet.terms import LedgerError
from licet.terms.canonical import canonical_json

CHOICE = {"setting": "ai_training", "category": None, "value": "off", "via": "web"}
PACK = {"pack": "acme", "version": "1", "digest": "ab", "file": "acme.yaml"}


def test_commitment_and_leaf_can_be_made_from_the_description_alone(ledger: Ledger) -> None:
    (entry,) = ledger.append([NewEntry(EntryKind.CHOICE, "Zoë 🦊", {**CHOICE, "note": "“ü”", "n": 2**70})])
    assert entry.salt is not None and len(entry.salt) == 16
    said = canonical_json({"payload": entry.payload, "subject": entry.subject})
    assert entry.commitment == hashlib.sha256(entry.salt + said).digest()
    assert entry.leaf == canonical_json(
        {
            "licet_entry": 1,
            "index": 0,
            "recorded_at_us": to_microseconds(entry.recorded_at),
            "kind": "choice",
            "commitment": entry.commitment.hex(),
        }
    )
    assert entry.leaf_hash == hashlib.sha256(b"\x00" + entry.leaf).digest() == ledger.checkpoint().root


def test_same_payload_twice_has_two_commitments(ledger: Ledger) -> None:
    first, second = ledger.append([NewEntry(EntryKind.CHOICE, "ann", CHOICE)] * 2)
    assert first.commitment != second.commitment


def test_entry_reads_back_as_it_was_appended(ledger: Ledger) -> None:
    appended = ledger.append(
        [
            NewEntry(EntryKind.CHOICE, "ann", {**CHOICE, "extra": [1, {"deep": None}]}),
            NewEntry(EntryKind.SIGNAL, "ann", {"signal": "gpc", "value": True}),
            NewEntry(EntryKind.NOTICE_SHOWN, "ann", {"notice": "n1"}),
            NewEntry(EntryKind.PACK_IN_FORCE, None, PACK),
            NewEntry(EntryKind.USE_RUN, None, {"use": "corpus", "in": 3}),
        ]
    )
    assert [ledger.entry(entry.index) for entry in appended] == appended == list(ledger.entries())
    assert not any(entry.erased for entry in appended)


def test_later_change_of_the_callers_payload_changes_no_entry(ledger: Ledger) -> None:
    payload = dict(CHOICE)
    (entry,) = ledger.append([NewEntry(EntryKind.CHOICE, "ann", payload)])
    payload["value"] = "on"
    assert entry == ledger.entry(0)


@pytest.mark.parametrize(
    ("kind", "subject", "payload"),
    [
        ("choice", None, CHOICE),
        ("choice", "", CHOICE),
        ("choice", 7, CHOICE),
        ("choice", "nul\x00", CHOICE),
        ("choice", "half \ud800", CHOICE),
        ("choice", "ann", {**CHOICE, "value": "maybe"}),
        ("choice", "ann", {**CHOICE, "value": True}),
        ("choice", "ann", {**CHOICE, "setting": ""}),
        ("choice", "ann", {**CHOICE, "category": ""}),
        ("choice", "ann", {**CHOICE, "via": 3}),
        ("choice", "ann", {**CHOICE, "weight": 0.5}),
        ("choice", "ann", {**CHOICE, "note": "\ud800"}),
        ("choice", "ann", {**CHOICE, "note": object()}),
        ("choice", "ann", {**CHOICE, 3: 4}),
        ("choice", "ann", "off"),
        ("choice", "ann", {}),
        ("signal", None, {"signal": "gpc", "value": True}),
        ("signal", "ann", {"signal": "gpc", "value": 1}),
        ("signal", "ann", {"value": True}),
        ("pack_in_force", "ann", PACK),
        ("pack_in_force", None, {**PACK, "digest": None}),
        ("erasure", None, {"erased": [0]}),
        ("gossip", None, {}),
    ],
)
def test_unfit_entry_is_refused_and_nothing_of_its_call_is_written(
    ledger: Ledger, kind: Any, subject: Any, payload: Any
) -> None:
    with pytest.raises(LedgerError, match=r"LEDG-013.*entry 1 of this call"):
        ledger.append([NewEntry(EntryKind.CHOICE, "bob", CHOICE), NewEntry(kind, subject, payload)])
    assert ledger.position == 0


def test_category_may_be_left_out(ledger: Ledger) -> None:
    ledger.append([NewEntry(EntryKind.CHOICE, "ann", {"setting": "s", "value": "off"})])
    assert [choice.category for choice in ledger.choices_of("ann")] == [None]


def test_kind_may_be_given_as_its_text(ledger: Ledger) -> None:
    ledger.append([NewEntry("notice_shown", None, {})])  # type: ignore[arg-type]
    assert ledger.entry(0).kind is EntryKind.NOTICE_SHOWN
