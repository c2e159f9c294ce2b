"""What a choice is asked for and what it answers: shapes that every door, and every format of others, goes by."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from licet.terms.canonical import JsonObject
from licet.uses.ad_choice.campaign import Campaign
from licet.uses.ad_choice.page_words import page_digest


class Opportunity(NamedTuple):
    """A place for an advertisement on a page.

    page:    its text. country: ISO 3166, where the page is read; None: not known. subject: the member who reads it;
             None: nobody knows, or nobody may. signals: privacy signals that came with this very request.
    seen:    by campaign number how often this browser was shown it today, as the browser itself says; unwanted: the
             numbers of those that it is to be shown no more.
    least_price_micros: what a showing must pay.
    """

    page: str
    country: str | None = None
    subject: str | None = None
    signals: frozenset[str] = frozenset()
    seen: Mapping[int, int] = {}
    unwanted: frozenset[int] = frozenset()
    least_price_micros: int = 0

    @property
    def departing(self) -> Departing:
        """All that may leave of it without a permission, whoever asks."""
        return Departing(page_digest(self.page).hex(), self.country)


class Departing(NamedTuple):
    """What leaves of somebody who permits nothing: which page it is, and the country; nothing else is in here."""

    page: str
    country: str | None


class AdMode(StrEnum):
    """What an advertisement was chosen by."""

    CONTEXTUAL = "contextual"
    PERSONALISED = "personalised"


class AdChoice(NamedTuple):
    """One advertisement, chosen and paid for, or that none was.

    id:         of this choice; None where nothing is shown. by: what it was chosen by.
    matched:    the attributes of the audience by which the member was found, in the campaign's order.
    relevance:  how well it fits the page, of 1; 0.0 where the page was not gone by.
    propensity: how likely it was among `candidates`. position: the ledger's, that permission was asked at.
    stale_ms:   how old that position may have been, at most. code: why nothing of the member's was gone by.
    """

    id: str | None
    name: str | None
    campaign: Campaign | None
    by: AdMode
    matched: tuple[str, ...]
    relevance: float
    propensity: float
    candidates: int
    position: int
    stale_ms: int
    code: str | None

    def as_json(self) -> JsonObject:
        """What a page needs to show it, and why it is shown."""
        told: JsonObject = {
            "id": self.id, "by": self.by.value, "matched": list(self.matched), "candidates": self.candidates,
            "position": self.position, "stale_ms": self.stale_ms, "code": self.code, "ad": None,
        }  # fmt: skip
        if self.campaign is not None:
            creative = self.campaign.creative
            told["propensity"], told["relevance"] = round(self.propensity, 6), round(self.relevance, 6)
            told["ad"] = {
                "campaign": self.campaign.number, "payer": self.campaign.payer,
                "on_behalf_of": self.campaign.on_behalf_of, "political": self.campaign.political,
                "title": creative.title, "text": creative.text, "link": creative.link, "image": creative.image,
                "alt": creative.alt, "cap_a_day": self.campaign.cap_a_day,
            }  # fmt: skip
        return told
