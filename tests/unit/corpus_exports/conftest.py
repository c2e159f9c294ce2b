"""A made-up snapshot to export."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pytest

from licet.uses.corpus.exports.export_account import Account, Copy, make_account
from licet.uses.corpus.snapshot import CorpusManifest

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
    no_records = {"sha256": "0e" * 32, "bytes": 16, "records": 0, "width": 96, "checks": "0e" * 32}
    return {
        "licet": "corpus",
        "format": 6,
        "root": "70" * 32,
        "purpose": {"purpose": "generative_ai_training", "recipient": "self"},
        "policy": {
            "id": "acme",
            "version": "2.1",
            "digest": "d1" * 32,
            "title": "Acme's *policy* | 2026",
            "with_carried_refusals": "d2" * 32,
        },
        "at": "2026-03-01T00:00:00Z",
        "ledger": {"position": 4711, "root": "1e" * 32},
        "catalogue": "ca" * 32,
        "counts": {"documents": rows, "set_aside": 0, "subjects": rows // 2},
        "passed": [],
        "held_back": [held_back("refused", 12), held_back("no_rule", 1034)],
        "recipe": {"digest": "ec" * 32, "kinds": ["post", "profile"]},
        "environment": {"python": "3.11.7", "pyarrow": "26.0.1"},
        "members": {"index": "i", "salt": "5a" * 32, "count": rows // 2, "root": "0f" * 32, "pages": []},
        "inputs": {
            "posts": [
                {
                    "file": "/home/acme/posts.parquet",
                    "inode": 1,
                    "bytes": 2,
                    "changed_ns": 3,
                    "entry_changed_ns": 4,
                    "content": "cd" * 32,
                }
            ]
        },
        "buckets": [],
        "index": dict.fromkeys(("records", "tails", "people", "bands", "repeats"), no_records)
        | {"signatures": None},
        "slots": {"sha256": "0f" * 32, "bytes": 4096 * 32},
    } | changes


def held_back(code: str, records: int) -> dict[str, Any]:
    return {"table": "posts", "code": code, "rule": None, "region": None, "records": records}


def account_of(rows: int, **changes: Any) -> Account:
    """Of a copy that was taken later, without three documents."""
    manifest = CorpusManifest.model_validate(make_manifest(rows, **changes))
    copy = Copy(datetime(2026, 4, 2, 10, tzinfo=UTC), 4712, "self", 3)
    return make_account("5a" * 32, manifest, manifest.purpose, rows, rows // 2, copy)


@pytest.fixture
def documents() -> Callable[[int], pa.Table]:
    return make_documents


@pytest.fixture
def manifest() -> Callable[..., dict[str, Any]]:
    return make_manifest


@pytest.fixture
def account() -> Callable[..., Account]:
    return account_of
