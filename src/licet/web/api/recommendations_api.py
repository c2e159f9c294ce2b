"""Recommendations for one member: jobs, posts, why one is among them, and how a control would change them; and beside
a job, for everybody, those like it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from licet.web.api.request_parts import Ours, PlaceText, Subject, Word
from licet.web.api.token_check import needs

router = APIRouter(
    prefix="/recommendations", tags=["recommendations"], dependencies=[needs("recommendations:read")]
)
of_member = APIRouter(prefix="/{subject}")


class Recommended(BaseModel):
    """One item, by its table and key there."""

    table: str
    key: str
    title: str
    details: dict[str, str] = Field(description="What is told of it beside its title, by column.")
    created: str | None
    expires: str | None
    reason: str | None = Field(description="Why it is recommended, to the member.")


class ReadRows(BaseModel):
    """The member's rows of one table: how many were read for this, and how many were not, with the first reason."""

    table: str
    read: int
    left_out: int
    code: str | None
    reason: str | None


class Recommendations(BaseModel):
    """Best first. Kept nowhere."""

    subject: str
    kind: Literal["jobs", "posts", "newest_posts"]
    at: str
    position: int = Field(description="Whatever was recorded before it is known to this answer.")
    policy: str
    settings: list[str] = Field(description="The settings that decide about any of it.")
    trains: bool = Field(description="Whether anything the member did is among what is learned from.")
    personalises: bool = Field(description="Whether anything of the member's own was read for this.")
    chosen_by: Literal["history", "profile", "popular", "newest", "following"]
    because: str = Field(description="Why so, for the member.")
    learned: str | None = Field(description="The artefact by whose recipe it was chosen.")
    offered: int = Field(description="How many the policy lets be recommended to anybody.")
    items: list[Recommended]
    rows: list[ReadRows]


class BothWays(BaseModel):
    """The same list with a setting on and with it off."""

    setting: str
    label: str
    is_on: bool | None = Field(description="Where it stands now; null where nobody can say.")
    differing: int = Field(description="How many of the list with it on are not on the one with it off.")
    on: Recommendations
    off: Recommendations


class Explanation(BaseModel):
    """Why one item is recommended to the member, or is not."""

    subject: str
    kind: Literal["jobs", "posts", "newest_posts"]
    at: str
    position: int
    item: Recommended
    rank: int | None = Field(description="Its place in their list, from 1; null where it is not in it.")
    chosen_by: Literal["history", "profile", "popular", "newest", "following"]
    because: str
    sentences: list[str] = Field(
        description="The reasons, the strongest first, of the member's own data alone."
    )


Most = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
MinPosition = Annotated[
    PlaceText | None, Query(description="A ledger position that must be known, as of a choice.")
]


class SimilarJobs(BaseModel):
    """The most alike first; the same whoever asks."""

    table: str
    key: str
    title: str
    at: str
    position: int
    items: list[Recommended]


Table = Annotated[
    str | None,
    Query(min_length=1, max_length=512, description="The job's table, where several have the key."),
]
JobKey = Annotated[str, Query(min_length=1, max_length=512, description="The job's key.")]


@router.get("/similar", summary="Jobs like one")
def similar(
    workspace: Ours, key: JobKey, table: Table = None, most: Most = 10, min_position: MinPosition = None
) -> SimilarJobs:
    """Of what at least two members did with both; of no single one."""
    told: Any = workspace.recommend.similar(key, table=table, most=most, at_least=min_position).as_json()
    return SimilarJobs.model_validate(told)


@of_member.get("/jobs", summary="Jobs for a member")
def jobs(
    workspace: Ours, subject: Subject, most: Most = 20, min_position: MinPosition = None
) -> Recommendations:
    """Of rows that the policy and their choices permit for `recommendation` at this moment, and by what members permit
    to be learned for `recommender_training`; without the first, what everybody sees."""
    told: Any = workspace.recommend.jobs(subject, most=most, at_least=min_position).as_json()
    return Recommendations.model_validate(told)


@of_member.get("/posts", summary="Posts for a member")
def posts(
    workspace: Ours,
    subject: Subject,
    most: Most = 20,
    order: Annotated[Literal["best", "newest"], Query(description="Newest: by their time alone.")] = "best",
    min_position: MinPosition = None,
) -> Recommendations:
    """By author, topic, recency and language; what anybody clicked or liked is not gone by."""
    told: Any = workspace.recommend.posts(
        subject, most=most, newest_first=order == "newest", at_least=min_position
    ).as_json()
    return Recommendations.model_validate(told)


@of_member.get("/both-ways", summary="Jobs with a setting on, and with it off")
def both_ways(
    workspace: Ours,
    subject: Subject,
    setting: Annotated[
        Word | None, Query(description="By default the first that decides about recommendations.")
    ] = None,
    most: Most = 10,
    min_position: MinPosition = None,
) -> BothWays:
    """Before anybody chooses; nothing is recorded."""
    told: Any = workspace.recommend.both_ways(subject, setting, most=most, at_least=min_position).as_json()
    return BothWays.model_validate(told)


@of_member.get("/why", summary="Why a job is recommended to a member")
def why(
    workspace: Ours,
    subject: Subject,
    key: JobKey,
    table: Table = None,
    min_position: MinPosition = None,
) -> Explanation:
    """Of the member's own data, and of counts of at least five others."""
    told: Any = workspace.recommend.explain(subject, key, table=table, at_least=min_position).as_json()
    return Explanation.model_validate(told)


router.include_router(of_member)
