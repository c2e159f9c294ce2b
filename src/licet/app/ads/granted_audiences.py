"""Which campaigns may be shown by whom they are for: those whose payer was granted just that audience.

Sizes, atoms and the 300 of `uses.ad_reports.audience_asking` hold for what is served as for what is told: a campaign
whose file names an audience that its payer does not have is shown to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from licet.app.advertiser_audiences import live_audiences
from licet.terms import LicetError

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.uses.ad_choice.campaign import Campaign

Terms = frozenset[tuple[str, frozenset[str]]]


class Granted(NamedTuple):
    """By advertiser the audiences that it has."""

    audiences: Mapping[str, frozenset[Terms]]

    def has(self, campaign: Campaign) -> bool:
        """Whether a campaign is for anybody, or for an audience that its payer has."""
        wanted = frozenset((name, campaign.values_of(name)) for name in campaign.audience)
        return not wanted or wanted in self.audiences.get(campaign.payer, frozenset())


def granted_audiences(core: Core) -> Granted:
    """Those that live by now; none where that cannot be read."""
    granted: dict[str, frozenset[Terms]] = {}
    try:
        for one in live_audiences(core):
            terms = frozenset((name, frozenset(values)) for name, values in one.wanted.items())
            granted[one.advertiser] = granted.get(one.advertiser, frozenset()) | {terms}
    except (LicetError, OSError):
        return Granted({})
    return Granted(granted)
