"""Decisions: may this be used for that, and why; one, or many at one moment and position of the ledger."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from licet.app import Workspace
from licet.app.point_decisions import Question
from licet.terms import SELF
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment
from licet.web.api.choices_api import Record
from licet.web.api.request_parts import Id, Moment, Ours, Place, PlainRoute, Sent
from licet.web.api.token_check import needs

router = APIRouter(tags=["decisions"], route_class=PlainRoute, dependencies=[needs("decisions:read")])

#: Questions in one request.
MOST_QUESTIONS = 10_000


class Asked(Sent):
    """May `recipient` use one record of this kind, of this subject, for this purpose?"""

    subject: Annotated[Id, Field(examples=["42"])]
    purpose: Annotated[Id, Field(examples=["generative_ai_training"])]
    category: Annotated[Id, Field(description="The kind of data.", examples=["profile.skills"])]
    recipient: Annotated[Id, Field(description="Who receives it; `self` is the platform.")] = SELF
    visibility: Annotated[Id | None, Field(description="Who could see the record.", examples=["public"])] = (
        None
    )
    created: Annotated[Moment | None, Field(description="When the record was made.")] = None

    def as_question(self) -> Question:
        return Question(
            self.subject, self.purpose, self.category, self.recipient, self.visibility, self.created
        )


class When(Sent):
    """The moment and the ledger's position that are decided for."""

    at: Annotated[Moment | None, Field(description="The moment of the use; now where it is left out.")] = None
    position: Annotated[
        Place | None, Field(description="Choices as of so many entries; all of them where it is left out.")
    ] = None
    min_position: Annotated[
        Place | None,
        Field(
            description="Demand a ledger with so many entries, such as the `position` of a choice: 409 before that."
        ),
    ] = None


class OneQuestion(Asked, When):
    """One question, with its moment."""

    record: Annotated[
        Record | None, Field(description="So that noes to just this record, and of its organisation, count.")
    ] = None

    def as_question(self) -> Question:
        record = None if self.record is None else (self.record.table, self.record.key)
        return super().as_question()._replace(record=record)


class ManyQuestions(When):
    """Questions that are decided at one moment and one position."""

    questions: Annotated[list[Asked], Field(min_length=1, max_length=MOST_QUESTIONS)]


class Answer(BaseModel):
    """A deny is an answer like any other, with the code that says why."""

    permitted: bool
    code: str = Field(examples=["refused"])
    rule: str | None
    setting: str | None
    choice: str | None
    reason: str = Field(examples=["the member switched “Data for Generative AI Improvement” off"])


class FullAnswer(Answer):
    """The answer, its source in the policy, and the nearest change that would turn it."""

    would_change: JsonObject | None
    source: JsonObject | None
    pack: dict[str, str]
    at: str
    position: int


class ManyAnswers(BaseModel):
    """The answers in the order of the questions."""

    at: str
    position: int
    decisions: list[Answer]


@router.post("/decisions", summary="Decide about one record")
def decide(workspace: Ours, body: OneQuestion) -> FullAnswer:
    """Ask about one record of one member. A subject that nobody knows is denied, with `subject_unknown`."""
    at, position = _when(workspace, body)
    (answer,) = workspace.decide_many(
        [body.as_question()], at=at, position=position, at_least=body.min_position
    )
    return FullAnswer.model_validate({**answer.as_json(), "at": format_moment(at), "position": position})


@router.post("/decisions/batch", summary="Decide about many records", response_model=ManyAnswers)
def decide_batch(workspace: Ours, body: ManyQuestions) -> Response:
    """Ask about up to 10,000 records at one moment and one position of the ledger."""
    at, position = _when(workspace, body)
    questions = [asked.as_question() for asked in body.questions]
    answers = workspace.decide_many(questions, at=at, position=position, at_least=body.min_position)
    told = [
        {
            "permitted": one.permitted, "code": one.code.value, "rule": one.rule, "setting": one.setting,
            "choice": None if one.choice is None else one.choice.value, "reason": one.reason,
        }
        for one in answers
    ]  # fmt: skip
    # Written at once: a model for each of ten thousand answers would cost more than deciding.
    said = {"at": format_moment(at), "position": position, "decisions": told}
    return Response(json.dumps(said).encode("ascii"), media_type="application/json")


def _when(workspace: Workspace, body: When) -> tuple[datetime, int]:
    """The moment and the position that the answer will name."""
    at = workspace.now() if body.at is None else body.at
    return at, workspace.ledger.position if body.position is None else body.position
