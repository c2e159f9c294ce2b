"""A change of id is an entry, and so is it that two ids are two people.

A rename carries every choice and every signal of the old id to the new one, those that outlived an erasure included,
in one transaction with the entry that says so: afterwards the new id stands where either stood, and a no of either
holds until a new choice, for rows that bear the other too. Nothing is taken from the old id: its receipts stay valid.
A no that is said under either later reaches both, a yes does not. The past, before the entry, is as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from licet.app.argument_types import require_subject_id
from licet.enforce.settled_ids import current_name, mark_of_other, names_now, names_of
from licet.ledger import Choice, Entry, EntryKind, Ledger, NewEntry, RecordedChoices
from licet.terms import EVERY_USE, AppError
from licet.terms.canonical import JsonObject
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from licet.app.core import Core

#: What tells apart what an id chose and sends.
_NAMING = ("setting", "category", "signal", "table", "key", "key_mark")

#: How often a change that the people's own choices overtook begins again.
_MOST_TRIES = 5


class Renamed(NamedTuple):
    """What a rename carried. entry: where the ledger says so; None where it said so before, and nothing is new."""

    old: str
    new: str
    choices: int
    signals: int
    entry: int | None
    position: int
    known: bool | None

    def as_json(self) -> JsonObject:
        return self._asdict()


def rename(core: Core, old: str, new: str, via: str) -> Renamed:
    """As `Workspace.rename_subject`."""
    _require_two(old, new)
    ledger = core.ledger
    stands = current_name(ledger, old)
    if stands == new:
        return Renamed(old, new, 0, 0, None, ledger.position, core.knows(new))
    if stands != old:
        raise AppError(
            "APP-176", f"{ascii(old)[:60]} was renamed before, to {ascii(stands)[:60]}",
            fix="rename that one, or say with `licet subjects distinct` that they are two people",
        )  # fmt: skip

    names = {old, new, *names_now(ledger, old), *names_now(ledger, new)}

    def carried() -> list[NewEntry]:
        return [
            NewEntry(EntryKind.SUBJECT_RENAMED, old, {"to": new, "via": via}),
            NewEntry(EntryKind.SUBJECT_RENAMED, new, {"from": old, "via": via}),
            *_carry(ledger, old, new, via, yeses=True),
            # One person's no is no under each of their ids.
            *{
                (name, entry.kind, *(entry.payload.get(key) for key in _NAMING)): entry
                for name in sorted(names - {new})
                for source in {old, new} - {name}
                for entry in _carry(ledger, source, name, via, yeses=False)
            }.values(),
        ]

    entries = _append(ledger, carried, names)
    kinds = [entry.kind for entry in entries if entry.subject == new]
    return Renamed(
        old, new, kinds.count(EntryKind.CHOICE), kinds.count(EntryKind.SIGNAL), entries[0].index,
        entries[-1].index + 1, core.knows(new),
    )  # fmt: skip


def keep_apart(core: Core, one: str, other: str, via: str) -> Entry | None:
    """As `Workspace.keep_apart`."""
    _require_two(one, other)
    if are_apart(core.ledger, core.salt, one, other):
        return None
    # Each entry names the other by a mark, so that erasing one of them leaves no id of theirs with the other.
    entries = [
        NewEntry(
            EntryKind.SUBJECTS_DISTINCT,
            subject,
            {"other": mark_of_other(core.salt, another), "via": via},
        )
        for subject, another in ((one, other), (other, one))
    ]
    with clear_disk_errors("recording that two ids are two people"):
        return core.ledger.append(entries)[0]


def erase_every_name(ledger: Ledger, subject: str, compact: bool) -> Entry | None:
    """As `Ledger.erase`, for each id that a subject went or goes by. A process that dies here can begin again."""
    *earlier, last = names_of(ledger, subject)
    erased = [entry for name in earlier if (entry := ledger.erase(name, compact=False)) is not None]
    entry = ledger.erase(last, compact=compact)
    if entry is None and erased and compact:
        ledger.compact()
    return entry or (erased[-1] if erased else None)


def are_apart(ledger: RecordedChoices, salt: bytes, one: str, other: str) -> bool:
    """Whether the ledger says that two ids are two people."""
    pairs = ((one, other), (other, one))
    return any(
        (entry.payload or {}).get("other") == mark_of_other(salt, another)
        for subject, another in pairs
        for entry in ledger.entries_of_kind(EntryKind.SUBJECTS_DISTINCT, subject)
    )


def _carry(ledger: Ledger, old: str, new: str, via: str, *, yeses: bool) -> list[NewEntry]:
    """What the old id chose and sends, where it is a no that the new one has not, or, with `yeses`, one that the new
    one was never asked for. An objection of one to every use ends what the other said yes to."""
    before = {(choice.setting, choice.category): choice.value for choice in ledger.choices_of(new)}
    yeses = yeses and before.get((EVERY_USE, None)) != "off"
    chosen, entries = ledger.choices_of(old), []
    if before.get((EVERY_USE, None)) != "off" and any(
        choice.setting == EVERY_USE and choice.value == "off" for choice in chosen
    ):
        entries += [
            NewEntry(EntryKind.CHOICE, new, _as_it_was(ledger, choice, via) | {"value": "off"})
            for choice in ledger.choices_of(new)
            if choice.value == "on" and choice.category is None
        ]
    for choice in chosen:
        stands = before.get((choice.setting, choice.category))
        if (stands is None and yeses) or (choice.value == "off" and stands != "off"):
            entries.append(NewEntry(EntryKind.CHOICE, new, _as_it_was(ledger, choice, via)))
    already = {_record(no) for no in ledger.record_noes(subjects=[new]).to_pylist()}
    for no in ledger.record_noes(subjects=[old]).to_pylist():
        if _record(no) not in already:
            said = {"table": no["table"], "value": "off", "via": via, "carried_from": no["entry"]}
            key = {"key": no["key"]} if no["key"] is not None else {"key_mark": no["key_mark"]}
            setting = None if no["setting"] == EVERY_USE else no["setting"]
            entries.append(NewEntry(EntryKind.RECORD_CHOICE, new, said | key | {"setting": setting}))
    return entries + [
        NewEntry(EntryKind.SIGNAL, new, {"signal": signal, "value": True, "via": via})
        for signal in sorted(ledger.signals_of(old) - ledger.signals_of(new))
    ]


def _record(no: Mapping[str, Any]) -> tuple[Any, ...]:
    return no["table"], no["key"], no["key_mark"], no["setting"]


def _as_it_was(ledger: Ledger, choice: Choice, via: str) -> JsonObject:
    """A choice as the new id has it: when it was made, under which policy, and which entry said it first."""
    said = ledger.entry(choice.entry).payload or {}
    when = said.get("when") or format_moment(choice.at)
    return {
        "setting": choice.setting, "category": choice.category, "value": choice.value, "via": via,
        "when": when, "carried_from": choice.entry, **({} if choice.pack is None else {"pack": choice.pack}),
    }  # fmt: skip


def _append(ledger: Ledger, make: Callable[[], list[NewEntry]], subjects: set[str]) -> Sequence[Entry]:
    for _ in range(_MOST_TRIES):
        position = ledger.position
        with clear_disk_errors("recording the change of id"):
            entries = ledger.append_unless_changed(make(), position, subjects)
        if entries is not None:
            return entries
    raise AppError(
        "APP-177", "they chose meanwhile, again and again, so the change of id was not recorded",
        fix="say it again; what they chose meanwhile stands",
    )  # fmt: skip


def _require_two(one: str, other: str) -> None:
    require_subject_id(one)
    require_subject_id(other)
    if one == other:
        raise AppError(
            "APP-175", f"{ascii(one)[:60]} is one id, and two are needed", fix="give the old id and the new"
        )
