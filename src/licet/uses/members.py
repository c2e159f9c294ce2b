"""Who is in an artefact: keys in a prefix tree, in pages of the store, under a root that its manifest signs.

Shared by all uses. A key is made of a subject's id by a function that nobody can bend and only the workspace can
compute (`SUBJECT_INDEX`), so the keys tell nobody anything, and each has one place. The same people under the same
salt have the same root, pages and bytes, however they came to be in it. `contains` proves that a subject is in or is
not, and reads one page for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import AliasChoices, Field, TypeAdapter, ValidationError

from licet.store import Build, Store
from licet.terms import UseError
from licet.terms.canonical import JsonObject
from licet.terms.membership_proof import SUBJECT_INDEX, KeyIndex, Membership
from licet.terms.prefix_tree import Page, PrefixTree, keys_of_page
from licet.terms.subject_proof import SubjectProof
from licet.uses.subject_keys import SubjectKeys

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

    index, key: how keys are made, as `KeyIndex` has it; an earlier licet had no key, and put a salt's digest there.
    count:      how many. root: over index, key, count and every key; 64 hex digits, like the hashes.
    """

    index: str
    key: Annotated[str, Field(validation_alias=AliasChoices("key", "salt"))]
    count: int
    root: str
    pages: tuple[PageFile, ...]

    def as_json(self) -> JsonObject:
        return asdict(self)

    @property
    def key_index(self) -> KeyIndex:
        return KeyIndex(self.index, self.key)


_MEMBERS = TypeAdapter(Members)


class Proven(NamedTuple):
    """That a subject is in an artefact, or is not, and what proves it."""

    membership: Membership
    proof: SubjectProof


def read_members(said: JsonObject) -> Members:
    """The members of a manifest, as `Members.as_json` made them.

    Raises: UseError CORP-210 for those of an earlier licet, which stand in a list that proves no absence, or under keys
    that the platform could choose; CORP-212 for what is none of ours.
    """
    why = earlier_index(said.get("index"))
    if why is not None:
        raise UseError("CORP-210", f"its members {why}", fix="licet update makes one that proves both")
    try:
        return _MEMBERS.validate_python(said)
    except ValidationError as error:
        raise _unfit(error.errors()[0]["msg"]) from None


def earlier_index(index: str | None) -> str | None:
    """Why members under an index, or under none, prove nothing: an earlier licet wrote them. None for today's."""
    if index == SUBJECT_INDEX:
        return None
    if index is None:
        return "stand in a list that proves nothing of who is not in it: an earlier licet made it"
    return "stand under keys that whoever made it could choose: an earlier licet made it"


def write_members(
    build: Build,
    keys: SubjectKeys,
    subjects: Iterable[str],
    told: Callable[[int, int], None] | None = None,
) -> Members:
    """Those of an artefact that is built from nothing. told: as `SubjectKeys.of` has it."""
    return _put(build, PrefixTree.build(keys.index, keys.of_all(subjects, told)), {})


def change_members(
    build: Build,
    store: Store,
    before: Members,
    keys: SubjectKeys,
    come: Iterable[str],
    gone: Iterable[str],
) -> Members:
    """The same after some left and others came: only the pages they fall in are read and written anew.

    Raises: as `contains`.
    """
    tree = _open(store, before, keys)
    held = dict(zip(tree.pages, before.pages, strict=True))
    return _put(build, tree.changed(keys.of_who_came(come), keys.of_who_left(gone)), held)


def contains(store: Store, members: Members, secret: bytes, subject: str) -> Proven:
    """That a subject is in an artefact, or is not, with what proves it; checked before it is handed out.

    secret: the use's own. Raises: UseError CORP-211 where its keys were made under another, CORP-212 where the pages do
    not make up the tree; StoreError where a page is missing or damaged.
    """
    keys = SubjectKeys(secret)
    tree = _open(store, members, keys)
    try:
        proof = SubjectProof(keys.prove(subject), tree.prove(keys.of_one(subject)))
    except ValueError as error:
        raise _unfit(str(error)) from None
    found = proof.verify(tree.root, keys.index.key, subject)
    if found is Membership.UNPROVEN:
        raise _unfit("a walk through it does not lead to its root")
    return Proven(found, proof)


def is_member(store: Store, members: Members, secret: bytes, subject: str) -> bool:
    """Whether a subject is in an artefact, for who needs no proof. Raises: as `contains`."""
    keys = SubjectKeys(secret)
    tree, key = _open(store, members, keys), keys.of_one(subject)
    try:
        found = tree.prove(key).verify(tree.root, key)
    except ValueError as error:
        raise _unfit(str(error)) from None
    if found is Membership.UNPROVEN:
        raise _unfit("a walk through it does not lead to its root")
    return found is Membership.PRESENT


def keys_in(store: Store, members: Members) -> npt.NDArray[Any]:
    """Every key of an artefact's members, as numpy's S32. Raises: StoreError where a page is missing or damaged."""
    return np.frombuffer(
        b"".join(keys_of_page(store.get(page.sha256), page.count) for page in members.pages), "S32"
    )


def _open(store: Store, members: Members, keys: SubjectKeys) -> PrefixTree:
    if members.key_index != keys.index:
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
        tree = PrefixTree(keys.index, pages)
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
    return Members(tree.index.name, tree.index.key, tree.count, tree.root.hex(), tuple(files))


def _unfit(why: str) -> UseError:
    return UseError(
        "CORP-212",
        f"what is kept of its members does not make up the tree its manifest names: {why}",
        fix="restore the store from a copy, or build it anew",
    )
