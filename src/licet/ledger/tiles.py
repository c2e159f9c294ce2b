"""The ledger's tree in tiles, read from the database and held to a signed root before anything is made of them.

A tile is 256 hashes of one level side by side: leaf hashes at level 0, and above it the roots of full tiles of the
level below; the last of a level may be partial. The database keeps them in the pieces in which commits added them.
Guarantees that every hash given out is one that a signed root stands on: the last tiles of all levels together
give that root, a full tile the hash that the level above has for it, and a later root begins with the earlier ones. So
tiles that are torn, edited, missing or another ledger's are found out, and cost a refusal, never a wrong proof.

Source: https://c2sp.org/tlog-tiles.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from licet.ledger.proofs import missing_node, read_frontier
from licet.terms import LedgerError
from licet.terms.log_tree import EMPTY_ROOT, HASH_BYTES, Frontier, fold_peaks

#: Levels of the tree that one tile spans, and how many hashes a full one has.
TILE_LEVELS = 8
TILE_WIDTH = 1 << TILE_LEVELS

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

#: A short question to the database: SQL with ``?`` for each parameter.
Ask = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]

#: Full tiles kept with the subtrees over their hashes, 16 KiB each: 64 MiB, for the proofs of a million entries.
_KEPT_TILES = 4096

#: Sizes of the tree of which is kept what stands beside each of its largest subtrees.
_KEPT_SIZES = 64

_SPREAD_BYTES = (2 * TILE_WIDTH - 1) * HASH_BYTES
_PIECES = "SELECT start, hashes FROM tiles WHERE level = ? AND start >= ? AND start < ? ORDER BY start"


def pieces_of(first: int, completed: Sequence[Sequence[bytes]]) -> Iterator[tuple[int, int, bytes]]:
    """The rows that a commit adds to the table of tiles: level, number of the first hash, and hashes side by side.

    first: entries there before. completed: the nodes that the new ones complete, see `Frontier.extend`.
    """
    for level, hashes in enumerate(completed[::TILE_LEVELS]):
        start = first >> (level * TILE_LEVELS)
        at = 0
        while at < len(hashes):
            count = min(TILE_WIDTH - (start + at) % TILE_WIDTH, len(hashes) - at)
            yield level, start + at, b"".join(hashes[at : at + count])
            at += count


class State(NamedTuple):
    """A tree as its last tiles have it, spread out. root: signed, and what the tiles give."""

    size: int
    root: bytes
    edges: tuple[bytes, ...]


class TileTree:
    """One ledger's tree, as far as it was followed. Any number of threads may share it."""

    def __init__(self, place: str) -> None:
        self._place = place
        #: How far it was followed.
        self.state = State(0, EMPTY_ROOT, ())
        self._full: dict[tuple[int, int], bytes] = {}
        self._above: dict[tuple[int, int], tuple[bytes, ...]] = {}
        self._tails: dict[int, dict[int, tuple[bytes, ...]]] = {}
        self._lock = threading.Lock()

    def follow(self, size: int, root: bytes, ask: Ask) -> None:
        """Take in a tree that was signed; reads what was added since the last time, of each level at most a tile.

        Raises: LedgerError LEDG-017 when the tiles do not give the root, or another beginning than before.
        """
        with self._lock:
            earlier = self.state
            if size <= earlier.size:
                state, is_other = earlier, self.root(size, ask) != root
            else:
                state, is_begun_anew = self._grown(earlier, size, root, ask)
                # What was the last tile is a full one now, or beneath one: its beginning has to be the same still.
                is_other = is_begun_anew and self._frontier(state, earlier.size, ask).root() != earlier.root
            if is_other:
                self._full, self._above, self._tails = {}, {}, {}
                raise self._unfit("it does not begin with the entries that it had when last read")
            self.state = state

    def inclusion_path(self, index: int, size: int, ask: Ask) -> tuple[bytes, ...]:
        """The audit path of leaf `index` in the tree of `size`, at most that followed. See `prove_inclusion`."""
        number = index >> TILE_LEVELS
        tile = self._full.get((0, number))
        above = self._above.get((size, number))
        if tile is None or above is None:
            state = self.state
            tile = self._tile(state, 0, number, ask)
            level = (index ^ size).bit_length() - 1  # of the largest complete subtree that the leaf is in
            if level < TILE_LEVELS:
                within = _PLACES[index % TILE_WIDTH][:level]
                return (*[tile[place] for place in within], *self._tail(state, size, level, ask))
            above = self._make_above(state, number, size, level, ask)
        return _SIBLINGS[index % TILE_WIDTH](tile) + above

    def node(self, level: int, offset: int, ask: Ask) -> bytes:
        """The root of a complete subtree. Raises: LedgerError LEDG-017 when its tile is not what is signed."""
        return self._node(self.state, ask, level, offset)

    def frontier(self, size: int, ask: Ask) -> Frontier:
        """The frontier of the first `size` leaves, at most those followed."""
        return self._frontier(self.state, size, ask)

    def root(self, size: int, ask: Ask) -> bytes:
        """The root over the first `size` leaves, at most those followed."""
        state = self.state
        return state.root if size == state.size else self._frontier(state, size, ask).root()

    def hashes(self, level: int, first: int, beyond: int, ask: Ask) -> bytes:
        """Hashes of one tile of a level, side by side, at most those followed."""
        tile = self._tile(self.state, level, first // TILE_WIDTH, ask)
        begin = first % TILE_WIDTH * HASH_BYTES
        return tile[begin : begin + (beyond - first) * HASH_BYTES]

    # -- within ----------------------------------------------------------------------------------------------

    def _grown(self, earlier: State, size: int, root: bytes, ask: Ask) -> tuple[State, bool]:
        edges: list[bytes] = []
        is_begun_anew = False
        while count := size >> (TILE_LEVELS * len(edges)):
            level = len(edges)
            known = earlier.size >> (TILE_LEVELS * level)
            begin = count - count % TILE_WIDTH
            if count == known:  # nothing was added at this level
                edges.append(earlier.edges[level])
                continue
            spread = bytearray(_SPREAD_BYTES)
            if known >= begin and level < len(earlier.edges):
                spread[:] = earlier.edges[level]
            else:
                is_begun_anew = is_begun_anew or known > 0
                known = begin
            _spread_out(spread, known - begin, self._read(level, known, count, ask))
            edges.append(bytes(spread))
        state = State(size, root, tuple(edges))
        if fold_peaks(list(_peaks(state))) != root:
            raise self._unfit("its tree is not the one its last checkpoint signs")
        return state, is_begun_anew

    def _frontier(self, state: State, size: int, ask: Ask) -> Frontier:
        return read_frontier(size, functools.partial(self._node, state, ask))

    def _node(self, state: State, ask: Ask, level: int, offset: int) -> bytes:
        tile_level, within = divmod(level, TILE_LEVELS)
        if (offset + 1) << level > state.size:
            raise missing_node(level, offset)
        tile = self._tile(state, tile_level, (offset << within) >> TILE_LEVELS, ask)
        return tile[_place(within, offset % (TILE_WIDTH >> within))]

    def _tile(self, state: State, level: int, number: int, ask: Ask) -> bytes:
        if number == state.size >> (TILE_LEVELS * (level + 1)):
            return state.edges[level]
        return self._full.get((level, number)) or self._full_tile(state, level, number, ask)

    def _full_tile(self, state: State, level: int, number: int, ask: Ask) -> bytes:
        spread, start = bytearray(_SPREAD_BYTES), number * TILE_WIDTH
        _spread_out(spread, 0, self._read(level, start, start + TILE_WIDTH, ask))
        tile = bytes(spread)
        above = self._tile(state, level + 1, number >> TILE_LEVELS, ask)
        if tile[_ROOT_PLACE] != above[_place(0, number % TILE_WIDTH)]:
            raise self._unfit(f"tile {number} of level {level} is not the one its last checkpoint signs")
        self._full = _with_room(self._full, _KEPT_TILES)
        self._full[level, number] = tile
        return tile

    def _read(self, level: int, first: int, beyond: int, ask: Ask) -> bytes:
        hashes = b""
        for start, piece in ask(_PIECES, (level, first, beyond)) if first < beyond else ():
            if start != first + len(hashes) // HASH_BYTES or not isinstance(piece, bytes):
                break
            hashes += piece
        if len(hashes) != (beyond - first) * HASH_BYTES:
            raise self._unfit(
                f"of level {level} of its tree not all hashes from {first} to {beyond} are there"
            )
        return hashes

    def _make_above(self, state: State, number: int, size: int, level: int, ask: Ask) -> tuple[bytes, ...]:
        """What the audit paths of all leaves of a full tile end with: from the tile's root up."""
        path: list[bytes] = []
        offset, tile_level, left = number, 1, level - TILE_LEVELS
        while left > 0:
            tile = self._tile(state, tile_level, offset >> TILE_LEVELS, ask)
            path += [tile[place] for place in _PLACES[offset % TILE_WIDTH][:left]]
            offset >>= TILE_LEVELS
            tile_level += 1
            left -= TILE_LEVELS
        above = (*path, *self._tail(state, size, level, ask))
        self._above = _with_room(self._above, _KEPT_TILES)
        self._above[size, number] = above
        return above

    def _tail(self, state: State, size: int, level: int, ask: Ask) -> tuple[bytes, ...]:
        """What stands beside one of the tree's largest complete subtrees: all smaller as one, then the larger."""
        tails = self._tails.get(size)
        if tails is None:
            peaks = self._frontier(state, size, ask).peaks
            levels = [level for level in range(size.bit_length() - 1, -1, -1) if size >> level & 1]
            tails = {}
            for number, of_level in enumerate(levels):
                smaller = peaks[number + 1 :]
                tails[of_level] = (*([fold_peaks(smaller)] if smaller else ()), *reversed(peaks[:number]))
            self._tails = _with_room(self._tails, _KEPT_SIZES)
            self._tails[size] = tails
        return tails[level]

    def _unfit(self, what: str) -> LedgerError:
        return LedgerError(
            "LEDG-017",
            f"the ledger does not fit its own checkpoint: {what}",
            self._place,
            "verify it, then restore it from a copy that verifies",
        )


def _with_room(kept: dict[_Key, _Value], most: int) -> dict[_Key, _Value]:
    """The same, without its older half where it is full; another thread may still read and write the one before."""
    return kept if len(kept) < most else dict(list(kept.items())[most // 2 :])


def _peaks(state: State) -> Iterator[bytes]:
    """The roots of the largest complete subtrees, largest first: they stand in the last tiles."""
    for level in range(len(state.edges) - 1, -1, -1):
        width = (state.size >> (TILE_LEVELS * level)) % TILE_WIDTH
        for within in range(TILE_LEVELS - 1, -1, -1):
            if width >> within & 1:
                yield state.edges[level][_place(within, (width >> within) - 1)]


def _spread_out(spread: bytearray, width: int, hashes: bytes) -> None:
    """Add hashes to a tile of `width`, and the subtrees that they complete, level by level."""
    wider = width + len(hashes) // HASH_BYTES
    spread[width * HASH_BYTES : wider * HASH_BYTES] = hashes
    below = 0
    for within in range(1, TILE_LEVELS + 1):
        at = _begin(within)
        for number in range(width >> within, wider >> within):
            pair = below + 2 * number * HASH_BYTES
            place = at + number * HASH_BYTES
            spread[place : place + HASH_BYTES] = sha256(
                b"\x01" + spread[pair : pair + 2 * HASH_BYTES]
            ).digest()
        below = at


def _begin(within: int) -> int:
    """Where in a tile spread out the subtrees so many levels above its hashes begin, in bytes."""
    return (2 * TILE_WIDTH - (2 * TILE_WIDTH >> within)) * HASH_BYTES


def _place(within: int, number: int) -> slice:
    begin = _begin(within) + number * HASH_BYTES
    return slice(begin, begin + HASH_BYTES)


_ROOT_PLACE = _place(TILE_LEVELS, 0)

#: Where beside each hash of a tile stands what makes up its audit path within the tile, lowest first.
_PLACES = [
    [_place(within, (number >> within) ^ 1) for within in range(TILE_LEVELS)] for number in range(TILE_WIDTH)
]
_SIBLINGS: list[Callable[[bytes], tuple[bytes, ...]]] = [itemgetter(*places) for places in _PLACES]
