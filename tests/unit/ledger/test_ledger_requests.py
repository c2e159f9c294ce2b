"""A request is recorded once: asked again, at the same moment, by another process, after the answer was lost."""

from __future__ import annotations

import threading
from hashlib import sha256

import pytest

from ledger_homes import codes
from licet.terms import LedgerError


def named(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def test_a_request_is_recorded_once(ledger, choice) -> None:
    first, is_new = ledger.append_once(named("a"), [choice("ann", "off"), choice("ann", "off", "ads")])
    again, is_new_again = ledger.append_once(named("a"), [choice("ann", "off"), choice("ann", "off", "ads")])
    assert (is_new, is_new_again) == (True, False)
    assert again == first == ledger.requested(named("a")) and ledger.position == 2
    assert ledger.requested(named("b")) == []
    assert ledger.verify().ok


def test_another_opening_of_the_ledger_finds_it(ledger, home, signer, clock, choice, signal) -> None:
    with home.open(signer, clock) as other:
        first, _ = other.append_once(named("a"), [signal("ann", True)])
    assert ledger.append_once(named("a"), [signal("ann", True)]) == (first, False)


def test_who_ask_at_once_get_one_entry(ledger, home, signer, clock, choice) -> None:
    found: list[tuple[int, bool]] = []
    with home.open(signer, clock, busy_timeout_seconds=60) as other:

        def ask(of: object) -> None:
            for number in range(20):
                entries, is_new = of.append_once(named(f"{number}"), [choice(f"m{number}", "off")])  # type: ignore[attr-defined]
                found.append((entries[0].index, is_new))

        threads = [threading.Thread(target=ask, args=(of,)) for of in (ledger, ledger, ledger, other, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert ledger.position == 20 and len(found) == 100
    assert sum(is_new for _, is_new in found) == 20
    assert ledger.verify().ok


def test_a_request_that_failed_is_not_remembered(ledger, choice) -> None:
    with pytest.raises(LedgerError, match="LEDG-013"):
        ledger.append_once(named("a"), [choice("ann", "maybe")])
    assert ledger.append_once(named("a"), [choice("ann", "off")])[1]


@pytest.mark.parametrize("request_", ["", "x", "A" * 64, named("a") + "\n"])
def test_a_request_is_a_digest(ledger, choice, request_) -> None:
    with pytest.raises(LedgerError, match="LEDG-013"):
        ledger.append_once(request_, [choice("ann", "off")])


def test_an_erased_entry_is_found_without_what_it_said(ledger, choice) -> None:
    ledger.append_once(named("a"), [choice("ann", "off")])
    ledger.erase("ann")
    (found,), is_new = ledger.append_once(named("a"), [choice("ann", "off")])
    assert found.erased and not is_new
    assert ledger.verify().ok


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM requests",
        "UPDATE requests SET entry = 1",
        "INSERT INTO requests (request, entry) VALUES ('00', 1)",
    ],
)
def test_the_table_is_held_to_the_payloads(ledger, home, choice, statement) -> None:
    ledger.append_once(named("a"), [choice("ann", "off")])
    ledger.append([choice("bob", "off")])
    with home.tampering() as connection:
        connection.execute(statement)
    assert codes(ledger.verify()) == {"index_table_edited"}


def test_a_ledger_from_before_gets_the_table(sqlite_home, signer, clock, choice) -> None:
    sqlite_home.create(signer, clock).close()
    with sqlite_home.tampering() as connection:
        connection.execute("DROP TABLE requests")
    with sqlite_home.open(signer, clock) as ledger:
        assert ledger.append_once(named("a"), [choice("ann", "off")])[1]
        assert ledger.verify().ok
