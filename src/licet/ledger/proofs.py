"""Proofs that an entry stands in a tree, and that a tree only grew: made from stored nodes, checked from nothing.

A proof holds hashes and no personal data. Making one reads about one node for each doubling of the tree,
whatever its size; `tiles` makes those of a ledger. Whether the caller may see the entry itself is not decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from licet.terms import LedgerError
from licet.terms.canonical import JsonObject
from licet.terms.log_tree import (
    Frontier,
    consistency_ranges,
    covering_subtrees,
    fold_peaks,
    inclusion_ranges,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)

#: Reads the root of a complete subtree by its level and offset. Raises: LedgerError LEDG-017 when it has none.
ReadNode = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That one leaf stands at `index` in the tree of the first `size` leaves."""

    index: int
    size: int
    path: tuple[bytes, ...]

    def verify(self, leaf: bytes, root: bytes) -> bool:
        """Whether this proves the leaf with hash `leaf` under `root`."""
        return verify_inclusion(leaf, self.index, self.size, self.path, root)

    def as_dict(self) -> JsonObject:
        """Plain JSON values; hashes as lower-case hex."""
        return {"index": self.index, "size": self.size, "path": [node.hex() for node in self.path]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> InclusionProof:
        """Read what `as_dict` wrote. Raises: LedgerError LEDG-015 when it is no such thing."""
        return cls(*_read_proof(values, "index", "size"))


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """That the tree of the first `new` leaves begins with the tree of the first `old`."""

    old: int
    new: int
    path: tuple[bytes, ...]

    def verify(self, old_root: bytes, new_root: bytes) -> bool:
        """Whether this proves that the tree under `new_root` only added to the tree under `old_root`."""
        return verify_consistency(self.old, self.new, self.path, old_root, new_root)

    def as_dict(self) -> JsonObject:
        """Plain JSON values; hashes as lower-case hex."""
        return {"old": self.old, "new": self.new, "path": [node.hex() for node in self.path]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ConsistencyProof:
        """Read what `as_dict` wrote. Raises: LedgerError LEDG-015 when it is no such thing."""
        return cls(*_read_proof(values, "old", "new"))


def prove_inclusion(index: int, size: int, read: ReadNode) -> InclusionProof:
    """Prove that leaf `index` stands in the tree of the first `size` leaves.

    Raises: LedgerError LEDG-015 when there is no such leaf, LEDG-017 when a node is missing.
    """
    if not 0 <= index < size:
        raise no_such_leaf(index, size)
    return InclusionProof(index, size, _hashes(inclusion_ranges(index, size), read))


def prove_consistency(old: int, new: int, read: ReadNode) -> ConsistencyProof:
    """Prove that the first `old` leaves begin the first `new`.

    Raises: LedgerError LEDG-015 when `old` is above `new` or below nothing, LEDG-017 when a node is missing.
    """
    if not 0 <= old <= new:
        raise LedgerError(
            "LEDG-015",
            f"a tree of {new} entries cannot have grown from one of {old}",
            fix="name the smaller size first",
        )
    return ConsistencyProof(old, new, _hashes(consistency_ranges(old, new), read))


def read_frontier(size: int, read: ReadNode) -> Frontier:
    """The frontier of the first `size` leaves. Raises: LedgerError LEDG-017 when a node is missing."""
    return Frontier(size, [read(level, offset) for level, offset in covering_subtrees(0, size)])


def no_such_leaf(index: int, size: int) -> LedgerError:
    """What is said to who asks for a proof of what is not there."""
    return LedgerError(
        "LEDG-015",
        f"entry {index} does not stand among the first {size}",
        fix="ask for an index below the size",
    )


def missing_node(level: int, offset: int) -> LedgerError:
    """What a tree says that does not hold one of its nodes."""
    return LedgerError(
        "LEDG-017",
        f"node {offset} of level {level} of the tree is missing",
        fix="verify the ledger, then restore it from a copy that verifies",
    )


class MemoryTree:
    """A whole tree in memory, for lists that fit there, such as who is in a snapshot.

    Holds about two hashes a leaf; `append` and `root` cost what `Frontier` costs.
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = []
        self._frontier = Frontier()
        for data in leaves:
            self.append(data)

    def __len__(self) -> int:
        return self._frontier.size

    def append(self, data: bytes) -> int:
        """Add one item of data; return its index."""
        completed = self._frontier.push(leaf_hash(data))
        if len(completed) > len(self._levels):
            self._levels.append([])
        for nodes, node in zip(self._levels, completed, strict=False):
            nodes.append(node)
        return self._frontier.size - 1

    def root(self, size: int | None = None) -> bytes:
        """The root of the first `size` leaves, all by default."""
        if size is None:
            return self._frontier.root()
        if not 0 <= size <= len(self):
            raise LedgerError("LEDG-015", f"the tree has {len(self)} leaves, not {size}", fix="ask for fewer")
        return read_frontier(size, self._read).root()

    def inclusion_proof(self, index: int, size: int | None = None) -> InclusionProof:
        """Prove that leaf `index` stands among the first `size`. Raises: LedgerError LEDG-015, LEDG-017."""
        return prove_inclusion(index, len(self) if size is None else size, self._read)

    def consistency_proof(self, old: int, new: int | None = None) -> ConsistencyProof:
        """Prove that the first `old` leaves begin the first `new`. Raises: LedgerError LEDG-015, LEDG-017."""
        return prove_consistency(old, len(self) if new is None else new, self._read)

    def _read(self, level: int, offset: int) -> bytes:
        try:
            return self._levels[level][offset]
        except IndexError:
            raise missing_node(level, offset) from None


def _hashes(ranges: Sequence[tuple[int, int]], read: ReadNode) -> tuple[bytes, ...]:
    # Every range is one complete subtree, save at most one at the right edge, which is made up of a few.
    return tuple(
        fold_peaks([read(level, offset) for level, offset in covering_subtrees(start, end)])
        for start, end in ranges
    )


def _read_proof(values: Mapping[str, Any], first: str, second: str) -> tuple[int, int, tuple[bytes, ...]]:
    try:
        return int(values[first]), int(values[second]), tuple(bytes.fromhex(node) for node in values["path"])
    except (KeyError, TypeError, ValueError):
        raise LedgerError(
            "LEDG-015",
            f"this is not a proof: it needs {first}, {second} and a path of hashes in hex",
            fix="hand in a proof as it was given out",
        ) from None
