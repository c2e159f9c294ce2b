"""Frozen keys, roots, pages and proofs: what was once proven can be checked for ever. LICET_GOLDEN=write writes them
anew, which breaks every proof that was given out."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from licet.terms.ecvrf import EcvrfKey
from licet.terms.membership_proof import SUBJECT_INDEX, read_proof
from licet.terms.prefix_tree import PrefixTree
from licet.terms.subject_proof import SubjectProof, index_under, key_under, read_output_proof

FILE = Path(__file__).parent / "vectors.json"
KEY = EcvrfKey(bytes(range(32)))


def _vectors() -> dict[str, Any]:
    """Trees of 0 to 1000 subjects; of each its root, the digest of its pages, and proofs of who is in and out."""
    subjects = [f"subject {number} ü" for number in range(1200)]
    keys = [key_under(KEY, subject) for subject in subjects]
    trees = []
    for count in (0, 1, 2, 3, 10, 1000):
        tree = PrefixTree.build(index_under(KEY), keys[:count])
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
                        "output": SubjectProof(KEY.prove(subjects[number].encode()), walk).output_text(),
                        "key": keys[number].hex(),
                        "is": str(walk.verify(tree.root, keys[number])),
                        "proof": walk.as_json(),
                    }
                    for number in asked
                    for walk in [tree.prove(keys[number])]
                ],
            }
        )
    return {"index": SUBJECT_INDEX, "key": KEY.public.hex(), "trees": trees}


def test_keys_roots_pages_and_proofs_are_those_that_were_given_out() -> None:
    made = json.dumps(_vectors(), ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("LICET_GOLDEN") == "write":
        FILE.write_text(made, encoding="utf-8")
    assert FILE.read_text(encoding="utf-8") == made


def test_the_frozen_proofs_hold() -> None:
    for tree in json.loads(FILE.read_text(encoding="utf-8"))["trees"]:
        for held in tree["proofs"]:
            walk, output = read_proof(held["proof"]), read_output_proof(held["output"])
            assert walk is not None and output is not None
            proof = SubjectProof(output, walk)
            assert proof.key_of(held["subject"]) == bytes.fromhex(held["key"])
            assert proof.verify(bytes.fromhex(tree["root"]), KEY.public.hex(), held["subject"]) == held["is"]
