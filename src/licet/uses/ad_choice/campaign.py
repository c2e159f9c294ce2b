"""Campaigns as `campaigns.yaml` at a workspace's root says them: who pays, for what, where, how long, to whom.

The file is the operator's, and read strictly: what it does not know is refused, and so is a creative that could run
anything or load anything from elsewhere. Money is integer micros of one currency. A campaign that does not say whether
it is political is undeclared and never runs; one that is political goes by nothing of anybody's. Numbers are for good:
budgets, logs and browsers know a campaign by its number alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from licet.terms import UseError
from licet.terms.regions import COUNTRIES
from licet.uses.ad_choice.page_words import normal
from licet.uses.layout_file import read_layout

FILE_NAME = "campaigns.yaml"
#: Integers that every reader of JSON has exactly.
MOST_MICROS = 2**53 - 1
MOST_CAMPAIGNS, MOST_ATTRIBUTES, MOST_VALUES = 10_000, 3, 50
_TAG = re.compile(r"<[a-zA-Z/!?]|&[#a-zA-Z]\w*;|javascript:|data:", re.IGNORECASE)
_IMAGE = r"^[a-z0-9][a-z0-9_-]{0,60}\.(?:png|jpg|jpeg|gif|webp)$"
#: Signs that nobody sees, that turn others round, or that are half of one.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)


def _plain(text: str) -> str:
    if _TAG.search(text) or _HIDDEN.search(text):
        raise ValueError("it is plain text: no markup, no script, nothing that hides")
    return text


def _link(text: str) -> str:
    parts = urlsplit(text)
    if (
        parts.scheme != "https"
        or not parts.hostname
        or "@" in parts.netloc
        or re.search(r"[\s\"'<>\\]", text)
    ):
        raise ValueError("it is an https address without a name and a password in it")
    return text


def _utc(moment: datetime) -> datetime:
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("in UTC it is beyond the years 1 to 9999") from None


def _countries(codes: tuple[str, ...]) -> tuple[str, ...]:
    if unknown := [code for code in codes if code not in COUNTRIES]:
        raise ValueError(f"no country is {unknown[0]!r}; write two letters of ISO 3166")
    return codes


Micros = Annotated[int, Field(strict=True, ge=1, le=MOST_MICROS)]
Moment = Annotated[datetime, AfterValidator(_utc)]
Plain = Annotated[str, AfterValidator(_plain)]
Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_plain)]
Attribute = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
Countries = Annotated[tuple[str, ...], AfterValidator(_countries)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Creative(_Part):
    """What is shown: plain text, a link, and an image that lies in the workspace's folder `ads`, each by name."""

    title: Annotated[Plain, Field(min_length=1, max_length=90)]
    text: Annotated[Plain, Field(max_length=300)] = ""
    link: Annotated[str, Field(max_length=2_000), AfterValidator(_link)]
    image: Annotated[str, Field(pattern=_IMAGE)] | None = None
    alt: Annotated[Plain, Field(max_length=200)] = ""


class AttributeColumn(_Part):
    """Where a member's attribute stands; what its cells mean, the catalogue says, and who may use them, the policy."""

    table: Annotated[str, Field(min_length=1)]
    column: Annotated[str, Field(min_length=1)]


class CampaignState(StrEnum):
    """Whether a campaign runs, and if not why."""

    RUNNING = "running"
    UNDECLARED = "undeclared"
    NOT_YET = "not_yet"
    ENDED = "ended"
    PAUSED = "paused"
    #: Its payer was not granted the audience that it is for.
    NOT_GRANTED = "not_granted"


class Campaign(_Part):
    """One advertiser's order.

    number: its own for good. payer: who pays; on_behalf_of: for whom, where that is another. political: None where
    nobody said. price_micros: of one showing. about: words by which pages are found for it, beside the creative's.
    audience: by attribute the values of which a member has any; of all attributes, at most three. cap_a_day: showings
    in one browser on one day. is_paced: its budget is released by the hour.
    """

    number: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
    payer: Name
    on_behalf_of: Name | None = None
    political: Annotated[bool, Field(strict=True)] | None = None
    price_micros: Micros
    budget_micros: Micros
    starts: Moment
    ends: Moment
    countries: Countries = ()
    about: Annotated[Plain, Field(max_length=5_000)] = ""
    audience: Annotated[
        Mapping[Attribute, Annotated[tuple[Name, ...], Field(min_length=1, max_length=MOST_VALUES)]],
        Field(max_length=MOST_ATTRIBUTES),
    ] = {}
    cap_a_day: Annotated[int, Field(strict=True, ge=1, le=100)] | None = None
    is_paced: bool = Field(True, alias="paced")
    is_paused: bool = Field(False, alias="paused")
    creative: Creative

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.ends <= self.starts:
            raise ValueError("it ends before it starts")
        if self.political and self.audience:
            raise ValueError("a political campaign goes by nothing of anybody's, so it has no audience")
        return self

    def state(self, at: datetime) -> CampaignState:
        """Whether it runs at a moment."""
        if self.political is None:
            return CampaignState.UNDECLARED
        if self.is_paused:
            return CampaignState.PAUSED
        if at < self.starts:
            return CampaignState.NOT_YET
        return CampaignState.RUNNING if at < self.ends else CampaignState.ENDED

    def runs(self, at: datetime) -> bool:
        return self.state(at) is CampaignState.RUNNING

    @property
    def words(self) -> str:
        """The text by which pages are found for it."""
        return f"{self.creative.title}\n{self.creative.text}\n{self.about}"

    def values_of(self, attribute: str) -> frozenset[str]:
        """What it looks for, as interests are told."""
        return frozenset(map(normal, self.audience.get(attribute, ())))


class CampaignFile(_Part):
    """currency: ISO 4217, of every micro. attributes: by name the columns that audiences may go by.

    most_stale_ms: so old the ledger's position may be that a choice goes by, where the ledger is a database's; 0: it is
    asked for every choice. In a file it always is. budgets: the address of a PostgreSQL database for the budgets, never
    with a password; by default they are a file of the workspace.
    """

    licet_campaigns: Literal[1]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    attributes: Mapping[Attribute, AttributeColumn] = {}
    most_stale_ms: Annotated[int, Field(strict=True, ge=0, le=1_000)] = 0
    budgets: str | None = None
    campaigns: Annotated[Mapping[Name, Campaign], Field(max_length=MOST_CAMPAIGNS)]

    @model_validator(mode="after")
    def _names_what_there_is(self) -> Self:
        numbers = [one.number for one in self.campaigns.values()]
        if len(set(numbers)) < len(numbers):
            raise ValueError("two campaigns have one number")
        for name, campaign in self.campaigns.items():
            if unknown := sorted(campaign.audience.keys() - self.attributes.keys()):
                raise ValueError(f"campaign {name!r} goes by {unknown[0]!r}, which is not among attributes")
        return self


def load_campaigns(path: Path) -> CampaignFile:
    """Raises: UseError ADS-040 where there is none, ADS-041 for one that makes no sense."""
    found = read_layout(CampaignFile, path)
    if found is None:
        raise UseError(
            "ADS-040", "no campaigns are here", str(path), "write the file as docs/choosing_ads.md shows"
        )
    if isinstance(found, str):
        raise UseError(
            "ADS-041",
            f"the campaigns make no sense, {found}",
            str(path),
            "compare it with docs/choosing_ads.md",
        )
    return found
