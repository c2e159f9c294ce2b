"""Asking recipients of lists to delete, one identifier a request, by the IAB's Data Deletion Request Framework 1.0.

Each request is on the disk, sealed, before it is sent; its answer before anybody is told of it. Who dies in between
sends the same request again, and a recipient that has it answers the same. What is kept names an identifier of somebody
who may have been forgotten, so a request that was received goes when the recipient's days for a removal are over, and
any other after a day; at the next request, or `licet update`.

**The most that an answer says is `received`.** An identifier is let go of on other evidence, or when the lease ends.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from licet.app.ads.list_statuses import held_of, lists_in
from licet.app.followed_copies import book, recipients
from licet.deliveries import Recipient
from licet.deliveries.deletion_discovery import FILE, Discovery, read_discovery
from licet.deliveries.deletion_requests import EMAIL, RESULTS, SHA256, AskedDeletion, answered, ask
from licet.deliveries.deletion_tokens import MOST_LETTERS, jwk_of
from licet.deliveries.guarded_requests import GuardedRequests
from licet.deliveries.recipients import DeletionPlace
from licet.store.sealed_files import BrokenSealError, SealedFiles
from licet.terms import DeliveryError
from licet.terms.canonical import JsonObject, canonical_json
from licet.terms.moments import parse_moment

if TYPE_CHECKING:
    from licet.app.core import Core

TOKEN_TYPE = "application/jwt"


class DeletionAnswer(NamedTuple):
    """What came of asking for one identifier. state: received, refused or unanswered; why: where it is not received."""

    id: str
    recipient: str
    asked_at: str
    state: str
    why: str

    def as_json(self) -> JsonObject:
        return self._asdict()


def ask_deletions(
    core: Core, recipient: str, identifiers: Sequence[str], requests: GuardedRequests | None = None
) -> Iterator[DeletionAnswer]:
    """Ask a recipient to delete what goes by some identifiers. One that was asked for already is asked for again by the
    same request, until it is answered or a day old; one that was received is not sent again.

    Raises: DeliveryError DLVR-080 for a recipient of whom it is not known where to ask; as `read_discovery`, and as
    `GuardedRequests.ask` for their file. Where a single request fails, its state says so.
    """
    place = _place_of(core, recipient)
    requests = requests or GuardedRequests()
    scheme = "http" if requests.is_here(place.domain) else "https"
    theirs = read_discovery(requests.get(f"{scheme}://{place.domain}/{FILE}").body, place)
    if not theirs.takes(EMAIL, SHA256):
        raise DeliveryError(
            "DLVR-075",
            f"{place.domain} cannot be asked to delete: it takes no hashed e-mail addresses",
            f"https://{place.domain}/{FILE}",
            "ask them what they need, by another way",
        )
    kept = _Kept(core)
    kept.drop_settled(recipients(core))
    there = {one.identifier: one for one in kept if one.recipient == recipient}
    for identifier in dict.fromkeys(identifiers):
        asked = there.get(identifier)
        if asked is None or not (asked.is_received or asked.is_good(core.now())):
            asked = ask(recipient, identifier, place, core.signer, core.now())
            kept.write(asked)
        yield _said(asked) if asked.is_received else _send(core, kept, asked, place, theirs, requests)


def _send(
    core: Core,
    kept: _Kept,
    asked: AskedDeletion,
    place: DeletionPlace,
    theirs: Discovery,
    requests: GuardedRequests,
) -> DeletionAnswer:
    try:
        answer = requests.ask("POST", theirs.endpoint, asked.token.encode(), TOKEN_TYPE)
        text = answer.body.decode("ascii", "replace").strip()
        if len(text) > MOST_LETTERS or not text:
            return _said(asked, "there is no answer to it yet" if not text else "its answer is too long")
        done = answered(asked, text, place, theirs, core.now())
    except DeliveryError as error:
        return _said(asked, error.what)
    kept.write(done)
    return _said(done)


def _said(asked: AskedDeletion, why: str = "") -> DeletionAnswer:
    state = "unanswered" if asked.code is None else "received" if asked.is_received else "refused"
    return DeletionAnswer(asked.id, asked.recipient, asked.asked_at, state, why or _reason(asked))


def _reason(asked: AskedDeletion) -> str:
    return "" if asked.code in (None, 0) else RESULTS.get(asked.code or 0, "")


def asked_deletions(core: Core) -> list[DeletionAnswer]:
    """Every request that is kept, by when it was made. Raises: DeliveryError DLVR-081."""
    return [_said(one) for one in sorted(_Kept(core), key=lambda one: (one.asked_at, one.id))]


def own_discovery(core: Core, endpoint: str) -> JsonObject:
    """What our own `dsrdelete.json` says, by which recipients check what we ask.

    endpoint: where others may ask us; we are asked by members themselves, and it takes nothing from elsewhere.
    """
    return {
        "endpoint": endpoint,
        "identifiers": [],
        "publicKey": [jwk_of(core.signer).model_dump(exclude_none=True)],
        "vendorScriptRequirement": False,
    }


def on_their_way_out(core: Core, recipient: str) -> list[str]:
    """The identifiers of a recipient's lists of which nobody confirmed yet that they are gone, in order.

    Raises: DeliveryError DLVR-034, DLVR-035 for what is held of a list.
    """
    found = set[str]()
    for delivery in lists_in(book(core)):
        if delivery.recipient == recipient:
            held, state = held_of(core, delivery)
            rows = held.identifiers(state)
            found.update(rows.filter(rows["is_removing"])["identifier"].to_pylist())
    return sorted(found)


def drop_settled(core: Core) -> None:
    """Let go of the requests that are not needed any more. Raises: DeliveryError DLVR-081."""
    _Kept(core).drop_settled(recipients(core))


def trial_requests(hosts: Collection[str]) -> GuardedRequests:
    """hosts: as `name:port`, within, that are asked all the same, and without TLS."""
    return GuardedRequests(hosts)


def _place_of(core: Core, recipient: str) -> DeletionPlace:
    known = recipients(core).get(recipient)
    if known is None or known.deletion is None:
        raise DeliveryError(
            "DLVR-080",
            f"it is not known where {recipient[:60]!r} is asked to delete",
            str(core.layout.recipients),
            "name their domain there under deletion:",
        )
    return known.deletion


class _Kept:
    """The requests of a workspace, a sealed file each."""

    def __init__(self, core: Core) -> None:
        self._now = core.now
        self._folder = core.layout.deletions
        self._files = SealedFiles(self._folder, core.salt, b"licet asked deletions")

    def __iter__(self) -> Iterator[AskedDeletion]:
        for name in self._files.names():
            try:
                yield AskedDeletion.model_validate(json.loads(self._files.read(name)))
            except (BrokenSealError, ValidationError, ValueError, OSError):
                raise DeliveryError(
                    "DLVR-081",
                    "a request to delete that is kept was damaged, or kept under another salt",
                    str(self._folder / name),
                    "restore it from a backup, or remove the file: the recipient is then asked anew",
                ) from None

    def write(self, asked: AskedDeletion) -> None:
        try:
            self._files.write(asked.id, canonical_json(asked.model_dump(mode="json")))
        except OSError as error:
            raise DeliveryError(
                "DLVR-082",
                f"a request to delete cannot be kept, so it is not sent: {error.strerror}",
                str(self._folder),
                "check that there is room and that the folder is yours to use",
            ) from None

    def drop_settled(self, known: Mapping[str, Recipient]) -> None:
        """Let go of those that were received, once the days are over in which their recipient is to do them, and of
        those that are not sent again as they are: another is made in their place."""
        now = self._now()
        for one in list(self):
            days = known.get(one.recipient, Recipient()).removal_days
            is_over = parse_moment(one.asked_at) < now - timedelta(days=days)
            if is_over if one.is_received else not one.is_good(now):
                self._files.remove(one.id)
