"""A preview is what then happens, and what a member is shown is what a gate would let through."""

from __future__ import annotations

import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from journeys.networks import AUTUMN, Clock, make_network
from licet.app import Workspace
from licet.app.member.data_uses import JudgedRecords
from licet.app.member.refused_records import RecordNoes
from licet.decide import Decision
from licet.terms import ChoiceState, Code
from licet.terms.moments import parse_moment
from licet.testing.effort import examples
from licet.uses.corpus.corpus_log import CorpusLog
from licet.uses.corpus.snapshot import read_corpus
from property.test_corpus_incremental import MEMBERS, MOMENTS, networks

CHOICES = st.lists(
    st.tuples(st.sampled_from(MEMBERS), st.sampled_from(["ai", "talk"]), st.sampled_from(["on", "off"])),
    max_size=5,
)

NARROW = st.lists(
    st.tuples(
        st.sampled_from(MEMBERS), st.sampled_from(["ai", "talk"]), st.sampled_from(["on", "off"]),
        st.sampled_from([None, None, "content.posts", "profile.headline", "profile"]),
    ),
    max_size=5,
)  # fmt: skip


@examples(3)
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
    at = parse_moment(moment)
    with tempfile.TemporaryDirectory() as folder, network(folder, rows, at) as workspace:
        for who, what, how in choices:
            workspace.choose(who, what, how)
        before = workspace.corpus_build()
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


@examples(3)
@given(networks(), NARROW, st.sampled_from(MOMENTS), st.sampled_from(MEMBERS))
def test_what_a_member_is_shown_is_what_a_gate_lets_through(
    rows: dict[str, list[dict[str, Any]]],
    choices: list[tuple[str, str, str, str | None]],
    moment: str,
    subject: str,
) -> None:
    with tempfile.TemporaryDirectory() as folder, make_network(Path(folder) / "w", rows) as workspace:
        for who, setting, value, category in choices:
            workspace.choose(who, setting, value, category=category)
            # … and, of any other record of theirs, for that setting alone.
            records = [one for one in workspace.records_about(who) if one.key is not None]
            for record in records[:: 2 if value == "off" else len(records) + 1]:
                workspace.choose(who, setting, record=(record.table, str(record.key)))
        at = parse_moment(moment)
        member, people, policy = workspace.member(subject, at), workspace.people(), workspace.policy()
        facts_of = partial(people.facts_about_many, at=at, position=member.position, ledger=workspace.ledger)
        for use in policy.pack.uses():
            gate = workspace.gate(use.purpose, recipient=use.recipient, at=at)
            verdicts = {
                (name, key): row
                for name, table in gate._catalogue.tables.items()
                if table.key is not None
                for keys in [
                    pq.read_table(Path(folder) / "w" / "data" / f"{name}.parquet")[table.key].to_pylist()
                ]
                for key, row in zip(keys, gate.verdicts(name).to_pylist(), strict=True)
            }
            referred = member.records.referred()
            noes = RecordNoes(workspace.ledger, member.position, member.records)
            singly = [of.only(place) for of in member.records.tables() for place in range(len(of))]
            for alone in singly:
                (record,) = alone
                (flow,) = (
                    one
                    for one in JudgedRecords(subject, [alone], facts_of, policy, at, referred, noes).flows()
                    if one.use == use
                )
                (part,), row = flow.parts, verdicts[record.table, record.key]
                assert (part.code == Code.PERMITTED) == bool(row["mask"]), (record, row)
                if set(record.subjects) == {subject} and not row["mask"]:
                    assert (part.code, part.rule) == (row["code"], row["rule"]), (record, row)
                if part.code == Code.SUBJECTS_DISAGREE:
                    assert "region" not in part.reason and part.rule is None


@examples(3)
@given(networks(), NARROW)
def test_a_header_never_says_yes_where_decide_says_no(
    rows: dict[str, list[dict[str, Any]]], choices: list[tuple[str, str, str, str | None]]
) -> None:
    with tempfile.TemporaryDirectory() as folder, make_network(Path(folder) / "w", rows) as workspace:
        for who in MEMBERS:  # so that many a page says yes: what was chosen at random comes on top
            workspace.choose(who, "ai", "on")
        for who, setting, value, category in choices:
            workspace.choose(who, setting, value, category=category)
        for subject in MEMBERS:
            for record in workspace.public_page(subject).records:
                assert record.key is not None
                (shown,), is_willing = workspace.public_page(subject, (record.table, record.key))
                answers = [
                    workspace.decide(
                        person, "generative_ai_training", kind, visibility="public", created=record.created
                    )
                    for person in record.subjects
                    if person in MEMBERS
                    for kind in shown.kinds
                    if kind is not None
                ]
                everybody_known = set(record.subjects) <= {*MEMBERS}

                def said_yes(answer: Decision) -> bool:
                    return answer.permitted and answer.choice is ChoiceState.GIVEN

                assert is_willing == (everybody_known and all(map(said_yes, answers))), answers


@examples(3)
@given(networks(), NARROW, st.sampled_from(MOMENTS))
def test_what_if_counts_what_a_gate_lets_through_for_everybody_and_for_each(
    rows: dict[str, list[dict[str, Any]]], choices: list[tuple[str, str, str, str | None]], moment: str
) -> None:
    with tempfile.TemporaryDirectory() as folder, make_network(Path(folder) / "w", rows) as workspace:
        for who, setting, value, category in choices:
            workspace.choose(who, setting, value, category=category)
        at, pack = parse_moment(moment), str(Path(folder) / "w" / "policy.yaml")
        (supposed,) = workspace.what_if(pack, at=at).policies
        told = {(one.purpose, one.recipient): one.records for one in supposed.uses}
        for use in workspace.policy().pack.uses():
            gate = workspace.gate(use.purpose, recipient=use.recipient, at=at)
            passed = sum(one.records for one in gate.counts().passed)
            assert told.get(use, 0) == passed
        for subject in MEMBERS:
            (own,) = workspace.what_if(pack, at=at, member=subject).policies
            used = {flow.use: flow.used for flow in workspace.member(subject, at).flows() if flow.used}
            assert {(one.purpose, one.recipient): one.records for one in own.uses} == used


@examples(4)
@given(networks(), CHOICES, st.sampled_from(MEMBERS))
def test_the_documents_a_member_is_shown_are_those_about_them(
    rows: dict[str, list[dict[str, Any]]], choices: list[tuple[str, str, str]], subject: str
) -> None:
    with tempfile.TemporaryDirectory() as folder, network(folder, rows, AUTUMN) as workspace:
        workspace.corpus_build()
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


def network(folder: str, rows: dict[str, list[dict[str, Any]]], now: datetime) -> Workspace:
    return make_network(Path(folder) / "w", rows, clock=Clock(now))


def documents(workspace: Workspace, name: str) -> list[dict[str, Any]]:
    """All that a snapshot holds, those too that may not be used any more: they were, and that is what is told."""
    tables = CorpusLog(workspace.store, read_corpus(workspace.corpus_show(name))).documents()
    return [row for table in tables for row in table.to_pylist()]
