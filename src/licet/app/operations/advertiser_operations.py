"""What advertisers are told: `workspace.uses.advertisers`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from licet.app.argument_types import names_wrong_types
from licet.app.core import Core

if TYPE_CHECKING:
    from licet.app.advertiser_audiences import AudienceAnswer, LiveAudience


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
