"""A ledger that an earlier licet made, with a row for each node of its tree: it opens, verifies and goes on."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from ledger_homes import Connection, Home, SqliteHome, codes
from licet.ledger import Checkpoint, EntryKind, Ledger, Signer
from licet.ledger.entries import leaf_bytes
from licet.terms import LedgerError
from licet.terms.log_tree import Frontier, leaf_hash

MADE_THEN = Path(__file__).parent / "format_1"


@pytest.fixture
def then(sqlite_home: SqliteHome, tmp_path: Path) -> Signer:
    """Thirteen entries in six commits, one person erased; written by the licet of that format, under this key."""
    with sqlite3.connect(sqlite_home.path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript((MADE_THEN / "ledger.sql").read_text())
    connection.close()
    shutil.copy(MADE_THEN / "ledger.checkpoint", sqlite_home.checkpoint_path)
    shutil.copy(MADE_THEN / "ledger.key", tmp_path / "then.key")
    (tmp_path / "then.key").chmod(0o600)
    return Signer.open(tmp_path / "then.key")


def test_a_ledger_made_then_opens_verifies_and_goes_on(sqlite_home, then: Signer, choice) -> None:
    kept = (MADE_THEN / "ledger.checkpoint").read_text()
    with sqlite_home.open(then) as ledger:
        assert ledger.checkpoint().text == kept
        assert ledger.verify(against=[kept]).held_against == (13, 13)
        assert ledger.choices_of("ann")[0].pack == "d" * 64
        assert ledger.requested("a" * 64)[0].erased
        for entry in ledger.entries():
            assert ledger.inclusion_proof(entry.index).verify(entry.leaf_hash, ledger.checkpoint().root)
        for size in (0, 1, 4, 5, 10, 11, 12, 13):
            proof = ledger.consistency_proof(size)
            assert proof.verify(ledger.checkpoint(size).root, ledger.checkpoint().root)
        assert ledger.append([choice("ann", "off")])[0].index == 13
        assert ledger.verify(against=[kept]).ok
    with sqlite_home.open() as reader:
        assert reader.verify(against=[kept]).ok
    with sqlite3.connect(sqlite_home.path) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert "tiles" in tables and "nodes" not in tables


def test_what_was_recorded_then_is_hashed_as_it_would_be_today(sqlite_home, then: Signer) -> None:
    """Leaves and commitments have the bytes that they had: an old entry and an old receipt stay right."""
    with sqlite_home.open(then) as ledger:
        for entry in ledger.entries():
            assert b'"licet_entry":1' in entry.leaf
        assert ledger.verify().ok


def test_whoever_may_only_read_is_told_to_have_it_opened_with_its_key(sqlite_home, then: Signer) -> None:
    for ask in (sqlite_home.open, lambda: sqlite_home.open(then, read_only=True)):
        with pytest.raises(LedgerError, match="LEDG-160"):
            ask()
    sqlite_home.open(then).close()
    with sqlite_home.open() as reader:
        assert reader.verify().ok


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE nodes SET hash = zeroblob(32) WHERE number = 1",
        "UPDATE nodes SET hash = 'x' WHERE number = 1",
        "DELETE FROM nodes WHERE number = 0",
        "DELETE FROM checkpoints",
        "UPDATE checkpoints SET signature = zeroblob(64) WHERE size = 13",
        "DELETE FROM checkpoints WHERE size = 13",
        "DROP TABLE nodes",
    ],
)
def test_a_tree_that_was_not_signed_is_not_carried_over(sqlite_home, then: Signer, edit: str) -> None:
    with sqlite_home.tampering() as connection:
        connection.execute(edit)
    with pytest.raises(LedgerError, match=r"LEDG-017|LEDG-012"):
        sqlite_home.open(then)
    with sqlite3.connect(sqlite_home.path) as connection:
        assert connection.execute(
            "SELECT value FROM licet_ledger WHERE key = 'format_version'"
        ).fetchall() == [("1",)]
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert "tiles" not in tables


def make_old(connection: Connection, kind: str) -> None:
    """What the earlier format held of a ledger of today."""
    blob = "BYTEA" if kind == "postgres" else "BLOB"
    connection.execute(f"CREATE TABLE nodes (number BIGINT PRIMARY KEY, hash {blob} NOT NULL)")
    frontier, number = Frontier(), 0
    rows = connection.execute(
        "SELECT idx, recorded_at_us, kind, commitment FROM entries ORDER BY idx"
    ).fetchall()
    for row in rows:
        for node in frontier.push(leaf_hash(leaf_bytes(*row[:3], bytes(row[3])))):
            connection.execute("INSERT INTO nodes VALUES (?, ?)", (number, node))
            number += 1
    if kind == "postgres":
        connection.execute(
            "ALTER TABLE nodes OWNER TO "
            + connection.execute(
                "SELECT tableowner FROM pg_tables WHERE tablename = 'tiles' AND schemaname = current_schema()"
            ).fetchone()[0]
        )
        connection.execute("GRANT SELECT, INSERT ON nodes TO reader_of_old")
    connection.execute("DROP TABLE tiles")
    connection.execute("UPDATE licet_ledger SET value = '1' WHERE key = 'format_version'")


def test_tiles_made_of_nodes_are_those_that_appending_makes(
    ledger: Ledger, home: Home, signer, choice
) -> None:
    for count in (300, 1, 250, 17):
        ledger.append([choice(f"m{number}", "off") for number in range(count)])
    before = ledger.checkpoint()
    proofs = [ledger.inclusion_proof(index) for index in range(0, 568, 9)]
    ledger.close()
    with home.tampering() as connection:
        if (
            home.kind == "postgres"
            and not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'reader_of_old'").fetchall()
        ):
            connection.execute("CREATE ROLE reader_of_old")
        make_old(connection, home.kind)
    with home.open(signer) as again:
        assert again.verify(against=[before.text]).ok
        assert [again.inclusion_proof(index) for index in range(0, 568, 9)] == proofs
        again.append([choice("ann", "off")] * 300)
        assert again.verify(against=[before.text]).ok
    if home.kind == "postgres":
        with home.tampering() as connection:
            granted = connection.execute(
                "SELECT privilege_type FROM information_schema.role_table_grants "
                "WHERE grantee = 'reader_of_old' AND table_name = 'tiles' AND table_schema = current_schema()"
            ).fetchall()
        assert sorted(granted) == [("INSERT",), ("SELECT",)]


def test_two_who_open_it_at_once_turn_it_over_once(sqlite_home, then: Signer, monkeypatch) -> None:
    from licet.ledger import format_upgrade

    make_tiles, other = format_upgrade._make_tiles, []

    def quicker(storage, connection, key) -> None:
        raise LedgerError("LEDG-012", "this one died in the middle")

    monkeypatch.setattr(format_upgrade, "_make_tiles", quicker)
    with pytest.raises(LedgerError, match="LEDG-012"):
        sqlite_home.open(then)
    monkeypatch.setattr(format_upgrade, "_make_tiles", make_tiles)
    writing = format_upgrade.bring_forward

    def late(storage, key, writable) -> None:
        if not other:  # another opens it between our look at its version and our turn to write
            other.append(1)
            sqlite_home.open(then).close()
        writing(storage, key, writable)

    monkeypatch.setattr("licet.ledger.ledger_opening.bring_forward", late)
    with sqlite_home.open(then) as ledger:
        assert ledger.verify().ok and ledger.position == 13


def test_an_earlier_licet_does_not_take_it_for_its_own(ledger, home) -> None:
    with home.tampering() as connection:
        ((version,),) = connection.execute(
            "SELECT value FROM licet_ledger WHERE key = 'format_version'"
        ).fetchall()
    assert version == "2"


def test_checkpoint_of_then_reads_as_today(then: Signer) -> None:
    text = (MADE_THEN / "ledger.checkpoint").read_text()
    assert Checkpoint.parse(text, then.public_key_text).size == 13


def test_kinds_of_then_are_kinds_still(sqlite_home, then: Signer) -> None:
    with sqlite_home.open(then) as ledger:
        assert [entry.kind for entry in ledger.entries(0, 1)] == [EntryKind.PACK_IN_FORCE]
        assert codes(ledger.verify()) == set()
