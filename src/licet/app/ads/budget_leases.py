"""What one process spends: leases of budgets in its hand, and the log that says what it spent of them.

A showing is written to the log before the advertisement leaves, so that what was shown was paid. A process that dies
leaves its log; whoever opens leases next reads what it spent and gives the rest back. Where the machine itself went
down since, the log may lack its end, and all that was leased counts as spent.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from licet.app.ads.budget_book import BudgetBook, LeaseAsk
from licet.terms import UseError
from licet.uses.ad_choice.campaign import Campaign
from licet.uses.ad_choice.choice_log import ChoiceLog, ChoiceRow, dead_writers, rows_of
from licet.uses.ad_choice.hour_pacing import released_micros

#: Showings that one lease pays for, at most.
LEASED_SHOWINGS = 1_000
#: So long nothing is asked of a campaign of which nothing was left: others may give back, or the next hour release.
_DRY_SECONDS = 1.0


def this_boot() -> str:
    """Names this run of this machine: what was written to a file within it is read there, synced or not."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"  # then a log is never taken for whole


class BudgetLeases:
    """Of one process. One thread at a time."""

    def __init__(self, book: BudgetBook, folder: Path, *, leased_showings: int = LEASED_SHOWINGS) -> None:
        """folder: of the logs of choices. What dead processes left is settled first. Raises: AppError ADS-044 to
        ADS-046; OSError."""
        self.folder, self._book, self._boot = folder, book, this_boot()
        self._process, self._most = os.getpid(), leased_showings
        settle_dead(book, folder, self._boot)
        self._log = ChoiceLog(folder)
        self._held: dict[int, list[list[int]]] = {}
        #: By campaign the micros in hand.
        self.holding: dict[int, int] = {}
        self._dry_until: dict[int, float] = {}

    @property
    def is_ours(self) -> bool:
        """Whether this is the process that took them; one that was forked from it must take its own."""
        return self._process == os.getpid()

    def can_pay(self, campaign: Campaign) -> bool:
        return self.holding.get(campaign.number, 0) >= campaign.price_micros

    def take(self, wanted: Iterable[Campaign], others: Iterable[Campaign], at: datetime) -> None:
        """Lease for campaigns that cannot pay, and in the same transaction for others that soon could not.

        Raises: AppError ADS-044 to ADS-046; then nothing was leased.
        """
        now = time.monotonic()
        short = [
            one for one in wanted if not self.can_pay(one) and self._dry_until.get(one.number, 0.0) <= now
        ]
        if not short:
            return
        asked = {one.number: one for one in short}
        for one in others:
            is_low = self.holding.get(one.number, 0) < self._most * one.price_micros // 2
            if is_low and self._dry_until.get(one.number, 0.0) <= now:
                asked.setdefault(one.number, one)
        asks = [self._ask(one, at) for one in asked.values()]
        given = self._book.lease(self._log.writer, self._boot, asks)
        for lease, number, micros in given:
            self._held.setdefault(number, []).append([lease, micros])
            self.holding[number] = self.holding.get(number, 0) + micros
        for number in asked.keys() - {one.campaign for one in given}:
            self._dry_until[number] = now + _DRY_SECONDS

    def spend(self, campaign: Campaign, row: ChoiceRow) -> str | None:
        """Pay for one showing, and return the choice's id; None where no lease in hand pays for it.

        row: its lease is filled in. Raises: OSError where the log cannot be written; then nothing was spent.
        """
        held = self._held.get(campaign.number, [])
        for place, lease in enumerate(held):
            if lease[1] >= campaign.price_micros:
                id_ = self._log.write(row._replace(lease=lease[0]))
                lease[1] -= campaign.price_micros
                self.holding[campaign.number] -= campaign.price_micros
                if lease[1] == 0:
                    del held[place]
                return id_
        self.holding[campaign.number] = 0  # in parts, of which none pays
        return None

    def close(self) -> None:
        """Give back what is left, and let go of the log."""
        try:
            if self.is_ours:
                self._book.settle(self._log.writer, _spent(self.folder, self._log.writer))
        finally:
            self._log.close()
            self._book.close()

    def _ask(self, campaign: Campaign, at: datetime) -> LeaseAsk:
        released = campaign.budget_micros
        if campaign.is_paced:
            released = released_micros(released, campaign.starts, campaign.ends, at)
        return LeaseAsk(campaign.number, campaign.price_micros, released, self._most * campaign.price_micros)


def settle_dead(book: BudgetBook, folder: Path, boot: str) -> int:
    """Give back what dead writers did not spend, by their logs. Returns the micros that came back.

    Of a writer from another run of the machine all counts as spent, and so it does where the log is damaged or gone;
    where it is gone and the run another, it is another machine's, and left to it.
    """
    came_back, open_ = 0, book.open_writers()
    for writer in dead_writers(folder, set(open_)):
        try:
            spent = _spent(folder, writer)
        except UseError:
            spent = None
        if spent is None and open_[writer] != boot and not (folder / f"{writer}.choices").exists():
            continue
        is_whole = open_[writer] == boot != "unknown"
        came_back += book.settle(writer, spent if is_whole else None)
    return came_back


def _spent(folder: Path, writer: str) -> dict[int, int] | None:
    rows = rows_of(folder, writer)
    if rows is None:
        return None
    spent: Counter[int] = Counter()
    for row in rows:
        spent[row.lease] += row.price_micros
    return dict(spent)


def spent_by_campaign(rows: Iterable[ChoiceRow]) -> dict[int, int]:
    """By campaign the micros that were logged."""
    spent: Counter[int] = Counter()
    for row in rows:
        spent[row.campaign] += row.price_micros
    return dict(spent)
