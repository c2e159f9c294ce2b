"""How lists stand that were delivered: what each recipient has, was told and confirmed; no more than is known.

Of the ledger's entries and of what is held, as of one moment and one ledger position.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from licet.app.followed_copies import book, recipients
from licet.deliveries import AsOf, Reach, Recipient
from licet.deliveries.delivery_book import Delivery, DeliveryBook
from licet.deliveries.delivery_state import DeliveryState, state_of
from licet.deliveries.held_identifiers import HeldIdentifiers, HeldState
from licet.ledger import Entry, EntryKind
from licet.terms import DeliveryError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment, parse_moment

if TYPE_CHECKING:
    from licet.app.core import Core


#: What is said of a list that was begun anew.
LOST = "what was held of it was lost, and until a whole delivery is confirmed nobody can tell whom they have"


class ListStatus(NamedTuple):
    """One list that was delivered, as it stood as of `as_of`.

    export:   its id. first_entry: of the ledger, which tells of its first delivery. first, last: when it was first and
              last delivered; lease: until when it may be kept.
    sequence, applied, received: the number of the last delivery, and of the last that was done and had. due: until when
              the first that was not done is to be; is_late once that has passed.
    listed:   identifiers on it once all is done. removing: held on their way out, which nobody confirmed.
    fault:    why nobody can tell whom it has, where what is held of it was lost; the counts are those told last then.
    """

    as_of: AsOf
    audience: str
    recipient: str
    scheme: str
    export: str
    purpose: str
    first_entry: int
    first: str
    last: str
    position: int
    lease: str
    reach: Reach | None
    sequence: int
    applied: int
    received: int
    due: str | None
    is_late: bool
    listed: int
    removing: int
    fault: str | None

    @property
    def name(self) -> str:
        return f"list {self.audience}"

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "as_of": self.as_of._asdict()}


class ListDeliveryMade(NamedTuple):
    """One delivery, as the ledger tells of it. answered: what its recipient said last of it, and when."""

    entry: int
    at: str
    position: int
    audience: str
    recipient: str
    export: str
    sequence: int
    message: str
    action: str
    added: int
    removed: int
    listed: int
    due: str
    lease: str
    answered: str | None
    answered_at: str | None

    def as_json(self) -> JsonObject:
        return self._asdict()


def told_of(core: Core, export: str) -> Sequence[Entry]:
    """What was delivered of a list and answered, in order."""
    return core.copy_entries.before(core.ledger.position).told.get(export, ())


def lists_in(kept: DeliveryBook) -> Iterator[Delivery]:
    """The lists of a book, of those that can be read."""
    for export in kept.exports():
        try:
            found = kept.read(export)
        except DeliveryError:
            continue
        if found.of_list is not None:
            yield found


def held_of(core: Core, delivery: Delivery) -> tuple[HeldIdentifiers, HeldState]:
    """What is held of a list, and how far that is."""
    place = delivery.of_list
    assert place is not None
    held = HeldIdentifiers(core.layout.deliveries, delivery.export, core.salt)
    return held, HeldState(place.parts, place.taken)


def list_state(
    export: str, told: Sequence[Entry], now: datetime, position: int, known: Recipient | None
) -> DeliveryState:
    return state_of(export, told, now, position, known is not None and known.key is not None)


def is_late(state: DeliveryState, now: datetime) -> bool:
    """Whether the time for something is over, whoever can or cannot answer."""
    return state.due is not None and parse_moment(state.due) <= now


def list_statuses(core: Core) -> list[ListStatus]:
    """Every list that the ledger tells of, in the order in which they were first delivered."""
    now, position = core.now(), core.ledger.position
    known, entries, kept = recipients(core), core.copy_entries.before(position), book(core)
    exports = dict.fromkeys(entry.payload["export"] for entry in entries.deliveries if entry.payload)
    return [_status(core, entries.told[one], now, position, known, kept) for one in exports]


def _status(
    core: Core,
    told: Sequence[Entry],
    now: datetime,
    position: int,
    known: dict[str, Recipient],
    kept: DeliveryBook,
) -> ListStatus:
    delivered = [entry for entry in told if entry.kind is EntryKind.USE_RUN]
    first, said = delivered[0], delivered[-1].payload
    assert said is not None
    export, recipient = said["export"], said["recipient"]
    state = list_state(export, told, now, position, known.get(recipient))
    listed, removing, fault, lease, reach = said["listed"], 0, None, said["lease"], state.reach
    at, judged = said["at"], said["position"]
    try:
        delivery = kept.read(export)
        held, place = held_of(core, delivery)
        listed, removing = held.count(place)
        if delivery.of_list is not None and delivery.of_list.lost_at:
            fault, reach = LOST, None
        if judged < delivery.judged_position <= position:
            at, judged = delivery.judged_at, delivery.judged_position
    except DeliveryError as error:
        fault, reach = error.line(), None
    return ListStatus(
        state.as_of, said["audience"], recipient, said["scheme"], export, said["purpose"],
        first.index, format_moment(first.recorded_at), at, judged, lease, reach, state.sequence, state.applied,
        state.received, state.due, is_late(state, now), listed, removing, fault,
    )  # fmt: skip


def deliveries_made(core: Core, audience: str | None = None) -> list[ListDeliveryMade]:
    """Every delivery that the ledger tells of, the latest last; of one audience, where it is named."""
    entries = core.copy_entries.before(core.ledger.position)
    answers = {
        (said["export"], said["sequence"]): (said["state"], format_moment(entry.recorded_at))
        for told in entries.told.values()
        for entry in told
        if entry.kind is EntryKind.ACKNOWLEDGED and (said := entry.payload) is not None
    }
    found = []
    for entry in entries.deliveries:
        said = entry.payload
        if said is not None and audience in (None, said["audience"]):
            state, at = answers.get((said["export"], said["sequence"]), (None, None))
            found.append(
                ListDeliveryMade(
                    entry.index, said["at"], said["position"], said["audience"], said["recipient"],
                    said["export"], said["sequence"], said["message"], said["action"], said["added"],
                    said["removed"], said["listed"], said["due"], said["lease"], state, at,
                )
            )  # fmt: skip
    return found
