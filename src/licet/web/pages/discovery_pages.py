"""What a member finds, on pages for them alone: people they may know, what a sentence finds, and insights.

Where a platform has not made it yet, or has to bring it to the present first, the page says so; where it does not offer
it at all, there is no such page.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from licet.terms import EVERY_USE, LicetError
from licet.web.authentication import Subject
from licet.web.insight_pictures import draw_demand, draw_to_learn
from licet.web.templates_environment import page, workspace_of

router = APIRouter()

#: Suggested and found at most; of those whom both know, so many are named; skills to learn in the picture and below it.
SHOWN, NAMED, DRAWN, LISTED = 20, 5, 12, 40
#: What is offered and not there: nothing was made yet, what was made is not of now, no release yet.
_COLD = {"RCMD-104": "not_made", "RCMD-105": "not_of_now", "RCMD-125": "not_made"}


@router.get("/people")
def people(request: Request, subject: Subject) -> Response:
    workspace = workspace_of(request)
    try:
        told = workspace.uses.people.suggest(subject, most=SHOWN)
    except LicetError as error:
        return _cold(request, error, "People you may know")
    named = dict.fromkeys(
        who for one in told.suggested for who in (one.subject, *one.through[:NAMED])
    )  # fmt: skip
    introduced = {one.subject: one for one in workspace.members.introduce([*named])}
    return page(
        request, "people.html", told=told, introduced=introduced, named=NAMED,
        controls=workspace.recommend.controls(),
    )  # fmt: skip


@router.get("/search")
def search(
    request: Request,
    subject: Subject,
    q: str = "",
    among: str = "",
    without: Annotated[list[str] | None, Query(max_length=100)] = None,
) -> Response:
    """q: the sentence. among: of what kind; the first that is searched where none is said. Noted nowhere."""
    workspace = workspace_of(request)
    uses = workspace.uses
    kinds = uses.search.kinds()
    kind = among or kinds[0]
    if kind not in kinds:
        raise HTTPException(404, "Nothing of that kind is searched here.")
    try:
        finds = uses.search.find(kind, q, without=without or (), most=SHOWN)
    except LicetError as error:
        return _cold(request, error, "Search")
    found_by = [one for one in workspace.recommend.controls() if one.personalises and kind == "people"]
    return page(
        request, "search.html", finds=finds, kinds=kinds, without=without or [], controls=found_by,
    )  # fmt: skip


@router.get("/insights")
def insights(request: Request, subject: Subject, month: str = "latest", region: str = "") -> Response:
    workspace = workspace_of(request)
    try:
        release = workspace.uses.insights.show(month)
    except LicetError as error:
        if month != "latest" or not workspace.uses.insights.is_set_up():
            raise
        return _cold(request, error, "Insights")
    region = region or next(iter(release.regions), "")
    rows = release.to_learn(region) if release.regions else []
    controls = [one for one in workspace.recommend.controls() if one.trains]
    has_left = any(
        choice.value == "off" and choice.entry >= release.position
        for choice in workspace.ledger.choices_of(subject)
        if choice.setting in (EVERY_USE, *(one.id for one in controls))
    )
    pictures = (draw_to_learn(release, region, DRAWN), draw_demand(release, region)) if rows else (None, None)
    return page(
        request, "insights.html", release=release, region=region, rows=rows[:LISTED],
        to_learn=pictures[0], demand=pictures[1],
        months=workspace.uses.insights.months(),
        controls=controls, has_left=has_left,
    )  # fmt: skip


def _cold(request: Request, error: LicetError, title: str) -> Response:
    """A page that says that there is nothing yet. Raises: the error where it says something else."""
    why = _COLD.get(error.code)
    if why is None:
        raise error
    return page(request, "not_there_yet.html", title=title, why=why)
