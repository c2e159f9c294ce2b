"""Receipts of a ledger on PostgreSQL as of one in a file: issued, checked, and good after somebody was erased."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from journeys.receipts import PACK, SIGNER
from ledger_homes import Home
from licet.ledger import EntryKind, Ledger, NewEntry
from licet.receipts import check, to_bytes
from licet.receipts.receipt_issue import issue
from licet.terms import AppError

MOMENT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def _choices(*people: str) -> list[NewEntry]:
    said: dict[str, Any] = {"setting": "ai", "value": "off", "via": "web", "pack": PACK.digest}
    return [NewEntry(EntryKind.CHOICE, one, said) for one in people]


def _receipt(ledger: Ledger, index: int, subject: str, size: int | None = None) -> bytes:
    return to_bytes(issue(ledger, SIGNER, lambda _: [PACK], index, subject, size))


def test_receipts_outlive_an_erasure_in_either_place(home: Home) -> None:
    with home.create(SIGNER, lambda: MOMENT) as ledger:
        ledger.append(_choices("ann", "ben"))
        in_hand = [_receipt(ledger, index, one) for index, one in enumerate(("ann", "ben"))]
        ledger.append(_choices("cy"))
        ledger.erase("ann")
        assert all(check(one, SIGNER.public_key_text).ok for one in (*in_hand, _receipt(ledger, 1, "ben")))
        assert _receipt(ledger, 1, "ben", size=2) == in_hand[1]
        with pytest.raises(AppError, match="APP-080"):
            _receipt(ledger, 0, "ann")


def test_a_reader_without_the_rights_to_write_can_issue_them(home: Home) -> None:
    with home.create(SIGNER, lambda: MOMENT) as ledger:
        ledger.append(_choices("ann"))
        written = _receipt(ledger, 0, "ann")
    with home.open(read_only=True) as reader:
        assert _receipt(reader, 0, "ann") == written
