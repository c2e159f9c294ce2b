"""What advertisers are told: sizes of audiences to the hundred, or no, and what may do then."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from licet.web.api.request_parts import Advertiser, Ours, PlainRoute
from licet.web.api.token_check import needs

router = APIRouter(
    prefix="/advertisers", tags=["uses"], dependencies=[needs("advertisers:write")], route_class=PlainRoute
)

_Name = Annotated[str, Field(min_length=1, max_length=40)]
_Values = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]], Field(min_length=1, max_length=100)
]


class AudienceTermsAsked(BaseModel):
    """Values by attribute: a member has one of each."""

    model_config = ConfigDict(extra="forbid", strict=True)
    wanted: Annotated[dict[_Name, _Values], Field(min_length=1, max_length=3)] = Field(
        examples=[{"industry": ["software"], "region": ["DE", "AT"]}]
    )


class AudienceTold(BaseModel):
    """What an advertiser is told. Refused, it lives not."""

    advertiser: str
    wanted: dict[str, list[str]]
    size: int | None = Field(
        description="Members who permit it, to the next hundred; null where it is refused."
    )
    widening: dict[str, list[str]] | None = Field(description="What may do instead.")
    month: str
    asked: int
    most_asked: int


class AudienceEnded(BaseModel):
    ended: bool = Field(description="Whether it lived.")


class LivingAudience(BaseModel):
    advertiser: str
    wanted: dict[str, list[str]]


class LivingAudiences(BaseModel):
    """Of all advertisers."""

    audiences: list[LivingAudience]


@router.get("/audiences", summary="The audiences that live")
def living_audiences(workspace: Ours) -> LivingAudiences:
    """For an operator: one advertiser is not to be shown another's."""
    live = workspace.uses.advertisers.live()
    return LivingAudiences(
        audiences=[
            LivingAudience(
                advertiser=one.advertiser, wanted={name: [*values] for name, values in one.wanted.items()}
            )
            for one in live
        ]
    )


class CampaignTold(BaseModel):
    """What its advertiser is told, in tens, each step a little late; null for what is of fewer."""

    campaign: str
    showings: int | None
    clicks: int | None
    personalised: int | None
    contextual: int | None
    micros: int | None


@router.get("/campaigns", summary="What advertisers are told of their campaigns")
def told_campaigns(workspace: Ours) -> list[CampaignTold]:
    """Of each that was shown; for an operator, who hands an advertiser its own."""
    return [CampaignTold.model_validate(one._asdict()) for one in workspace.uses.advertisers.campaigns()]


class EstimateTold(BaseModel):
    value: float
    lowest: float
    highest: float


class RevenueTold(BaseModel):
    """Of one kind of advertisement; null for what is of too few. Estimates are of 1,000 showings, in millionths."""

    kind: str
    showings: int | None
    clicks: int | None
    micros: int | None
    of_a_thousand: EstimateTold | None
    guaranteed: EstimateTold | None


class EffectTold(BaseModel):
    """What choosing otherwise would have brought; rates of clicks, with the usual interval but for `guaranteed`."""

    target: str
    choices: int
    clicks: int
    logged: EstimateTold
    ips: EstimateTold
    snips: EstimateTold
    dr: EstimateTold
    guaranteed: EstimateTold
    difference: EstimateTold
    difference_guaranteed: EstimateTold
    effective_sample: float
    effective_clicks: float
    largest_weight: float
    weight_bound: float
    is_bound_known: bool
    verdict: str
    floor_share: float | None
    least_clicks: int
    revenue: list[RevenueTold]
    least_told: int


@router.get("/effect", summary="What choosing advertisements otherwise would have brought")
def effect(workspace: Ours, otherwise: Literal["contextual", "uniform"] = "contextual") -> EffectTold:
    """By the log of choices; `cannot tell` below 100 effective clicks."""
    return EffectTold.model_validate(workspace.uses.advertisers.effect(otherwise).as_json())


@router.post("/{advertiser}/audiences", summary="Ask about an audience")
def ask_audience(workspace: Ours, advertiser: Advertiser, body: AudienceTermsAsked) -> AudienceTold:
    """It lives where it may; asked again in the same month the answer is the same number."""
    return AudienceTold.model_validate(workspace.uses.advertisers.ask(advertiser, body.wanted).as_json())


@router.post("/{advertiser}/audiences/end", summary="End an audience")
def end_audience(workspace: Ours, advertiser: Advertiser, body: AudienceTermsAsked) -> AudienceEnded:
    """What was asked stays counted."""
    return AudienceEnded(ended=workspace.uses.advertisers.end(advertiser, body.wanted))
