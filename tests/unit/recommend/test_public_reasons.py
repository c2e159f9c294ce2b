"""What everybody may be shown, and how reasons read."""

from __future__ import annotations

import numpy as np
import pytest

from licet.uses.recommend.attribute_counts import AttributeCounts, MemberTraits
from licet.uses.recommend.reasons import (
    Asker,
    Kind,
    Known,
    Reason,
    plain_value,
    public_neighbours,
    reasons,
    sentence,
)
from licet.uses.recommend.text_overlap import TextOverlap


def test_similar_for_everybody_needs_two_members_and_stands_by_strength_then_id() -> None:
    columns, sums = np.array([2, 3, 5, 9], np.int32), np.array([7, 9, 7, 99], np.int64)
    supports = np.array([2, 2, 3, 1], np.int32)
    assert public_neighbours(columns, sums, supports, 10) == [3, 2, 5]
    assert public_neighbours(columns, sums, supports, 1) == [3]
    assert public_neighbours(columns[:0], sums[:0], supports[:0], 10) == []


@pytest.mark.parametrize(
    ("kind", "words", "text"),
    [
        ("others_of_item", (), "Because you saved Cook: others who saved it saved this, too"),
        ("like_own_item", ("sauces", "heat"), "Because you saved Cook: both say sauces, heat"),
        ("own_words", ("sauces",), "Because your profile says sauces"),
        ("others_of_value", ("Oslo",), "Others whose profile says Oslo saved this"),
    ],
)
def test_a_reason_reads(kind: Kind, words: tuple[str, ...], text: str) -> None:
    own = "j1" if "item" in kind else ""
    assert sentence(Reason(kind, own, words), {"j1": "Cook"}.__getitem__, "saved") == text


def test_a_value_reads_as_it_is_written_in_a_profile() -> None:
    assert [plain_value(value) for value in ("title~nurse", "title=head nurse", "a=b~c", "plain")] == [
        "nurse", "head nurse", "b~c", "plain",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("members", "history", "said"),
    [(4, (), False), (5, (), True), (5, ("b",), False), (6, ("b",), True)],
)
def test_of_others_it_is_said_from_five_on_besides_who_asks(
    members: int, history: tuple[str, ...], said: bool
) -> None:
    items, value = ["a", "b"], "title~nurse"
    counts = AttributeCounts.of([MemberTraits((value,), ("a", "b"))] * members, items)
    known = Known(TextOverlap(items), counts, lambda one, other: members, lambda number: False)
    kinds = [reason.kind for reason in reasons(1, Asker(("a", *history), values=(value,)), known)]
    counted = Asker(("a",), values=(value,), counted=history)
    assert [reason.kind for reason in reasons(1, counted, known)] == kinds
    assert kinds == (["others_of_item", "others_of_value", "popular"] if said else ["listed"])
