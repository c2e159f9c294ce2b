"""A person's no to one record that is about them: "not this post", "not this chat"; and the withdrawal of it.

It is for every use, or for what one setting governs, and reaches what refers to the record, too. Nothing wider lifts
it: only the same person, saying so of the same record. It can always be recorded, whatever state the tables are in;
where they can be read and name other people for that record it is refused, since nobody says no for others, and a gate
holds every no to the people of its row in any case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet.app.argument_types import require_subject_id
from licet.app.choice_recording import (
    names_reached,
    policy_named,
    record_once,
    recorded_before,
    request_named,
)
from licet.app.results import Chosen
from licet.ledger import EntryKind, NewEntry
from licet.terms import EVERY_USE, AppError, LicetError
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.ids import is_text
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from licet.app.core import Core


def choose_record(
    core: Core,
    subject: str,
    record: tuple[str, str],
    setting: str | None,
    value: str,
    via: str,
    key: str | None,
) -> Chosen:
    """As `Workspace.choose` of one record. setting: None, or `EVERY_USE`, for every use."""
    require_subject_id(subject)
    table, row_key = _table_and_key(record)
    setting = None if setting == EVERY_USE else setting
    asked = NewEntry(
        EntryKind.RECORD_CHOICE,
        subject,
        {"table": table, "key": row_key, "setting": setting, "value": value, "via": via},
    )
    request = request_named(core, key)
    recorded, notes = None, tuple[str, ...]()
    try:
        if value not in ("on", "off"):
            raise AppError("APP-012", f"a setting is switched on or off, not {value!r}", fix="say on or off")
        pack = {}
        if setting is not None:
            digest, _, notes = policy_named(core, setting, "off")
            pack = {"pack": digest}
        notes = (*notes, *_checked(core, subject, table, row_key))
    except LicetError:
        # What was recorded is answered the same, though tables or policy are others by now.
        recorded = recorded_before(core.ledger, request, asked)
        if recorded is None:
            raise
    else:
        names = names_reached(core.ledger, subject, value == "off")
        entries = [NewEntry(asked.kind, name, {**asked.payload, **pack}) for name in names]
        with clear_disk_errors("recording the choice"):
            recorded = record_once(core.ledger, request, entries, asked)
    return Chosen(
        subject, setting, None, value, recorded[0].index, recorded[-1].index + 1,
        format_moment(recorded[0].recorded_at), core.knows(subject), notes, (table, row_key),
    )  # fmt: skip


def _table_and_key(record: object) -> tuple[str, str]:
    if isinstance(record, tuple | list) and len(record) == 2 and all(map(is_text, record)):
        return record[0], record[1]
    raise AppError(
        "APP-226", f"a record is named by its table and its key, both as text, and not {ascii(record)[:60]}",
        fix="give both, such as (\"posts\", \"123\")",
    )  # fmt: skip


def require_record(core: Core, record: object) -> tuple[str, str]:
    """Table and key of a record that the catalogue can have. Raises: AppError APP-226, APP-227."""
    table, key = _table_and_key(record)
    tables = core.catalogue.tables
    if table not in tables or tables[table].key is None:
        named = [name for name, one in tables.items() if one.key is not None and one.subjects]
        raise AppError(
            "APP-227", f"there is no table {table!r} whose records have keys",
            fix=f"one of: {', '.join(named) or 'none has a key'}",
        )  # fmt: skip
    return table, key


def _checked(core: Core, subject: str, table: str, key: str) -> tuple[str, ...]:
    """What to say beside it, where the record cannot be seen. Raises: AppError APP-227, APP-228."""
    try:
        require_record(core, (table, key))
        people = core.people_of_record(table, key)
    except AppError:
        raise
    except LicetError as error:
        return (f"the tables cannot be read at present, so the record is not checked: {error}",)
    if people is None:
        return (f"table {table!r} has no record {key!r} at present; it holds from when it has",)
    if subject not in people:
        raise AppError(
            "APP-228", f"record {key!r} of table {table!r} is not about {subject!r}",
            fix="only somebody whom a record is about says no to it",
        )  # fmt: skip
    return ()
