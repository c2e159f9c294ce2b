"""Recording what a member chose or sent, once for each request that asks for it.

A request may carry a key. The first time, its entries are recorded and name it, in one transaction; after that the
same key is answered from those entries, whoever asks, after a crash too. The key itself is kept nowhere: what the
ledger holds is its HMAC under the workspace's salt.

A no can always be recorded: neither catalogue nor members' table is asked before it is in the ledger, and where the
text of the policy cannot be read, it is recorded under the digest that the ledger names. Whether the members' table
knows the subject is said in the answer, and nothing hangs on it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from licet.app.argument_types import require_subject_id
from licet.app.results import Chosen
from licet.decide import Policy
from licet.enforce.settled_ids import names_now
from licet.ledger import Entry, EntryKind, Ledger, NewEntry, RecordedChoices
from licet.sources.catalogue import is_category
from licet.terms import AppError, LicetError
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.ids import is_text
from licet.terms.moments import format_moment, parse_moment

if TYPE_CHECKING:
    from licet.app.core import Core


def choose(
    core: Core,
    subject: str,
    setting: str,
    value: str,
    category: str | None,
    via: str,
    key: str | None,
) -> Chosen:
    """As `Workspace.choose`."""
    require_subject_id(subject)
    asked = NewEntry(
        EntryKind.CHOICE, subject, {"setting": setting, "category": category, "value": value, "via": via}
    )
    request = request_named(core, key)
    notes: tuple[str, ...] = ()
    try:
        digest, meant, notes = policy_named(core, setting, value)
        if category is not None and not (is_text(category) and is_category(category)):
            raise AppError("APP-014", f"there is no kind of data {category!r}", fix="see `licet packs show`")
    except LicetError:
        # What was recorded is answered the same, though the policy is another by now.
        recorded = recorded_before(core.ledger, request, asked)
        if recorded is None:
            raise
    else:
        said = {**asked.payload, "pack": digest}
        entries = [
            NewEntry(EntryKind.CHOICE, name, {**said, "setting": one})
            for name in names_reached(core.ledger, subject, value == "off")
            for one in meant
        ]
        with clear_disk_errors("recording the choice"):
            recorded = record_once(core.ledger, request, entries, asked)
    return Chosen(
        subject, setting, category, value, recorded[0].index, recorded[-1].index + 1,
        format_moment(recorded[0].recorded_at), core.knows(subject), notes,
    )  # fmt: skip


def signal(core: Core, subject: str, signal: str, value: bool, via: str, key: str | None) -> Entry:
    """As `Workspace.signal`."""
    require_subject_id(subject)
    asked = NewEntry(EntryKind.SIGNAL, subject, {"signal": signal, "value": value, "via": via})
    request = request_named(core, key)
    names = names_reached(core.ledger, subject, value)
    with clear_disk_errors("recording the signal"):
        entries = [NewEntry(EntryKind.SIGNAL, name, asked.payload) for name in names]
        return record_once(core.ledger, request, entries, asked)[0]


def names_reached(ledger: RecordedChoices, subject: str, refuses: bool) -> tuple[str, ...]:
    """The id that a choice is made under and, where it refuses, every other that its owner goes or went by.

    Who says yes under an id that was given up may be somebody else, and permits nothing for its earlier owner.
    """
    return names_now(ledger, subject) if refuses else (subject,)


def made_at(entry: Entry) -> datetime:
    """When a choice was made: elsewhere, or else when it was recorded here."""
    when = (entry.payload or {}).get("when")
    return parse_moment(when) if isinstance(when, str) else entry.recorded_at.astimezone(UTC)


def name_request(salt: bytes, key: str) -> str:
    """What the ledger calls the request of a key: 64 hex digits that only who has the salt can make of it."""
    return hmac.digest(salt, b"licet request\x00" + key.encode("utf-8", "surrogatepass"), "sha256").hex()


def request_named(core: Core, key: object) -> str | None:
    if key is None:
        return None
    if not isinstance(key, str):
        raise AppError(
            "APP-215", f"the key of a request is text, and not {ascii(key)[:60]}", fix="give str(key)"
        )
    return name_request(core.salt, key)


def policy_named(core: Core, setting: str, value: str) -> tuple[str, Sequence[str], tuple[str, ...]]:
    """The policy that a choice is made under, by its digest; the settings it is meant for; and what to say beside it.

    Where the policy's text cannot be read, a no is taken at its word: what cannot be checked may deny too much and
    never permits. A yes is not, since it is bound to what the text says.
    """
    try:
        policy = core.policy()
        return policy.pack.digest, settings_meant(policy, setting, value), ()
    except LicetError as error:
        digests = [entry.digest for entry in core.ledger.packs_in_force()]
        if error.code in ("APP-011", "APP-012") or value != "off" or not digests or not is_text(setting):
            raise
        note = f"the policy in force cannot be read, so whether it has a setting {setting!r} is not checked: {error}"
        return digests[-1], (setting,), (note,)


def recorded_before(ledger: Ledger, request: str | None, asked: NewEntry) -> Sequence[Entry] | None:
    found = [] if request is None else ledger.requested(request)
    return _same(found, asked) if found else None


def record_once(
    ledger: Ledger, request: str | None, entries: Sequence[NewEntry], asked: NewEntry
) -> Sequence[Entry]:
    if request is None:
        return ledger.append(entries)
    recorded, is_new = ledger.append_once(request, entries)
    return recorded if is_new else _same(recorded, asked)


def _same(found: Sequence[Entry], asked: NewEntry) -> Sequence[Entry]:
    """What a request recorded earlier, held to what is asked now."""
    first = found[0]
    if first.erased:
        raise AppError(
            "APP-087", "the request was carried out, and what it recorded was erased since",
            fix="use another key if it is to be recorded anew",
        )  # fmt: skip
    said: Mapping[str, Any] = first.payload or {}
    if (first.kind, first.subject) != (asked.kind, asked.subject) or any(
        said.get(name) != wanted for name, wanted in asked.payload.items()
    ):
        raise AppError(
            "APP-086", "the key was used before, for another request", fix="use a new key for every request"
        )
    return found


def settings_meant(policy: Policy, setting: str, value: str) -> tuple[str, ...]:
    """The settings that switching one switches: a yes is a yes to those it took the place of, too.

    A no needs no such help, it holds by itself. Raises: AppError APP-011, APP-012.
    """
    settings = sorted({*policy.pack.settings, *policy.earlier_settings})
    if setting not in settings:
        raise AppError(
            "APP-011",
            f"no policy has a setting {setting!r}",
            fix=f"one of: {', '.join(settings) or 'it has no settings'}",
        )
    if value not in ("on", "off"):
        raise AppError("APP-012", f"a setting is switched on or off, not {value!r}", fix="say on or off")
    return (setting, *(policy.lifted_by(setting) if value == "on" else ()))
