"""A made-up snapshot to export."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pytest

TEXTS = [
    "Grüezi mitenand",
    'She said "yes"\nand left',
    "Bonjour — \u2028 le monde",
    "<b>bold</b> | pipes",
    "日本語",
]


def make_documents(rows: int) -> pa.Table:
    return pa.table(
        {
            "document_id": [sha256(b"%d" % n).hexdigest()[:32] for n in range(rows)],
            "kind": [("post", "profile")[n % 2] for n in range(rows)],
            "text": [TEXTS[n % len(TEXTS)] + f" {n}" for n in range(rows)],
            "language": [("de", "en", "fr", None)[n % 4] for n in range(rows)],
            "created": pa.array(
                [None if n % 3 == 2 else datetime(2025, 1 + n % 12, 3, 4, 5, 6, n, UTC) for n in range(rows)],
                pa.timestamp("us", "UTC"),
            ).cast(pa.timestamp("us")),
        }
    )


def make_manifest(rows: int, **changes: Any) -> dict[str, Any]:
    return {
        "snapshot": "5a" * 32,
        "root": "70" * 32,
        "purpose": {"purpose": "generative_ai_training", "recipient": "self"},
        "policy": {"id": "acme", "version": "2.1", "digest": "d1" * 32, "title": "Acme's *policy* | 2026"},
        "at": "2026-03-01T00:00:00Z",
        "ledger": {"position": 4711, "root": "1e" * 32},
        "counts": {"documents": rows, "subjects": rows // 2},
        "held_back": {"refused": 12, "no_rule": 1034},
        "recipe": {"digest": "ec" * 32, "kinds": ["post", "profile"]},
        "environment": {"python": "3.11.7", "pyarrow": "26.0.1"},
        "members": {"count": rows // 2, "root": "0f" * 32, "file": {"sha256": "ab" * 32}},
        "copy": {"at": "2026-04-02T10:00:00Z", "position": 4712, "recipient": "self", "left_out": 3},
        "inputs": {"posts": {"/home/acme/posts.parquet": "cd" * 32}},
    } | changes


@pytest.fixture
def documents() -> Callable[[int], pa.Table]:
    return make_documents


@pytest.fixture
def manifest() -> Callable[..., dict[str, Any]]:
    return make_manifest
