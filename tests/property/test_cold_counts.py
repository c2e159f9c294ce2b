"""What is counted for whoever has no history forgets exactly (law 8): after any changes the counts, their scores and
their digest are those of a build that never saw who is gone. So do the terms of items."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.terms import UseError
from licet.testing.effort import examples
from licet.uses.recommend import attribute_counts
from licet.uses.recommend.attribute_counts import AttributeCounts, MemberTraits, profile_values
from licet.uses.recommend.text_overlap import ItemText, TextOverlap, own_terms

#: Ids as anybody may write them: NUL, marks of direction, the beginning of another, a half of a pair of surrogates.
ITEMS = sorted(["", "a", "a\x00", "a\x00b", "b", "\u202eb", "職", "é", "e\u0301", "\ud800"])
VALUES = ("title=nurse", "title~nurse", "city=Oslo", "\x00", "skill=\u202eicu", "x")
TRAITS = st.builds(
    MemberTraits,
    st.lists(st.sampled_from(VALUES), max_size=4).map(tuple),
    st.lists(st.sampled_from([*ITEMS, "no such item"]), max_size=5).map(tuple),
)
MEMBERS = st.sampled_from(["ann", "ben", "cy", "dot"])
WORLDS = st.dictionaries(MEMBERS, TRAITS)
TEXTS = st.builds(
    ItemText,
    st.sampled_from(["Nurse", "看護師", "", "a\x00b"]),
    st.lists(st.sampled_from(["ICU", "C++", "machine learning"]), max_size=3).map(tuple),
    st.sampled_from(["night shifts in Oslo", "", "nurses care", "\u202e"]),
)


def same(made: AttributeCounts, world: dict[str, MemberTraits]) -> None:
    anew = AttributeCounts.of(world.values(), ITEMS)
    assert made.digest() == anew.digest()
    assert made.popularity.tobytes() == anew.popularity.tobytes()
    for least in (1, 2):
        assert made.scores(VALUES, least).tobytes() == anew.scores(VALUES, least).tobytes()
    for value in VALUES:
        assert made.members_with(value) == anew.members_with(value)


@given(WORLDS, st.lists(st.tuples(MEMBERS, st.none() | TRAITS), max_size=8))
@examples(80)
def test_counts_after_any_changes_are_those_of_a_build_that_never_saw_who_is_gone(
    world: dict[str, MemberTraits], changes: list[tuple[str, MemberTraits | None]]
) -> None:
    made, world = AttributeCounts.of(world.values(), ITEMS), dict(world)
    for who, after in changes:
        made.replace(world.pop(who, None), after)
        world |= {who: after} if after is not None else {}
        same(made, world)
    for traits in world.values():
        made.replace(traits, None)
    assert made.digest() == AttributeCounts(ITEMS).digest()


@given(WORLDS)
@examples(40)
def test_each_pair_counts_its_members_in_whatever_portions_it_is_counted(
    world: dict[str, MemberTraits],
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(attribute_counts, "_CHUNK", 3)
        made = AttributeCounts.of(world.values(), ITEMS)
    same(made, world)
    made.ask_about([])
    assert made.scores(VALUES).tolist() == []
    everything = sorted([*ITEMS, "no such item"])
    made.ask_about(everything)  # what was taken up before anybody asked about it was counted
    for value in VALUES:
        for number, item in enumerate(everything):
            members = sum(value in traits.values and item in traits.items for traits in world.values())
            assert made.members_of(value, number) == members


@given(WORLDS, st.integers(1, 4))
@examples(40)
def test_what_fewer_members_than_asked_for_did_speaks_for_no_item(
    world: dict[str, MemberTraits], least: int
) -> None:
    scores = AttributeCounts.of(world.values(), ITEMS).scores(VALUES, least)
    for number, item in enumerate(ITEMS):
        most = max(
            sum(value in traits.values and item in traits.items for traits in world.values())
            for value in VALUES
        )
        assert (scores[number] > 0) == (most >= least)


@given(WORLDS, MEMBERS, TRAITS)
@examples(40)
def test_who_is_not_counted_cannot_be_taken_out_of_nothing(
    world: dict[str, MemberTraits], who: str, traits: MemberTraits
) -> None:
    made = AttributeCounts.of((), ITEMS)
    if traits.items:
        with pytest.raises(UseError, match="RCMD-070"):
            made.replace(traits, None)
    else:
        made.replace(traits, None)
        assert made.digest() == AttributeCounts(ITEMS).digest()


@given(
    st.dictionaries(st.sampled_from(ITEMS), TEXTS),
    st.lists(st.tuples(st.sampled_from([*ITEMS, "no such item"]), st.none() | TEXTS), max_size=8),
)
@examples(60)
def test_terms_after_any_changes_of_items_are_those_of_the_items_that_are_left(
    texts: dict[str, ItemText], changes: list[tuple[str, ItemText | None]]
) -> None:
    made, texts = TextOverlap.of(texts, ITEMS), dict(texts)
    asked = own_terms(["ICU", "machine learning"], ["Night nurse", "看護師"])
    for item, after in changes:
        made.replace(item, after)
        texts.pop(item, None)
        texts |= {item: after} if after is not None else {}
    anew = TextOverlap.of(texts, ITEMS)
    assert made.digest() == anew.digest()
    assert made.scores(asked).tobytes() == anew.scores(asked).tobytes()
    assert made.asked_by_items(ITEMS) == anew.asked_by_items(ITEMS)


@given(st.dictionaries(st.text(max_size=3), st.lists(st.text(max_size=8), max_size=4) | st.text(max_size=8)))
@examples(60)
def test_a_profiles_values_depend_on_no_order_and_are_few(columns: dict[str, list[str] | str]) -> None:
    turned = {
        name: cell[::-1] if isinstance(cell, list) else cell for name, cell in reversed(list(columns.items()))
    }
    values = profile_values(columns)
    assert values == profile_values(turned) == tuple(sorted(set(values))) and len(values) <= 64
