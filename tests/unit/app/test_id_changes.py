"""A change of id is an entry, and carries every choice: a no of either id holds until a new one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import licet
from journeys.networks import make_network, member, post, write_table
from licet.app.workspace import Workspace
from licet.ledger import EntryKind
from licet.receipts.receipt_check import check
from licet.terms import AppError
from licet.terms.moments import parse_moment

DAY = parse_moment("2025-10-15")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_network(tmp_path / "w", _rows("ann", "ben")) as made:
        yield made


def _rows(*names: str) -> dict[str, list[dict[str, Any]]]:
    return {"members": [member(one) for one in names], "posts": [post(one, one, "text") for one in names]}


def _stands(
    workspace: Workspace, subject: str, position: int | None = None
) -> dict[tuple[str, str | None], str]:
    choices = workspace.ledger.choices_of(subject, position)
    return {(one.setting, one.category): one.value for one in choices}


def test_everything_that_was_chosen_goes_with_the_id(workspace: Workspace) -> None:
    workspace.choose("ann", "ai", "off")
    workspace.choose("ann", "talk", "on")
    workspace.choose("ann", "talk", "off", category="content.posts")
    workspace.signal("ann", "gpc", True)
    given = next(one for one in workspace.ledger.choices_of("ann") if one.value == "on")
    renamed = workspace.rename_subject("ann", "anna")
    assert (renamed.choices, renamed.signals, renamed.known) == (3, 1, False)
    assert _stands(workspace, "anna") == _stands(workspace, "ann") != {}
    assert workspace.ledger.signals_of("anna") == {"gpc"}
    carried = next(one for one in workspace.ledger.choices_of("anna") if one.value == "on")
    assert carried.pack == given.pack is not None, "a yes stays bound to what it was given for"
    assert (workspace.ledger.entry(carried.entry).payload or {})["carried_from"] == given.entry
    for name in ("members", "posts"):
        write_table(workspace.layout.root, name, _rows("anna", "ben")[name])
    assert workspace.gate("generative_ai_training", at=DAY).read("posts")["author"].to_pylist() == ["ben"]
    assert workspace.decide("anna", "generative_ai_training", "content.posts", at=DAY).code == "refused"
    assert workspace.ledger_verify().ok


@pytest.mark.parametrize(
    ("old", "new", "stands"),
    [
        ("off", "on", "off"), ("on", "off", "off"), ("off", None, "off"), ("on", None, "on"), (None, "off", "off"),
        (None, "on", "on"), (None, None, None), ("on", "on", "on"),
    ],
)  # fmt: skip
def test_a_no_of_either_stands_until_a_new_choice(
    workspace: Workspace, old: str | None, new: str | None, stands: str | None
) -> None:
    for subject, value in (("ann", old), ("ben", new)):
        if value is not None:
            workspace.choose(subject, "ai", value)
    before = workspace.ledger.position
    workspace.rename_subject("ann", "ben")
    assert _stands(workspace, "ben").get(("ai", None)) == stands
    assert _stands(workspace, "ben", before).get(("ai", None)) == new, "the past is as it was"
    workspace.choose("ben", "ai", "on")
    assert _stands(workspace, "ben")["ai", None] == "on"


def test_renames_follow_one_another_and_may_go_back(workspace: Workspace) -> None:
    workspace.choose("a", "ai", "off")
    workspace.rename_subject("a", "b")
    workspace.rename_subject("b", "c")
    assert _stands(workspace, "c") == {("ai", None): "off"}
    with pytest.raises(AppError, match="APP-176"):
        workspace.rename_subject("a", "d")
    workspace.choose("c", "ai", "on")
    workspace.rename_subject("c", "a")
    assert _stands(workspace, "a") == {("ai", None): "off"}, "the earlier no of that id"
    again = workspace.rename_subject("c", "a")
    assert (again.entry, again.position) == (None, workspace.ledger.position)


def test_a_no_under_an_old_id_reaches_the_new_one_and_a_yes_does_not(workspace: Workspace) -> None:
    workspace.rename_subject("ann", "anna")
    workspace.choose("ann", "ai", "off")
    workspace.signal("ann", "gpc", True)
    assert _stands(workspace, "anna") == {("ai", None): "off"} and workspace.ledger.signals_of("anna") == {
        "gpc"
    }
    workspace.choose("ann", "ai", "on")
    workspace.signal("ann", "gpc", False)
    assert _stands(workspace, "anna") == {("ai", None): "off"} and workspace.ledger.signals_of("anna") == {
        "gpc"
    }
    assert _stands(workspace, "ann") == {("ai", None): "on"}
    rows = workspace.layout.root / "rows.csv"
    rows.write_text("subject,setting,state,when\nann,talk,off,2024-03-01\n")
    workspace.import_choices(rows)
    assert _stands(workspace, "anna")["talk", None] == "off"


def test_one_persons_no_is_no_under_each_of_their_ids(workspace: Workspace) -> None:
    def refused(*subjects: str) -> list[bool]:
        return [_stands(workspace, subject).get(("ai", None)) == "off" for subject in subjects]

    names = ("ann", "ben", "cem")
    workspace.choose("ann", "ai", "on")
    workspace.choose("ben", "ai", "off")
    workspace.signal("ben", "gpc", True)
    renamed = workspace.rename_subject("ann", "ben")
    assert (renamed.choices, renamed.signals) == (0, 0), "nothing that ben had not"
    assert refused("ann", "ben") == [True, True]
    assert workspace.ledger.signals_of("ann") == {"gpc"}
    workspace.rename_subject("ben", "cem")
    for subject in names:
        workspace.choose(subject, "ai", "on")
    assert refused(*names) == [False] * 3
    for subject in names:
        workspace.choose(subject, "ai", "off")
        assert refused(*names) == [True] * 3, "a no said under the newest id reaches the eldest"
        for another in names:
            workspace.choose(another, "ai", "on")
    workspace.choose("ann", "talk", "off")
    workspace.choose("dora", "ai", "off")
    workspace.rename_subject("dora", "cem")
    assert refused(*names, "dora") == [True] * 4
    assert _stands(workspace, "dora").get(("talk", None)) == "off"
    assert workspace.ledger_verify().ok


def test_a_receipt_of_the_old_id_stays_valid(workspace: Workspace) -> None:
    entry = workspace.choose("ann", "ai", "off").entry
    receipt = workspace.receipt(entry, subject="ann")
    workspace.rename_subject("ann", "anna")
    assert check(receipt, workspace.ledger.public_key_text).ok
    assert check(workspace.receipt(entry, subject="ann"), workspace.ledger.public_key_text).ok


def test_what_outlived_an_erasure_is_carried(workspace: Workspace) -> None:
    workspace.choose("ann", "ai", "off")
    workspace.ledger_erase("ann")
    workspace.rename_subject("ann", "anna")
    assert _stands(workspace, "anna") == {("ai", None): "off"} and workspace.ledger_verify().ok


def test_erasing_somebody_erases_every_id_they_went_by(workspace: Workspace) -> None:
    workspace.choose("first id", "ai", "off")
    workspace.rename_subject("first id", "second id")
    workspace.rename_subject("second id", "third id")
    workspace.ledger_erase("second id")
    assert not [one for one in workspace.ledger_entries() if one.subject is not None]
    assert workspace.ledger_verify().ok
    assert _stands(workspace, "third id") == {("ai", None): "off"}, "the no stands"
    workspace.close()
    kept = workspace.layout.root.joinpath("ledger.sqlite").read_bytes()
    assert not any(one in kept for one in (b"first id", b"second id", b"third id"))


def test_two_people_are_said_to_be_two_once(workspace: Workspace) -> None:
    entry = workspace.keep_apart("Ann", "ann")
    assert entry is not None and entry.kind is EntryKind.SUBJECTS_DISTINCT
    assert workspace.keep_apart("ann", "Ann") is None
    workspace.ledger_erase("Ann")
    (left,) = [
        one for one in workspace.ledger_entries() if one.kind is EntryKind.SUBJECTS_DISTINCT and one.subject
    ]
    assert left.subject == "ann" and "Ann" not in str(left.payload) and workspace.ledger_verify().ok


def test_an_id_change_needs_two_ids(workspace: Workspace) -> None:
    for do in (workspace.rename_subject, workspace.keep_apart):
        for one, other, code in (("ann", "ann", "APP-175"), ("ann", "", "APP-170"), (7, "ann", "APP-170")):
            with pytest.raises(AppError, match=code):
                do(one, other)  # type: ignore[arg-type]


def test_a_rename_that_is_overtaken_again_and_again_gives_up(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = type(workspace.ledger).append_unless_changed

    def overtaken(ledger: Any, entries: Any, position: int, subjects: Any) -> Any:
        workspace.choose("ann", "ai", "off")
        return append(ledger, entries, position, subjects)

    monkeypatch.setattr(type(workspace.ledger), "append_unless_changed", overtaken)
    with pytest.raises(AppError, match="APP-177"):
        workspace.rename_subject("ann", "anna")
    assert not workspace.ledger.choices_of("anna")


def test_members_that_look_alike_are_listed(tmp_path: Path) -> None:
    names = ("ann", "Ann", "ann ", "a\u0301nn", "\u00e1nn", "ben")
    with make_network(tmp_path / "w", _rows(*names)) as workspace:
        assert workspace.look_alikes() == [("Ann", "ann", "ann "), ("a\u0301nn", "\u00e1nn")]
    with licet.create(tmp_path / "none") as workspace:
        assert workspace.look_alikes() == []
