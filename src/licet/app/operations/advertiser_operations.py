"""What advertisers are told: `workspace.uses.advertisers`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from licet.app.argument_types import names_wrong_types
from licet.app.core import Core

if TYPE_CHECKING:
    from licet.app.ad_effect import AdEffect
    from licet.app.advertiser_audiences import AudienceAnswer, LiveAudience
    from licet.uses.ad_reports.campaign_counts import CampaignCounts


@names_wrong_types
class AdvertiserOperations:
    """What advertisers are told of audiences: `workspace.uses.advertisers`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def ask(self, advertiser: str, wanted: Mapping[str, Collection[str]]) -> AudienceAnswer:
        """How large an audience is, to the next hundred, and have it live; or refuse. wanted: values by attribute.

        Raises: UseError ADS-080 to ADS-083, ADS-040, ADS-041, ADS-090, ADS-092; AppError ADS-091; as a gate.
        """
        from licet.app import advertiser_audiences

        return advertiser_audiences.ask_audience(self._core, advertiser, wanted)

    def end(self, advertiser: str, wanted: Mapping[str, Collection[str]]) -> bool:
        """Have an audience live no longer; False where it did not. Raises: UseError ADS-092; AppError ADS-091."""
        from licet.app import advertiser_audiences

        return advertiser_audiences.end_audience(self._core, advertiser, wanted)

    def live(self) -> list[LiveAudience]:
        """The audiences that live, of all advertisers. Raises: AppError ADS-091."""
        from licet.app import advertiser_audiences

        return advertiser_audiences.live_audiences(self._core)

    def effect(self, otherwise: str = "contextual") -> AdEffect:
        """What choosing by the page alone, or every candidate alike ("uniform"), would have brought, by the log.

        Raises: UseError ADS-040, ADS-041, ADS-043, ADS-085, ADS-086, ADS-095.
        """
        from licet.app.ads import logged_effect

        return logged_effect.logged_effect(self._core, otherwise)

    def campaigns(self) -> list[CampaignCounts]:
        """What advertisers are told of each campaign. Raises: UseError ADS-040, ADS-041, ADS-043, ADS-086."""
        from licet.app.ads import logged_effect

        return logged_effect.told_campaigns(self._core)
