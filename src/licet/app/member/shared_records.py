"""What of a record about several people one of them may be shown: theirs whole, shared ones without what is others'.

A row about several people, such as a message, holds things of each. The columns that place it and what passed between
them stay; a column of a kind that belongs to one person (contact details, salary), or of no known kind, is left out,
because the catalogue does not say whose it is. So are elements about other people. Pages, API and archive share it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from licet.enforce.tables import roles
from licet.sources.catalogue import Table
from licet.sources.paths import EACH, Step, parse_path
from licet.terms.canonical import JsonObject

#: Kinds of data that people in one row share with one another by what they are.
_SHARED = frozenset(
    {"content", "private_communication", "group_communication", "connections", "activity", "organisation"}
)


def own_part(row: Mapping[str, Any], table: Table, subject: str) -> tuple[JsonObject, list[str]]:
    """What of a row `subject` may be shown, and the columns that something was left out of."""
    alone = {subject} >= set(people_in(row, table)) - {None}
    if alone and not table.element_subjects:
        return dict(row), []
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
    return columns, left_out


def people_in(row: Mapping[str, Any], table: Table) -> Iterator[str | None]:
    """The people a row is about, in the catalogue's order; None for a gap, and for a list with nobody in it."""
    for column in table.subjects:
        value = row[column]
        for subject in (value or [None]) if isinstance(value, list) else [value]:
            yield None if subject is None else str(subject)


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
