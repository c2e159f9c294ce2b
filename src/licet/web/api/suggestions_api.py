"""Suggestions: a headline, a summary or the start of a post for one member, of what they permit of their own rows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from licet.web.api.request_parts import Ours, PlaceText, Subject
from licet.web.api.token_check import needs

router = APIRouter(prefix="/subjects/{subject}", tags=["features"], dependencies=[needs("suggestions:read")])


class Suggestion(BaseModel):
    """A text, and the names of what of the member's stands in it."""

    text: str
    fields: list[str]


class Source(BaseModel):
    """The member's rows of one table and kind of data: read for it, or left out, and why."""

    table: str
    kind: str
    label: str
    code: str
    rule: str | None = Field(description="The rule whose reason it is.")
    reason: str


class Suggestions(BaseModel):
    """Best first; none where nothing of the member's may be used, or there is nothing. Kept nowhere."""

    subject: str
    kind: Literal["headline", "summary", "post"]
    purpose: str
    at: str
    position: int
    policy: str
    settings: list[str] = Field(description="The settings that decide about any of it.")
    ranked_by: Literal["reader", "counts", "order"] = Field(
        description="``reader``: a model with its base; ``counts``: the model's counts alone; ``order``: no model."
    )
    because: str = Field(description="Why so, for the member.")
    model: str | None
    suggestions: list[Suggestion]
    used: list[Source]
    left_out: list[Source]


@router.get("/suggestions/{kind}", summary="Words for a member to start from")
def suggestions(
    workspace: Ours,
    subject: Subject,
    kind: Annotated[Literal["headline", "summary", "post"], Path(description="Of what.")],
    most: Annotated[int, Query(ge=1, le=12, description="How many at most.")] = 3,
    min_position: Annotated[
        PlaceText | None, Query(description="A ledger position that must be known, as of a choice.")
    ] = None,
) -> Suggestions:
    """Of rows about this member alone that the policy and their choices permit for `ai_assistance` at this moment.

    Other members come in only by how many of them write such words, by which the phrasings are ranked."""
    told: Any = workspace.members.suggest(subject, kind, most=most, at_least=min_position).as_json()
    return Suggestions.model_validate(told)
