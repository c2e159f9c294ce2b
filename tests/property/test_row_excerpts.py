"""The rows of a few people are those that the engine selects: same rows, cells, books and types, at every gate."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from licet.enforce import Access, Gate
from licet.enforce.column_shapes import Whole
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.row_excerpts import excerpt
from licet.enforce.selection import Lookup, Selection
from licet.sources.catalogue import Catalogue
from licet.testing.drawn_words import chance, pick
from licet.testing.effort import EFFORT
from licet.testing.memory_ledger import MemoryLedger
from licet.testing.worlds import World, make_world
from property.test_gates_kept import on_disk


def drawn_selection(rng: random.Random, world: World, gate: Gate) -> Selection:
    passed = {row.table for row in gate.counts().passed}
    name = pick(rng, sorted(name for name in passed if world.catalogue.tables[name].subjects))
    seen = gate._plans.of(name).seen_columns
    whole = [column for column, shape in seen.items() if isinstance(shape, Whole)]
    columns = (*gate._tables.content(name).columns,)
    told = world.tables[world.catalogue.facts.table][world.catalogue.facts.subject]
    subjects = frozenset(str(one) for one in told.to_pylist() if one is not None and chance(rng, 70))
    members = world.catalogue.facts.table
    whose = world.catalogue.tables[members]
    lookups = tuple(
        (f"told_{n}", Lookup(members, whose.subjects[0], pick(rng, [*world.tables[members].column_names])))
        for n in range(2 if whose.subjects and chance(rng, 50) else 0)
    )
    return Selection(
        name,
        tuple(c for c in columns if (c in whole and chance(rng, 70)) or (c not in seen and chance(rng, 30))),
        subjects,
        pick(rng, whole) if whole and chance(rng, 50) else None,
        frozenset(str(n) for n in range(3)) if chance(rng, 30) else frozenset(),
        lookups,
        "region_told" if chance(rng, 50) else None,
    )


def selected(gate: Gate, selection: Selection) -> pa.Table:
    rows = Access({gate.purpose: gate}, b"of a use")._selected(selection)
    schema = rows.schema().to_pyarrow()
    return pa.concat_tables(
        [
            schema.empty_table(),
            *(pa.Table.from_batches([one]).cast(schema) for one in gate._engine.batches(rows)),
        ]
    )


def told(rows: pa.Table) -> tuple[Any, ...]:
    return rows.schema.remove_metadata(), sorted(map(repr, rows.to_pylist()))


def gates(folder: Path) -> Iterator[tuple[random.Random, World, Gate]]:
    """Gates through which something passes of rows about somebody."""
    for seed in itertools.count():
        rng = random.Random(seed)
        world = make_world(rng, most_members=8, most_rows=24)
        peopled = [name for name, table in world.catalogue.tables.items() if table.subjects]
        drawn = make_gate(world)
        if drawn.counts(peopled).passed:
            catalogue = on_disk(world, folder / str(seed))
            yield rng, world, make_gate(world, catalogue, folder / str(seed))


def make_gate(world: World, catalogue: Catalogue | None = None, base: Path = Path()) -> Gate:
    return Gate(
        world.policy, world.purpose, world.at, catalogue or world.catalogue, DuckDBEngine(threads=1),
        MemoryLedger.of(world), recipient=world.recipient, base=base, salt=world.salt,
        tables=None if catalogue else world.tables,
    )  # fmt: skip


def test_the_rows_of_a_few_people_are_those_that_the_engine_selects(tmp_path: Path) -> None:
    """By worlds drawn one after the other, so that it can be said that rows were compared at all."""
    compared = grouped = looked_up = 0
    for rng, world, gate in itertools.islice(gates(tmp_path), 4 * EFFORT):
        for _ in range(6):
            selection = drawn_selection(rng, world, gate)
            for _ in range(3):  # first by a statement, then by what is held
                few = excerpt(gate, selection)
                if few is not None:
                    assert told(few) == told(selected(gate, selection)), (world, selection)
                    compared += len(few)
                    grouped += len(few) if selection.group_by else 0
                    looked_up += sum(few[name].null_count < len(few) for name, _ in selection.lookups)
    assert compared and grouped and looked_up, (compared, grouped, looked_up)
