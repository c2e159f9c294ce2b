"""Whoever is killed, no budget is overspent, and what is reserved afterwards is what was logged, to the micro."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from journeys.ad_workers import campaigns_of, open_book, processes, spend, spend_for_ever
from licet.app.ads.budget_leases import BudgetLeases, settle_dead, this_boot
from licet.testing.effort import EFFORT
from licet.uses.ad_choice.choice_log import ROW_BYTES, logged_choices

#: By day a handful; with any effort, as many as the promise names.
KILLS = 6 if EFFORT == 1 else 200
#: By night budgets last for all of them: so many micros of each campaign.
BUDGET = 20_000 if EFFORT == 1 else 400_000


def logged(folder: Path) -> Counter[int]:
    spent: Counter[int] = Counter()
    for _, row in logged_choices(folder):
        spent[row.campaign] += row.price_micros
    return spent


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        home = request.getfixturevalue("postgres_home")
        return str(home.place)
    return str(tmp_path / "budgets.sqlite")


def test_two_spenders_killed_again_and_again_never_overspend(place: str, tmp_path: Path) -> None:
    folder, campaigns, chance = tmp_path / "choices", campaigns_of(100, BUDGET), random.Random(1)
    book, given_back = open_book(place), 0
    for _ in range(KILLS // 2):
        with processes(spend_for_ever, [(place, folder, campaigns)] * 2) as started:
            for _, connection in started:
                assert connection.recv() == "spent"
            for process, _ in started:
                time.sleep(chance.uniform(0, 0.05))  # anywhere in what they do
                process.kill()
                process.join()
        before = book.reserved()
        given_back += settle_dead(book, folder, this_boot())
        spent, reserved = logged(folder), book.reserved()
        assert reserved == {number: spent[number] for number in reserved}, "reserved is what was logged"
        assert all(before[number] >= micros for number, micros in reserved.items())
        assert all(spent[one.number] <= one.budget_micros for one in campaigns)
    assert given_back > 0, "somebody died with money in hand"
    leases, left = BudgetLeases(book, folder), set(range(len(campaigns)))
    while left:
        left = {n for n in left if spend(leases, campaigns[n], campaigns, n)}
    leases.close()
    spent = logged(folder)
    for one in campaigns:
        assert 0 <= one.budget_micros - spent[one.number] < one.price_micros, "all of it is spent in the end"


def test_a_writer_from_another_run_of_the_machine_spent_all_it_held(tmp_path: Path) -> None:
    folder, (campaign,) = tmp_path / "choices", campaigns_of(1, 1000)
    leases = BudgetLeases(open_book(str(tmp_path / "b")), folder, leased_showings=30)
    assert spend(leases, campaign, [campaign], 1)
    leases._log.close()  # as if it died
    book = open_book(str(tmp_path / "b"))
    assert settle_dead(book, folder, "another run") == 0 and book.reserved() == {1: 30}
    assert book.open_writers() == {}


def test_of_a_damaged_log_all_counts_as_spent_and_of_a_torn_one_what_is_whole(tmp_path: Path) -> None:
    (campaign,) = campaigns_of(1, 1000)
    for name, change, stands in (
        ("torn", lambda data: data[: ROW_BYTES + 5], 1),
        ("damaged", lambda data: b"x" + data[1:], 30),
        ("gone", None, 30),
    ):
        place, folder = str(tmp_path / name / "b"), tmp_path / name / "choices"
        leases = BudgetLeases(open_book(place), folder, leased_showings=30)
        assert spend(leases, campaign, [campaign], 1) and spend(leases, campaign, [campaign], 2)
        leases._log.close()
        (path,) = folder.glob("*.choices")
        if change is None:
            path.unlink()
        else:
            path.write_bytes(change(path.read_bytes()))
        book = open_book(place)
        settle_dead(book, folder, this_boot())
        assert book.reserved() == {1: stands}, name


def test_who_lives_is_left_alone(tmp_path: Path) -> None:
    folder, (campaign,) = tmp_path / "choices", campaigns_of(1, 1000)
    leases = BudgetLeases(open_book(str(tmp_path / "b")), folder, leased_showings=30)
    assert spend(leases, campaign, [campaign], 1)
    book = open_book(str(tmp_path / "b"))
    assert settle_dead(book, folder, this_boot()) == 0 and book.reserved() == {1: 30}
    leases.close()
    assert book.reserved() == {1: 1} and book.settle("nobody", {}) == 0
