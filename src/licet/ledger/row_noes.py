"""Noes to single rows: a person's to one record, and an organisation's to its members' work data.

They stand in the entries alone, which are read once and then only further; an empty ledger has none and costs one look
at an index. Every answer takes a position. Whoever was erased left their noes in the entry that says so, under their
mark, with a mark in place of the record's key: whom and what it names is told only to who knows the ids, and the keys.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from licet.ledger.choices import ORGANISATION_NOES, RECORD_NOES, Keys, Known
from licet.ledger.entries import EntryKind
from licet.ledger.erasure import Erasure, LeftRecordNo
from licet.ledger.storage import Storage
from licet.ledger.tombstones import FIRST_MARK, Marks, is_mark
from licet.terms import LedgerError

#: In place of a setting or a kind of data: every one.
EVERY = "*"

#: stamp: twice the entry, plus 1 where it withdraws the no.
_STAMP = pa.field("stamp", pa.int64(), nullable=False)
_RECORDS = pa.schema(
    [*(pa.field(name, pa.string()) for name in ("subject", "table", "key", "key_mark", "setting")), _STAMP]
)
_ORGANISATIONS = pa.schema(
    [*(pa.field(name, pa.string()) for name in ("organisation", "setting", "category")), _STAMP]
)

_SAID = (
    "SELECT idx, kind, subject, payload FROM entries "
    "WHERE kind IN ('record_choice', 'organisation_choice', 'erasure') AND idx >= ? ORDER BY idx"
)


class _RecordRow(NamedTuple):
    """A row of what people said of records, as `_RECORDS` has it."""

    subject: str
    table: str
    key: str | None
    key_mark: str | None
    setting: str
    stamp: int


class _OrganisationRow(NamedTuple):
    """A row of what organisations said, as `_ORGANISATIONS` has it."""

    organisation: str
    setting: str
    category: str
    stamp: int


class Person(NamedTuple):
    """Who may stand behind a mark. known: ids among which to look; keys: as `Keys` tells them."""

    known: Known | None = None
    keys: Keys | None = None


class RowNoes:
    """What the entries so far say of rows. Never changed, so any number of threads may share one."""

    def __init__(
        self,
        records: pa.Table | None = None,
        organisations: pa.Table | None = None,
        read_to: int = 0,
    ) -> None:
        self._records = pa.Table.from_batches([], _RECORDS) if records is None else records
        self._organisations = (
            pa.Table.from_batches([], _ORGANISATIONS) if organisations is None else organisations
        )
        self._read_to = read_to

    def follow(self, storage: Storage) -> RowNoes:
        """The same, read to the ledger's end; itself where nothing was said of rows, and nobody erased, since."""
        rows, start = storage.fetch(_SAID, (self._read_to,)), self
        if not rows:
            return self
        if self._read_to and any(kind == EntryKind.ERASURE for _, kind, *_ in rows):
            # What an erasure took is not to be told any more, nor to be remembered here.
            rows, start = storage.fetch(_SAID, (0,)), RowNoes()
        records: list[_RecordRow] = []
        organisations: list[_OrganisationRow] = []
        for index, kind, subject, payload_json in rows:
            if payload_json is None:
                continue
            payload = json.loads(payload_json)
            if kind == EntryKind.ERASURE:
                if (left := Erasure.read(payload).tombstone) is not None:
                    records += (
                        _RecordRow(left.mark, no.table, None, no.record, no.setting or EVERY, 2 * no.entry)
                        for no in left.records
                    )
            elif kind == EntryKind.RECORD_CHOICE and subject is not None:
                records.append(_record_row(subject, payload, index))
            elif kind == EntryKind.ORGANISATION_CHOICE:
                organisations.append(
                    _OrganisationRow(
                        payload["organisation"], payload.get("setting") or EVERY, payload.get("category") or EVERY,
                        2 * index + (payload["value"] == "on"),
                    )
                )  # fmt: skip
        return RowNoes(
            _grown(start._records, records), _grown(start._organisations, organisations), rows[-1][0] + 1
        )

    def organisation_noes(self, position: int) -> pa.Table:
        """Those of organisations that stand after so many entries."""
        if self._organisations.num_rows == 0:
            return ORGANISATION_NOES.empty_table()
        return _standing(self._organisations, position, ORGANISATION_NOES)

    def record_noes(
        self, position: int, marks: Marks | None, subjects: Collection[str] | None, person: Person, place: str
    ) -> pa.Table:
        """Those to single records that stand after so many entries; of everybody, or of some subjects.

        Raises: LedgerError LEDG-150, LEDG-151 as questions about choices do, where somebody was erased.
        """
        import pyarrow.compute as pc

        said = self._records
        if said.num_rows == 0:
            return RECORD_NOES.empty_table()
        alike = said["subject"].filter(pc.starts_with(said["subject"], FIRST_MARK))
        wanted = frozenset(filter(is_mark, pc.unique(alike).to_pylist()))
        by_mark: Mapping[str, str] = {}
        if wanted:
            by_mark = _people_of(wanted, marks, subjects, person, place)
        if subjects is not None:
            said = said.filter(pc.is_in(said["subject"], pa.array({*subjects, *by_mark}, pa.string())))
        is_marked = pc.or_kleene(
            pc.is_in(said["subject"], pa.array(wanted, pa.string())), pc.is_null(said["key"])
        )
        if pc.any(is_marked).as_py():
            marked = (_RecordRow(**row) for row in said.filter(is_marked).to_pylist())
            told = _told(marked, by_mark, marks, person.keys)
            said = pa.concat_tables([said.filter(pc.invert(is_marked)), _grown(_RECORDS.empty_table(), told)])
        return _standing(said, position, RECORD_NOES)


def standing_of(rows: Iterable[tuple[int, bytes]], marks: Marks) -> list[LeftRecordNo]:
    """What goes on of one person's noes to single records when they are erased.

    rows: number and payload of every entry in which they said something of a record, in order.
    """
    latest: dict[tuple[str, str, str | None], tuple[int, bool]] = {}
    for index, payload_json in rows:
        said = json.loads(payload_json)
        record = said.get("key_mark") or marks.of_record(said["table"], said["key"])
        latest[said["table"], record, said.get("setting")] = index, said["value"] == "off"
    return [
        LeftRecordNo(table, record, setting, index)
        for (table, record, setting), (index, is_no) in latest.items()
        if is_no
    ]


def _record_row(subject: str, payload: Mapping[str, Any], index: int) -> _RecordRow:
    return _RecordRow(
        subject, payload["table"], payload.get("key"), payload.get("key_mark"), payload.get("setting") or EVERY,
        2 * index + (payload["value"] == "on"),
    )  # fmt: skip


def _people_of(
    wanted: frozenset[str], marks: Marks | None, subjects: Collection[str] | None, person: Person, place: str
) -> Mapping[str, str]:
    """Whose the marks are, as far as they are among those asked about or known."""
    if marks is None:
        raise LedgerError(
            "LEDG-150",
            "somebody was erased, and whose noes still stand only the ledger's own key can tell",
            place,
            "open the ledger with its signer; read only will do",
        )
    if subjects is None and person.known is None:
        raise LedgerError(
            "LEDG-151",
            "somebody was erased, and whose noes still stand cannot be told without the ids to look for",
            place,
            "ask about subjects by id, or say who is known",
        )
    among = subjects if subjects is not None or person.known is None else person.known()
    return marks.among(among or (), wanted)


def _told(
    rows: Iterable[_RecordRow], by_mark: Mapping[str, str], marks: Marks | None, keys: Keys | None
) -> list[_RecordRow]:
    """Rows of who was erased under their id, and with the key that is meant; without those nobody knows."""
    named = [row._replace(subject=by_mark.get(row.subject, row.subject)) for row in rows]
    found, people = [row for row in named if not is_mark(row.subject)], dict[str, set[str]]()
    for row in found:
        people.setdefault(row.table, set()).add(row.subject)
    by_key_mark: dict[tuple[str, str | None], str] = {
        (table, marks.of_record(table, key)): key
        for table, subjects in people.items()
        if keys is not None and marks is not None
        for key in keys(table, subjects)
    }
    keyed = [row._replace(key=row.key or by_key_mark.get((row.table, row.key_mark))) for row in found]
    return [row if row.key is None else row._replace(key_mark=None) for row in keyed]


def _standing(said: pa.Table, position: int, schema: pa.Schema) -> pa.Table:
    """Of everything that was said before a position, the noes that were not withdrawn by whoever said them."""
    import pyarrow.compute as pc

    names = [name for name in said.column_names if name != _STAMP.name]
    before = said.filter(pc.less(said["stamp"], 2 * position))
    latest = before.group_by(names, use_threads=False).aggregate([("stamp", "max")])
    noes = latest.filter(pc.equal(pc.bit_wise_and(latest["stamp_max"], 1), 0))
    columns = [*(noes[name] for name in names), pc.shift_right(noes["stamp_max"], 1)]
    return pa.Table.from_arrays([column.combine_chunks() for column in columns], schema=schema)


def _grown(table: pa.Table, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    if not rows:
        return table
    columns = zip(zip(*rows, strict=True), table.schema, strict=True)
    new = pa.Table.from_arrays(
        [pa.array(values, field.type) for values, field in columns], schema=table.schema
    )
    return pa.concat_tables([table, new])
