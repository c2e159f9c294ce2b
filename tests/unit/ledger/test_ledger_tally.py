"""Rows lost, added or edited in the tables that repeat the payloads: nothing is used or recorded by such tables."""

from __future__ import annotations

import pytest

from ledger_homes import SqliteHome
from licet.ledger import EntryKind, Ledger, NewEntry
from licet.terms import LedgerError

TAMPERING = [
    "DELETE FROM choices",
    "DELETE FROM choices WHERE entry = 1",
    "DELETE FROM signals",
    "UPDATE choices SET is_on = 1 WHERE entry = 1",
    "UPDATE choices SET is_on = 1 - is_on",
    "UPDATE choices SET subject = 'bob' WHERE subject = 'joanna'",
    "UPDATE choices SET setting = 'other' WHERE entry = 1",
    "UPDATE choices SET category = 'profile' WHERE entry = 1",
    "UPDATE choices SET entry = 9 WHERE entry = 1",
    "UPDATE choices SET pack = 1 WHERE entry = 0",
    "UPDATE signals SET is_on = 0",
    "INSERT INTO choices VALUES ('joanna', 'ai_training', '', 9, 1, 0)",
]


@pytest.fixture
def filled(sqlite_ledger: Ledger, choice, signal) -> Ledger:  # type: ignore[no-untyped-def]
    sqlite_ledger.append([choice("joanna", "on"), choice("joanna", "off"), signal("joanna", True)])
    sqlite_ledger.append([choice("bob", "off", category="profile"), choice("Zoë", "on", "söttings")])
    sqlite_ledger.append([choice("eve", "off")])
    sqlite_ledger.erase("eve")
    return sqlite_ledger


def tamper(home: SqliteHome, statement: str) -> None:
    with home.tampering() as connection:
        connection.execute(statement)


@pytest.mark.parametrize("statement", TAMPERING)
def test_tables_that_the_entries_do_not_bear_out_are_used_for_nothing(
    filled, sqlite_home, signer, choice, statement: str
) -> None:
    everybody = {"known": lambda: ["joanna"]}
    assert len(filled.choices_table(**everybody)) == 3 and filled.choices_of("joanna")
    tamper(sqlite_home, statement)
    with pytest.raises(LedgerError, match="LEDG-153"):
        filled.choices_table(**everybody)  # though it was open before
    for ask in (
        lambda ledger: ledger.choices_of("joanna"),
        lambda ledger: ledger.signals_of("joanna"),
        lambda ledger: ledger.choices_table(subjects=["joanna"]),
        lambda ledger: ledger.signals_table(**everybody),
        lambda ledger: ledger.append([choice("bob", "off")]),
        lambda ledger: ledger.append_once("a" * 64, [choice("bob", "off")]),
        lambda ledger: ledger.erase("bob"),
    ):
        with sqlite_home.open(signer) as opened, pytest.raises(LedgerError, match="LEDG-153"):
            ask(opened)
    with sqlite_home.open(signer) as opened:
        assert {problem.code.value for problem in opened.verify().problems} == {"index_table_edited"}
        assert opened.position == 7
        with pytest.raises(LedgerError, match="LEDG-153"):
            opened.choices_of("joanna")


def test_the_tally_follows_every_append_and_erasure(filled, sqlite_home, signer, choice, signal) -> None:
    filled.append_once("b" * 64, [choice("cy", "off"), signal("cy", True)])
    filled.append([choice(f"m{number}", "off", category="profile") for number in range(300)])
    filled.erase("cy")
    filled.append([choice("cy", "on"), signal("cy", False)])
    filled.erase("cy")
    with sqlite_home.open(signer) as opened:
        assert len(opened.choices_table(known=lambda: ["cy", "eve"])) == 305
        assert opened.verify().ok


def test_a_tally_alone_that_is_wrong_is_set_right_by_a_verification(filled, sqlite_home, signer) -> None:
    tamper(sqlite_home, "UPDATE tally SET weight = weight + 1")
    with sqlite_home.open(signer) as opened:
        with pytest.raises(LedgerError, match="LEDG-153"):
            opened.choices_of("bob")
        assert opened.verify().ok
        assert opened.choices_of("bob")


def test_a_ledger_from_before_the_tally_is_given_one(filled, sqlite_home, signer, choice) -> None:
    filled.close()
    tamper(sqlite_home, "DROP TABLE tally")
    with sqlite_home.open(read_only=True) as opened, pytest.raises(LedgerError, match="LEDG-150"):
        opened.choices_of("bob")  # told as before, were nobody erased
    with sqlite_home.open(signer) as opened:
        opened.append([choice("bob", "off")])
    tamper(sqlite_home, "DELETE FROM choices WHERE entry = 1")
    with sqlite_home.open(signer) as opened, pytest.raises(LedgerError, match="LEDG-153"):
        opened.append([NewEntry(EntryKind.USE_RUN, None, {"use": "corpus"})])
