"""From a world in which something is wrong to a small one in which it still is, to be read by a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from licet.decide import Policy
from licet.packs import Pack
from licet.testing.worlds import World

#: How often at most a smaller world is tried.
MOST_TRIALS = 80


def shrink(world: World, fails: Callable[[World], bool], trials: int = MOST_TRIALS) -> World:
    """The smallest world found in so many trials of which `fails` still holds."""
    parts, place = 2, 0
    candidates = list(_smaller(world, parts))
    while trials > 0 and place < len(candidates):
        trials -= 1
        candidate = candidates[place]()
        if candidate is not None and fails(candidate):
            world, place = candidate, 0
            candidates = list(_smaller(world, parts))
            continue
        place += 1
        if place == len(candidates) and parts < 64:
            parts, place = parts * 4, 0
            candidates = list(_smaller(world, parts))
    return world


def _smaller(world: World, parts: int) -> Iterator[Callable[[], World | None]]:
    """Ways to leave out one of so many parts of something, the largest savings first."""
    facts = world.catalogue.facts
    assert facts is not None
    kept = [name for name in world.catalogue.tables if name != facts.table]
    for name in kept:
        yield lambda name=name: _without_table(world, name)  # type: ignore[misc]
    for name, table in world.tables.items():
        for start, stop in _cuts(table.num_rows, parts):
            yield lambda n=name, a=start, b=stop: world._replace(  # type: ignore[misc]
                tables=world.tables | {n: _without(world.tables[n], a, b)}
            )
    for start, stop in _cuts(world.choices.num_rows, parts):
        yield lambda a=start, b=stop: world._replace(choices=_without(world.choices, a, b))  # type: ignore[misc]
    for start, stop in _cuts(world.signals.num_rows, parts):
        yield lambda a=start, b=stop: world._replace(signals=_without(world.signals, a, b))  # type: ignore[misc]
    for start, stop in _cuts(world.record_noes.num_rows, parts):
        yield lambda a=start, b=stop: world._replace(  # type: ignore[misc]
            record_noes=_without(world.record_noes, a, b)
        )
    for start, stop in _cuts(world.organisation_noes.num_rows, parts):
        yield lambda a=start, b=stop: world._replace(  # type: ignore[misc]
            organisation_noes=_without(world.organisation_noes, a, b)
        )
    rules = world.policy.pack.rules
    for start, stop in _cuts(len(rules), parts):
        yield lambda a=start, b=stop: _with_rules(world, (*rules[:a], *rules[b:]))  # type: ignore[misc]
    for name in kept:
        columns = list(world.catalogue.tables[name].columns)
        for start, stop in _cuts(len(columns), parts):
            yield lambda n=name, c=columns[start:stop]: _without_columns(world, n, c)  # type: ignore[misc]


def _cuts(size: int, parts: int) -> Iterator[tuple[int, int]]:
    step = max(1, size // parts)
    yield from ((start, min(start + step, size)) for start in range(0, size, step))


def _without(table: pa.Table, start: int, stop: int) -> pa.Table:
    return pa.concat_tables([table.slice(0, start), table.slice(stop)])


def _without_table(world: World, name: str) -> World:
    tables = {other: table for other, table in world.catalogue.tables.items() if other != name}
    return world._replace(catalogue=world.catalogue.model_copy(update={"tables": tables}))


def _without_columns(world: World, name: str, gone: list[str]) -> World:
    table = world.catalogue.tables[name]
    left = {column: kind for column, kind in table.columns.items() if column not in gone}
    changed = table.model_copy(update={"columns": left})
    tables = world.catalogue.tables | {name: changed}
    return world._replace(catalogue=world.catalogue.model_copy(update={"tables": tables}))


def _with_rules(world: World, rules: tuple[Any, ...]) -> World:
    pack: Pack = world.policy.pack.model_copy(update={"rules": rules})
    return world._replace(policy=Policy(Pack.model_validate(pack.as_json()), world.policy.earlier))
