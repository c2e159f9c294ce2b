"""Copies that are followed: those for a recipient whom `recipients.yaml` names, as they leave and answer.
(`copy_removals` tells them what is to go.) How each stands is said as of a moment and a ledger position, and is no more
than is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from licet.deliveries import (
    Acknowledgement,
    AsOf,
    Delivery,
    DeliveryBook,
    DeliveryState,
    Reach,
    Recipient,
    load_recipients,
    opening_digest,
    read_acknowledgement,
    read_message,
)
from licet.deliveries.delivered_root import root_of
from licet.deliveries.delivery_state import state_of
from licet.deliveries.signed_texts import recipient_named
from licet.enforce.origin import PurposeRef
from licet.ledger import Entry, EntryKind, NewEntry
from licet.terms import DeliveryError, LicetError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from licet.app.core import Core


class CopyStatus(NamedTuple):
    """One copy that left, as it stood as of `as_of`.

    entry:     of the ledger, which tells of it. export: its id; None where it is not followed, as is `lease`.
    left_at:   of which moment it is; at, position: or when it was last looked, or told, what may be in it.
    lease:     until when it may be kept. reach: None where it is not followed, or cannot be any more.
    sent, applied: the number of the last message, and of the last that its recipient says was done.
    due:       until when the first that was not is to be. documents: that it holds once it has done them all.
    fault:     why it cannot be told anything, where what is kept of it cannot be read.
    """

    as_of: AsOf
    entry: int
    export: str | None
    use: str
    purpose: str
    recipient: str
    form: str
    folder: str
    left_at: str
    at: str
    position: int
    lease: str | None
    reach: Reach | None
    sent: int
    applied: int
    due: str | None
    documents: int
    fault: str | None

    @property
    def name(self) -> str:
        return f"{self.use} export {self.entry}"

    @property
    def is_empty(self) -> bool:
        """Whether its holder says that nothing is left in it, so that nothing can be in it that may not."""
        return self.reach is Reach.APPLIED and not self.documents

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "as_of": self.as_of._asdict()}


def book(core: Core) -> DeliveryBook:
    return DeliveryBook(core.layout.deliveries, core.salt)


def recipients(core: Core) -> dict[str, Recipient]:
    """Those whom the workspace's file names, none with more days than the policy in force gives it.

    Where the policy cannot be read, the file's own days stand. Raises: DeliveryError DLVR-001.
    """
    named = load_recipients(core.layout.recipients)
    return {name: one.within(*_most_days(core, name)) for name, one in named.items()}


def _most_days(core: Core, recipient: str) -> tuple[int | None, int | None]:
    """The most days of a lease, and of a removal, that the policy in force gives a recipient; None for no bound."""
    try:
        terms = core.policy().pack.recipients.get(recipient)
    except LicetError:
        return None, None
    if terms is None:
        return None, None
    leases = [days for days in (terms.lease_days, terms.retention_days) if days is not None]
    return min(leases, default=None), terms.removal_days


def new_copy(
    core: Core, use: str, asked: PurposeRef, judged: AsOf, form: str, folder: Path, lease_days: int | None
) -> Delivery | None:
    """A copy that is about to leave; None for a recipient whom no file names, and who can be told nothing.

    judged: as of what its documents may leave. lease_days: None for those of the recipient.
    Raises: DeliveryError DLVR-001; DLVR-005 for a lease that nobody can end.
    """
    recipient = asked.recipient
    known = recipients(core).get(recipient)
    if known is None:
        if lease_days is not None:
            raise DeliveryError(
                "DLVR-005",
                f"nobody could end a lease: recipients.yaml does not name {recipient}",
                str(core.layout.recipients),
                "name it there, with its key: docs/deliveries.md shows how",
            )
        return None
    now = core.now()
    wanted = known if lease_days is None else known.model_copy(update={"lease_days": lease_days})
    lease = format_moment(now + timedelta(days=wanted.within(*_most_days(core, recipient)).lease_days))
    return Delivery(
        export=DeliveryBook.new_id(), use=use, purpose=asked.purpose, recipient=recipient, form=form,
        folder=str(folder.absolute()), made=format_moment(now), lease=lease, opening="0" * 64, head="0" * 64,
        judged_at=judged.at, judged_position=judged.position,
    )  # fmt: skip


def keep(core: Core, delivery: Delivery, leaves: pa.Table) -> str:
    """Keep what a copy holds, before the ledger tells of it; its root. leaves: of `delivered_root.SCHEMA`, by id."""
    root = root_of(leaves)
    opening = opening_digest(delivery.export, len(leaves), root)
    book(core).write(delivery.model_copy(update={"opening": opening, "head": opening}), leaves)
    return root


def held_now(core: Core, kept: DeliveryBook, delivery: Delivery) -> pa.Table:
    """What a copy holds once it has done all that it was sent, on the disk by now: whoever made a message may have died
    before that was noted, and what is not noted would be named once more."""
    noted = held = kept.held(delivery.export)
    for sent in delivery.waiting:
        held = read_message(sent.note, core.signer.public_key).left_of(held)
    if len(held) != len(noted):
        kept.write_held(delivery.export, held)
    return held


def acknowledge(core: Core, note: str) -> CopyStatus:
    """Record what a recipient answered; the same answer once more changes nothing.

    Raises: DeliveryError DLVR-010 for what the recipient's key did not sign, DLVR-020 where no key of theirs is known,
    DLVR-021 for an answer to no message of this workspace, DLVR-022 where their copy holds other than it should.
    """
    said = answer_of(core, note)
    kept = book(core)
    with kept.alone():
        delivery = kept.read(said.export)
        _require_expected(core, delivery, said)
        record_answer(core, said)
        if said.state == "applied":
            held_now(core, kept, delivery)
            if said.sequence == delivery.sequence and not said.documents:
                kept.drop(said.export)  # it holds nothing any more
            else:
                kept.write(delivery.confirmed(said.sequence))
    return next(one for one in statuses(core) if one.export == said.export)


def answer_of(core: Core, note: str) -> Acknowledgement:
    """What a recipient whom the workspace's file names signed. Raises: DeliveryError DLVR-010, DLVR-020."""
    recipient = recipient_named(note)
    known = recipients(core).get(recipient)
    if known is None or known.public_key is None:
        raise DeliveryError(
            "DLVR-020",
            f"no key of {recipient[:60]!r} is known",
            str(core.layout.recipients),
            "name them there, with the key as they gave it to you: docs/deliveries.md shows how",
        )
    return read_acknowledgement(note, known.public_key)


def record_answer(core: Core, said: Acknowledgement, **more: str) -> None:
    """Tell the ledger of an answer, once. more: how it is known, where the recipient did not sign it."""
    payload = {
        "export": said.export, "recipient": said.recipient, "sequence": said.sequence, "message": said.message,
        "root": said.root, "documents": said.documents, "state": said.state, "at": said.at, **more,
    }  # fmt: skip
    if not any(entry.payload == payload for entry in _told_of(core, said.export)):
        core.ledger.append([NewEntry(EntryKind.ACKNOWLEDGED, None, payload)])


def _require_expected(core: Core, delivery: Delivery, said: Acknowledgement) -> None:
    """Raises: DeliveryError DLVR-021, DLVR-022."""
    expected = _expected(core, said)
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


def _expected(core: Core, said: Acknowledgement) -> tuple[str, int] | None:
    """Root and documents of a copy after the message that is answered; None where there is no such message."""
    if said.sequence == 0:
        return next(
            (
                (payload["documents_root"], payload["documents"])
                for entry in core.copy_entries.before(core.ledger.position).exports
                if (payload := entry.payload) is not None and payload.get("export") == said.export
                if said.message
                == opening_digest(said.export, payload["documents"], payload["documents_root"])
            ),
            None,
        )
    for entry in _told_of(core, said.export):
        payload = entry.payload
        if entry.kind is EntryKind.REMOVAL_SENT and payload and payload["message"] == said.message:
            return payload["root"], payload["documents"]
    return None


def _told_of(core: Core, export: str) -> Sequence[Entry]:
    """What was sent to and answered of a copy, in order."""
    return core.copy_entries.before(core.ledger.position).told.get(export, ())


def statuses(core: Core) -> list[CopyStatus]:
    """Every copy that the ledger tells of, the latest last; all as of one moment and one ledger position."""
    now, position = core.now(), core.ledger.position
    known, entries, kept = recipients(core), core.copy_entries.before(position), book(core)
    return [
        _status(entry, said, entries.told.get(said.get("export", ""), ()), now, position, known, kept)
        for entry in entries.exports
        if (said := entry.payload) is not None
    ]


def _status(
    entry: Entry,
    said: JsonObject,
    told: Sequence[Entry],
    now: datetime,
    size: int,
    known: dict[str, Recipient],
    kept: DeliveryBook,
) -> CopyStatus:
    export, at, position, documents = said.get("export"), said["at"], said["position"], said["documents"]
    state, fault = DeliveryState(AsOf(format_moment(now), size), None, 0, 0, 0, None), None
    if export is not None:
        one = known.get(said["recipient"])
        state = state_of(export, told, now, size, one is not None and one.key is not None)
        for sent in told:
            if sent.kind is EntryKind.REMOVAL_SENT and sent.payload:
                at, position, documents = (sent.payload[part] for part in ("at", "position", "documents"))
        if state.reach is not Reach.APPLIED or documents:  # of one that is empty nothing is kept
            try:
                delivery = kept.read(export)
                # A message that the ledger does not tell of yet was made for what is to go: until it is recorded,
                # nobody says of this copy that it was looked at and may stay as it is.
                is_recorded = delivery.sequence == state.sequence
                if is_recorded and position < delivery.judged_position <= size:
                    at, position = delivery.judged_at, delivery.judged_position
            except DeliveryError as error:
                state, fault = state._replace(reach=None), error.line()
    return CopyStatus(
        state.as_of, entry.index, export, said["use"], said["purpose"], said["recipient"],
        said.get("form", ""), said.get("folder", ""), said["at"], at, position, said.get("lease"), state.reach,
        state.sequence, state.applied, state.due, documents, fault,
    )  # fmt: skip
