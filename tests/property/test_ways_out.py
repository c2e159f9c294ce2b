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
from licet.testing.oracle.corpus_copies import judge_text
from licet.testing.oracle.sightings import Leak, nothing_seen
from licet.testing.oracle.standpoint import standpoint
from licet.testing.oracle.tour import look_through

#: Worlds that together use every way out and every kind of location.
_WORLDS = 6
#: Ways out by which something must have left, and something been withheld.
_WAYS = (
    "gate", "prepared", "some people", "verdicts", "counts", "batch", "decide", "documents", "export", "flows",
    "archive",
)  # fmt: skip


def test_whatever_leaves_was_permitted_and_whatever_is_withheld_says_why(tmp_path: Path) -> None:
    found = nothing_seen()
    for number in range(_WORLDS * EFFORT):
        found += look_through(3, number, tmp_path / str(number))
    for way in _WAYS:
        assert found.shown(way) > 0, way
        assert found.withheld(way) > 0, way
    assert found.shown("what-if") > 0
    assert found.shown("impact") > 0


def test_pages_and_headers_show_what_may_be_shown(tmp_path: Path) -> None:
    found = nothing_seen()
    for number in range(2 * EFFORT):
        found += look_through(2, number, tmp_path / str(number), pages=True)
    assert found.shown("public page") > 0
    assert found.shown("own pages") > 0


def test_on_spark_too_only_what_is_permitted_leaves(tmp_path: Path, spark_session: Any) -> None:
    found = nothing_seen()
    for number in range(EFFORT):
        found += look_through(3, number, tmp_path / str(number), spark=spark_session)
    assert found.shown("gate") > 0


def test_what_should_not_have_left_is_seen(tmp_path: Path) -> None:
    world = make_marked_world(Random(5), tmp_path / "platform")
    licet.create(world.root).close()
    with licet.open(world.root) as workspace:
        workspace.use_pack(str(world.policy))
        stand = standpoint(workspace, world, "generative_ai_training", "self")
        mark = world.tables["t0"].rows[0]["key"]
        nobody = stand._replace(facts={})
        with pytest.raises(Leak, match="is out"):
            judge_text(nobody, f"a page that says {mark}", "page", [])
