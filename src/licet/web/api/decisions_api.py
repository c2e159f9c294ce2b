"""Decisions: may this be used for that, and why; one, or many at one moment and position of the ledger."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from licet.app import Workspace
from licet.app.point_decisions import Answers, Question, answer_all, answer_one
from licet.terms import SELF
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment
from licet.web.api.choices_api import Record
from licet.web.api.direct_route import DirectRoute
from licet.web.api.request_parts import Id, Moment, Ours, Place, Sent
from licet.web.api.token_check import needs

router = APIRouter(tags=["decisions"], route_class=DirectRoute, dependencies=[needs("decisions:read")])

#: Questions in one request.
MOST_QUESTIONS = 10_000
#: Questions of a batch that weigh as much as one request, where requests are counted.
QUESTIONS_A_REQUEST = 25


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

    @property
    def weight(self) -> int:
        """Of how many requests it counts for."""
        return 1


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

    @property
    def weight(self) -> int:
        return -(-len(self.questions) // QUESTIONS_A_REQUEST)


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


@router.post("/decisions", summary="Decide about one record", response_model=FullAnswer)
async def decide(workspace: Ours, body: OneQuestion) -> Response:
    """Ask about one record of one member. A subject that nobody knows is denied, with `subject_unknown`."""
    asked = (workspace, body.as_question(), body.at, body.position, body.min_position)
    # What is in memory is answered here: to go to a thread and back costs three times as much as the answer.
    is_here = body.record is None and body.position is None and workspace.answers_at_once()
    answers = answer_one(*asked) if is_here else await run_in_threadpool(answer_one, *asked)
    return _told(answers, answers.decisions[0].as_json())


@router.post("/decisions/batch", summary="Decide about many records", response_model=ManyAnswers)
async def decide_batch(workspace: Ours, body: ManyQuestions) -> Response:
    """Ask about up to 10,000 records at one moment and one position of the ledger."""
    return await run_in_threadpool(_decide_batch, workspace, body)


def _decide_batch(workspace: Workspace, body: ManyQuestions) -> Response:
    questions = [asked.as_question() for asked in body.questions]
    answers = answer_all(workspace, questions, body.at, body.position, body.min_position)
    decisions = [
        {
            "permitted": one.permitted, "code": one.code.value, "rule": one.rule, "setting": one.setting,
            "choice": None if one.choice is None else one.choice.value, "reason": one.reason,
        }
        for one in answers.decisions
    ]  # fmt: skip
    return _told(answers, {"decisions": decisions})


def _told(answers: Answers, said: JsonObject) -> Response:
    """Written at once: a model of each answer would cost more than deciding. A test holds it to the model."""
    said = {**said, "at": format_moment(answers.at), "position": answers.position}
    return Response(json.dumps(said).encode("ascii"), media_type="application/json")
