"""A key answers for the one request it came with: no other person, door, act or time inherits what it recorded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import licet
from journeys.networks import RECIPE, make_network, member
from licet.app import Workspace
from licet.terms import AppError

ROWS = {"members": [member(one) for one in ("ann", "ben", "cy")]}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_network(tmp_path / "w", ROWS, recipe=RECIPE) as made:
        yield made


#: What is asked under the key that "ann switches ai off, on the web" was asked under.
OTHERS: dict[str, Callable[[Workspace], object]] = {
    "person": lambda w: w.choose("ben", "ai", "off", via="web", idempotency_key="k"),
    "look-alike": lambda w: w.choose("Ann", "ai", "off", via="web", idempotency_key="k"),
    "door": lambda w: w.choose("ann", "ai", "off", via="api", idempotency_key="k"),
    "setting": lambda w: w.choose("ann", "talk", "off", via="web", idempotency_key="k"),
    "value": lambda w: w.choose("ann", "ai", "on", via="web", idempotency_key="k"),
    "category": lambda w: w.choose("ann", "ai", "off", category="profile", via="web", idempotency_key="k"),
    "act": lambda w: w.signal("ann", "gpc", True, via="web", idempotency_key="k"),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_another_request_under_the_key_gets_an_error_and_records_nothing(
    workspace: Workspace, other: Callable[[Workspace], object]
) -> None:
    first = workspace.choose("ann", "ai", "off", via="web", idempotency_key="k")
    with pytest.raises(AppError, match="APP-086"):
        other(workspace)
    assert workspace.ledger.position == first.position
    again = workspace.choose("ann", "ai", "off", via="web", idempotency_key="k")
    assert (again.entry, again.position) == (first.entry, first.position)


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_after_an_erasure_nobody_is_answered_by_what_was_erased(
    workspace: Workspace, other: Callable[[Workspace], object]
) -> None:
    workspace.choose("ann", "ai", "off", via="web", idempotency_key="k")
    workspace.ledger_erase("ann", compact=False)
    position = workspace.ledger.position
    for ask in (other, lambda w: w.choose("ann", "ai", "off", via="web", idempotency_key="k")):
        with pytest.raises(AppError, match="APP-087"):
            ask(workspace)
    assert workspace.ledger.position == position


def test_who_took_over_a_name_inherits_no_request_of_the_earlier_one(workspace: Workspace) -> None:
    workspace.choose("ann", "ai", "on", via="web", idempotency_key="k")
    workspace.rename_subject("ann", "anna")
    position = workspace.ledger.position
    with pytest.raises(AppError, match="APP-086"):
        workspace.choose("anna", "ai", "on", via="web", idempotency_key="k")
    assert workspace.ledger.position == position


def test_of_two_people_with_one_key_at_once_one_is_recorded_and_one_refused(workspace: Workspace) -> None:
    for round_ in range(5):
        outcomes: dict[str, str] = {}
        barrier = threading.Barrier(3)

        def ask(subject: str, key: str, told: dict[str, str], at_once: threading.Barrier) -> None:
            at_once.wait()
            try:
                told[subject] = workspace.choose(subject, "ai", "off", idempotency_key=key).subject
            except AppError as error:
                told[subject] = error.code

        threads = [
            threading.Thread(target=ask, args=(one, f"k{round_}", outcomes, barrier))
            for one in ("ann", "ben", "cy")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes.values())[:2] == ["APP-086", "APP-086"]
        (winner,) = (one for one, outcome in outcomes.items() if outcome == one)
        assert workspace.ledger.entry(workspace.ledger.position - 1).subject == winner


def test_a_request_asked_again_after_reopening_is_answered_and_not_recorded_again(
    workspace: Workspace,
) -> None:
    first = workspace.choose("ann", "ai", "off", via="web", idempotency_key="k")
    with licet.open(workspace.layout.root) as other:
        again = other.choose("ann", "ai", "off", via="web", idempotency_key="k")
        assert (again.entry, again.position, other.ledger.position) == (
            first.entry, first.position, first.position,
        )  # fmt: skip


def test_a_key_is_text(workspace: Workspace) -> None:
    for unfit in (7, b"k", ["k"]):
        with pytest.raises(AppError, match="APP-215"):
            workspace.choose("ann", "ai", "off", idempotency_key=unfit)  # type: ignore[arg-type]
        with pytest.raises(AppError, match="APP-215"):
            workspace.signal("ann", "gpc", True, idempotency_key=unfit)  # type: ignore[arg-type]
