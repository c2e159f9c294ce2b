"""Law 13, one way out: what a workspace shows or hands out, by whatever way, the specification permits at that moment.

`make oracle` is the long run of the same, to a million marks.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

import licet
from licet.testing.effort import EFFORT
from licet.testing.marked import make_marked_world
from licet.testing.oracle import WAYS, Leak, judge_text, look_through, nothing_seen, standpoint

#: Worlds that together use every way out and every kind of location.
_WORLDS = 6


def test_whatever_leaves_was_permitted_and_whatever_is_withheld_says_why(tmp_path: Path) -> None:
    seen = nothing_seen()
    for number in range(_WORLDS * EFFORT):
        seen += look_through(3, number, tmp_path / str(number))
    for way in WAYS:
        assert 0 < seen.shown[way] < seen.cases[way], (way, seen)
    assert seen.refused.total() < seen.total / 500, seen.refused


def test_pages_and_headers_show_what_may_be_shown(tmp_path: Path) -> None:
    seen = nothing_seen()
    for number in range(3 * EFFORT):
        seen += look_through(2, number, tmp_path / str(number), pages=True)
    assert seen.shown["public page"] > 0
    assert seen.shown["own pages"] > 0


def test_on_spark_too_only_what_is_permitted_leaves(tmp_path: Path, spark_session: Any) -> None:
    seen = nothing_seen()
    for number in range(3, 3 + EFFORT):  # the third lies in files alone; Spark is not asked to read databases
        seen += look_through(3, number, tmp_path / str(number), spark=spark_session)
    assert seen.shown["gate"] > 0


def test_what_should_not_have_left_is_seen(tmp_path: Path) -> None:
    licet.create(tmp_path / "platform").close()
    world = make_marked_world(Random(5), tmp_path / "platform")
    with licet.open(world.root) as workspace:
        workspace.use_pack(str(world.policy))
        stand = standpoint(
            workspace, world, "generative_ai_training", "self", workspace.gate("recommendation").at
        )
        private = next(name for name, table in world.tables.items() if table.rows)
        mark = world.tables[private].rows[0]["key"]
        nobody = stand._replace(facts={})
        with pytest.raises(Leak, match="is out"):
            judge_text(world, f"a page that says {mark}", nobody, "page", [])
