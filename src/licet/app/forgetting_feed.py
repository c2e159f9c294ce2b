"""What happens to forgettings, step by step in the order of the ledger, for who keeps up with it: pages of bounded
length, each going on where the one before ended, so that nothing comes twice, is lost, or is read again.

A place in the feed is a ledger position. Steps of people who were erased since are told no more.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from licet.app.forgettings import number_of
from licet.ledger import Entry, EntryKind
from licet.terms import AppError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from licet.app.core import Core


#: The steps that there are.
STEPS = frozenset({"asked", "asked_again", "found", "purged", "outcome"})


class RecordedStep(NamedTuple):
    """One entry. number: of the forgetting. step: one of `STEPS`.

    status: EXACT, PENDING or UNREACHED, as the step leaves it; None where it leaves it as it was.
    """

    entry: int
    number: int
    subject: str
    at: str
    step: str
    status: str | None

    def as_json(self) -> JsonObject:
        return self._asdict()


class FeedPage(NamedTuple):
    """steps: in order. next: the position to ask for when more is wanted. is_more: there is more already."""

    steps: tuple[RecordedStep, ...]
    next: int
    is_more: bool

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "steps": [one.as_json() for one in self.steps]}


def steps_since(core: Core, after: int, most: int, subject: str | None) -> FeedPage:
    """Those recorded at a position or later. most: entries that are read. subject: of one person alone.

    Raises: AppError APP-276 for a position that the ledger has not come to, APP-277 for a page of nothing, APP-300
    where a later licet recorded a step that is not known here; the steps before it come in a page that ends there.
    """
    if most < 1:
        raise AppError("APP-277", "a page holds at least one step", fix="ask for one or more")
    end = core.ledger.position  # before anything is read: what is recorded meanwhile comes in the next page
    if not 0 <= after <= end:
        raise AppError(
            "APP-276",
            f"position {after} is not of this ledger, which has {end} entries",
            fix="begin again at 0; where it was this ledger's, it was put back to an earlier state",
        )
    entries = core.ledger.entries(after, end, EntryKind.FORGETTING, subject)
    found = [*itertools.islice(entries, most + 1)]
    is_more, page = len(found) > most, found[:most]
    steps = list[RecordedStep]()
    for entry in page:
        try:
            step = _step(entry)
        except AppError:
            if entry is page[0]:
                raise
            return FeedPage(tuple(steps), entry.index, True)
        steps += () if step is None else (step,)
    return FeedPage(tuple(steps), page[-1].index + 1 if is_more else end, is_more)


def _step(entry: Entry) -> RecordedStep | None:
    """None for one whose person was erased since. Raises: AppError APP-300 for a step that is not known here: passed
    over it would be lost for whoever keeps up."""
    said, number = entry.payload, number_of(entry)
    if said is None or entry.subject is None:
        return None
    step = said.get("step")
    if step not in STEPS or number is None:
        raise AppError(
            "APP-300",
            f"entry {entry.index} tells of a step of a forgetting that this licet does not know",
            fix=f"install the licet that recorded it, or a later one; without that step, go on at {entry.index + 1}",
        )
    status = said.get("status") if step == "outcome" else "PENDING" if step == "asked" else None
    return RecordedStep(entry.index, number, entry.subject, format_moment(entry.recorded_at), step, status)
