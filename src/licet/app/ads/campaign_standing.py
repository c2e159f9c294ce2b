"""How each campaign stands: whether it runs, what it spent, what is released of it, what was clicked on."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from licet.app.ads.ad_choices import open_budgets
from licet.app.ads.budget_leases import settle_dead, this_boot
from licet.app.ads.granted_audiences import Granted, granted_audiences
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment
from licet.uses.ad_choice.campaign import Campaign, CampaignState, load_campaigns
from licet.uses.ad_choice.choice_log import logged_choices
from licet.uses.ad_choice.click_log import noted_clicks
from licet.uses.ad_choice.hour_pacing import released_micros
from licet.uses.ad_choice.opportunity import AdMode

if TYPE_CHECKING:
    from licet.app.core import Core


class CampaignStanding(NamedTuple):
    """Money in micros. reserved: spent, or leased to be. logged: of showings that the log has. clicks: of those."""

    name: str
    number: int
    payer: str
    state: CampaignState
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
    ends: datetime

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "state": self.state.value, "ends": format_moment(self.ends)}


def campaign_standings(core: Core) -> list[CampaignStanding]:
    """Each as the file has it, what dead processes left given back before. Raises: UseError ADS-040, ADS-041, ADS-043;
    AppError ADS-044 to ADS-047."""
    said, at, folder = load_campaigns(core.layout.campaigns), core.now(), core.layout.ad_choices
    book = open_budgets(core, said)
    try:
        settle_dead(book, folder, this_boot())
        reserved = book.reserved()
    finally:
        book.close()
    granted = granted_audiences(core)
    clicked, logged = noted_clicks(folder), Counter[int]()
    shown, clicks = Counter[tuple[int, AdMode]](), Counter[int]()
    for id_, row in logged_choices(folder):
        logged[row.campaign] += row.price_micros
        shown[row.campaign, row.mode] += 1
        clicks[row.campaign] += id_ in clicked
    return [
        CampaignStanding(
            name, one.number, one.payer, _state(one, at, granted), one.political, bool(one.audience), one.price_micros,
            one.budget_micros, _released(one, at), reserved.get(one.number, 0), logged[one.number],
            shown[one.number, AdMode.CONTEXTUAL], shown[one.number, AdMode.PERSONALISED], clicks[one.number], one.ends,
        )
        for name, one in said.campaigns.items()
    ]  # fmt: skip


def _state(campaign: Campaign, at: datetime, granted: Granted) -> CampaignState:
    state = campaign.state(at)
    return state if state is not CampaignState.RUNNING or granted.has(campaign) else CampaignState.NOT_GRANTED


def _released(campaign: Campaign, at: datetime) -> int:
    if not campaign.is_paced:
        return campaign.budget_micros
    return released_micros(campaign.budget_micros, campaign.starts, campaign.ends, at)
