"""Numbers that no database can be asked about are places at which nothing stands, and no fault of licet's."""

from __future__ import annotations

import pytest

from licet.terms import LedgerError

BEYOND = (2**63, 2**64, 10**40)


def test_nothing_stands_beyond_the_end_or_before_the_beginning(ledger, choice) -> None:
    ledger.append([choice("ann", "off")])
    for place in (*BEYOND, *(-place for place in BEYOND), -1, 1):
        for ask in (ledger.entry, ledger.inclusion_proof):
            with pytest.raises(LedgerError, match=r"LEDG-01[45]"):
                ask(place)
    for place in (*BEYOND, *(-place for place in BEYOND), -1):
        for asked in (ledger.checkpoint, ledger.choices_table, ledger.packs_in_force):
            with pytest.raises(LedgerError, match="LEDG-014"):
                asked(place)
    for place in BEYOND:
        assert list(ledger.entries(place)) == [] == ledger.packs_in_force(since=place)
        assert len(list(ledger.entries(-place, place))) == 1
        assert ledger.changed_subjects(place) == set() and ledger.changed_subjects(-place) == {"ann"}
        assert not ledger.erased_since(place) and not ledger.erased_since(-place)
