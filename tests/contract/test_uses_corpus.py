"""What is asked of every use, asked of the corpus: a manifest that accounts for it, an update that equals a rebuild,
members that recognise themselves and nobody else, and nothing published when anything fails.
"""

from __future__ import annotations

import hashlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from journeys.networks import assert_update_equals_rebuild, comment, make_network, member, post, texts_of
from licet.app import Workspace
from licet.enforce.access import secret_of
from licet.store import Store
from licet.terms import LicetError
from licet.terms.canonical import canonical_json, digest
from licet.terms.membership_proof import Membership
from licet.terms.moments import parse_moment
from licet.uses.members import contains, read_members
from licet.uses.subject_keys import SubjectKeys

DAY = parse_moment("2025-10-15")
ROWS = {
    "members": [member("ann"), member("ben", "CH"), member("cy", "US"), member("dot", None)],
    "posts": [
        post("1", "ann", "one"),
        post("2", "ben", "two"),
        post("3", "cy", "three"),
        post("4", "dot", "four"),
    ],
    "comments": [comment("1", "1", "ben", "aye"), comment("2", "1", "cy", "nay", 1)],
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_network(tmp_path / "w", ROWS)


def test_the_manifest_says_under_what_and_as_of_where_it_was_made(workspace: Workspace) -> None:
    built = workspace.corpus_build(at=DAY)
    ref = workspace.corpus_show(built.snapshot)
    manifest = ref.manifest
    assert digest(canonical_json(manifest)) == ref.id, "the id is the digest of the manifest"
    assert manifest["policy"]["digest"] == workspace.policy().pack.digest
    assert manifest["ledger"] == {"position": 1, "root": workspace.ledger.checkpoint(1).root.hex()}
    assert manifest["purpose"] == {"purpose": "generative_ai_training", "recipient": "self"}
    assert manifest["at"] == "2025-10-15T00:00:00Z"
    assert set(manifest["inputs"]) == {"profiles", "posts", "comments", "messages", "members"}
    assert {"licet", "pyarrow", "python", "engine"} <= manifest["environment"].keys()
    text = json.dumps(manifest)
    assert not [name for name in ("ann", "ben", "cy", "dot") if f'"{name}"' in text], "and not who is in it"


def test_every_record_is_accounted_for(workspace: Workspace) -> None:
    built = workspace.corpus_build(at=DAY)
    passed, held = ({}, {})  # type: dict[str, int], dict[str, int]
    for totals, rows in ((passed, built.counts.passed), (held, built.counts.held_back)):
        for row in rows:
            totals[row.table] = totals.get(row.table, 0) + row.records
    for name in ("posts", "comments"):
        assert passed.get(name, 0) + held.get(name, 0) == len(ROWS[name])
    assert built.held_back == {"region_not_covered": 1, "region_unknown": 1}
    assert texts_of(workspace) == {"one", "two", "aye\n\nnay"}


def test_a_use_is_in_the_ledger_before_its_snapshot_is_in_the_store(workspace: Workspace) -> None:
    built = workspace.corpus_build(at=DAY)
    (entry,) = [entry for entry in workspace.ledger_entries() if str(entry.kind) == "use_run"]
    assert entry.payload is not None and entry.subject is None
    assert (entry.payload["snapshot"], entry.payload["root"]) == (built.snapshot, built.root)
    assert entry.index == built.position, "as of the position just before it"
    workspace.corpus_update()
    assert [str(entry.kind) for entry in workspace.ledger_entries()] == [
        "pack_in_force",
        "use_run",
        "use_run",
    ]


def test_who_is_in_it_is_proven_and_who_is_not_and_told_to_nobody_else(workspace: Workspace) -> None:
    manifest = workspace.corpus_show(workspace.corpus_build(at=DAY).snapshot).manifest
    members = read_members(manifest["members"])
    assert members.count == manifest["counts"]["subjects"] == 3
    for who in ("ann", "ben", "cy", "dot", "nobody", ""):
        found = contains(workspace.store, members, secret_of(workspace.salt, "corpus"), who)
        assert found.proof.verify(bytes.fromhex(members.root), members.key, who) is found.membership
        assert (found.membership is Membership.PRESENT) == (who in ("ann", "ben", "cy"))
    keys = b"".join(workspace.store.get(page.sha256) for page in members.pages)
    assert SubjectKeys(secret_of(workspace.salt, "corpus")).of_one("ann") in keys
    assert SubjectKeys(bytes(32)).of_one("ann") not in keys, "without the salt nobody can tell"
    assert workspace.salt.hex() not in json.dumps(manifest)


def test_the_root_is_that_of_the_documents(workspace: Workspace) -> None:
    """Made a second time: slots by the first three digits of an id, 64 of them a node, 64 nodes."""
    manifest = workspace.corpus_show(workspace.corpus_build(at=DAY).snapshot).manifest
    slots: dict[int, list[bytes]] = {}
    rows = [
        row
        for entry in manifest["buckets"]
        for row in read(workspace, entry["files"]["documents"]["sha256"]).to_pylist()
    ]
    assert rows
    for row in sorted(rows, key=lambda row: str(row["document_id"])):
        told = [row["document_id"], row["kind"], row["language"], row["text"], micro(row["created"])]
        leaf = hashlib.sha256(b"\x00" + canonical_json(told)).digest()
        entry = bytes.fromhex(row["document_id"]) + leaf
        slots.setdefault(int(row["document_id"][:3], 16), []).append(entry)
    empty = bytes(32)
    filled = {slot: hashlib.sha256(b"\x00" + b"".join(held)).digest() for slot, held in slots.items()}
    nodes = [b"".join(filled.get(64 * node + n, empty) for n in range(64)) for node in range(64)]
    hashes = [hashlib.sha256(b"\x01" + node).digest() if any(node) else empty for node in nodes]
    top = b"licet documents 1\n%d\n" % len(rows) + b"".join(hashes)
    assert manifest["root"] == hashlib.sha256(top).hexdigest()


def test_update_equals_rebuild_whoever_leaves(workspace: Workspace) -> None:
    workspace.corpus_build(at=DAY)
    for who in ("ann", "ben", "cy"):
        workspace.choose(who, "ai", "off")
        workspace.choose(who, "talk", "off")
        updated = workspace.corpus_update()
        assert_update_equals_rebuild(workspace, updated.snapshot)
    assert (updated.documents, updated.subjects) == (0, 0)


def test_a_failure_at_any_step_publishes_nothing(workspace: Workspace) -> None:
    """Whoever is told of progress fails: in turn at every step of a build and of an update."""
    first = workspace.corpus_build(at=DAY)
    workspace.choose("ann", "ai", "off")
    objects = sorted((workspace.layout.store / "objects").rglob("*.*"))
    for job in (
        lambda tell: workspace.corpus_build(at=DAY, progress=tell),
        lambda tell: workspace.corpus_update(progress=tell),
    ):
        for stop in range(50):
            steps = Stopping(stop)
            try:
                job(steps)
            except KeyboardInterrupt:
                assert [ref.id for ref in workspace.corpus_list()] == [first.snapshot]
                assert sorted((workspace.layout.store / "objects").rglob("*.*")) == objects
                assert list((workspace.layout.store / "staging").iterdir()) == []
            else:
                assert stop >= 2
                workspace.store.remove(workspace.corpus_list()[-1].id)
                workspace.store.sweep()
                break
    assert workspace.store.verify() == []


def test_a_use_that_cannot_be_noted_is_not_published(workspace: Workspace, tmp_path: Path) -> None:
    workspace.corpus_build(at=DAY)
    workspace.close()
    (workspace.layout.root / "ledger.sqlite").rename(tmp_path / "away")
    with pytest.raises(LicetError):
        workspace.corpus_build(at=DAY)
    (tmp_path / "away").rename(workspace.layout.root / "ledger.sqlite")
    assert len(Store.open(workspace.layout.store).snapshots("corpus")) == 1


class Stopping:
    """Progress that interrupts at its n-th call."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1


def read(workspace: Workspace, sha256: str) -> Any:
    return pq.read_table(io.BytesIO(workspace.store.get(sha256)))


def micro(created: datetime | None) -> int | None:
    if created is None:
        return None
    whole = created.replace(tzinfo=UTC)
    return int(whole.timestamp()) * 1_000_000 + whole.microsecond
