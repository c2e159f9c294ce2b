"""What choosing otherwise would have brought, and what campaigns are told, from the workspace's own log of choices.

The log says of every choice how likely it would have been had nothing of the member's been gone by: so what choosing by
the page alone would bring can be told from it. A campaign that only ever was shown by the page, as a political one is,
is in no choice that went by a member, and nothing is told of it there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from licet.app.ad_effect import AdEffect
from licet.enforce.access import secret_of
from licet.terms import UseError
from licet.uses.ad_choice.ad_lottery import FLOOR_SHARE
from licet.uses.ad_choice.campaign import load_campaigns
from licet.uses.ad_choice.choice_log import logged_choices
from licet.uses.ad_choice.click_log import noted_clicks
from licet.uses.ad_choice.opportunity import AdMode
from licet.uses.ad_reports.campaign_counts import CampaignCounts, campaign_counts
from licet.uses.ad_reports.logged_choices import Floats, LoggedChoices, Target, check_log, uniform
from licet.uses.ad_reports.policy_value import policy_value
from licet.uses.ad_reports.revenue_split import revenue_split

if TYPE_CHECKING:
    from licet.app.core import Core

#: By the page alone, as the log has it; or every candidate alike.
Otherwise: TypeAlias = Literal["contextual", "uniform"]


def logged_effect(core: Core, otherwise: str = "contextual") -> AdEffect:
    """What the other way would have brought.

    Raises: UseError ADS-043, ADS-085 to ADS-087 as `policy_value`; ADS-095 for another way than these two.
    """
    log, _, contextual = _read(core)
    check_log(log)
    if otherwise == "uniform":
        target = uniform(log, FLOOR_SHARE)
    elif otherwise == "contextual":
        target = Target(otherwise, contextual, float(log.candidates.max()) / FLOOR_SHARE)
    else:
        raise UseError(
            "ADS-095",
            f"the log says nothing of a way called {otherwise[:40]!r}",
            fix="contextual, or uniform",
        )
    return AdEffect(policy_value(log, target), revenue_split(log), FLOOR_SHARE)


def told_campaigns(core: Core) -> list[CampaignCounts]:
    """What advertisers are told of each campaign. Raises: UseError ADS-040, ADS-041, ADS-043, ADS-086."""
    log, names, _ = _read(core)
    return campaign_counts(log, names, secret_of(core.salt, "advertisers"))


def _read(core: Core) -> tuple[LoggedChoices, list[str], Floats]:
    """The log, what its campaigns are called, and the chances by the page alone."""
    folder = core.layout.ad_choices
    clicked, rows, clicks = noted_clicks(folder), list[tuple[float, ...]](), list[bool]()
    for id_, row in sorted(logged_choices(folder), key=lambda one: one[1].at_seconds):
        is_personalised = row.mode is AdMode.PERSONALISED
        rows.append(
            (
                row.campaign,
                row.candidates,
                row.price_micros,
                is_personalised,
                row.propensity,
                row.contextual_propensity,
            )
        )
        clicks.append(id_ in clicked)
    columns = np.array(rows, float).reshape(-1, 6).T
    numbers, action = np.unique(columns[0], return_inverse=True)
    called = {one.number: name for name, one in load_campaigns(core.layout.campaigns).campaigns.items()}
    log = LoggedChoices(
        action.astype(np.int64), np.zeros(len(rows), np.int64), columns[1].astype(np.int64), columns[4],
        np.array(clicks, float), columns[2].astype(np.int64), columns[3] != 0,
    )  # fmt: skip
    return log, [called.get(int(number), f"number {number:.0f}") for number in numbers], columns[5]
