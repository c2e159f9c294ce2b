"""A member's archive: theirs and nobody else's, the same bytes again, every receipt and proof in it good."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from journeys.networks import comment, make_network, member, message, post
from licet.app import Workspace
from licet.app.archive import write_member_archive
from licet.app.archive.zip_writer import zipped
from licet.ledger import Checkpoint, EntryKind, NewEntry
from licet.receipts import check, check_forgetting_certificate
from licet.receipts.receipt_proof import read_proven
from licet.terms import AppError, SourceError
from licet.terms.moments import parse_moment

DAY = parse_moment("2025-10-15")
EVIL = "../../etc/passwd\n\x1b[2J"
ROWS: dict[str, list[dict[str, Any]]] = {
    "members": [member("ann"), member("ben", "CH"), member("cy"), member(EVIL)],
    "profiles": [
        {"id": "ann", "name": "Ann", "headline": "sails", "summary": "s", "internal": "score of ann"},
        {"id": "ben", "name": "Ben", "headline": "rows", "summary": "s", "internal": "score of ben"},
    ],
    "posts": [
        post("1", "ann", "the harbour opens"),
        post("2", "ben", "out with ann", **{"with": ["ann", "ben"]}),
        post("3", "ben", "only of ben"),
    ],
    "comments": [comment("1", "3", "ann", "aye"), comment("2", "3", "cy", "nay of cy", 1)],
    "messages": [message("m1", "ann", ["ben"], "psst"), message("m2", "ben", ["cy"], "between ben and cy")],
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_network(tmp_path / "w", ROWS)
    made.corpus_build(at=DAY)
    made.choose("ann", "ai", "off", via="web")
    made.choose("ben", "ai", "off")
    made.signal("ann", "gpc", True, via="header")
    made.corpus_update()
    return made


def unpacked(workspace: Workspace, subject: str = "ann") -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(b"".join(workspace.member_archive(subject)))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows(files: dict[str, bytes], table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[f"data/{table}.jsonl"].splitlines()]


def test_every_receipt_and_proof_in_it_holds_under_its_checkpoint(workspace: Workspace) -> None:
    files = unpacked(workspace)
    key, checkpoint = files["public_key.txt"].decode(), files["checkpoint.txt"].decode()
    choices = json.loads(files["choices.json"])
    assert [(one["kind"], one["value"], one["state"]) for one in choices] == [
        ("choice", "off", "refused"),
        ("signal", True, "sent"),
    ]
    assert [one["receipt"] for one in choices] == [name for name in files if name.startswith("receipts/")]
    for one in choices:
        found = check(files[one["receipt"]], key, checkpoint=checkpoint)
        assert found.ok and found.act is not None and found.act.subject == "ann"
    signed = Checkpoint.parse(checkpoint, key)
    for name in (name for name in files if name.startswith("proofs/")):
        proof = json.loads(files[name])
        entry, inclusion = read_proven(proof)
        assert inclusion.verify(entry.leaf_hash, signed.root)


def test_its_policies_are_those_the_receipts_name(workspace: Workspace) -> None:
    files = unpacked(workspace)
    (policy,) = (name for name in files if name.startswith("policies/"))
    digest = hashlib.sha256(files[policy]).hexdigest()
    assert policy == f"policies/{digest}.json"
    assert (
        json.loads(files["receipts/entry-00000002.json"])["licet:policy"]["licet:digest"]
        == f"sha256:{digest}"
    )


def test_it_tells_the_uses_that_held_something_of_theirs(workspace: Workspace) -> None:
    built, updated = json.loads(unpacked(workspace)["uses.json"])
    documents = {(one["kind"], one["key"]): one["text"] for one in built["documents"]}
    assert documents[("post", "1")] == "the harbour opens"
    assert documents[("post", "2")] is None and documents[("thread", "3")] is None  # others speak there, too
    # What the refusal did not govern is what is left.
    assert {one["kind"] for one in updated["documents"]} == {"thread"}


def test_each_time_they_asked_to_be_forgotten_it_holds_what_came_of_it_and_proves_it(
    workspace: Workspace,
) -> None:
    assert json.loads(unpacked(workspace)["forgettings.json"]) == []
    workspace.forget("ann", "ben")
    workspace.uses.ask_to_be_forgotten("cy")
    files, others, waiting = unpacked(workspace), unpacked(workspace, "ben"), unpacked(workspace, "cy")
    key, signed = files["public_key.txt"].decode(), files["checkpoint.txt"].decode()
    (told,) = json.loads(files["forgettings.json"])
    certificate = files[told["certificate"]]
    assert told["status"] == "EXACT" and [name for name in files if name.startswith("certificates/")] == [
        told["certificate"]
    ]
    check = check_forgetting_certificate(json.loads(certificate), key)
    assert (check.ok, check.subject) == (True, "ann")
    entry, inclusion = read_proven(json.loads(files[told["proof"]]))
    assert entry.subject == "ann" and inclusion.verify(entry.leaf_hash, Checkpoint.parse(signed, key).root)
    assert unpacked(workspace) == files, "the same bytes again"
    (of_ben,) = json.loads(others["forgettings.json"])
    assert check_forgetting_certificate(json.loads(others[of_ben["certificate"]]), key).subject == "ben"
    (pending,) = json.loads(waiting["forgettings.json"])
    assert (pending["status"], pending["certificate"]) == ("PENDING", None)
    assert pending["no_certificate_because"] == "there is no certificate of it"


def test_a_use_whose_snapshot_is_gone_is_told_as_such(workspace: Workspace) -> None:
    payload = {
        "use": "corpus", "how": "build", "purpose": "generative_ai_training", "recipient": "self",
        "at": "2025-01-01T00:00:00Z", "position": 1, "snapshot": "0" * 64,
    }  # fmt: skip
    workspace.ledger.append([NewEntry(EntryKind.USE_RUN, None, payload)])
    gone = json.loads(unpacked(workspace)["uses.json"])[-1]
    assert gone["documents"] is None and "no longer there" in gone["why_no_documents"]


def test_it_holds_their_records_and_nothing_private_of_others(workspace: Workspace) -> None:
    files = unpacked(workspace)
    assert [one["columns"]["body"] for one in rows(files, "posts")] == ["the harbour opens", "out with ann"]
    assert [one["columns"]["text"] for one in rows(files, "messages")] == ["psst"]
    assert rows(files, "profiles")[0]["columns"]["internal"] == "score of ann"
    whole = b"".join(files.values())
    for private in (b"score of ben", b"between ben and cy", b"only of ben", b"nay of cy"):
        assert private not in whole


def test_of_a_row_about_several_only_what_they_share_is_shown(workspace: Workspace) -> None:
    root = workspace.layout.root
    pairs = [{"id": "c1", "one": "ann", "other": "ben", "note": "met", "mail": "ben@x", "odd": 1}]
    alone = [{"id": "c2", "one": "ann", "other": "ann", "note": "self", "mail": "ann@x", "odd": 2}]
    pq.write_table(pa.Table.from_pylist(pairs + alone), root / "data" / "pairs.parquet")
    with (root / "catalogue.yaml").open("a") as file:
        file.write(
            "  pairs:\n    location: {parquet: data/pairs.parquet}\n    key: id\n    subjects: [one, other]\n"
            "    columns: {note: connections, mail: contact.email}\n"
        )
    first, second = rows(unpacked(workspace), "pairs")
    assert first == {
        "columns": {"id": "c1", "one": "ann", "other": "ben", "note": "met"},
        "left_out": ["mail", "odd"],
    }
    assert second["columns"]["mail"] == "ann@x" and second["left_out"] == []


def test_elements_about_others_are_left_out(workspace: Workspace) -> None:
    root = workspace.layout.root
    talk = [
        {"who": "ben", "text": "of ben", "replies": [{"who": "ann", "text": "of ann below ben"}]},
        {
            "who": "ann",
            "text": "of ann",
            "replies": [{"who": "cy", "text": "of cy"}, {"who": None, "text": "?"}],
        },
        None,
    ]
    kept = [{"id": "1", "owner": "ann", "talk": talk}, {"id": "2", "owner": "ann", "talk": None}]
    pq.write_table(pa.Table.from_pylist(kept), root / "data" / "talks.parquet")
    with (root / "catalogue.yaml").open("a") as file:
        file.write(
            "  talks:\n    location: {parquet: data/talks.parquet}\n    key: id\n    subjects: [owner]\n"
            '    columns: {"talk[].text": content.posts}\n'
            '    element_subjects: ["talk[].who", "talk[].replies[].who"]\n'
        )
    first, second = rows(unpacked(workspace), "talks")
    assert first["columns"]["talk"] == [{"who": "ann", "text": "of ann", "replies": []}]
    assert first["left_out"] == ["talk"] and second["left_out"] == [] and second["columns"]["talk"] is None


def test_what_json_lacks_becomes_text(workspace: Workspace) -> None:
    root, table = workspace.layout.root, pa.table(
        {
            "id": ["ann"] * 3,
            "weight": pa.array([1.5, float("nan"), None], pa.float64()),
            "raw": pa.array([b"\x00\xff", None, b""], pa.binary()),
            "exact": pa.array([None, None, None], pa.decimal128(9, 2)),
        }
    )  # fmt: skip
    pq.write_table(table, root / "data" / "odd.parquet")
    with (root / "catalogue.yaml").open("a") as file:
        file.write(
            "  odd:\n    location: {parquet: data/odd.parquet}\n    subjects: [id]\n    columns: {weight: activity}\n"
        )
    found = [one["columns"] for one in rows(unpacked(workspace), "odd")]
    assert {(one["weight"], one["raw"]) for one in found} == {(1.5, "00ff"), ("nan", None), (None, "")}


def test_it_is_the_same_bytes_while_nothing_changes_and_writes_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    before = workspace.ledger.position
    first = b"".join(workspace.member_archive("ann"))
    assert b"".join(workspace.member_archive("ann")) == first and workspace.ledger.position == before
    assert write_member_archive(workspace, "ann", tmp_path / "a.zip") == len(first)
    assert (tmp_path / "a.zip").read_bytes() == first


def test_ids_are_no_paths_and_do_not_paint_the_letter(workspace: Workspace) -> None:
    files = unpacked(workspace, EVIL)
    for name in files:
        assert not name.startswith("/") and ".." not in name and "passwd" not in name
    letter = files["README.txt"].decode()
    assert "\x1b" not in letter and "\\u001b" in letter.splitlines()[0]


def test_a_name_that_leads_elsewhere_is_refused() -> None:
    for name in ("../up", "/root", "a/../../b", "a\\b", "a//b", "./a"):
        with pytest.raises(ValueError, match="cannot name"):
            list(zipped([(name, [b""])]))


def test_a_large_file_comes_in_small_pieces() -> None:
    made = 0

    def contents() -> Iterator[bytes]:
        nonlocal made
        for n in range(64):
            made += 1
            yield (
                hashlib.sha256(bytes([n])).digest() * 2048
                + n.to_bytes(4, "big") * 16
                + bytes(range(256)) * 64
            )

    pieces, seen = [], []
    for piece in zipped([("data/a.jsonl", contents()), ("data/b.jsonl", contents())]):
        pieces.append(piece)
        seen.append(made)
    assert max(map(len, pieces)) < 1 << 18
    assert sorted(seen) == seen and zipfile.ZipFile(io.BytesIO(b"".join(pieces))).testzip() is None


def test_whom_nobody_knows_has_no_archive_and_no_half_of_one(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(AppError, match="APP-013"):
        workspace.member_archive("nobody")
    (workspace.layout.root / "data" / "comments.parquet").write_bytes(b"not parquet")
    with pytest.raises(SourceError):
        workspace.member_archive("ann")
    with pytest.raises(SourceError):
        write_member_archive(workspace, "ann", tmp_path / "a.zip")
    assert not list(tmp_path.glob("*a.zip*"))


def test_after_an_erasure_the_archives_of_others_hold_and_ones_own_has_no_choices(
    workspace: Workspace,
) -> None:
    workspace.ledger.erase("ann")
    assert json.loads(unpacked(workspace, "ann")["choices.json"]) == []
    files = unpacked(workspace, "ben")
    (receipt,) = (name for name in files if name.startswith("receipts/"))
    assert check(files[receipt], files["public_key.txt"].decode()).ok
