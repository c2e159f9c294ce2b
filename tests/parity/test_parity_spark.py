"""Law 5 on Spark: the gate's answers, reasons and cells on a Spark session are those of `decide`.

Few worlds, since each costs Spark seconds; each seed is a world of its own. `LICET_EFFORT` multiplies them.
"""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from licet.enforce.spark_engine import SparkEngine
from licet.enforce.spark_types import fitted
from licet.sources.catalogue import Location
from licet.testing.agreement import assert_agree, rows_expected, rows_of
from licet.testing.effort import EFFORT
from licet.testing.expected_refusals import people_of
from licet.testing.expected_rows import expect
from licet.testing.features import of_world
from licet.testing.memory_ledger import open_gate
from licet.testing.worlds import World, make_world


@pytest.mark.parametrize("seed", range(2 * EFFORT))
def test_gate_on_spark_and_decide_agree(spark_session: Any, tmp_path: Path, seed: int) -> None:
    world = make_world(random.Random(seed), most_members=25, most_rows=80, tables=2)
    known = as_spark_has_it(world)
    for name in world.catalogue.tables:
        assert expect(known, name).verdicts == expect(world, name).verdicts
    if seed % 2:  # such tables can be prepared
        world = in_files(known, tmp_path)
    gate = open_gate(world, SparkEngine(spark_session))
    assert assert_agree(gate, known).cases
    assert not seed % 2 or gate.prepare()


def test_on_spark_too_rows_go_with_what_they_refer_to_and_rows_about_nobody_pass_by_a_rule(
    spark_session: Any,
) -> None:
    wanted = {
        "table: that refers to another",
        "table: about nobody",
        "refused: one record, for what refers to it",
    }
    worlds = (make_world(random.Random(seed), 12, 40, tables=2) for seed in itertools.count(500))
    world = next(world for world in worlds if wanted <= of_world(world))
    known = as_spark_has_it(world)
    assert assert_agree(open_gate(world, SparkEngine(spark_session)), known).cases


@pytest.mark.parametrize("seed", [1000])
def test_asking_spark_for_some_subjects_keeps_just_the_permitted_rows_about_them(
    spark_session: Any, seed: int
) -> None:
    world = make_world(random.Random(seed), most_members=10, most_rows=30, tables=2)
    gate = open_gate(world, SparkEngine(spark_session))
    for name, table in world.catalogue.tables.items():
        everyone = {one for row in world.tables[name].to_pylist() for one in people_of(row, table) if one}
        wanted = sorted(everyone)[::2]
        read = gate.read(name, wanted)
        told = expect(as_spark_has_it(world), name, wanted)
        assert rows_of(read.to_pylist()) == rows_expected(told, set(read.column_names))


def in_files(world: World, folder: Path) -> World:
    """The tables about rows as Parquet, two files each."""
    tables = dict(world.catalogue.tables)
    for name, table in tables.items():
        rows, half = world.tables[name], len(world.tables[name]) // 2
        (folder / name).mkdir()
        for number, part in enumerate((rows.slice(0, half), rows.slice(half))):
            pq.write_table(part, folder / name / f"{number}.parquet")
        tables[name] = table.model_copy(update={"location": Location(parquet=str(folder / name))})
    return world._replace(catalogue=world.catalogue.model_copy(update={"tables": tables}))


def as_spark_has_it(world: World) -> World:
    """The tables in Spark's types: cells lose what is below a microsecond. No answer may change by it."""
    return world._replace(tables={name: fitted(table) for name, table in world.tables.items()})
