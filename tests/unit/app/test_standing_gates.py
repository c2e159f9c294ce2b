"""What was built is asked at the cost of what a page is about: counted here, by what is called and what is read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from journeys.networks import AUTUMN, Clock, make_network, member, post, write_table
from licet.app import Workspace
from licet.app.core import Core
from licet.uses.corpus import snapshot as files
from licet.uses.corpus.document_selection import Redacted, make_documents

RESTED_SECONDS = 0.15  # a file that was just written is never taken for unchanged
ROWS = {
    "members": [member("ann"), member("ben"), member("cy"), member("dee"), member("eve")],
    "profiles": [{"id": "eve", "name": "Eve", "headline": "baker", "summary": "bread of every kind"}],
    "posts": [
        post("1", "ann", "one and only"),
        post("2", "ann", "another of hers"),
        post("3", "ben", "quite else"),
        post("4", "cy", "what they have in common", **{"with": ["cy", "dee"]}),
    ],
}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_network(tmp_path / "w", ROWS, clock=Clock(AUTUMN)) as made:
        time.sleep(RESTED_SECONDS)
        made.corpus_build()
        yield made


def preview(workspace: Workspace, value: str = "off") -> tuple[int, int, int]:
    (artefact,) = workspace.member("ann").preview("ai", value).artefacts
    return len(artefact.leaving), len(artefact.coming), len(artefact.changing)


def test_a_second_preview_calls_no_roll_and_opens_no_table(workspace: Workspace) -> None:
    assert preview(workspace) == (2, 0, 0)
    workspace.choose("ben", "ai", "off")  # what is recorded meanwhile is followed
    with (
        mock.patch("licet.enforce.member_classes.call_roll", side_effect=AssertionError),
        mock.patch("licet.enforce.tables.Tables._open", side_effect=AssertionError),
        mock.patch("licet.uses.corpus.corpus_log.files.read_table", side_effect=AssertionError),
    ):
        (artefact,) = workspace.member("ann")._core.standing_gates._open.values()
        assert artefact.position < workspace.ledger.position
        found = foreseen(workspace, "ann", "off")
        assert found == (2, 0, 0) and foreseen(workspace, "ann", "on") == (0, 0, 0)


def foreseen(workspace: Workspace, subject: str, value: str) -> tuple[int, ...]:
    """What was built, asked without the pages' other questions."""
    from licet.app.member.choice_preview import artefact_changes
    from licet.app.member.hypothetical_choices import HypotheticalChoices

    supposed = HypotheticalChoices(workspace.ledger, workspace.ledger.position, subject, ["ai"], value)
    (change,) = artefact_changes(core_of(workspace), supposed, subject)
    return len(change.leaving), len(change.coming), len(change.changing)


def core_of(workspace: Workspace) -> Core:
    return workspace.member("ann")._core


@pytest.mark.parametrize("value", ["off", "on"])
def test_a_preview_is_of_one_ledger_position_whatever_others_choose_while_it_runs(
    workspace: Workspace, value: str
) -> None:
    from licet.app.member import member_view

    foretold = workspace.member("cy").preview("ai", value).as_json()
    cy, others = workspace.member("cy"), iter(("off", "on", "on", "off", "off", "off"))

    def meanwhile(*asked: Any) -> Any:
        workspace.choose("dee", "ai", next(others))
        return artefact_changes(*asked)

    artefact_changes = member_view.artefact_changes
    core_of(workspace).standing_gates._open.clear()  # and the first gate to be opened is of that position too
    for _ in range(3):
        workspace.choose("dee", "ai", next(others))
        workspace.corpus_update()
        with mock.patch.object(member_view, "artefact_changes", meanwhile):
            assert cy.preview("ai", value).as_json() == foretold
        assert cy.holdings()[0].leaving == 0


def test_nothing_supposed_is_kept_or_written(workspace: Workspace) -> None:
    core = core_of(workspace)
    with mock.patch.multiple("licet.enforce.gate_cache", _FEWEST_MEMBERS=0, _FEWEST_ROWS=0):
        assert foreseen(workspace, "ann", "off") == (2, 0, 0)
        rolls = {key: (called.position, called.roll) for key, called in core.gate_cache._rolls.items()}
        kept = {path.name: path.read_bytes() for path in core.layout.gate_files.iterdir()}
        assert rolls and kept and all(position == core.ledger.position for position, _ in rolls.values())
        marked = dict(core.gate_cache._marked)
        for subject in ("ann", "ben", "ann"):
            assert foreseen(workspace, subject, "off")[0] > 0
        assert core.gate_cache._marked == marked
        assert {
            key: (called.position, called.roll) for key, called in core.gate_cache._rolls.items()
        } == rolls
        assert {path.name: path.read_bytes() for path in core.layout.gate_files.iterdir()} == kept
    passed = workspace.gate("generative_ai_training").counts(["posts"]).passed
    assert sum(one.records for one in passed) == 4, "and nobody's choice was made"


def test_documents_are_read_when_they_are_looked_at(workspace: Workspace) -> None:
    with mock.patch.object(files, "read_table", wraps=files.read_table) as read:
        (use,) = workspace.member("ann").past_uses()
        assert use.documents is not None and len(use.documents) == 2 and not read.call_count
        assert [row["text"] for row in use.documents[:1]] == [use.documents[0]["text"]] and read.call_count
        assert {row["text"] for row in use.documents} == {"one and only", "another of hers"}


def test_where_somebody_stands_makes_only_documents_that_may_have_changed(workspace: Workspace) -> None:
    made: list[int] = []

    def count(*asked: object) -> Redacted:
        found = make_documents(*asked)  # type: ignore[arg-type]
        made.append(len(found.documents))
        return found

    def ways(subject: str) -> tuple[int, int, int]:
        (held,) = workspace.member(subject).holdings()
        return held.leaving, held.coming, held.changing

    with mock.patch("licet.uses.corpus.incremental.make_documents", count):
        assert ways("ann") == (0, 0, 0) and made == [], "nobody chose anything"
        workspace.choose("dee", "ai", "off")
        assert ways("eve") == (0, 0, 0) and made.pop() == 0, "not she, and her profile is hers alone"
        assert ways("cy") == (1, 0, 0), "what was about both leaves with one of them"
        workspace.choose("dee", "ai", "on")
        assert ways("cy") == (0, 0, 0)


def test_a_second_update_opens_no_table_and_ends_as_a_build_does(workspace: Workspace) -> None:
    workspace.choose("ben", "ai", "off")
    assert workspace.corpus_update().documents == 4
    workspace.choose("cy", "ai", "off")
    with (
        mock.patch("licet.enforce.member_classes.call_roll", side_effect=AssertionError),
        mock.patch("licet.enforce.tables.Tables._open", side_effect=AssertionError),
    ):
        updated = workspace.corpus_update()
        status, documents = workspace.status(), list(workspace.corpus_documents())
    assert (updated.how, updated.documents, len(documents)) == ("updated", 3, 3)
    assert [one.standing.value for one in status] == ["exact"]
    core_of(workspace).drop_caches()
    assert workspace.corpus_build().root == updated.root


def test_an_update_opens_a_table_anew_that_was_replaced(workspace: Workspace) -> None:
    workspace.choose("ben", "ai", "off")
    workspace.corpus_update()
    write_table(workspace.layout.root, "posts", [*ROWS["posts"], post("5", "eve", "an entirely new one")])
    updated = workspace.corpus_update()
    assert (updated.how, updated.why, updated.documents) == ("rebuilt", "the tables changed", 5)


def test_what_an_update_that_failed_saw_of_members_is_not_remembered(workspace: Workspace) -> None:
    core = core_of(workspace)
    workspace.corpus_update()
    workspace.choose("ben", "ai", "off")
    seen = core.absences._seen
    with (
        mock.patch("licet.uses.corpus.deltas.extend", side_effect=LookupError),
        pytest.raises(LookupError),
    ):
        workspace.corpus_update()
    assert core.absences._seen == seen and not core.standing_gates._open, "nor is its gate kept"
    workspace.corpus_update()
    assert {one.position for one in core.absences._seen.values()} == {core.ledger.position - 1}
