"""The tree against the published vectors of Certificate Transparency, and against what proves nothing."""

from __future__ import annotations

import pytest

from licet.ledger import ConsistencyProof, InclusionProof, MemoryTree, verify_consistency, verify_inclusion
from licet.terms import LedgerError
from licet.terms.log_tree import EMPTY_ROOT, Frontier, covering_subtrees, leaf_hash, merkle_root

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATH_OF_FIRST_OF_EIGHT = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)


@pytest.mark.parametrize("size", range(9))
def test_root_is_that_of_certificate_transparency(size: int) -> None:
    assert merkle_root(LEAVES[:size]).hex() == ROOTS[size]
    assert MemoryTree(LEAVES).root(size).hex() == ROOTS[size]


def test_inclusion_path_is_that_of_certificate_transparency() -> None:
    assert tuple(node.hex() for node in MemoryTree(LEAVES).inclusion_proof(0).path) == PATH_OF_FIRST_OF_EIGHT


def test_leaf_and_node_hashes_never_meet() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != merkle_root([b"a", b"b"])


@pytest.mark.parametrize("before", [0, 1, 2, 3, 6, 7, 8, 255, 256, 300])
def test_leaves_added_at_once_complete_what_they_complete_one_after_another(before: int) -> None:
    for count in (0, 1, 2, 5, 9, 256):
        at_once, singly = Frontier(), Frontier()
        for frontier in (at_once, singly):
            for index in range(before):
                frontier.push(leaf_hash(b"%d" % index))
        leaves = [leaf_hash(b"x%d" % index) for index in range(count)]
        expected: list[list[bytes]] = [[] for _ in range(12)]
        for leaf in leaves:
            for level, node in enumerate(singly.push(leaf)):
                expected[level].append(node)
        completed = at_once.extend(leaves)
        assert [*completed, *[[]] * 12][:12] == expected
        assert (at_once.size, at_once.peaks, at_once.root()) == (singly.size, singly.peaks, singly.root())


def test_a_range_is_made_up_of_the_largest_complete_subtrees() -> None:
    assert covering_subtrees(0, 0) == []
    assert covering_subtrees(0, 7) == [(2, 0), (1, 2), (0, 6)]
    assert covering_subtrees(4, 7) == [(1, 2), (0, 6)]
    assert covering_subtrees(256, 512) == [(8, 1)]


def test_frontier_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="3 leaves has 2 peaks"):
        Frontier(3, [EMPTY_ROOT])


def test_altered_inclusion_proof_proves_nothing() -> None:
    tree = MemoryTree(LEAVES[:7])
    proof, leaf, root = tree.inclusion_proof(2), leaf_hash(LEAVES[2]), tree.root()
    assert verify_inclusion(leaf, 2, 7, proof.path, root)
    altered = bytes([proof.path[0][0] ^ 1]) + proof.path[0][1:]
    for index, size, path in [
        (3, 7, proof.path),
        (2, 8, (altered, *proof.path[1:])),
        (2, 7, (altered, *proof.path[1:])),
        (2, 7, proof.path[:-1]),
        (2, 7, (*proof.path, root)),
        (2, 7, (proof.path[0] + b"\x00", *proof.path[1:])),
        (7, 7, proof.path),
        (-1, 7, proof.path),
    ]:
        assert not verify_inclusion(leaf, index, size, path, root)
    assert not verify_inclusion(leaf_hash(LEAVES[3]), 2, 7, proof.path, root)
    assert not verify_inclusion(leaf[:-1], 2, 7, proof.path, root)
    assert not verify_inclusion(leaf, 2, 7, proof.path, EMPTY_ROOT)


def test_altered_consistency_proof_proves_nothing() -> None:
    tree = MemoryTree(LEAVES)
    path, old, new = tree.consistency_proof(6, 8).path, tree.root(6), tree.root(8)
    assert verify_consistency(6, 8, path, old, new)
    for first, second, nodes, old_root, new_root in [
        (5, 8, path, old, new),
        (6, 5, path, old, new),
        (6, 9, path, old, new),
        (6, 8, path[:-1], old, new),
        (6, 8, (*path, new), old, new),
        (6, 8, path, new, new),
        (6, 8, path, old, old),
        (6, 8, (path[0][:-1], *path[1:]), old, new),
        (8, 6, path, new, old),
        (4, 8, (), tree.root(4), new),
        (8, 8, (), old, new),
        (0, 8, (), old, new),
        (0, 8, (new,), EMPTY_ROOT, new),
    ]:
        assert not verify_consistency(first, second, nodes, old_root, new_root)


def test_every_tree_extends_the_empty_one_and_itself() -> None:
    tree = MemoryTree(LEAVES)
    assert tree.consistency_proof(0).verify(EMPTY_ROOT, tree.root())
    assert tree.consistency_proof(8).verify(tree.root(), tree.root())


def test_proofs_survive_json() -> None:
    tree = MemoryTree(LEAVES)
    inclusion, consistency = tree.inclusion_proof(3), tree.consistency_proof(3)
    assert InclusionProof.from_dict(inclusion.as_dict()) == inclusion
    assert ConsistencyProof.from_dict(consistency.as_dict()) == consistency


@pytest.mark.parametrize(
    "values", [{}, {"index": 1, "size": 2, "path": ["zz"]}, {"index": "a", "size": 2, "path": []}]
)
def test_what_is_no_proof_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(LedgerError, match="LEDG-015"):
        InclusionProof.from_dict(values)


def test_proof_of_what_is_not_there_is_refused() -> None:
    tree = MemoryTree(LEAVES)
    with pytest.raises(LedgerError, match="LEDG-015"):
        tree.inclusion_proof(8)
    with pytest.raises(LedgerError, match="LEDG-015"):
        tree.consistency_proof(5, 4)
    with pytest.raises(LedgerError, match="LEDG-017"):
        tree.inclusion_proof(9, 20)
    with pytest.raises(LedgerError, match="LEDG-015"):
        tree.root(9)
