"""Everything that was made is brought to the choices of now, by a command or a follower, and says how it stands."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import licet
from journeys.networks import AUTUMN, Clock, comment, make_network, member, post, write_table
from licet.app import Workspace, artefacts
from licet.app.follower import follow, seconds_of
from licet.terms import AppError, UseError
from licet.terms.moments import parse_moment
from licet.uses.manifest import Manifest
from licet.uses.registry import USES, open_use
from licet.uses.use import Contents, Everyone, Workbench, silent

ROWS = {
    "members": [member("ann"), member("ben")],
    "posts": [post("1", "ann", "one and only"), post("2", "ben", "quite another")],
}


@pytest.fixture
def clock() -> Clock:
    return Clock(AUTUMN)


@pytest.fixture
def workspace(tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    with make_network(tmp_path / "w", ROWS, clock=clock) as made:
        yield made


def standing(workspace: Workspace) -> tuple[str, int | None]:
    (told,) = workspace.status()
    return told.standing.value, told.members


def test_an_artefact_is_exact_until_a_choice_and_after_the_update_again(workspace: Workspace) -> None:
    assert workspace.status() == [] and list(workspace.update()) == []
    workspace.corpus_build()
    assert standing(workspace) == ("exact", None)
    workspace.choose("ann", "ai", "off")
    assert standing(workspace) == ("pending", 1)
    (told,) = workspace.status()
    assert told.since is not None and told.position < workspace.ledger.position
    (brought,) = workspace.update()
    assert (brought.how, brought.status.standing.value) == ("updated", "exact")
    assert [one["text"] for one in workspace.corpus_documents()] == ["quite another"]
    assert [one.how for one in workspace.update()] == ["unchanged"]
    assert len(workspace.corpus_list()) == 2, "what stands is not made anew"


def test_a_day_on_which_something_begins_makes_an_artefact_pending(tmp_path: Path, clock: Clock) -> None:
    clock.at = parse_moment("2025-08-20")
    rows = ROWS | {"comments": [comment("c1", "1", "ben", "said of it in summer")]}
    with make_network(tmp_path / "day", rows, clock=clock) as workspace:
        workspace.corpus_build()
        assert standing(workspace)[0] == "exact"
        clock.at = parse_moment("2025-10-15")
        assert standing(workspace)[0] == "pending", "comments are used from autumn on"
        list(workspace.update())
        assert standing(workspace)[0] == "exact"
        assert "said of it in summer" in {one["text"] for one in workspace.corpus_documents()}


def test_who_follows_hears_of_tables_that_change_and_tells_once_what_cannot_be_brought(
    workspace: Workspace,
) -> None:
    workspace.corpus_build()
    steps = iter(["table", "recipe", "nothing", "end"])

    def stopped(seconds: float) -> bool:
        step = next(steps)
        if step == "table":
            write_table(workspace.layout.root, "posts", ROWS["posts"][1:])
        elif step == "recipe":
            workspace.choose("ben", "ai", "off")
            workspace.layout.recipe.unlink()
        return step == "end"

    assert [one.how for one in follow(workspace, 1, silent, stopped)] == ["rebuilt", "failed"]


def test_what_is_made_from_something_stale_is_not_exact_and_waits_for_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(USES, "echo", echo_of_the_corpus)
    workspace.corpus_build()
    use, where = open_use("echo", workspace.layout.root), workspace.ledger.position
    access = artefacts.open_access(
        workspace, use, "generative_ai_training", "self", None, where, workspace.absences
    )
    made = artefacts.build(workspace, use, access, silent)
    assert [(one.use, one.standing.value) for one in workspace.status()] == [
        ("corpus", "exact"),
        ("echo", "exact"),
    ]
    workspace.choose("ann", "ai", "off")
    workspace.layout.recipe.rename(workspace.layout.root / "away")
    assert [one.standing.value for one in workspace.status()] == ["unreached", "pending"]
    assert [one.how for one in workspace.update()] == ["failed", "failed"]
    (workspace.layout.root / "away").rename(workspace.layout.recipe)
    assert [(one.status.use, one.how) for one in workspace.update()] == [
        ("corpus", "updated"),
        ("echo", "updated"),
    ]
    assert [one.standing.value for one in workspace.status()] == ["exact", "exact"]
    before, _ = workspace.corpus_list()
    assert artefacts.parents_of(workspace, use, made.snapshot)["corpus"].snapshot == before
    workspace.store.purge([before.id])
    with pytest.raises(UseError) as caught:
        artefacts.parents_of(workspace, use, made.snapshot)
    assert caught.value.code == "CORP-215"


def test_nothing_is_derived_from_a_use_that_offers_no_documents(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(USES, "echo", echo_of_the_corpus)
    monkeypatch.setattr(Echo, "parents", ("echo",))
    use, where = open_use("echo", workspace.layout.root), workspace.ledger.position
    access = artefacts.open_access(
        workspace, use, "generative_ai_training", "self", None, where, workspace.absences
    )
    with pytest.raises(UseError) as caught:
        artefacts.build(workspace, use, access, silent)
    assert caught.value.code == "CORP-214"


class Echo:
    """Made from the corpus alone: how many documents it has."""

    name, format, learns, manifest, parents = "echo", 1, True, Manifest, ("corpus",)

    def asks_for(self) -> dict[str, set[str]]:
        return {"posts": {"post"}}

    def counted(self) -> tuple[str, ...]:
        return ("posts",)

    def settings(self) -> dict[str, Any]:
        return {}

    environment = settings

    def build(self, bench: Workbench) -> Contents:
        documents = bench.parents["corpus"].snapshot.manifest["counts"]["documents"]
        return Contents(f"{documents:064x}", {}, {"documents": documents}, Everyone(()), 0)

    def update(self, bench: Workbench, earlier: Manifest, touched: frozenset[str]) -> Contents:
        return self.build(bench)


def echo_of_the_corpus(root: Path) -> Any:
    return Echo()


def test_what_cannot_be_brought_is_unreached_and_says_why(workspace: Workspace) -> None:
    workspace.corpus_build()
    workspace.choose("ann", "ai", "off")
    workspace.layout.recipe.unlink()
    (told,) = workspace.status()
    assert told.standing.value == "unreached" and told.why is not None and "CORP-003" in told.why
    (brought,) = workspace.update()
    assert brought.how == "failed" and len(workspace.corpus_list()) == 1


def test_a_snapshot_for_inspection_is_not_brought(workspace: Workspace) -> None:
    workspace.corpus_build(at=parse_moment("2025-06-01"))
    assert workspace.status() == []


def test_a_copy_that_left_is_as_it_was_taken_until_something_changes_and_then_out_of_reach(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.corpus_build()
    workspace.corpus_export(tmp_path / "out", "jsonl")
    assert [one.standing.value for one in workspace.status()] == ["exact", "exact"]
    workspace.choose("ann", "ai", "off")
    assert [one.how for one in workspace.update()] == ["updated"]
    made, copy = workspace.status()
    assert (made.standing.value, copy.standing.value) == ("exact", "unreached")
    assert copy.since is not None and copy.why is not None and str(tmp_path / "out") in copy.why


def test_what_is_derived_from_something_wants_that_first(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    use = open_use("corpus", workspace.layout.root)
    monkeypatch.setattr(type(use), "parents", ("corpus",))
    where, purpose = workspace.ledger.position, "generative_ai_training"
    access = artefacts.open_access(workspace, use, purpose, "self", None, where, workspace.absences)
    with pytest.raises(AppError) as caught:
        artefacts.build(workspace, use, access, silent)
    assert caught.value.code == "APP-223"


def test_a_use_that_nobody_registered_is_named_with_those_there_are() -> None:
    with pytest.raises(UseError) as caught:
        open_use("palmistry", Path())
    assert caught.value.code == "CORP-213" and caught.value.fix is not None and "corpus" in caught.value.fix
    assert "corpus" in USES


def test_who_follows_brings_every_change_and_is_alone(workspace: Workspace) -> None:
    workspace.corpus_build()
    said = iter(["ann", "ben"])

    def stopped(seconds: float) -> bool:
        who = next(said, None)
        if who is not None:
            workspace.choose(who, "ai", "off")
            with pytest.raises(AppError) as caught:
                next(follow(workspace, 1, silent))
            assert caught.value.code == "APP-221"
        return who is None

    told = [(one.how, one.status.standing.value) for one in follow(workspace, 1, silent, stopped)]
    assert told == [("updated", "exact"), ("rebuilt", "exact")], "of nobody it is made anew for less"
    assert list(workspace.corpus_documents()) == []
    assert list(follow(workspace, 1, silent, lambda seconds: True)) == [], "the lock is free again"


def test_who_follows_and_purges_leaves_nothing_of_whoever_left(workspace: Workspace) -> None:
    workspace.corpus_build()
    said = iter(["ann", None])

    def stopped(seconds: float) -> bool:
        who = next(said)
        if who is not None:
            workspace.choose(who, "ai", "off")
        return who is None

    assert [one.how for one in follow(workspace, 1, silent, stopped, purges=True)] == ["updated"]
    assert [one.name for one in workspace.corpus_list()] == ["corpus-3"], "corpus-2 put together"
    assert not workspace.member("ann").is_held_before() and workspace.store.scan([b"one and only"]) == []


@pytest.mark.parametrize("text", ["", "5", "s", "0s", "-1s", "1.5s", "5d", "½s", "five"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(AppError) as caught:
        seconds_of(text)
    assert caught.value.code == "APP-222"
    assert [seconds_of(one) for one in ("5s", "2m", "1h")] == [5, 120, 3600]


def test_a_follower_that_is_killed_leaves_everything_whole(tmp_path: Path) -> None:
    make_network(tmp_path / "w", ROWS, clock=lambda: parse_moment("2026-01-01")).close()
    with licet.open(tmp_path / "w") as workspace:
        workspace.corpus_build()
        command = [
            sys.executable,
            "-m",
            "licet",
            "follow",
            "--every",
            "1s",
            "--workspace",
            str(tmp_path / "w"),
        ]
        follower = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            workspace.choose("ann", "ai", "off")
            _until(lambda: standing(workspace)[0] == "exact")
        finally:
            os.kill(follower.pid, signal.SIGKILL)
            follower.wait()
        assert [one["text"] for one in workspace.corpus_documents()] == ["quite another"]
        workspace.choose("ben", "ai", "off")
        (brought,) = workspace.update()
        assert brought.status.standing.value == "exact" and workspace.store.verify() == []


def _until(holds: Any) -> None:
    ends = time.monotonic() + 120
    while not holds():
        if time.monotonic() > ends:
            raise AssertionError("nothing was brought")
        time.sleep(0.5)


def test_the_order_is_that_of_what_is_derived(workspace: Workspace) -> None:
    workspace.corpus_build()
    assert [one.kind for one in artefacts.latest(workspace)] == ["corpus"]
