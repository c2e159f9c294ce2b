"""Why an item is in a list, said from the member's own data and from what everybody may read; never from one other.

What is said of "your" rows is worked out from those and the item alone: it is the same whatever other members did.
What is said of others is said only where at least `LEAST_OTHERS` other members stand behind it, without saying how
many. Where neither holds, the reason is as general as the truth allows. Not hidden by that: five members may be four
helpers' accounts and one person; see docs/recommend.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from licet.uses.recommend.attribute_counts import AttributeCounts
from licet.uses.recommend.count_rows import Columns, Numbers
from licet.uses.recommend.text_overlap import TextOverlap

#: "Others who ..." is said from so many other members on; what is shown to everybody, from so many members on.
LEAST_OTHERS, LEAST_PUBLIC = 5, 2
#: Of a member's history the latest so many are looked at.
MOST_LOOKED_AT = 10

Kind: TypeAlias = Literal[
    "others_of_item",
    "like_own_item",
    "own_words",
    "others_of_value",
    "own_history",
    "popular",
    "new",
    "listed",
]
#: How many members have both of two items, by their ids.
Support: TypeAlias = Callable[[str, str], int]


class Reason(NamedTuple):
    """own_item: what of the member's own it goes back to. words: what is shared; or, of a value, the value."""

    kind: Kind
    own_item: str = ""
    words: tuple[str, ...] = ()


class Asker(NamedTuple):
    """What of a member's own may be used. history: all their items, the latest first. asked: of `own_terms`; values: of
    `profile_values`. reached: whether the walk from their history came to an item, by its number. counted: their items
    that are counted with those of others, whether they may be read for this or not."""

    history: Sequence[str] = ()
    asked: Mapping[str, int] = {}
    values: Sequence[str] = ()
    reached: Callable[[int], bool] = lambda number: False
    counted: Collection[str] = ()


class Known(NamedTuple):
    """What there is to say of items. support: see there; is_new: whether an item is, by its number."""

    overlap: TextOverlap
    counts: AttributeCounts
    support: Support
    is_new: Callable[[int], bool]


def reasons(number: int, asker: Asker, known: Known) -> list[Reason]:
    """All that may be said of why an item is in a member's list, what says most first; never empty.

    number: of the item among the ids of `known.counts.items`.
    """
    return [*_reasons(number, asker, known)] or [Reason("listed")]


def first_reason(number: int, asker: Asker, known: Known) -> Reason:
    """The first of `reasons`, without working out the others."""
    return next(_reasons(number, asker, known), Reason("listed"))


def _reasons(number: int, asker: Asker, known: Known) -> Iterator[Reason]:
    item = known.counts.items[number]
    history = [own for own in asker.history[:MOST_LOOKED_AT] if own != item]
    # Who took the item up themselves may be counted with the others.
    least = LEAST_OTHERS + (item in asker.history or item in asker.counted)
    behind = [(known.support(own, item), own) for own in history]
    if behind and max(behind)[0] >= least:
        most = max(support for support, _ in behind)
        yield Reason("others_of_item", min(own for support, own in behind if support == most))
    alike = [(known.overlap.shared_with_item(own, number), own) for own in history]
    if alike:
        shared, own = min(alike, key=lambda pair: (-pair[0].weight, pair[1]))
        if shared.words:
            yield Reason("like_own_item", own, shared.words)
    if words := known.overlap.shared(asker.asked, number).words:
        yield Reason("own_words", words=words)
    with_value = [(known.counts.members_of(value, number), value) for value in sorted(set(asker.values))]
    if strong := [(-members, value) for members, value in with_value if members >= least]:
        yield Reason("others_of_value", words=(plain_value(min(strong)[1]),))
    if history and asker.reached(number):
        yield Reason("own_history")
    if known.counts.popularity[number] >= least:
        yield Reason("popular")
    if known.is_new(number):
        yield Reason("new")


def plain_value(value: str) -> str:
    """A value of a profile as `profile_values` has it, for a person to read."""
    cuts = [place for sign in "=~" if (place := value.find(sign)) >= 0]
    return value[min(cuts) + 1 :] if cuts else value


def sentence(
    reason: Reason, title_of: Callable[[str], str], verb: str = "applied to", did: str | None = None
) -> str:
    """A reason in words. title_of: what an item is called; verb: what members do with items; did: what the member did
    with the one that the reason goes back to, where that is known."""
    title, words = title_of(reason.own_item) if reason.own_item else "", ", ".join(reason.words)
    own, this = did or verb, f"{verb} this" if did in (None, verb) else "did so with this"
    return {
        "others_of_item": f"Because you {own} {title}: others who {verb} it {this}, too",
        "like_own_item": f"Because you {own} {title}: both say {words}",
        "own_words": f"Because your profile says {words}",
        "others_of_value": f"Others whose profile says {words} {verb} this",
        "own_history": f"It follows from what you {verb}, taken together",
        "popular": f"Several members {verb} this",
        "new": "It is new",
        "listed": "It is open at this moment",
    }[reason.kind]


def public_neighbours(columns: Columns, sums: Numbers, supports: Columns, size: int) -> list[int]:
    """What everybody may be shown as similar to an item, the strongest first and equal ones in the order of ids.

    columns: the numbers of the item's neighbours; sums: how strong each is; supports: how many members have both.
    """
    enough = np.flatnonzero(supports >= LEAST_PUBLIC)
    order = enough[np.lexsort((columns[enough], -sums[enough]))][: max(size, 0)]
    return [int(number) for number in columns[order]]
