"""A copy's feed and its answers, for who asks over a wire: of one copy, and of no other than the one that is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet.app.copy_removals import recorded
from licet.app.followed_copies import CopyStatus, acknowledge, book, recipients
from licet.deliveries import read_acknowledgement
from licet.deliveries.delivery_book import Sent
from licet.deliveries.signed_texts import recipient_named
from licet.ledger import EntryKind
from licet.terms import AppError

if TYPE_CHECKING:
    from licet.app.core import Core


def messages(core: Core, export: str, after: int) -> tuple[int, tuple[Sent, ...]]:
    """The number of the last message that was made, and those beyond `after` that nobody confirmed, in order.

    Raises: DeliveryError DLVR-002, DLVR-003, DLVR-007.
    """
    delivery = recorded(core, export)
    return delivery.sequence, tuple(one for one in delivery.waiting if one.sequence > after)


def hand_in(core: Core, export: str, note: str) -> CopyStatus:
    """Record what the holder of one copy answered; the last answer once more changes nothing.

    Raises: as `followed_copies.acknowledge`; AppError APP-245 for an answer about another copy, APP-246 for one that a
    later answer overtook. Whatever is raised, nothing was recorded.
    """
    book(core).read(export)
    known = recipients(core).get(recipient_named(note))
    if known is not None and known.public_key is not None:
        said = read_acknowledgement(note, known.public_key)
        if said.export != export:
            raise AppError(
                "APP-245",
                "the answer is about another copy",
                fix="hand it in where that copy's feed was fetched",
            )
        answered = [
            entry.payload["sequence"]
            for entry in core.ledger.entries(0, core.ledger.position, EntryKind.ACKNOWLEDGED)
            if entry.payload is not None and entry.payload["export"] == export
        ]
        if said.sequence < max(answered, default=0):
            raise AppError(
                "APP-246",
                f"message {max(answered)} of this copy was answered since",
                fix="hand in the answer to the last message",
            )
    return acknowledge(core, note)
