"""A model counted on Spark, classic and Connect: the files of the one counted here, made and brought to a choice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import licet
from journeys.command_line import run_licet
from journeys.networks import comment, make_network, member, post
from licet.app import Workspace
from licet.store import SnapshotRef
from licet.terms.canonical import JsonObject
from licet.terms.moments import parse_moment
from licet.testing.use_contract import compacted
from licet.uses.registry import open_use

DAY = parse_moment("2025-10-15")
#: What a model's files are, and how many of what they hold.
_MADE = ("root", "tables", "served", "vocabulary", "counts", "deltas", "rising", "recipe", "members")
ROWS = {
    "members": [member(who) for who in ("ann", "ben", "cy", "dot", "eve")],
    "posts": [
        post("1", "ann", "the harbour opens at nine, and the boats go out"),
        post("2", "ben", "the harbour opens at ten; 🐟 for sale"),
        post("3", "cy", "three boats go out"),
        post("4", "eve", "with a friend", **{"with": ["eve", "ben"]}),
        post("5", "dot", "the harbour opens at nine, again"),
    ],
    "comments": [comment("1", "1", "ben", "aye, at nine"), comment("2", "3", "eve", "and at eight?", 1)],
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_network(tmp_path / "w", ROWS).close()
    return tmp_path / "w"


def test_a_model_counted_on_spark_is_the_one_counted_here_file_by_file(
    home: Path, spark_session: Any
) -> None:
    with open_at(home) as here, open_at(home, spark_session) as there:
        one, other = trained(here), trained(there)
        assert made(one.manifest) == made(other.manifest)
        assert len(one.manifest["tables"]) > 1 and one.manifest["counts"]["tokens"] > 20
        engines = [each.manifest["environment"]["engine"] for each in (one, other)]
        assert engines == ["duckdb", "spark"]

        here.choose("ben", "ai", "off")
        on_spark, on_duckdb = updated(there, one), updated(here, other)  # each goes on from the other's
        assert made(on_spark.manifest) == made(on_duckdb.manifest) and on_spark.manifest["deltas"]
        assert on_spark.manifest["counts"]["tokens"] < one.manifest["counts"]["tokens"]
        use = open_use("model", home)
        assert made(compacted(use, there.store, on_spark)) == made(trained(here).manifest)


def test_through_connect_it_is_the_same(home: Path, connect_session: Any) -> None:
    assert "connect" in type(connect_session).__module__
    with open_at(home) as here, open_at(home, connect_session) as there:
        one, other = trained(here), trained(there)
        assert made(one.manifest) == made(other.manifest)
        here.choose("ben", "ai", "off")
        assert made(updated(there, one).manifest) == made(updated(here, other).manifest)


def test_the_commands_count_on_a_server(home: Path, spark_session: Any) -> None:
    server = f"sc://127.0.0.1:{spark_session.conf.get('spark.connect.grpc.binding.port')}"
    with licet.open(home) as here:
        root = trained(here).manifest["root"]
    asked = ("--engine", "spark", "--spark-remote", server, "-w", home, "--json")
    counted = run_licet("model", "train", *asked)
    assert counted.status == 0, counted.err
    assert counted.json["root"] == root
    with licet.open(home) as here:
        assert newest(here).manifest["environment"]["engine"] == "spark"
        here.choose("ben", "ai", "off")
    brought = run_licet("model", "update", *asked)
    assert (brought.status, brought.json["how"]) == (0, "updated"), brought.err


def trained(workspace: Workspace) -> SnapshotRef:
    if not workspace.uses["corpus"].snapshots():
        workspace.corpus_build()
    workspace.model_train()
    return newest(workspace)


def updated(workspace: Workspace, earlier: SnapshotRef) -> SnapshotRef:
    result = workspace.uses["model"].update(snapshot=earlier.id)
    assert (result.how, result.why) == ("updated", None)
    return newest(workspace)


def newest(workspace: Workspace) -> SnapshotRef:
    return workspace.uses["model"].snapshots()[-1]


def open_at(home: Path, spark: Any = None) -> Workspace:
    return licet.open(home, spark=spark, clock=lambda: DAY)


def made(manifest: JsonObject) -> JsonObject:
    return {part: manifest[part] for part in _MADE if part in manifest}
