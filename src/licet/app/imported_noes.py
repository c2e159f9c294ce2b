"""Noes to single records, and of organisations, among the rows of a file of choices that were made elsewhere.

Only noes are taken in: there is no yes at these levels, and a no that was taken back elsewhere is left out of the file.
They are held to what `record_choice` and `organisation_choice` hold a no to: what can be seen to be nobody's to say is
an unfit row, and what the tables cannot tell at present is recorded all the same. One of a person's that is older than
its withdrawal here is recorded and governs nothing; one of an organisation's that is, is an unfit row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from licet.app.choice_files import GivenRow, shown
from licet.app.choice_recording import made_at, name_request, names_reached
from licet.decide import Policy
from licet.ledger import EntryKind, Ledger, NewEntry
from licet.ledger.tombstones import is_mark
from licet.sources.catalogue import is_category
from licet.terms import EVERY_USE, LicetError
from licet.terms.canonical import JsonObject, canonical_json
from licet.terms.ids import is_text
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from licet.app.core import Core


class ImportedNo(NamedTuple):
    """A no as it was said, checked: of a person to one record, its table and key; or of an organisation.

    at: the line or row. setting, category: None where it is not narrowed to one. request: names the row, for who hands
    it in again.
    """

    at: str
    when: datetime
    subject: str | None
    record: tuple[str, str] | None
    organisation: str | None
    setting: str | None
    category: str | None
    source: str | None
    request: str


def is_narrow(row: GivenRow) -> bool:
    """Whether a row is about one record, or an organisation's."""
    return not (row.table is None and row.key is None and row.organisation is None)


def find_fault(row: GivenRow, is_no: bool, policy: Policy, settings: Collection[str]) -> str:
    """Why a narrow row is no such no, as far as the row itself and the policies tell; empty where it is one."""
    setting, is_organisations = _setting_of(row), row.organisation is not None
    if not is_no:
        return "at this level only a no exists; leave out what was taken back, and what was permitted"
    if setting is not None and (not isinstance(setting, str) or setting not in settings):
        return f"no policy has a setting {shown(row.setting)}"
    if row.source is not None and not is_text(row.source):
        return f"the source {shown(row.source)} is no text"
    if row.category is not None and not (is_text(row.category) and is_category(row.category)):
        return f"there is no kind of data {shown(row.category)}"
    if not is_organisations:
        return _fault_of_record(row)
    if row.table is not None or row.key is not None or row.subject not in (None, ""):
        return "it is an organisation's, and so about no member and no single record"
    if not is_text(row.organisation):
        return f"{shown(row.organisation)} can be no organisation's id"
    if setting is None and row.category is None:
        return "an organisation's no names a setting, a kind of data or both"
    if not policy.lets_organisations(setting or EVERY_USE, row.category or EVERY_USE):
        return "no policy lets an organisation refuse this for its members' work data"
    return ""


def _fault_of_record(row: GivenRow) -> str:
    if not is_text(row.subject) or is_mark(row.subject):
        return f"{shown(row.subject)} can be nobody's id"
    if not is_text(row.table) or not is_text(row.key):
        return f"a record is named by table and key, and not by {shown(row.table)} and {shown(row.key)}"
    return "a no to one record is not narrowed to a kind of data" if row.category is not None else ""


def read_no(row: GivenRow, when: datetime, salt: bytes) -> ImportedNo:
    """A row without fault."""
    is_organisations, setting = row.organisation is not None, _setting_of(row)
    subject = None if is_organisations else row.subject
    record = None if is_organisations else (row.table, row.key)
    said = [subject, record, row.organisation, setting, row.category, format_moment(when)]
    request = name_request(salt, canonical_json(["imported no", *said]).decode())
    return ImportedNo(
        row.at, when, subject, record, row.organisation, setting, row.category, row.source, request
    )


def records_seen(core: Core, noes: Iterable[ImportedNo]) -> tuple[list[tuple[str, str]], int | None]:
    """What the tables say of the records, a table at a time: faults by the row they stand in, and how many records the
    tables have not at present; None for that where it cannot be told."""
    by_table: dict[str, dict[str, list[ImportedNo]]] = {}
    for no in noes:
        if no.record is not None:
            by_table.setdefault(no.record[0], {}).setdefault(no.record[1], []).append(no)
    faults: list[tuple[str, str]] = []
    missing: int | None = 0
    for name, by_key in by_table.items():
        try:
            table = core.catalogue.tables.get(name)
            if table is None or table.key is None:
                fault = f"there is no table {shown(name)} whose records have keys"
                faults += [(no.at, fault) for said in by_key.values() for no in said]
                continue
            people = core.records_about().people_by_key(name, by_key)
        except LicetError:
            missing = None  # a no can always be recorded; a gate holds it to the people of its row
            continue
        for key, said in by_key.items():
            if key not in people:
                missing = None if missing is None else missing + 1
                continue
            faults += [
                (no.at, f"record {shown(key)} of table {shown(name)} is not about {shown(no.subject)}")
                for no in said
                if no.subject not in people[key]
            ]
    return faults, missing


def taken_back(ledger: Ledger, noes: Iterable[ImportedNo], position: int) -> Iterator[tuple[str, str]]:
    """The rows, with what is wrong, that their organisation has taken back since."""
    wanted = {no.organisation for no in noes if no.organisation is not None}
    stands: dict[tuple[object, ...], tuple[datetime, bool]] = {}
    for entry in ledger.entries(0, position, EntryKind.ORGANISATION_CHOICE) if wanted else ():
        said = entry.payload or {}
        if said.get("organisation") in wanted:
            stands[said["organisation"], said.get("setting"), said.get("category")] = (
                made_at(entry),
                said["value"] == "off",
            )
    for no in noes:
        made, is_no = stands.get((no.organisation, no.setting, no.category), (no.when, True))
        if no.organisation is not None and not is_no and no.when < made:
            yield no.at, f"{shown(no.organisation)} took this no back here since, {format_moment(made)}"


def noes_to_record(
    core: Core, noes: Sequence[ImportedNo], digests: Mapping[str, str], via: str, position: int
) -> list[NewEntry]:
    """What is to be recorded, in order. digests: by request, the policy that a no was said under.

    A no under an id that was renamed reaches the one that they go by now, too.
    """
    renamed = {str(entry.subject) for entry in core.ledger.entries_of_kind(EntryKind.SUBJECT_RENAMED)}
    said_by = [
        (name, no)
        for no in noes
        for name in (names_reached(core.ledger, no.subject, True) if no.subject in renamed else (no.subject,))
    ]
    stands = _records_standing(core.ledger, {name for name, _ in said_by if name is not None}, position)
    entries = []
    for name, no in said_by:
        payload: JsonObject = {
            "setting": no.setting, "value": "off", "via": via, "when": format_moment(no.when),
            "request": no.request, "pack": digests[no.request],
            **({} if no.source is None else {"source": no.source}),
        }  # fmt: skip
        if no.record is None:
            own = {"category": no.category, "organisation": no.organisation}
            role = f"organisation:{no.organisation}"
            entries.append(NewEntry(EntryKind.ORGANISATION_CHOICE, None, {**payload, **own, "role": role}))
            continue
        payload |= {"table": no.record[0], "key": no.record[1]}
        key = (name, *no.record, no.setting)
        if key in stands and no.when < stands[key][0]:
            payload["setting"] = no.setting or EVERY_USE
            entries.append(NewEntry(EntryKind.SUPERSEDED_CHOICE, name, payload))
            continue
        stands[key] = no.when, True
        entries.append(NewEntry(EntryKind.RECORD_CHOICE, name, payload))
    return entries


def _records_standing(
    ledger: Ledger, subjects: Collection[str], position: int
) -> dict[tuple[object, ...], tuple[datetime, bool]]:
    """What some people last said of single records. Goes once through what anybody said of any, keeping theirs."""
    stands: dict[tuple[object, ...], tuple[datetime, bool]] = {}
    for entry in ledger.entries(0, position, EntryKind.RECORD_CHOICE) if subjects else ():
        said = entry.payload or {}
        if entry.subject in subjects and "key" in said:
            stands[entry.subject, said["table"], said["key"], said.get("setting")] = (
                made_at(entry),
                said["value"] == "off",
            )
    return stands


def _setting_of(row: GivenRow) -> Any:
    """What the row names; None for every use."""
    return None if row.setting in ("", EVERY_USE) else row.setting
