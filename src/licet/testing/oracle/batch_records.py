"""A batch: one kind of data of every row of a table, asked as a service would that holds the facts itself.

Answer, code, rule and setting of every record must be those of `decide`. A batch is told that somebody said no to a
record, and not to what: so it takes that for a no to everything, or to all that an organisation may refuse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import Any, NamedTuple

import pyarrow as pa

from licet.app import Workspace
from licet.decide import EVERYTHING, Decision, Facts, No, Policy, Request, decide
from licet.enforce.batch_decisions import NOES
from licet.terms import EVERY_USE, Code
from licet.terms.signals import SIGNALS
from licet.testing.drawn_words import chance, pick
from licet.testing.marked_worlds import MarkedTable
from licet.testing.oracle.sightings import Judged, Leak, Sightings, nothing_seen, seen
from licet.testing.oracle.standpoint import Standpoint, request_about


class _Question(NamedTuple):
    request: Request
    facts: Facts


def through_batch(rng: Random, workspace: Workspace, stand: Standpoint) -> Sightings:
    """Raises: Leak."""
    tables = stand.world.tables
    of_work = sorted(name for name, table in tables.items() if table.organisation is not None)
    table = tables[pick(rng, of_work if of_work and chance(rng, 50) else sorted(tables))]
    kinds = [kind for column in ("c0", "c1", "c2") if (kind := table.kind_of(column)) is not None]
    if not kinds:
        return nothing_seen()
    questions = _questions(table, pick(rng, kinds), stand)
    if not questions:
        return nothing_seen()
    answers = workspace.decide_batch(
        make_records(questions, _settings(stand)),
        stand.purpose,
        questions[0].request.category,
        recipient=stand.recipient,
        at=stand.at,
    )
    marks = Counter[Judged]()
    for question, answer in zip(questions, answers.to_pylist(), strict=True):
        told = _told(question, stand.policy)
        expected = {
            "permitted": told.permitted, "code": told.code.value, "rule": told.rule, "setting": told.setting,
        }  # fmt: skip
        if answer != expected:
            raise Leak(f"batch: {answer} of a record of which decide says {expected}: {question}")
        marks[Judged("batch", "", told.code.value, told.permitted)] += 1
    return seen(marks)


def _questions(table: MarkedTable, kind: str, stand: Standpoint) -> list[_Question]:
    return [
        _Question(request_about(table, number, kind, stand), facts)
        for number in range(len(table.rows))
        for person in table.people_of(number)
        if (facts := stand.facts.get(person or "")) is not None
        if not facts.narrow  # a batch has no column for a choice of one kind of data
    ]


def _told(question: _Question, policy: Policy) -> Decision:
    """What `decide` says of what the batch is told: of a no, that it was said, of all that it may be said of."""
    request, noes = question.request, set[No]()
    if _is_refused(question, Code.RECORD_REFUSED):
        noes.add(No(Code.RECORD_REFUSED, EVERYTHING, EVERYTHING))
    if _is_refused(question, Code.ORGANISATION_REFUSED):
        noes.add(No(Code.ORGANISATION_REFUSED, EVERYTHING, request.category))
        for pack in (*policy.earlier, policy.pack):
            noes |= {No(Code.ORGANISATION_REFUSED, setting, EVERYTHING) for setting in pack.settings}
    return decide(request._replace(noes=frozenset(noes)), question.facts, policy)


def _is_refused(question: _Question, code: Code) -> bool:
    return any(no.code is code for no in question.request.noes)


def _settings(stand: Standpoint) -> set[str]:
    """Every setting that a rule may look at: of the packs there were, those these replace, and every use."""
    packs = (*stand.policy.earlier, stand.policy.pack)
    controls = [control for pack in packs for control in pack.settings.items()]
    return (
        {EVERY_USE}
        | {id_ for id_, _ in controls}
        | {old for _, control in controls for old in control.replaces}
    )


def make_records(questions: list[_Question], settings: Iterable[str]) -> pa.Table:
    """The records of `decide_batch`, every fact in its column."""
    requests, facts = [one.request for one in questions], [one.facts for one in questions]
    columns: dict[str, list[Any]] = {
        "region": [one.region for one in facts],
        "age": [one.age for one in facts],
        "plan": [one.plan for one in facts],
        "visibility": [one.visibility for one in requests],
        "created": [one.created for one in requests],
    }
    for setting in settings:
        states = [one.choices.get(setting) for one in facts]
        columns[f"choice.{setting}"] = [None if state is None else str(state) for state in states]
        columns[f"pack.{setting}"] = [one.bound.get(setting) for one in facts]
    for signal in {*SIGNALS}.union(*(one.signals for one in facts)):
        columns[f"signal.{signal}"] = [signal in one.signals for one in facts]
    for name, code in NOES.items():
        columns[name] = [_is_refused(one, code) for one in questions]
    types = {"age": pa.int64(), "created": pa.timestamp("us", "UTC")}
    return pa.table(
        {
            name: pa.array(
                values,
                pa.bool_() if name.startswith(("signal.", "refused.")) else types.get(name, pa.string()),
            )
            for name, values in columns.items()
        }
    )
