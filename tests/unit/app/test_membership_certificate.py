"""Certificates of a real workspace: who is in its corpus and who is not, checked with the ledger's public key alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeys.command_line import run_licet
from journeys.networks import make_network, member, post
from licet.app import Workspace
from licet.ledger import EntryKind, NewEntry
from licet.receipts import ReceiptProblemCode, check_certificate, to_bytes
from licet.terms import AppError, LicetError, UseError
from licet.terms.membership_proof import Membership

ROWS = {
    "members": [member("ann"), member("ben", "CH"), member("cy", "US")],
    "posts": [post("1", "ann", "one"), post("2", "ben", "two"), post("3", "cy", "three")],
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_network(tmp_path / "w", ROWS)


def test_who_is_in_and_who_is_not_verifies_with_the_public_key_alone(workspace: Workspace) -> None:
    workspace.corpus_build()
    key = workspace.ledger.public_key_text
    for who in ("ann", "ben", "cy", "nobody", "ü 1"):
        found = check_certificate(to_bytes(workspace.contains(who)), key)
        assert found.ok and found.subject == who and found.size == workspace.ledger.position
        assert found.membership == (Membership.PRESENT if who in ("ann", "ben") else Membership.ABSENT)
        assert ("is among the 2 people" in found.says[0]) == (who in ("ann", "ben"))


def test_after_a_no_absence_is_certified_and_what_was_certified_before_stays_true(
    workspace: Workspace,
) -> None:
    key = workspace.ledger.public_key_text
    workspace.corpus_build()
    before = to_bytes(workspace.contains("ann"))
    workspace.choose("ann", "ai", "off")
    workspace.choose("ann", "talk", "off")
    workspace.corpus_update()
    assert check_certificate(workspace.contains("ann"), key).membership is Membership.ABSENT
    assert check_certificate(workspace.contains("ann", "corpus-1"), key).membership is Membership.PRESENT
    assert check_certificate(before, key).membership is Membership.PRESENT
    entries = [entry.payload for entry in workspace.ledger_entries() if entry.kind == "use_run"]
    assert len({entry["members_key"] for entry in entries if entry is not None}) == 1, "the key is pinned"
    position = workspace.ledger.position
    assert to_bytes(workspace.contains("ann")) == to_bytes(workspace.contains("ann"))
    assert workspace.ledger.position == position, "certifying writes nothing"


def test_a_checkpoint_kept_elsewhere_shows_another_ledger(workspace: Workspace, tmp_path: Path) -> None:
    workspace.corpus_build()
    made, key = workspace.contains("ann"), workspace.ledger.public_key_text
    kept = workspace.ledger.checkpoint().text
    assert check_certificate(made, key, checkpoint=kept).ok
    workspace.choose("ben", "ai", "off")
    later = check_certificate(made, key, checkpoint=workspace.ledger.checkpoint().text)
    assert [problem.code for problem in later.problems] == [ReceiptProblemCode.OTHER_SIZE]


def test_of_a_snapshot_under_the_earlier_index_nothing_is_certified_and_an_update_says_why(
    workspace: Workspace,
) -> None:
    """It can be read, asked what it holds of somebody, updated and purged, as it was."""
    manifest = workspace.corpus_show(workspace.corpus_build().snapshot).manifest
    chosen = {"index": "licet-subject-index/1", "salt": "5a" * 32}
    members = {part: value for part, value in manifest["members"].items() if part not in ("index", "key")}
    with workspace.store.build("corpus") as build:
        build.publish({**manifest, "members": chosen | members})
    with pytest.raises(UseError, match="keys that whoever made it could choose") as refused:
        workspace.contains("ann")
    assert refused.value.code == "CORP-210"
    (status,) = workspace.status()
    assert status.standing == "pending" and "keys that whoever made it could choose" in (status.why or "")
    assert [one["text"] for one in workspace.corpus_documents()]
    updated = workspace.corpus_update()
    assert updated.how == "rebuilt" and "keys that whoever made it could choose" in (updated.why or "")
    assert check_certificate(workspace.contains("ann"), workspace.ledger.public_key_text).ok
    assert [one.name for one in workspace.purge().purged] == ["corpus-1", "corpus-2"]


def test_of_a_snapshot_by_an_earlier_licet_nothing_is_certified_until_it_is_updated(
    workspace: Workspace,
) -> None:
    manifest = workspace.corpus_show(workspace.corpus_build().snapshot).manifest
    page = manifest["members"]["pages"][0]
    listed = {"count": 2, "root": "ab" * 32, "file": {"sha256": page["sha256"], "bytes": page["bytes"]}}
    with workspace.store.build("corpus") as build:
        build.publish({**manifest, "format": 3, "members": listed})
    with pytest.raises(UseError) as refused:
        workspace.contains("ann")
    assert refused.value.code == "CORP-210"
    updated = workspace.corpus_update()
    assert (updated.how, updated.why) == ("rebuilt", "another version of licet wrote the snapshot's files")
    assert check_certificate(workspace.contains("ann"), workspace.ledger.public_key_text).ok


def test_under_another_salt_nobody_is_looked_up_and_an_update_is_a_rebuild(workspace: Workspace) -> None:
    workspace.corpus_build()
    workspace.layout.salt.chmod(0o600)
    workspace.layout.salt.write_text("5a" * 32)
    with Workspace(workspace.layout.root) as other:
        with pytest.raises(LicetError) as refused:
            other.contains("ann")
        assert refused.value.code == "CORP-211"
        assert other.corpus_update().how == "rebuilt"
        assert check_certificate(other.contains("ann"), other.ledger.public_key_text).ok
        entries = [entry.payload for entry in other.ledger_entries() if entry.kind == "use_run"]
        assert len({entry["members_key"] for entry in entries if entry is not None}) == 2, (
            "seen in the ledger"
        )


def test_what_the_ledger_does_not_tell_of_is_not_certified(workspace: Workspace) -> None:
    manifest = workspace.corpus_show(workspace.corpus_build().snapshot).manifest
    with workspace.store.build("corpus") as build:
        build.publish({**manifest, "slipped": "in"})
    with pytest.raises(AppError) as refused:
        workspace.contains("ann")
    assert refused.value.code == "APP-218"
    with pytest.raises(AppError) as refused:
        workspace.contains("")
    assert refused.value.code == "APP-170"


def test_two_roots_for_one_snapshot_and_another_key_are_found_in_the_ledger(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.corpus_build()
    workspace.choose("ben", "ai", "off")
    workspace.corpus_update()
    workspace.corpus_export(tmp_path / "copy", "jsonl")
    workspace.purge()  # puts the log together, which notes another snapshot of the same
    (pin,) = workspace.membership_pins().keys
    assert (pin.use, len(pin.key)) == ("corpus", 64) and workspace.membership_pins().contradictions == ()
    here = str(workspace.layout.root)
    assert (
        f"stands under key {pin.key} since entry {pin.entry}" in run_licet("ledger", "verify", "-w", here).out
    )
    (first, *_) = [entry for entry in workspace.ledger_entries() if entry.kind == "use_run"]
    lie = NewEntry(EntryKind.USE_RUN, None, {**(first.payload or {}), "members_root": "00" * 32})
    (entry,) = workspace.ledger.append([lie])
    assert [where for where, _ in workspace.membership_pins().contradictions] == [entry.index]
    told = run_licet("ledger", "verify", "-w", here)
    assert told.status == 1 and "two_stories" in told.out
    workspace.ledger.append([NewEntry(EntryKind.USE_RUN, None, {"use": "corpus", "members_key": "11" * 32})])
    assert [one.key for one in workspace.membership_pins().keys] == [pin.key, "11" * 32]


def test_pages_of_another_tree_are_not_certified(workspace: Workspace) -> None:
    """A manifest whose members are others than its root says: refused before anything is signed."""
    manifest = workspace.corpus_show(workspace.corpus_build().snapshot).manifest
    members = {**manifest["members"], "count": 3}
    with workspace.store.build("corpus") as build:
        build.publish({**manifest, "members": members})
    with pytest.raises(UseError) as refused:
        workspace.contains("cy")
    assert refused.value.code == "CORP-212"
