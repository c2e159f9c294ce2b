"""Data is used only as of now (law 4): the past and what is to come can be asked about, and no row leaves by them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import licet
from journeys.networks import Clock, make_network, member, post, texts_of, write_table
from licet.app import Workspace
from licet.enforce import Access, Gate
from licet.enforce.selection import Selection
from licet.ledger import EntryKind
from licet.terms import AppError, GateError, LicetError, UseError
from licet.terms.moments import parse_moment

#: Ibis 12 sets an option of pandas that pandas 3 says will go.
pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")

TRAIN = "generative_ai_training"
NOW = parse_moment("2025-10-15")
PAST, FUTURE = NOW - timedelta(days=10), NOW + timedelta(days=10)
ROWS = {
    "members": [member("ann"), member("ben", "CH")],
    "posts": [post("1", "ann", "one"), post("2", "ben", "two")],
}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_network(tmp_path / "w", ROWS, clock=Clock(NOW)) as made:
        yield made


@pytest.mark.parametrize(
    "at", [PAST, FUTURE, NOW - timedelta(microseconds=1), datetime.max.replace(tzinfo=UTC)]
)
def test_a_gate_of_another_moment_is_asked_and_hands_out_nothing(workspace: Workspace, at: datetime) -> None:
    gate = workspace.gate(TRAIN, at=at)
    assert sum(row.records for row in gate.counts(["posts"]).passed) == 2
    assert gate.verdicts("posts").num_rows == 2 and "body" in gate.columns("posts")
    assert workspace.decide("ann", TRAIN, "content.posts", at=at, visibility="public").permitted
    for take in (gate.table, gate.read):
        assert refused(lambda take=take: take("posts")) == "GATE-201"  # type: ignore[misc]
        assert refused(lambda take=take: take("posts", ["ann"])) == "GATE-201"  # type: ignore[misc]
    access = Access({TRAIN: gate}, workspace.salt)
    for take in (access.rows, access.own, access.schema):
        assert refused(lambda take=take: take("posts")) == "GATE-201", "nor to a use"  # type: ignore[misc]
    rows = Selection("posts")
    assert refused(lambda: access.transform(rows, list, pa.schema([]))) == "GATE-201", "wherever the rows are"


def test_a_gate_of_now_hands_out_rows_whether_or_not_the_moment_is_named(workspace: Workspace) -> None:
    for gate in (workspace.gate(TRAIN), workspace.gate(TRAIN, at=NOW), workspace.gate(TRAIN, position=1)):
        assert sorted(gate.read("posts")["body"].to_pylist()) == ["one", "two"]


def test_a_refusal_made_since_is_not_undone_by_naming_an_earlier_position(workspace: Workspace) -> None:
    before = workspace.ledger.position
    workspace.choose("ann", "ai", "off")
    earlier = workspace.gate(TRAIN, position=before)
    assert sum(row.records for row in earlier.counts(["posts"]).passed) == 2, "the past answers as it did"
    assert refused(lambda: earlier.read("posts")) == "GATE-201"
    assert refused(lambda: workspace.corpus_build(position=before)) == "CORP-208"
    assert refused(lambda: workspace.corpus_build(at=PAST, position=before)) == "CORP-208", (
        "nor for inspection"
    )
    assert texts(workspace.gate(TRAIN)) == ["two"]


def test_a_position_stands_for_now_until_something_changes_an_answer(workspace: Workspace) -> None:
    place = workspace.ledger.position
    workspace.corpus_build()
    workspace.member("ann").note_shown(workspace.policy().pack.digest, via="test")
    kinds = {entry.kind for entry in workspace.ledger_entries(place)}
    assert kinds == {EntryKind.USE_RUN, EntryKind.NOTICE_SHOWN}
    assert texts(workspace.gate(TRAIN, position=place)) == ["one", "two"]
    for change in (
        lambda: workspace.signal("ben", "gpc", False),
        lambda: workspace.choose("ben", "talk", "on"),
        lambda: workspace.ledger_erase("ben"),
    ):
        place = workspace.ledger.position
        change()
        gate = workspace.gate(TRAIN, position=place)
        assert refused(lambda gate=gate: gate.read("posts")) == "GATE-201"  # type: ignore[misc]


def test_a_gate_that_is_kept_hands_out_what_is_permitted_when_it_is_asked(workspace: Workspace) -> None:
    gate, named = workspace.gate(TRAIN), workspace.gate(TRAIN, position=workspace.ledger.position)
    gate.prepare(["posts"], cluster=True)
    rows, how_many, of_named = gate.table("posts"), gate.table("posts").count(), named.table("posts")
    assert texts(gate) == ["one", "two"] and how_many.to_pyarrow().as_py() == 2
    (copy,) = gate._verdicts._copies.values()
    workspace.choose("ann", "ai", "off")
    assert texts(gate) == ["two"] and gate.read("posts", ["ann"]).num_rows == 0
    assert sum(row.records for row in gate.counts(["posts"]).passed) == 1
    assert gate.verdicts("posts")["code"].to_pylist().count("refused") == 1
    assert gate.table("posts").count().to_pyarrow().as_py() == 1
    assert gate.position == workspace.ledger.position
    assert not copy.is_whole() and copy.file.seek(0, 2) == 0, "what passed before is nowhere any more"
    for read in (rows.to_pyarrow, rows.execute, how_many.to_pyarrow, of_named.to_pyarrow):
        assert refused(read) == "GATE-202"
    assert refused(lambda: named.read("posts")) == "GATE-201" and named.tense == "past"
    assert sum(row.records for row in named.counts(["posts"]).passed) == 2, (
        "what it was opened for answers still"
    )
    workspace.corpus_build()
    assert texts(gate) == ["two"] and gate.position == workspace.ledger.position - 1, (
        "a use changes no answer"
    )


def test_no_way_of_reading_a_table_that_was_handed_out_outlives_a_no(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = workspace.gate(TRAIN).table("posts")
    ways = {
        "batches": lambda: rows.to_pyarrow_batches().read_all(),
        "csv": lambda: rows.to_csv(tmp_path / "out"),
        "json": lambda: rows.to_json(tmp_path / "out"),
        "parquet": lambda: rows.to_parquet(tmp_path / "out"),
        "polars": rows.to_polars,
        "pandas": rows.to_pandas,
        "what is made of it": lambda: rows.group_by("seen_by").agg(n=rows.count()).execute(),
    }
    for read in ways.values():
        read()
    assert refused(lambda: rows.alias("r").sql("SELECT * FROM r")) == "GATE-203"
    (tmp_path / "out").unlink()
    workspace.choose("ben", "ai", "off")
    assert {name: refused(read) for name, read in ways.items()} == dict.fromkeys(ways, "GATE-202")
    assert refused(rows.cache) == "GATE-202"
    assert not (tmp_path / "out").exists()


def test_a_gate_that_is_kept_goes_by_the_day_the_policy_and_who_the_members_are(tmp_path: Path) -> None:
    clock = Clock(NOW)
    with make_network(tmp_path / "w", ROWS, clock=clock) as workspace:
        gate = workspace.gate(TRAIN)
        assert texts(gate) == ["one", "two"]
        write_table(workspace.layout.root, "members", [member("ann"), member("ben", "US")])
        assert texts(gate) == ["one"], "ben has moved"
        workspace.layout.catalogue.write_text(
            workspace.layout.catalogue.read_text().replace("body: content.posts", "body: null")
        )
        assert "body" not in gate.read("posts").column_names
        rows = gate.table("posts")
        clock.at = parse_moment("2025-04-30")
        assert refused(rows.to_pyarrow) == "GATE-202"
        assert gate.read("posts").num_rows == 0 and gate.at == clock.at, "posts from May on"
        clock.at = parse_moment("2025-05-01")
        assert gate.read("posts").num_rows == 1
        policy = workspace.layout.root / "policy.yaml"
        policy.write_text(policy.read_text().replace("regions: [EEA, CH]", "regions: [CH]"))
        workspace.use_pack(str(policy))
        assert gate.read("posts").num_rows == 0


def test_a_corpus_of_what_is_to_come_is_refused(workspace: Workspace) -> None:
    assert refused(lambda: workspace.corpus_build(at=FUTURE)) == "CORP-208"
    workspace.corpus_build()
    for at in (PAST, FUTURE):
        assert refused(lambda at=at: workspace.corpus_update(at=at)) == "CORP-208"  # type: ignore[misc]
    assert len(workspace.corpus_list()) == 1 == uses(workspace)


def test_a_corpus_of_the_past_is_for_inspection_and_nothing_else(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.choose("ann", "ai", "off")
    built = workspace.corpus_build(at=PAST)
    assert built.inspection and texts_of(workspace) == {"two"}, "of then, with the refusals of today"
    assert workspace.corpus_show(built.snapshot).manifest["inspection"] is True
    assert [
        entry.payload["how"]
        for entry in workspace.ledger_entries()
        if entry.kind == EntryKind.USE_RUN and entry.payload
    ] == ["inspection"]
    for which in ("latest", built.name, built.snapshot):
        assert refused(lambda which=which: workspace.corpus_update(snapshot=which)) == "CORP-200"  # type: ignore[misc]
        assert (
            refused(lambda which=which: workspace.corpus_export(tmp_path / "out", snapshot=which))
            == "CORP-200"
        )  # type: ignore[misc]
    assert not (tmp_path / "out").exists()
    assert workspace.member("ben").preview("ai", "off").artefacts == ()
    workspace.choose("ben", "ai", "off")
    assert texts_of(workspace, built.snapshot) == set(), "what was of then is not shown against a no of today"


def test_the_latest_snapshot_to_update_or_export_is_no_inspection(
    workspace: Workspace, tmp_path: Path
) -> None:
    made = workspace.corpus_build()
    assert not made.inspection and "inspection" not in workspace.corpus_show(made.snapshot).manifest
    looked = workspace.corpus_build(at=PAST)
    workspace.choose("ann", "ai", "off")
    updated = workspace.corpus_update()
    assert updated.how == "updated" and workspace.corpus_show().id == updated.snapshot != looked.snapshot
    workspace.corpus_build(at=PAST)
    assert workspace.corpus_export(tmp_path / "out").documents == 1


def test_an_update_brings_a_corpus_to_now(workspace: Workspace, tmp_path: Path) -> None:
    clock = Clock(parse_moment("2025-04-30"))
    with make_network(tmp_path / "other", ROWS, clock=clock) as other:
        assert other.corpus_build().documents == 0, "posts from May on"
        clock.at = parse_moment("2025-05-01")
        updated = other.corpus_update()
        assert (updated.how, updated.documents, updated.at) == ("updated", 2, "2025-05-01T00:00:00Z")


def test_everything_done_with_data_goes_by_the_workspaces_clock(tmp_path: Path) -> None:
    clock = Clock(parse_moment("2025-04-30"))
    with make_network(tmp_path / "w", ROWS, clock=clock) as workspace:
        question = ("ann", TRAIN, "content.posts")
        assert workspace.ledger_entries().__next__().recorded_at == clock.at
        assert workspace.decide(*question, visibility="public").code == "too_early"
        clock.at = parse_moment("2025-05-01")
        assert workspace.now() == clock.at
        assert workspace.decide(*question, visibility="public").permitted
        assert workspace.member("ann").at == clock.at
        assert workspace.choose("ann", "ai", "off").recorded_at == "2025-05-01T00:00:00Z"
    with licet.open(tmp_path / "w") as today:
        assert today.now() > FUTURE, "without one it is the machine's"


LAST, FIRST = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
NO_MOMENTS = (
    "2025-10-15", NOW.date(), 0, NOW.replace(tzinfo=None),
    LAST.replace(tzinfo=timezone(timedelta(hours=-14))), FIRST.replace(tzinfo=timezone(timedelta(hours=14))),
)  # fmt: skip


@pytest.mark.parametrize("at", NO_MOMENTS)
def test_what_is_no_moment_is_refused_wherever_one_is_asked_for(workspace: Workspace, at: Any) -> None:
    workspace.corpus_build()
    for ask in (
        lambda: workspace.gate(TRAIN, at=at),
        lambda: workspace.corpus_build(at=at),
        lambda: workspace.corpus_update(at=at),
    ):
        assert refused(ask) == "GATE-001"


def test_other_offsets_are_the_same_moment(workspace: Workspace) -> None:
    for hours in (-14, -5, 0, 2, 14):
        gate = workspace.gate(TRAIN, at=NOW.astimezone(timezone(timedelta(hours=hours))))
        assert texts(gate) == ["one", "two"]


@pytest.mark.parametrize("position", [-1, 2**64, True, 1.5, "1"])
def test_what_is_no_position_is_refused(workspace: Workspace, position: Any) -> None:
    with pytest.raises(AppError) as caught:
        workspace.gate(TRAIN, position=position)
    assert caught.value.code == "APP-015"


@pytest.mark.parametrize("said", [datetime(2025, 1, 1), "2025-01-01", None])  # noqa: DTZ001
def test_a_clock_without_a_time_zone_is_refused(tmp_path: Path, said: object) -> None:
    with make_network(tmp_path / "w", ROWS) as made:
        made.close()
    with licet.open(tmp_path / "w", clock=lambda: said) as workspace, pytest.raises(AppError) as caught:  # type: ignore[arg-type, return-value]
        workspace.gate(TRAIN)
    assert caught.value.code == "APP-200"


def refused(job: object) -> str:
    assert callable(job)
    with pytest.raises(LicetError) as caught:
        job()
    assert isinstance(caught.value, GateError | UseError) and caught.value.fix
    return caught.value.code


def texts(gate: Gate) -> list[str]:
    return sorted(gate.read("posts")["body"].to_pylist())


def uses(workspace: Workspace) -> int:
    return sum(entry.kind == EntryKind.USE_RUN for entry in workspace.ledger_entries())
