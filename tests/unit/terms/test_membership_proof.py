"""Checking a membership proof needs a hash and JSON, and no more of licet than the words."""

from __future__ import annotations

import subprocess
import sys

from licet.terms.membership_proof import SUBJECT_INDEX, salt_digest, subject_key

_ALONE = """
import sys
from licet.terms import membership_proof
heavy = {"numpy", "pyarrow", "duckdb", "cryptography", "sqlite3", "pydantic"} & sys.modules.keys()
rooms = {name for name in sys.modules if name.startswith("licet.") and not name.startswith("licet.terms")}
sys.exit(str(heavy | rooms) if heavy | rooms else 0)
"""


def test_the_verifier_stands_on_hashing_and_json_alone() -> None:
    done = subprocess.run([sys.executable, "-c", _ALONE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_key_is_of_one_subject_with_one_nonce() -> None:
    nonce, other = bytes(32), bytes(31) + b"\x01"
    keys = {
        subject_key(nonce, "ann"),
        subject_key(other, "ann"),
        subject_key(nonce, "ben"),
        subject_key(nonce, ""),
    }
    assert len(keys) == 4 and all(len(key) == 32 for key in keys)
    assert SUBJECT_INDEX.rpartition("/")[2] == "1"


def test_a_root_says_of_a_salt_only_its_digest() -> None:
    assert len(salt_digest(b"s" * 32)) == 64 and salt_digest(b"s" * 32) != salt_digest(b"t" * 32)
