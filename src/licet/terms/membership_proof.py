"""A proof that a key is in a set, or that it is not: all that its reader needs, and nothing licet keeps.

The set stands under one root as a compressed binary prefix tree (see `prefix_tree`, which builds it). Checked here
offline, with SHA-256 and canonical JSON alone. Every hash says what it is of: 0x10 a leaf and its key, 0x11 a fork,
its depth, the prefix it stands at and both sides, 0x12 nothing, 0x13 the root over all with the index's name and
version, its public key and the number of members. So none passes for another, nor for a hash of the ledger's tree.

Why one root cannot say yes and no of one key: from the root down each fork names its depth, and the key's own bit
there says which side it is on. Whoever shows two ends of that walk has found two values with one SHA-256, be the tree
well made or not. At the end stands a leaf: the key itself, which is presence, or another that takes every turn as the
key does, under the same prefixes, which is absence. Under the root of no members everything is absent.
Whose a key is: `subject_proof` shows that, and nobody chooses it. What no proof shows: that nothing was used besides.
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple

from licet.terms.canonical import JsonObject, canonical_json

KEY_BYTES = 32
KEY_BITS = 256

#: How the key of a subject is made: see `subject_key`. The number goes up whenever a key would come out different. In
#: version 1 the platform chose them.
SUBJECT_INDEX = "licet-subject-index/2"

#: What stands for a tree of no keys.
EMPTY_HASH = sha256(b"\x12").digest()

_STEP_BYTES = 1 + KEY_BYTES
_PARTS = {"count", "index", "key", "leaf", "path"}


class Membership(StrEnum):
    """What a proof shows of a key under a root."""

    PRESENT = "present"
    ABSENT = "absent"
    UNPROVEN = "unproven"  # it is malformed, or of another key or root: it shows nothing


class KeyIndex(NamedTuple):
    """Which function made the keys.

    name: with its version, such as `SUBJECT_INDEX`. key: the public key that its outputs are checked with, in 64 hex
    digits.
    """

    name: str
    key: str


class Step(NamedTuple):
    """One fork on the way down: the bit that it parts keys by, and the hash of the side the key is not on."""

    depth: int
    sibling: bytes


@dataclass(frozen=True, slots=True)
class MembershipProof:
    """The walk of one key from the root to the leaf it ends at.

    count: members in all. leaf: the key that stands there; None in a tree of none. path: forks from the root down.
    """

    index: KeyIndex
    count: int
    leaf: bytes | None
    path: tuple[Step, ...]

    def verify(self, root: bytes, key: bytes) -> Membership:
        """What it shows of `key` under `root`. Anything malformed shows nothing: never an error."""
        if self.root_of(key) != root:
            return Membership.UNPROVEN
        return Membership.PRESENT if self.leaf == key else Membership.ABSENT

    def root_of(self, key: bytes) -> bytes | None:
        """The one root that it shows anything under; None where it is malformed or not the walk of this key."""
        depths = [step.depth for step in self.path]
        is_sound = (
            len(key) == KEY_BYTES
            and all(0 <= depth < KEY_BITS for depth in depths)
            and all(above < below for above, below in pairwise(depths))
            and all(len(step.sibling) == KEY_BYTES for step in self.path)
        )
        if not is_sound:
            return None
        if self.leaf is None:
            return None if self.count or self.path else root_hash(self.index, 0, EMPTY_HASH)
        # Each fork parts at least one other member from this one.
        if (
            len(self.leaf) != KEY_BYTES
            or self.count < 1 + len(self.path)
            or (self.count > 1 and not self.path)
        ):
            return None
        reached = leaf_hash(self.leaf)
        for depth, sibling in reversed(self.path):
            side = key_bit(self.leaf, depth)
            if side != key_bit(key, depth):
                return None  # the key is on the other side there: this is not its walk
            reached = (
                fork_hash(depth, self.leaf, sibling, reached)
                if side
                else fork_hash(depth, self.leaf, reached, sibling)
            )
        return root_hash(self.index, self.count, reached)

    def as_json(self) -> JsonObject:
        """Plain values. The path is base64 of, for each fork from the root down, one byte of depth and the hash."""
        steps = b"".join(bytes([depth]) + sibling for depth, sibling in self.path)
        return {
            "index": self.index.name,
            "key": self.index.key,
            "count": self.count,
            "leaf": None if self.leaf is None else self.leaf.hex(),
            "path": b64encode(steps).decode(),
        }

    def to_bytes(self) -> bytes:
        """As canonical JSON: one proof, one text."""
        return canonical_json(self.as_json())


def read_proof(said: object) -> MembershipProof | None:
    """The proof in JSON values as `as_json` makes them; None for anything else, be it off by a blank or a capital."""
    if not isinstance(said, Mapping) or set(said) != _PARTS:
        return None
    name, key, count, leaf, path = (said[part] for part in ("index", "key", "count", "leaf", "path"))
    if not isinstance(name, str) or type(count) is not int or count < 0 or not isinstance(path, str):
        return None
    try:
        steps = b64decode(path, validate=True)
        found = None if leaf is None else _from_hex(leaf)
        _from_hex(key)
    except (binascii.Error, TypeError, ValueError):
        return None
    if len(steps) % _STEP_BYTES or len(steps) > KEY_BITS * _STEP_BYTES or b64encode(steps).decode() != path:
        return None
    cuts = range(0, len(steps), _STEP_BYTES)
    walk = tuple(Step(steps[cut], steps[cut + 1 : cut + _STEP_BYTES]) for cut in cuts)
    return MembershipProof(KeyIndex(name, key), count, found, walk)


def read_proof_bytes(data: bytes) -> MembershipProof | None:
    """The proof that `to_bytes` wrote; None for anything else."""
    try:
        proof = read_proof(json.loads(data))
    except (ValueError, RecursionError):
        return None
    return proof if proof is not None and proof.to_bytes() == data else None


def subject_key(output: bytes) -> bytes:
    """The key of a subject under `SUBJECT_INDEX`: SHA-256 of its name and of what its function gives for their id."""
    return sha256(SUBJECT_INDEX.encode() + b"\x00" + output).digest()


def leaf_hash(key: bytes) -> bytes:
    """The hash of a key alone."""
    return sha256(b"\x10" + key).digest()


def fork_hash(depth: int, key: bytes, left: bytes, right: bytes) -> bytes:
    """The hash of a fork at bit `depth`; key: any of those under it, for the prefix that all of them share."""
    free = KEY_BITS - depth
    prefix = (int.from_bytes(key) >> free << free).to_bytes(KEY_BYTES)
    return sha256(b"\x11" + bytes((depth,)) + prefix + left + right).digest()


def root_hash(index: KeyIndex, count: int, top: bytes) -> bytes:
    """The root: the hash over the whole tree, bound to how keys are made and how many there are."""
    head = canonical_json({"count": count, "index": index.name, "key": index.key})
    return sha256(b"\x13" + head + top).digest()


def key_bit(key: bytes, depth: int) -> int:
    """Bit `depth` of a key, the most significant first."""
    return key[depth >> 3] >> (7 - (depth & 7)) & 1


def _from_hex(text: object) -> bytes:
    if not isinstance(text, str) or len(text) != 2 * KEY_BYTES or bytes.fromhex(text).hex() != text:
        raise ValueError("not 64 hex digits in lower case")
    return bytes.fromhex(text)
