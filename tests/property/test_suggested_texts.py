"""Suggested texts, whichever fields are there and whatever stands in them: whole sentences, data that stays data."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.uses.writing.own_words import OwnWords
from licet.uses.writing.phrasings import MOST_LETTERS, PHRASINGS, TEXT_KINDS, TextKind, fill

VALUES = OwnWords(
    position="baker", organisation="Acme", industry="Food", place="Bern", skill="bread", skills="bread, cakes and tea",
    languages="French and German", earlier_position="waiter", earlier_organisation="Inn", since="2009", school="ETH",
    degree="BSc", certification="Hygiene", volunteering="Coach", project="Oven", honour="Golden Roll", post="On yeast",
)  # fmt: skip
#: What comes with one another: who has a skill has a list of them.
_TOGETHER = {"skill": "skills", "skills": "skill"}
subsets = st.sets(st.sampled_from(OwnWords._fields), min_size=1).map(
    lambda names: names | {_TOGETHER[name] for name in names if name in _TOGETHER}
)
#: Empty brackets, doubled spaces or marks, a mark after a space, a preposition before a mark or at the end.
_BROKEN = re.compile(
    r"\(\)|“”|  |[,.;:|·–] ?[,.;|·–]| [,.;:?]|\b(?:at|in|as|of|for|with|and|to|a|an|now)(?: ?[,.;:|·–?]|$)|[{}]|None"
)


def words(names: set[str]) -> OwnWords:
    return VALUES._replace(**{name: None for name in OwnWords._fields if name not in names})


@pytest.mark.parametrize("kind", TEXT_KINDS)
@given(names=subsets)
def test_whatever_fields_there_are_something_whole_is_said_of_them_and_nothing_else(
    kind: TextKind, names: set[str]
) -> None:
    made = fill(kind, words(names).fields())
    assert made, names
    for one in made:
        assert not _BROKEN.search(one.text), one.text
        assert one.text.lstrip("“")[0].isupper() and len(one.text) <= MOST_LETTERS[kind]
        assert one.fields and {*one.fields} <= {*names, "a_position"}
        for name in {*OwnWords._fields} - names:
            value = getattr(VALUES, name)
            assert not re.search(rf"\b{value}\b", one.text), (name, one.text)
        if kind == "summary":
            assert one.text.endswith(".")
        if kind == "post":
            assert one.text.endswith((":", "?"))
    assert len({one.text.casefold() for one in made}) == len(made)


@pytest.mark.parametrize("kind", TEXT_KINDS)
def test_there_are_many_ways_to_put_it_where_all_is_there_and_none_where_nothing_is(kind: TextKind) -> None:
    assert len(fill(kind, VALUES.fields())) == len(PHRASINGS[kind]) >= 8
    assert fill(kind, OwnWords().fields()) == []


HOSTILE = [
    "{position}",
    "{{7*7}}",
    "{0.__class__}",
    "%(since)s",
    "<script>alert(1)</script>",
    "](x)",
    "$HOME",
    "{",
]


@pytest.mark.parametrize("kind", TEXT_KINDS)
@given(names=subsets, value=st.sampled_from(HOSTILE))
def test_what_looks_like_a_field_in_a_value_is_the_value(kind: TextKind, names: set[str], value: str) -> None:
    hostile = OwnWords(**dict.fromkeys(names, value))
    for one in fill(kind, hostile.fields()):
        assert value.casefold() in one.text.casefold(), one.text
        assert "baker" not in one.text and "49" not in one.text and "class 'str'" not in one.text


@given(value=st.text(min_size=60, max_size=60, alphabet="abc defg"), names=subsets)
def test_no_text_is_longer_than_its_kind_may_be(value: str, names: set[str]) -> None:
    for kind in TEXT_KINDS:
        for one in fill(kind, OwnWords(**dict.fromkeys(names, value.strip() or "x")).fields()):
            assert len(one.text) <= MOST_LETTERS[kind]
