"""Ids that look alike are named, and never taken for one another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.sources.spellings import folded, look_alikes


@pytest.mark.parametrize(
    ("this", "that"),
    [
        ("AB-1", "ab-1"),
        ("a\u0301nn", "\u00e1nn"),
        ("ann", "ann   "),
        ("\u00a0ann", "Ann"),
        ("Straße", "STRASSE"),
        ("\u0130x", "i\u0307x"),
    ],
)
def test_case_form_and_surrounding_space_fold_away(this: str, that: str) -> None:
    assert folded(this) == folded(that)


@pytest.mark.parametrize(("this", "that"), [("42", "042"), ("a b", "ab"), ("ann", "anna"), ("1.1", "1.10")])
def test_what_differs_otherwise_stays_apart(this: str, that: str) -> None:
    assert folded(this) != folded(that)


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_look_alikes_come_together_and_the_rest_not_at_all() -> None:
    assert look_alikes(["ann", "Ann", "ben", "ann ", "ben"]) == [("Ann", "ann", "ann ")]
