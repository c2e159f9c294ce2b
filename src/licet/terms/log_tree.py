"""The Merkle tree of RFC 6962, apart from where its hashes are stored.

Guarantees the standard's hashes and proofs (leaves under 0x00, nodes under 0x01, so neither passes for the
other). A complete subtree is named by its level (it has 2**level leaves) and its offset (how many such stand to its
left). Nothing here reads or writes anything; whoever holds nodes hands in a function that reads them.

Source: RFC 6962 section 2.1 and RFC 9162 section 2.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

#: Bytes of every hash.
HASH_BYTES = 32

#: The root of no leaves at all: SHA-256 of nothing.
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash under which `data` stands in the tree."""
    return sha256(b"\x00" + data).digest()


def parent_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the complete subtrees of a growing tree, largest first: all that appending needs.

    size: number of leaves; `peaks` has as many hashes as `size` has one-bits.
    """

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size, self.peaks = size, list(peaks)
        if len(self.peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} peaks, not {len(self.peaks)}")

    def copy(self) -> Frontier:
        return Frontier(self.size, self.peaks)

    def push(self, leaf: bytes) -> list[bytes]:
        """Add one leaf by its hash; return the nodes this completes, the leaf first, each above the last."""
        completed, carry = [leaf], self.size
        while carry & 1:
            leaf = sha256(b"\x01" + self.peaks.pop() + leaf).digest()
            completed.append(leaf)
            carry >>= 1
        self.peaks.append(leaf)
        self.size += 1
        return completed

    def extend(self, leaves: list[bytes]) -> list[list[bytes]]:
        """Add leaves by their hashes; return the nodes this completes, a list for each level from the leaves up.

        What `push` gives for one after another, at two thirds of its cost.
        """
        if len(leaves) == 1:
            return [[node] for node in self.push(leaves[0])]
        completed, first, peaks = [], self.size, []
        self.size += len(leaves)
        while leaves or first:
            completed.append(leaves)
            if first & 1:
                leaves = [self.peaks.pop(), *leaves]
            if len(leaves) & 1:
                peaks.append(leaves[-1])
            pairs = zip(leaves[::2], leaves[1::2], strict=False)
            leaves = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
            first >>= 1
        self.peaks = peaks[::-1]
        return completed

    def root(self) -> bytes:
        """The Merkle tree hash of the leaves so far."""
        return fold_peaks(self.peaks) if self.peaks else EMPTY_ROOT


def fold_peaks(peaks: Sequence[bytes]) -> bytes:
    """The root over complete subtrees given largest first; at least one."""
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = parent_hash(peak, root)
    return root


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """The Merkle tree hash of a sequence of data (MTH of RFC 6962; each item is hashed as a leaf)."""
    return root_of_leaves([leaf_hash(data) for data in leaves])


def root_of_leaves(hashes: list[bytes]) -> bytes:
    """The Merkle tree hash over leaves given by their hashes, level by level; one left over at the end rises."""
    if not hashes:
        return EMPTY_ROOT
    while len(hashes) > 1:
        odd = hashes[len(hashes) & ~1 :]
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return hashes[0]


def covering_subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """Level and offset of each complete subtree that leaves `start` to `end` are made up of, largest first.

    `start` must be a multiple of the largest power of two not above `end - start`, as in every split of the tree.
    """
    subtrees = []
    while start < end:
        level = (end - start).bit_length() - 1
        subtrees.append((level, start >> level))
        start += 1 << level
    return subtrees


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The ranges of leaves whose hashes form the audit path of leaf `index`, lowest first."""
    ranges = []
    start, end = 0, size
    while end - start > 1:
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    ranges.reverse()
    return ranges


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """The ranges of leaves whose hashes prove that the tree of `old` leaves begins the tree of `new`."""
    if old == 0:
        return []
    ranges = []
    start, end, old_is_known = 0, new, True
    while old != end:
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, old_is_known = middle, False
    if not old_is_known:
        ranges.append((start, end))
    ranges.reverse()
    return ranges


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` proves that the leaf with hash `leaf` stands at `index` in the tree of `size` with `root`.

    Source: RFC 9162 section 2.1.3.2. Anything malformed proves nothing: the answer is no, never an error.
    """
    if not 0 <= index < size or len(leaf) != HASH_BYTES:
        return False
    node, last, reached = index, size - 1, leaf
    for sibling in path:
        if last == 0 or len(sibling) != HASH_BYTES:
            return False
        if node & 1 or node == last:
            reached = sha256(b"\x01" + sibling + reached).digest()
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            reached = sha256(b"\x01" + reached + sibling).digest()
        node >>= 1
        last >>= 1
    return last == 0 and reached == root


def verify_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether `path` proves that the tree of `new` leaves only added to the tree of `old`.

    Source: RFC 9162 section 2.1.4.2; that nothing grew into anything needs no path.
    """
    if not 0 <= old <= new or any(len(node) != HASH_BYTES for node in path):
        return False
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    if old == new:
        return not path and old_root == new_root
    steps = list(path) if old & (old - 1) else [old_root, *path]
    if not steps:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node >>= 1
        last >>= 1
    reached_old = reached_new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            reached_old, reached_new = parent_hash(step, reached_old), parent_hash(step, reached_new)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            reached_new = parent_hash(reached_new, step)
        node >>= 1
        last >>= 1
    return last == 0 and reached_old == old_root and reached_new == new_root
