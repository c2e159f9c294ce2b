"""Forgettings: asked for by the member's own token or by the platform's, and what came of each, step by step.

A token that is bound to a member asks and reads for them alone; what is another's is answered as what is not there.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from licet.app.access_tokens import Token
from licet.app.forgetting_timeline import Timeline
from licet.receipts import to_bytes
from licet.terms.canonical import JsonObject
from licet.web.api.cursors import Cursor, Limit, from_cursor, to_cursor
from licet.web.api.idempotency import SentKey, key_of
from licet.web.api.request_parts import Id, Ours, PlaceText, PlainRoute, Sent, Word
from licet.web.api.token_check import needs_or_member, whose, whose_alone

MEDIA_TYPE = "application/json"

router = APIRouter(prefix="/forgettings", tags=["forgettings"], route_class=PlainRoute)

Asker = Annotated[Token, needs_or_member("forgettings:write")]
Reader = Annotated[Token, needs_or_member("forgettings:read")]
About = Annotated[
    Id | None,
    Query(description="Of this member alone; left out with a token that is bound to one.", examples=["42"]),
]
Number = Annotated[PlaceText, Path(description="The forgetting's number, its entry.", examples=[17])]


class NewForgetting(Sent):
    """Somebody asks to be forgotten: an objection to every use, and what was made is made anew without them."""

    subject: Annotated[
        Id | None, Field(description="Left out with a token that is bound to a member.", examples=["42"])
    ] = None
    via: Annotated[Word, Field(description="How they said it.", examples=["settings page"])] = "api"


class Step(BaseModel):
    """One step, in the order in which they come."""

    step: Literal["asked", "out_of_service", "updated", "purged", "copies", "certified"]
    state: Literal["done", "waiting", "lifted", "unknown"] = Field(
        description="``lifted``: they chose something anew; ``unknown``: out of reach, so nobody can tell."
    )
    at: str | None
    sentence: str = Field(description="To show to the member.")


class CopyThatLeft(BaseModel):
    """A copy that left and holds them or may. `due`: until when its holder is to have cleared it."""

    recipient: str
    left: str
    state: str = Field(description="As docs/deliveries.md has it, or ``not_followed``.")
    due: str | None
    sentence: str


class ForgettingAsTold(BaseModel):
    """What happened, what has not, and what nobody knows. `by`: when who follows will have carried it out."""

    number: int = Field(description="Its entry in the ledger.")
    subject: str
    at: str
    status: str = Field(
        examples=["EXACT", "PENDING", "UNREACHED(2)"], description="As its last outcome has it."
    )
    as_of: str | None = Field(description="When that outcome was recorded; null before there is one.")
    by: str | None
    sentence: str
    steps: list[Step]
    copies: list[CopyThatLeft]
    artefacts: list[str] = Field(description="What stands now; `/proofs?of=` has a proof of each.")
    has_certificate: bool
    has_chosen_since: bool = Field(
        description="They switched something on after they asked: if it was not done by then, nothing more is done."
    )


class Forgettings(BaseModel):
    """The latest first. `next` is null on the last page."""

    forgettings: list[ForgettingAsTold]
    next: str | None


class RecordedStep(BaseModel):
    """One step as it was recorded. `number`: of the forgetting."""

    entry: int
    number: int
    subject: str
    at: str
    step: str = Field(examples=["asked", "asked_again", "found", "purged", "outcome"])
    status: str | None = Field(
        examples=["EXACT", "PENDING", "UNREACHED"], description="As the step leaves it; null: as it was."
    )


class ForgettingFeed(BaseModel):
    """In the order of the ledger. `next`: what to send as `after` the next time, whether there `is_more` yet or not."""

    steps: list[RecordedStep]
    next: int
    is_more: bool


_CERTIFICATE: dict[int | str, JsonObject] = {
    200: {
        "description": "A DSSE envelope around an in-toto statement; see docs/certificates.md.",
        "content": {MEDIA_TYPE: {"schema": {"type": "object"}}},
    }
}


def _told(one: Timeline) -> ForgettingAsTold:
    return ForgettingAsTold.model_validate(one.as_json())


@router.post("", summary="Ask that a member be forgotten")
def ask(workspace: Ours, body: NewForgetting, token: Asker, key: SentKey = None) -> ForgettingAsTold:
    """Answered with 200, it is durable, and every use is refused that starts afterwards; the rest is done by who
    follows the workspace. While it is not done, who asks again goes on with what stands."""
    subject = whose_alone(token, body.subject, "forgettings:write")
    return _told(
        workspace.uses.ask_to_be_forgotten(subject, via=body.via, idempotency_key=key_of(token, key))
    )


@router.get("", summary="Forgettings and what came of them")
def forgettings(
    workspace: Ours, token: Reader, subject: About = None, limit: Limit = 100, cursor: Cursor = None
) -> Forgettings:
    found = workspace.uses.timelines(
        whose(token, subject, "forgettings:read"), from_cursor(cursor), limit + 1
    )
    more = to_cursor(found[limit - 1].number) if len(found) > limit else None
    return Forgettings(forgettings=[_told(one) for one in found[:limit]], next=more)


@router.get("/feed", summary="What happened to forgettings, from a ledger position on")
def feed(
    workspace: Ours,
    token: Reader,
    after: Annotated[PlaceText, Query(description="`next` of the page before; 0 for all.")] = 0,
    limit: Limit = 100,
    subject: About = None,
) -> ForgettingFeed:
    """Each step comes once, in one of the pages. Steps of who was erased since are told no more."""
    page = workspace.uses.forgetting_steps(after, limit, whose(token, subject, "forgettings:read"))
    return ForgettingFeed.model_validate(page.as_json())


@router.get("/{number}", summary="One forgetting, step by step")
def forgetting(workspace: Ours, number: Number, token: Reader) -> ForgettingAsTold:
    """Another's number and no number are answered alike."""
    return _told(workspace.uses.timeline(number, subject=token.member))


@router.get(
    "/{number}/certificate", summary="The certificate of a forgetting", responses=_CERTIFICATE,
    response_class=Response,
)  # fmt: skip
def certificate(workspace: Ours, number: Number, token: Reader) -> Response:
    """Of its last outcome, whatever that is: one that is pending is certified as such."""
    found = workspace.uses.forgetting_certificate(number, subject=token.member)
    return Response(to_bytes(found), media_type=MEDIA_TYPE)
