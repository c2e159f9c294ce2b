"""Copies that left, for whoever holds one: the messages that say what is to go, and the signed answers to them.

A token that is bound to a copy reaches that one alone, and is answered for every other as if it were not there.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from licet.web.api.cursors import Limit
from licet.web.api.request_parts import Export, Ours, PlaceText, PlainRoute, Sent
from licet.web.api.token_check import Holder

router = APIRouter(prefix="/exports/{export}", tags=["exports"], route_class=PlainRoute)

MOST_ANSWER_LETTERS = 10_000


class FedMessage(BaseModel):
    """One message of the feed. `note` is what `licet apply` takes, to the letter."""

    sequence: int
    due: str
    note: str


class Feed(BaseModel):
    """Messages that nobody confirmed, in order. `last`: the number of the last one that was made."""

    export: str
    last: int
    messages: list[FedMessage]


class Answer(Sent):
    """What `licet apply` wrote for a message, to the letter."""

    answer: Annotated[str, Field(min_length=1, max_length=MOST_ANSWER_LETTERS, pattern=r"^[^\x00]*$")]


class CopyAsKnown(BaseModel):
    """What is known of the copy after the answer; `state` as docs/deliveries.md has it."""

    export: str
    recipient: str
    state: Literal["sent", "received", "applied", "overdue", "unconfirmed"]
    sent: int
    applied: int
    due: str | None
    documents: int


@router.get("/feed", summary="What a copy's holder is told")
def feed(
    workspace: Ours,
    export: Export,
    token: Holder,
    after: Annotated[PlaceText, Query(description="Only messages with a higher number.")] = 0,
    limit: Limit = 100,
) -> Feed:
    """Where the first message is not `after` + 1, those in between were confirmed before. Where the last is not `last`,
    more come after it."""
    last, messages = workspace.copies.messages(export, after=after)
    return Feed(
        export=export, last=last,
        messages=[FedMessage(sequence=one.sequence, due=one.due, note=one.note) for one in messages[:limit]],
    )  # fmt: skip


@router.post("/ack", summary="Hand in a holder's answer")
def acknowledge(workspace: Ours, export: Export, token: Holder, body: Answer) -> CopyAsKnown:
    """The signature, the message that it answers and the root are checked; what does not fit changes nothing. The last
    answer sent once more is answered the same; one that a later answer overtook is refused."""
    told = workspace.copies.hand_in(export, body.answer)
    return CopyAsKnown.model_validate({**told.as_json(), "state": told.reach})
