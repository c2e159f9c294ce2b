"""Choices that members made elsewhere, brought into the ledger as they were: all of a file, or nothing of it.

A choice takes its place by when it was made. One that is older than what stands for the same subject, setting and kind
of data is recorded and governs nothing; of two made at the same moment the no holds. A yes is bound to the policy that
was in force when it was given, or to the one named; where there is neither, or it never was in force here, it speaks
for nothing, lifts nothing, and is counted. A yes lifts no refusal of another setting; one from before its subject was
erased governs nothing. The same row is recorded once, however often its file is handed in. Noes to single records and
of organisations may stand among the rows; see `imported_noes`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from licet.app import imported_noes
from licet.app.choice_files import GivenRow, as_moment, shown
from licet.app.choice_recording import made_at, name_request, names_reached
from licet.app.imported_noes import ImportedNo
from licet.ledger import Entry, EntryKind, Ledger, NewEntry
from licet.ledger.tombstones import is_mark
from licet.sources.catalogue import is_category
from licet.terms import EVERY_USE, AppError
from licet.terms.canonical import JsonObject, canonical_json
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.ids import is_text
from licet.terms.moments import format_moment, parse_moment

if TYPE_CHECKING:
    from licet.app.core import Core

#: What a state says a setting was switched to.
STATES = {"on": "on", "given": "on", "given_again": "on", "off": "off", "refused": "off", "withdrawn": "off"}

#: Faults of a file that are told; the rest is counted.
_MOST_FAULTS = 5
#: How often an import that others' choices overtook begins again.
_MOST_TRIES = 5

Progress = Callable[[str, int, int | None], None]


class ImportedChoices(NamedTuple):
    """What became of a file of choices.

    rows:           rows of the file; each is one of `recorded` and `already_there`.
    recorded:       rows that are now in the ledger: `noes` and `yeses`.
    already_there:  rows that an earlier import, or an earlier row, had recorded.
    superseded:     of those recorded, the ones older than what stood: they govern nothing, and have no receipt.
    unbound_yeses:  of those recorded, the yeses that speak for nothing now: no policy was in force here when they were
                    given, or the one named never was.
    not_members:    subjects that the members' table has not at present; None where that cannot be told.
    missing_records: records of noes to single ones that the tables have not at present; None as well.
    position:       the ledger's number of entries afterwards.
    dry_run:        nothing was written; it says what would be.
    """

    rows: int
    recorded: int
    noes: int
    yeses: int
    already_there: int
    superseded: int
    unbound_yeses: int
    subjects: int
    not_members: int | None
    missing_records: int | None
    position: int
    dry_run: bool

    def as_json(self) -> JsonObject:
        return self._asdict()


class _Choice(NamedTuple):
    """A choice as it was made, checked. request: names the row, for who hands it in again."""

    when: datetime
    value: str
    subject: str
    setting: str
    category: str | None
    source: str | None
    request: str

    @property
    def key(self) -> tuple[str, str, str | None]:
        return self.subject, self.setting, self.category


def import_choices(
    core: Core,
    rows: Sequence[GivenRow],
    where: str,
    pack: str | None,
    dry_run: bool,
    via: str,
    now: datetime,
    progress: Progress,
) -> ImportedChoices:
    """As `Workspace.import_choices`. where: what the file is called in errors. pack: the digest named."""
    progress("checking", 0, len(rows))
    choices, narrow, missing_records = _checked(core, rows, where, pack, now)
    people = {one.subject for one in choices} | {no.subject for no in narrow if no.subject is not None}
    not_members = core.missing_subjects(people)
    in_force = {digest for _, digest in _in_force(core.ledger)}
    for _ in range(_MOST_TRIES):
        position = core.ledger.position
        new, new_narrow = _not_there(core.ledger, choices), _not_there(core.ledger, narrow)
        _refuse([*imported_noes.taken_back(core.ledger, new_narrow, position)], where)
        entries = _entries(core, new, pack, via)
        entries += imported_noes.noes_to_record(
            core, new_narrow, _said_under(core.ledger, new_narrow), via, position
        )
        progress("recording", len(entries), len(entries))
        recorded: Sequence[Entry] | None = []
        if not dry_run:
            with clear_disk_errors("recording the choices"):
                subjects = {entry.subject for entry in entries if entry.subject is not None}
                recorded = core.ledger.append_unless_changed(entries, position, subjects)
        if recorded is not None:
            count, yeses = len(new) + len(new_narrow), sum(one.value == "on" for one in new)
            return ImportedChoices(
                len(rows), count, count - yeses, yeses, len(rows) - count,
                sum(one.kind is EntryKind.SUPERSEDED_CHOICE for one in entries),
                sum(one.payload["value"] == "on" and one.payload.get("pack") not in in_force for one in entries),
                len(people), not_members, missing_records, core.ledger.position, dry_run,
            )  # fmt: skip
    raise AppError(
        "APP-174", "members of the file chose meanwhile, again and again, so nothing of it was recorded", where,
        "hand the file in again; what they chose meanwhile stands",
    )  # fmt: skip


def _checked(
    core: Core, rows: Sequence[GivenRow], where: str, pack: str | None, now: datetime
) -> tuple[list[_Choice], list[ImportedNo], int | None]:
    """The choices in the order in which they were made, a yes before a no of the same moment; the narrow noes, too; and
    how many of their records the tables have not.

    Raises: AppError APP-172 with the first rows that are none.
    """
    settings, faults, policy = core.known_settings(), list[tuple[str, str]](), core.policy()
    # What is said under a policy that never was in force is said anew once it is.
    was_in_force = any(digest == pack for _, digest in _in_force(core.ledger))
    named = pack if pack is None or was_in_force else f"not in force: {pack}"
    kinds: dict[str | None, bool] = {None: True}
    choices: list[_Choice] = []
    narrow: list[ImportedNo] = []
    for row in rows:
        when, fault = _moment(row.when, now)
        value = STATES.get(row.state) if isinstance(row.state, str) else None
        if value is None:
            fault = fault or f"the state {shown(row.state)} is none of {', '.join(STATES)}"
        if imported_noes.is_narrow(row):
            fault = fault or imported_noes.find_fault(row, value == "off", policy, settings)
            if fault or when is None:
                faults.append((row.at, fault))
            else:
                narrow.append(imported_noes.read_no(row, when, core.salt))
            continue
        kind = row.category if isinstance(row.category, str | None) else ""
        if kind not in kinds:
            kinds[kind] = kind is not None and is_text(kind) and is_category(kind)
        if not is_text(row.subject) or is_mark(row.subject):
            fault = f"{shown(row.subject)} can be nobody's id"
        elif not isinstance(row.setting, str) or row.setting not in settings:
            fault = f"no policy has a setting {shown(row.setting)}"
        elif not kinds[kind]:
            fault = f"there is no kind of data {shown(row.category)}"
        elif row.source is not None and not is_text(row.source):
            fault = f"the source {shown(row.source)} is no text"
        if fault or when is None or value is None:
            faults.append((row.at, fault))
            continue
        bound = named if value == "on" else None
        said = [row.subject, row.setting, row.category, value, format_moment(when), bound]
        request = name_request(core.salt, canonical_json(["imported choice", *said]).decode())
        choices.append(_Choice(when, value, row.subject, row.setting, row.category, row.source, request))
    seen, missing_records = imported_noes.records_seen(core, narrow)
    _refuse(faults + seen, where)
    ordered = sorted(choices, key=lambda choice: (choice.when, choice.value == "off"))
    return ordered, sorted(narrow, key=lambda no: no.when), missing_records


def _refuse(faults: Sequence[tuple[str, str]], where: str) -> None:
    """faults: by row. Raises: AppError APP-172 where there are any."""
    if faults:
        told = "; ".join(f"{at}: {fault}" for at, fault in faults[:_MOST_FAULTS])
        more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        raise AppError(
            "APP-172", f"some rows are no choices: {told}{more}", where,
            "mend those rows and hand the whole file in again; nothing of it was recorded",
        )  # fmt: skip


def _moment(value: object, now: datetime) -> tuple[datetime | None, str]:
    """When a choice was made, or why that cannot be told. Text without an offset is UTC, as everywhere."""
    when = as_moment(value)
    if when is None and isinstance(value, str):
        try:
            when = parse_moment(value)
        except AppError:
            when = None
    if when is None:
        return None, f"{shown(value)} is not a date or a time"
    return (when, "") if when <= now else (None, f"{shown(value)} is yet to come")


_Row = TypeVar("_Row", _Choice, ImportedNo)


def _not_there(ledger: Ledger, choices: Sequence[_Row]) -> list[_Row]:
    """Those that no earlier import recorded, each once."""
    known, new = ledger.known_requests([choice.request for choice in choices]), list[_Row]()
    for choice in choices:
        if choice.request not in known:
            known.add(choice.request)
            new.append(choice)
    return new


def _entries(core: Core, choices: Sequence[_Choice], pack: str | None, via: str) -> list[NewEntry]:
    """What is to be recorded, in order. What stands is known by when it was made, or else recorded.

    A no under an id that was renamed reaches the one that they go by now, too.
    """
    renamed = {str(entry.subject) for entry in core.ledger.entries_of_kind(EntryKind.SUBJECT_RENAMED)}
    choices = [
        choice._replace(subject=name)
        for choice in choices
        for name in (
            names_reached(core.ledger, choice.subject, choice.value == "off")
            if choice.subject in renamed
            else (choice.subject,)
        )
    ]
    subjects = {choice.subject for choice in choices}
    in_force = _in_force(core.ledger)
    speaking = {digest for _, digest in in_force}
    standing = _standing(core.ledger, subjects, speaking)
    erased_at = core.ledger.erased_at(subjects)
    entries = []
    for choice in choices:
        before, is_no = standing.get(choice.key), choice.value == "off"
        place = bisect_right(in_force, choice.when, key=lambda pair: pair[0])
        bound = in_force[place - 1][1] if place else None
        # A no governs what its setting governs, whenever it was said.
        bound = bound or in_force[-1][1] if is_no else pack or bound
        says_something = is_no or bound in speaking
        # Whoever was erased comes back by a new choice alone.
        erased = None if is_no else erased_at.get(choice.subject)
        # So does whoever objected to every use.
        objected = None if is_no else standing.get((choice.subject, EVERY_USE, None))
        is_over = (
            (objected is not None and choice.when <= objected[0])
            or (before is not None and (not says_something or (choice.when, is_no) < before))
            or (erased is not None and choice.when <= erased)
        )
        if says_something and not is_over:
            standing[choice.key] = choice.when, is_no
        payload = {
            "setting": choice.setting, "category": choice.category, "value": choice.value, "via": via,
            "when": format_moment(choice.when), "request": choice.request,
            **({} if choice.source is None else {"source": choice.source}),
            **({} if bound is None else {"pack": bound}),
        }  # fmt: skip
        kind = EntryKind.SUPERSEDED_CHOICE if is_over else EntryKind.CHOICE
        entries.append(NewEntry(kind, choice.subject, payload))
    return entries


def _said_under(ledger: Ledger, noes: Sequence[ImportedNo]) -> dict[str, str]:
    """By request the policy that was in force when a no was said; before there was one, the latest."""
    in_force, found = _in_force(ledger), {}
    for no in noes:
        place = bisect_right(in_force, no.when, key=lambda pair: pair[0])
        found[no.request] = in_force[place - 1][1]  # of none, the last
    return found


def _in_force(ledger: Ledger) -> list[tuple[datetime, str]]:
    """Since when which policy was in force, by its digest, in order."""
    return [(entry.recorded_at, entry.digest) for entry in ledger.packs_in_force()]


def _standing(
    ledger: Ledger, subjects: set[str], speaking: set[str]
) -> dict[tuple[str, str, str | None], tuple[datetime, bool]]:
    """Per subject, setting and kind of data, when what stands was chosen and whether it is a no.

    speaking: the policies under which a yes says something; no other yes stands in the way of a choice.
    """
    rows = [
        row
        for row in ledger.choices_table(subjects=subjects).to_pylist()
        if row["value"] == "off" or row["pack"] in speaking
    ]
    made = {entry.index: made_at(entry) for entry in ledger.entries_at([row["entry"] for row in rows])}
    return {
        (row["subject"], row["setting"], row["category"]): (made[row["entry"]], row["value"] == "off")
        for row in rows
    }
