"""Who is in an artefact: salted keys in a prefix tree, in pages of the store, under a root that its manifest signs.

Shared by all uses. A key is made of a subject's id and a nonce (`SUBJECT_INDEX`); the nonce is made of the id and the
workspace's secret salt, so the keys tell nobody anything, and whoever is handed their nonce finds their own. The same
people under the same salt have the same root, pages and bytes, however they came to be in it. `contains` proves that a
subject is in or is not, and reads one page for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from licet.store import Build, Store
from licet.terms import UseError
from licet.terms.canonical import JsonObject
from licet.terms.membership_proof import (
    SUBJECT_INDEX,
    KeyIndex,
    Membership,
    MembershipProof,
    salt_digest,
    subject_key,
)
from licet.terms.prefix_tree import Page, PrefixTree

_SUFFIX = ".keys"


@dataclass(frozen=True, slots=True)
class PageFile:
    """A page of the tree in the store: its lowest key, keys, hash of its subtree, and the object that holds it."""

    first: str
    count: int
    hash: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Members:
    """What a manifest says of who is in its artefact.

    index, salt: how keys are made, as `KeyIndex` has it. count: how many.
    root: over index, salt, count and every key; 64 hex digits, like the hashes.
    """

    index: str
    salt: str
    count: int
    root: str
    pages: tuple[PageFile, ...]

    def as_json(self) -> JsonObject:
        return asdict(self)


_MEMBERS = TypeAdapter(Members)


class SubjectProof(NamedTuple):
    """That a subject is in an artefact, or is not. nonce: makes their key of their id; for them, and nobody else."""

    nonce: bytes
    membership: Membership
    proof: MembershipProof


def subject_nonce(salt: bytes, subject: str) -> bytes:
    """What a subject needs, besides their id, to recognise their own key; nobody else's."""
    return hashlib.blake2b(subject.encode(), digest_size=32, key=salt, person=b"licet nonce").digest()


def read_members(said: JsonObject) -> Members:
    """The members of a manifest, as `Members.as_json` made them.

    Raises: UseError CORP-210 for those of an earlier licet, which stand in a list that proves no absence; CORP-212 for
    what is none of ours.
    """
    if said.get("index") != SUBJECT_INDEX:
        raise UseError(
            "CORP-210",
            "its members stand in a list that proves nothing of who is not in it: an earlier licet made it",
            fix="licet corpus update makes one that proves both",
        )
    try:
        return _MEMBERS.validate_python(said)
    except ValidationError as error:
        raise _unfit(error.errors()[0]["msg"]) from None


def write_members(build: Build, salt: bytes, subjects: Iterable[str]) -> Members:
    """Those of an artefact that is built from nothing."""
    tree = PrefixTree.build(KeyIndex(SUBJECT_INDEX, salt_digest(salt)), _keys(salt, subjects))
    return _put(build, tree, {})


def change_members(
    build: Build, store: Store, before: Members, salt: bytes, come: Iterable[str], gone: Iterable[str]
) -> Members:
    """The same after some left and others came: only the pages they fall in are read and written anew.

    Raises: as `contains`.
    """
    tree = _open(store, before, salt)
    held = dict(zip(tree.pages, before.pages, strict=True))
    return _put(build, tree.changed(_keys(salt, come), _keys(salt, gone)), held)


def contains(store: Store, members: Members, salt: bytes, subject: str) -> SubjectProof:
    """That a subject is in an artefact, or is not, with what proves it; checked before it is handed out.

    Raises: UseError CORP-211 where the salt is not the one the keys were made with, CORP-212 where the pages do not
    make up the tree; StoreError where a page is missing or damaged.
    """
    nonce, tree = subject_nonce(salt, subject), _open(store, members, salt)
    key = subject_key(nonce, subject)
    try:
        proof = tree.prove(key)
    except ValueError as error:
        raise _unfit(str(error)) from None
    found = proof.verify(tree.root, key)
    if found is Membership.UNPROVEN:
        raise _unfit("a walk through it does not lead to its root")
    return SubjectProof(nonce, found, proof)


def _open(store: Store, members: Members, salt: bytes) -> PrefixTree:
    if members.salt != salt_digest(salt):
        raise UseError(
            "CORP-211",
            "its members were written under another salt than the workspace has, so nobody can be looked up in it",
            fix="put the salt it was made with back; or build it anew",
        )
    pages = [
        Page(bytes.fromhex(page.first), page.count, bytes.fromhex(page.hash), _reader(store, page.sha256))
        for page in members.pages
    ]
    try:
        tree = PrefixTree(KeyIndex(members.index, members.salt), pages)
    except ValueError as error:
        raise _unfit(str(error)) from None
    if (tree.count, tree.root.hex()) != (members.count, members.root):
        raise _unfit("its pages have another root")
    return tree


def _reader(store: Store, sha256: str) -> Callable[[], bytes]:
    return lambda: store.get(sha256)


def _put(build: Build, tree: PrefixTree, held: dict[Page, PageFile]) -> Members:
    """The tree with every page in the store; those that an earlier artefact holds are in it."""
    files = []
    for page in tree.pages:
        file = held.get(page)
        if file is None:
            data = page.to_bytes()
            digest = build.put(data, suffix=_SUFFIX)
            file = PageFile(page.first.hex(), page.count, page.hash.hex(), digest, len(data))
        files.append(file)
    return Members(*tree.index, tree.count, tree.root.hex(), tuple(files))


def _keys(salt: bytes, subjects: Iterable[str]) -> list[bytes]:
    return [subject_key(subject_nonce(salt, subject), subject) for subject in subjects]


def _unfit(why: str) -> UseError:
    return UseError(
        "CORP-212",
        f"what is kept of its members does not make up the tree its manifest names: {why}",
        fix="restore the store from a copy, or build it anew",
    )
