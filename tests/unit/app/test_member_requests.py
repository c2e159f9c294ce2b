"""A request stands in the ledger with its own clock, changes no decision, and goes with an erasure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from journeys.networks import AUTUMN, Clock, make_network, member, post
from licet.app import Workspace
from licet.app.requests.member_requests import MOST_LETTERS
from licet.terms import AppError


@pytest.fixture
def clock() -> Clock:
    return Clock(AUTUMN)


@pytest.fixture
def workspace(tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    rows = {"members": [member("ann", "US"), member("ben")], "posts": [post("1", "ann", "words")]}
    with make_network(tmp_path / "w", rows, clock=clock) as made:
        yield made


def test_a_correction_is_recorded_with_what_stood_there_and_answered(
    workspace: Workspace, clock: Clock
) -> None:
    asked = workspace.requests.ask("ann", "correction", "region", " I live in Bern. ", via="web")
    assert (asked.words, asked.taken_as, asked.due) == ("I live in Bern.", "US", AUTUMN + timedelta(days=28))
    assert workspace.requests.ask("ann", "correction", "region", "I live in Bern.") == asked, "said twice"
    clock.at += timedelta(days=29)
    (late,) = workspace.requests.of("ann")
    assert late.is_late(clock.at) and not workspace.requests.of("ben")
    answered = workspace.requests.answer(asked.number, "You are right.")
    assert (answered.state, answered.answer, answered.due) == ("answered", "You are right.", None)
    with pytest.raises(AppError, match="APP-329"):
        workspace.requests.answer(asked.number, "No, you are not.")


def test_a_complaint_has_thirty_days_to_be_acknowledged(workspace: Workspace, clock: Clock) -> None:
    asked = workspace.requests.ask("ann", "complaint", "", "Nobody listens")
    assert asked.due == AUTUMN + timedelta(days=30) and not asked.is_late(AUTUMN + timedelta(days=30))
    assert asked.is_late(AUTUMN + timedelta(days=30, seconds=1))
    once = workspace.requests.acknowledge(asked.number)
    clock.at += timedelta(days=31)
    assert workspace.requests.acknowledge(asked.number) == once, "acknowledged once"
    assert not once.is_late(clock.at) and once.state == "acknowledged"


def test_no_decision_looks_at_a_request(workspace: Workspace) -> None:
    workspace.corpus_build()
    workspace.requests.ask("ann", "complaint", "", "Nobody listens")
    (status,) = workspace.status()
    assert status.standing == "exact"


def test_words_go_with_an_erasure(workspace: Workspace) -> None:
    asked = workspace.requests.ask("ann", "complaint", "", "my own words")
    workspace.choices.erase("ann")
    assert workspace.requests.every() == []
    with pytest.raises(AppError, match="APP-328"):
        workspace.requests.answer(asked.number, "too late")


def test_a_request_goes_along_with_a_new_id(workspace: Workspace) -> None:
    asked = workspace.requests.ask("ann", "complaint", "", "my own words")
    workspace.rename_subject("ann", "ann2")
    assert [one.number for one in workspace.requests.of("ann2")] == [asked.number]


@pytest.mark.parametrize(
    ("kind", "about", "words", "code"),
    [
        ("praise", "", "x", "APP-326"),
        ("correction", "", "x", "APP-326"),
        ("correction", "name", "x", "APP-326"),
        ("complaint", "age", "x", "APP-326"),
        ("complaint", "", "  ", "APP-327"),
        ("complaint", "", "x" * (MOST_LETTERS + 1), "APP-327"),
        ("complaint", "", "a\x00b", "APP-327"),
    ],
)
def test_what_is_no_request_is_refused_and_nothing_is_written(
    workspace: Workspace, kind: str, about: str, words: str, code: str
) -> None:
    before = workspace.ledger.position
    with pytest.raises(AppError, match=code):
        workspace.requests.ask("ann", kind, about, words)
    with pytest.raises(AppError, match=r"APP-327|APP-328"):
        workspace.requests.answer(99, words if code == "APP-327" else "x")
    assert workspace.ledger.position == before
