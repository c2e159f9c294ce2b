"""Insights: the releases, as they were published."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from licet.web.api.request_parts import Ours
from licet.web.api.token_check import needs

router = APIRouter(prefix="/insights", tags=["features"], dependencies=[needs("insights:read")])


class HeldFigure(BaseModel):
    """So many members have a skill in a region, give or take the noise."""

    region: str
    skill: str
    members: int


class AskedFigure(BaseModel):
    """So many advertisements of a month ask for a skill in a region."""

    region: str
    skill: str
    month: str
    postings: int


class InsightFigures(BaseModel):
    held: list[HeldFigure]
    asked: list[AskedFigure]


class InsightRelease(BaseModel):
    """A month's figures, drawn once."""

    month: str
    next: str = Field(description="The day from which on the next may be made.")
    at: str
    position: int
    policy: str
    epsilon: str
    least: int = Field(description="Fewer members than these are told of nowhere.")
    members: str = Field(description="The class of how many members stand behind it.")
    regions: list[str]
    figures: InsightFigures
    digest: str
    standing: Literal["exact", "pending"] = Field(
        description="``pending``: somebody chose since, and leaves with the next."
    )


class InsightReleases(BaseModel):
    """The latest first."""

    releases: list[InsightRelease]


@router.get("", summary="The releases of insights")
def insight_releases(workspace: Ours) -> InsightReleases:
    """All there are."""
    told: Any = [one.as_json() for one in workspace.uses.insights.releases()]
    return InsightReleases(releases=[InsightRelease.model_validate(one) for one in told])


@router.get("/{month}", summary="One release of insights")
def insight_release(
    workspace: Ours,
    month: Annotated[str, Path(pattern=r"^(latest|\d{4}-\d{2})$", description="Such as 2026-03, or latest.")],
) -> InsightRelease:
    """As it was published."""
    told: Any = workspace.uses.insights.show(month).as_json()
    return InsightRelease.model_validate(told)
