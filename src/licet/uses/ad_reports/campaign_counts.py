"""What advertisers are told of their campaigns: counts from 10, and no part that is left when others are subtracted.

A bill by the click is a count of clicks: what fewer than 10 brought in is told with what comes later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from licet.uses.ad_reports.logged_choices import LoggedChoices, check_log
from licet.uses.ad_reports.revenue_split import told_count, told_parts


class CampaignCounts(NamedTuple):
    """None for what is of fewer than 10. personalised and contextual are the two parts of showings; micros: charged, in
    millionths, where showings and clicks are told."""

    campaign: str
    showings: int | None
    clicks: int | None
    personalised: int | None
    contextual: int | None
    micros: int | None


def campaign_counts(log: LoggedChoices, names: Sequence[str]) -> list[CampaignCounts]:
    """Of every campaign, in the order of names. names: of the log's actions, by their number.

    Raises: UseError ADS-085, ADS-086 as `check_log`.
    """
    check_log(log)
    size = len(names)
    showings, personal = (
        np.bincount(log.action, weights, size).astype(np.int64) for weights in (None, log.is_personalised)
    )
    clicks, micros = (np.bincount(log.action, told, size) for told in (log.click, log.paid_micros))
    made = []
    for place in sorted(range(size), key=lambda place: names[place]):
        shown, clicked = told_count(int(showings[place])), told_count(int(clicks[place]))
        parts = told_parts((int(personal[place]), int(showings[place] - personal[place])))
        charged = int(micros[place]) if shown is not None and clicked is not None else None
        personalised, contextual = (None, None) if shown is None else (parts[0], parts[1])
        made.append(CampaignCounts(names[place], shown, clicked, personalised, contextual, charged))
    return made
