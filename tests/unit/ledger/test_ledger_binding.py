"""A choice is bound to the pack it was given under: recorded, verified, and told to ledgers from before it was."""

from __future__ import annotations

import pytest

from ledger_homes import codes
from licet.ledger import EntryKind, NewEntry
from licet.ledger.pack_numbers import MOST_PACKS, PackNumbers
from licet.terms import LedgerError

WHO = ["ann", "bob", "cat", "dan"]


def pack(digest: str, kind: EntryKind = EntryKind.PACK_IN_FORCE) -> NewEntry:
    return NewEntry(kind, None, {"pack": "p", "version": "1", "digest": digest, "file": "f"})


def test_a_choice_is_bound_to_the_pack_that_its_entry_names(ledger, choice) -> None:
    ledger.append([choice("ann", "on", pack="first"), pack("first"), choice("bob", "on", pack="first")])
    ledger.append([pack("second", EntryKind.PACK_ANNOUNCED), choice("cat", "off", pack="second")])
    ledger.append([pack("first"), choice("dan", "on", pack="first"), choice("eve", "on")])
    bound = {"ann": None, "bob": "first", "cat": "second", "dan": "first", "eve": None}
    assert {who: ledger.choices_of(who)[0].pack for who in bound} == bound
    assert {row["subject"]: row["pack"] for row in ledger.choices_table().to_pylist()} == bound
    assert ledger.choices_table(subjects=["cat"])["pack"].to_pylist() == ["second"]
    assert ledger.verify().ok


def test_the_latest_choice_says_its_own_pack(ledger, choice) -> None:
    ledger.append([pack("first"), pack("second")])
    ledger.append([choice("ann", "on", pack="second"), choice("ann", "on", pack="first")])
    assert [found.pack for found in ledger.choices_of("ann")] == ["first"]
    assert [found.pack for found in ledger.choices_of("ann", 3)] == ["second"]


def test_what_another_process_named_binds_too(ledger, home, signer, choice) -> None:
    with home.open(signer) as other:
        other.append([pack("theirs")])
    ledger.append([pack("ours"), choice("ann", "on", pack="theirs"), choice("bob", "on", pack="ours")])
    with home.open(signer) as other:
        assert [found.pack for found in other.choices_of("ann")] == ["theirs"]
        assert [found.pack for found in other.choices_of("bob")] == ["ours"]
        assert other.verify().ok


def test_a_row_that_was_bound_to_another_pack_is_seen(ledger, home, choice) -> None:
    ledger.append([pack("first"), pack("second"), choice("ann", "on", pack="first")])
    with home.tampering() as connection:
        connection.execute("UPDATE choices SET pack = 2")
    assert codes(ledger.verify()) == {"index_table_edited"}
    with home.tampering() as connection:
        connection.execute("UPDATE choices SET pack = 77")
    assert [found.pack for found in ledger.choices_of("ann")] == [None]
    if home.kind == "sqlite":
        with pytest.raises(LedgerError, match="LEDG-153"):
            ledger.choices_table()
    else:
        assert ledger.choices_table()["pack"].to_pylist() == [None]


def test_a_ledger_from_before_choices_were_bound_is_told_once(ledger, home, signer, choice) -> None:
    ledger.append([pack("first"), choice("ann", "on", pack="first"), choice("bob", "off"), pack("second")])
    ledger.append([choice("cat", "on", pack="second", category="profile"), choice("dan", "on", pack="none")])
    ledger.erase("bob", compact=False)
    told = ledger.choices_table(known=lambda: WHO).to_pylist()
    ledger.close()
    with home.tampering() as connection:
        connection.execute("ALTER TABLE choices DROP COLUMN pack")
    with pytest.raises(LedgerError, match="LEDG-140"):
        home.open(read_only=True)
    with home.open(signer) as opened:
        assert opened.verify().ok and opened.choices_table(known=lambda: WHO).to_pylist() == told
    with home.open(signer, read_only=True) as opened:
        assert opened.choices_table(known=lambda: WHO).to_pylist() == told


def test_beyond_the_most_packs_a_choice_is_bound_to_nothing() -> None:
    packs = PackNumbers(f"d{number}" for number in range(MOST_PACKS))
    packs.name({"digest": "one more"})
    assert packs.number({"pack": "one more"}) == 0 and packs.number({"pack": ["d1"]}) == 0
    assert packs.digest(packs.number({"pack": f"d{MOST_PACKS - 1}"})) == f"d{MOST_PACKS - 1}"
