"""Finishing what was begun with a list: recorded, taken in, and what is gone destroyed. Done twice, it is the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from licet.app.ads.list_statuses import held_of, told_of
from licet.deliveries import Delivery, DeliveryBook
from licet.deliveries.delivery_book import ListPlace
from licet.deliveries.list_delivery import read_delivery
from licet.ledger import EntryKind, NewEntry
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from licet.app.core import Core


def settled(core: Core, kept: DeliveryBook, delivery: Delivery) -> Delivery:
    """A list after everything that was begun with it is done, and what is known to be gone destroyed; under the lock.

    Raises: DeliveryError DLVR-034, DLVR-035.
    """
    now, place = format_moment(core.now()), of_list(delivery)
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
    lapsed = held.settle(state, place.confirmed, now, delivery.lease)
    place = place.model_copy(
        update={
            "parts": state.parts,
            "taken": state.taken,
            "replaces": place.replaces or lapsed > 0,
        }
    )
    done = delivery.model_copy(update={"of_list": place})
    if done != delivery:
        kept.write(done)
    held.tidy(state, [sent.sequence for sent in delivery.waiting])
    return done


def of_list(delivery: Delivery) -> ListPlace:
    assert delivery.of_list is not None
    return delivery.of_list
