"""Counts from which members were taken out and put back are the counts that never saw them: in every byte."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from licet.testing.effort import examples
from licet.uses.recommend.interactions import EVENTS, Interactions
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.item_walk import walk_scores
from licet.uses.recommend.walk_recipe import GRID, WalkRecipe

ITEMS = [f"{letter}{n}" for letter in ("job-", "\u202erev", "nul\x00", "ö") for n in range(4)]
PEOPLE = [f"member {n}" for n in range(6)]
DAY = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)

baskets = st.sets(st.sampled_from(ITEMS), max_size=8)
worlds = st.dictionaries(st.sampled_from(PEOPLE), baskets)
recipes = st.builds(
    lambda recipe, neighbours, frontier, support: recipe.model_copy(
        update={"neighbours": neighbours, "frontier": frontier, "min_support": support}
    ),
    st.sampled_from(GRID), st.integers(1, 6), st.integers(1, 4), st.integers(1, 3),
)  # fmt: skip


def events_of(world: dict[str, set[str]], seed: int = 0) -> pa.Table:
    rows = [(who, item, DAY + timedelta(days=n)) for who in sorted(world)
            for n, item in enumerate(sorted(world[who]))]  # fmt: skip
    random.Random(seed).shuffle(rows)
    return pa.table(list(zip(*rows, strict=True)) or [[], [], []], schema=EVENTS)


def counted(world: dict[str, set[str]], recipe: WalkRecipe, seed: int = 0) -> ItemCounts:
    return ItemCounts.of(Interactions.of(events_of(world, seed)), recipe)


def scores_of(counts: ItemCounts, own: set[str]) -> dict[str, bytes]:
    scores = walk_scores(counts, own)
    return {item: scores[number].tobytes() for number, item in enumerate(counts.items) if scores[number]}


def assert_same(one: ItemCounts, other: ItemCounts) -> None:
    for left, right in zip(one.state(), other.state(), strict=True):
        assert left == right if isinstance(left, tuple) else left.tobytes() == right.tobytes()
    assert one.digest() == other.digest()
    for own in ({ITEMS[0]}, {ITEMS[3], ITEMS[9]}, set(ITEMS[::3])):
        assert scores_of(one, own) == scores_of(other, own)


@examples(25)
@given(worlds, st.lists(st.tuples(st.sampled_from(PEOPLE), baskets), max_size=8), recipes)
def test_replaced_counts_are_counts_made_anew(
    world: dict[str, set[str]], changes: list[tuple[str, set[str]]], recipe: WalkRecipe
) -> None:
    counts, now = counted(world, recipe), dict(world)
    for who, own in changes:
        counts.replace(now.get(who, set()), own)
        now[who] = own
        assert_same(counts, counted({who: own for who, own in now.items() if own}, recipe))


@examples(20)
@given(worlds, st.permutations(PEOPLE), recipes)
def test_everybody_may_leave_in_any_order_and_nothing_is_left(
    world: dict[str, set[str]], order: list[str], recipe: WalkRecipe
) -> None:
    counts = counted(world, recipe)
    for who in order:
        counts.replace(world.get(who, set()), ())
    assert_same(counts, counted({}, recipe))
    assert not counts.strengths.any() and not counts.neighbours.any() and not counts.popularity.any()
    assert (counts.from_discount == 1).all() and (counts.to_discount == 1).all()


@examples(15)
@given(worlds, st.integers(1, 1000), recipes)
def test_the_order_of_rows_and_their_repetition_never_matter(
    world: dict[str, set[str]], seed: int, recipe: WalkRecipe
) -> None:
    rows = events_of(world, seed)
    again = Interactions.of(pa.concat_tables([rows, rows.slice(0, len(rows) // 2)]))
    assert_same(ItemCounts.of(again, recipe), counted(world, recipe))


@examples(30)
@given(worlds, recipes)
def test_sums_are_those_that_a_reader_would_make(world: dict[str, set[str]], recipe: WalkRecipe) -> None:
    sums, supports, state = (
        Counter[tuple[str, str]](),
        Counter[tuple[str, str]](),
        counted(world, recipe).state(),
    )
    for own in world.values():
        for pair in ((one, other) for one in own for other in own if one != other):
            sums[pair] += round(2**20 / len(own) ** (recipe.alpha_percent / 100))
            supports[pair] += 1
    found = {
        (item, state.items[state.columns[at]]): (state.sums[at], state.supports[at])
        for number, item in enumerate(state.items)
        for at in range(state.starts[number], state.starts[number + 1])
    }
    assert found == {pair: (sums[pair], supports[pair]) for pair in sums}
    for number, item in enumerate(state.items):
        kept = {
            state.items[near]: int(strength)
            for near, strength in zip(state.neighbours[number], state.strengths[number], strict=True)
            if strength
        }
        eligible = {other: sums[item, other] for other in state.items
                    if supports[item, other] >= recipe.min_support}  # fmt: skip
        strongest = sorted(eligible, key=lambda other: (-eligible[other], other))[: recipe.neighbours]
        assert kept == {other: eligible[other] for other in strongest}


@examples(30)
@given(worlds, st.sampled_from(PEOPLE), st.sampled_from(ITEMS), recipes)
def test_rows_that_a_leaver_never_touched_are_the_very_same(
    world: dict[str, set[str]], who: str, item: str, recipe: WalkRecipe
) -> None:
    counts, own = counted(world, recipe), world.get(who, set())
    others = [number for number, name in enumerate(counts.items) if name not in own]
    before = (
        counts.neighbours[others].copy(),
        counts.strengths[others].copy(),
        counts.popularity[others].copy(),
    )
    assert counts.replace(own, ()) == len(own)
    after = counts.neighbours[others], counts.strengths[others], counts.popularity[others]
    assert all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))
