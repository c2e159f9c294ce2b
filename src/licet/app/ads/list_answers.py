"""What recipients answer of lists: that they have a delivery, or did it; by their signature, or by a result file.

Only an answer to a delivery that was made, of its own recipient, with the digest that the list then has, confirms
anything; on that, identifiers that were on their way out by then are destroyed. A repeated answer changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet.app.ads.list_statuses import ListStatus, list_statuses, told_of
from licet.app.ads.settled_lists import settled
from licet.app.followed_copies import answer_of, book, record_answer
from licet.deliveries import Acknowledgement, Delivery, DeliveryBook
from licet.ledger import EntryKind
from licet.terms import DeliveryError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from licet.app.core import Core


def acknowledge(core: Core, note: str) -> ListStatus:
    """Record what a recipient signed; the same once more changes nothing.

    Raises: DeliveryError DLVR-010, DLVR-020 as `followed_copies.answer_of`; DLVR-041 for an answer to no delivery of
    this workspace, DLVR-042 where their list is another than it should be.
    """
    said = answer_of(core, note)
    kept = book(core)
    with kept.alone():
        delivery, sent = _answered(core, kept, said.export, said.sequence)
        if delivery.recipient != said.recipient or sent["message"] != said.message:
            raise _of_no_delivery(said.recipient, said.sequence)
        if said.state == "applied" and (said.root, said.documents) != (sent["list_root"], sent["listed"]):
            raise DeliveryError(
                "DLVR-042",
                f"after delivery {said.sequence} their list of {sent['audience']} is another than it should be: "
                f"{said.documents} identifiers of {sent['listed']}",
                fix="have them apply it again; the next replace makes the list anew",
            )
        record_answer(core, said)
        settled(core, kept, delivery)
    return _status(core, said.export)


def record_result(core: Core, export: str, sequence: int, source: str, refused: int) -> ListStatus:
    """Record what a recipient's own result file says of a delivery, which nobody signed; the ledger says so.

    source: the SHA-256 of that file. refused: rows that the recipient did not carry out; then it is `received` alone.
    Raises: DeliveryError DLVR-041.
    """
    kept = book(core)
    with kept.alone():
        delivery, sent = _answered(core, kept, export, sequence)
        said = Acknowledgement(
            export=export, recipient=delivery.recipient, sequence=sequence, message=sent["message"],
            state="received" if refused else "applied", documents=sent["listed"], root=sent["list_root"],
            at=format_moment(core.now()),
        )  # fmt: skip
        record_answer(core, said, by="result_file", file=source)
        settled(core, kept, delivery)
    return _status(core, export)


def _answered(core: Core, kept: DeliveryBook, export: str, sequence: int) -> tuple[Delivery, JsonObject]:
    """A list, settled, and the entry of one of its deliveries. Raises: DeliveryError DLVR-002, DLVR-041."""
    delivery = kept.read(export)
    if delivery.of_list is None:
        raise _of_no_delivery(delivery.recipient, sequence)
    delivery = settled(core, kept, delivery)
    for entry in told_of(core, export):
        if entry.kind is EntryKind.USE_RUN and entry.payload and entry.payload["sequence"] == sequence:
            return delivery, entry.payload
    raise _of_no_delivery(delivery.recipient, sequence)


def _status(core: Core, export: str) -> ListStatus:
    return next(one for one in list_statuses(core) if one.export == export)


def _of_no_delivery(recipient: str, sequence: int) -> DeliveryError:
    return DeliveryError(
        "DLVR-041",
        f"this answers no delivery {sequence} of a list that {recipient[:60]} was sent",
        fix="ask them for the answer to the delivery that they were sent",
    )
