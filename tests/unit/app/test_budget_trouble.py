"""What can go wrong with budgets and their logs is told with a code, and spends nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from journeys.ad_workers import campaigns_of, open_book, spend
from licet.app.ads.budget_book import BudgetBook, LeaseAsk, SqliteBudgets
from licet.app.ads.budget_leases import BudgetLeases
from licet.app.ads.postgres_budgets import PostgresBudgets
from licet.terms import LicetError
from licet.uses.ad_choice.choice_log import logged_choices
from licet.uses.ad_choice.page_index import PageIndex


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bm25s", None)
    with pytest.raises(LicetError, match=r"ADS-042.*licet\[ads\]"):
        PageIndex(["weld"])
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(LicetError, match=r"ADS-047.*licet\[postgres\]"):
        PostgresBudgets("postgresql://nobody@127.0.0.1:1/x")


def test_a_database_that_is_not_there_or_is_none(tmp_path: Path) -> None:
    with pytest.raises(LicetError, match="ADS-046"):
        PostgresBudgets("postgresql://nobody@127.0.0.1:1/x")
    with pytest.raises(LicetError, match="LEDG-025"):
        PostgresBudgets("postgresql://nobody@127.0.0.1:1/x?schema=pg_ours")
    (tmp_path / "budgets.sqlite").write_text("no database at all, " * 100)
    with pytest.raises(LicetError, match="ADS-044"):
        SqliteBudgets(tmp_path / "budgets.sqlite")


def test_a_full_database_leases_nothing(tmp_path: Path) -> None:
    database = SqliteBudgets(tmp_path / "budgets.sqlite")
    book = BudgetBook(database)
    database._connection.execute("PRAGMA max_page_count = 1")  # as many as there are
    with pytest.raises(LicetError, match="ADS-045"):
        for number in range(1, 1000):
            book.lease("w" * 2000, "boot", [LeaseAsk(number, 1, 1000, 100)])
    database._connection.execute("PRAGMA max_page_count = 100000")
    held = sum(book.reserved().values())
    assert book.settle("w" * 2000, {}) == held and sum(book.reserved().values()) == 0


def test_a_damaged_row_is_told(tmp_path: Path) -> None:
    (campaign,) = campaigns_of(1, 1000)
    leases = BudgetLeases(open_book(str(tmp_path / "b")), tmp_path / "choices", leased_showings=30)
    assert spend(leases, campaign, [campaign], 1)
    (path,) = (tmp_path / "choices").glob("*.choices")
    path.write_bytes(b"x" + path.read_bytes()[1:])
    with pytest.raises(LicetError, match="ADS-043: row 0"):
        list(logged_choices(tmp_path / "choices"))
