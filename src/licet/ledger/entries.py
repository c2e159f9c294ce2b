"""What an entry is: the kinds, what each must say, and the bytes the tree commits to.

The leaf of an entry holds a salted commitment and no personal data; payload, salt and subject stand beside it
and can be erased without touching the leaf. A payload that does not say what its kind needs is refused here,
before anything is written.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from licet.ledger.tombstones import is_mark
from licet.terms import LedgerError
from licet.terms.canonical import canonical_json
from licet.terms.ids import is_text
from licet.terms.log_tree import leaf_hash

#: Version of the leaf's bytes, which stands in each.
LEAF_VERSION = 1

#: Version of the tables; a ledger of a later one is not opened, one of an earlier one is brought to it.
FORMAT_VERSION = 2

#: Bytes of randomness that hide what a commitment commits to.
SALT_BYTES = 16

#: What a payload may call the request that asked for it: a digest, so that it says nothing of whoever asked.
_REQUEST = re.compile(r"[0-9a-f]{64}")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class EntryKind(StrEnum):
    """What an entry records. The text stands in the leaf."""

    CHOICE = "choice"
    SUPERSEDED_CHOICE = "superseded_choice"
    RECORD_CHOICE = "record_choice"
    ORGANISATION_CHOICE = "organisation_choice"
    SIGNAL = "signal"
    NOTICE_SHOWN = "notice_shown"
    PACK_ANNOUNCED = "pack_announced"
    PACK_IN_FORCE = "pack_in_force"
    USE_RUN = "use_run"
    REMOVAL_SENT = "removal_sent"
    ACKNOWLEDGED = "acknowledged"
    FORGETTING = "forgetting"
    MEMBER_REQUEST = "member_request"
    SUBJECT_RENAMED = "subject_renamed"
    SUBJECTS_DISTINCT = "subjects_distinct"
    ERASURE = "erasure"


#: The kinds whose payload may say which request asked for them.
ASKED_FOR = (
    EntryKind.CHOICE,
    EntryKind.SIGNAL,
    EntryKind.SUPERSEDED_CHOICE,
    EntryKind.RECORD_CHOICE,
    EntryKind.ORGANISATION_CHOICE,
    EntryKind.FORGETTING,
)


#: The kinds in which a member says something: a setting switched, a privacy signal sent, a no to one record.
SAID_BY_MEMBERS = (EntryKind.CHOICE, EntryKind.SIGNAL, EntryKind.RECORD_CHOICE)

#: What an entry about a copy that left says, beside its number: which, which message, and the root of what is left.
_OF_COPIES = {
    EntryKind.REMOVAL_SENT: ("export", "message", "root", "due"),
    EntryKind.ACKNOWLEDGED: ("export", "message", "root", "state"),
}

#: What an entry about an id and another says, one of these: an id it was renamed to or from, or another's mark.
_OF_IDS = {EntryKind.SUBJECT_RENAMED: ("to", "from"), EntryKind.SUBJECTS_DISTINCT: ("other",)}


@dataclass(frozen=True, slots=True)
class NewEntry:
    """Something to record.

    payload: JSON values without floats. A choice says ``setting``, ``value`` ("on" or "off") and may say
    ``category`` and ``via``, and ``pack``, the digest of the pack it was given under: a yes that names none, or one
    that no earlier entry names, speaks for nothing. So does a superseded choice, which was made before the one that
    stood when it was recorded and makes no row in the table of choices. A signal says ``signal`` and ``value`` (true
    or false). A choice about one record says ``table`` and ``key`` (or ``key_mark``, see `tombstones`), and ``setting``
    where it is about one; an organisation's, which has no subject, says ``organisation`` and ``setting``, ``category``
    or both: "off" is a no, "on" withdraws it, and neither is ever a yes. All may say ``request``, 64 hex digits that
    name who asked for it and when (see `Ledger.append_once`).
    A rename says ``to`` under the old id and ``from`` under the new; two ids that are two people say ``other``.
    A pack in force or announced says ``pack``, ``version``, ``digest`` and ``file``. A removal that was sent about a
    copy says ``export``, ``sequence``, ``message``, ``root`` and ``due``, and what was answered to it the same but
    ``state`` in place of ``due``. A forgetting, of the person's, says which ``step``, and so
    does what they ask of the platform beside. More keys are kept as they are.
    """

    kind: EntryKind
    subject: str | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the ledger. `recorded_at` is UTC; `payload`, `salt` and `subject` are None once erased."""

    index: int
    recorded_at: datetime
    kind: EntryKind
    commitment: bytes
    subject: str | None
    payload: dict[str, Any] | None
    salt: bytes | None

    @property
    def erased(self) -> bool:
        return self.payload is None

    @property
    def leaf(self) -> bytes:
        """The bytes the tree commits to: canonical JSON of five facts, none of them personal."""
        return leaf_bytes(self.index, to_microseconds(self.recorded_at), self.kind, self.commitment)

    @property
    def leaf_hash(self) -> bytes:
        return leaf_hash(self.leaf)


class ChoiceRow(NamedTuple):
    """A choice as the table of choices holds it; `category` is empty when the whole setting is meant.

    pack: the number of the pack it was given under; see `pack_numbers`.
    """

    subject: str
    setting: str
    category: str
    entry: int
    is_on: int
    pack: int


class SignalRow(NamedTuple):
    """A signal as the table of signals holds it."""

    subject: str
    signal: str
    entry: int
    is_on: int


class RequestRow(NamedTuple):
    """An entry that a request asked for, as the table of requests holds it."""

    request: str
    entry: int


class Prepared(NamedTuple):
    """A new entry, checked and committed to, that only lacks its place in the ledger."""

    kind: EntryKind
    subject: str | None
    payload: dict[str, Any]
    payload_json: bytes
    salt: bytes
    commitment: bytes


def prepare(new: Sequence[NewEntry]) -> list[Prepared]:
    """Check entries and commit to each under a fresh salt. Raises: LedgerError LEDG-013 for the first unfit one."""
    salts = os.urandom(SALT_BYTES * len(new))
    prepared = []
    for number, entry in enumerate(new):
        kind, subject, payload = entry.kind, entry.subject, entry.payload
        if type(payload) is not dict and not isinstance(payload, Mapping):
            raise _unfit(number, entry, "its payload is not a mapping")
        payload = dict(payload)
        payload_json = _find_repeated(payload) if kind is EntryKind.CHOICE else None
        if payload_json is None or subject is None or not is_text(subject) or is_mark(subject):
            if fault := find_fault(kind, subject, payload):
                raise _unfit(number, entry, fault)
            try:
                payload_json = canonical_json(payload)
            except (TypeError, ValueError, RecursionError) as error:
                raise _unfit(number, entry, f"its payload has no canonical form: {error}") from None
            kind = EntryKind(kind)
            if kind is EntryKind.CHOICE:
                _remember_repeated(payload, payload_json)
        salt = salts[number * SALT_BYTES : (number + 1) * SALT_BYTES]
        prepared.append(
            Prepared(kind, subject, payload, payload_json, salt, commit(salt, payload_json, subject))
        )
    return prepared


#: What a choice says that many others say word for word: which, and not who, when or on whose request.
_REPEATED_KEYS = frozenset({"setting", "category", "value", "via", "pack"})
_MOST_REPEATED = 1024

#: The canonical JSON of such payloads that were found fit. All values are text or None, so what is equal is written
#: alike: no 1 beside a True.
_repeated: dict[tuple[tuple[str, str | None], ...], bytes] = {}


def _find_repeated(payload: dict[str, Any]) -> bytes | None:
    try:
        return _repeated.get(tuple(payload.items()))
    except TypeError:  # a value that cannot be looked for
        return None


def _remember_repeated(payload: dict[str, Any], payload_json: bytes) -> None:
    if payload.keys() <= _REPEATED_KEYS and all(
        value is None or type(value) is str for value in payload.values()
    ):
        if len(_repeated) >= _MOST_REPEATED:
            _repeated.clear()
        _repeated[tuple(payload.items())] = payload_json


def find_fault(kind: str, subject: object, payload: Mapping[str, Any]) -> str:
    """Why an entry of this kind cannot say this; empty when it can."""
    if subject is not None and not is_text(subject):
        return "its subject must be text that is not empty"
    if isinstance(subject, str) and is_mark(subject):
        return "its subject looks like the mark of somebody erased"
    if kind in ASKED_FOR:
        if (subject is None) != (kind == EntryKind.ORGANISATION_CHOICE):
            return "it needs a subject" if subject is None else "an organisation is no subject"
        if kind == EntryKind.FORGETTING and payload.get("step") == "outcome":
            return ""  # whose `request` is the forgetting that it is of
        if not _is_request(payload.get("request")):
            return "its request must be 64 hex digits"
        if kind == EntryKind.FORGETTING:
            return "" if is_text(payload.get("step")) else "it must say its step"
        if kind in (EntryKind.RECORD_CHOICE, EntryKind.ORGANISATION_CHOICE):
            return _fault_of_row_choice(kind, payload)
        return _fault_of_signal(payload) if kind == EntryKind.SIGNAL else _fault_of_choice(payload)
    if kind in (EntryKind.PACK_IN_FORCE, EntryKind.PACK_ANNOUNCED):
        if subject is not None:
            return "a pack has no subject"
        missing = [key for key in ("pack", "version", "digest", "file") if not is_text(payload.get(key))]
        return f"it must say {', '.join(missing)}" if missing else ""
    if kind in _OF_COPIES:
        missing = [key for key in _OF_COPIES[EntryKind(kind)] if not is_text(payload.get(key))]
        missing += [] if type(payload.get("sequence")) is int else ["sequence"]
        return (
            "a copy is about many"
            if subject is not None
            else f"it must say {', '.join(missing)}"
            if missing
            else ""
        )
    if kind == EntryKind.MEMBER_REQUEST:
        is_fit = subject is not None and is_text(payload.get("step"))
        return "" if is_fit else "it needs a subject, and must say its step"
    if kind in _OF_IDS:
        wanted = _OF_IDS[EntryKind(kind)]
        is_fit = subject is not None and sum(is_text(payload.get(key)) for key in wanted) == 1
        return "" if is_fit else f"it needs a subject, and must say {' or '.join(wanted)}"
    if kind == EntryKind.ERASURE:
        return "erasures are recorded by erase() alone"
    return "" if kind in (EntryKind.NOTICE_SHOWN, EntryKind.USE_RUN) else "there is no such kind"


def commit(salt: bytes, payload_json: bytes, subject: str | None) -> bytes:
    """SHA-256 of the salt and the canonical JSON of ``{"payload": …, "subject": …}``."""
    # As canonical_json writes one text or null.
    subject_json = b"null" if subject is None else encode_basestring(subject).encode()
    return sha256(b'%b{"payload":%b,"subject":%b}' % (salt, payload_json, subject_json)).digest()


def leaf_bytes(index: int, recorded_at_us: int, kind: str, commitment: bytes) -> bytes:
    """Canonical JSON of the facts a leaf holds; written out because keys and kinds need no escaping."""
    return f'{{"commitment":"{commitment.hex()}","index":{index}{_leaf_ending(kind, recorded_at_us)}'.encode()


def leaf_hashes(first: int, recorded_at_us: int, new: Sequence[Prepared]) -> list[bytes]:
    """The leaf hashes of entries recorded at one moment, the first of them at `first`; as of `leaf_bytes`, quicker."""
    endings = {kind: _leaf_ending(kind, recorded_at_us) for kind in {entry.kind for entry in new}}
    return [
        leaf_hash(f'{{"commitment":"{entry.commitment.hex()}","index":{index}{endings[entry.kind]}'.encode())
        for index, entry in enumerate(new, first)
    ]


def _leaf_ending(kind: str, recorded_at_us: int) -> str:
    return f',"kind":"{kind}","licet_entry":{LEAF_VERSION},"recorded_at_us":{recorded_at_us}}}'


def choice_row(
    subject: str, payload: Mapping[str, Any], index: int, pack: int
) -> tuple[str, str, str, int, int, int]:
    """The row of a choice, as `ChoiceRow` names it; a plain tuple, which is sorted and written at half the cost."""
    is_on = int(payload["value"] == "on")
    return subject, payload["setting"], payload.get("category") or "", index, is_on, pack


def signal_row(subject: str, payload: Mapping[str, Any], index: int) -> SignalRow:
    return SignalRow(subject, payload["signal"], index, int(payload["value"]))


def request_row(payload: Mapping[str, Any], index: int) -> RequestRow | None:
    """The row of a choice or a signal that says which request asked for it."""
    request = payload.get("request")
    return RequestRow(request, index) if isinstance(request, str) else None


def to_microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970, UTC. Raises: LedgerError LEDG-022 for a moment without offset."""
    if moment.tzinfo is None:
        raise LedgerError(
            "LEDG-022", "the moment has no time zone", moment.isoformat(), "give an aware UTC datetime"
        )
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _unfit(number: int, entry: NewEntry, fault: str) -> LedgerError:
    return LedgerError(
        "LEDG-013",
        f"an entry of kind {entry.kind} cannot be recorded: {fault}",
        f"entry {number} of this call",
        "nothing of this call was written; mend the entry and append again",
    )


def _fault_of_choice(payload: Mapping[str, Any]) -> str:
    if not is_text(payload.get("setting")):
        return "a choice must say its setting"
    if payload.get("value") not in ("on", "off"):
        return 'the value of a choice is "on" or "off"'
    if payload.get("category") is not None and not is_text(payload["category"]):
        return "its category must be text or null"
    return "" if payload.get("via") is None or is_text(payload["via"]) else "its via must be text"


def _fault_of_row_choice(kind: str, payload: Mapping[str, Any]) -> str:
    if payload.get("value") not in ("on", "off"):
        return 'the value of a choice is "on" or "off"'
    named = [name for name in ("setting", "category") if payload.get(name) is not None]
    if not all(is_text(payload[name]) for name in named):
        return "its setting and its category must be text or null"
    if kind == EntryKind.ORGANISATION_CHOICE:
        is_named = is_text(payload.get("organisation")) and len(named) > 0
        return "" if is_named else "it must say organisation, and setting or category"
    is_fit = (
        is_text(payload.get("table")) and sum(is_text(payload.get(key)) for key in ("key", "key_mark")) == 1
    )
    return "" if is_fit else "a choice about one record must say its table and its key"


def _fault_of_signal(payload: Mapping[str, Any]) -> str:
    if not is_text(payload.get("signal")):
        return "a signal must say which it is"
    return "" if isinstance(payload.get("value"), bool) else "the value of a signal is true or false"


def _is_request(value: object) -> bool:
    return value is None or (isinstance(value, str) and _REQUEST.fullmatch(value) is not None)
