"""Requests of members, as the ledger records them: that something known of them is wrong, or a complaint.

A request is entries of the person's: asked, perhaps acknowledged, answered. So an erasure takes the words along, and
every step has its place and its moment. An opt-out is no request: it holds at once, and nobody is asked to prove
anything for it. Nothing that is decided changes by a request; who answers one mends the tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from licet.app.argument_types import require_subject_id
from licet.enforce.settled_ids import names_now
from licet.ledger import Entry, EntryKind, NewEntry
from licet.terms import AppError
from licet.terms.canonical import JsonObject
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from licet.app.core import Core


class RequestKind(StrEnum):
    CORRECTION = "correction"
    COMPLAINT = "complaint"


class RequestState(StrEnum):
    ASKED = "asked"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"


#: Days from when it is received. To acknowledge a complaint: Data Protection Act 2018 (UK), s. 164A(2). To answer:
#: "within one month", GDPR Art. 12(3), and 28 days are never longer.
ACKNOWLEDGE_DAYS, ANSWER_DAYS = 30, 28
#: What can be said to be wrong; a complaint is about anything.
CORRECTABLE = ("region", "age")
MOST_LETTERS = 4000


class MemberRequest(NamedTuple):
    """One request. number: of its first entry. about: what is said to be wrong; empty for a complaint.

    due: by when the next step is owed, None once answered. taken_as: what they were taken for when they asked.
    """

    number: int
    subject: str
    kind: RequestKind
    about: str
    words: str
    taken_as: str | None
    at: datetime
    state: RequestState
    acknowledged_at: datetime | None
    answered_at: datetime | None
    answer: str
    due: datetime | None

    def is_late(self, now: datetime) -> bool:
        return self.due is not None and self.due < now

    def as_json(self) -> JsonObject:
        moments = {
            name: None if at is None else format_moment(at)
            for name in ("at", "acknowledged_at", "answered_at", "due")
            for at in [getattr(self, name)]
        }
        return {**self._asdict(), "kind": str(self.kind), "state": str(self.state), **moments}


def ask(core: Core, subject: str, kind: str, about: str, words: str, via: str) -> MemberRequest:
    """Record a request; one that stands open in the same words is that one.

    Raises: AppError APP-170 what is no id, APP-326 what is no request, APP-327 words that are missing or too long.
    """
    require_subject_id(subject)
    words = words.strip()
    if kind not in list(RequestKind) or (kind == RequestKind.CORRECTION) != (about in CORRECTABLE):
        raise AppError(
            "APP-326", f"there is no such request: {kind!r} about {about!r}",
            fix=f"ask for a correction about {' or '.join(CORRECTABLE)}, or make a complaint about nothing further",
        )  # fmt: skip
    if not words or len(words) > MOST_LETTERS or "\x00" in words:
        raise AppError(
            "APP-327", f"a request has between 1 and {MOST_LETTERS:,} letters, and this has {len(words):,}",
            fix="say in a few sentences what is wrong",
        )  # fmt: skip
    for one in requests_of(core, subject):
        if (one.kind, one.about, one.words) == (kind, about, words) and one.answered_at is None:
            return one
    said: JsonObject = {"step": "asked", "kind": kind, "about": about, "words": words, "via": via}
    if kind == RequestKind.CORRECTION:
        said["taken_as"] = _taken_as(core, subject, about)
    return _read([_append(core, subject, said)])[0]


def acknowledge(core: Core, number: int) -> MemberRequest:
    """Record that a request was received by somebody. Done twice it is done once. Raises: AppError APP-328."""
    return _step(core, number, {"step": "acknowledged"})


def answer(core: Core, number: int, words: str) -> MemberRequest:
    """Record what was answered, which ends it. Raises: AppError APP-327, APP-328, APP-329 once it was answered."""
    words = words.strip()
    if not words or len(words) > MOST_LETTERS or "\x00" in words:
        raise AppError(
            "APP-327", f"an answer has between 1 and {MOST_LETTERS:,} letters", fix="say what was done"
        )
    return _step(core, number, {"step": "answered", "words": words})


def requests_of(core: Core, subject: str) -> list[MemberRequest]:
    """Those of one person under every id of theirs, the latest first."""
    names = names_now(core.ledger, subject)
    entries = [
        entry for name in names for entry in core.ledger.entries_of_kind(EntryKind.MEMBER_REQUEST, name)
    ]
    return _read(entries)[::-1]


def every_request(core: Core) -> list[MemberRequest]:
    """Those of everybody who was not erased since, by number."""
    return _read(core.ledger.entries(0, core.ledger.position, EntryKind.MEMBER_REQUEST))


def _step(core: Core, number: int, said: JsonObject) -> MemberRequest:
    found = _numbered(core, number)
    if said["step"] == "acknowledged" and found.state is not RequestState.ASKED:
        return found
    if found.answered_at is not None:
        raise AppError(
            "APP-329", f"request {number} was answered on {format_moment(found.answered_at)[:10]}",
            fix="whoever asked may ask anew",
        )  # fmt: skip
    _append(core, found.subject, {**said, "of": number})
    return _numbered(core, number)


def _numbered(core: Core, number: int) -> MemberRequest:
    for one in every_request(core):
        if one.number == number:
            return one
    raise AppError("APP-328", f"there is no request {number}", fix="see the list of requests for its number")


def _append(core: Core, subject: str, said: JsonObject) -> Entry:
    with clear_disk_errors("recording the request"):
        (entry,) = core.ledger.append([NewEntry(EntryKind.MEMBER_REQUEST, subject, said)])
    return entry


def _taken_as(core: Core, subject: str, about: str) -> str | None:
    """What the tables say of it now, as text; None where they say nothing, or cannot be read."""
    if core.knows(subject) is not True:
        return None
    facts = core.facts_now(subject)
    told = None if facts is None else getattr(facts, about)
    return None if told is None else str(told)


def _read(entries: Iterable[Entry]) -> list[MemberRequest]:
    made: dict[int, MemberRequest] = {}
    for entry in entries:
        said = entry.payload
        if said is None or entry.subject is None:
            continue  # erased
        if said["step"] == "asked":
            kind = RequestKind(said["kind"])
            days = ACKNOWLEDGE_DAYS if kind is RequestKind.COMPLAINT else ANSWER_DAYS
            made[entry.index] = MemberRequest(
                entry.index, entry.subject, kind, said["about"], said["words"], said.get("taken_as"),
                entry.recorded_at, RequestState.ASKED, None, None, "", entry.recorded_at + timedelta(days=days),
            )  # fmt: skip
            continue
        one = made.get(said["of"])
        if one is None or one.state is RequestState.ANSWERED:
            continue  # of two who answer at once, the first is heard
        if said["step"] == "acknowledged":
            # A complaint is then owed an answer without undue delay, and no day is fixed for that.
            due = None if one.kind is RequestKind.COMPLAINT else one.due
            made[one.number] = one._replace(
                state=RequestState.ACKNOWLEDGED, acknowledged_at=entry.recorded_at, due=due
            )
        elif said["step"] == "answered":
            made[one.number] = one._replace(
                state=RequestState.ANSWERED, answered_at=entry.recorded_at, answer=said["words"], due=None
            )
    return [made[number] for number in sorted(made)]
