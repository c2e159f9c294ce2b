"""Copies that are followed: those for a recipient whom `recipients.yaml` names. What falls out of what they may hold is
told them by a feed of signed messages; what they answer is recorded. States say no more than is known.

A message is on the disk, encrypted, before the ledger tells of it, and the ledger tells of it before it is handed out:
whatever dies in between, the next run hands out the same message.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from licet.deliveries import (
    Acknowledgement,
    Delivery,
    DeliveryBook,
    DeliveryState,
    FeedMessage,
    Reach,
    Recipient,
    load_recipients,
    opening_digest,
    read_acknowledgement,
    read_message,
    write_message,
)
from licet.deliveries.delivered_root import fallen, root_of, without
from licet.deliveries.delivery_book import Sent
from licet.deliveries.delivery_state import state_of
from licet.deliveries.signed_texts import name_of, recipient_named
from licet.ledger import Entry, EntryKind, NewEntry
from licet.terms import DeliveryError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment, parse_moment

if TYPE_CHECKING:
    from licet.app.core import Core


class CopyStatus(NamedTuple):
    """One copy that left.

    entry:     of the ledger, which tells of it. export: its id; None where it is not followed, as is `lease`.
    at, position: of which moment and ledger position it is, or the last message that it was sent.
    lease:     until when it may be kept. reach: None where it is not followed: nobody can tell.
    sent, applied: the number of the last message, and of the last that its recipient says was done.
    due:       until when the first that was not is to be. documents: that it holds once it has done them all.
    """

    entry: int
    export: str | None
    use: str
    purpose: str
    recipient: str
    form: str
    folder: str
    at: str
    position: int
    lease: str | None
    reach: Reach | None
    sent: int
    applied: int
    due: str | None
    documents: int

    @property
    def name(self) -> str:
        return f"{self.use} export {self.entry}"

    def as_json(self) -> JsonObject:
        return self._asdict()


class RemovalSent(NamedTuple):
    """A message that was made for a copy. gone: documents that it names."""

    export: str
    recipient: str
    sequence: int
    gone: int
    due: str

    def as_json(self) -> JsonObject:
        return self._asdict()


def book(core: Core) -> DeliveryBook:
    return DeliveryBook(core.layout.deliveries, core.salt)


def recipients(core: Core) -> dict[str, Recipient]:
    """Raises: DeliveryError DLVR-001."""
    return load_recipients(core.layout.recipients)


def new_copy(
    core: Core, use: str, purpose: str, recipient: str, form: str, folder: Path, lease_days: int | None
) -> Delivery | None:
    """A copy that is about to leave; None for a recipient whom no file names, and who can be told nothing.

    lease_days: None for those of the recipient.
    Raises: DeliveryError DLVR-001; DLVR-005 for a lease that nobody can end.
    """
    known = recipients(core).get(recipient)
    if known is None:
        if lease_days is not None:
            raise DeliveryError(
                "DLVR-005",
                f"nobody could end a lease: recipients.yaml does not name {recipient}",
                str(core.layout.recipients),
                f"licet recipients add {recipient} --key KEY",
            )
        return None
    now = core.now()
    lease = format_moment(now + timedelta(days=known.lease_days if lease_days is None else lease_days))
    return Delivery(
        export=DeliveryBook.new_id(), use=use, purpose=purpose, recipient=recipient, form=form,
        folder=str(folder.absolute()), made=format_moment(now), lease=lease, opening="0" * 64, head="0" * 64,
    )  # fmt: skip


def keep(core: Core, delivery: Delivery, leaves: pa.Table) -> str:
    """Keep what a copy holds, before the ledger tells of it; its root. leaves: of `delivered_root.SCHEMA`, by id."""
    root = root_of(leaves)
    opening = opening_digest(delivery.export, len(leaves), root)
    book(core).write(delivery.model_copy(update={"opening": opening, "head": opening}), leaves)
    return root


class Stands(NamedTuple):
    """What may be in a copy now: of `delivered_root.SCHEMA`, by id; and per document whose it is."""

    leaves: pa.Table
    subjects: pa.Table

    def people_of(self, ids: pa.ChunkedArray) -> int:
        """How many people some documents are about."""
        theirs = self.subjects.filter(pc.is_in(self.subjects["document_id"], value_set=ids.combine_chunks()))
        return len(pc.unique(pc.list_flatten(theirs["subjects"])))


def is_lease_over(core: Core, delivery: Delivery) -> bool:
    return parse_moment(delivery.lease) <= core.now()


def send_removal(core: Core, delivery: Delivery, standing: Stands | None) -> RemovalSent | None:
    """Make the message that takes out of a copy what stands no more, where there is any, and record it.

    standing: None where nothing does.
    """
    held, now = book(core).held(delivery.export), core.now()
    gone = held["document_id"].to_pylist() if standing is None else fallen(held, standing.leaves)
    if not gone:
        return None
    left, known = without(held, gone), recipients(core).get(delivery.recipient, Recipient())
    due = format_moment(now + timedelta(days=known.removal_days))
    message = FeedMessage(
        export=delivery.export, recipient=delivery.recipient, sequence=delivery.sequence + 1, previous=delivery.head,
        at=format_moment(now), position=core.ledger.position, due=due, gone=tuple(gone),
        documents=len(left), subjects=0 if standing is None else standing.people_of(left["document_id"]),
        root=root_of(left),
    )  # fmt: skip
    note = write_message(message, core.signer)
    sent = Sent(sequence=message.sequence, note=note, name=name_of(note), due=due)
    book(core).write(delivery.sent(sent), left)
    _record(core, message, sent)
    return RemovalSent(delivery.export, delivery.recipient, message.sequence, len(gone), due)


def record_unrecorded(core: Core) -> None:
    """Record the messages that a process made and did not live to record."""
    told = {
        (entry.payload["export"], entry.payload["sequence"])
        for entry in core.ledger.entries(0, core.ledger.position, EntryKind.REMOVAL_SENT)
        if entry.payload is not None
    }
    for delivery in book(core):
        for sent in delivery.waiting:
            if (delivery.export, sent.sequence) not in told:
                _record(core, read_message(sent.note, core.signer.public_key), sent)


def _record(core: Core, message: FeedMessage, sent: Sent) -> None:
    payload = {
        "export": message.export, "recipient": message.recipient, "sequence": message.sequence, "message": sent.name,
        "at": message.at, "position": message.position, "gone": len(message.gone), "documents": message.documents,
        "root": message.root, "due": message.due,
    }  # fmt: skip
    core.ledger.append([NewEntry(EntryKind.REMOVAL_SENT, None, payload)])


def write_feed(core: Core, export: str, folder: Path) -> list[Path]:
    """Write a copy's messages that nobody confirmed into a folder, a file each; in order.

    Raises: DeliveryError DLVR-002, DLVR-003, and DLVR-006 where they cannot be written.
    """
    record_unrecorded(core)
    written = []
    for sent in book(core).read(export).waiting:
        path = folder / f"{export}-{sent.sequence:06d}.feed"
        try:
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            path.write_text(sent.note, encoding="utf-8")
        except OSError as error:
            raise DeliveryError(
                "DLVR-006",
                f"the message cannot be written: {error.strerror}",
                str(path),
                "check that there is room and that the folder is yours to use",
            ) from None
        written.append(path)
    return written


def acknowledge(core: Core, note: str) -> CopyStatus:
    """Record what a recipient answered; the same answer once more changes nothing.

    Raises: DeliveryError DLVR-010 for what the recipient's key did not sign, DLVR-020 where no key of theirs is known,
    DLVR-021 for an answer to no message of this workspace, DLVR-022 where their copy holds other than it should.
    """
    recipient = recipient_named(note)
    known = recipients(core).get(recipient)
    if known is None or known.public_key is None:
        raise DeliveryError(
            "DLVR-020",
            f"no key of {recipient[:60]!r} is known",
            str(core.layout.recipients),
            "licet recipients add NAME --key KEY, with the key as they gave it to you",
        )
    said = read_acknowledgement(note, known.public_key)
    delivery, expected = book(core).read(said.export), _expected(core, said)
    if expected is None or delivery.recipient != said.recipient:
        raise DeliveryError(
            "DLVR-021",
            f"this answers no message that was sent to {said.recipient} for copy {said.export}",
            fix="ask them for the answer to the message that they were sent",
        )
    if said.state == "applied" and (said.root, said.documents) != expected:
        raise DeliveryError(
            "DLVR-022",
            f"their copy {said.export} holds other than it should after message {said.sequence}: "
            f"{said.documents} documents of {expected[1]}",
            fix="have them delete it, and take a new copy",
        )
    payload = {
        "export": said.export, "recipient": said.recipient, "sequence": said.sequence, "message": said.message,
        "root": said.root, "documents": said.documents, "state": said.state, "at": said.at,
    }  # fmt: skip
    if not any(entry.payload == payload for entry in _about(core, said.export)):
        core.ledger.append([NewEntry(EntryKind.ACKNOWLEDGED, None, payload)])
    if said.state == "applied":
        if said.sequence == delivery.sequence and not said.documents:
            book(core).drop(said.export)  # it holds nothing any more
        else:
            book(core).write(delivery.confirmed(said.sequence))
    return next(one for one in statuses(core) if one.export == said.export)


def _expected(core: Core, said: Acknowledgement) -> tuple[str, int] | None:
    """Root and documents of a copy after the message that is answered; None where there is no such message."""
    if said.sequence == 0:
        return next(
            (
                (payload["documents_root"], payload["documents"])
                for entry in core.ledger.entries(0, core.ledger.position, EntryKind.USE_RUN)
                if (payload := entry.payload) is not None and payload.get("export") == said.export
                if said.message
                == opening_digest(said.export, payload["documents"], payload["documents_root"])
            ),
            None,
        )
    for entry in _about(core, said.export):
        payload = entry.payload
        if (
            entry.kind is EntryKind.REMOVAL_SENT
            and payload is not None
            and payload["message"] == said.message
        ):
            return payload["root"], payload["documents"]
    return None


def _about(core: Core, export: str | None = None) -> Iterator[Entry]:
    """What was sent and answered about a copy, or about all, in order."""
    kinds = (EntryKind.REMOVAL_SENT, EntryKind.ACKNOWLEDGED)
    found = [entry for kind in kinds for entry in core.ledger.entries(0, core.ledger.position, kind)]
    for entry in sorted(found, key=lambda one: one.index):
        if entry.payload is not None and export in (None, entry.payload["export"]):
            yield entry


def statuses(core: Core) -> list[CopyStatus]:
    """Every copy that the ledger tells of, the latest last."""
    known, told, now = recipients(core), [*_about(core)], core.now()
    return [
        _status(entry, entry.payload, told, now, known)
        for entry in core.ledger.entries(0, core.ledger.position, EntryKind.USE_RUN)
        if entry.payload is not None and entry.payload["how"] == "export"
    ]


def _status(
    entry: Entry, said: JsonObject, told: list[Entry], now: datetime, known: dict[str, Recipient]
) -> CopyStatus:
    export, at, position, documents = said.get("export"), said["at"], said["position"], said["documents"]
    state = DeliveryState(None, 0, 0, 0, None)
    if export is not None:
        one = known.get(said["recipient"])
        state = state_of(export, told, now, one is not None and one.key is not None)
        for sent in told:
            if sent.kind is EntryKind.REMOVAL_SENT and sent.payload and sent.payload["export"] == export:
                at, position, documents = (sent.payload[part] for part in ("at", "position", "documents"))
    return CopyStatus(
        entry.index, export, said["use"], said["purpose"], said["recipient"], said.get("form", ""),
        said.get("folder", ""), at, position, said.get("lease"), state.reach, state.sequence, state.applied, state.due,
        documents,
    )  # fmt: skip
