"""Whoever was forgotten while something was being made of what they wrote: that is not published, nor does it leave.

What is made goes by the choices of when it was begun. A forgetting that began later waits for what is under way in the
store; what has opened its gate and is not there yet, or writes a copy, it cannot see. So who made it looks once more,
when nothing of it stands anywhere yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet.app.forgettings import number_of
from licet.ledger import EntryKind
from licet.terms import AppError

if TYPE_CHECKING:
    from licet.app.core import Core

_ASKED = frozenset({"asked", "asked_again"})


def refuse_concluded(core: Core, position: int) -> None:
    """Before an artefact is published. position: of the ledger, by which it was made.

    One that was asked for since and is not concluded is not looked at: it finds what is published.
    Raises: AppError APP-311.
    """
    asked = set[int | None]()
    for entry in core.ledger.entries(position, core.ledger.position, EntryKind.FORGETTING):
        said = entry.payload or {}
        step, number = said.get("step"), number_of(entry)
        if step in _ASKED:
            asked.add(number)
        is_looked_for = step == "purged" or (step == "outcome" and said.get("status") != "PENDING")
        if entry.payload is None or (is_looked_for and number in asked):
            raise _overtaken()


def refuse_asked(core: Core, position: int) -> None:
    """Before a copy leaves, which nobody takes back. position: by which it was judged what is in it.

    Raises: AppError APP-311.
    """
    for entry in core.ledger.entries(position, core.ledger.position, EntryKind.FORGETTING):
        if entry.payload is None or entry.payload.get("step") in _ASKED:
            raise _overtaken()


def _overtaken() -> AppError:
    return AppError(
        "APP-311",
        "somebody asked to be forgotten while it was being made, so it is not kept",
        fix="do it again: it is then made of what may be used now",
    )
