"""Advertisements for pages: choose one, say why it was chosen, note a click, and how the campaigns stand.

A member is named only so that what they permit may be gone by; nothing is kept under them, and no answer tells what
they permit beyond the campaign that was chosen.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from licet.app import Workspace
from licet.terms.signals import ConsentStrings
from licet.web.api.direct_route import DirectRoute
from licet.web.api.request_parts import AsWhole, Id, Ours, Sent, Word
from licet.web.api.token_check import needs

#: Letters of a page; what is beyond those that count is passed over.
MOST_PAGE_LETTERS = 1_000_000
Count = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1), AsWhole]

serving = APIRouter(tags=["ads"], route_class=DirectRoute, dependencies=[needs("ads:choose")])
router = APIRouter(prefix="/ads", tags=["ads"], dependencies=[needs("ads:read")])
clicks = APIRouter(prefix="/ads", tags=["ads"], dependencies=[needs("ads:choose")])


class AskedAd(Sent):
    """A place on a page. Signals are those of this very request; each can only refuse."""

    page: Annotated[str, Field(max_length=MOST_PAGE_LETTERS, description="The text of the page.")]
    country: Annotated[str | None, Field(pattern=r"^[A-Z]{2}$", examples=["DE"])] = None
    subject: Annotated[
        Id | None, Field(description="The member who reads it; left out, nobody's data is gone by.")
    ] = None
    gpc: Annotated[bool, Field(strict=True, description="Whether the request carries GPC.")] = False
    gpp: str | None = None
    gpp_sid: tuple[Annotated[int, Field(strict=True), AsWhole], ...] = ()
    tcf: str | None = None
    seen: Annotated[
        dict[Annotated[int, Field(ge=1, le=2**31 - 1)], Count],
        Field(
            default_factory=dict,
            max_length=500,
            description="By campaign how often this browser was shown it today.",
            json_schema_extra={"propertyNames": {"pattern": "^[1-9][0-9]{0,8}$"}},
        ),
    ]
    unwanted: Annotated[
        list[Count],
        Field(
            default_factory=list,
            max_length=500,
            description="Campaigns that this browser is to be shown no more.",
        ),
    ]
    least_price_micros: Annotated[int, Field(strict=True, ge=0, le=2**53 - 1), AsWhole] = 0

    @property
    def weight(self) -> int:
        """Of how many requests it counts for."""
        return 1


class Ad(BaseModel):
    """What is shown: plain text, a link, and an image by its name."""

    campaign: int
    payer: str
    on_behalf_of: str | None
    political: bool
    title: str
    text: str
    link: str
    image: str | None
    alt: str
    cap_a_day: int | None = Field(description="Showings in one browser on one day, which the browser counts.")


class ChosenAd(BaseModel):
    """One advertisement, logged and paid for; or none."""

    id: str | None = Field(description="Of the choice; for why, and for a click.")
    by: Literal["contextual", "personalised"]
    matched: list[str] = Field(
        description="Attributes of the campaign's audience that the member was found by."
    )
    candidates: int
    position: int = Field(description="The ledger's, at which permission was asked.")
    stale_ms: int = Field(description="How old that position may have been, at most.")
    code: str | None = Field(description="Why nothing of the member's was gone by.")
    propensity: float | None = Field(None, description="How likely it was among the candidates.")
    relevance: float | None = Field(None, description="How well it fits the page, of 1.")
    ad: Ad | None


class WhyAd(BaseModel):
    """Why an advertisement was chosen, for whoever was shown it."""

    id: str
    campaign: str
    number: int
    payer: str
    on_behalf_of: str | None
    political: bool
    by: Literal["contextual", "personalised"]
    matched: dict[str, list[str]]
    propensity: float
    candidates: int
    at: str
    position: int
    settings: dict[str, str] = Field(
        description="The settings that decide whether data chooses advertisements."
    )
    sentences: list[str]
    click: str = Field(description="What a click tells the advertiser.")


class CampaignNow(BaseModel):
    """How a campaign stands; money in micros of the file's currency."""

    name: str
    number: int
    payer: str
    state: Literal["running", "undeclared", "not_yet", "ended", "paused", "not_granted"]
    political: bool | None
    is_personalised: bool
    price_micros: int
    budget_micros: int
    released_micros: int
    reserved_micros: int
    logged_micros: int
    shown_by_page: int
    shown_personalised: int
    clicks: int
    ends: str


class Clicked(BaseModel):
    """Where a click leads."""

    link: str


@serving.post("/ads/choices", summary="Choose an advertisement for a page", response_model=ChosenAd)
async def choose(workspace: Ours, body: AskedAd) -> Response:
    """By the page, and by what the member permits where the policy, their choices and the signals of this request
    permit it at this ledger position. It is logged and paid for when it is answered."""
    if workspace.uses.ad_choices.answers_at_once():
        return _choose(workspace, body)
    return await run_in_threadpool(_choose, workspace, body)


def _choose(workspace: Workspace, body: AskedAd) -> Response:
    strings = ConsentStrings(body.gpp, body.gpp_sid, body.tcf)
    made = workspace.uses.ad_choices.choose(
        body.page, country=body.country, subject=body.subject, gpc=body.gpc,
        strings=None if strings == ConsentStrings() else strings, seen=body.seen, unwanted=body.unwanted,
        least_price_micros=body.least_price_micros,
    )  # fmt: skip
    return Response(json.dumps(made.as_json()).encode("ascii"), media_type="application/json")


@router.get("/choices/{choice}", summary="Why an advertisement was chosen")
def why(workspace: Ours, choice: Word) -> WhyAd:
    """Who paid, by what it was chosen, how to change that, and what a click tells."""
    return WhyAd.model_validate(workspace.uses.ad_choices.why(choice).as_json())


@clicks.post("/choices/{choice}/click", summary="Note a click")
def click(workspace: Ours, choice: Word) -> Clicked:
    """Of a choice, however often; who clicked is not kept."""
    return Clicked(link=workspace.uses.ad_choices.click(choice))


@router.get("/campaigns", summary="How the campaigns stand")
def campaigns(workspace: Ours) -> list[CampaignNow]:
    """Whether each runs, what it spent, and how often it was shown by the page and by what members permit."""
    return [CampaignNow.model_validate(one.as_json()) for one in workspace.uses.ad_choices.campaigns()]
