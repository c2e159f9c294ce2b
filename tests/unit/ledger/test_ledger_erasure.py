"""Forgetting: the person goes, every proof stays, and no byte of them is left in the files."""

from __future__ import annotations

import json
import random
import sqlite3
from pathlib import Path

import pytest

from licet.ledger import EntryKind, Ledger, NewEntry
from licet.ledger.erasure import Erasure
from licet.terms import LedgerError

SECRET = "zq-unmistakable-subject-7731"


def traces(ledger: Ledger, needle: str) -> list[str]:
    """Files of the ledger's folder that hold the text."""
    found = sorted(Path(ledger.place).parent.iterdir())
    return [path.name for path in found if path.is_file() and needle.encode() in path.read_bytes()]


def test_erased_entry_keeps_its_place_and_its_proof(ledger, choice) -> None:
    ledger.append([choice("ann", "on"), choice("bob", "on"), choice("ann", "off")])
    before, leaves = ledger.checkpoint(), [entry.leaf_hash for entry in ledger.entries()]
    proofs = [ledger.inclusion_proof(index) for index in range(3)]
    erasure = ledger.erase("ann")
    assert erasure is not None and erasure == ledger.entry(3)
    assert (erasure.kind, erasure.subject) == (EntryKind.ERASURE, None)
    assert erasure.payload is not None and erasure.payload["erased"] == [0, 2]
    for index in (0, 2):
        entry = ledger.entry(index)
        assert entry.erased and (entry.subject, entry.payload, entry.salt) == (None, None, None)
    assert not ledger.entry(1).erased
    for entry, leaf, proof in zip(ledger.entries(0, 3), leaves, proofs, strict=True):
        assert entry.leaf_hash == leaf
        assert proof.verify(leaf, before.root)
    assert ledger.consistency_proof(3).verify(before.root, ledger.checkpoint().root)
    report = ledger.verify(against=[before.text])
    assert report.ok and report.erased == 2


def test_erased_yes_is_someone_never_asked(ledger, choice, signal) -> None:
    ledger.append([choice("ann", "on"), signal("ann", True), signal("ann", False), choice("bob", "off")])
    erasure = ledger.erase("ann")
    assert erasure is not None and erasure.payload == {"erased": [0, 1, 2]}
    assert ledger.choices_of("ann") == ledger.choices_of("ann", 2) == []
    assert ledger.signals_of("ann") == frozenset()
    assert [row["subject"] for row in ledger.choices_table().to_pylist()] == ["bob"]
    assert ledger.signals_table().num_rows == 0
    assert list(ledger.entries(subject="ann")) == []
    assert ledger.changed_subjects(0) == {"bob"}


def test_erasing_nobody_records_nothing(ledger, choice) -> None:
    ledger.append([choice("ann", "on")])
    assert ledger.erase("bob") is None
    assert ledger.position == 1


def test_erased_subject_may_come_back_and_go_again(ledger, choice) -> None:
    ledger.append([choice("ann", "off")])
    ledger.erase("ann")
    ledger.append([choice("ann", "on")])
    assert [found.value for found in ledger.choices_of("ann")] == ["on"]
    second = ledger.erase("ann")
    assert second is not None and second.payload is not None and second.payload["erased"] == [2]
    assert second.payload["tombstone"]["refused"] == []  # it stands since the first
    assert [found.value for found in ledger.choices_of("ann")] == [
        "off"
    ]  # the yes went, the no before it stands
    assert ledger.verify().ok


def test_no_byte_of_an_erased_subject_is_left_in_the_files(sqlite_ledger, choice) -> None:
    """The scan first finds what it looks for; the rows around make pages split and move what they hold."""
    others, rng = [f"m{number:05d}" for number in range(3000)], random.Random(5)
    rng.shuffle(others)
    for start in range(0, 3000, 500):
        around = [choice(other, "on", category="profile") for other in others[start : start + 500]]
        long = NewEntry(EntryKind.NOTICE_SHOWN, SECRET, {"words": f"{SECRET} " * 800})
        sqlite_ledger.append([*around, choice(SECRET, "off", setting=f"s{start}"), long])
    salts = [entry.salt for entry in sqlite_ledger.entries(subject=SECRET)]
    assert traces(sqlite_ledger, SECRET)
    sqlite_ledger.erase(SECRET)
    assert traces(sqlite_ledger, SECRET) == []
    files = [path.read_bytes() for path in Path(sqlite_ledger.place).parent.iterdir() if path.is_file()]
    assert not any(salt in content for salt in salts for content in files if salt is not None)
    report = sqlite_ledger.verify()
    assert report.ok and report.erased == 12
    assert sqlite_ledger.choices_table(known=lambda: others).num_rows == 3000


def test_rows_that_moved_while_pages_split_leave_no_copy_behind(sqlite_ledger, choice) -> None:
    """secure_delete overwrites a row where it lies and not where it lay before; this history shows the difference."""
    rng = random.Random(3)
    people = [f"zq{number:04d}-{'y' * rng.randrange(60)}" for number in range(300)]
    leaving = sorted(rng.sample(people, 120))
    for _ in range(20):
        new = []
        for _ in range(60):
            who = rng.choice(people)
            new.append(choice(who, "on", setting=f"s{rng.randrange(9)}"))
            new.append(NewEntry(EntryKind.NOTICE_SHOWN, who, {"words": "w" * rng.randrange(1, 60)}))
        sqlite_ledger.append(new)
        sqlite_ledger.erase(rng.choice(leaving), compact=False)
    for person in leaving:
        sqlite_ledger.erase(person, compact=False)
    sqlite_ledger.compact()
    content = Path(sqlite_ledger.place).read_bytes()
    remaining = {entry.subject for entry in sqlite_ledger.entries()} - {None}
    assert all(person[:7].encode() in content for person in remaining)
    assert [person for person in leaving if person[:7].encode() in content] == []
    assert sqlite_ledger.verify().ok


def test_log_that_a_reader_keeps_alive_is_reported(sqlite_ledger, signer, choice) -> None:
    with Ledger.open(sqlite_ledger.place, signer, busy_timeout_seconds=0.05) as writer:
        writer.append([choice(SECRET, "on")])
        reader = sqlite3.connect(sqlite_ledger.place, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM entries").fetchone()
        with pytest.raises(LedgerError, match=r"LEDG-019.*call compact"):
            writer.erase(SECRET)
        assert writer.entry(0).erased
        reader.close()
        writer.compact()
        assert traces(writer, SECRET) == []


def test_no_byte_of_an_erased_subject_is_left_in_the_tables_files_on_postgresql(
    postgres_ledger, postgres_home, choice
) -> None:
    """Statistics included, which copy frequent values. The log of changes is not looked at."""
    others, rng = [f"m{number:05d}" for number in range(1500)], random.Random(5)
    rng.shuffle(others)
    for start in range(0, 1500, 500):
        around = [choice(other, "on", category="profile") for other in others[start : start + 500]]
        often = [choice(SECRET, "off", setting=f"s{number}") for number in range(200)]
        long = NewEntry(EntryKind.NOTICE_SHOWN, SECRET, {"words": f"{SECRET} " * 800})
        postgres_ledger.append([*around, *often, long])
    server = postgres_home.server
    with server.connect(user="postgres") as connection:
        connection.execute("ANALYZE")

        def look() -> list[str]:
            connection.execute("CHECKPOINT")
            files = (path for path in (server.data / "base").rglob("*") if path.is_file())
            return [path.name for path in files if SECRET.encode() in path.read_bytes()]

        assert look()
        postgres_ledger.erase(SECRET)
        connection.execute("ANALYZE")
        assert look() == []
    report = postgres_ledger.verify()
    assert report.ok and report.erased == 603
    assert postgres_ledger.choices_table(known=lambda: others).num_rows == 1500


@pytest.mark.parametrize(
    "said",
    [
        b'{"erased":[0,2]}',
        b'{"erased":[0],"tombstone":{"mark":"erased:ab","refused":[],"signals":[]}}',
        b'{"erased":[0,2,5,7],"tombstone":{"mark":"erased:ab",'
        b'"records":[{"entry":7,"record":"erased:cd","setting":null,"table":"posts"}],'
        b'"refused":[{"category":null,"entry":0,"setting":"ai"},{"category":"content.posts","entry":2,"setting":"ai"}],'
        b'"signals":[{"entry":5,"signal":"gpc"}]}}',
    ],
)
def test_what_an_erasure_says_keeps_its_bytes(said: bytes) -> None:
    prepared = Erasure.read(json.loads(said)).prepare()
    assert prepared.payload_json == said and prepared.payload == json.loads(said)
