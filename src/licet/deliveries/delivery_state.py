"""How a copy stands, from what was sent and what was answered; no stronger than is known.

Pure: of the ledger's entries about it, as of a moment and a ledger position, which it says.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from licet.ledger import Entry, EntryKind
from licet.terms.moments import format_moment, parse_moment


class Reach(StrEnum):
    """sent:        it left, or the last message did, and the recipient did not answer; there is time yet.
    received:    the recipient says that they have the last message.
    applied:     the recipient says that they did it, and computed the root that it names.
    overdue:     the time for it is over.
    unconfirmed: this recipient cannot answer, so nobody knows.
    """

    SENT = "sent"
    RECEIVED = "received"
    APPLIED = "applied"
    OVERDUE = "overdue"
    UNCONFIRMED = "unconfirmed"


class AsOf(NamedTuple):
    """A moment and a ledger position that something is said of."""

    at: str
    position: int


class DeliveryState(NamedTuple):
    """as_of: when this was so.
    reach: None of a copy that is not followed. sequence: messages that were sent.
    applied, received: the last that the recipient says so of, 0 for none.
    due: until when the first that is not applied is to be; None where nothing is.
    """

    as_of: AsOf
    reach: Reach | None
    sequence: int
    applied: int
    received: int
    due: str | None


def state_of(
    export: str, entries: Iterable[Entry], at: datetime, position: int, can_answer: bool
) -> DeliveryState:
    """As of a moment and a ledger position.

    entries: of the ledger, in order; those about other copies, and those from the position on, are passed over. What a
    copy was sent, its messages tell; what a list was, the uses that delivered it.
    """
    due, applied, received = dict[int, str](), 0, 0
    for entry in entries:
        said = entry.payload
        if said is None or said.get("export") != export or entry.index >= position:
            continue
        if entry.kind is EntryKind.REMOVAL_SENT or (entry.kind is EntryKind.USE_RUN and "sequence" in said):
            due[said["sequence"]] = said["due"]
        elif entry.kind is EntryKind.ACKNOWLEDGED:
            received = max(received, said["sequence"])
            if said["state"] == "applied":
                applied = max(applied, said["sequence"])
    open_ = [number for number in sorted(due) if number > applied]
    first_due = due[open_[0]] if open_ else None
    last = max(due, default=0)
    if first_due is not None and parse_moment(first_due) <= at:
        reach = Reach.OVERDUE if can_answer else Reach.UNCONFIRMED
    elif not due:
        reach = Reach.SENT
    elif not open_:
        reach = Reach.APPLIED
    elif not can_answer:
        reach = Reach.UNCONFIRMED
    else:
        reach = Reach.RECEIVED if received >= last else Reach.SENT
    return DeliveryState(AsOf(format_moment(at), position), reach, last, applied, received, first_due)
