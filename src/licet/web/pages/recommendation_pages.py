"""Recommended to the member alone: jobs, posts, why each, and what a control would change, before it is switched.

Beside them what is the same for everybody: jobs like one, and what opting out does to lists, as it was measured.
"""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from licet.app import effect as measuring
from licet.web.authentication import Subject
from licet.web.templates_environment import page, workspace_of

router = APIRouter()

SHOWN, SIDE_BY_SIDE = 20, 10


@router.get("/recommendations")
def jobs(request: Request, subject: Subject) -> Response:
    made = workspace_of(request).recommend.jobs(subject, most=SHOWN)
    return page(request, "recommended.html", made=made, order="best")


@router.get("/recommendations/posts")
def posts(request: Request, subject: Subject, order: Literal["best", "newest"] = "best") -> Response:
    made = workspace_of(request).recommend.posts(subject, most=SHOWN, newest_first=order == "newest")
    return page(request, "recommended.html", made=made, order=order)


@router.get("/recommendations/both-ways")
def both_ways(request: Request, subject: Subject, setting: str | None = None) -> Response:
    recommend = workspace_of(request).recommend
    governing = recommend.controls()
    both = None
    if governing:
        both = recommend.both_ways(subject, setting, most=SIDE_BY_SIDE)
    return page(request, "both_ways.html", both=both, governing=governing)


@router.get("/recommendations/why")
def why(request: Request, subject: Subject, key: str, table: str | None = None) -> Response:
    told = workspace_of(request).recommend.explain(subject, key, table=table)
    return page(request, "recommended_why.html", told=told)


@router.get("/recommendations/similar")
def similar(request: Request, subject: Subject, key: str, table: str | None = None) -> Response:
    made = workspace_of(request).recommend.similar(key, table=table, most=SIDE_BY_SIDE)
    return page(request, "similar_jobs.html", made=made)


@router.get("/recommendations/effect")
def effect(request: Request, subject: Subject) -> Response:
    found = workspace_of(request).recommend.measured_effect()
    content = None if found is None else measuring.content(found)
    return page(request, "recommendation_effect.html", content=content)
