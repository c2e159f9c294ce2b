"""The sums over members of every pair of items that somebody has both of: whole numbers, in whatever order they come.

A sum over members is a sum over groups of members: counts of parts, made anywhere, add up to the counts of all.
Made block by block of rows: in each, the pairs are written as numbers, sorted, and added up where they are equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from licet.uses.recommend.interactions import Interactions, Numbers

#: Pairs that are sorted at a time, 8 bytes each and a few times that beside them; a row of more is added up by itself.
_BLOCK_PAIRS = 1 << 20
#: The low bits of a pair's number are for how many items its member has, less one: at most 200.
_SIZE_BITS = 8


class PairSums(NamedTuple):
    """Per item the others that somebody has beside it, both ways.

    starts: int64[items + 1]. columns: int32, ascending in a row, never the row's own.
    sums:   int64, of what members add. supports: int32, how many members have both.
    """

    starts: Numbers
    columns: npt.NDArray[np.int32]
    sums: Numbers
    supports: npt.NDArray[np.int32]


class MemberRows(NamedTuple):
    """Some members' items by number: as `Interactions` has them, without anybody's or anything's name.

    size: how many items there are.
    """

    starts: Numbers
    item_numbers: npt.NDArray[np.int32]
    size: int

    @classmethod
    def of(cls, held: Interactions) -> MemberRows:
        return cls(held.starts, held.item_numbers, len(held.items))


def sum_pairs(held: MemberRows, weights: Sequence[int]) -> PairSums:
    """The sums of some members. weights: what one of so many items adds, as `WalkRecipe.weights` has it."""
    by_size, turned = np.array(weights, np.int64), _Turned.of(held)
    starts = np.zeros(held.size + 1, np.int64)
    columns, sums, supports = [np.empty(0, np.int32)], [np.empty(0, np.int64)], [np.empty(0, np.int32)]
    for low, high in _blocks(turned.pairs):
        is_large = high - low == 1 and turned.pairs[low] > _BLOCK_PAIRS
        rows = _one_row(turned, low, by_size) if is_large else _rows(turned, low, high, by_size)
        starts[low + 1 : high + 1] = rows.starts[1:]
        columns.append(rows.columns)
        sums.append(rows.sums)
        supports.append(rows.supports)
    np.cumsum(starts, out=starts)
    return PairSums(starts, _joined(columns), _joined(sums), _joined(supports))


class _Turned(NamedTuple):
    """Interactions by item. starts, members: whose each item is. pairs: how many each row comes to."""

    held: MemberRows
    sizes: Numbers
    starts: Numbers
    members: npt.NDArray[np.int32]
    pairs: Numbers

    @classmethod
    def of(cls, held: MemberRows) -> _Turned:
        sizes, size = np.diff(held.starts), held.size
        members = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        starts = np.zeros(size + 1, np.int64)
        np.cumsum(np.bincount(held.item_numbers, minlength=size), out=starts[1:])
        pairs = np.bincount(held.item_numbers, weights=sizes[members], minlength=size).astype(np.int64)
        order = np.argsort(held.item_numbers, kind="stable")
        return cls(held, sizes, starts, members[order], pairs)


def _blocks(pairs: Numbers) -> Iterator[tuple[int, int]]:
    """Ranges of rows of about as many pairs as are sorted at a time; a row of more has a range of its own."""
    before, low = np.concatenate([[0], np.cumsum(pairs)]), 0
    while low < len(pairs):
        high = int(np.searchsorted(before, before[low] + _BLOCK_PAIRS, side="right")) - 1
        high = max(high, low + 1)
        yield low, high
        low = high


def _rows(turned: _Turned, low: int, high: int, by_size: Numbers) -> PairSums:
    """The sums of a range of rows; `starts` are lengths, after a zero."""
    held, size = turned.held, turned.held.size
    first, last = turned.starts[low], turned.starts[high]
    members = turned.members[first:last]
    local = np.repeat(np.arange(high - low), np.diff(turned.starts[low : high + 1]))
    lengths = turned.sizes[members]
    pairs = np.repeat((local * size << _SIZE_BITS) + lengths - 1, lengths)
    pairs += held.item_numbers[ranges(held.starts[members], lengths)].astype(np.int64) << _SIZE_BITS
    pairs.sort()
    cells = pairs >> _SIZE_BITS
    firsts = np.flatnonzero(np.diff(cells, prepend=-1))
    added = by_size[(pairs & (1 << _SIZE_BITS) - 1) + 1]
    sums = np.add.reduceat(added, firsts) if len(firsts) else added
    supports = np.diff(firsts, append=len(cells)).astype(np.int32)
    rows, columns = np.divmod(cells[firsts], size)
    apart = rows + low != columns
    lengths = np.bincount(rows[apart] + 1, minlength=high - low + 1)
    return PairSums(lengths, columns[apart].astype(np.int32), sums[apart], supports[apart])


def _one_row(turned: _Turned, row: int, by_size: Numbers) -> PairSums:
    """The same of one row that many have, some of its members at a time."""
    held, size = turned.held, turned.held.size
    sums, supports = np.zeros(size, np.int64), np.zeros(size, np.int32)
    members = turned.members[turned.starts[row] : turned.starts[row + 1]]
    at_a_time = max(1, _BLOCK_PAIRS >> _SIZE_BITS)
    for start in range(0, len(members), at_a_time):
        some = members[start : start + at_a_time]
        lengths = turned.sizes[some]
        columns = held.item_numbers[ranges(held.starts[some], lengths)]
        # Exact: below 2^53.
        sums += np.bincount(columns, np.repeat(by_size[lengths], lengths), size).astype(np.int64)
        supports += np.bincount(columns, minlength=size).astype(np.int32)
    supports[row] = 0
    there = np.flatnonzero(supports)
    return PairSums(np.array([0, len(there)]), there.astype(np.int32), sums[there], supports[there])


def _joined(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """All parts in one; of several columns no more than one lies in memory twice."""
    whole = np.concatenate(parts)
    parts.clear()
    return whole


def ranges(starts: Numbers, lengths: Numbers) -> Numbers:
    """The numbers from each start on, as many as its length, one after another."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))
