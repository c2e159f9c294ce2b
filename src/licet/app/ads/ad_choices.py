"""Choosing advertisements for one page after another, for as long as a process runs.

Every choice reads the ledger's position first, so that a no that is on the disk governs the next one in every process.
The page is always gone by; what a member permits only where policy, choices and the signals of this very request permit
it. What was chosen is logged and paid before it is answered; nothing of it is kept under the member.
"""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from licet.app.ads.budget_book import BudgetBook, SqliteBudgets
from licet.app.ads.budget_leases import BudgetLeases
from licet.app.ads.granted_audiences import Granted, granted_audiences
from licet.app.ads.permitted_interests import NOTHING, Interests, PermittedInterests
from licet.app.workspace_layout import ledger_place
from licet.ledger.postgres_address import is_postgres
from licet.sources.file_state import Stand, are_as_they_were, look_at
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.regions import COUNTRIES
from licet.uses.ad_choice.ad_lottery import draw, propensities
from licet.uses.ad_choice.campaign import CampaignFile, load_campaigns
from licet.uses.ad_choice.choice_log import ChoiceRow
from licet.uses.ad_choice.opportunity import AdChoice, AdMode, Opportunity
from licet.uses.ad_choice.page_index import MOST_CANDIDATES, MOST_PAGES, PageIndex
from licet.uses.ad_choice.page_words import page_digest

if TYPE_CHECKING:
    from licet.app.core import Core

#: What a score is made of, as shares of the price: for every page, and for one that fits as none does.
_EVERYWHERE, _MATCHED = 0.2, 1.0


class Candidate(NamedTuple):
    """A campaign that may be shown, by its place; matched: bit n for the nth attribute of its audience."""

    place: int
    relevance: float
    matched: int

    def score(self, price_micros: int) -> float:
        return price_micros * (_EVERYWHERE + self.relevance + (_MATCHED if self.matched else 0.0))


class _Standing:
    """What stands from one choice to the next, of one file of campaigns."""

    def __init__(self, core: Core, said: CampaignFile, stand: Stand) -> None:
        self.said, self.stand, self.has_rested = said, stand, False
        self.names, self.campaigns = list(said.campaigns), list(said.campaigns.values())
        self.index = PageIndex([one.words for one in self.campaigns])
        self.interests = PermittedInterests(core, said.attributes) if said.attributes else None
        self._running: frozenset[int] = frozenset()
        self._from = self._until = datetime.min.replace(tzinfo=UTC)
        self._by_value: dict[tuple[str, str], list[int]] = {}
        #: By place, read for every candidate of every choice.
        self.prices = [one.price_micros for one in self.campaigns]
        self.numbers = [one.number for one in self.campaigns]
        self.is_political = [bool(one.political) for one in self.campaigns]
        self._is_for_anybody = [not one.audience for one in self.campaigns]
        self._limits = [
            (frozenset(one.countries), one.cap_a_day) if one.countries or one.cap_a_day else None
            for one in self.campaigns
        ]
        self._has_limits = any(one is not None for one in self._limits)
        self._of_pages: dict[bytes, tuple[frozenset[int], list[Candidate]]] = {}
        self._wanted = [{name: one.values_of(name) for name in one.audience} for one in self.campaigns]
        by_price = sorted(range(len(self.campaigns)), key=lambda place: -self.prices[place])
        self._everywhere = [place for place in by_price if self._is_for_anybody[place]]

    def grant(self, granted: Granted) -> None:
        """Find members for those campaigns alone whose audience its payer has by now."""
        self._by_value = {}
        for place, wanted in enumerate(self._wanted):
            for attribute, values in wanted.items() if granted.has(self.campaigns[place]) else ():
                for value in values:
                    self._by_value.setdefault((attribute, value), []).append(place)

    def running(self, at: datetime) -> frozenset[int]:
        """The places of the campaigns that run at a moment; worked out anew when one begins or ends."""
        if not self._from <= at < self._until:
            edges = sorted({moment for one in self.campaigns for moment in (one.starts, one.ends)})
            self._from = max((edge for edge in edges if edge <= at), default=datetime.min.replace(tzinfo=UTC))
            self._until = min((edge for edge in edges if edge > at), default=datetime.max.replace(tzinfo=UTC))
            self._running = frozenset(
                place for place, campaign in enumerate(self.campaigns) if campaign.runs(at)
            )
        return self._running

    def contextual(self, asked: Opportunity, digest: bytes, running: frozenset[int]) -> list[Candidate]:
        """By the page alone; where nothing fits it, whatever may be shown to anybody, the dearest first."""
        known = self._of_pages.get(digest)
        if known is None or known[0] is not running:
            fitting = self.index.fitting(asked.page, digest)
            known = (
                running,
                [
                    Candidate(place, relevance, 0)
                    for place, relevance in fitting
                    if self._is_for_anybody[place] and place in running
                ],
            )
            if len(self._of_pages) >= MOST_PAGES:
                self._of_pages.clear()
            self._of_pages[digest] = known
        found = known[1]
        if self._has_limits or asked.least_price_micros or asked.unwanted:
            found = [one for one in found if self._may_be(one.place, asked)]
        if not found:
            may = (place for place in self._everywhere if place in running and self._may_be(place, asked))
            found = [Candidate(place, 0.0, 0) for place, _ in zip(may, range(MOST_CANDIDATES), strict=False)]
        return found

    def matching(
        self, asked: Opportunity, digest: bytes, interests: Interests, running: frozenset[int]
    ) -> list[Candidate]:
        """Whose audience a member is in by what they permit, by each attribute that it names."""
        places = {
            place
            for attribute, values in interests.values.items()
            for value in values
            for place in self._by_value.get((attribute, value), ())
        }
        if not places:
            return []
        fits = dict(self.index.fitting(asked.page, digest))
        return [
            Candidate(place, fits.get(place, 0.0), (1 << len(self.campaigns[place].audience)) - 1)
            for place in sorted(places & running)
            if self._may_be(place, asked) and self._is_for(place, interests)
        ]

    def _is_for(self, place: int, interests: Interests) -> bool:
        said = interests.values
        return all(
            not wanted.isdisjoint(said.get(attribute, ()))
            for attribute, wanted in self._wanted[place].items()
        )

    def _may_be(self, place: int, asked: Opportunity) -> bool:
        if self.prices[place] < asked.least_price_micros or self.numbers[place] in asked.unwanted:
            return False
        limits = self._limits[place]
        if limits is None:
            return True
        countries, cap = limits
        return (not countries or asked.country in countries) and (
            cap is None or asked.seen.get(self.numbers[place], 0) < cap
        )


class AdServer:
    """Of one workspace. Any number of threads may share one; they take turns. Each process has its own."""

    def __init__(self, core: Core, *, leased_showings: int | None = None) -> None:
        self._core, self._lock = core, threading.RLock()
        self._standing_now: _Standing | None = None
        self._leases_now: BudgetLeases | None = None
        self._most_leased = {} if leased_showings is None else {"leased_showings": leased_showings}
        self._is_ledger_here = not is_postgres(ledger_place(core.layout))
        self._chance = random.Random(secrets.randbits(64))
        self._position, self._read_at = 0, float("-inf")

    def choose(self, asked: Opportunity) -> AdChoice:
        """Choose, log and pay one advertisement. Raises: UseError ADS-040 to ADS-042; AppError ADS-044 to ADS-047,
        APP-020 to APP-022 where nothing could be logged: then nothing is shown; LedgerError."""
        if asked.country is not None and asked.country not in COUNTRIES:
            asked = asked._replace(country=None)
        with self._lock, clear_disk_errors("logging the choice of an advertisement"):
            at, standing = self._core.now(), self.standing()
            position, stale_ms = self._ledger_position(standing.said)
            interests = NOTHING
            if asked.subject is not None and standing.interests is not None:
                interests = standing.interests.of(asked.subject, asked.signals, at, position)
            return self._drawn(
                _Turn(asked, page_digest(asked.page), at, position, stale_ms, standing, interests)
            )

    def answers_at_once(self) -> bool:
        """Whether ledger and budgets are files of this machine. Raises: UseError ADS-040 to ADS-042."""
        standing = self._standing_now or self.standing()  # where budgets are is not asked at every choice
        return self._is_ledger_here and standing.said.budgets is None

    def standing(self) -> _Standing:
        """The campaigns as their file stands. Raises: UseError ADS-040 to ADS-042."""
        standing = self._standing_now
        if standing is not None and standing.has_rested and are_as_they_were(standing.stand.files):
            return standing
        places = [self._core.layout.campaigns, self._core.layout.told_audiences]
        stand = look_at(places)
        if standing is not None and standing.stand.holds(stand):
            standing.has_rested = len(stand.files) == len(
                places
            )  # of one that is to come no look at files tells
            return standing
        said = load_campaigns(self._core.layout.campaigns)
        if standing is None or standing.said != said:
            self._let_go()  # a budget lowered or kept elsewhere by now is not spent of what was leased
            standing = _Standing(self._core, said, stand)
        standing.stand, standing.has_rested = stand, False
        standing.grant(granted_audiences(self._core))
        self._standing_now = standing
        return standing

    def leases(self) -> BudgetLeases:
        """Of this process, taken when first asked for."""
        leases = self._leases_now
        if leases is None or not leases.is_ours:
            leases = BudgetLeases(
                open_budgets(self._core, self.standing().said),
                self._core.layout.ad_choices,
                **self._most_leased,
            )
            self._leases_now = leases
        return leases

    def close(self) -> None:
        """Give back what was leased and not spent."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        leases, self._leases_now = self._leases_now, None
        if leases is not None:
            leases.close()

    def _ledger_position(self, said: CampaignFile) -> tuple[int, int]:
        """The position, and how old it may be in milliseconds: in a file it is read for every choice."""
        stale_ms = 0 if self._is_ledger_here else said.most_stale_ms
        now = time.monotonic()
        if not stale_ms or now - self._read_at >= stale_ms / 1000:
            self._position, self._read_at = self._core.ledger.position, now
        return self._position, stale_ms

    def _drawn(self, turn: _Turn) -> AdChoice:
        standing, running = turn.standing, turn.standing.running(turn.at)
        contextual = self._payable(turn, standing.contextual(turn.asked, turn.digest, running), running)
        mode, found = AdMode.CONTEXTUAL, contextual
        if turn.interests.values:
            matching = standing.matching(turn.asked, turn.digest, turn.interests, running)
            matching = self._payable(turn, matching, running)
            # One that is political goes by nothing of anybody's, not even by who is shown no other. So the other way to
            # choose, by the page alone, is without them here, too: else the log would have nothing to tell it by.
            contextual = [one for one in contextual if not standing.is_political[one.place]]
            mode, found = AdMode.PERSONALISED, [*contextual, *matching]
        if found:
            return self._shown(turn, found, contextual, mode)
        code = turn.interests.code
        return AdChoice(
            None, None, None, AdMode.CONTEXTUAL, (), 0.0, 0.0, 0, turn.position, turn.stale_ms, code
        )

    def _payable(self, turn: _Turn, found: Sequence[Candidate], running: frozenset[int]) -> list[Candidate]:
        """Those whose budget pays for one more showing now."""
        standing, leases = turn.standing, self.leases()
        prices, numbers, holding = standing.prices, standing.numbers, leases.holding
        paying = [one for one in found if holding.get(numbers[one.place], 0) >= prices[one.place]]
        if len(paying) == len(found):
            return paying
        campaigns = standing.campaigns
        leases.take([campaigns[one.place] for one in found], (campaigns[place] for place in running), turn.at)
        return [one for one in found if leases.can_pay(campaigns[one.place])]

    def _shown(
        self, turn: _Turn, found: Sequence[Candidate], contextual: Sequence[Candidate], by: AdMode
    ) -> AdChoice:
        campaigns = turn.standing.campaigns
        prices = turn.standing.prices
        chances = propensities([one.score(prices[one.place]) for one in found])
        drawn = draw(chances, self._chance.random())
        one, chance = found[drawn], chances[drawn]
        campaign, by_page = campaigns[one.place], chance
        if by is AdMode.PERSONALISED:
            by_page = _chance_by_page(one.place, contextual, prices)
        row = ChoiceRow(
            0, campaign.price_micros, turn.position, secrets.randbits(64), int(turn.at.timestamp()),
            turn.digest.hex(), chance, by_page, campaign.number, len(found), turn.asked.country, by,
            one.matched,
        )  # fmt: skip
        id_ = self.leases().spend(campaign, row)
        if id_ is None:  # what is in hand lies in parts, of which none pays: by now it is known not to
            return self._drawn(turn)
        return AdChoice(
            id_, turn.standing.names[one.place], campaign, by, tuple(campaign.audience) if one.matched else (),
            one.relevance, chance, len(found), turn.position, turn.stale_ms,
            None if by is AdMode.PERSONALISED else turn.interests.code,
        )  # fmt: skip


class _Turn(NamedTuple):
    """What one choice goes by. digest: of the page."""

    asked: Opportunity
    digest: bytes
    at: datetime
    position: int
    stale_ms: int
    standing: _Standing
    interests: Interests


def open_budgets(core: Core, said: CampaignFile, *, is_durable: bool = True) -> BudgetBook:
    """Raises: AppError ADS-044 to ADS-048; LedgerError LEDG-025."""
    if said.budgets is None:
        return BudgetBook(SqliteBudgets(core.layout.ad_budgets, is_durable=is_durable))
    from licet.app.ads.postgres_budgets import PostgresBudgets

    return BudgetBook(PostgresBudgets(said.budgets))


def _chance_by_page(place: int, contextual: Sequence[Candidate], prices: Sequence[int]) -> float:
    """How likely a campaign had been by the page alone; 0.0 where it had not been among those."""
    if all(one.place != place for one in contextual):
        return 0.0
    chances = propensities([one.score(prices[one.place]) for one in contextual])
    return next(chance for one, chance in zip(contextual, chances, strict=True) if one.place == place)
