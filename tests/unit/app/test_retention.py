"""What a policy lets be kept for so many days is purged then, superseded or not, and what left is told to be due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from journeys.networks import AUTUMN, PACK, SAID, Clock, make_network, member, post
from licet.app import Workspace
from licet.cli.main import app
from licet.store import Store
from licet.terms import StoreError
from licet.terms.moments import parse_moment

ROWS = {
    "members": [member("anna"), member("benn")],
    "posts": [post("1", "anna", SAID), post("2", "benn", "another")],
}
LIMITED = PACK.replace(
    "notice: spring, setting: ai", "notice: spring, setting: ai, retention_days: 30"
).replace("notice: autumn, setting: talk", "notice: autumn, setting: talk, retention_days: 90")


@pytest.fixture
def clock() -> Clock:
    return Clock(AUTUMN)


@pytest.fixture
def workspace(tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    with make_network(tmp_path / "w", ROWS, pack=LIMITED, clock=clock) as made:
        yield made


def test_what_is_past_its_retention_is_purged_and_says_until_when_it_was_kept(
    workspace: Workspace, clock: Clock, tmp_path: Path
) -> None:
    workspace.corpus_build()
    workspace.corpus_build(at=parse_moment("2025-06-01"))
    workspace.corpus_export(tmp_path / "out", "jsonl")
    made, copy = workspace.status()
    assert made.due == copy.due == "2025-11-14T00:00:00Z", "the fewest days count"
    assert (
        "kept until 2025-11-14T00:00Z"
        in CliRunner().invoke(app, ["status", "-w", str(tmp_path / "w")]).output
    )
    assert [(one.status.name, one.how) for one in workspace.update()] == [
        ("corpus-2", "purged"), ("corpus-1", "unchanged"),
    ], "one of the past is as old as its moment"  # fmt: skip
    clock.at = AUTUMN + timedelta(days=30)
    assert [one.standing.value for one in workspace.status()] == ["pending", "unreached"]
    brought = list(workspace.update())
    assert [(one.status.name, one.how) for one in brought] == [("corpus-1", "purged")]
    assert brought[0].why == "it was to be kept until 2025-11-14T00:00:00Z"
    assert workspace.corpus_list() == [] and workspace.store.scan([SAID.encode()]) == []
    (copy,) = workspace.status()
    assert copy.standing.value == "unreached" and copy.why is not None and str(tmp_path / "out") in copy.why


def test_what_is_made_anew_in_time_is_kept_and_what_it_stood_in_the_place_of_goes(
    workspace: Workspace, clock: Clock
) -> None:
    workspace.corpus_build()
    clock.at = AUTUMN + timedelta(days=20)
    workspace.choose("anna", "ai", "off")
    list(workspace.update())
    clock.at = AUTUMN + timedelta(days=40)
    assert next((one.status.name, one.how) for one in workspace.update()) == ("corpus-1", "purged")
    assert next(one.name for one in workspace.corpus_list()) == "corpus-3", "corpus-2 put together"


def test_a_purge_that_fails_is_told_and_tried_again(
    workspace: Workspace, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.corpus_build()
    clock.at = AUTUMN + timedelta(days=31)

    def fail(*arguments: object) -> None:
        raise StoreError("STOR-014", "the file system refused")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "purge", fail)
        told = next(workspace.update())
        assert (told.how, told.status.standing.value) == ("failed", "pending")
        assert [one.how for one in workspace.update()] == ["failed", "failed"], "nothing is made of it anew"
        assert len(workspace.corpus_list()) == 1
    assert [one.how for one in workspace.update()] == ["purged"]


def test_a_policy_without_one_keeps_what_is_made(tmp_path: Path, clock: Clock) -> None:
    with make_network(tmp_path / "w", ROWS, clock=clock) as workspace:
        workspace.corpus_build()
        clock.at = AUTUMN + timedelta(days=4000)
        assert [one.due for one in workspace.status()] == [None]
