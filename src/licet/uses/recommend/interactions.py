"""Who did something with which item, as recommendations count it: each pair of a member and an item once.

Members and items stand in the order of their ids, so that a number depends on nobody who is absent but by being moved
up, and never on the order of rows. Of a member the `NEWEST` interactions count, by the newest time of each, then by the
item's id. An event without a time is left out, as `Access.events` leaves it out. A time in the future is taken as it is
written and crowds out none but its own member's: nothing here looks at a clock, so no count changes by time passing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.uses.recommend.walk_recipe import NEWEST

Numbers: TypeAlias = npt.NDArray[np.int64]

#: What events are: see `Access.events`.
EVENTS = pa.schema([("actor", pa.string()), ("item", pa.string()), ("time", pa.timestamp("us"))])


class Interactions(NamedTuple):
    """members, items: ids, each once, in their order.

    starts:       int64[members + 1]: where each member's begin in the other two.
    item_numbers: int32: places in `items`, ascending for each member. times: int64 µs since 1970.
    """

    members: list[str]
    items: list[str]
    starts: Numbers
    item_numbers: npt.NDArray[np.int32]
    times: Numbers

    @classmethod
    def of(cls, events: pa.Table, known_items: Iterable[str] = ()) -> Interactions:
        """Count some events. known_items: those that there are though nobody did anything with them, such as new jobs.

        events: with the columns of `EVENTS`, in any order; a pair that occurs several times counts once.
        """
        rows = events.select(EVENTS.names).cast(EVENTS).drop_null()
        members, of_row = _in_order(rows["actor"])
        items, item_of = _in_order(rows["item"])
        times = rows["time"].cast(pa.int64()).to_numpy()
        kept = _each_once(of_row, item_of, times)
        kept = kept[_among_newest(of_row[kept], item_of[kept], times[kept])]
        # An item that only stood beyond the newest is nobody's any more, and must not be there.
        there = np.unique(item_of[kept])
        named = [items[number] for number in there.tolist()]
        everything = sorted({*named, *known_items})
        place = {item: number for number, item in enumerate(everything)}
        moved = np.zeros(len(items), np.int32)
        moved[there] = [place[item] for item in named]
        starts = np.zeros(len(members) + 1, np.int64)
        np.cumsum(np.bincount(of_row[kept], minlength=len(members)), out=starts[1:])
        return cls(members, everything, starts, moved[item_of[kept]], times[kept])

    def number_of(self, member: str) -> int | None:
        """A member's place; None for who is not there."""
        place = bisect_left(self.members, member)
        return place if place < len(self.members) and self.members[place] == member else None

    def items_of(self, member: str) -> list[str]:
        """The items of one member, in the order of ids; none of who is not there."""
        number = self.number_of(member)
        if number is None:
            return []
        own = self.item_numbers[self.starts[number] : self.starts[number + 1]]
        return [self.items[item] for item in own.tolist()]

    @property
    def sizes(self) -> Numbers:
        """How many items each member has."""
        return np.diff(self.starts)

    @property
    def member_numbers(self) -> npt.NDArray[np.int32]:
        """Whose each interaction is."""
        return np.repeat(np.arange(len(self.members), dtype=np.int32), self.sizes)


def newest_items(events: Iterable[tuple[str, int]]) -> list[str]:
    """The items of one member's events that count, as `Interactions` has them, the latest first. A member has few rows.

    events: items, each with its time in µs since 1970.
    """
    newest = dict[str, int]()
    for item, time_us in events:
        if time_us >= newest.get(item, time_us):
            newest[item] = time_us
    return sorted(newest, key=lambda item: (-newest[item], item))[:NEWEST]


def _in_order(column: pa.ChunkedArray) -> tuple[list[str], npt.NDArray[np.int32]]:
    """The different texts in their order, and which of them each row is."""
    coded = column.dictionary_encode().combine_chunks()  # texts of all rows in one piece may be too long
    texts, codes = coded.dictionary, coded.indices.to_numpy()
    order = pc.sort_indices(texts)
    rank = np.empty(len(texts), np.int32)
    rank[order.to_numpy()] = np.arange(len(texts), dtype=np.int32)
    return texts.take(order).to_pylist(), rank[codes]


def _each_once(
    members: npt.NDArray[np.int32], items: npt.NDArray[np.int32], times: Numbers
) -> npt.NDArray[np.intp]:
    """The rows that stay where each pair counts once, at its newest time; by member, then item."""
    order = np.lexsort((times, items, members))
    if not len(order):
        return order
    last = np.ones(len(order), bool)
    last[:-1] = (members[order][1:] != members[order][:-1]) | (items[order][1:] != items[order][:-1])
    return order[last]


def _among_newest(
    members: npt.NDArray[np.int32], items: npt.NDArray[np.int32], times: Numbers
) -> npt.NDArray[np.bool_]:
    """Which rows are among the newest of their member. members, items: ascending, each pair once."""
    kept = np.ones(len(members), bool)
    counts = np.bincount(members) if len(members) else np.empty(0, np.int64)
    rows = np.flatnonzero(counts[members] > NEWEST)
    if len(rows):
        rows = rows[np.lexsort((items[rows], -times[rows], members[rows]))]
        firsts = np.searchsorted(members[rows], members[rows])
        kept[rows[np.arange(len(rows)) - firsts >= NEWEST]] = False
    return kept
