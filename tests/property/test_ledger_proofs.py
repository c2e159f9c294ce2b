"""The tree agrees with pymerkle, an independent implementation, in every root and every proof."""

from __future__ import annotations

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.ledger import MemoryTree, verify_consistency, verify_inclusion
from licet.terms.log_tree import leaf_hash, merkle_root

LEAVES = st.lists(st.binary(max_size=40), min_size=1, max_size=200)


def oracle(leaves: list[bytes]) -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        tree.append_entry(leaf)
    return tree


@given(LEAVES, st.data())
def test_roots_agree_with_pymerkle_at_every_size(leaves: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(0, len(leaves)))
    expected = oracle(leaves).get_root(size)
    assert MemoryTree(leaves).root(size) == merkle_root(leaves[:size]) == expected


@given(LEAVES, st.data())
def test_inclusion_proofs_agree_with_pymerkle(leaves: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    ours, theirs = MemoryTree(leaves), oracle(leaves)
    proof = ours.inclusion_proof(index, size)
    # pymerkle counts leaves from one and begins its path with the leaf itself.
    expected = theirs.prove_inclusion(index + 1, size)
    assert [leaf_hash(leaves[index]), *proof.path] == expected.path
    assert proof.verify(leaf_hash(leaves[index]), expected.compute_root())


def subproof(old: int, leaves: list[bytes], known: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 section 2.1.2, as it stands there, over roots that pymerkle computes."""
    if old == len(leaves):
        return [] if known else [oracle(leaves).get_root()]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if old <= split:
        return [*subproof(old, leaves[:split], known), oracle(leaves[split:]).get_root()]
    return [*subproof(old - split, leaves[split:], False), oracle(leaves[:split]).get_root()]


@given(LEAVES, st.data())
def test_consistency_proofs_are_those_of_the_standard_over_roots_of_pymerkle(
    leaves: list[bytes], data: st.DataObject
) -> None:
    new = data.draw(st.integers(1, len(leaves)))
    old = data.draw(st.integers(1, new))
    ours, theirs = MemoryTree(leaves), oracle(leaves)
    path = list(ours.consistency_proof(old, new).path)
    assert path == subproof(old, leaves[:new], True)
    assert verify_consistency(old, new, path, theirs.get_root(old), theirs.get_root(new))
    # pymerkle writes its own proofs another way; they hold between our roots.
    pymerkle.verify_consistency(ours.root(old), ours.root(new), theirs.prove_consistency(old, new))


@given(LEAVES, st.data())
def test_no_proof_holds_for_another_leaf_place_or_root(leaves: list[bytes], data: st.DataObject) -> None:
    tree, size = MemoryTree(leaves), len(leaves)
    index = data.draw(st.integers(0, size - 1))
    path, root, leaf = tree.inclusion_proof(index).path, tree.root(), leaf_hash(leaves[index])
    other = data.draw(st.binary(min_size=32, max_size=32).filter(lambda node: node not in (leaf, root)))
    assert not verify_inclusion(other, index, size, path, root)
    assert not verify_inclusion(leaf, index, size, path, other)
    assert not verify_inclusion(leaf, index, size, (*path, other), root)
    place = data.draw(st.integers(-2, size + 2).filter(lambda number: number != index))
    if not 0 <= place < size or leaves[place] != leaves[index]:
        assert not verify_inclusion(leaf, place, size, path, root)
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        assert (
            not verify_inclusion(leaf, index, size, (*path[:at], other, *path[at + 1 :]), root)
            or path[at] == other
        )


@given(st.lists(st.binary(max_size=4), min_size=2, max_size=80), st.data())
def test_history_that_was_changed_has_no_consistency_proof(leaves: list[bytes], data: st.DataObject) -> None:
    old = data.draw(st.integers(1, len(leaves)))
    changed_at = data.draw(st.integers(0, old - 1))
    changed = [*leaves[:changed_at], leaves[changed_at] + b"x", *leaves[changed_at + 1 :]]
    before, after = MemoryTree(leaves), MemoryTree(changed)
    for path in (before.consistency_proof(old).path, after.consistency_proof(old).path):
        assert not verify_consistency(old, len(leaves), path, before.root(old), after.root())


@pytest.mark.parametrize("size", [1, 2, 3, 63, 64, 65, 255, 256, 257])
def test_every_leaf_of_a_tree_proves_itself_at_awkward_sizes(size: int) -> None:
    leaves = [index.to_bytes(2, "big") for index in range(size)]
    tree = MemoryTree(leaves)
    for index in range(size):
        assert tree.inclusion_proof(index).verify(leaf_hash(leaves[index]), tree.root())
        assert tree.consistency_proof(index).verify(tree.root(index), tree.root())
