"""Many decisions at one moment and one ledger position, the facts about everybody concerned read together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from licet.decide import Decision, Request, decide
from licet.terms import SELF, AppError

if TYPE_CHECKING:
    from licet.app.workspace import Workspace


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


def decide_now(workspace: Workspace, question: Question, at: datetime, at_least: int | None) -> Decision:
    """The answer by what stands in the ledger at this moment. Raises: AppError APP-085 where that is not enough."""
    stances = workspace.ledger.stances_of(question.subject)
    position = stances.position
    if at_least is not None and position < at_least:
        raise not_there_yet(position, at_least)
    facts = workspace.people().facts_of(question.subject, at, stances, workspace.ledger)
    return decide(_request(workspace, question, at, position), facts, workspace._policies.at(position))


def _request(workspace: Workspace, question: Question, at: datetime, position: int) -> Request:
    _, purpose, category, recipient, visibility, created, record = question
    request = Request(purpose, category, recipient, at, visibility, created)
    if record is None:
        return request
    from licet.app.member.refused_records import noes_of_one
    from licet.app.record_choice import require_record

    require_record(workspace, record)
    noes = noes_of_one(workspace.ledger, position, workspace.records_about(), *record)
    return request._replace(noes=noes)


def not_there_yet(position: int, at_least: int) -> AppError:
    return AppError(
        "APP-085",
        f"the ledger is not there yet: position {position} was to be answered from, {at_least} is demanded",
        fix="ask again in a moment; where a position is named, name none or a later one",
    )


def decide_many(
    workspace: Workspace, questions: Sequence[Question], at: datetime, position: int
) -> list[Decision]:
    """The answers in the order of the questions; a subject nobody knows is a deny like any other."""
    policy = workspace.policy(position)
    subjects = {question.subject for question in questions}
    facts = workspace.people().facts_about_many(subjects, at, position, workspace.ledger)
    return [decide(_request(workspace, one, at, position), facts[one.subject], policy) for one in questions]
