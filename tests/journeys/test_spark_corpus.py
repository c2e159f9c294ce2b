"""A corpus on Spark, classic and Connect: the same root and the same files as on DuckDB, made, updated and remade."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

import licet
from journeys.command_line import run_licet
from journeys.networks import comment, make_network, member, message, post
from licet.app import Workspace
from licet.enforce.spark_engine import SparkEngine
from licet.terms.moments import parse_moment
from licet.testing.agreement import assert_agree
from licet.testing.memory_ledger import open_gate
from licet.testing.worlds import make_world

DAY = parse_moment("2025-10-15")
ROWS = {
    "members": [member("ann"), member("ben", "CH"), member("cy", "US"), member("dot", None), member("eve")],
    "profiles": [
        {
            "id": "ann",
            "name": "Ann Acker",
            "headline": "Ann Acker, baker",
            "summary": "Bread. And more bread.",
        },
        {"id": "ben", "name": None, "headline": None, "summary": "Writes to ben@example.org"},
    ],
    "posts": [
        post("1", "ann", "the harbour opens at nine, says Ann Acker"),
        post("2", "ben", "the harbour opens at nine, says Ann Acker"),
        post("3", "cy", "three"),
        post("4", "eve", "with a friend", **{"with": ["eve", "ben"]}),
        post("5", "eve", "with nobody", **{"with": []}),
        post("6", "dot", "six"),
    ],
    "comments": [
        comment("1", "1", "ben", "aye"),
        comment("2", "1", "eve", "and at eight?", 1),
        comment("3", "2", "cy", "nay"),
    ],
    "messages": [message("1", "ann", ["ben"], "secret")],
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_network(tmp_path / "w", ROWS).close()
    return tmp_path / "w"


def test_either_engine_makes_the_corpus_and_brings_the_other_s_up_to_date(
    home: Path, spark_session: Any
) -> None:
    with open_at(home) as here, open_at(home, spark_session) as there:
        position = here.ledger.position
        one = here.corpus_show(here.corpus_build(at=DAY, position=position).snapshot).manifest
        other = there.corpus_show(there.corpus_build(at=DAY, position=position).snapshot).manifest
        assert one["root"] == other["root"] and one["counts"]["documents"] > 4
        assert {part for part in one if one[part] != other[part]} == {"environment"}
        assert (one["environment"]["engine"], other["environment"]["engine"]) == ("duckdb", "spark")

        for who, where in (("ben", here), ("ann", there)):  # the latest is Spark's, then DuckDB's
            for setting in ("talk", "ai"):
                here.choose(who, setting, "off")
            updated = where.corpus_update()
            assert (updated.how, updated.why) == ("updated", None)
            rebuilt = here.corpus_build(at=DAY, position=updated.position)
            assert [updated.root, updated.documents] == [rebuilt.root, rebuilt.documents]
        assert updated.documents < one["counts"]["documents"]


def test_of_a_table_that_engines_read_each_their_own_way_all_is_made_anew(
    home: Path, spark_session: Any
) -> None:
    members = pq.read_table(home / "data" / "members.parquet")
    pc.write_csv(members, home / "data" / "members.csv")
    catalogue = (home / "catalogue.yaml").read_text()
    (home / "catalogue.yaml").write_text(
        catalogue.replace("parquet: data/members.parquet", "csv: data/members.csv")
    )
    with open_at(home) as here, open_at(home, spark_session) as there:
        made = here.corpus_build(at=DAY)
        remade = there.corpus_update()
        assert (remade.how, remade.why) == ("rebuilt", "licet or a library it makes documents with changed")
        assert remade.root == made.root


def test_spark_connect_makes_the_same_corpus_and_agrees_with_decide(home: Path, connect_session: Any) -> None:
    assert "connect" in type(connect_session).__module__
    with open_at(home) as here, open_at(home, connect_session) as there:
        made = here.corpus_build(at=DAY)
        here.choose("ben", "ai", "off")
        updated = there.corpus_update()
        assert updated.how == "updated" and updated.documents < made.documents
        assert here.corpus_build(at=DAY, position=updated.position).root == updated.root
    world = make_world(random.Random(3), most_members=10, most_rows=20, tables=1)
    assert assert_agree(open_gate(world, SparkEngine(connect_session)), world)


def test_the_command_builds_on_a_server_and_looks_there(home: Path, spark_session: Any) -> None:
    server = f"sc://127.0.0.1:{spark_session.conf.get('spark.connect.grpc.binding.port')}"
    with licet.open(home) as here:
        root = here.corpus_build().root
    asked = ("--engine", "spark", "--spark-remote", server, "-w", home, "--json")
    built = run_licet("corpus", "build", *asked)
    assert built.status == 0, built.err
    assert built.json["root"] == root


def open_at(home: Path, spark: Any = None) -> Workspace:
    return licet.open(home, spark=spark, clock=lambda: DAY)
