"""Law 5 on PostgreSQL: of tables that lie there the gate's answers, reasons and cells are those of `decide`.

Each seed is a world of its own, in a schema of its own. `LICET_EFFORT` multiplies them.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator

import pyarrow as pa
import pytest

from licet.enforce.postgres_engine import PostgresEngine
from licet.testing.agreement import assert_agree, rows_expected, rows_of
from licet.testing.effort import EFFORT
from licet.testing.expected_refusals import people_of
from licet.testing.expected_rows import expect
from licet.testing.features import of_world
from licet.testing.memory_ledger import open_gate
from licet.testing.postgres_worlds import in_postgres
from licet.testing.worlds import World, make_world
from postgres_server import PostgresServer

Lay = Callable[[World], World]


@pytest.fixture
def lay(postgres_server: PostgresServer) -> Iterator[Lay]:
    """Lays the tables of a world into a schema, which goes with the test."""
    numbers, connection = itertools.count(), postgres_server.connect()

    def lay(world: World) -> World:
        return in_postgres(world, connection, postgres_server.address(), f"world_{next(numbers)}")

    yield lay
    for number in range(next(numbers)):
        connection.execute(f"DROP SCHEMA world_{number} CASCADE")
    connection.close()


def opened(world: World) -> PostgresEngine:
    place = next(iter(world.catalogue.tables.values())).location.postgres
    assert place is not None
    return PostgresEngine(place.url, workers=0)


@pytest.mark.parametrize("seed", range(3 * EFFORT))
def test_gate_on_postgres_and_decide_agree(lay: Lay, seed: int) -> None:
    world = lay(make_world(random.Random(seed), most_members=25, most_rows=80, tables=2))
    assert assert_agree(open_gate(world, opened(world)), world).cases


def test_a_world_with_references_rows_about_nobody_refused_records_and_lists_of_people(lay: Lay) -> None:
    wanted = {
        "table: that refers to another",
        "table: about nobody",
        "refused: one record, for what refers to it",
    }
    worlds = (make_world(random.Random(seed), 12, 40, tables=2) for seed in itertools.count(637))
    world = lay(next(world for world in worlds if wanted <= of_world(world) and _has_lists(world)))
    assert assert_agree(open_gate(world, opened(world)), world).cases


def _has_lists(world: World) -> bool:
    tables = world.catalogue.tables.items()
    return any(
        pa.types.is_list(world.tables[name][column].type)
        for name, table in tables
        for column in table.subjects
    )


@pytest.mark.parametrize("seed", [1000])
def test_asking_postgres_for_some_subjects_keeps_just_the_permitted_rows_about_them(
    lay: Lay, seed: int
) -> None:
    world = lay(make_world(random.Random(seed), most_members=10, most_rows=30, tables=2))
    gate = open_gate(world, opened(world))
    for name, table in world.catalogue.tables.items():
        everyone = {one for row in world.tables[name].to_pylist() for one in people_of(row, table) if one}
        wanted = sorted(everyone)[::2]
        read = gate.read(name, wanted)
        assert rows_of(read.to_pylist()) == rows_expected(expect(world, name, wanted), set(read.column_names))
