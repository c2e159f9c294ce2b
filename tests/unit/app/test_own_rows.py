"""One member's own rows out of a workspace: as of now, of the bytes that lie there now, and never past a no."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import licet
from journeys.networks import Clock, make_network, member, message, post, write_table
from licet.app import Workspace
from licet.sources.catalogue import STAMP
from licet.terms import LicetError
from licet.terms.moments import parse_moment

TRAIN, SETTING = "generative_ai_training", "ai"
NOW = parse_moment("2025-11-15")
ROWS = {
    "members": [member("ann"), member("ben", "CH"), member("cem", "CH")],
    "posts": [post("1", "ann", "one"), post("2", "ben", "two"), post("3", "ann", "three")],
    "messages": [message("7", "ann", ["ben"], "psst")],
}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_network(tmp_path / "w", ROWS, clock=Clock(NOW)) as made:
        yield made


def bodies(workspace_or_serving: object, subject: str = "ann", at_least: int | None = None) -> list[str]:
    own = workspace_or_serving.own(subject, at_least)  # type: ignore[attr-defined]
    return own.tables["posts"]["body"].to_pylist() if "posts" in own.tables else []


def refused(ask: object) -> str:
    with pytest.raises(LicetError) as error:
        ask()  # type: ignore[operator]
    return error.value.code


def test_own_rows_are_those_that_a_gate_hands_out_asked_first_or_again(workspace: Workspace) -> None:
    serving, gate = workspace.serving(TRAIN, for_training=True), workspace.gate(TRAIN, for_training=True)
    for subject in ("ann", "nobody"):
        wanted = {name: gate.table(name, [subject]).to_pyarrow() for name in ("members", "posts", "messages")}
        for _ in range(3):
            own = serving.own(subject)
            assert {name: len(rows) for name, rows in own.tables.items()} == {
                name: len(rows) for name, rows in wanted.items() if len(rows)
            }
            for name, rows in own.tables.items():
                assert rows.to_pylist() == wanted[name].select(rows.column_names).to_pylist()
    assert bodies(serving) == ["one", "three"]


def test_a_no_on_the_disk_governs_the_very_next_call_whoever_recorded_it(workspace: Workspace) -> None:
    serving = workspace.serving(TRAIN)
    assert bodies(serving) == bodies(serving) == ["one", "three"]
    with licet.open(workspace.layout.root, clock=Clock(NOW)) as elsewhere:
        position = elsewhere.choose("ann", SETTING, "off").position
    assert bodies(serving, at_least=position) == []
    own = serving.own("ann", position)
    assert own.position == position and set(own.verdicts("posts")["code"].to_pylist()) == {"refused"}
    assert bodies(serving, "ben") == ["two"]
    workspace.choose("ann", SETTING, "on")
    assert bodies(serving) == ["one", "three"]
    assert refused(lambda: serving.own("ann", 99)) == "APP-085", "an answer is never older than is demanded"


def test_a_table_that_was_put_in_anothers_place_is_read_anew(workspace: Workspace) -> None:
    serving = workspace.serving(TRAIN)
    for _ in range(3):
        assert bodies(serving) == ["one", "three"]
    write_table(workspace.layout.root, "posts", [post("1", "ben", "one"), post("9", "ann", "nine")])
    assert bodies(serving) == ["nine"] and bodies(serving, "ben") == ["one"]


def test_nothing_is_served_while_a_refusal_may_be_lost_with_its_id(workspace: Workspace) -> None:
    serving = workspace.serving(TRAIN)
    assert bodies(serving, "ben") == ["two"]
    workspace.choose("ann", SETTING, "off")
    assert bodies(serving) == []
    write_table(workspace.layout.root, "members", [member("Ann"), member("ben", "CH")])
    write_table(workspace.layout.root, "posts", [post("1", "Ann", "one"), post("2", "ben", "two")])
    assert refused(lambda: serving.own("Ann")) == refused(lambda: serving.own("ben")) == "GATE-171"
    workspace.rename_subject("ann", "Ann")
    assert bodies(serving, "Ann") == [] and bodies(serving, "ben") == ["two"]


def test_a_label_that_came_to_contradict_lets_nothing_out(workspace: Workspace) -> None:
    serving, file = workspace.serving(TRAIN), next((workspace.layout.root / "data").rglob("posts.parquet"))
    for _ in range(3):
        assert bodies(serving) == ["one", "three"]
    rows = pq.read_table(file)
    place = rows.schema.get_field_index("body")
    stamped = rows.schema.field(place).with_metadata({STAMP: "profile.name"})
    pq.write_table(rows.cast(rows.schema.set(place, stamped)), file)
    assert refused(lambda: serving.own("ann")) == "SRC-013"


def test_what_no_policy_is_in_force_for_is_refused(tmp_path: Path, workspace: Workspace) -> None:
    assert refused(lambda: workspace.serving("no such use").own("ann")) == "GATE-005"
    assert refused(lambda: workspace.serving(TRAIN, recipient="nobody").own("ann")) == "GATE-006"
    assert refused(lambda: workspace.serving("ad_sharing", for_training=True).own("ann")) == "GATE-200"
    assert refused(lambda: workspace.serving(TRAIN).own("")) == "GATE-170"
    workspace.spark = object()
    assert refused(lambda: workspace.serving(TRAIN)) == "GATE-211", "rows that Spark keeps are not read here"
    with licet.create(tmp_path / "empty") as empty:
        assert refused(lambda: empty.serving(TRAIN).own("ann")) == "APP-005"


def test_private_communication_is_served_to_no_training(workspace: Workspace) -> None:
    for _ in range(2):
        own = workspace.serving(TRAIN, for_training=True).own("ann")
        assert "messages" in own.about and "messages" not in own.tables
        assert own.verdicts("messages")["code"].to_pylist() == ["closed_by_vocabulary"]
