"""Being learnt from tells on somebody, and having left tells nothing that everybody else's rows do not."""

from __future__ import annotations

import numpy as np

from licet.testing.drawn_interactions import draw_interactions
from licet.uses.recommend import completion_attack
from licet.uses.recommend.completion_attack import attack
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.ranking_metrics import kept_rows
from licet.uses.recommend.walk_recipe import WalkRecipe

#: As sparse as applications are: most pairs are of one member alone.
HELD = draw_interactions(300, 600, 1_800, 4)
RECIPE = WalkRecipe(alpha_percent=100, origin_percent=30, target_percent=30, hops=(0, 1, 1))


def test_whoever_is_learnt_from_is_told_on_and_more_members_behind_a_pair_tell_less() -> None:
    found = attack(HELD, RECIPE, most=80)
    for one in found:
        print(
            f"{one.min_support} members behind a pair: found of those learnt from {one.learnt_from.middle:.2f} "
            f"± {one.learnt_from.half_width:.2f}, of those who left {one.left.middle:.2f} ± {one.left.half_width:.2f}"
        )
    assert [one.min_support for one in found] == [1, 2, 3]
    assert found[0].learnt_from.lowest > found[0].left.highest
    assert found[0].learnt_from.middle > found[2].learnt_from.middle
    assert all(one.learnt_from.members == 80 for one in found)


def test_of_who_left_is_found_what_counts_that_never_had_them_tell() -> None:
    counts = ItemCounts.of(HELD, RECIPE)
    member = int(completion_attack._targets(HELD, 1, 0)[0])
    own = HELD.items_of(HELD.members[member])
    never = ItemCounts.of(kept_rows(HELD, HELD.member_numbers != member), RECIPE)
    before = counts.digest()
    _, left = completion_attack._hits(counts, own, 0, 20)
    assert counts.digest() == before  # whoever was taken out for the attack is back
    known, missing = completion_attack._missing(own, 0)
    ranked = completion_attack.ranking_by_walk(never, known, 20)
    assert left == (never.number_of(missing) in ranked)


def test_the_same_seed_attacks_the_same() -> None:
    assert attack(HELD, RECIPE, most=20, supports=(1,)) == attack(HELD, RECIPE, most=20, supports=(1,))


def test_where_nobody_did_enough_nothing_is_attacked() -> None:
    assert attack(kept_rows(HELD, np.zeros(len(HELD.times), bool)), RECIPE) == []
