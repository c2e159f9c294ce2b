"""`licet forget-demo`: what it tells is what happened, and it ends with an error where anything came out otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from licet.app import forgetting_story
from licet.app.forgetting_story import SECRET, Story
from licet.cli.main import app
from licet.deliveries import Reach
from licet.terms import AppError


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Without the networks, which take most of its time: at night with them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forgetting_story, "has_torch", lambda: False)
        return forgetting_story.tell(tmp_path_factory.mktemp("story") / "w", 30, 7, False, lambda *told: None)


def test_with_networks_the_shard_of_who_left_is_withdrawn_and_trained_again(tmp_path: Path) -> None:
    story = forgetting_story.tell(tmp_path / "w", 30, 7, False, lambda *told: None)
    assert story.holds and story.shards is not None and {*story.made_anew} == {"corpus", "model", "adapted"}
    assert story.shards.in_service < story.shards.shards
    assert 0 < story.shards.replayed < story.shards.checkpoints


def test_the_story_holds_and_its_certificate_is_checked_by_whoever_has_the_key(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting_story, "tell", lambda *asked: story)
    told = CliRunner().invoke(app, ["forget-demo", "--json"])
    assert told.exit_code == 0, told.output
    said = json.loads(told.output)
    assert said["holds"] and said["recited"] == SECRET and said["refused"] == "APP-234"
    assert said["purge"]["clean"] and said["purge"]["search"]["found_before"] > 0
    assert {one["recipient"]: one["reach"] for one in said["copies"]} == {
        "archive": "applied",
        "workshop": "overdue",
    }
    assert said["forgetting"]["status"] == "UNREACHED(1)"
    held = {
        who: b"".join(
            path.read_bytes() for path in (story.workspace / f"copy-of-{who}").rglob("*") if path.is_file()
        )
        for who in ("archive", "workshop")
    }
    assert held["archive"] and SECRET.strip().encode() not in held["archive"]
    assert SECRET.strip().encode() in held["workshop"], "nobody took it out, and nobody says so"
    key = CliRunner().invoke(app, ["ledger", "key", "-w", str(story.workspace)]).output.strip()
    checked = CliRunner().invoke(app, ["verify", said["certificate"]["file"], "--key", key, "--json"])
    assert checked.exit_code == 0 and json.loads(checked.output)["status"] == "UNREACHED"
    monkeypatch.undo()
    told = CliRunner().invoke(app, ["forget-demo", "-w", str(story.workspace)])
    assert told.exit_code == 2 and "APP-050" in told.output, "what is there stays"


def test_a_story_that_came_out_otherwise_is_told_as_such(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unasked = tuple(copy._replace(reach=Reach.SENT) for copy in story.copies)
    for other in (
        story._replace(recited_after=SECRET), story._replace(altered=""), story._replace(copies=unasked),
        story._replace(made_anew={"model": ("a" * 64, "b" * 64)}), story._replace(refused=""),
    ):  # fmt: skip
        monkeypatch.setattr(forgetting_story, "tell", lambda *asked, other=other: other)
        told = CliRunner().invoke(app, ["forget-demo", "-w", str(tmp_path / "w")])
        assert told.exit_code == 1 and "OTHERWISE THAN IT SHOULD" in told.output


def test_where_nobody_is_covered_there_is_no_story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(forgetting_story.POLICY.read_text().replace("minimum_age: 18", "minimum_age: 120"))
    monkeypatch.setattr(forgetting_story, "POLICY", policy)
    with pytest.raises(AppError) as caught:
        forgetting_story.tell(tmp_path / "w", 20, 7, False, lambda stage, done, total: None)
    assert caught.value.code == "APP-051"
