"""Finishing what was begun with a list: recorded, taken in, and what is gone destroyed. Done twice, it is the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from licet.app.ads.list_statuses import held_of, told_of
from licet.deliveries import Delivery, DeliveryBook
from licet.deliveries.delivery_book import ListPlace
from licet.deliveries.formats import replaces_by_name
from licet.deliveries.list_delivery import read_delivery
from licet.ledger import EntryKind, NewEntry
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from licet.app.core import Core


def settled(core: Core, kept: DeliveryBook, delivery: Delivery) -> Delivery:
    """A list after everything that was begun with it is done, and what is known to be gone destroyed; under the lock.

    What was confirmed is the ledger's to say, so an answer counts from when it is recorded there.
    Raises: DeliveryError DLVR-034, DLVR-035.
    """
    now, place, found = format_moment(core.now()), of_list(delivery), delivery
    if place.unrecorded:
        payload = json.loads(place.unrecorded)
        told = (entry.payload or {} for entry in told_of(core, delivery.export))
        if not any(said.get("message") == payload["message"] for said in told):
            core.ledger.append([NewEntry(EntryKind.USE_RUN, None, payload)])
        place = place.model_copy(update={"unrecorded": ""})
    held, state = held_of(core, delivery)
    for sent in delivery.waiting:
        if sent.sequence > state.taken:
            at = read_delivery(sent.note, core.signer.public_key).at
            state = held.take(state, sent.sequence, at, place.lease_before)
    confirmed, replaced = _confirmed(core, delivery.export)
    lapsed = held.settle(state, confirmed, now, delivery.lease)
    lost_at = place.lost_at
    if confirmed > place.confirmed and replaced is not None:
        held.forget_lapsed(state, replaced["at"])
        if replaced["sequence"] > lost_at and not replaces_by_name(place.format):
            lost_at = 0
    place = place.model_copy(
        update={
            "parts": state.parts,
            "taken": state.taken,
            "confirmed": confirmed,
            "replaces": place.replaces or lapsed > 0,
            "lost_at": lost_at,
        }
    )
    done = delivery.confirmed(confirmed).model_copy(update={"of_list": place})
    if done != found:
        kept.write(done)
    held.tidy(state, [sent.sequence for sent in done.waiting])
    return done


def _confirmed(core: Core, export: str) -> tuple[int, JsonObject | None]:
    """The last delivery that was done, as the ledger has it, and what it has of the last whole one by then."""
    told = told_of(core, export)
    confirmed = max(
        (
            entry.payload["sequence"]
            for entry in told
            if entry.kind is EntryKind.ACKNOWLEDGED and entry.payload and entry.payload["state"] == "applied"
        ),
        default=0,
    )
    whole = [
        entry.payload
        for entry in told
        if entry.kind is EntryKind.USE_RUN and entry.payload and entry.payload["action"] == "replace"
    ]
    return confirmed, next((said for said in reversed(whole) if said["sequence"] <= confirmed), None)


def of_list(delivery: Delivery) -> ListPlace:
    assert delivery.of_list is not None
    return delivery.of_list
