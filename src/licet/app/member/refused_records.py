"""What was said no to of single records, for whoever decides about them one by one: pages, previews, single answers.

As `enforce.refused_rows` joins it for whole tables: a no counts where whoever said it is named by a row of that key,
and reaches what refers to that row. Where nobody said anything of records, nothing is read.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from licet.app.choice_recording import made_at
from licet.app.member.data_uses import nothing_said
from licet.app.member.own_records import OwnRecords
from licet.app.member.record_contents import OwnRecord
from licet.decide import EVERYTHING, No
from licet.enforce.refused_rows import RefusedKeys, organisations_noes
from licet.ledger import Choices, Ledger
from licet.terms import EVERY_USE, Code

_NOTHING = frozenset[No]()


class OwnNo(NamedTuple):
    """A member's own no to one record, that stands.

    setting: what it is for; None for every use. has_receipt: whether it was not erased since.
    """

    setting: str | None
    entry: int
    since: datetime
    has_receipt: bool


def own_noes(
    ledger: Ledger, position: int, subject: str, table: str, keys: Collection[str]
) -> dict[str, list[OwnNo]]:
    """By key what a member said no to of some records of a table, and did not take back; first what was said first."""
    said = ledger.record_noes(position, subjects=[subject], keys=lambda *_: keys).to_pylist()
    of_keys = [no for no in said if no["table"] == table and no["key"] in keys]
    entries = {entry.index: entry for entry in ledger.entries_at(sorted({no["entry"] for no in of_keys}))}
    found: dict[str, list[OwnNo]] = {}
    for no in sorted(of_keys, key=lambda no: no["entry"]):
        entry, setting = entries[no["entry"]], no["setting"]
        own = OwnNo(None if setting == EVERY_USE else setting, entry.index, made_at(entry), not entry.erased)
        found.setdefault(no["key"], []).append(own)
    return found


def noes_of_records(
    ledger: Choices, position: int, records: OwnRecords, named: Sequence[OwnRecord] | None = None
) -> Callable[[OwnRecord], frozenset[No]]:
    """Tells of each of some records, and of those that they refer to, what was said no to of it.

    named: the records; those of `records` where it is left out. Raises: SourceError from the tables.
    """

    @functools.cache
    def rows() -> tuple[OwnRecord, ...]:
        own, referred = records if named is None else named, records.referred(named)
        return (*own, *(record for found in referred.values() for record in found))

    def known() -> Iterable[str]:
        return {one for record in rows() for one in record.subjects if one is not None}

    def keys(table: str, _: Collection[str]) -> Iterable[str]:
        return {record.key for record in rows() if record.table == table and record.key is not None}

    said, by_organisations = (
        ledger.record_noes(position, known=known, keys=keys),
        ledger.organisation_noes(position),
    )
    if not said.num_rows:
        if not by_organisations.num_rows:
            return nothing_said
        by_organisation = organisations_noes(by_organisations)
        return lambda record: by_organisation.get(record.organisation or "", _NOTHING)
    wanted = pa.array({record.key for record in rows() if record.key is not None}, pa.string())
    referred = records.referred(named)
    refused = RefusedKeys(
        said.filter(pc.is_in(said["key"], wanted)),
        by_organisations,
        lambda table, key: records.people_of(table, key) or (),
        lambda table, key: [record.refers for record in referred.get((table, key), ())],
    )
    return lambda record: refused.of(record.table, record.key, record.refers, record.organisation)


def noes_of_one(ledger: Choices, position: int, records: OwnRecords, table: str, key: str) -> frozenset[No]:
    """What was said no to of the rows of one key; where there is no such row, by whomever. Raises: SourceError."""
    if (
        not ledger.record_noes(position, known=tuple).num_rows
        and not ledger.organisation_noes(position).num_rows
    ):
        return _NOTHING
    rows = records.named(table, [key])
    if rows:
        return _NOTHING.union(*map(noes_of_records(ledger, position, records, rows), rows))
    said = ledger.record_noes(position, known=tuple).to_pylist()
    return frozenset(
        No(Code.RECORD_REFUSED, no["setting"], EVERYTHING)
        for no in said
        if (no["table"], no["key"]) == (table, key)
    )
