"""Past, present and future of a workspace: what may be used, and what can only be asked about.

Data is used only as of now. A moment is now when nobody named another than the clock's own, and a ledger position is
when nothing recorded since it could change an answer. Everything else is the past, or is to come: decisions, counts
and verdicts answer for it, and no row leaves by it. Refuses to guess: an entry of a kind not known here is a change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from licet.ledger import Entry, EntryKind
from licet.terms.moments import Tense, days_of

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.enforce import Gate

#: What the ledger tells of and no decision looks at.
_CHANGES_NOTHING = frozenset(
    {
        EntryKind.USE_RUN, EntryKind.REMOVAL_SENT, EntryKind.ACKNOWLEDGED, EntryKind.FORGETTING,
        EntryKind.NOTICE_SHOWN, EntryKind.PACK_ANNOUNCED, EntryKind.MEMBER_REQUEST,
    }
)  # fmt: skip


def tense_of(core: Core, at: datetime | None, position: int) -> Tense:
    """Whether a moment (None: now) and a position are the present; a moment to come comes before a past position.

    Raises: GateError GATE-001 for what is no moment with a time zone, or one that no calendar has in UTC.
    """
    if at is not None:
        from licet.enforce.gate import require_moment  # late: who asks about now needs no gate

        require_moment(at)
        now = core.now()
        if at > now:
            return Tense.FUTURE
        if at < now:
            return Tense.PAST
    return Tense.PRESENT if stands_for_now(core, position) else Tense.PAST


def stands_for_now(core: Core, position: int) -> bool:
    """Whether nothing was recorded since a position that could change an answer."""
    return first_change_since(core, position) is None


def first_change_since(core: Core, position: int, until: int | None = None) -> Entry | None:
    """The first entry after a position that could change an answer. until: another position; None for the present."""
    return next(changes_since(core, position, until), None)


def changes_since(core: Core, position: int, until: int | None = None) -> Iterator[Entry]:
    """All of them, in order."""
    size = core.ledger.position if until is None else until
    entries = iter(()) if size <= position else core.ledger.entries(position, size)
    return (entry for entry in entries if entry.kind not in _CHANGES_NOTHING)


class PresentGate:
    """What a gate of now goes by (`enforce.gate.Present`): the ledger, the clock, and the files that say who is who.

    Made before the gate, so that what changes while it is opened counts as changed since.
    """

    def __init__(self, core: Core, reopen: Callable[[Gate], Gate] | None) -> None:
        """reopen: opens the same gate as of now, or brings one forward; None where a moment or a position was named."""
        self._core, self._reopen = core, reopen
        self._files = core.files_of_facts()

    def holds(self, at: datetime, position: int) -> bool:
        # Policies and ages know days alone: a day begins at midnight UTC, and for ages twelve hours later.
        return (
            days_of(at) == days_of(self._core.now())
            and stands_for_now(self._core, position)
            and self._files == self._core.files_of_facts()
        )

    def reopen(self, earlier: Gate) -> Gate | None:
        return None if self._reopen is None else self._reopen(earlier)
