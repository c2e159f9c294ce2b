"""What a workspace keeps of its files: it spares reading them again, and never outlives a change."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

import licet
from journeys.networks import PACK, catalogue_text, make_network, member, post, write_table
from licet.app.workspace import Workspace
from licet.sources.catalogue import Location
from licet.sources.file_state import Stand, files_of, look_at
from licet.terms import AppError, SourceError
from licet.terms.moments import parse_moment

DAY = parse_moment("2025-10-15")
PEOPLE = [member("ann"), member("ben", "US"), member("zoë", "CH"), member("Åke", "SE")]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_network(tmp_path / "w", {"members": PEOPLE, "posts": [post("1", "ann", "one")]})
    _let_rest(tmp_path / "w")
    return made


def _let_rest(root: Path) -> None:
    """Until a look at the files can be relied upon."""
    newest = max(path.stat().st_ctime for path in root.rglob("*.*"))
    time.sleep(max(0.0, newest + 0.2 - time.time()))


def _permitted(workspace: Workspace, subject: str = "ann") -> bool:
    return workspace.decide(
        subject, "generative_ai_training", "content.posts", at=DAY, visibility="public"
    ).permitted


def test_files_that_did_not_change_are_not_read_again(workspace: Workspace) -> None:
    assert workspace.catalogue is workspace.catalogue
    people = workspace.files.people()
    workspace.choose("ann", "ai", "off")
    assert workspace.files.people() is people


def test_a_server_reads_ahead_what_first_questions_wait_for(workspace: Workspace) -> None:
    """Where it cannot, or files changed, a decision is not answered at once: others would wait for its reading."""
    assert not workspace.answers_at_once()
    assert workspace.read_ahead() and workspace.answers_at_once()
    (facts,) = workspace.layout.root.rglob("members.parquet")
    facts.write_bytes(facts.read_bytes())
    assert not workspace.answers_at_once()
    _let_rest(workspace.layout.root)
    assert workspace.read_ahead() and workspace.answers_at_once()
    facts.unlink()
    assert not workspace.read_ahead() and not workspace.answers_at_once()


def test_every_subject_is_found_whether_asked_first_or_again(workspace: Workspace) -> None:
    for _ in range(3):
        told = {one["id"]: workspace.facts(one["id"], DAY) for one in PEOPLE}
        assert {name: facts and facts.region for name, facts in told.items()} == {
            "ann": "DE", "ben": "US", "zoë": "CH", "Åke": "SE",
        }  # fmt: skip
        assert workspace.facts("an", DAY) is workspace.facts("anna", DAY) is workspace.facts("ÿ", DAY) is None


@pytest.mark.parametrize("asked_before", [1, 3])
def test_a_members_table_that_changed_is_noticed(workspace: Workspace, asked_before: int) -> None:
    assert all(_permitted(workspace) for _ in range(asked_before))
    write_table(workspace.layout.root, "members", [member("ann", "US"), member("cem")])
    assert not _permitted(workspace)
    assert _permitted(workspace, "cem")
    with pytest.raises(AppError, match="APP-013"):
        _permitted(workspace, "ben")


def test_a_change_is_noticed_though_size_and_time_are_put_back(workspace: Workspace) -> None:
    assert _permitted(workspace) and not _permitted(workspace, "ben")
    path = workspace.layout.root / "data" / "members.parquet"
    before = path.stat()
    swapped = [member("ann", "US"), member("ben", "DE"), *PEOPLE[2:]]
    write_table(workspace.layout.root, "members", swapped)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert not _permitted(workspace) and _permitted(workspace, "ben")


def test_changes_one_upon_the_other_are_all_noticed(workspace: Workspace) -> None:
    for turn in range(20):
        write_table(workspace.layout.root, "members", [member("ann", "US" if turn % 2 else "DE")])
        assert _permitted(workspace) is (turn % 2 == 0)


def test_another_ones_choice_governs_the_next_decision(workspace: Workspace) -> None:
    assert _permitted(workspace) and _permitted(workspace)
    with licet.open(workspace.layout.root) as other:
        other.choose("ann", "ai", "off")
        assert not _permitted(workspace)
        other.choose("ann", "ai", "on")
    assert _permitted(workspace)


def test_another_ones_policy_governs_the_next_decision(workspace: Workspace) -> None:
    before = workspace.ledger.position
    assert _permitted(workspace)
    later = workspace.layout.root / "later.yaml"
    later.write_text(
        PACK.replace('version: "1"', 'version: "2"').replace("content.posts]", "content.comments]")
    )
    with licet.open(workspace.layout.root) as other:
        other.use_pack(str(later))
    assert not _permitted(workspace)
    assert workspace.policy(before).pack.version == "1" and workspace.policy().pack.version == "2"
    with pytest.raises(AppError, match="APP-005"):
        workspace.policy(0)


def test_a_catalogue_that_changed_is_noticed(workspace: Workspace) -> None:
    assert _permitted(workspace)
    workspace.layout.catalogue.write_text(catalogue_text().replace("region: region", "region: id", 1))
    assert not _permitted(workspace)
    workspace.layout.catalogue.unlink()
    with pytest.raises(SourceError, match="SRC-001"):
        _permitted(workspace)


def test_a_label_that_came_to_contradict_is_noticed(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", {"members": PEOPLE}) as workspace:
        _let_rest(tmp_path / "w")
        assert workspace.catalogue is workspace.catalogue
        labels = {"posts": {"body": "profile.name"}}
        write_table(tmp_path / "w", "posts", [post("1", "ann", "one")], stamped=True)
        workspace.gate("generative_ai_training", at=DAY)
        workspace.layout.catalogue.write_text(catalogue_text(labels))
        with pytest.raises(SourceError, match="SRC-013"):
            workspace.gate("generative_ai_training", at=DAY)


def _members_in(workspace: Workspace, location: str) -> None:
    text = catalogue_text().replace("{parquet: data/members.parquet}", location)
    workspace.layout.catalogue.write_text(text)


def test_a_file_that_joins_a_folder_is_noticed(workspace: Workspace) -> None:
    root = workspace.layout.root
    write_table(root, "members", [member("ann")], folder="people")
    _members_in(workspace, "{parquet: people}")
    _let_rest(root)
    assert _permitted(workspace) and _permitted(workspace)
    (root / "people" / "members.parquet").rename(root / "people" / "more.parquet")
    write_table(root, "members", [member("ben")], folder="people")
    assert _permitted(workspace, "ben") and _permitted(workspace)


def test_members_in_a_csv_file_are_watched_too(workspace: Workspace) -> None:
    path = workspace.layout.root / "data" / "members.csv"
    path.write_text("id,region,born\nann,DE,1980-01-01\n")
    _members_in(workspace, "{csv: data/members.csv}")
    _let_rest(workspace.layout.root)
    assert _permitted(workspace) and _permitted(workspace)
    path.write_text("id,region,born\nann,US,1980-01-01\n")
    assert not _permitted(workspace)


def test_members_in_a_database_are_asked_each_time(workspace: Workspace) -> None:
    path = workspace.layout.root / "data" / "members.duckdb"

    def run(sql: str) -> None:
        with duckdb.connect(str(path)) as con:
            con.execute(sql)

    run("CREATE TABLE people AS SELECT 'ann' AS id, 'DE' AS region, DATE '1980-01-01' AS born")
    _members_in(workspace, "{duckdb: data/members.duckdb, table: people}")
    assert _permitted(workspace) and _permitted(workspace)
    run("UPDATE people SET region = 'US'")
    assert not _permitted(workspace)


def _stand(changed: int, looked: int) -> Stand:
    return Stand((("members", 1, 10, changed, changed),), looked)


@pytest.mark.parametrize(
    ("changed", "looked", "holds"),
    [
        (5_500_000_000, 5_500_000_000, False),  # within the same tick it may be written again
        (5_500_000_000, 5_590_000_000, False),
        (5_500_000_000, 5_700_000_000, True),
        (5_000_000_000, 6_900_000_000, False),  # times without parts of a second tick slowly
        (5_000_000_000, 7_100_000_000, True),
    ],
)
def test_a_look_right_after_a_change_is_not_relied_upon(changed: int, looked: int, holds: bool) -> None:
    assert _stand(changed, looked).holds(_stand(changed, looked + 1)) is holds


def test_any_difference_counts(tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_text("x")
    before = look_at([path])
    assert before.files and before._replace(looked_ns=before.looked_ns + 10**10).holds(look_at([path]))
    (tmp_path / "two").write_text("x")
    (tmp_path / "two").replace(path)
    assert before.files != look_at([path]).files
    path.unlink()
    assert look_at([path]).files == ()


@pytest.mark.parametrize(
    ("location", "names"),
    [
        ({"parquet": "people/*/m.parquet"}, ["m.parquet"]),
        ({"parquet": "nowhere"}, None),
        ({"csv": "lists"}, ["a.csv"]),
        ({"csv": "nothing.csv"}, None),
        ({"sql": "sqlite:///x.db", "table": "members"}, None),
        ({"arrow": "handed_in"}, None),
    ],
)
def test_the_files_of_a_location(location: dict[str, Any], names: list[str] | None, tmp_path: Path) -> None:
    for name in ("people/a/m.parquet", "lists/a.csv", "lists/b.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    found = files_of(Location(**location), tmp_path)
    assert (None if found is None else [path.name for path in found]) == names
