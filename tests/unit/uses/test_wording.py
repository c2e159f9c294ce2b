"""Members' words within a sentence: nothing that reaches past them, nothing too long, nothing else changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.uses.writing.wording import plain, shortened, with_article


@given(st.text(), st.integers(2, 50))
def test_what_is_left_is_one_line_of_so_many_letters_without_control_characters(
    value: str, most: int
) -> None:
    said = plain(value, most)
    if said is not None:
        assert 0 < len(said) <= most and said == " ".join(said.split()) == said.strip()
        assert all(letter.isprintable() or letter in "\u200c\u200d" or letter == " " for letter in said)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("  Baker,\n ", "Baker"),
        ("a\u202egnp.exe\x00\x1b[31m", "a gnp.exe [31m"),
        ("{{7*7}} {organisation} <b>", "{{7*7}} {organisation} <b>"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("", None), (" · ", None), (None, None), (7, None), (["x"], None),
    ],
)  # fmt: skip
def test_letters_stay_and_marks_that_reach_further_go(value: object, said: str | None) -> None:
    assert plain(value, 60) == said


def test_a_text_is_cut_where_a_word_ends() -> None:
    assert shortened("one two three", 13) == "one two three"
    assert shortened("one two three", 12) == shortened("one two three", 9) == "one two…"
    assert shortened("one two, three", 10) == "one two…"
    assert shortened("Donaudampfschiff", 6) == "Donau…"


@pytest.mark.parametrize(
    ("noun", "said"),
    [
        ("baker", "a baker"), ("Engineer", "an Engineer"), ("HR lead", "an HR lead"), ("UX writer", "a UX writer"),
        ("university lecturer", "a university lecturer"), ("hourly worker", "an hourly worker"),
        ("Ébéniste", "an Ébéniste"), ("one-man band", "a one-man band"), ("3D artist", None),
    ],
)  # fmt: skip
def test_an_article_is_what_the_first_word_sounds_like(noun: str, said: str | None) -> None:
    assert with_article(noun) == said
