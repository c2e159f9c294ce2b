"""A list of items before it is told: what jobs and posts have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from licet.app.recommending.offered_items import OfferedItem
from licet.app.recommending.recommendation_answers import ChosenBy, Recommended
from licet.terms.moments import format_moment

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RankedItems(NamedTuple):
    """ranked: the best first. by_others: whether what others did speaks in it, beside their number.

    offered: all there are, by key. reasons: of an item all that may be said to the member of why it is in the list,
    what says most first. reason: of these the first, without looking for the others.
    """

    ranked: list[OfferedItem]
    chosen_by: ChosenBy
    by_others: bool
    offered: Mapping[str, OfferedItem]
    reasons: Callable[[OfferedItem], list[str]]
    reason: Callable[[OfferedItem], str | None]

    def rank_of(self, item: OfferedItem) -> int | None:
        """Its place from 1; None where it is not in the list."""
        return self.ranked.index(item) + 1 if item in self.ranked else None


def recommended(item: OfferedItem, reason: str | None) -> Recommended:
    created, expires = (None if one is None else format_moment(one) for one in (item.created, item.expires))
    return Recommended(item.table, item.key, item.told_title, item.details, created, expires, reason)


def micros(moment: datetime) -> int:
    """µs since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)
