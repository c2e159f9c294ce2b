"""Whole receipts, byte for byte: the format does not drift unseen. LICET_GOLDEN=write writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from journeys.receipts import SIGNER, choice, entry_of, receipt_of
from licet.app.receipts import check, to_bytes
from licet.ledger import Entry, EntryKind

HERE = Path(__file__).parent

CASES: dict[str, tuple[Entry, str | None]] = {
    "objection": (choice(3, "ann", "ai", "off"), "withdrawn"),
    "objection_to_one_kind": (choice(3, "ann", "ai", "off", "content.posts"), "refused"),
    "consent_given": (choice(3, "ann", "surveys", "on"), "given"),
    "consent_refused": (choice(3, "ann", "surveys", "off"), "refused"),
    "consent_withdrawn": (choice(3, "ann", "surveys", "off"), "withdrawn"),
    "opt_out_without_a_basis": (choice(3, "ann", "sharing", "off"), "refused"),
    "opt_in_without_a_basis": (choice(3, "ann", "sharing", "on"), "given"),
    "consent_and_objection": (choice(3, "ann", "all", "off"), "withdrawn"),
    "signal": (
        entry_of(3, EntryKind.SIGNAL, "ann", {"signal": "gpc", "value": True, "via": "header"}),
        None,
    ),
    "signal_gone": (
        entry_of(3, EntryKind.SIGNAL, "ann", {"signal": "gpc", "value": False, "via": "header"}),
        None,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_receipt_is_the_same_byte_for_byte(name: str) -> None:
    made = to_bytes(receipt_of(*CASES[name]))
    path = HERE / f"{name}.json"
    if os.environ.get("LICET_GOLDEN") == "write":
        path.write_bytes(made)
    assert made == path.read_bytes(), (
        "run LICET_GOLDEN=write pytest tests/golden/receipts and read the difference"
    )


@pytest.mark.parametrize("name", CASES)
def test_a_receipt_kept_since_then_still_verifies(name: str) -> None:
    found = check((HERE / f"{name}.json").read_bytes(), SIGNER.public_key_text)
    assert found.ok and len(found.checked) == 4
