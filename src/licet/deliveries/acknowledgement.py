"""What a recipient answers to a message of a feed, signed with their own key: that they have it, or did it."""

from __future__ import annotations

from typing import Literal

from licet.deliveries.feed import Count, DeliveryId, Hex
from licet.deliveries.signed_texts import Message, seal, unseal
from licet.ledger import PublicKey, Signer

_HEAD = "licet acknowledgement v1"


class Acknowledgement(Message):
    """message: the name of what is answered, the `sequence`th. documents, root: of the copy as it is after that, which
    the recipient computed from their own files. state: of what they say they did; nobody else knows."""

    licet_acknowledgement: Literal[1] = 1
    export: DeliveryId
    recipient: str
    sequence: Count
    message: Hex
    state: Literal["received", "applied"]
    documents: Count
    root: Hex
    at: str


def write_acknowledgement(answer: Acknowledgement, signer: Signer) -> str:
    return seal(answer, _HEAD, signer)


def read_acknowledgement(note: str, key: PublicKey) -> Acknowledgement:
    """Raises: as `signed_texts.unseal`."""
    return unseal(note, _HEAD, Acknowledgement, key)
