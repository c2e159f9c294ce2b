"""Frozen keys, roots, pages and proofs: what was once proven can be checked for ever. LICET_GOLDEN=write writes them
anew, which breaks every proof that was given out."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from licet.terms.membership_proof import SUBJECT_INDEX, KeyIndex, read_proof, salt_digest, subject_key
from licet.terms.prefix_tree import PrefixTree

FILE = Path(__file__).parent / "vectors.json"
SALT = bytes(range(32))


def _nonce(number: int) -> bytes:
    return sha256(f"nonce {number}".encode()).digest()


def _vectors() -> dict[str, Any]:
    """Trees of 0 to 1000 subjects; of each its root, the digest of its pages, and proofs of who is in and out."""
    index = KeyIndex(SUBJECT_INDEX, salt_digest(SALT))
    subjects = [f"subject {number} ü" for number in range(1200)]
    keys = [subject_key(_nonce(number), subject) for number, subject in enumerate(subjects)]
    trees = []
    for count in (0, 1, 2, 3, 10, 1000):
        tree = PrefixTree.build(index, keys[:count])
        pages = b"".join(page.to_bytes() for page in tree.pages)
        asked = sorted({0, 1, count - 1, count, 1199} & set(range(1200)))
        trees.append(
            {
                "count": count,
                "root": tree.root.hex(),
                "pages": sha256(pages).hexdigest(),
                "proofs": [
                    {
                        "subject": subjects[number],
                        "nonce": _nonce(number).hex(),
                        "key": keys[number].hex(),
                        "is": str(tree.prove(keys[number]).verify(tree.root, keys[number])),
                        "proof": tree.prove(keys[number]).as_json(),
                    }
                    for number in asked
                ],
            }
        )
    return {"index": SUBJECT_INDEX, "salt": SALT.hex(), "salt_digest": index.salt, "trees": trees}


def test_keys_roots_pages_and_proofs_are_those_that_were_given_out() -> None:
    made = json.dumps(_vectors(), ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("LICET_GOLDEN") == "write":
        FILE.write_text(made, encoding="utf-8")
    assert FILE.read_text(encoding="utf-8") == made


def test_the_frozen_proofs_hold() -> None:
    for tree in json.loads(FILE.read_text(encoding="utf-8"))["trees"]:
        for held in tree["proofs"]:
            proof = read_proof(held["proof"])
            assert proof is not None
            key = subject_key(bytes.fromhex(held["nonce"]), held["subject"])
            assert proof.verify(bytes.fromhex(tree["root"]), key) == held["is"]
