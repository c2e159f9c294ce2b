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
from licet.app.forgettings import Forgetting, forgettings
from licet.app.removal import Removal, carry_out, is_under_way
from licet.deliveries import Reach
from licet.ledger import EntryKind
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment, parse_moment
from licet.uses.use import Progress

if TYPE_CHECKING:
    from licet.app.core import Core

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
    out, where it waits for that and one is at work. documents: about them, in what held them; None before anybody
    looked.
    """

    number: int
    at: str
    status: str
    as_of: str | None
    waited_seconds: int
    by: str | None
    documents: int | None
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
    found = tuple(_queued(core, one, now) for one in reversed(forgettings(core)))
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


def _queued(core: Core, one: Forgetting, now: datetime) -> QueuedForgetting:
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
        one.documents if one.is_looked else None,
        is_overtaken,
        one.why,
    )
