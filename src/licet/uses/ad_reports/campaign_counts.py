"""What advertisers are told of their campaigns: counts in tens, each step a little late, by how much nobody knows.

Whoever asks again and again would see every showing and every click of one person in exact counts; in plain tens, too,
who makes nine of them first. So every step of every count has a threshold of its own, which a key draws once: asking
again tells no more, and adding one's own clicks is a toss of a ten-sided coin at each step anew. A bill by the click is
a count of clicks: what the last of them brought in is told with what comes later.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import NamedTuple

from licet.terms.canonical import canonical_json
from licet.uses.ad_reports.logged_choices import LoggedChoices, Numbers, check_log
from licet.uses.ad_reports.revenue_split import LEAST_TOLD


class CampaignCounts(NamedTuple):
    """None for what is of fewer than 10, or of a few more. personalised and contextual are parts of showings, each with
    steps of its own; micros: charged for what is told, in millionths."""

    campaign: str
    showings: int | None
    clicks: int | None
    personalised: int | None
    contextual: int | None
    micros: int | None


def campaign_counts(log: LoggedChoices, names: Sequence[str], key: bytes) -> list[CampaignCounts]:
    """Of every campaign, in the order of names. names: of the log's actions, by their number. key: that the thresholds
    follow from; rows are in the order of their time.

    Raises: UseError ADS-085, ADS-086 as `check_log`.
    """
    check_log(log)
    made = []
    for place in sorted(range(len(names)), key=lambda place: names[place]):
        name, mine = names[place], log.action == place
        clicked, personal = log.click[mine] > 0, log.is_personalised[mine]
        shown, clicks, personalised, contextual = (
            stepped(int(count), key, name, kind)
            for kind, count in {
                "showings": mine.sum(), "clicks": clicked.sum(), "personalised": personal.sum(),
                "contextual": (~personal).sum(),
            }.items()
        )  # fmt: skip
        paid: Numbers = log.paid_micros[mine]
        is_by_click = not paid[~clicked].any()
        told = paid[clicked][:clicks] if is_by_click else paid[:shown]
        charged = None if (clicks if is_by_click else shown) is None else int(told.sum())
        made.append(CampaignCounts(name, shown, clicks, personalised, contextual, charged))
    return made


def stepped(count: int, key: bytes, *label: str) -> int | None:
    """The tens whose threshold a count has reached: never more than it, and less than twenty below; None for none."""
    for tens in (count // LEAST_TOLD, count // LEAST_TOLD - 1):
        drawn = hmac.digest(key, b"step" + canonical_json([*label, tens]), "sha256")
        if tens > 0 and count >= LEAST_TOLD * tens + int.from_bytes(drawn[:8]) % LEAST_TOLD:
            return LEAST_TOLD * tens
    return None
