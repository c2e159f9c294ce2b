"""A preview is what then happens, and what a member is shown is what a gate would let through."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from journeys.networks import make_network
from licet.app import Workspace
from licet.enforce.tables import roles
from licet.terms import Code
from licet.terms.moments import parse_moment
from licet.testing.effort import examples
from property.test_corpus_incremental import MEMBERS, MOMENTS, networks

CHOICES = st.lists(
    st.tuples(st.sampled_from(MEMBERS), st.sampled_from(["ai", "talk"]), st.sampled_from(["on", "off"])),
    max_size=5,
)


@examples(6)
@given(
    networks(), CHOICES, st.sampled_from(MOMENTS), st.sampled_from(MEMBERS), st.sampled_from(["ai", "talk"]),
    st.sampled_from(["on", "off"]),
)  # fmt: skip
def test_a_preview_is_what_then_happens(
    rows: dict[str, list[dict[str, Any]]],
    choices: list[tuple[str, str, str]],
    moment: str,
    subject: str,
    setting: str,
    value: str,
) -> None:
    with tempfile.TemporaryDirectory() as folder, make_network(Path(folder) / "w", rows) as workspace:
        for who, what, how in choices:
            workspace.choose(who, what, how)
        at = parse_moment(moment)
        before = workspace.corpus_build(at=at)
        entries = workspace.ledger.position
        foreseen = workspace.member(subject, at).preview(setting, value)
        assert workspace.ledger.position == entries, "a preview records nothing"
        told = {one.after.use: one.after.used for one in foreseen.changes}
        told |= {flow.use: flow.used for flow in foreseen.unchanged}
        workspace.choose(subject, setting, value)
        after = workspace.corpus_update()
        difference = workspace.corpus_diff(before.snapshot, after.snapshot)
        (artefact,) = foreseen.artefacts
        assert artefact.name == before.name
        for ours, theirs in (
            (artefact.leaving, difference.removed),
            (artefact.coming, difference.added),
            (artefact.changing, difference.changed),
        ):
            assert sorted(row["document_id"] for row in ours) == [row["document_id"] for row in theirs]
        assert {flow.use: flow.used for flow in workspace.member(subject, at).flows()} == told


@examples(6)
@given(networks(), CHOICES, st.sampled_from(MOMENTS), st.sampled_from(MEMBERS))
def test_what_a_member_is_shown_is_what_a_gate_lets_through(
    rows: dict[str, list[dict[str, Any]]], choices: list[tuple[str, str, str]], moment: str, subject: str
) -> None:
    with tempfile.TemporaryDirectory() as folder, make_network(Path(folder) / "w", rows) as workspace:
        for who, what, how in choices:
            workspace.choose(who, what, how)
        at = parse_moment(moment)
        for flow in workspace.member(subject, at).flows():
            gate = workspace.gate(flow.use.purpose, recipient=flow.use.recipient, at=at)
            for name, table in gate.catalogue.tables.items():
                content = [c for c in table.columns if c not in roles(table)]
                let_through = gate.read(name, subjects=[subject]).to_pylist()
                holding = [row for row in let_through if any(row.get(c) not in (None, "") for c in content)]
                shown = sum(
                    part.records for part in flow.parts if part.table == name and part.code == Code.PERMITTED
                )
                assert shown == len(holding), (flow.use, name)


@examples(4)
@given(networks(), CHOICES, st.sampled_from(MEMBERS))
def test_the_documents_a_member_is_shown_are_those_about_them(
    rows: dict[str, list[dict[str, Any]]], choices: list[tuple[str, str, str]], subject: str
) -> None:
    with tempfile.TemporaryDirectory() as folder, make_network(Path(folder) / "w", rows) as workspace:
        workspace.corpus_build(at=parse_moment("2025-10-15"))
        for who, what, how in choices:
            workspace.choose(who, what, how)
        workspace.corpus_update()
        for use in workspace.member(subject).past_uses():
            assert use.documents is not None and use.snapshot_name is not None
            theirs = {
                row["document_id"]
                for row in documents(workspace, use.snapshot_name)
                if subject in row["subjects"]
            }
            assert {row["document_id"] for row in use.documents} == theirs


def documents(workspace: Workspace, name: str) -> list[dict[str, Any]]:
    return list(workspace.corpus_documents(name))
