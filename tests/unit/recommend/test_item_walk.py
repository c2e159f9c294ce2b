"""What counts hold, what they refuse, and where a walk over them leads."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from licet.terms import UseError
from licet.uses.recommend import pair_sums
from licet.uses.recommend.interactions import EVENTS, Interactions
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.item_walk import strongest, walk_scores
from licet.uses.recommend.walk_recipe import BITS, GRID, NEWEST, UNIT, WalkRecipe

DAY = datetime(2026, 1, 1)  # noqa: DTZ001
WORLD = {"ann": "abc", "ben": "bcd", "cy": "cd", "dot": "e", "eve": "xy"}
NEAR = WalkRecipe(hops=(1, 0, 0))


def held(world: dict[str, str] = WORLD, known: str = "") -> Interactions:
    rows = [(who, item, DAY) for who, own in world.items() for item in own]
    return Interactions.of(pa.table(list(zip(*rows, strict=True)) or [[], [], []], schema=EVENTS), known)


def made_up(members: int, items: int) -> Interactions:
    """Some members with up to 12 items each, a few of them with the first one."""
    drawn = np.random.default_rng(7)
    sizes = drawn.integers(1, 13, members)
    who = np.repeat(np.arange(members), sizes)
    what = np.where(drawn.random(len(who)) < 0.2, 0, drawn.integers(0, items, len(who)))
    columns = [[f"m{n}" for n in who], [f"i{n:04}" for n in what], [DAY] * len(who)]
    return Interactions.of(pa.table(columns, schema=EVENTS))


def digest_of_made_up() -> str:
    counts = ItemCounts.of(made_up(300, 80), GRID[0])
    scores = walk_scores(counts, ["i0003", "i0005"])
    return counts.digest() + scores.tobytes().hex()


def test_one_step_leads_to_what_others_have_too() -> None:
    counts = ItemCounts.of(held(), NEAR)
    found = strongest(counts, walk_scores(counts, "a"), 9)
    assert [one.item for one in found] == ["b", "c"], "not to where a second step would lead"
    assert strongest(counts, walk_scores(counts, "a"), 9, without="b") == found[1:]
    assert strongest(counts, walk_scores(counts, "a"), 1) == found[:1]


def test_further_steps_lead_further_and_never_to_a_part_that_nobody_joins() -> None:
    counts = ItemCounts.of(held(), WalkRecipe(hops=(0, 1, 1)))
    assert {one.item for one in strongest(counts, walk_scores(counts, "a"), 9)} == {"b", "c", "d"}


@pytest.mark.parametrize("own", ["", "e", "z", "abcdexy"])
def test_who_has_nothing_that_leads_anywhere_is_led_nowhere(own: str) -> None:
    counts = ItemCounts.of(held(), WalkRecipe())
    assert strongest(counts, walk_scores(counts, own), 9) == []


def test_an_item_of_which_nobody_has_anything_has_a_place_and_no_score() -> None:
    counts = ItemCounts.of(held(known="q"), NEAR)
    assert counts.number_of("q") is not None and counts.digest() == ItemCounts.of(held(), NEAR).digest()
    assert walk_scores(counts, "aq").tolist().count(0.0) == len(counts.items) - 2


def test_a_member_shares_their_weight_among_what_they_have() -> None:
    counts = ItemCounts.of(held(), GRID[-1])
    row = counts.row(int(counts.numbers_of("c")[0]))
    assert dict(zip((counts.items[n] for n in row.columns), row.sums.tolist(), strict=True)) == {
        "a": round(UNIT / 3), "b": 2 * round(UNIT / 3), "d": round(UNIT / 3) + round(UNIT / 2),
    }  # fmt: skip
    found = counts.supports_of(["c", "a", "nix"], ["d", "nix", "b"])
    assert found == {("c", "d"): 2, ("c", "b"): 2, ("a", "b"): 1}


def test_pairs_are_summed_alike_in_blocks_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    interactions = made_up(120, 40)
    whole = ItemCounts.of(interactions, GRID[5]).state()
    for size in (1, 64, 1 << 12):
        monkeypatch.setattr(pair_sums, "_BLOCK_PAIRS", size)
        for left, right in zip(ItemCounts.of(interactions, GRID[5]).state(), whole, strict=True):
            assert left == right if isinstance(left, tuple) else np.array_equal(left, right)


@pytest.mark.parametrize(
    ("before", "after"), [("abd", ""), ("z", ""), ("q", ""), ("ae", "a"), ("", map(str, range(NEWEST + 1)))]
)
def test_what_was_never_counted_cannot_be_taken_out_and_nothing_is_changed(before: str, after: str) -> None:
    counts = ItemCounts.of(held(known="q"), NEAR)
    digest = counts.digest()
    with pytest.raises(UseError) as refused:
        counts.replace(list(before), list(after))
    assert refused.value.code == "RCMD-001" and counts.digest() == digest


def test_what_was_taken_out_lies_nowhere_in_memory() -> None:
    interactions = held()
    counts = ItemCounts.of(interactions, NEAR)
    base, number = counts._base, int(counts.numbers_of("x")[0])
    part = slice(base.starts[number], base.starts[number + 1])
    assert base.sums[part].all()
    counts.replace("xy", "")
    assert not base.sums[part].any() and not base.columns[part].any() and not base.supports[part].any()
    assert not len(counts.row(number).columns)


def test_another_process_counts_and_walks_alike() -> None:
    folder = str(Path(__file__).parent)
    script = f"import sys; sys.path.insert(0, {folder!r}); import {__name__} as tests; print(tests.digest_of_made_up())"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == digest_of_made_up()


def test_the_grid_tells_no_more_than_its_bits() -> None:
    assert len({recipe.digest for recipe in GRID}) == len(GRID) == 2**BITS
    assert WalkRecipe() in GRID, "what stands until one is tuned is one of them"
