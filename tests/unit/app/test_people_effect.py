"""What noes cost where people are suggested: told with intervals, of those who say them and those who do not."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pyarrow as pa
import pytest

from journeys.harbours import make_harbour
from licet.app.effect.people_effect import SHARES, PeopleEffect, effect_on, latest_people, people_effect
from licet.uses.people.permitted_edges import EDGES
from licet.uses.use import silent

MEMBERS = 160


def friends() -> list[tuple[str, str]]:
    """Circles of sixteen, in which most know most, and a few edges across."""
    rng = random.Random(4)
    pairs = set()
    for n in range(MEMBERS):
        circle = n // 16 * 16
        for other in rng.sample(range(circle, circle + 16), 6) + rng.sample(range(MEMBERS), 1):
            if other != n:
                pairs.add((f"m{min(n, other):03}", f"m{max(n, other):03}"))
    return sorted(pairs)


def table(pairs: list[tuple[str, str]]) -> pa.Table:
    ends = [(who, whom) for pair in pairs for who, whom in (pair, pair[::-1])]
    rows = [{"owner": who, "other": whom, "is_readable": True} for who, whom in ends]
    return pa.Table.from_pylist(rows, EDGES)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> PeopleEffect:
    people = [{"id": f"m{n:03}"} for n in range(MEMBERS)]
    with make_harbour(tmp_path_factory.mktemp("circles") / "w", people, friends()) as workspace:
        workspace.uses.people.build()
        snapshot = latest_people(workspace)
        assert snapshot is not None
        told = people_effect(workspace, snapshot, 2, 60, silent)
        entry = workspace.ledger.entry(workspace.ledger.position - 1).payload
        assert entry is not None and (entry["use"], entry["how"], entry["seeds"]) == ("people", "effect", 2)
    assert told is not None
    return told


def test_what_noes_cost_is_told_with_intervals_for_those_in_and_those_out(found: PeopleEffect) -> None:
    assert [(one.act, one.did) for one in found.curves] == [
        ("out", False), ("out", True), ("hidden", False), ("hidden", True)
    ]  # fmt: skip
    assert found.recall.middle > 0.2 and found.members == MEMBERS
    for curve in found.curves:
        print(curve.act, "did" if curve.did else "did not", *(point.change for point in curve.points))
        assert tuple(point.share for point in curve.points) == SHARES
        last = curve.points[-1].change
        assert last is not None and last.half_width > 0 and last.middle < 0, "half of them cost everybody"
    few = found.curves[1].points[0].change
    assert few is None, "of 16 who left there is no figure"


def test_it_is_the_same_each_time_and_whoever_was_never_asked_costs_nothing() -> None:
    edges = table(friends())
    told = effect_on(edges, (0.3,), 1, 60, silent)
    assert told == effect_on(edges, (0.3,), 1, 60, silent)
    nobody = effect_on(edges, (1e-9,), 1, 60, silent)
    assert nobody is not None and told is not None and nobody[0] == told[0]
    assert [one.points[0].change for one in nobody[1] if one.did] == [None, None]
    assert {one.points[0].change.middle for one in nobody[1] if one.points[0].change} == {0.0}


def test_of_a_few_members_nothing_is_told() -> None:
    assert effect_on(table(friends()[:40]), SHARES, 1, 60, silent) is None
    assert effect_on(EDGES.empty_table(), SHARES, 1, 60, silent) is None


def test_as_json_and_as_a_picture_it_names_nobody(found: PeopleEffect, tmp_path: Path) -> None:
    told = json.dumps(found.as_json(lambda one: None if one is None else {"middle": one.middle}))
    assert "m0" not in told and '"hidden"' in told
