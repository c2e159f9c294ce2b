"""The list of jobs for one member: what speaks for each that is open, put together, and why.

With something of the member's own that may be read, the walk from what they did, their profile and their words speak;
without, only how many members looked at each, where these are enough to be told of, and how new it is: then all who are
not recommended to by their own data see the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from licet.app.recommending.learned_counts import LearnedCounts
from licet.app.recommending.offered_items import OfferedItem, OfferedItems
from licet.app.recommending.own_history import OwnHistory
from licet.app.recommending.ranked_items import RankedItems, micros
from licet.app.recommending.recommendation_answers import ChosenBy
from licet.uses.recommend.attribute_counts import AttributeCounts, profile_values
from licet.uses.recommend.candidate_blend import (
    NO_TIME,
    Availability,
    Parts,
    blend,
    general_scores,
    strongest,
    supported,
)
from licet.uses.recommend.count_rows import Numbers
from licet.uses.recommend.fixed_point import ONE
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.item_walk import walk_scores
from licet.uses.recommend.reasons import (
    MOST_LOOKED_AT,
    Asker,
    Known,
    Reason,
    first_reason,
    public_neighbours,
    reasons,
    sentence,
)
from licet.uses.recommend.text_overlap import ItemText, TextOverlap, own_terms

#: What is told to everybody of how many chose something, and goes by it, is of so many members at least.
FEWEST_TOLD = 10
#: So many items are ranked where it is asked which place one has.
MOST_RANKED = 500
#: What is as new as that counts as new: of 15 days.
_NEW = ONE * 2 // 3
#: How new something is goes by whole minutes, so that it is worked out once a minute.
_MINUTE_US = 60_000_000


class _Everybodys(NamedTuple):
    """parts: what speaks for each job to everybody, made of how popular they are and of a minute. general: as
    `general_scores` has it."""

    popularity: Numbers
    minute_us: int
    parts: Parts
    general: Numbers


class _Stock:
    """The jobs that are offered, and what is made of them alone until they change. names: ascending."""

    def __init__(self, offered: OfferedItems) -> None:
        self.version, self.by_name = offered.version, offered.items
        self.items, self.names = list(self.by_name.values()), list(self.by_name)
        self.number = {name: number for number, name in enumerate(self.names)}
        texts = {item.name: ItemText(item.title, item.skills, item.text) for item in self.items}
        self.texts = TextOverlap.of(texts, self.names)
        self.available = Availability(
            self.names,
            _times(item.created for item in self.items),
            _times(item.expires for item in self.items),
        )
        self._places: tuple[list[str], npt.NDArray[np.int64]] | None = None
        self._everybodys: _Everybodys | None = None

    def everybodys(self, popularity: Numbers, now_us: int) -> _Everybodys:
        """What speaks for a job to everybody, as of the minute. popularity: another one wherever it changed."""
        minute_us, kept = now_us // _MINUTE_US * _MINUTE_US, self._everybodys
        if kept is None or kept.popularity is not popularity or kept.minute_us != minute_us:
            if kept is not None and kept.minute_us == minute_us:
                newness = kept.parts.newness
            else:
                newness = self.available.newness(minute_us)
            parts = Parts.none(len(self.names))._replace(
                popularity=supported(popularity, FEWEST_TOLD), newness=newness
            )
            kept = self._everybodys = _Everybodys(popularity, minute_us, parts, general_scores(parts))
        return kept

    def walked(self, counts: ItemCounts, own: tuple[str, ...]) -> npt.NDArray[np.float64]:
        """What a walk from a member's items says of each job; 0 where nobody who is counted did anything with it."""
        if self._places is None or self._places[0] is not counts.items:
            numbers = [counts.number_of(name) for name in self.names]
            self._places = counts.items, np.array([-1 if n is None else n for n in numbers], np.int64)
        scores, places = walk_scores(counts, own), self._places[1]
        return np.where(places < 0, 0.0, scores[places]) if len(scores) else np.zeros(len(places))

    def title_of(self, name: str) -> str:
        return self.by_name[name].told_title if name in self.by_name else "a job that is not there any more"


class JobLists:
    """Of one workspace. Used by one thread at a time."""

    def __init__(self, does: str) -> None:
        """does: what members do with jobs, as far as it can be said of all of it."""
        self._kept: _Stock | None = None
        self._does = does

    def list_for(
        self,
        subject: str,
        own: OwnHistory,
        learned: LearnedCounts,
        offered: OfferedItems,
        at: datetime,
        most: int = MOST_RANKED,
    ) -> RankedItems:
        """most: so many are ranked."""
        if self._kept is None or self._kept.version != offered.version:
            self._kept = _Stock(offered)
        stock, counts = self._kept, learned.items
        attributes = learned.attributes(stock.names) or AttributeCounts(stock.names)
        everybody = stock.everybodys(attributes.popularity, micros(at))
        asker, newness, parts = Asker(), everybody.parts.newness, everybody.parts
        if own.is_permitted:
            values, least = profile_values(own.profile), 1 if counts is None else counts.recipe.min_support
            said = own_terms((), chain.from_iterable(own.profile.values()))
            parts = parts._replace(
                attributes=attributes.scores(values, least), overlap=stock.texts.scores(said),
                likeness=stock.texts.scores(stock.texts.asked_by_items(own.items)),
            )  # fmt: skip
            if counts is not None:
                parts = parts._replace(walk=stock.walked(counts, own.items))
            walked = parts.walk
            asker = Asker(
                own.items, said, values, lambda number: bool(walked[number]), learned.items_of(subject)
            )
        left_out = stock.available.left_out(micros(at), {*own.items, *own.unwanted})
        ranked = strongest(blend(parts, len(own.items), everybody.general), left_out, most)
        shown = [stock.items[one.number] for one in ranked]
        chosen_by, by_others = _chosen_by(parts), bool(parts.walk.any() or parts.attributes.any())
        is_own, behind = chosen_by in ("history", "profile"), dict[tuple[str, str], int]()
        if counts is not None and is_own:
            behind = counts.supports_of(own.items[:MOST_LOOKED_AT], [item.name for item in shown])
        known = Known(
            stock.texts,
            attributes,
            lambda one, two: behind.get((one, two), 0),
            lambda number: bool(newness[number] >= _NEW),
        )

        def general(number: int) -> list[Reason]:
            found = [Reason("popular")] if parts.popularity[number] else []
            return found + ([Reason("new")] if known.is_new(number) else [])

        def said_of(reason: Reason) -> str:
            return sentence(reason, stock.title_of, self._does, own.did.get(reason.own_item))

        def why(item: OfferedItem) -> list[str]:
            number = stock.number[item.name]
            found = reasons(number, asker, known) if is_own else general(number)
            return [said_of(reason) for reason in found]

        def first(item: OfferedItem) -> str | None:
            number = stock.number[item.name]
            found = [first_reason(number, asker, known)] if is_own else general(number)
            return said_of(found[0]) if found else None

        return RankedItems(shown, chosen_by, by_others, stock.by_name, why, first)

    def similar_to(
        self, job: OfferedItem, learned: LearnedCounts, offered: OfferedItems, at: datetime, most: int
    ) -> list[OfferedItem]:
        """What everybody may be shown beside a job, the most alike first: of what two members or more did with both."""
        counts = learned.items
        number = None if counts is None else counts.number_of(job.name)
        if counts is None or number is None:
            return []
        near = public_neighbours(*counts.row(number), len(counts.items))
        found = (offered.items.get(counts.items[other]) for other in near)
        return [item for item in found if item is not None and item.is_open(at)][:most]


def _chosen_by(parts: Parts) -> ChosenBy:
    if parts.walk.any() or parts.likeness.any():
        return "history"
    if parts.attributes.any() or parts.overlap.any():
        return "profile"
    return "popular" if parts.popularity.any() else "newest"


def _times(moments: Iterable[datetime | None]) -> npt.NDArray[np.int64]:
    return np.array([int(NO_TIME) if one is None else micros(one) for one in moments], np.int64)
