"""Forgettings that wait: which of them who follows carries out now, and what an officer is told of all of them.

What was asked at a door that leaves it to who follows is taken at the next look, everybody's together. What is pending
is tried again when it is known of a copy what was not known before, and else after an hour, and then after as long
again each time, so that what cannot be done fills no ledger. Where the person chose something anew since they asked,
nothing more is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from licet.app import artefact_status
from licet.app.ads.list_statuses import list_statuses
from licet.app.artefact_status import ArtefactStatus, Standing
from licet.app.follow_lock import reached_by
from licet.app.followed_copies import CopyStatus, statuses
from licet.app.forgetting_forecast import Forecasts, ForeseenCounts
from licet.app.forgetting_outcomes import CopiesThatLeft, copies_that_left
from licet.app.forgettings import Forgetting, forgettings
from licet.app.open_forgettings import OpenForgettings
from licet.app.purge import held_in
from licet.app.removal import Removal, carry_out, is_under_way
from licet.deliveries import Reach
from licet.enforce.settled_ids import names_now
from licet.ledger import EntryKind
from licet.store import SnapshotRef
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment, parse_moment
from licet.uses.use import Progress

if TYPE_CHECKING:
    from licet.app.core import Core

#: Of how many who wait it is counted what an update would change for them, those who asked first.
MOST_FORECASTS = 20
#: After which something that is pending, or was interrupted, is tried again, at the soonest.
_AGAIN = timedelta(hours=1)


class DueForgettings:
    """Those that who follows carries out now.

    Remembers up to where it looked what is known of copies, so that each answer is looked at once.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._open = OpenForgettings(core)
        self._looked: dict[int, tuple[int, datetime]] = {}

    def go_on(self, progress: Progress) -> Removal | None:
        """Carry out what is due, everybody's together; None where nothing is, or another process is at it."""
        waiting = [] if is_under_way(self._core) else self.now()
        return carry_out(self._core, waiting, progress) if waiting else None

    def now(self) -> list[Forgetting]:
        core = self._core
        found = self._open.now()
        if not found:
            return []
        copies, moment = statuses(core), core.now()
        return [one for one in found if self._is_due(one, copies, moment) and chosen_anew(core, one) is None]

    def _is_due(self, one: Forgetting, copies: list[CopyStatus], now: datetime) -> bool:
        asked, outcome = parse_moment(one.at), one.outcome
        if outcome is None:
            return one.is_left or now >= asked + _AGAIN
        tried = parse_moment(outcome.at)
        is_open = any(step.step != "copies" for step in outcome.pending)
        if is_open and now >= tried + max(_AGAIN, tried - asked):
            return True
        position, looked = max((outcome.position, tried), self._looked.get(one.number, (0, tried)))
        lists = [moment for each in list_statuses(self._core) for moment in (each.due, each.lease)]
        dues = [due for due in (*(copy.due for copy in copies), *lists) if due is not None]
        has_passed = any(looked < parse_moment(due) <= now for due in dues)
        if not has_passed and not self._core.ledger.entries_of_kind(EntryKind.ACKNOWLEDGED, since=position):
            return False
        self._looked[one.number] = self._core.ledger.position, now
        return copies_now(self._core, one, copies, self._core.store.by_id()).by_state != outcome.copies


def copies_now(
    core: Core, one: Forgetting, copies: Sequence[CopyStatus], made: Mapping[str, SnapshotRef]
) -> CopiesThatLeft:
    """What is known now of the copies that may hold somebody. made: by their ids the snapshots that there are."""
    in_each = held_in(core, made, names_now(core.ledger, one.subject))
    objection = one.number if one.outcome is None else one.outcome.request.objection
    return copies_that_left(core, copies, one, in_each, max(one.number, objection))


def chosen_anew(core: Core, forgetting: Forgetting) -> str | None:
    """When the person switched something on after they asked; None where they did not."""
    later = [
        one.at
        for one in core.ledger.choices_of(forgetting.subject)
        if one.value == "on" and one.entry > forgetting.number
    ]
    return format_moment(max(later)) if later else None


class QueuedForgetting(NamedTuple):
    """One forgetting, of whom is not said.

    waited_seconds: from when it was asked until it was done, or until now. by: when who follows will have carried it
    out, where it waits for that and one is at work. documents: that held them; before anybody looked those that an
    update would take out or make anew (is_forecast), and None where that was not counted. copies: that left and hold
    them or may.
    """

    number: int
    at: str
    status: str
    as_of: str | None
    waited_seconds: int
    by: str | None
    documents: int | None
    is_forecast: bool
    copies: int
    is_overtaken: bool
    why: tuple[str, ...]

    def as_json(self) -> JsonObject:
        return self._asdict()


class ForgettingQueue(NamedTuple):
    """forgettings: the latest first. waiting: those that are not done. costs: artefacts that the next update would
    bring, which is done once for all who wait. overdue: copies that nobody took back in time."""

    forgettings: tuple[QueuedForgetting, ...]
    waiting: int
    costs: tuple[ArtefactStatus, ...]
    overdue: tuple[CopyStatus, ...]


def queue(core: Core) -> ForgettingQueue:
    now = core.now()
    asked = forgettings(core)
    foreseen = [one for one in asked if one.status != "EXACT" and not one.is_looked][:MOST_FORECASTS]
    copies = statuses(core)
    told = Forecasts(core, copies)
    costs_of = {one.number: told.counts(one.subject) for one in foreseen}
    found = tuple(_queued(core, one, now, costs_of.get(one.number)) for one in reversed(asked))
    costs = tuple(
        one for one in artefact_status.status(core, core.absences) if one.standing is not Standing.EXACT
    )
    late = (Reach.OVERDUE, Reach.UNCONFIRMED)
    return ForgettingQueue(
        found,
        sum(one.status != "EXACT" for one in found),
        costs,
        tuple(one for one in copies if one.reach in late),
    )


def _queued(core: Core, one: Forgetting, now: datetime, foreseen: ForeseenCounts | None) -> QueuedForgetting:
    asked = parse_moment(one.at)
    is_overtaken = one.status != "EXACT" and chosen_anew(core, one) is not None
    by = reached_by(core, asked) if one.outcome is None and one.is_left and not is_overtaken else None
    until = parse_moment(one.outcome.at) if one.outcome is not None and one.status == "EXACT" else now
    return QueuedForgetting(
        one.number,
        one.at,
        one.status,
        None if one.outcome is None else one.outcome.at,
        max(0, int((until - asked).total_seconds())),
        None if by is None else format_moment(by),
        one.documents if one.is_looked else None if foreseen is None else foreseen.documents,
        not one.is_looked and foreseen is not None,
        _open_copies(one, foreseen),
        is_overtaken,
        one.why,
    )


def _open_copies(one: Forgetting, foreseen: ForeseenCounts | None) -> int:
    if one.outcome is None:
        return 0 if foreseen is None else foreseen.copies
    said = one.outcome.copies
    return said.sent + said.received + said.unreached
