"""Somebody's own log in a workspace: its events pass where policy and member let them, and nothing half stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import licet
from licet.app import Workspace
from licet.terms import AppError, LicetError, SourceError
from licet.terms.moments import parse_moment

AT = parse_moment("2026-06-30T18:00:00")
NAMED: dict[str, Any] = {"subject": "user", "item": "track", "time": "played", "category": "activity.views"}
LOG = "user,track,played\nann,t1,2026-03-01\nben,t1,2026-03-02\nann,t2,2026-03-03\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "plays.csv").write_text(LOG)
    with licet.open(tmp_path / "w", make=True, clock=lambda: AT) as made:
        yield made


def events(workspace: Workspace, purpose: str = "recommender_training") -> list[tuple[str, str]]:
    rows = workspace.gate(purpose).read("events").to_pylist()
    return sorted((row["member_id"], row["item_id"]) for row in rows)


def test_a_log_feeds_an_empty_workspace_and_a_no_takes_its_members_events(
    workspace: Workspace, tmp_path: Path
) -> None:
    told = workspace.data.import_events(tmp_path / "plays.csv", region="CH", age=30, **NAMED)
    assert told.rows == {"events": 3, "members": 2} and told.unread == ()
    workspace.policies.use("exemplum")
    assert events(workspace) == [("ann", "t1"), ("ann", "t2"), ("ben", "t1")]
    workspace.choices.choose("ann", "learning", "off")
    assert events(workspace) == [("ben", "t1")]
    assert events(workspace, "recommendation") == [("ann", "t1"), ("ann", "t2"), ("ben", "t1")]
    own = workspace.serving("recommendation").own("ann")
    assert own.tables["events"]["item_id"].to_pylist() == ["t1", "t2"]


def test_where_nobody_says_how_old_the_members_are_a_rule_that_asks_denies(
    workspace: Workspace, tmp_path: Path
) -> None:
    told = workspace.data.import_events(tmp_path / "plays.csv", **NAMED)
    workspace.policies.use("exemplum")
    assert events(workspace) == [] and any("of unknown region and age" in note for note in told.notes)


def test_a_layout_for_recommendations_is_written_once_and_a_persons_own_is_left(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.data.import_events(tmp_path / "plays.csv", **NAMED)
    place = tmp_path / "w" / "recommend.yaml"
    assert yaml.safe_load(place.read_text())["interactions"] == [{"table": "events", "weight": 1}]
    mine = place.read_text() + "# mine\n"
    place.write_text(mine)
    told = workspace.data.import_events(tmp_path / "plays.csv", table="likes", **NAMED)
    assert place.read_text() == mine and any("{table: likes, weight: 1}" in note for note in told.notes)
    again = workspace.data.import_events(tmp_path / "plays.csv", replace=True, **NAMED)
    assert not [note for note in again.notes if "recommend.yaml" in note]


def test_beside_other_tables_it_refers_to_items_and_says_who_is_no_member(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.data.make_demo_world(20)
    jobs = workspace.catalogue.tables["jobs"]
    assert jobs.key == "job_id"
    (tmp_path / "clicks.csv").write_text(
        "who,job,at\nm000000,j0000001,2026-03-01\nm000000,gone,2026-03-02\nxx,j0000001,2026-03-01\n"
    )
    told = workspace.data.import_events(
        tmp_path / "clicks.csv", subject="who", item="job", time="at", category="activity.views", table="clicks",
        items="jobs",
    )  # fmt: skip
    assert any("1 are not in the table of members" in note for note in told.notes)
    workspace.policies.use("exemplum")
    rows = workspace.gate("recommendation").read("clicks").to_pylist()
    assert [(row["member_id"], row["item_id"]) for row in rows] == [("m000000", "j0000001")]


def test_a_table_is_replaced_when_it_is_said_and_its_members_with_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.data.import_events(tmp_path / "plays.csv", **NAMED)
    (tmp_path / "plays.csv").write_text(LOG + "cy,t9,2026-03-04\n")
    with pytest.raises(AppError, match="APP-031"):
        workspace.data.import_events(tmp_path / "plays.csv", **NAMED)
    told = workspace.data.import_events(tmp_path / "plays.csv", replace=True, **NAMED)
    assert told.rows == {"events": 4, "members": 3}


def test_a_table_called_members_that_is_somebodys_own_is_not_taken_away(
    workspace: Workspace, tmp_path: Path
) -> None:
    root = tmp_path / "w"
    own = "tables: {members: {location: {parquet: data/m.parquet}, columns: {h: profile.headline}}}\n"
    (root / "catalogue.yaml").write_text("licet_catalogue: 1\n" + own)
    for replace in (False, True):
        with pytest.raises(AppError, match="APP-031"):
            workspace.data.import_events(tmp_path / "plays.csv", replace=replace, **NAMED)
    assert (root / "catalogue.yaml").read_text().endswith(own)
    assert not list(root.glob("data/events/*"))


def test_a_refused_log_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    workspace.data.import_events(tmp_path / "plays.csv", region="CH", age=30, **NAMED)
    workspace.policies.use("exemplum")
    root = tmp_path / "w"
    before = {
        path: path.read_bytes() for folder in ("data", ".") for path in (root / folder).glob("**/*.parquet")
    }
    catalogue = (root / "catalogue.yaml").read_bytes()
    (tmp_path / "bad.csv").write_text("user,track,played\n,,\n")
    refused: list[tuple[dict[str, Any], type[LicetError], str]] = [
        ({"replace": True}, SourceError, "SRC-204"),
        ({"table": "other", "items": "nowhere"}, SourceError, "SRC-204"),
    ]
    for asked, kind, code in refused:
        with pytest.raises(kind, match=code):
            workspace.data.import_events(tmp_path / "bad.csv", **{**NAMED, **asked})
    with pytest.raises(SourceError, match="SRC-193"):
        workspace.data.import_events(tmp_path / "plays.csv", table="other", items="nowhere", **NAMED)
    assert {path: path.read_bytes() for path in before} == before
    assert (root / "catalogue.yaml").read_bytes() == catalogue and not list(
        (root / "data" / "events").glob("other*")
    )
    assert events(workspace) == [("ann", "t1"), ("ann", "t2"), ("ben", "t1")]


def test_the_demo_lays_out_what_recommendations_go_by(workspace: Workspace, tmp_path: Path) -> None:
    workspace.data.make_demo_world(20)
    said = yaml.safe_load((tmp_path / "w" / "recommend.yaml").read_text())
    tables = workspace.catalogue.tables
    for interaction in said["interactions"]:
        assert tables[interaction["table"]].event is not None
    assert tables[said["not_interested"]].event is not None
    for name, columns in said["items"].items():
        assert tables[name].is_about_nobody and set(columns.values()) <= set(tables[name].columns)
    for name, columns in said["attributes"].items():
        assert set(columns) <= set(tables[name].columns)


def test_items_that_are_said_to_be_about_nobody_are_listed_where_five_took_them_up(
    workspace: Workspace, tmp_path: Path
) -> None:
    people = [f"p{n}" for n in range(6)]
    rows = [(who, "many", day) for day, who in enumerate(people, 1)] + [("p0", "mine", 1), ("p1", "other", 2)]
    rows += [(who, "second", day) for day, who in enumerate(people[:5], 1)]
    path = tmp_path / "log.csv"
    path.write_text(
        "user,track,played\n" + "".join(f"{who},{item},2026-03-0{day}\n" for who, item, day in rows)
    )
    told = workspace.data.import_events(
        path, region="CH", age=30, items_are="organisation.job_postings", **NAMED
    )
    assert told.rows == {"events": 13, "members": 6, "events_items": 2}
    table = workspace.catalogue.tables["events_items"]
    assert table.is_about_nobody and table.columns == {"item_id": "organisation.job_postings"}
    workspace.policies.use("exemplum")
    workspace.recommend.build()
    assert [one.key for one in workspace.recommend.jobs("p5").items] == ["second"]
    assert "mine" not in str(workspace.recommend.jobs("p5").as_json())
    workspace.data.import_events(path, replace=True, **NAMED)
    assert "events_items" not in workspace.catalogue.tables


@pytest.mark.parametrize("said", [{"items": "jobs"}, {}], ids=["of a table, too", "no such kind"])
def test_items_are_of_a_table_or_about_nobody(
    workspace: Workspace, tmp_path: Path, said: dict[str, str]
) -> None:
    kind = "organisation.courses" if said else "content.posts"
    with pytest.raises(SourceError) as refused:
        workspace.data.import_events(tmp_path / "plays.csv", items_are=kind, **said, **NAMED)
    assert refused.value.code == "SRC-203"


def test_a_table_of_items_that_is_somebody_elses_is_left(workspace: Workspace, tmp_path: Path) -> None:
    workspace.data.import_events(tmp_path / "plays.csv", table="plays_items", **NAMED)
    with pytest.raises(AppError) as refused:
        workspace.data.import_events(
            tmp_path / "plays.csv", table="plays", items_are="organisation.courses", **NAMED
        )
    assert refused.value.code == "APP-031"
