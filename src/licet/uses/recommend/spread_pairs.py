"""The counting of pairs spread over where the engine works: processes beside this one, or Spark's executors.

A sum over members is a sum over groups of them, so whole members travel in any groups, and their sums are added here:
the counts are those that one process makes, whatever the groups. What travels are numbers of items, member by member:
no id of anybody or anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from licet.enforce.access import Access
from licet.uses.recommend.interactions import Interactions, Numbers
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.pair_sums import MemberRows, PairSums, sum_pairs
from licet.uses.recommend.walk_recipe import WalkRecipe
from licet.uses.use import Progress, silent

#: Rows of one batch of members, about; a member's lie in one.
BATCH_ROWS = 100_000

_ROWS = pa.schema([("member", pa.int32()), ("item", pa.int32())])
_MADE = pa.schema([("pairs", pa.large_binary())])
_PAIR = np.dtype([("row", "<i4"), ("column", "<i4"), ("sum", "<i8"), ("support", "<i4")])
_Pairs = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True)
class PairsOfMembers:
    """What the members of a batch add, pair by pair; for `Access.spread`. weights: as `WalkRecipe` has them."""

    weights: tuple[int, ...]

    def __call__(self, rows: pa.Table) -> pa.Table:
        members, items = (rows[name].to_numpy() for name in _ROWS.names)
        here, local = np.unique(items, return_inverse=True)
        firsts = np.flatnonzero(np.diff(members, prepend=-1))
        made = sum_pairs(
            MemberRows(np.append(firsts, len(members)), local.astype(np.int32), len(here)), self.weights
        )
        pairs = np.empty(len(made.columns), _PAIR)
        pairs["row"] = np.repeat(here, np.diff(made.starts))
        pairs["column"], pairs["sum"], pairs["support"] = here[made.columns], made.sums, made.supports
        return pa.table([pa.array([pairs.tobytes()], pa.large_binary())], schema=_MADE)


def spread_item_counts(
    access: Access, held: Interactions, recipe: WalkRecipe, progress: Progress = silent
) -> ItemCounts:
    """As `ItemCounts.of`, counted where the engine of `access` works. Raises: as `Access.spread`."""
    size, whole = len(held.items), np.empty(0, _PAIR)
    waiting, done = list[_Pairs](), 0
    with access.spread(_batches(held), PairsOfMembers(recipe.weights), _MADE) as made:
        for batch in made:
            done += 1
            progress("counting pairs", done, None)
            waiting += [np.frombuffer(pairs.as_py(), _PAIR) for pairs in batch["pairs"]]
            if sum(map(len, waiting)) > len(whole):  # each pair is added up a few times, and not once a batch
                whole, waiting = added_up([whole, *waiting], size), []
    whole = added_up([whole, *waiting], size)
    starts = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(whole["row"], minlength=size), out=starts[1:])
    sums = PairSums(starts, *(np.ascontiguousarray(whole[part]) for part in ("column", "sum", "support")))
    popularity = np.bincount(held.item_numbers, minlength=size).astype(np.int64)
    return ItemCounts(recipe, held.items, popularity, sums)


def added_up(parts: Iterable[_Pairs], size: int) -> _Pairs:
    """Sums of several groups of members in one, by row, then column. size: how many items there are."""
    pairs = np.concatenate(list(parts))
    cells: Numbers = pairs["row"].astype(np.int64) * size + pairs["column"]
    order = np.argsort(cells, kind="stable")
    cells = cells[order]
    firsts = np.flatnonzero(np.diff(cells, prepend=-1))
    whole = pairs[order[firsts]].copy()
    for part in ("sum", "support") if len(firsts) else ():
        whole[part] = np.add.reduceat(pairs[part][order], firsts)
    return whole


def _batches(held: Interactions) -> Iterator[pa.RecordBatch]:
    """Whole members, about `BATCH_ROWS` rows at a time."""
    first, members = 0, held.member_numbers
    while first < len(held.members):
        after = int(np.searchsorted(held.starts, held.starts[first] + BATCH_ROWS, side="right")) - 1
        after = max(after, first + 1)
        part = slice(int(held.starts[first]), int(held.starts[after]))
        yield pa.record_batch([members[part], held.item_numbers[part]], schema=_ROWS)
        first = after
