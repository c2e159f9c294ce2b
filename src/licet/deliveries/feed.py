"""The feed of a copy: numbered, signed messages, each naming documents that are to go and the root of what is left.

Each message names the one before it, the first the copy as it left; so none can be left out, repeated, reordered or
taken from another copy's feed without being found out by whoever applies them.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

import pyarrow as pa
from pydantic import Field, model_validator

from licet.deliveries.delivered_root import SCHEMA, without
from licet.deliveries.signed_texts import Message, name_of, seal, unseal
from licet.ledger import PublicKey, Signer
from licet.terms import DeliveryError
from licet.terms.canonical import canonical_json, digest

_HEAD = "licet removal v1"

Count = Annotated[int, Field(ge=0)]
Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
DeliveryId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class FeedMessage(Message):
    """export:    the id of the copy. sequence: from 1 on. previous: the name of the one before, or `opening_digest`.
    at, position: of which moment and ledger position. due: until when it is to be applied.
    gone:      ids of documents, in order. documents, subjects, root: of what is left.
    everything: all that the copy holds is to go, so nothing is named and nothing left.
    """

    licet_feed: Literal[1] = 1
    export: DeliveryId
    recipient: str
    sequence: Annotated[int, Field(ge=1)]
    previous: Hex
    at: str
    position: Count
    due: str
    everything: bool = False
    gone: tuple[str, ...]
    documents: Count
    subjects: Count
    root: Hex

    @model_validator(mode="after")
    def _names_nothing_of_everything(self) -> Self:
        if self.everything and (self.gone or self.documents or self.subjects):
            raise ValueError("everything is to go, and yet something is named or left")
        return self

    def left_of(self, held: pa.Table) -> pa.Table:
        """What is left of what a copy holds; of `delivered_root.SCHEMA`, as that is."""
        return SCHEMA.empty_table() if self.everything else without(held, list(self.gone))


def opening_digest(export: str, documents: int, root: str) -> str:
    """What the first message of a feed follows: the copy as it left."""
    return digest(canonical_json({"export": export, "documents": documents, "root": root}))


def write_message(message: FeedMessage, signer: Signer) -> str:
    return seal(message, _HEAD, signer)


def read_message(note: str, key: PublicKey) -> FeedMessage:
    """Raises: as `signed_texts.unseal`."""
    return unseal(note, _HEAD, FeedMessage, key)


def require_next(message: FeedMessage, note: str, export: str, applied: int, head: str) -> bool:
    """Whether a message is the next of a copy's feed; False for the one that was applied last, once more.

    One by which everything is to go is next after any: those before it need not be there, for nothing is left of what
    they name.

    applied, head: the number of the message that was applied last, and its name, or 0 and `opening_digest`.
    Raises: DeliveryError DLVR-011 for another copy's, DLVR-012 for one that comes too early, DLVR-013 for one that was
    applied before or follows another history.
    """
    return require_after(
        message.export, export, message.sequence, message.previous, name_of(note), applied, head,
        needs_none=message.everything,
    )  # fmt: skip


def require_after(
    named: str,
    export: str,
    sequence: int,
    previous: str,
    name: str,
    applied: int,
    head: str,
    *,
    needs_none: bool,
) -> bool:
    """`require_next` of a message, or a delivery, by its parts.

    named: the copy that it is for. needs_none: whether nothing before it need have been applied.
    """
    if named != export:
        raise DeliveryError(
            "DLVR-011",
            f"the message is for copy {named}, and this is copy {export}",
            fix="apply it to the copy that it names",
        )
    if needs_none and sequence > applied:
        return True
    if sequence > applied + 1:
        raise DeliveryError(
            "DLVR-012",
            f"the message is number {sequence}, and the last that was applied is number {applied}",
            fix=f"apply number {applied + 1} first; the platform hands it out again",
        )
    if sequence == applied and name == head:
        return False
    if sequence <= applied or previous != head:
        raise DeliveryError(
            "DLVR-013",
            f"message {sequence} does not follow what was applied to this copy, up to number {applied}",
            fix="ask the platform for the feed of this copy; if it hands out two histories, keep both: they prove it",
        )
    return True
