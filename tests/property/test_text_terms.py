"""Any text gives terms, few and the same ones; what shows nothing, and how a letter is written, makes no difference."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from licet.testing.effort import examples
from licet.uses.recommend.text_terms import MOST_CHARACTERS, MOST_TERMS, normal, phrase, terms, words

TEXTS = st.text(max_size=200)


@given(TEXTS)
@examples(150)
def test_any_text_has_few_terms_that_are_not_empty_each_once(text: str) -> None:
    found = terms(text)
    assert len(found) == len(set(found)) <= MOST_TERMS
    assert all(found) and all(len(term) <= 61 for term in found)


@given(TEXTS, st.sampled_from(["\u200e", "\u202e", "\u00ad", "\u200d", "\ufeff"]), st.integers(0, 200))
@examples(100)
def test_a_character_that_shows_nothing_makes_no_difference(text: str, mark: str, place: int) -> None:
    marked = text[:place] + mark + text[place:]
    assert normal(marked) == normal(text)
    assert terms(marked) == terms(text) and phrase(marked) == phrase(text)


@given(st.text(st.characters(whitelist_categories=["L", "N", "Zs"]), max_size=60))
@examples(100)
def test_how_a_text_is_composed_makes_no_difference(text: str) -> None:
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC")]
    assert terms(forms[0]) == terms(forms[1]) == terms(forms[2])


@given(TEXTS, TEXTS)
@examples(60)
def test_beyond_the_beginning_nothing_is_read(text: str, more: str) -> None:
    text = (text or " ").ljust(MOST_CHARACTERS)[:MOST_CHARACTERS]
    assert list(words(text + more)) == list(words(text))
