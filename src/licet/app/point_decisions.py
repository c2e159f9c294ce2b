"""Many decisions at one moment and one ledger position, the facts about everybody concerned read together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from licet.app.argument_types import require_subject_id
from licet.app.core import Core, require_position
from licet.decide import Decision, Request, decide
from licet.terms import EVERY_USE, SELF

if TYPE_CHECKING:
    import pyarrow as pa


class Question(NamedTuple):
    """May `recipient` use one record of this kind, of this subject, for this purpose?

    record: its table and key, so that what was said no to of just this record counts.
    """

    subject: str
    purpose: str
    category: str
    recipient: str = SELF
    visibility: str | None = None
    created: datetime | None = None
    record: tuple[str, str] | None = None


class Answers(NamedTuple):
    """Decisions, and the moment and the position of the ledger that they hold for."""

    decisions: list[Decision]
    at: datetime
    position: int


def answer_one(
    core: Core, question: Question, at: datetime | None, position: int | None, at_least: int | None
) -> Answers:
    """One question as `answer_all` has them; as of now by one question to the ledger."""
    if position is not None:
        return answer_all(core, [question], at, position, at_least)
    require_subject_id(question.subject)
    subject, purpose, category, recipient, visibility, created, record = question
    moment = core.now() if at is None else at
    request = Request(purpose, category, recipient, moment, visibility, created)
    answer, here = decide_now(core, subject, request, moment, at_least, record)
    return Answers([answer], moment, here)


def answer_all(
    core: Core,
    questions: Sequence[Question],
    at: datetime | None,
    position: int | None,
    at_least: int | None,
) -> Answers:
    """The answers, in the order of the questions, at one moment and position, which are told with them.

    Raises: AppError APP-005, APP-015, APP-085, APP-170 as `Workspace.decide_many`.
    """
    for question in questions:
        require_subject_id(question.subject)
    place, moment = core.position(position, at_least), core.now() if at is None else at
    return Answers(decide_many(core, questions, moment, place), moment, place)


def decide_now(
    core: Core,
    subject: str,
    request: Request,
    at: datetime,
    at_least: int | None,
    record: tuple[str, str] | None,
) -> tuple[Decision, int]:
    """The answer by what stands in the ledger at this moment, and the position that it stands at; at: the request's.

    Raises: AppError APP-085 where that is not enough.
    """
    ledger = core.ledger
    stances = ledger.stances_of(subject)
    position = stances.position
    require_position(position, at_least)
    facts = core.people().facts_of(subject, at, stances, ledger)
    if record is not None:
        request = _of_record(core, request, record, position)
    return decide(request, facts, core.policies_in_force.at(position)), position


def _request(core: Core, question: Question, at: datetime, position: int) -> Request:
    _, purpose, category, recipient, visibility, created, record = question
    request = Request(purpose, category, recipient, at, visibility, created)
    return request if record is None else _of_record(core, request, record, position)


def _of_record(core: Core, request: Request, record: tuple[str, str], position: int) -> Request:
    """The same with what was said no to of the very record."""
    from licet.app.member.refused_records import noes_of_one
    from licet.app.record_choice import require_record

    require_record(core, record)
    noes = noes_of_one(core.ledger, position, core.records_about(), *record)
    return request._replace(noes=noes)


def decide_many(core: Core, questions: Sequence[Question], at: datetime, position: int) -> list[Decision]:
    """The answers in the order of the questions; a subject nobody knows is a deny like any other."""
    policy = core.policy(position)
    subjects = {question.subject for question in questions}
    facts = core.people().facts_about_many(subjects, at, position, core.ledger)
    return [decide(_request(core, one, at, position), facts[one.subject], policy) for one in questions]


def decide_batch(
    core: Core,
    records: pa.Table | pa.RecordBatch,
    purpose: str,
    category: str,
    recipient: str,
    at: datetime,
    position: int,
) -> pa.Table:
    """The answers about records that bring the facts along; as `Workspace.decide_batch` has it."""
    from licet.enforce import batch_decisions

    policy = core.policies_in_force.at(position)
    if f"choice.{EVERY_USE}" not in records.schema.names and core.ledger.is_refused_by_anybody(EVERY_USE):
        raise batch_decisions.untold(EVERY_USE)
    ledger = core.ledger
    said = (ledger.record_noes(position, known=tuple), ledger.organisation_noes(position))
    for column, noes in zip(batch_decisions.NOES, said, strict=True):
        if noes.num_rows and column not in records.schema.names:
            raise batch_decisions.untold_noes(column)
    run = core.refuse_lost()
    decided = batch_decisions.decide_batch(policy, purpose, category, at, records, recipient=recipient)
    run.done()
    return decided
