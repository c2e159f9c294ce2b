"""Why: what is said of the member's own depends on nobody else, and of others only what at least five stand behind."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from licet.testing.effort import examples
from licet.uses.recommend.attribute_counts import AttributeCounts, MemberTraits
from licet.uses.recommend.reasons import (
    LEAST_OTHERS,
    Asker,
    Known,
    Reason,
    plain_value,
    reasons,
    sentence,
)
from licet.uses.recommend.text_overlap import ItemText, TextOverlap, own_terms

ITEMS = ["a", "b", "c", "d"]
TEXTS = {
    "a": ItemText("Nurse", ("ICU",), "night shifts"),
    "b": ItemText("Nurse", ("triage",), "day shifts"),
    "c": ItemText("Welder", (), "steel"),
}
VALUES = ("title~nurse", "city=Oslo")
OVERLAP = TextOverlap.of(TEXTS, ITEMS)
OWN = frozenset({"like_own_item", "own_words", "new"})
World = dict[str, MemberTraits]
WORLDS = st.dictionaries(
    st.integers(0, 9).map(str),
    st.builds(
        MemberTraits,
        st.lists(st.sampled_from(VALUES), max_size=2).map(tuple),
        st.lists(st.sampled_from(ITEMS), max_size=4, unique=True).map(tuple),
    ),
    max_size=9,
)
ASKERS = st.builds(
    Asker,
    st.lists(st.sampled_from([*ITEMS, "gone"]), max_size=3, unique=True),
    st.sampled_from([{}, own_terms(["ICU"], ["Nurse"])]),
    st.sampled_from([(), VALUES]),
    st.sampled_from([lambda number: True, lambda number: number > 1]),
)


def known(world: World) -> Known:
    def support(one: str, other: str) -> int:
        return sum({one, other} <= set(traits.items) for traits in world.values())

    return Known(OVERLAP, AttributeCounts.of(world.values(), ITEMS), support, lambda number: number == 1)


def said(world: World, asker: Asker) -> list[list[Reason]]:
    return [reasons(number, asker, known(world)) for number in range(len(ITEMS))]


@given(WORLDS, WORLDS, ASKERS)
@examples(80)
def test_what_is_said_of_ones_own_is_the_same_whatever_others_did(
    world: World, other: World, asker: Asker
) -> None:
    for here, there in zip(said(world, asker), said(other, asker), strict=True):
        own = [[reason for reason in each if reason.kind in OWN] for each in (here, there)]
        assert own[0] == own[1]


@given(WORLDS, ASKERS)
@examples(80)
def test_of_others_nothing_is_said_that_fewer_than_five_stand_behind(world: World, asker: Asker) -> None:
    for number, found in enumerate(said(world, asker)):
        item = ITEMS[number]
        takers = [traits for traits in world.values() if item in traits.items]
        # Who asks may be one of those who took it up.
        least = LEAST_OTHERS + (item in asker.history)
        for reason in found:
            if reason.kind == "others_of_item":
                assert sum(reason.own_item in traits.items for traits in takers) >= least
            if reason.kind == "others_of_value":
                values = [value for value in VALUES if plain_value(value) == reason.words[0]]
                assert any(sum(value in traits.values for traits in takers) >= least for value in values)
            if reason.kind == "popular":
                assert len(takers) >= least


@given(WORLDS, ASKERS)
@examples(60)
def test_a_reason_names_the_members_own_and_is_a_sentence(world: World, asker: Asker) -> None:
    for number, found in enumerate(said(world, asker)):
        assert found
        for reason in found:
            assert reason.own_item == "" or (
                reason.own_item in asker.history and reason.own_item != ITEMS[number]
            )
            assert reason.kind != "own_history" or asker.reached(number)
            assert sentence(reason, lambda item: f"<{item}>")
            assert set(reason.words) <= {"nurse", "icu", "triage", "shifts", "night", "day", "Oslo"}
