"""Telling copies that left what is to go: each by itself, so that one that fails keeps none of the others from it.

What may be in a copy is judged as of a moment and a ledger position, and its message says which; whoever judged it as
of an earlier one than another process did meanwhile says nothing. A message is on the disk, sealed, before the ledger
tells of it, and the ledger tells of it before it is handed out: whatever dies in between, the next run hands out the
same message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from licet.app.followed_copies import CopyStatus, book, held_now, recipients, statuses
from licet.app.retention import is_over, kept_until
from licet.app.tenses import stands_for_now
from licet.deliveries import (
    AsOf,
    Delivery,
    DeliveryBook,
    FeedMessage,
    Recipient,
    read_message,
    write_message,
)
from licet.deliveries.delivered_root import fallen, root_of, without
from licet.deliveries.delivery_book import Sent
from licet.deliveries.signed_texts import name_of
from licet.ledger import EntryKind, NewEntry
from licet.terms import DeliveryError, GateError, LicetError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment, midnight, parse_moment

if TYPE_CHECKING:
    from licet.app.core import Core


class Stands(NamedTuple):
    """What may be in a copy, as of `as_of`: of `delivered_root.SCHEMA`, by id; and per document whose it is."""

    as_of: AsOf
    leaves: pa.Table
    subjects: pa.Table

    def people_of(self, ids: pa.ChunkedArray) -> int:
        """How many people some documents are about."""
        theirs = self.subjects.filter(pc.is_in(self.subjects["document_id"], value_set=ids.combine_chunks()))
        return len(pc.unique(pc.list_flatten(theirs["subjects"])))


class RemovalSent(NamedTuple):
    """A message that was made for a copy. gone: documents that are to go. whole: why all of them are; None where some
    stay."""

    export: str
    recipient: str
    sequence: int
    gone: int
    due: str
    whole: str | None


class TellingFailed(NamedTuple):
    """A copy that could not be told what is to go, or of which nobody can tell that; why."""

    export: str
    why: str


def tell_copies(
    core: Core, standing_of: Callable[[Delivery], Stands | None]
) -> Iterator[RemovalSent | TellingFailed]:
    """Tell every copy that is followed what may not be in it any more, one after another.

    standing_of: what may be in one; None where nothing is left by which anybody could tell.
    """
    kept = book(core)
    for copy in statuses(core):
        if copy.export is None or copy.is_empty:
            continue
        try:
            sent = _tell(core, kept, copy, copy.export, standing_of)
        except (LicetError, OSError) as error:
            yield TellingFailed(copy.export, str(error))
        else:
            if sent is not None:
                yield sent


def why_whole(core: Core, copy: CopyStatus) -> str | None:
    """Why all of a copy is to go, whatever is in it; None where it is not."""
    if copy.lease is not None and parse_moment(copy.lease) <= core.now():
        return "its lease is over"
    due = kept_until(core, copy.purpose, copy.recipient, copy.left_at)
    if due is not None and is_over(core, due):
        return f"it was to be kept until {due[:10]}"
    return (
        None if is_use_permitted(core, copy.purpose, copy.recipient) else "the policy permits nothing of it"
    )


def is_use_permitted(core: Core, purpose: str, recipient: str, for_training: bool = True) -> bool:
    """Whether a rule in force permits this use of anything. Where no policy can be read, whoever judges says so."""
    from licet.enforce.gate import refuse_unfit_use  # late: most workspaces follow no copy

    try:
        policy = core.policy()
    except LicetError:
        return True
    try:
        refuse_unfit_use(policy, purpose, recipient, for_training)
    except GateError:
        return False
    rules, now = policy.pack.permits(purpose, recipient), core.now()
    return any(rule.until is None or now < midnight(rule.until) for rule in rules)


def _tell(
    core: Core,
    kept: DeliveryBook,
    copy: CopyStatus,
    export: str,
    standing_of: Callable[[Delivery], Stands | None],
) -> RemovalSent | None:
    as_of, whole, standing = (
        AsOf(format_moment(core.now()), core.ledger.position),
        why_whole(core, copy),
        None,
    )
    if whole is None:
        standing = standing_of(kept.read(export))
        whole = None if standing else "nothing is left by which anybody could tell what may be in it"
        as_of = standing.as_of if standing else as_of
    with kept.alone():
        delivery = kept.read(export)
        if delivery.sequence > copy.sent:
            record_unrecorded(core, delivery)
        if as_of.position < delivery.judged_position:
            return None
        held = held_now(core, kept, delivery)
        gone = held["document_id"].to_pylist() if standing is None else fallen(held, standing.leaves)
        if gone:
            return _send(core, kept, delivery.judged(as_of), held, gone, standing, whole)
        if not stands_for_now(core, copy.position):
            kept.write(delivery.judged(as_of))
    return None


def _send(
    core: Core,
    kept: DeliveryBook,
    delivery: Delivery,
    held: pa.Table,
    gone: list[str],
    standing: Stands | None,
    whole: str | None,
) -> RemovalSent:
    """Make the message that takes documents out of a copy, and record it."""
    left, known = without(held, gone), recipients(core).get(delivery.recipient, Recipient())
    due = format_moment(core.now() + timedelta(days=known.removal_days))
    everything = not len(left)
    message = FeedMessage(
        export=delivery.export, recipient=delivery.recipient, sequence=delivery.sequence + 1, previous=delivery.head,
        at=delivery.judged_at, position=delivery.judged_position, due=due, everything=everything,
        gone=() if everything else tuple(gone), documents=len(left),
        subjects=0 if standing is None else standing.people_of(left["document_id"]), root=root_of(left),
    )  # fmt: skip
    note = write_message(message, core.signer)
    sent = Sent(sequence=message.sequence, note=note, name=name_of(note), due=due, gone=len(gone))
    kept.write(delivery.sent(sent, everything), left)
    _record(core, message, sent)
    if everything:
        whole = whole or "nothing of it may be used any more"
    return RemovalSent(delivery.export, delivery.recipient, message.sequence, len(gone), due, whole)


def record_unrecorded(core: Core, delivery: Delivery) -> None:
    """Record the messages of a copy that a process made and did not live to record."""
    told = {
        entry.payload["sequence"]
        for entry in core.ledger.entries(0, core.ledger.position, EntryKind.REMOVAL_SENT)
        if entry.payload is not None and entry.payload["export"] == delivery.export
    }
    for sent in delivery.waiting:
        if sent.sequence not in told:
            _record(core, read_message(sent.note, core.signer.public_key), sent)


def _record(core: Core, message: FeedMessage, sent: Sent) -> None:
    payload: JsonObject = {
        "export": message.export, "recipient": message.recipient, "sequence": message.sequence, "message": sent.name,
        "at": message.at, "position": message.position, "gone": sent.gone, "everything": message.everything,
        "documents": message.documents, "root": message.root, "due": message.due,
    }  # fmt: skip
    core.ledger.append([NewEntry(EntryKind.REMOVAL_SENT, None, payload)])


def recorded(core: Core, export: str) -> Delivery:
    """A copy, once the ledger tells of every message that was made for it.

    Raises: DeliveryError DLVR-002, DLVR-003, DLVR-007.
    """
    kept = book(core)
    with kept.alone():
        delivery = kept.read(export)
        record_unrecorded(core, delivery)
    return delivery


def write_feed(core: Core, export: str, folder: Path) -> list[Path]:
    """Write a copy's messages that nobody confirmed into a folder, a file each; in order.

    Raises: DeliveryError DLVR-002, DLVR-003, DLVR-007, and DLVR-006 where they cannot be written.
    """
    written = []
    for sent in recorded(core, export).waiting:
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
