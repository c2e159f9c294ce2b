"""Gates over every kind of location: rows read plainly, prepared and for some people, verdicts and counts.

Every cell handed out must be permitted, every permitted cell of content must be there, and every row held back must
have the code that the decisions about it come to.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from licet.app import Workspace
from licet.enforce import Gate
from licet.testing.marked_worlds import Mark, MarkedTable, marks_in
from licet.testing.oracle.row_answers import row_codes
from licet.testing.oracle.sightings import Judged, Leak, Sightings, seen
from licet.testing.oracle.standpoint import Standpoint

#: A row is told by its marks; a row whose marks are all withheld says nothing of which it is.
_Rows = list[dict[str, Any]]


def through_gate(workspace: Workspace, stand: Standpoint, engine: str) -> Sightings:
    """Every table, through one gate for the use of `stand`. Raises: Leak."""
    world, found = stand.world, seen(Counter())
    gate = workspace.gate(stand.purpose, recipient=stand.recipient, tables=world.handed_in)
    for name, table in world.tables.items():
        where = f"{engine}, {table.location}"
        rows = gate.read(name).to_pylist()
        found += judge_rows(stand, name, rows, "gate", where)
        found += _judge_verdicts(stand, gate, name, len(rows), where)
        if gate.prepare([name]):
            found += judge_rows(stand, name, gate.read(name).to_pylist(), "prepared", where)
        some = sorted({row["who"] for row in table.rows})[:2]
        found += judge_rows(stand, name, gate.read(name, some).to_pylist(), "some people", where, some)
    return found


def judge_rows(
    stand: Standpoint, name: str, rows: _Rows, way: str, where: str, only: Iterable[str] | None = None
) -> Sightings:
    """Every cell of what was handed out must be permitted, and every cell of content that is permitted must be there.

    only: nothing but rows about one of these people was asked for.
    """
    table, marks = stand.world.tables[name], Counter[Judged]()
    out = _rows_by_number(stand, name, rows, way)
    wanted = None if only is None else {*only}
    if len(rows) != (passing := count_passing(stand, table, wanted)):
        raise Leak(f"{way}, {where}: {len(rows)} rows of {name} are out, and {passing} may be")
    for number, written in enumerate(table.rows):
        if wanted is not None and wanted.isdisjoint(table.people_of(number)):
            if number in out:
                raise Leak(f"{way}: row {number} of {name} is about none of those asked for")
            continue
        handed = out.get(number, {})
        for column, cell in written.items():
            mark, value = Mark(name, number, column), handed.get(column)
            answer = stand.answer(mark).value
            is_out, allowed = value is not None and _same(value, cell), answer == "permitted"
            if is_out and not allowed:
                raise Leak(f"{way}, {where}: {stand.describe(mark)} is out: {value!r}")
            if column.startswith("c") and allowed and not is_out and cell is not None:
                raise Leak(f"{way}, {where}: {stand.describe(mark)} is permitted and not there: {handed}")
            marks[Judged(way, where, answer, is_out)] += 1
    return seen(marks)


def count_passing(stand: Standpoint, table: MarkedTable, only: Iterable[str] | None = None) -> int:
    """How many rows of a table something passes of. only: of those about one of these people."""
    wanted = None if only is None else {*only}
    return sum(
        bool(stand.row_answer(table, number).mask)
        for number in range(len(table.rows))
        if wanted is None or not wanted.isdisjoint(table.people_of(number))
    )


def _rows_by_number(stand: Standpoint, name: str, rows: _Rows, way: str) -> dict[int, dict[str, Any]]:
    out: dict[int, dict[str, Any]] = {}
    for row in rows:
        numbers = {mark.row for mark in marks_in(json.dumps(row, default=str))}
        if len(numbers) > 1:
            raise Leak(f"{way}: one row of {name} holds cells of several: {row}")
        for number in numbers:
            out[number] = row
        if not numbers:
            _judge_ids(stand, name, row, way)
    return out


def _judge_ids(stand: Standpoint, name: str, row: dict[str, Any], way: str) -> None:
    """A row without any mark does not tell which it is; what else names or places it is there where permitted."""
    table = stand.world.tables[name]
    for column in ("who", "other", "seen", "no", "ref", "org"):
        value = row.get(column)
        places = [number for number, written in enumerate(table.rows) if written[column] == value]
        if value is not None and places and not any(stand.permits(Mark(name, n, column)) for n in places):
            raise Leak(f"{way}: what {name} has in column {column} is out: {value!r}")


def _same(handed: Any, written: Any) -> bool:
    """Whether a cell as it was handed out is the cell as it was written, whatever type a reader gave it."""
    if isinstance(written, datetime):
        if isinstance(handed, str):
            return handed.startswith(written.isoformat(sep=handed[10:11] or "T")[:19])
        aware = handed if handed.tzinfo is not None else handed.replace(tzinfo=UTC)
        return bool(aware == written)
    return bool(handed == written)


def _judge_verdicts(stand: Standpoint, gate: Gate, name: str, passed: int, where: str) -> Sightings:
    """Each row has the reason that the decisions about it come to; counts and verdicts speak of the same rows."""
    table = stand.world.tables[name]
    expected = row_codes(stand, table)
    verdicts = gate.verdicts(name).to_pylist()
    told = Counter(verdict["code"] for verdict in verdicts)
    if told != expected:
        raise Leak(f"verdicts, {where}: {name} has {dict(told)}, and decide says {dict(expected)}")
    if told[None] != passed:
        raise Leak(f"verdicts, {where}: {told[None]} rows of {name} pass, and {passed} are handed out")
    counts = gate.counts([name])
    counted: Counter[str | None] = Counter({None: sum(one.records for one in counts.passed)})
    for held in counts.held_back:
        counted[held.code] += held.records
    if +counted != told:
        raise Leak(f"counts, {where}: {name} has {dict(counted)}, and verdicts say {dict(told)}")
    key = table.key
    for verdict in verdicts if key is not None else ():
        for number, row in enumerate(table.rows):
            if (
                key is not None
                and row[key] == verdict["key"]
                and not stand.permits(mark := Mark(name, number, key))
            ):
                raise Leak(f"verdicts, {where}: {stand.describe(mark)} is out as the key of a row")
    return seen(
        Counter({Judged("verdicts", where, code or "permitted", code is None): n for code, n in told.items()})
    )
