"""Forgettings that wait: which of them who follows carries out now, and what an officer is told of all of them.

What was asked at a door that leaves it to who follows is taken at the next look, everybody's together. What is pending
is tried again when a copy's holder answered or let the time pass, and else once an hour, so that what cannot be done
fills no ledger. Where the person chose something anew since they asked, nothing more is done.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from licet.app import artefacts
from licet.app.follow_lock import reached_by
from licet.app.followed_copies import CopyStatus, statuses
from licet.app.forgetting_forecast import Forecast, forecast
from licet.app.forgettings import Forgetting, forgettings
from licet.app.removal import Removal, carry_out, is_under_way
from licet.deliveries import Reach
from licet.ledger import EntryKind
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment, parse_moment
from licet.uses.use import Progress

if TYPE_CHECKING:
    from licet.app.core import Core

#: Of how many who wait it is counted what an update would change for them, those who asked first.
MOST_FORECASTS = 20
#: After which something that is pending, or was interrupted, is tried again.
_AGAIN = timedelta(hours=1)


def go_on(core: Core, progress: Progress) -> Removal | None:
    """Carry out what is due, everybody's together; None where nothing is, or another process is at it."""
    waiting = due(core)
    return carry_out(core, waiting, progress) if waiting and not is_under_way(core) else None


def due(core: Core) -> list[Forgetting]:
    """What who follows carries out now."""
    found = [one for one in forgettings(core) if one.status != "EXACT"]
    if not found:
        return []
    copies, now = statuses(core), core.now()
    return [one for one in found if _is_due(core, one, copies, now) and chosen_anew(core, one) is None]


def chosen_anew(core: Core, forgetting: Forgetting) -> str | None:
    """When the person switched something on after they asked; None where they did not."""
    later = [
        one.at
        for one in core.ledger.choices_of(forgetting.subject)
        if one.value == "on" and one.entry > forgetting.number
    ]
    return format_moment(max(later)) if later else None


def _is_due(core: Core, forgetting: Forgetting, copies: list[CopyStatus], now: datetime) -> bool:
    outcome = forgetting.outcome
    if outcome is None:
        return forgetting.is_left or now >= parse_moment(forgetting.at) + _AGAIN
    at = parse_moment(outcome.at)
    if any(one.step != "copies" for one in outcome.pending) and now >= at + _AGAIN:
        return True
    kinds = (EntryKind.ACKNOWLEDGED, EntryKind.REMOVAL_SENT)
    if any(core.ledger.entries_of_kind(kind, since=outcome.position) for kind in kinds):
        return True
    return any(one.due is not None and at < parse_moment(one.due) <= now for one in copies)


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
    costs: tuple[artefacts.ArtefactStatus, ...]
    overdue: tuple[CopyStatus, ...]


def queue(core: Core) -> ForgettingQueue:
    now = core.now()
    asked = forgettings(core)
    foreseen = [one for one in asked if one.status != "EXACT" and not one.is_looked][:MOST_FORECASTS]
    costs_of = {
        one.number: told
        for one, told in zip(foreseen, forecast(core, [each.subject for each in foreseen]), strict=True)
    }
    found = tuple(_queued(core, one, now, costs_of.get(one.number)) for one in reversed(asked))
    costs = tuple(
        one for one in artefacts.status(core, core.absences) if one.standing is not artefacts.Standing.EXACT
    )
    late = (Reach.OVERDUE, Reach.UNCONFIRMED)
    return ForgettingQueue(
        found,
        sum(one.status != "EXACT" for one in found),
        costs,
        tuple(one for one in statuses(core) if one.reach in late),
    )


def _queued(core: Core, one: Forgetting, now: datetime, foreseen: Forecast | None) -> QueuedForgetting:
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


def _open_copies(one: Forgetting, foreseen: Forecast | None) -> int:
    if one.outcome is None:
        return 0 if foreseen is None else len(foreseen.copies)
    said = one.outcome.copies
    return said.sent + said.received + said.unreached
