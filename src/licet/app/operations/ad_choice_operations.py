"""Choosing advertisements, and why each was: `workspace.uses.ad_choices`."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from licet.app.argument_types import names_wrong_types, require_subject_id
from licet.app.core import Core
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.signals import GPC, ConsentStrings

if TYPE_CHECKING:
    from licet.app.ads.ad_choices import AdServer
    from licet.app.ads.ad_explanations import AdExplanation
    from licet.app.ads.campaign_standing import CampaignStanding
    from licet.uses.ad_choice.choice_log import ChoiceRow
    from licet.uses.ad_choice.opportunity import AdChoice


@names_wrong_types
class AdChoiceOperations:
    """Choosing advertisements, and why each was: `workspace.uses.ad_choices`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @functools.cached_property
    def _server(self) -> AdServer:
        from licet.app.ads.ad_choices import AdServer

        return AdServer(self._core)

    def is_set_up(self) -> bool:
        """Whether campaigns.yaml says whose advertisements are shown."""
        return self._core.layout.campaigns.is_file()

    def answers_at_once(self) -> bool:
        """Whether a choice waits for nothing but this machine."""
        return self._server.answers_at_once()

    def choose(
        self,
        page: str,
        *,
        country: str | None = None,
        subject: str | None = None,
        gpc: bool = False,
        strings: ConsentStrings | None = None,
        seen: Mapping[int, int] | None = None,
        unwanted: Collection[int] = (),
        least_price_micros: int = 0,
    ) -> AdChoice:
        """Choose one advertisement for a page, log it and pay for it; see docs/choosing_ads.md.

        page:     its text. country: ISO 3166. subject: the member who reads it; None for nobody known.
        gpc, strings: the signals of this very request, beside those that are recorded; each can only refuse.
        seen:     by campaign number how often the reader's browser was shown it today. unwanted: numbers that it is to
                  be shown no more. least_price_micros: what a showing must pay.
        Raises: UseError ADS-040 to ADS-042; AppError ADS-044 to ADS-047, APP-020 to APP-022 where it could not be
        logged: then nothing is shown; AppError APP-170 for what can be nobody's id.
        """
        from licet.app.consent_recording import refused_by
        from licet.uses.ad_choice.opportunity import Opportunity

        signals = {GPC} if gpc else set[str]()
        if subject is not None:
            require_subject_id(subject)
            if strings is not None:
                signals |= refused_by(self._core, strings)
        return self._server.choose(
            Opportunity(
                page,
                country,
                subject,
                frozenset(signals),
                seen or {},
                frozenset(unwanted),
                least_price_micros,
            )
        )

    def why(self, id: str) -> AdExplanation:
        """Why an advertisement was chosen. Raises: UseError ADS-050, ADS-040, ADS-041."""
        from licet.app.ads.ad_explanations import explain

        return explain(self._core, id)

    def click(self, id: str) -> str:
        """Note that somebody clicked on what was chosen, and say where it leads. Raises: UseError ADS-050."""
        from licet.app.ads.ad_explanations import campaign_of_choice
        from licet.uses.ad_choice.click_log import note_click

        campaign = campaign_of_choice(self._core, id)
        with clear_disk_errors("noting a click"):
            note_click(self._core.layout.ad_choices, id)
        return campaign.creative.link

    def campaigns(self) -> list[CampaignStanding]:
        """How each campaign stands, money in micros. Raises: UseError ADS-040, ADS-041, ADS-043; AppError ADS-044 to
        ADS-047."""
        from licet.app.ads.campaign_standing import campaign_standings

        with clear_disk_errors("reading the campaigns"):
            return campaign_standings(self._core)

    def currency(self) -> str:
        """ISO 4217, of every micro. Raises: UseError ADS-040, ADS-041."""
        from licet.uses.ad_choice.campaign import load_campaigns

        return load_campaigns(self._core.layout.campaigns).currency

    def logged(self) -> Iterator[tuple[str, ChoiceRow, bool]]:
        """Every choice that was logged by its id, and whether it was clicked on. Raises: UseError ADS-043."""
        from licet.uses.ad_choice.choice_log import logged_choices
        from licet.uses.ad_choice.click_log import noted_clicks

        folder = self._core.layout.ad_choices
        clicked = noted_clicks(folder)
        for id_, row in logged_choices(folder):
            yield id_, row, id_ in clicked

    def close(self) -> None:
        """Give back what was leased of budgets and not spent; the next choice leases anew."""
        if "_server" in self.__dict__:
            self._server.close()
