"""Processes that choose and spend until they are told to stop, or are killed: for the tests of several at once."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import licet
from licet.app.ads.budget_book import BudgetBook, SqliteBudgets
from licet.app.ads.budget_leases import BudgetLeases
from licet.app.ads.postgres_budgets import PostgresBudgets
from licet.uses.ad_choice.campaign import Campaign, Creative
from licet.uses.ad_choice.choice_log import ChoiceRow
from licet.uses.ad_choice.opportunity import AdMode

AT = datetime(2026, 3, 10, tzinfo=UTC)
#: Each is forked from a process that has imported everything once.
_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


def open_book(place: str) -> BudgetBook:
    """place: a file, or an address of PostgreSQL."""
    if place.startswith("postgresql:"):
        return BudgetBook(PostgresBudgets(place))
    return BudgetBook(SqliteBudgets(Path(place)))


def campaigns_of(number: int, budget_micros: int) -> list[Campaign]:
    """Made-up ones, of prices from 1 micro up."""
    creative = Creative(title="a title", link="https://advertiser.example/")
    return [
        Campaign(
            number=n + 1, payer="Payer", political=False, price_micros=1 + n % 20, budget_micros=budget_micros,
            starts=datetime(2026, 1, 1), ends=datetime(2027, 1, 1), paced=False, creative=creative,  # noqa: DTZ001
        )
        for n in range(number)
    ]  # fmt: skip


def spend(leases: BudgetLeases, campaign: Campaign, campaigns: list[Campaign], nonce: int) -> bool:
    """One showing, where the budget has it."""
    leases.take([campaign], campaigns, AT)
    row = ChoiceRow(
        0,
        campaign.price_micros,
        0,
        nonce,
        0,
        "0" * 32,
        1.0,
        1.0,
        campaign.number,
        1,
        "DE",
        AdMode.CONTEXTUAL,
        0,
    )
    return leases.can_pay(campaign) and leases.spend(campaign, row) is not None


def spend_for_ever(place: str, folder: Path, campaigns: list[Campaign], told: Connection) -> None:
    leases, chance = BudgetLeases(open_book(place), folder, leased_showings=200), random.Random()
    while True:
        spend(leases, chance.choice(campaigns), campaigns, chance.getrandbits(64))
        if told is not None:
            told.send("spent")
            told = None  # type: ignore[assignment]


def choose_for_ever(root: Path, page: str, subject: str, told: Connection) -> None:
    """Tells of itself once it chose a few; told to stop, chooses some more and sends what it chose, in order: when it
    was asked, by what, whether by the member, at which position."""
    made: list[tuple[int, str, bool, int]] = []
    with licet.open(root) as workspace:
        left = -1
        while left:
            asked_ns = time.monotonic_ns()
            one = workspace.uses.ad_choices.choose(page, subject=subject)
            made.append((asked_ns, one.by.value, bool(one.matched), one.position))
            if len(made) == 20:
                told.send("choosing")
            if left < 0 and len(made) % 5 == 0 and told.poll():
                left = 20
            left -= left > 0
        told.send(made)


@contextmanager
def processes(
    target: Any, arguments: list[tuple[Any, ...]]
) -> Iterator[list[tuple[BaseProcess, Connection]]]:
    """Each with a connection as its last argument; none outlives the block."""
    started: list[tuple[BaseProcess, Connection]] = []
    try:
        for given in arguments:
            ours, theirs = _CONTEXT.Pipe()
            process = _CONTEXT.Process(target=target, args=(*given, theirs), daemon=True)
            process.start()
            theirs.close()
            started.append((process, ours))
        yield started
    finally:
        for process, connection in started:
            process.kill()
            process.join()
            process.close()
            connection.close()
