"""What advertisers are told: sizes of audiences to the hundred, or no, and what may do then."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from licet.web.api.request_parts import Ours, PlainRoute
from licet.web.api.token_check import needs

router = APIRouter(
    prefix="/advertisers", tags=["uses"], dependencies=[needs("advertisers:write")], route_class=PlainRoute
)

_Name = Annotated[str, Field(min_length=1, max_length=40)]
_Values = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]], Field(min_length=1, max_length=100)
]
Advertiser = Annotated[str, Path(min_length=1, max_length=100, description="Who asks.")]


class AudienceTermsAsked(BaseModel):
    """Values by attribute: a member has one of each."""

    model_config = ConfigDict(extra="forbid", strict=True)
    wanted: Annotated[dict[_Name, _Values], Field(min_length=1, max_length=10)] = Field(
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


@router.post("/{advertiser}/audiences", summary="Ask about an audience")
def ask_audience(workspace: Ours, advertiser: Advertiser, body: AudienceTermsAsked) -> AudienceTold:
    """It lives where it may; asked again in the same month the answer is the same number."""
    return AudienceTold.model_validate(
        workspace.uses.advertisers.ask(advertiser, body.wanted).as_json(), from_attributes=False
    )


@router.post("/{advertiser}/audiences/end", summary="End an audience")
def end_audience(workspace: Ours, advertiser: Advertiser, body: AudienceTermsAsked) -> AudienceEnded:
    """What was asked stays counted."""
    return AudienceEnded(ended=workspace.uses.advertisers.end(advertiser, body.wanted))
