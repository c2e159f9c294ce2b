"""What was said no to of single records, for whoever decides about them one by one: pages, previews, single answers.

As `enforce.refused_rows` joins it for whole tables: a no counts where whoever said it is named by a row of that key,
and reaches what refers to that row. Where nobody said anything of records, nothing is read.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.app.choice_recording import made_at
from licet.app.member.own_records import OwnRecords, TableRecords, together
from licet.app.member.record_contents import OwnRecord
from licet.decide import EVERYTHING, No
from licet.enforce.refused_rows import RefusedKeys
from licet.enforce.subject_places import NOWHERE
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


class RecordNoes:
    """What was said no to of each of some records, and of those that they refer to, as of a ledger position."""

    def __init__(
        self, ledger: Choices, position: int, records: OwnRecords, named: TableRecords | None = None
    ) -> None:
        """named: the records; those of `records` where it is left out. Raises: SourceError from the tables."""
        self._records, self._named = records, named
        said = ledger.record_noes(position, known=self._known, keys=self._keys)
        by_organisations = ledger.organisation_noes(position)
        self._organisations = pc.unique(by_organisations["organisation"])
        self._said: dict[str, pa.Array] = {}
        if said.num_rows:
            every = [rows.keys for rows in self._rows if rows.keys is not None]
            said = said.filter(
                pc.is_in(said["key"], value_set=pc.unique(pa.chunked_array(every, pa.string())))
            )
            for table in pc.unique(said["table"]).to_pylist():
                keys = pc.unique(said.filter(pc.equal(said["table"], table))["key"])
                self._said[table] = keys.drop_null()
        self._refused = RefusedKeys(said, by_organisations, self._people_of, self._refers_of)

    def of(self, record: OwnRecord) -> frozenset[No]:
        """Of one of them."""
        return self._refused.of(record.table, record.key, record.refers, record.organisation)

    def numbers(self, rows: TableRecords) -> npt.NDArray[np.int64] | None:
        """Per record of one of the tables a number, the same where the same was said no to; None where nothing was."""
        parts = [self._among(rows.keys, self._said.get(rows.name))]
        parts += [self._among(keys, self._refused_keys(target)) for target, keys in rows.references]
        parts.append(self._among(rows.work, self._organisations))
        found = [part + 1 for part in parts if part is not None]
        return together(found) if found else None

    @functools.cached_property
    def _rows(self) -> list[TableRecords]:
        own = [*self._records.tables()] if self._named is None else [self._named]
        return [*own, *self._referred.values()]

    @functools.cached_property
    def _referred(self) -> Mapping[str, TableRecords]:
        return self._records.referred(None if self._named is None else [self._named])

    def _refused_keys(self, name: str) -> pa.Array | None:
        """The keys of a table that rows here refer to, of whose rows something may have been said no to, or of what
        they refer to; None for none."""
        rows, said = self._referred.get(name), self._said.get(name)
        if rows is None:
            return said
        found = [said] if said is not None else []
        for target, keys in rows.references:
            among = self._among(keys, self._refused_keys(target))
            if among is not None and rows.keys is not None:
                found.append(rows.keys.filter(pa.array(among != NOWHERE)).drop_null())
        return pc.unique(pa.chunked_array(found)) if found else None

    @staticmethod
    def _among(texts: pa.Array | None, said: pa.Array | None) -> npt.NDArray[np.int64] | None:
        """Per text its place among those of which something was said, `NOWHERE` for the others; None where all are."""
        if texts is None or said is None or not len(said):
            return None
        places = pc.fill_null(pc.index_in(texts, value_set=said, skip_nulls=True), NOWHERE)
        found: npt.NDArray[np.int64] = places.to_numpy(zero_copy_only=False).astype(np.int64)
        return found if (found != NOWHERE).any() else None

    def _known(self) -> Iterable[str]:
        return {one for rows in self._rows for one in rows.people}

    def _keys(self, table: str, _: Collection[str]) -> Iterable[str]:
        keys = (rows.keys for rows in self._rows if rows.name == table and rows.keys is not None)
        return {key for each in keys for key in each.to_pylist() if key is not None}

    def _people_of(self, table: str, key: str) -> Collection[str | None]:
        return self._records.people_of(table, key) or ()

    def _refers_of(self, table: str, key: str) -> Iterable[Sequence[tuple[str, str | None]]]:
        return [record.refers for record in self._records.named(table, [key])]


def noes_of_one(ledger: Choices, position: int, records: OwnRecords, table: str, key: str) -> frozenset[No]:
    """What was said no to of the rows of one key; where there is no such row, by whomever. Raises: SourceError."""
    if (
        not ledger.record_noes(position, known=tuple).num_rows
        and not ledger.organisation_noes(position).num_rows
    ):
        return _NOTHING
    rows = records.named(table, [key])
    if rows:
        return _NOTHING.union(*map(RecordNoes(ledger, position, records, rows).of, rows))
    said = ledger.record_noes(position, known=tuple).to_pylist()
    return frozenset(
        No(Code.RECORD_REFUSED, no["setting"], EVERYTHING)
        for no in said
        if (no["table"], no["key"]) == (table, key)
    )
