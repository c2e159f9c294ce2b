"""A member is told of each artefact what it holds of theirs and when a choice reaches it, and never too soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from journeys.networks import AUTUMN, Clock, make_network, member, post
from licet.app import Workspace
from licet.app.follow_lock import alone, reached_by, tell
from licet.app.member.holdings import Holding

ROWS = {
    "members": [member("ann"), member("ben")],
    "posts": [
        post("1", "ann", "one and only"),
        post("2", "ann", "another of hers"),
        post("3", "ben", "quite else"),
    ],
}


@pytest.fixture
def clock() -> Clock:
    return Clock(AUTUMN)


@pytest.fixture
def workspace(tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    with make_network(tmp_path / "w", ROWS, clock=clock) as made:
        yield made


def of(workspace: Workspace, subject: str) -> Holding:
    (found,) = workspace.member(subject).holdings()
    return found


def test_an_opt_out_and_an_opt_in_are_told_until_they_are_there(workspace: Workspace) -> None:
    workspace.corpus_build()
    assert of(workspace, "ann").sentence.startswith(
        "corpus-1 holds 2 of yours, as your choices have it, as of"
    )
    workspace.choose("ann", "ai", "off")
    told = of(workspace, "ann")
    assert (told.standing.value, told.held, told.leaving, told.by) == ("pending", 2, 2, None)
    assert told.since is not None and told.sentence == (
        "corpus-1 still holds 2 of yours; 2 of yours leave when it is next brought up to date."
    )
    assert of(workspace, "ben").standing.value == "exact", "the choice of another is no change for him"
    assert "holds some of your data still" in workspace.member("ann").setting("ai").applies_because
    list(workspace.update())
    told = of(workspace, "ann")
    assert (told.standing.value, told.sentence) == ("exact", "corpus-2 holds nothing of yours.")
    assert workspace.member("ann").is_held_before(), "corpus-1 is there still"
    assert "holds some" in workspace.member("ann").setting("ai").applies_because
    workspace.purge()
    assert not workspace.member("ann").is_held_before()
    assert "your data may not be used for this" in workspace.member("ann").setting("ai").applies_because
    workspace.choose("ann", "ai", "on")
    told = of(workspace, "ann")
    assert (told.standing.value, told.coming) == ("pending", 2)
    assert told.sentence.startswith("corpus-3 holds nothing of yours yet; 2 come in when")
    list(workspace.update())
    assert of(workspace, "ann").sentence.startswith(
        "corpus-4 holds 2 of yours, as your choices have it, as of"
    )


def test_a_follower_s_promise_is_told_and_that_it_is_late(workspace: Workspace, clock: Clock) -> None:
    workspace.corpus_build()
    assert reached_by(workspace, AUTUMN) is None, "nobody follows"
    with alone(workspace) as lock:
        tell(lock, 5.0, 2.0)
        assert reached_by(workspace, AUTUMN) == AUTUMN + timedelta(minutes=1)
        workspace.choose("ann", "ai", "off")
        told = of(workspace, "ann")
        assert not told.is_late and told.sentence.endswith("leave by 15 October 2025, 00:01 UTC.")
        assert [one.by for one in workspace.status()] == [told.by]
        clock.at = AUTUMN + timedelta(minutes=2)
        assert "is late" in of(workspace, "ann").sentence
    assert of(workspace, "ann").by is None


def test_what_cannot_be_told_is_not_told_to_be_out(workspace: Workspace) -> None:
    workspace.corpus_build()
    workspace.choose("ann", "ai", "off")
    workspace.layout.recipe.unlink()
    told = of(workspace, "ann")
    assert told.standing.value == "unreached" and told.why is not None
    assert told.sentence == (
        "corpus-1 may hold some of yours, and could not be brought to your choices. The keeper has to mend that."
    )


def test_what_left_is_told_as_held_while_a_file_of_the_corpus_has_it(workspace: Workspace) -> None:
    """No reading of it has her words; with the earlier snapshot gone they stand in a file of the later one alone."""
    workspace.corpus_build()
    workspace.choose("ann", "ai", "off")
    list(workspace.update())
    workspace.store.remove("corpus-1")
    workspace.store.sweep()
    assert of(workspace, "ann").sentence == "corpus-2 holds nothing of yours."
    assert workspace.member("ann").is_held_before() and not workspace.member("ben").is_held_before()
    assert workspace.purge().is_clean and not workspace.member("ann").is_held_before()
