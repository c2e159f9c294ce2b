"""Checking a membership proof needs a hash and JSON, and no more of licet than the words."""

from __future__ import annotations

import subprocess
import sys

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
