"""The rows about one member as they may leave with them: theirs whole, shared ones without what is somebody else's.

A row about several people, such as a message, holds things of each. The columns that place it and what passed between
them stay; a column of a kind that belongs to one person (contact details, salary), or of no known kind, is left out,
because the catalogue does not say whose it is. So are elements about other people. Each row names what was left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from licet.app.member.records import plain_rows
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.tables import Tables, roles
from licet.sources.catalogue import Catalogue, Table
from licet.sources.paths import EACH, Step, parse_path

#: Kinds of data that people in one row share with one another by what they are.
_SHARED = frozenset(
    {"content", "private_communication", "group_communication", "connections", "activity", "organisation"}
)

_ROWS_AT_ONCE = 1024


class MemberRows:
    """The rows of one member, table by table, read as they are asked for and never all at once."""

    def __init__(self, catalogue: Catalogue, base: Path, subject: str) -> None:
        """Opens every table about people. Raises: SourceError when one cannot be."""
        self._catalogue, self._subject = catalogue, subject
        self._engine = DuckDBEngine()
        self._tables = Tables(catalogue, self._engine, base, {}, None)
        about_people = {name: table for name, table in catalogue.tables.items() if table.subjects}
        #: Tables that only exist while a program hands them in.
        self.not_here = tuple(
            name for name, table in about_people.items() if table.location.arrow is not None
        )
        self.names = tuple(name for name in about_people if name not in self.not_here)
        for name in self.names:
            self._tables.content(name)

    def of(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of one table in a fixed order, each as ``columns`` and the names of what is ``left_out``."""
        table = self._catalogue.tables[name]
        content = self._tables.content(name)
        rows = self._tables.about(name, content, [self._subject])
        with self._engine.reading(f"table {name!r}"):
            for batch in self._engine.batches(rows.order_by(list(rows.columns)), _ROWS_AT_ONCE):
                for row in plain_rows(batch):
                    yield _shown(row, table, self._subject)


def _shown(row: Mapping[str, Any], table: Table, subject: str) -> dict[str, Any]:
    alone = {subject} >= set(_people(row, table))
    placing = roles(table)
    left_out = [
        column for column in row if not alone and column not in placing and not _is_shared(table, column)
    ]
    columns = {name: value for name, value in row.items() if name not in left_out}
    for column, ways in _ways_to_elements(table).items():
        if column in columns:
            kept, lost = _without_others(columns[column], ways, subject)
            columns[column] = kept
            left_out += [column] * lost
    return {"columns": {name: plain(value) for name, value in columns.items()}, "left_out": left_out}


def _people(row: Mapping[str, Any], table: Table) -> Iterator[str]:
    for column in table.subjects:
        value = row[column]
        yield from (str(one) for one in (value if isinstance(value, list) else [value]) if one is not None)


def _is_shared(table: Table, column: str) -> bool:
    kind = table.columns.get(column)
    return kind is not None and kind.partition(".")[0] in _SHARED


#: The way to a list, and from its elements to the ids that say whom each is about.
_Ways = dict[tuple[Step, ...], list[tuple[str, ...]]]


def _ways_to_elements(table: Table) -> dict[str, _Ways]:
    found: dict[str, _Ways] = {}
    for text in table.element_subjects:
        path = parse_path(text)
        assert path is not None  # the catalogue made sure
        last = max(place for place, step in enumerate(path.steps) if step == EACH)
        to_id = tuple(step.name for step in path.steps[last + 1 :])
        found.setdefault(path.column, {}).setdefault(path.steps[:last], []).append(to_id)
    return found


def _without_others(value: Any, ways: _Ways, subject: str) -> tuple[Any, bool]:
    """The value without elements about anybody else, and whether there were any."""
    lost = False
    for way, ids in ways.items():
        value, some = _filtered(value, way, ids, subject)
        lost = lost or some
    return value, lost


def _filtered(
    value: Any, way: tuple[Step, ...], ids: list[tuple[str, ...]], subject: str
) -> tuple[Any, bool]:
    if value is None:
        return None, False
    if not way:
        kept = [one for one in value if any(_at(one, to_id) == subject for to_id in ids)]
        return kept, len(kept) < len(value)
    step, rest = way[0], way[1:]
    if step == EACH:
        pairs = [_filtered(one, rest, ids, subject) for one in value]
        return [one for one, _ in pairs], any(some for _, some in pairs)
    if step.kind == "field":
        inner, some = _filtered(value[step.name], rest, ids, subject)
        return {**value, step.name: inner}, some
    return None, True  # within a map: no telling whose its parts are


def _at(element: Any, names: tuple[str, ...]) -> str | None:
    for name in names:
        element = None if element is None else element[name]
    return None if element is None else str(element)


def plain(value: Any) -> Any:
    """A value of a table as JSON has it; what JSON lacks becomes text."""
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, (Decimal, timedelta)) else value
