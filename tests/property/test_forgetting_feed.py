"""Who keeps up with forgettings is told every step once, in order, and reads what is done no second time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.networks import make_network, member
from licet.app import Workspace
from licet.app.forgettings import forgettings, last_forgettings
from licet.app.open_forgettings import OpenForgettings
from licet.ledger import EntryKind, NewEntry, entries, entry_reader
from licet.receipts.forgetting_outcome import Closure, CopiesByState, ForgettingOutcome, PendingStep, Request
from licet.terms import AppError
from licet.testing.effort import examples

PEOPLE = ("anna", "benn", "cleo")
#: Somebody, and what happens: they ask, it is tried and pending or done, they are erased, or something else happens.
HAPPENING = st.tuples(
    st.sampled_from(PEOPLE), st.sampled_from(["ask", "wait", "done", "erase", "other", "look", "restart"])
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    rows = {"members": [member(one) for one in PEOPLE]}
    with make_network(tmp_path_factory.mktemp("feed") / "w", rows) as made:
        yield made


def outcome(number: int, is_done: bool) -> dict[str, Any]:
    pending = () if is_done else (PendingStep(step="update", code=None),)
    made = ForgettingOutcome(
        request=Request(entry=number, at="2026-01-01T00:00:00Z", objection=number), at="2026-01-01T00:00:00Z",
        position=number, policy=None, closure=Closure(artefacts=0, snapshots=0, documents=0), artefacts=(),
        purge=() if is_done else None,
        copies=CopiesByState(), pending=pending, status="EXACT" if is_done else "PENDING", unreached=0,
    )  # fmt: skip
    return made.model_dump(mode="json")


def record(workspace: Workspace, who: str, what: str) -> None:
    ledger = workspace.ledger
    theirs = [one for one in forgettings(workspace) if one.subject == who]
    if what == "ask":
        ledger.append([NewEntry(EntryKind.FORGETTING, who, {"step": "asked", "via": "test"})])
    elif what in ("wait", "done") and theirs:
        ledger.append([NewEntry(EntryKind.FORGETTING, who, outcome(theirs[-1].number, what == "done"))])
    elif what == "erase":
        ledger.erase(who, compact=False)
    elif what == "other":
        workspace.choose(who, "ai", "off")


@examples(40)
@given(st.lists(HAPPENING, max_size=25), st.integers(1, 4))
def test_every_step_comes_once_and_what_waits_is_what_reading_all_would_say(
    workspace: Workspace, history: list[tuple[str, str]], most: int
) -> None:
    start = after = workspace.ledger.position
    told = list[tuple[int, str]]()
    following = OpenForgettings(workspace)
    for who, what in history:
        record(workspace, who, what)
        if what == "look":  # a page, at any time
            page = workspace.uses.forgetting_steps(after, most)
            assert len(page.steps) <= most and after <= page.next <= workspace.ledger.position
            told, after = [*told, *((one.entry, one.subject) for one in page.steps)], page.next
        if what == "restart":
            following = OpenForgettings(workspace)
        waiting = [one for one in forgettings(workspace) if one.status != "EXACT"]
        assert following.now() == waiting == OpenForgettings(workspace).now()
    is_more = True
    while is_more:
        page = workspace.uses.forgetting_steps(after, most)
        told, after, is_more = (
            [*told, *((one.entry, one.subject) for one in page.steps)],
            page.next,
            page.is_more,
        )
    assert after == workspace.ledger.position and [entry for entry, _ in told] == sorted({*dict(told)})
    # Whoever was erased later was told while they were there, and is told no more.
    left = {
        (one.index, one.subject)
        for one in workspace.ledger.entries(start, kind=EntryKind.FORGETTING)
        if one.subject is not None
    }
    assert left <= {*told}
    assert all(workspace.ledger.entry(entry).kind is EntryKind.FORGETTING for entry, _ in told)
    assert last_forgettings(workspace, workspace.ledger.position, most) == forgettings(workspace)[::-1][:most]


def test_what_is_done_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = make_network(tmp_path / "w", {"members": [member("anna"), member("benn")]})
    for _ in range(60):
        record(workspace, "anna", "ask")
        record(workspace, "anna", "done")
    record(workspace, "benn", "ask")
    assert [one.subject for one in OpenForgettings(workspace).now()] == ["benn"]
    read, inner = list[int](), entry_reader.as_entry

    def counted(row: Any) -> Any:
        made = inner(row)
        if made.kind is EntryKind.FORGETTING:
            read.append(made.index)
        return made

    monkeypatch.setattr(entry_reader, "as_entry", counted)
    follower = OpenForgettings(workspace)  # another process
    follower.now()
    follower.now()
    assert len({*read}) == 1, "of who waits, and not of who is done"
    read.clear()
    page = workspace.uses.forgetting_steps(workspace.ledger.position - 1, 10)
    assert len(page.steps) == len(read) == 1 and page.next == workspace.ledger.position
    assert workspace.uses.forgetting_steps(page.next, 10).steps == ()
    read.clear()
    assert [one.subject for one in last_forgettings(workspace, workspace.ledger.position, 1)] == ["benn"]
    workspace.close()


def test_a_kept_place_of_another_ledger_is_passed_over(workspace: Workspace, tmp_path: Path) -> None:
    kept = workspace.layout.forgettings / "open"
    OpenForgettings(workspace).now()
    data = kept.read_bytes()
    kept.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    waiting = [one for one in forgettings(workspace) if one.status != "EXACT"]
    assert OpenForgettings(workspace).now() == waiting
    with make_network(tmp_path / "w", {"members": [member("anna")]}) as other:
        other.layout.forgettings.mkdir(exist_ok=True)
        (other.layout.forgettings / "open").write_bytes(data)
        assert OpenForgettings(other).now() == []


@pytest.mark.parametrize(
    "said", [{"forgetting": 0}, {"step": "paused", "forgetting": 0}, {"step": "found"}], ids=str
)
def test_a_step_of_a_later_licet_is_told_as_such_and_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, Any]
) -> None:
    with make_network(tmp_path / "w", {"members": [member("anna")]}) as workspace:
        record(workspace, "anna", "ask")
        with pytest.MonkeyPatch.context() as later:
            later.setattr(entries, "find_fault", lambda *asked: "")
            (entry,) = workspace.ledger.append([NewEntry(EntryKind.FORGETTING, "anna", said)])
        record(workspace, "anna", "ask")
        page = workspace.uses.forgetting_steps(0)
        assert [one.step for one in page.steps] == ["asked"] and (page.next, page.is_more) == (
            entry.index,
            True,
        )
        with pytest.raises(AppError) as caught:
            workspace.uses.forgetting_steps(page.next)
        assert caught.value.code == "APP-300" and str(entry.index + 1) in caught.value.fix
        assert [one.step for one in workspace.uses.forgetting_steps(entry.index + 1).steps] == ["asked"]


def test_a_place_that_is_none_and_a_page_of_nothing_are_refused(workspace: Workspace) -> None:
    for after in (-1, workspace.ledger.position + 1):
        with pytest.raises(AppError) as caught:
            workspace.uses.forgetting_steps(after)
        assert caught.value.code == "APP-276"
    with pytest.raises(AppError) as caught:
        workspace.uses.forgetting_steps(0, 0)
    assert caught.value.code == "APP-277"
