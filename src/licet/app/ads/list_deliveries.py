"""Delivering lists: what changed since the last delivery, numbered, signed, recorded, and then handed out.

In this order, each on the disk before the next: the delivery's own rows, sealed; the list's place in the book, with the
signed delivery; the ledger's `use_run`; what is held. Files are written last, of those rows, as often as they are asked
for. Whoever dies in between, or finds the disk full, leaves what the next run goes on from: a delivery that is not in
the book never was, and one that is there is recorded, taken in and handed out as it was made.

Nobody is handed out who refused since: where an earlier delivery that nobody confirmed adds somebody who may not be on
the list any more, the next one is a `replace`, in whose place the earlier ones are not handed out again.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterable, Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from licet.app.ads.delivery_files import hand_out, written
from licet.app.ads.list_judgement import Judged, entry_of, judge
from licet.app.ads.list_statuses import (
    held_of,
    is_late,
    list_state,
    lists_in,
    told_of,
)
from licet.app.ads.listed_audiences import load_layout, purpose_for, unknown_audience
from licet.app.ads.settled_lists import of_list, settled
from licet.app.followed_copies import book, recipients
from licet.app.retention import retention_days
from licet.deliveries import Delivery, DeliveryBook, Recipient
from licet.deliveries.delivery_book import ListPlace, Sent
from licet.deliveries.formats import is_same_list
from licet.deliveries.held_identifiers import PERMITTING, HeldIdentifiers, rows_of, rows_that
from licet.deliveries.list_delivery import (
    REPLACED_EVERY,
    ListDelivery,
    change_root,
    delivery_name,
    list_opening,
    list_root,
    write_delivery,
)
from licet.terms import DeliveryError, LicetError
from licet.terms.canonical import JsonObject, canonical_json
from licet.terms.moments import format_moment, parse_moment
from licet.uses.ads.audience_use import KIND
from licet.uses.row_buckets import OWNER

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.enforce.absences import Absences
    from licet.uses.use import Progress

#: So often it is judged anew who may be on a list, where somebody on it chooses meanwhile.
_TRIES = 5
#: How far clocks may differ.
_SKEW = timedelta(minutes=5)


class ListDelivered(NamedTuple):
    """What delivering one audience came to.

    sequence: of the last delivery; 0 where none was ever made. is_new: whether this made it. action: change or replace.
    held_back: identifiers that may be on it and are not, because the recipient is overdue. why: why the list is empty,
    or nothing was delivered. files: as they were written, of every delivery that nobody confirmed. others: the same of
    lists of that audience that went another way before, by another scheme or to another place, and are emptied.
    """

    audience: str
    recipient: str
    export: str | None
    sequence: int
    is_new: bool
    action: str | None
    added: int
    removed: int
    listed: int
    held_back: int
    due: str | None
    lease: str | None
    why: str | None
    files: tuple[str, ...] = ()
    others: tuple[ListDelivered, ...] = ()

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "others": [one.as_json() for one in self.others]}


class ListFailed(NamedTuple):
    """A list of which nobody could say who may be on it, or that could not be delivered; why."""

    audience: str
    export: str
    why: str


def deliver(
    core: Core, audience: str, folder: Path | None, absences: Absences, progress: Progress
) -> ListDelivered:
    """Make the next delivery of an audience, where anything changed, and write what is to be handed over to a folder.

    folder: None to write nothing yet.
    Raises: UseError ADS-001 to ADS-007; DeliveryError DLVR-037 for a recipient whom no file names, DLVR-034 and
    DLVR-035 for what is held, DLVR-038 where files cannot be written, DLVR-060 to
    DLVR-064 of the recipient's format; as a build.
    """
    layout, kept = load_layout(core), book(core)
    named = layout.audiences.get(audience)
    begun = [one for one in _lines(core, kept) if one.audience == audience]
    if named is not None:
        wanted = (named.recipient, named.scheme)
        current = [one for one in begun if (one.recipient, one.scheme) == wanted and one.why is None]
        new = _Line(audience, *wanted, None, None)
        begun = [one for one in begun if one not in current] + (current or [new])
    if not begun:
        raise unknown_audience(layout, audience)
    made = []
    for line in begun:  # what is taken back first, and handed out before anything of another can fail
        one = _judged_and_made(core, kept, line, absences, progress, only_removals=False)
        if folder is not None and one.export is not None:
            one = one._replace(files=tuple(hand_out(core, one.export, folder)))
        made.append(one)
    return made[-1]._replace(others=tuple(made[:-1]))


def tell_lists(core: Core, absences: Absences, progress: Progress) -> Iterator[ListDelivered | ListFailed]:
    """Make the next delivery of every list from which somebody has to go, one after another; nobody is added by it."""
    kept = book(core)
    for line in _lines(core, kept):
        assert line.export is not None
        try:
            made = _judged_and_made(core, kept, line, absences, progress, only_removals=True)
        except (LicetError, OSError) as error:
            with contextlib.suppress(LicetError, OSError), kept.alone():
                settled(core, kept, kept.read(line.export))  # what is over is destroyed all the same
            yield ListFailed(line.audience, line.export, str(error))
        else:
            if made.is_new:
                yield made


class _Line(NamedTuple):
    """A list, to be begun where it has no `export`. why: why it is emptied, whoever may be in the audience."""

    audience: str
    recipient: str
    scheme: str
    export: str | None
    why: str | None


def _lines(core: Core, kept: DeliveryBook) -> list[_Line]:
    """Every list that was begun. One that recipients.yaml leads past is emptied where it is: whoever refuses later
    would stay there."""
    known, found = recipients(core), list[_Line]()
    for delivery in lists_in(kept):
        place, to = of_list(delivery), known.get(delivery.recipient)
        is_there = to is None or not place.taken or is_same_list(place.format, to.format, place.audience)
        is_second = (place.audience, delivery.recipient, place.scheme, None) in {
            (one.audience, one.recipient, one.scheme, one.why) for one in found
        }
        why = (
            None
            if is_there and not is_second
            else f"recipients.yaml has another list of {place.audience} by now"
        )
        found.append(_Line(place.audience, delivery.recipient, place.scheme, delivery.export, why))
    return found


def _judged_and_made(
    core: Core,
    kept: DeliveryBook,
    line: _Line,
    absences: Absences,
    progress: Progress,
    *,
    only_removals: bool,
) -> ListDelivered:
    for _ in range(_TRIES):
        judged = judge(core, line.audience, line.recipient, line.scheme, absences, progress, line.why)
        with kept.alone():
            if line.export is None:  # another process may have begun it meanwhile
                key = (line.audience, line.recipient, line.scheme, None)
                line = next((one for one in _lines(core, kept) if (*one[:3], one.why) == key), line)
            delivery = None if line.export is None else settled(core, kept, kept.read(line.export))
            if not judged.is_of_now(core):  # another process may have taken them off already
                continue
            made = _make(core, kept, delivery, line, judged, only_removals)
        if judged.is_of_now(core):
            return made
    raise DeliveryError(
        "DLVR-039",
        f"members of {line.audience} choose faster than it can be delivered",
        fix="run it again; nothing of it was handed out",
    )


class _Change(NamedTuple):
    """What a list is to become. target: what is to be on it. leaving: what is on its way out already. All in order."""

    target: pa.Array
    added: pa.Array
    removed: pa.Array
    leaving: pa.Array
    held_back: int
    why: str | None


def _make(
    core: Core,
    kept: DeliveryBook,
    delivery: Delivery | None,
    line: _Line,
    judged: Judged,
    only_removals: bool,
) -> ListDelivered:
    """The next delivery, where there is anything to deliver; under the lock, of a list that is settled."""
    now, known = core.now(), recipients(core).get(line.recipient)
    if delivery is None and known is None:
        raise DeliveryError(
            "DLVR-037",
            f"nobody could take it back: recipients.yaml does not name {line.recipient}",
            str(core.layout.recipients),
            "name them there: docs/deliveries.md shows how",
        )
    if known is None or line.why is not None:  # by what it was delivered by: it is emptied where it is
        known = (known or Recipient()).model_copy(
            update={"format": None if delivery is None else of_list(delivery).format}
        )
    late = _is_overdue(core, kept, line.recipient, known)
    current = delivery or _new_list(core, kept, line, judged)
    held, place = held_of(core, current)
    known_of = held.identifiers(place)
    leaving = known_of.filter(known_of["is_removing"])["identifier"].combine_chunks()
    there = known_of.filter(pc.invert(known_of["is_removing"]))["identifier"].combine_chunks()
    change = _change(judged, there, leaving, late or only_removals, late)
    lease = current.lease if late else _lease(core, known, line.recipient)
    # Than they were told that they may keep it; two machines' clocks are never quite the same.
    is_shorter = parse_moment(lease) < parse_moment(current.lease) - _SKEW and len(change.target) > 0
    is_needed = (
        len(change.removed) > 0 or of_list(current).replaces or is_shorter or _waits_otherwise(current, known)
    )
    if not only_removals:
        is_half_over = parse_moment(lease) - now > 2 * (parse_moment(current.lease) - now)
        is_needed |= len(change.added) > 0 or (is_half_over and not late and len(change.target) > 0)
    if is_needed:
        return _send(core, kept, current, judged, change, held, lease, known)
    if delivery is not None and judged.as_of.position > delivery.judged_position:
        held.relink(place, _permitting(judged, there), judged.as_of.at)
        kept.write(delivery.judged(judged.as_of))
    return ListDelivered(
        line.audience, line.recipient, None if delivery is None else delivery.export, current.sequence, False,
        None, 0, 0, len(there), change.held_back, None, None if delivery is None else delivery.lease, change.why,
    )  # fmt: skip


def _change(judged: Judged, there: pa.Array, leaving: pa.Array, no_adds: bool, late: bool) -> _Change:
    """Whoever may be on the list, but nobody new where `no_adds`; nobody at all where too few would be left."""
    wanted = pc.unique(judged.rows["identifier"]).sort()
    target = wanted.filter(pc.is_in(wanted, value_set=there)) if no_adds else wanted
    why = judged.why
    if why is None and len(target) < judged.least:
        why = f"fewer than {judged.least} may be on it, and so few are delivered to nobody"
        if late and len(wanted) >= judged.least:
            why = "its recipient is overdue, and gets nobody new"
        target = target.slice(0, 0)
    added = target.filter(pc.invert(pc.is_in(target, value_set=there)))
    removed = there.filter(pc.invert(pc.is_in(there, value_set=target))).sort()
    held_back = (
        len(wanted) - len(target) if late and len(wanted) >= judged.least and judged.why is None else 0
    )
    leaving = leaving.filter(pc.invert(pc.is_in(leaving, value_set=target))).sort()
    return _Change(target, added, removed, leaving, held_back, why)


def _send(
    core: Core,
    kept: DeliveryBook,
    delivery: Delivery,
    judged: Judged,
    change: _Change,
    held: HeldIdentifiers,
    lease: str,
    known: Recipient,
) -> ListDelivered:
    place, sequence = of_list(delivery), delivery.sequence + 1
    is_whole = (
        sequence == 1 or sequence % REPLACED_EVERY == 0 or place.replaces or not len(change.target)
        or _waits_otherwise(delivery, known)
        or _adds_refused(held, delivery.waiting, change.target)
    )  # fmt: skip
    rows = _rows(change, is_whole)
    message = _message(core, delivery, judged, change, is_whole, lease, known)
    digests = {name: sha256(data).hexdigest() for name, data in written(message, rows, known.format).items()}
    note = write_delivery(message.model_copy(update={"files": digests}), core.signer)
    sent = Sent(
        sequence=sequence, note=note, name=delivery_name(note), due=message.due, gone=message.removed,
        format=known.format,
    )  # fmt: skip
    entry = entry_of(
        judged, core, delivery.recipient,
        {"listed": message.listed, "added": message.added, "removed": message.removed},
        export=delivery.export, audience=place.audience, scheme=place.scheme, sequence=sequence, message=sent.name,
        action=message.action, due=message.due, lease=lease, list_root=message.listed_root,
        added_root=message.added_root, removed_root=message.removed_root,
    )  # fmt: skip
    held.write_rows(
        sequence, rows, _permitting(judged, change.target)
    )  # who dies after this has kept rows of a delivery that never was
    unrecorded = canonical_json(entry).decode()
    now_place = place.model_copy(
        update={
            "replaces": False,
            "lease_before": delivery.lease,
            "unrecorded": unrecorded,
            "format": known.format,
        }
    )
    made = delivery.sent(sent, everything=is_whole).judged(judged.as_of)
    made = made.model_copy(update={"lease": lease, "of_list": now_place})
    kept.write(made)  # and after this, one that the next run records, takes in and hands out
    settled(core, kept, made)
    return ListDelivered(
        place.audience, delivery.recipient, delivery.export, sequence, True, message.action, message.added,
        message.removed, message.listed, change.held_back, message.due, lease, change.why,
    )  # fmt: skip


def _is_overdue(core: Core, kept: DeliveryBook, recipient: str, known: Recipient) -> bool:
    """Whether a recipient did not do in time what they were told of any list; then they get nobody new on none."""
    now, position = core.now(), core.ledger.position
    return any(
        is_late(list_state(one.export, told_of(core, one.export), now, position, known), now)
        for one in lists_in(kept)
        if one.recipient == recipient
    )


def _waits_otherwise(delivery: Delivery, known: Recipient) -> bool:
    """Whether a delivery that nobody confirmed was written as this recipient does not take it any more."""
    return any(sent.format != known.format for sent in delivery.waiting)


def _permitting(judged: Judged, identifiers: pa.Array) -> pa.Table:
    """All who permit one of some identifiers; of PERMITTING."""
    on_it = judged.rows.filter(pc.is_in(judged.rows["identifier"], value_set=identifiers))
    return pa.table([on_it[OWNER], on_it["identifier"]], PERMITTING.names).cast(PERMITTING)


def _message(
    core: Core,
    delivery: Delivery,
    judged: Judged,
    change: _Change,
    is_whole: bool,
    lease: str,
    known: Recipient,
) -> ListDelivery:
    """What is to be signed, but for its files."""
    place, salt = of_list(delivery), secrets.token_hex(32)
    added, removed, target = (each.to_pylist() for each in (change.added, change.removed, change.target))
    return ListDelivery(
        export=delivery.export, recipient=delivery.recipient, audience=place.audience, label=judged.label,
        scheme=place.scheme, sequence=delivery.sequence + 1, previous=delivery.head,
        at=judged.as_of.at, position=judged.as_of.position,
        due=format_moment(core.now() + timedelta(days=known.removal_days)), lease=lease,
        action="replace" if is_whole else "change", added=len(added), removed=len(removed), listed=len(target),
        salt=salt, added_root=change_root(added, salt), removed_root=change_root(removed, salt),
        listed_root=list_root(target, salt), files={},
    )  # fmt: skip


def _adds_refused(held: HeldIdentifiers, waiting: Iterable[Sent], target: pa.Array) -> bool:
    """Whether a delivery that nobody confirmed names somebody to be added who may not be on the list any more."""
    for sent in waiting:
        came = rows_that(held.rows(sent.sequence), "add", "keep")["identifier"]
        if not pc.all(pc.is_in(came, value_set=target), min_count=0).as_py():
            return True
    return False


def _rows(change: _Change, is_whole: bool) -> pa.Table:
    """The rows of a delivery; of CHANGES. A whole list names all that is on its way out once more: a recipient may be
    able to replace nothing but by naming it, and never have had the deliveries in whose place this one is."""
    parts = [rows_of("add", change.added), rows_of("remove", change.removed)]
    if is_whole:
        parts.append(rows_of("remove", change.leaving))
        stays = change.target.filter(pc.invert(pc.is_in(change.target, value_set=change.added)))
        parts.append(rows_of("keep", stays))
    return pa.concat_tables(parts)


def _new_list(core: Core, kept: DeliveryBook, line: _Line, judged: Judged) -> Delivery:
    now, export = format_moment(core.now()), DeliveryBook.new_id()
    opening = list_opening(export, line.recipient, line.audience, line.scheme)
    is_first = all(of_list(one).audience != line.audience for one in lists_in(kept))
    folder = line.audience if is_first else f"{line.audience}-{export[:8]}"
    return Delivery(
        export=export, use=KIND, purpose=purpose_for(line.recipient), recipient=line.recipient, form="",
        folder=folder, made=now, lease=now, opening=opening, head=opening, judged_at=judged.as_of.at,
        judged_position=judged.as_of.position, of_list=ListPlace(audience=line.audience, scheme=line.scheme),
    )  # fmt: skip


def _lease(core: Core, known: Recipient, recipient: str) -> str:
    """Until when a list that is delivered now may be kept."""
    try:
        most = retention_days(core.policy().pack, purpose_for(recipient), recipient)
    except LicetError:
        most = None
    return format_moment(core.now() + timedelta(days=known.within(most, None).lease_days))
