"""Law 5 on the demo network under its own policy: rows about nobody, events, edges and what refers to what, on either
engine as `decide` has them, record by record, while some members said no and some yes."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from licet.decide import Policy
from licet.enforce.spark_engine import SparkEngine
from licet.enforce.spark_types import fitted
from licet.packs import open_pack
from licet.sources.catalogue import Catalogue, Location
from licet.sources.demo import make_demo_world
from licet.terms.moments import parse_moment
from licet.testing.agreement import assert_agree, assert_table_agrees
from licet.testing.drawn_people import make_choices, make_signals
from licet.testing.memory_ledger import open_gate
from licet.testing.worlds import World

PACK = open_pack("exemplum")
USES = {use.purpose: use for use in PACK.uses()}
#: A kind of row each: about nobody, with a reference to those, with one to people's, between two.
KINDS_OF_ROWS = ("jobs", "job_contacts", "reactions", "connections")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Thirty members, the cast among them, of whom each chose something; asked about nothing yet."""
    folder: Path = tmp_path_factory.mktemp("network")
    made, rng = make_demo_world(folder, members=30), random.Random(11)
    members = pq.read_table(folder / "members.parquet")["member_id"].to_pylist()
    catalogue = Catalogue(
        licet_catalogue=2,
        facts=made.facts,
        tables={
            name: table.model_copy(update={"location": Location(arrow=name)})
            for name, table in made.tables.items()
        },
    )
    tables = {name: pq.read_table(folder / f"{name}.parquet") for name in made.tables}
    choices, signals = make_choices(rng, members, [PACK]), make_signals(rng, members)
    at = parse_moment("2026-06-30T18:00:00")
    return World(Policy(PACK), catalogue, tables, choices, signals, "", "", at)


def asked(network: World, purpose: str) -> World:
    return network._replace(purpose=purpose, recipient=USES[purpose].recipient)


@pytest.mark.parametrize("name", KINDS_OF_ROWS)
def test_each_kind_of_row_is_decided_alike(network: World, name: str) -> None:
    world = asked(network, "recommendation")
    told = assert_table_agrees(open_gate(world), world, name)
    assert told.codes["permitted"]
    assert name != "reactions" or {"refused", "reference_withheld"} <= set(told.codes)


@pytest.mark.parametrize("purpose", USES)
def test_every_use_is_decided_alike(network: World, purpose: str) -> None:
    world = asked(network, purpose)
    assert assert_agree(open_gate(world), world).codes["permitted"]


def test_on_spark_too(network: World, spark_session: Any) -> None:
    world = asked(network, "recommendation")
    known = world._replace(tables={name: fitted(table) for name, table in world.tables.items()})
    gate = open_gate(world, SparkEngine(spark_session))
    for name in KINDS_OF_ROWS:
        assert assert_table_agrees(gate, known, name).codes["permitted"]
