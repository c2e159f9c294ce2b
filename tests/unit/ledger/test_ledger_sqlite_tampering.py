"""Tampering that only SQLite takes: values of other types, text that is no text, pages overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger_homes import SqliteHome, codes, found
from licet.ledger import Ledger
from licet.terms import LedgerError


@pytest.fixture
def home(sqlite_home: SqliteHome) -> SqliteHome:
    return sqlite_home


@pytest.mark.parametrize("edit", ["payload = x'ff'", "payload = 7", "subject = CAST(x'ff' AS TEXT)"])
def test_edited_payload_is_found(written, home, edit: str) -> None:
    with home.tampering() as connection:
        connection.execute(f"UPDATE entries SET {edit} WHERE idx = 1")
    assert found(written.verify()) == {(1, "payload_edited")}


@pytest.mark.parametrize("edit", ["recorded_at_us = 1.5", "kind = CAST(x'ff' AS TEXT)"])
def test_edited_leaf_is_found(written, home, edit: str) -> None:
    with home.tampering() as connection:
        connection.execute(f"UPDATE entries SET {edit} WHERE idx = 5")
    assert (5, "leaf_edited") in found(written.verify())


def test_choice_of_a_subject_that_is_no_text_is_found(written, home) -> None:
    with home.tampering() as connection:
        connection.execute("UPDATE choices SET subject = CAST(x'ff' AS TEXT) WHERE entry = 1")
    assert found(written.verify()) == {(1, "index_table_edited")}


@pytest.mark.parametrize(
    "edit", ["hashes = 'text'", "hashes = 7", "start = 'text'", "level = 'text'", "start = 0.5"]
)
def test_tile_of_another_type_is_found_and_proves_nothing(written, home, edit: str) -> None:
    with home.tampering() as connection:
        connection.execute(f"UPDATE tiles SET {edit} WHERE start = 3")
    assert codes(written.verify()) == {"node_edited"}
    with home.open() as reader, pytest.raises(LedgerError, match="LEDG-017"):
        reader.inclusion_proof(4)


def test_damaged_database_is_found(written, home) -> None:
    with home.tampering() as connection:
        connection.execute("PRAGMA writable_schema = ON")
        index = "CREATE INDEX entries_by_kind ON entries (kind, recorded_at_us)"
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'entries_by_kind'", (index,))
    with home.open() as again:
        assert codes(again.verify()) == {"database_damaged"}


def test_file_overwritten_in_the_middle_is_reported_as_far_as_it_can_be_read(ledger, choice) -> None:
    ledger.append([choice(f"m{number}", "on") for number in range(3000)])
    ledger.close()
    path = Path(ledger.place)
    content = bytearray(path.read_bytes())
    content[len(content) // 3 : len(content) // 2] = bytes(len(content) // 2 - len(content) // 3)
    path.write_bytes(content)
    with Ledger.open(path) as again:
        report = again.verify()
    assert not report.ok and "database_damaged" in codes(report)
