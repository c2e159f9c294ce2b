"""Law 13, one way out: what a workspace shows or hands out, by whatever way, the specification permits at that moment.

`make oracle` is the long run of the same, to a million marks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

import licet
from licet.app import Workspace
from licet.testing.effort import EFFORT
from licet.testing.marked_worlds import make_marked_world
from licet.testing.numbered_worlds import in_order
from licet.testing.oracle import tour
from licet.testing.oracle.corpus_copies import judge_text
from licet.testing.oracle.gate_rows import through_gate
from licet.testing.oracle.long_run import judge, main
from licet.testing.oracle.member_sides import through_members
from licet.testing.oracle.sightings import Leak, Sightings, nothing_seen
from licet.testing.oracle.standpoint import Standpoint, standpoint
from licet.testing.oracle.supposed_counts import through_counts
from licet.testing.oracle.tour import Clock, live, look_through

#: Seed and number of worlds that together use every way out and every kind of location.
_FIRST_WORLDS = ((1, 5), (4, 0))
#: Ways out by which something must have left, and something been withheld.
_WAYS = (
    "gate", "prepared", "some people", "verdicts", "counts", "batch", "decide", "documents", "export", "flows",
    "archive",
)  # fmt: skip


def test_whatever_leaves_was_permitted_and_whatever_is_withheld_says_why(tmp_path: Path) -> None:
    found = nothing_seen()
    for seed, first in _FIRST_WORLDS:
        for number in range(first, first + EFFORT):
            found += look_through(seed, number, tmp_path / f"{seed}-{number}")
    for way in _WAYS:
        assert found.shown(way) > 0, way
        assert found.withheld(way) > 0, way
    assert found.shown("what-if") > 0
    assert found.shown("impact") > 0


def test_pages_and_headers_show_what_may_be_shown(tmp_path: Path) -> None:
    found = nothing_seen()
    for number in range(8 * EFFORT):
        if number < EFFORT or not (found.shown("public page") and found.shown("own pages")):
            found += look_through(1, 8 + number, tmp_path / str(number), pages=True)
    assert found.shown("public page") > 0
    assert found.shown("own pages") > 0


def test_on_spark_too_only_what_is_permitted_leaves(tmp_path: Path, spark_session: Any) -> None:
    found = nothing_seen()
    for number in range(8 * EFFORT):
        if number < EFFORT or not found.shown("gate"):
            found += look_through(4, number, tmp_path / str(number), spark=spark_session)
    assert found.shown("gate") > 0


@pytest.fixture
def lived_in(tmp_path: Path) -> Iterator[tuple[Workspace, Standpoint]]:
    """A platform whose members have spoken, and the use of their data for training."""
    rng = Random("3/1")
    world = make_marked_world(rng, tmp_path / "platform")
    clock = Clock(world.now)
    licet.create(world.root, clock=clock).close()
    with licet.open(world.root, clock=clock) as workspace:
        live(rng, world, workspace, clock)
        yield workspace, standpoint(workspace, world, "generative_ai_training", "self")


_LOOKS: dict[str, Callable[[Workspace, Standpoint], Sightings]] = {
    "gates": lambda workspace, stand: through_gate(workspace, stand, "duckdb"),
    "counts": lambda workspace, stand: through_counts(Random(1), workspace, stand),
    "members": lambda workspace, stand: through_members(Random(1), workspace, stand),
    "a page": lambda workspace, stand: judge_text(
        stand, "a page that says " + stand.world.tables["t0"].rows[0]["c0"], "page", []
    ),
}


@pytest.mark.parametrize("way", _LOOKS)
def test_what_should_not_have_left_is_seen(lived_in: tuple[Workspace, Standpoint], way: str) -> None:
    """Had nobody been known, nothing could have left and every reason were another."""
    workspace, stand = lived_in
    nobody = stand._replace(facts={})
    with pytest.raises(Leak):
        _LOOKS[way](workspace, nobody)


def test_a_choice_that_the_ledger_does_not_tell_is_seen(lived_in: tuple[Workspace, Standpoint]) -> None:
    workspace, stand = lived_in
    said = next(of_member for of_member in stand.world.said.values() if of_member)
    said[next(iter(said))] = "on" if said[next(iter(said))] == "off" else "off"
    with pytest.raises(Leak, match="the ledger tells"):
        standpoint(workspace, stand.world, stand.purpose, stand.recipient)


def test_a_world_says_the_same_in_any_process() -> None:
    found = in_order(judge, 1, 8, processes=2, ahead=1)
    assert next(found) == judge(1, 8)
    found.close()  # type: ignore[attr-defined]


def test_a_run_that_finds_a_leak_fails_and_names_the_world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tour, "standpoint", lambda *use: standpoint(*use)._replace(facts={}))
    out = tmp_path / "oracle.json"
    assert main(["--seed", "3", "--first", "1", "--processes", "1", "--cases", "1", "--out", str(out)]) == 1
    assert "--seed 3 --first 1" in capsys.readouterr().err
    assert not out.exists()
