"""The prefix tree against its definition, and its proofs against whoever would bend them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.terms import membership_proof, prefix_tree
from licet.terms.canonical import canonical_json
from licet.terms.membership_proof import (
    KeyIndex,
    Membership,
    MembershipProof,
    Step,
    fork_hash,
    key_bit,
    leaf_hash,
    read_proof,
    read_proof_bytes,
    root_hash,
)
from licet.terms.prefix_tree import Page, PrefixTree
from licet.testing.effort import examples

INDEX = KeyIndex("licet-subject-index/2", "5a" * 32)
PRESENT, ABSENT, UNPROVEN = Membership.PRESENT, Membership.ABSENT, Membership.UNPROVEN


def _key(number: int) -> bytes:
    return number.to_bytes(32, "big")


#: Keys that part early, late and in between: few choices, so that they meet; and any at all.
CLOSE = st.builds(
    lambda high, middle, low: _key(high << 253 | middle << 120 | low),
    st.integers(0, 7),
    st.integers(0, 3),
    st.integers(0, 7),
)
KEYS = st.one_of(CLOSE, st.binary(min_size=32, max_size=32))
SETS = st.sets(KEYS, max_size=24)
PAGE_SIZES = st.sampled_from([1, 2, 3, 8, 4096])


@dataclass
class paged:
    """Pages of so few keys that a handful needs many."""

    keys: int

    def __enter__(self) -> None:
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(prefix_tree, "PAGE_KEYS", self.keys)

    def __exit__(self, *_: object) -> None:
        self.patch.undo()


def root_by_definition(keys: set[bytes]) -> bytes:
    """The root as the definition has it, bit string by bit string, without any of the tree's code."""

    def top(bits: list[str], depth: int) -> bytes:
        if not bits:
            return sha256(b"\x12").digest()
        if len(bits) == 1:
            return sha256(b"\x10" + _key(int(bits[0], 2))).digest()
        left, right = ([one for one in bits if one[depth] == side] for side in "01")
        if not left or not right:
            return top(bits, depth + 1)
        place = _key(int(bits[0][:depth].ljust(256, "0"), 2))
        sides = top(left, depth + 1) + top(right, depth + 1)
        return sha256(b"\x11" + bytes([depth]) + place + sides).digest()

    head = f'{{"count":{len(keys)},"index":"licet-subject-index/2","key":"{"5a" * 32}"}}'
    bits = [f"{int.from_bytes(key, 'big'):0256b}" for key in sorted(keys)]
    return sha256(b"\x13" + head.encode() + top(bits, 0)).digest()


def stored(tree: PrefixTree) -> PrefixTree:
    """The same tree with its pages away, each to be read when needed."""

    def away(page: Page) -> Page:
        data = page.to_bytes()
        return Page(page.first, page.count, page.hash, lambda: data)

    return PrefixTree(tree.index, [away(page) for page in tree.pages])


def is_same(one: PrefixTree, other: PrefixTree) -> bool:
    pages = [
        [(page.first, page.count, page.hash, page.to_bytes()) for page in tree.pages] for tree in (one, other)
    ]
    return one.root == other.root and one.count == other.count and pages[0] == pages[1]


@examples(150)
@given(SETS, PAGE_SIZES)
def test_the_root_is_that_of_the_definition(keys: set[bytes], size: int) -> None:
    with paged(size):
        tree = PrefixTree.build(INDEX, keys)
    assert (tree.root, tree.count) == (root_by_definition(keys), len(keys))
    assert all(page.count <= size for page in tree.pages)


@examples(100)
@given(SETS, SETS)
def test_one_root_is_one_set(some: set[bytes], others: set[bytes]) -> None:
    roots = [PrefixTree.build(INDEX, keys).root for keys in (some, others)]
    assert (roots[0] == roots[1]) == (some == others)


@examples(150)
@given(SETS, SETS, PAGE_SIZES)
def test_whoever_is_in_is_proven_in_and_everybody_else_is_proven_out(
    keys: set[bytes], others: set[bytes], size: int
) -> None:
    with paged(size):
        tree = stored(PrefixTree.build(INDEX, keys))
        for key in keys | others:
            proof = tree.prove(key)
            assert proof.verify(tree.root, key) is (PRESENT if key in keys else ABSENT)
            assert (key in tree) == (key in keys)
            assert read_proof_bytes(proof.to_bytes()) == proof


@examples(150)
@given(SETS, st.lists(st.tuples(SETS, SETS), max_size=5), PAGE_SIZES)
def test_update_equals_rebuild_byte_for_byte_in_whatever_order(
    keys: set[bytes], changes: list[tuple[set[bytes], set[bytes]]], size: int
) -> None:
    with paged(size):
        tree = first = stored(PrefixTree.build(INDEX, keys))
        then, held = first.root, set(keys)
        for come, gone in changes:
            tree = stored(tree.changed(come, gone))
            held = (held - gone) | come
            assert is_same(tree, PrefixTree.build(INDEX, held))
        back = tree.changed(keys - held, held - keys)
        assert is_same(back, first) and first.root == then, "there and back is where it began"
        for key in keys:
            assert first.prove(key).verify(then, key) is PRESENT, "the old root stays good"


@examples(60)
@given(SETS, SETS, PAGE_SIZES)
def test_pages_nothing_happened_in_are_the_same_objects(
    keys: set[bytes], come: set[bytes], size: int
) -> None:
    with paged(size):
        tree = PrefixTree.build(INDEX, keys)
        same = tree.changed(keys, come - keys)
        assert all(one is other for one, other in zip(same.pages, tree.pages, strict=True)), "nothing changed"
        after = tree.changed(come, ())
        kept = {(page.first, page.hash) for page in tree.pages} & {
            (page.first, page.hash) for page in after.pages
        }
        mine = {id(page) for page in tree.pages}
        moved = [page for page in after.pages if (page.first, page.hash) in kept and id(page) not in mine]
        assert len(moved) <= len(come), "a page is made again only beside who came"


@pytest.mark.parametrize("changed", [1, 8, 64])
def test_a_change_hashes_only_the_walks_to_what_changed(
    changed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = Random(changed)
    keys = [drawn.randbytes(32) for _ in range(3000)]
    tree = PrefixTree.build(INDEX, keys)
    hashed = []
    for name in ("fork_hash", "leaf_hash"):
        real = getattr(membership_proof, name)
        monkeypatch.setattr(prefix_tree, name, lambda *parts, real=real: hashed.append(parts) or real(*parts))
    come = [drawn.randbytes(32) for _ in range(changed)]
    tree.changed(come, keys[:changed])
    assert len(hashed) <= 2 * changed * (3000).bit_length() * 2, "some steps a key, not the three thousand"


def test_a_page_reads_nothing_that_no_proof_needs() -> None:
    drawn = Random(3)
    asked: list[bytes] = []
    with paged(64):
        tree = PrefixTree.build(INDEX, [drawn.randbytes(32) for _ in range(2000)])

        def away(page: Page) -> Page:
            data = page.to_bytes()
            return Page(page.first, page.count, page.hash, lambda: asked.append(page.first) or data)

        far = PrefixTree(INDEX, [away(page) for page in tree.pages])
        assert far.root == tree.root and not asked
        far.prove(drawn.randbytes(32))
        assert len(asked) == 1
        asked.clear()
        far = PrefixTree(INDEX, [away(page) for page in tree.pages])
        far.changed([drawn.randbytes(32)], ())
        assert len(asked) <= 2, "a change opens the page it falls in, and a neighbour it joins"


# -- who would bend a proof --------------------------------------------------------------------------------------


def _world(seed: int, size: int = 40) -> tuple[PrefixTree, list[bytes], list[bytes]]:
    drawn = Random(seed)
    keys = [drawn.randbytes(32) for _ in range(size)]
    others = [drawn.randbytes(32) for _ in range(size // 2)]
    others += [_key(int.from_bytes(key, "big") ^ 1 << drawn.randrange(256)) for key in keys[: size // 2]]
    return PrefixTree.build(INDEX, keys), keys, others


def test_no_byte_of_a_proof_can_be_changed() -> None:
    tree, keys, others = _world(1, 8)
    drawn = Random(2)
    for key in (keys[0], others[0]):
        data = tree.prove(key).to_bytes()
        for place, flip in product(range(len(data)), (1, 0x20, 0x80, drawn.randrange(1, 256))):
            bent = bytearray(data)
            bent[place] ^= flip
            proof = read_proof_bytes(bytes(bent))
            assert proof is None or proof.verify(tree.root, key) is UNPROVEN


def test_no_bit_of_root_or_key_can_be_changed() -> None:
    tree, keys, others = _world(3)
    for key in (keys[0], others[0]):
        proof = tree.prove(key)
        truth = proof.verify(tree.root, key)
        for bit in range(256):
            other = _key(int.from_bytes(tree.root, "big") ^ 1 << bit)
            assert proof.verify(other, key) is UNPROVEN
            near = _key(int.from_bytes(key, "big") ^ 1 << bit)
            assert proof.verify(tree.root, near) in (UNPROVEN, ABSENT) and near not in keys
        assert truth is (PRESENT if key in keys else ABSENT)


def test_a_proof_of_one_key_never_lies_about_another() -> None:
    tree, keys, others = _world(4)
    members = set(keys)
    for mine, yours in product(keys + others, repeat=2):
        said = tree.prove(mine).verify(tree.root, yours)
        assert said in (UNPROVEN, PRESENT if yours in members else ABSENT)


def test_a_proof_of_another_size_index_or_public_key_proves_nothing() -> None:
    tree, keys, others = _world(5)
    for key in (keys[0], others[0]):
        proof = tree.prove(key)
        for bent in (
            *(replace(proof, count=count) for count in (-1, 0, 1, 39, 41, 1 << 70)),
            replace(proof, index=KeyIndex("licet-subject-index/1", INDEX.key)),
            replace(proof, index=KeyIndex(INDEX.name, "5b" * 32)),
            replace(proof, leaf=None),
            replace(proof, leaf=b""),
            replace(proof, leaf=proof.leaf + b"\x00" if proof.leaf else None),
        ):
            assert bent.verify(tree.root, key) is UNPROVEN


def test_a_path_cut_stretched_or_put_in_another_order_proves_nothing() -> None:
    tree, keys, others = _world(6)
    for key in (keys[0], keys[1], others[0], others[-1]):
        proof = tree.prove(key)
        path = proof.path
        assert len(path) > 2
        bent = [path[:cut] for cut in range(len(path))] + [path[cut:] for cut in range(1, len(path) + 1)]
        bent += [
            (*path[:at], Step(depth, bytes(32)), *path[at:])
            for at in range(len(path) + 1)
            for depth in (0, 255)
        ]
        bent += [(*path[:at], path[at], *path[at:]) for at in range(len(path))]
        bent += [(*path[:at], path[at + 1], path[at], *path[at + 2 :]) for at in range(len(path) - 1)]
        bent += [(*path[:at], Step(depth, path[at].sibling), *path[at + 1 :]) for at in range(len(path))
                 for depth in (-1, 0, 128, 255, 256, 1 << 40) if depth != path[at].depth]  # fmt: skip
        bent += [(*path[:at], Step(path[at].depth, sibling), *path[at + 1 :]) for at in range(len(path))
                 for sibling in (b"", path[at].sibling[:-1], path[at].sibling + b"\x00")]  # fmt: skip
        bent += [path + path, tuple(Step(depth, bytes(32)) for depth in range(256))]
        for other in bent:
            assert replace(proof, path=tuple(other)).verify(tree.root, key) is UNPROVEN


def test_what_is_not_written_as_a_proof_is_written_is_none() -> None:
    tree, keys, _ = _world(7)
    proof = tree.prove(keys[0])
    said, data = proof.as_json(), proof.to_bytes()
    text = data.decode()
    path, leaf = said["path"], said["leaf"]
    for bent in (
        text + "\n", " " + text, text.replace(":", ": ", 1), "\ufeff" + text, text[:-1], text + "{}",
        text.replace(leaf, leaf.upper()), text.replace('"count":40', '"count":40.0'),
        text.replace('"count":40', '"count":4e1'), text.replace('"count":40', '"count":"40"'),
        text.replace('"count":40', '"count":true'), text.replace('"count":40', '"count":040'),
        text.replace('"count":40', '"count":40,"count":40'), text.replace('"count"', '"\\u0063ount"'),
        text.replace('"count":40,', '"count":40,"extra":1,'), text.replace('"count":40,', ""),
        "null", "[]", "1", '"proof"', "{", "", "[" * 100_000, "NaN",
    ):  # fmt: skip
        assert read_proof_bytes(bent.encode()) is None, bent[:80]
    assert read_proof_bytes(b"\xff" + data) is None and read_proof_bytes(data) == proof
    for part, values in {
        "count": (True, -1, 40.0, "40", None, [40]),
        "index": (None, 1, b"licet"),
        "key": (None, "", "5a", "5A" * 32, "zz" * 32, " " + "5a" * 31 + "5", 5),
        "leaf": ("", leaf[:-1], leaf + "0", leaf.upper(), f" {leaf[1:]}", 7, leaf.encode()),
        "path": (path + "=", path.rstrip("=") or None, path + "AAAA", "\n" + path, path[:-4], path + "-",
                 path[:-1] + "_", None, 1, path[4:], "=" * 4, "A" * (257 * 44)),
    }.items():  # fmt: skip
        for value in values:
            if value != said[part]:
                assert read_proof({**said, part: value}) is None, (part, value)
    assert read_proof(said) == proof


def test_a_root_of_fewer_members_than_its_forks_part_proves_nothing() -> None:
    left, right, far = _key(1), _key(2), _key(1 << 255)
    top = fork_hash(0, left, fork_hash(254, left, leaf_hash(left), leaf_hash(right)), leaf_hash(far))
    path = (Step(0, leaf_hash(far)), Step(254, leaf_hash(right)))
    nobody = PrefixTree.build(INDEX, [])
    proof = nobody.prove(left)
    assert proof.verify(nobody.root, left) is ABSENT
    assert replace(proof, count=1).verify(nobody.root, left) is UNPROVEN
    for count, alone in product((-1, 0, 1, 2, 3), (False, True)):
        root = root_hash(INDEX, count, leaf_hash(left) if alone else top)
        said = MembershipProof(INDEX, count, left, () if alone else path).verify(root, left)
        assert said is (PRESENT if count == (1 if alone else 3) else UNPROVEN)


# -- who would build a tree that lies ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Fork:
    """A fork as an evil builder likes it: any depth, any sides, under the prefix of any key."""

    depth: int
    key: bytes
    left: Fork | bytes
    right: Fork | bytes

    @property
    def hash(self) -> bytes:
        return fork_hash(self.depth, self.key, *(hash_of(side) for side in (self.left, self.right)))


def hash_of(side: Fork | bytes) -> bytes:
    return leaf_hash(side) if isinstance(side, bytes) else side.hash


def walks(side: Fork | bytes, path: tuple[Step, ...] = ()) -> Iterator[tuple[bytes, tuple[Step, ...]]]:
    """Every way from the root to a leaf, with what a proof of it would be made of."""
    if isinstance(side, bytes):
        yield side, path
        return
    yield from walks(side.left, (*path, Step(side.depth, hash_of(side.right))))
    yield from walks(side.right, (*path, Step(side.depth, hash_of(side.left))))


FEW = [_key(high << 253) for high in range(8)]
EVIL = st.recursive(
    st.sampled_from(FEW),
    lambda sides: st.builds(Fork, st.integers(0, 3), st.sampled_from(FEW), sides, sides),
    max_leaves=12,
)


def _says(root: bytes, proofs: list[MembershipProof], key: bytes) -> set[Membership]:
    return {proof.verify(root, key) for proof in proofs} - {UNPROVEN}


@examples(400)
@given(EVIL, st.integers(0, 13))
def test_no_tree_however_built_says_yes_and_no_of_one_key(evil: Fork | bytes, count: int) -> None:
    """Every proof that an evil tree's own hashes can make, at every depth it might claim, for every key."""
    root = root_hash(INDEX, count, hash_of(evil))
    proofs = [MembershipProof(INDEX, count, leaf, path) for leaf, path in walks(evil)]
    proofs += [
        replace(proof, path=proof.path[cut:]) for proof in proofs for cut in range(len(proof.path) + 1)
    ]
    proofs += [MembershipProof(INDEX, count, None, ())]
    for key in FEW:
        assert len(_says(root, proofs, key)) <= 1


def test_a_leaf_put_where_its_key_does_not_lead_is_not_in_the_tree_and_not_shown_to_be() -> None:
    """Hiding: the builder used somebody's data and wants a proof that they are out, beside one that they are in."""
    drawn = Random(11)
    keys = sorted(drawn.randbytes(32) for _ in range(6))
    left, right = [key for key in keys if key[0] < 128], [key for key in keys if key[0] >= 128]
    assert left and right
    hidden = left[0]
    honest = PrefixTree.build(INDEX, keys)
    # The hidden key on the wrong side, under the right one and under the wrong prefix, alone or beside an honest copy.
    wrong = Fork(0, right[0], right[0], hidden)
    for evil in (
        wrong,
        Fork(0, hidden, left[-1], Fork(1, hidden, right[0], hidden)),
        Fork(0, hidden, hidden, Fork(1, right[0], right[0], hidden)),
        Fork(0, hidden, Fork(255, hidden, left[-1], hidden), right[0]),
        Fork(5, hidden, Fork(2, hidden, hidden, left[-1]), right[0]),
    ):
        for count in (2, 3, 6):
            root = root_hash(INDEX, count, evil.hash)
            proofs = [MembershipProof(INDEX, count, leaf, path) for leaf, path in walks(evil)]
            assert len(_says(root, proofs, hidden)) <= 1
            proofs += [honest.prove(key) for key in keys]
            assert len(_says(root, proofs, hidden)) <= 1, "nor with proofs of an honest tree"


def test_forks_that_part_by_an_earlier_bit_further_down_prove_nothing() -> None:
    low, high, far = _key(1), _key(2), _key(1 << 255)
    evil = Fork(254, low, Fork(0, low, low, far), high)
    root = root_hash(INDEX, 3, evil.hash)
    proofs = [MembershipProof(INDEX, 3, leaf, path) for leaf, path in walks(evil)]
    assert [_says(root, [proof], proof.leaf or b"") for proof in proofs] == [set(), set(), {PRESENT}]


def test_the_honest_root_has_no_second_story_from_parts_of_other_trees() -> None:
    """A builder who holds an honest root and makes trees without the hidden key: none of their proofs fits the root."""
    tree, keys, _ = _world(12, 24)
    hidden = keys[3]
    without = tree.changed((), [hidden])
    proof = without.prove(hidden)
    assert proof.verify(without.root, hidden) is ABSENT and proof.verify(tree.root, hidden) is UNPROVEN
    for other in keys:
        for bent in (
            without.prove(other),
            tree.prove(other),
            replace(without.prove(hidden), count=tree.count),
        ):
            assert bent.verify(tree.root, hidden) is not ABSENT


def test_hashes_of_one_kind_never_pass_for_another() -> None:
    left, right = _key(1), _key(1 << 255 | 2)
    tree = PrefixTree.build(INDEX, [left, right])
    top = fork_hash(0, left, leaf_hash(left), leaf_hash(right))
    nothing = sha256(b"\x12").digest()
    for fake in (
        MembershipProof(INDEX, 1, top, ()),  # a fork for a leaf's key
        MembershipProof(INDEX, 2, leaf_hash(left), (Step(0, leaf_hash(right)),)),  # a leaf's hash for its key
        MembershipProof(INDEX, 2, left, (Step(0, top),)),
        MembershipProof(INDEX, 0, None, ()),
        MembershipProof(INDEX, 2, nothing, (Step(0, leaf_hash(right)),)),
    ):
        for key in (left, right, top, nothing, _key(7)):
            assert fake.verify(tree.root, key) is UNPROVEN
    assert root_hash(INDEX, 2, top) != top and len({nothing, leaf_hash(left), top, tree.root}) == 4


def test_a_page_that_holds_others_than_its_tree_says_is_refused() -> None:
    with paged(4):
        tree = PrefixTree.build(INDEX, [_key(high << 250) for high in range(40)])
        page, other = tree.pages[0], tree.pages[1]
        for data in (b"", page.to_bytes()[:-1], other.to_bytes(), page.to_bytes() + bytes(32)):
            bad = PrefixTree(
                INDEX, [Page(page.first, page.count, page.hash, lambda data=data: data), *tree.pages[1:]]
            )
            with pytest.raises(ValueError, match="page"):
                bad.prove(page.first)
        (mixed,) = PrefixTree.build(INDEX, [page.first, *other.keys[1:]]).pages
        assert mixed.size == page.size
        for first, held in ((page.first, mixed), (_key(1), page)):
            bad = PrefixTree(INDEX, [Page(first, page.count, page.hash, held.to_bytes), *tree.pages[1:]])
            with pytest.raises(ValueError, match="other keys than its tree says"):
                bad.prove(first)
        with pytest.raises(ValueError, match="order"):
            PrefixTree(INDEX, [other, page])


def test_a_key_has_32_bytes() -> None:
    for bad in (b"", bytes(31), bytes(33)):
        with pytest.raises(ValueError, match="32 bytes"):
            PrefixTree.build(INDEX, [bad])
        assert (
            PrefixTree.build(INDEX, [_key(1)]).prove(_key(2)).verify(root_by_definition({_key(1)}), bad)
            is UNPROVEN
        )


@pytest.mark.parametrize("members", [0, 1, 2, 20_000, pytest.param(1_000_000, marks=pytest.mark.nightly)])
def test_a_proof_fits_in_two_kilobytes(members: int) -> None:
    drawn = Random(members)
    keys = [drawn.randbytes(32) for _ in range(members)]
    tree = PrefixTree.build(INDEX, keys)
    for key in (*keys[:1000], *(drawn.randbytes(32) for _ in range(1000))):
        proof = tree.prove(key)
        assert len(proof.to_bytes()) <= 2048
        assert proof.verify(tree.root, key) is not UNPROVEN


def test_the_worst_tree_there_can_be_still_proves() -> None:
    """256 forks above one leaf: only who can choose keys gets there, and then a proof takes eleven kilobytes."""
    keys = [_key(0), *(_key(1 << bit) for bit in range(256))]
    tree = PrefixTree.build(INDEX, keys)
    assert tree.root == root_by_definition(set(keys))
    proof = tree.prove(_key(0))
    assert len(proof.path) == 256 and read_proof_bytes(proof.to_bytes()) == proof
    assert proof.verify(tree.root, _key(0)) is PRESENT
    assert tree.prove(_key(3)).verify(tree.root, _key(3)) is ABSENT
    assert is_same(tree.changed((), [_key(0)]).changed([_key(0)], ()), tree)


def test_bits_are_counted_from_the_most_significant() -> None:
    key = _key(1 << 255 | 1)
    assert [depth for depth in range(256) if key_bit(key, depth)] == [0, 255]
    assert canonical_json({"a": 1}) == b'{"a":1}'
