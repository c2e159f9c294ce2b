"""A set of 256-bit keys as a compressed binary prefix tree: a key's own bits fix its place, so absence can be proven.

Construction: a PATRICIA tree (Morrison 1968) with hashes, as in key transparency: CONIKS (Melara and others 2015) binds
each node to its place, SEEMless and AKD (2019) compress the paths. A fork stands exactly where two keys part, so the
shape follows from the keys alone, in whatever order they came and went. `membership_proof` has the hashes, why
they are sound, and the check of a proof.
A tree never changes. `changed` makes another at the cost of the walks to what changed, and shares the rest. It is kept
in pages: a page is a largest subtree of at most `PAGE_KEYS` keys, as bytes that a store may hold and hand back one by
one; a proof needs one of them. Nothing here reads or writes files; it stands on hashing alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol, TypeVar

from licet.terms.membership_proof import (
    EMPTY_HASH,
    KEY_BITS,
    KEY_BYTES,
    KeyIndex,
    MembershipProof,
    Step,
    fork_hash,
    key_bit,
    leaf_hash,
    root_hash,
)

#: Keys in a page at most: 256 KiB of keys and hashes.
PAGE_KEYS = 4096

#: How a page begins, so that nothing takes its keys for a packed file.
_HEAD = b"licet prefix tree page 1\n"


class Page:
    """A subtree that is kept as one piece.

    first: its lowest key. count: its keys, at least one. hash: of the whole subtree.
    keys:  in order. forks: between each key and the next, the hash of the fork that parts them.
    """

    __slots__ = ("_forks", "_keys", "_read", "count", "first", "hash")

    def __init__(
        self,
        first: bytes,
        count: int,
        hash_: bytes,
        read: Callable[[], bytes] | None = None,
        keys: list[bytes] | None = None,
        forks: list[bytes] | None = None,
    ) -> None:
        """read: gives what `to_bytes` gave, when it is needed; without it, keys and forks are given."""
        self.first, self.count, self.hash = first, count, hash_
        self._read, self._keys, self._forks = read, keys, forks

    @property
    def keys(self) -> list[bytes]:
        return self._loaded()[0]

    @property
    def forks(self) -> list[bytes]:
        return self._loaded()[1]

    @property
    def size(self) -> int:
        """Bytes of `to_bytes`."""
        return page_bytes(self.count)

    def to_bytes(self) -> bytes:
        """A fixed beginning, the keys in order, the forks: equal subtrees, equal bytes."""
        return b"".join((_HEAD, *self.keys, *self.forks))

    def _loaded(self) -> tuple[list[bytes], list[bytes]]:
        """Raises: ValueError where what is read is not the page that was named."""
        if self._keys is None or self._forks is None:
            assert self._read is not None
            data = self._read()
            if len(data) != self.size or not data.startswith(_HEAD):
                raise ValueError(f"a page of {self.count} keys has other bytes")
            pieces = [data[at : at + KEY_BYTES] for at in range(len(_HEAD), len(data), KEY_BYTES)]
            keys, forks = pieces[: self.count], pieces[self.count :]
            if keys[0] != self.first or _hash_of(keys, forks, leaf_hash_at(keys), 0, len(keys)) != self.hash:
                raise ValueError("a page holds other keys than its tree says")
            self._keys, self._forks = keys, forks
        return self._keys, self._forks


def page_bytes(count: int) -> int:
    """Bytes of a page of so many keys."""
    return len(_HEAD) + (2 * count - 1) * KEY_BYTES


def keys_of_page(data: bytes, count: int) -> bytes:
    """The keys of a page one after the other, of what `Page.to_bytes` gave; nothing of it is checked."""
    return data[len(_HEAD) : len(_HEAD) + count * KEY_BYTES]


class PrefixTree:
    """An unchanging set of keys under a root."""

    def __init__(self, index: KeyIndex, pages: Sequence[Page]) -> None:
        """pages: as `build` or `changed` made them, in order. Raises: ValueError where they are not in order."""
        self.index, self.pages = index, tuple(pages)
        self.count = sum(page.count for page in self.pages)
        self._firsts = [page.first for page in self.pages]
        if any(one >= other for one, other in pairwise(self._firsts)):
            raise ValueError("the pages of a tree stand in the order of their keys")
        self._forks, top = _fork_hashes(self._firsts, [page.hash for page in self.pages])
        self.root = root_hash(index, self.count, top)

    @classmethod
    def build(cls, index: KeyIndex, keys: Iterable[bytes]) -> PrefixTree:
        """The tree of some keys, each of 32 bytes, in any order; a key given twice is one."""
        return cls(index, _pages_of(_in_order(keys)))

    def changed(self, added: Iterable[bytes], removed: Iterable[bytes]) -> PrefixTree:
        """The tree without some keys and with others: byte for byte the one that `build` makes of the outcome.

        Whoever is removed and added is in it. Pages that keep their keys are the same objects in both.
        """
        come, gone = _in_order(added), _in_order(removed)
        stays = set(come)
        gone = [key for key in gone if key not in stays]
        pages = _change(_Pages(self.pages), self._firsts, 0, len(self.pages), come, gone)
        return PrefixTree(self.index, pages)

    def prove(self, key: bytes) -> MembershipProof:
        """That a key is there, or that it is not. Reads one page at most."""
        if not self.pages:
            return MembershipProof(self.index, 0, None, ())
        path: list[Step] = []
        page = self.pages[
            _descend(self._firsts, self._forks, lambda place: self.pages[place].hash, key, path)
        ]
        keys = page.keys
        leaf = keys[_descend(keys, page.forks, leaf_hash_at(keys), key, path)]
        return MembershipProof(self.index, self.count, leaf, tuple(path))

    def __contains__(self, key: bytes) -> bool:
        return self.prove(key).leaf == key


def leaf_hash_at(keys: Sequence[bytes]) -> Callable[[int], bytes]:
    """The hash of the leaf at a place among `keys`."""
    return lambda place: leaf_hash(keys[place])


# -- walking: subtrees in order, each known by a key of its own, with the hashes of the forks between them ---------


def _fork_depth(first: bytes, last: bytes) -> int:
    """The first bit in which two keys differ."""
    return KEY_BITS - (int.from_bytes(first) ^ int.from_bytes(last)).bit_length()


def _right_of(key: bytes, depth: int) -> bytes:
    """The lowest key on the right of a fork at `depth` that `key` stands under."""
    free = KEY_BITS - depth
    return (int.from_bytes(key) >> free << free | 1 << (free - 1)).to_bytes(KEY_BYTES)


def _part(keys: Sequence[bytes], start: int, stop: int) -> tuple[int, int]:
    """The depth of the highest fork among two or more subtrees, and the first that is on its right."""
    depth = _fork_depth(keys[start], keys[stop - 1])
    return depth, bisect_left(keys, _right_of(keys[start], depth), start, stop)


def _hash_of(
    keys: Sequence[bytes], forks: Sequence[bytes], hash_at: Callable[[int], bytes], start: int, stop: int
) -> bytes:
    if stop - start == 1:
        return hash_at(start)
    return forks[_part(keys, start, stop)[1] - 1]


def _descend(
    keys: Sequence[bytes],
    forks: Sequence[bytes],
    hash_at: Callable[[int], bytes],
    key: bytes,
    path: list[Step],
) -> int:
    """Where the walk of `key` ends; the forks that it passes are added to `path`."""
    start, stop = 0, len(keys)
    while stop - start > 1:
        depth, middle = _part(keys, start, stop)
        if key_bit(key, depth):
            path.append(Step(depth, _hash_of(keys, forks, hash_at, start, middle)))
            start = middle
        else:
            path.append(Step(depth, _hash_of(keys, forks, hash_at, middle, stop)))
            stop = middle
    return start


def _fork_hashes(keys: Sequence[bytes], hashes: Sequence[bytes]) -> tuple[list[bytes], bytes]:
    """The hash of the fork between each subtree and the next, and that of the whole; once over them, left to right."""
    if not keys:
        return [], EMPTY_HASH
    forks = [b""] * (len(keys) - 1)
    numbers = [int.from_bytes(key) for key in keys]
    open_forks: list[
        tuple[int, int, bytes]
    ] = []  # depth, place and left side of those whose right side goes on
    reached = hashes[0]
    for place in range(len(forks)):
        depth = KEY_BITS - (numbers[place] ^ numbers[place + 1]).bit_length()
        while open_forks and open_forks[-1][0] > depth:
            above, at, left = open_forks.pop()
            reached = forks[at] = fork_hash(above, keys[at], left, reached)
        open_forks.append((depth, place, reached))
        reached = hashes[place + 1]
    while open_forks:
        above, at, left = open_forks.pop()
        reached = forks[at] = fork_hash(above, keys[at], left, reached)
    return forks, reached


# -- changing ------------------------------------------------------------------------------------------------------

_Made = TypeVar("_Made")


class _Kind(Protocol[_Made]):
    """What `_change` does with subtrees of one kind: keys of a page, or pages of a tree."""

    def kept(self, start: int, stop: int) -> _Made: ...

    def one(self, place: int, come: list[bytes], gone: list[bytes]) -> _Made: ...

    def made(self, keys: list[bytes]) -> _Made: ...

    def joined(self, depth: int, left: _Made, right: _Made) -> _Made: ...


def _change(
    kind: _Kind[_Made], keys: Sequence[bytes], start: int, stop: int, come: list[bytes], gone: list[bytes]
) -> _Made:
    """Subtrees `start` to `stop` without the keys `gone` and with the keys `come`, both in order.

    Goes down only where something changes; a key that parts from all of them gets a fork above them.
    """
    if not come and not gone:
        return kind.kept(start, stop)
    if start == stop:
        return kind.made(come)
    if stop - start == 1:
        return kind.one(start, come, gone)
    depth, middle = _part(keys, start, stop)
    if come and (above := _fork_depth(min(come[0], keys[start]), max(come[-1], keys[stop - 1]))) < depth:
        cut = bisect_left(come, _right_of(keys[start], above))
        if key_bit(keys[start], above):
            rest = _change(kind, keys, start, stop, come[cut:], gone)
            return kind.joined(above, kind.made(come[:cut]), rest)
        rest = _change(kind, keys, start, stop, come[:cut], gone)
        return kind.joined(above, rest, kind.made(come[cut:]))
    pivot = _right_of(keys[start], depth)
    came, left = bisect_left(come, pivot), bisect_left(gone, pivot)
    return kind.joined(
        depth,
        _change(kind, keys, start, middle, come[:came], gone[:left]),
        _change(kind, keys, middle, stop, come[came:], gone[left:]),
    )


class _Subtree(NamedTuple):
    """Keys in order, the hashes of the forks between them, and the hash of all; of no keys, that of nothing."""

    keys: list[bytes]
    forks: list[bytes]
    hash: bytes


class _Keys:
    """The keys of one page. Those gone are in it, those who come are not."""

    def __init__(self, page: Page) -> None:
        self._keys, self._forks = page.keys, page.forks

    def kept(self, start: int, stop: int) -> _Subtree:
        hash_ = _hash_of(self._keys, self._forks, leaf_hash_at(self._keys), start, stop)
        return _Subtree(self._keys[start:stop], self._forks[start : stop - 1], hash_)

    def one(self, place: int, come: list[bytes], gone: list[bytes]) -> _Subtree:
        return _subtree_of(come if gone else sorted([self._keys[place], *come]))

    def made(self, keys: list[bytes]) -> _Subtree:
        return _subtree_of(keys)

    def joined(self, depth: int, left: _Subtree, right: _Subtree) -> _Subtree:
        if not left.keys or not right.keys:
            return left if left.keys else right
        fork = fork_hash(depth, right.keys[0], left.hash, right.hash)
        return _Subtree(left.keys + right.keys, [*left.forks, fork, *right.forks], fork)


class _Pages:
    """The pages of a tree. Whatever is made of them is in pages again: what fits in one is one."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = pages

    def kept(self, start: int, stop: int) -> list[Page]:
        return list(self._pages[start:stop])

    def one(self, place: int, come: list[bytes], gone: list[bytes]) -> list[Page]:
        page = self._pages[place]
        held = page.keys
        come = [key for key in come if not _holds(held, key)]
        gone = [key for key in gone if _holds(held, key)]
        if not come and not gone:
            return [page]
        return _paged(_change(_Keys(page), held, 0, len(held), come, gone))

    def made(self, keys: list[bytes]) -> list[Page]:
        return _pages_of(keys)

    def joined(self, depth: int, left: list[Page], right: list[Page]) -> list[Page]:
        pages = left + right
        if not left or not right or sum(page.count for page in pages) > PAGE_KEYS:
            return pages
        (one,), (other,) = left, right  # few enough for one page, so each was one
        fork = fork_hash(depth, other.first, one.hash, other.hash)
        return [_page(_Subtree(one.keys + other.keys, [*one.forks, fork, *other.forks], fork))]


def _holds(keys: list[bytes], key: bytes) -> bool:
    at = bisect_left(keys, key)
    return at < len(keys) and keys[at] == key


def _subtree_of(keys: list[bytes]) -> _Subtree:
    return _Subtree(keys, *_fork_hashes(keys, [leaf_hash(key) for key in keys]))


def _page(subtree: _Subtree) -> Page:
    return Page(subtree.keys[0], len(subtree.keys), subtree.hash, None, subtree.keys, subtree.forks)


def _paged(subtree: _Subtree) -> list[Page]:
    """The pages of a subtree: it alone, or those of both sides of its highest fork."""
    keys, forks = subtree.keys, subtree.forks
    if len(keys) <= PAGE_KEYS:
        return [_page(subtree)] if keys else []
    middle = _part(keys, 0, len(keys))[1]
    pages = []
    for start, stop in ((0, middle), (middle, len(keys))):
        hash_ = _hash_of(keys, forks, leaf_hash_at(keys), start, stop)
        pages += _paged(_Subtree(keys[start:stop], forks[start : stop - 1], hash_))
    return pages


def _pages_of(keys: list[bytes]) -> list[Page]:
    """The same of keys that have no hashes yet, page by page."""
    if len(keys) <= PAGE_KEYS:
        return _paged(_subtree_of(keys))
    middle = _part(keys, 0, len(keys))[1]
    return _pages_of(keys[:middle]) + _pages_of(keys[middle:])


def _in_order(keys: Iterable[bytes]) -> list[bytes]:
    """Each key once. Raises: ValueError for one that has not 32 bytes."""
    ordered = sorted(set(keys))
    if any(len(key) != KEY_BYTES for key in ordered):
        raise ValueError(f"a key has {KEY_BYTES} bytes")
    return ordered
