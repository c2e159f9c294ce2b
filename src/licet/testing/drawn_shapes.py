"""The sizes of made-up worlds in a long run, so that each costs what it is worth and all together reach everything."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from licet.testing.worlds import World, make_moment, make_world


class Shape(NamedTuple):
    """weight:  how many of a hundred worlds have this shape.
    moments: at how many moments the same policy, members and tables are asked."""

    weight: int
    moments: int
    most_members: int
    most_rows: int
    tables: int = 2
    most_rules: int = 6
    columns: int = 4


SHAPES = {
    "small": Shape(18, 2, 6, 12),
    "ordinary": Shape(36, 2, 100, 2500),
    "crowded": Shape(10, 2, 1500, 12000),
    "wide": Shape(22, 2, 40, 500, tables=1, columns=61),
    "ruled": Shape(14, 2, 60, 1000, most_rules=300),
}


def shape_of(seed: int, number: int) -> str:
    """The shape of the world of this number in the run of this seed."""
    return _shape(Random(f"{seed}/{number}"))


def make_worlds(seed: int, number: int, shape: str | None = None) -> tuple[str, list[World]]:
    """That world at each of its moments, with the name of its shape; `shape` asks for another one."""
    rng = Random(f"{seed}/{number}")
    drawn = _shape(rng)
    name = shape or drawn
    size = SHAPES[name]
    first = make_world(
        rng, size.most_members, size.most_rows, size.tables, most_rules=size.most_rules, columns=size.columns
    )
    later = [first._replace(at=make_moment(rng, first.policy.pack)) for _ in range(size.moments - 1)]
    return name, [first, *later]


def _shape(rng: Random) -> str:
    return rng.choices(list(SHAPES), [one.weight for one in SHAPES.values()])[0]
