"""The list of jobs for one member: what speaks for each that is open, put together, and why.

With something of the member's own that may be read, the walk from what they did, their profile and their words speak;
without, only how many members looked at each, where these are enough to be told of, and how new it is: then all who are
not recommended to by their own data see the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import chain

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
    strongest,
    supported,
)
from licet.uses.recommend.fixed_point import ONE
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.item_walk import walk_scores
from licet.uses.recommend.reasons import (
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
#: So many items are ranked.
_MOST_RANKED = 500
#: What is as new as that counts as new: of 15 days.
_NEW = ONE * 2 // 3
#: What members do with jobs, as far as it can be said of all of it.
_VERB = "looked at or applied for"


class _Stock:
    """The jobs that are offered, and what is made of them alone until they change. keys: ascending."""

    def __init__(self, offered: OfferedItems) -> None:
        self.version, self.by_key = offered.version, offered.items
        self.items, self.keys = list(self.by_key.values()), list(self.by_key)
        self.number = {key: number for number, key in enumerate(self.keys)}
        texts = {item.key: ItemText(item.title, item.skills, item.text) for item in self.items}
        self.texts = TextOverlap.of(texts, self.keys)
        self.available = Availability(
            self.keys,
            _times(item.created for item in self.items),
            _times(item.expires for item in self.items),
        )
        self._places: tuple[list[str], npt.NDArray[np.int64]] | None = None

    def walked(self, counts: ItemCounts, own: tuple[str, ...]) -> npt.NDArray[np.float64]:
        """What a walk from a member's items says of each job; 0 where nobody who is counted did anything with it."""
        if self._places is None or self._places[0] is not counts.items:
            numbers = [counts.number_of(key) for key in self.keys]
            self._places = counts.items, np.array([-1 if n is None else n for n in numbers], np.int64)
        scores = np.append(walk_scores(counts, own), 0.0)
        return scores[self._places[1]]

    def title_of(self, key: str) -> str:
        return self.by_key[key].title if key in self.by_key else "a job that is not there any more"


class JobLists:
    """Of one workspace. Used by one thread at a time."""

    def __init__(self) -> None:
        self._kept: _Stock | None = None

    def list_for(
        self, subject: str, own: OwnHistory, learned: LearnedCounts, offered: OfferedItems, at: datetime
    ) -> RankedItems:
        if self._kept is None or self._kept.version != offered.version:
            self._kept = _Stock(offered)
        stock, counts = self._kept, learned.items
        attributes = learned.attributes(stock.keys) or AttributeCounts(stock.keys)
        newness = stock.available.newness(micros(at))
        asker = Asker()
        parts = Parts.none(len(stock.keys))._replace(
            popularity=supported(attributes.popularity, FEWEST_TOLD), newness=newness
        )
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
        ranked = strongest(blend(parts, len(own.items)), left_out, _MOST_RANKED)
        chosen_by, by_others = _chosen_by(parts), bool(parts.walk.any() or parts.attributes.any())
        support: Callable[[str, str], int] = (lambda one, two: 0) if counts is None else counts.support_of
        known = Known(stock.texts, attributes, support, lambda number: bool(newness[number] >= _NEW))

        is_own = chosen_by in ("history", "profile")

        def general(number: int) -> list[Reason]:
            found = [Reason("popular")] if parts.popularity[number] else []
            return found + ([Reason("new")] if known.is_new(number) else [])

        def why(item: OfferedItem) -> list[str]:
            number = stock.number[item.key]
            found = reasons(number, asker, known) if is_own else general(number)
            return [sentence(reason, stock.title_of, _VERB) for reason in found]

        def first(item: OfferedItem) -> str | None:
            number = stock.number[item.key]
            found = [first_reason(number, asker, known)] if is_own else general(number)
            return sentence(found[0], stock.title_of, _VERB) if found else None

        shown = [stock.items[one.number] for one in ranked]
        return RankedItems(shown, chosen_by, by_others, stock.by_key, why, first)

    def similar_to(
        self, key: str, learned: LearnedCounts, offered: OfferedItems, at: datetime, most: int
    ) -> list[OfferedItem]:
        """What everybody may be shown beside a job, the most alike first: of what two members or more did with both."""
        counts = learned.items
        number = None if counts is None else counts.number_of(key)
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
