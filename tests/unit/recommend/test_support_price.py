"""What it costs to go by no pair that few share is measured on the same members, and of few nothing is told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa

from licet.uses.recommend.interactions import EVENTS, Interactions
from licet.uses.recommend.support_price import support_prices
from licet.uses.recommend.walk_recipe import WalkRecipe

DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - events have no zone


def world(members: int) -> Interactions:
    """Two tastes of six items each, and beside them an item that each member has alone."""
    rows = [
        (f"m{member:03}", item, DAY + timedelta(days=place))
        for member in range(members)
        for place, item in enumerate(
            [f"of {member % 2}, {(member + step) % 6}" for step in range(4)] + [f"alone {member:03}"]
        )
    ]
    return Interactions.of(pa.table(list(zip(*rows, strict=True)), schema=EVENTS))


def test_pairs_of_one_member_go_at_two_and_the_more_is_asked_the_less_is_left() -> None:
    prices = support_prices(world(60), WalkRecipe(), supports=(1, 2, 1000))
    assert [price.min_support for price in prices] == [1, 2, 1000]
    one, two, all_of_them = prices
    assert one.ndcg is not None and one.ndcg.middle == 1.0 and one.pairs == 1.0
    assert 0 < two.pairs < one.pairs and all_of_them.pairs == 0.0
    assert all_of_them.ndcg is not None and all_of_them.ndcg.middle == 0.0 and all_of_them.short == 1.0
    assert all_of_them.line() == (
        "min_support 1000: -100.0% ± 0.0% NDCG@20, 0.0% of pairs, 100.0% of lists run short"
    )
    assert all_of_them.as_json()["ndcg_thousandths"] == {"middle": 0, "half_width": 0}


def test_of_fewer_than_fifty_there_is_no_figure() -> None:
    assert support_prices(world(20), WalkRecipe()) == []
