"""Whoever is erased, and whenever: every other receipt holds, old and new, and so does the one in their own hand."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.receipts import PACK, SIGNER
from licet.ledger import EntryKind, Ledger, NewEntry
from licet.receipts import check, to_bytes
from licet.receipts.receipt_issue import issue
from licet.terms import AppError
from licet.testing.effort import examples

PEOPLE = st.sampled_from(["ann", "ben", "cy"])
STEPS = st.lists(
    st.tuples(
        st.just("choose"), PEOPLE, st.sampled_from(["ai", "surveys", "all"]), st.sampled_from(["on", "off"])
    )
    | st.tuples(st.just("signal"), PEOPLE, st.booleans())
    | st.tuples(st.just("erase"), PEOPLE),
    min_size=1,
    max_size=12,
)


@examples(25)
@given(STEPS)
def test_receipts_outlive_the_erasure_of_anyone(steps: list[tuple[Any, ...]]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.create(Path(folder) / "ledger.sqlite", SIGNER) as ledger,
    ):
        in_hand: list[bytes] = []
        whose: dict[int, str] = {}

        def receipt(index: int, subject: str | None = None) -> bytes:
            return to_bytes(issue(ledger, SIGNER, lambda _: [PACK], index, subject))

        for kind, subject, *what in steps:
            if kind == "erase":
                ledger.erase(subject, compact=False)
                erased = [index for index, one in whose.items() if one == subject]
                for index in erased:
                    del whose[index]
                    with pytest.raises(AppError, match="APP-080"):
                        receipt(index)
                continue
            payload: dict[str, Any] = (
                {"setting": what[0], "value": what[1], "pack": PACK.digest}
                if kind == "choose"
                else {"signal": "gpc", "value": what[0]}
            )
            kinds = {"choose": EntryKind.CHOICE, "signal": EntryKind.SIGNAL}
            (entry,) = ledger.append([NewEntry(kinds[kind], subject, payload)])
            whose[entry.index] = subject
            in_hand.append(receipt(entry.index, subject))
        assert all(check(one, SIGNER.public_key_text).ok for one in in_hand)
        assert all(check(receipt(index, one), SIGNER.public_key_text).ok for index, one in whose.items())
