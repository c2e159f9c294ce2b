"""Search: what may be found by the words of a sentence, and whom a member may know."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from licet.web.api.request_parts import Ours, PlaceText, Subject
from licet.web.api.token_check import needs

router = APIRouter()


class SearchChip(BaseModel):
    """A filter that the sentence asks for."""

    id: str = Field(description="Names it, to take it off.", examples=["place:berlin"])
    kind: str
    value: str
    label: str


class SearchFind(BaseModel):
    """A row, best first; `subject` where it is about a member who lets that be told."""

    document_id: str
    subject: str | None
    key: str | None
    title: str
    text: str
    place: str | None
    seniority: str | None
    skills: list[str]
    is_remote: bool | None
    created: str | None
    score: float


class SearchRelaxation(BaseModel):
    """What to leave out so that something fits, and how many fit then."""

    without: list[str] = Field(description="For `without`, beside what stands there.")
    labels: list[str]
    found: int


class SearchFinds(BaseModel):
    """What fits, as policy and choices are at `position`. The sentence is kept nowhere."""

    kind: str
    sentence: str
    words: list[str]
    chips: list[SearchChip]
    off: list[SearchChip] = Field(description="Filters that were taken off.")
    found: list[SearchFind]
    searched: int = Field(description="Among how many.")
    relaxed: list[SearchRelaxation] = Field(description="Ways out of an empty answer; else empty.")
    at: str
    position: int


class SuggestedPerson(BaseModel):
    """Somebody the member may know; `through`: whom both know."""

    subject: str
    score: int
    through: list[str]


class SuggestedPeople(BaseModel):
    """Best first; where nobody is, `why` says why."""

    subject: str
    suggested: list[SuggestedPerson]
    own: int = Field(description="How many of their own connections it was answered from.")
    is_walked: bool = Field(description="Whether others are suggested them, or by way of them.")
    why: str | None
    at: str
    position: int


MinPosition = Annotated[
    PlaceText | None, Query(description="A ledger position that must be known, as of a choice.")
]
Most = Annotated[int, Query(ge=1, le=100, description="How many at most.")]


@router.get(
    "/search/{rows}", summary="What a sentence finds", tags=["features"], dependencies=[needs("search:read")]
)
def search(
    workspace: Ours,
    rows: Annotated[str, Path(pattern="^[a-z][a-z0-9_]{0,30}$", description="Such as jobs or people.")],
    q: Annotated[str, Query(max_length=1000, description="The sentence; empty for all.")] = "",
    without: Annotated[
        list[str] | None, Query(max_length=100, description="The ids of filters that are taken off.")
    ] = None,
    most: Most = 10,
    min_position: MinPosition = None,
) -> SearchFinds:
    """Of what may be found for `recommendation` at this moment."""
    told: Any = workspace.uses.search.find(
        rows, q, without=without or (), most=most, at_least=min_position
    ).as_json()
    return SearchFinds.model_validate(told)


@router.get(
    "/subjects/{subject}/people",
    summary="Whom a member may know",
    tags=["features"],
    dependencies=[needs("people:read")],
)
def people(
    workspace: Ours, subject: Subject, most: Most = 20, min_position: MinPosition = None
) -> SuggestedPeople:
    """By way of their own connections whose lists they may read; for this member's eyes alone."""
    told: Any = workspace.uses.people.suggest(subject, most=most, at_least=min_position).as_json()
    return SuggestedPeople.model_validate(told)
