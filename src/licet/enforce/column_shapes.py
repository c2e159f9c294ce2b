"""Shapes: which part of a column is which kind of data, as a tree that follows the column's type.

The most specific label wins: a label on the whole column covers what has no narrower one, and a part that no label
covers is denied. Built from the catalogue and the type alone; `masking` masks values by it. Knows no engine's SQL.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple, TypeAlias

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.datatypes as dt

from licet.sources.catalogue import Table
from licet.sources.paths import EACH, ENTRIES, Path, Step, parse_path, path_in
from licet.terms import SourceError


class Whole(NamedTuple):
    """All of a value is of one kind; None: no label covers it."""

    kind: str | None


class Fields(NamedTuple):
    """A struct whose fields are told apart; every field is there."""

    fields: dict[str, Shape]


class Elements(NamedTuple):
    """A list. subjects: where in an element stand the ids of those whom it is about."""

    each: Shape
    subjects: tuple[tuple[Step, ...], ...]


class Entries(NamedTuple):
    """A map. named: the values under the keys a label names; others: every other entry, its key included."""

    named: dict[str, Shape]
    others: Shape


Shape: TypeAlias = Whole | Fields | Elements | Entries

_Labels: TypeAlias = list[tuple[tuple[Step, ...], str | None]]
_Subjects: TypeAlias = list[tuple[Step, ...]]


def shapes_of(name: str, table: Table, types: Mapping[str, dt.DataType]) -> dict[str, Shape]:
    """The shape of every column that the catalogue labels or half-labels. types: column name to its type.

    Raises: SourceError SRC-038 for a column that is not there, SRC-039 for a part that is not.
    """
    labels: dict[str, dict[tuple[Step, ...], str | None]] = {}
    for text, kind in table.columns.items():
        path = _placed(name, text, path_in(text, types), types)
        if labels.setdefault(path.column, {}).setdefault(path.steps, kind) != kind:
            raise _misplaced(name, text, "which has two labels")
    subjects: dict[str, _Subjects] = {}
    for text in table.element_subjects:
        path = _placed(name, text, parse_path(text), types)
        subjects.setdefault(path.column, []).append(path.steps)
        if path.column not in labels:
            labels[path.column] = {(): None}
    return {
        column: _shape(types[column], list(told.items()), subjects.get(column, []), None)
        for column, told in labels.items()
    }


def kinds_in(shape: Shape) -> frozenset[str]:
    """Every kind of data that something in the value is labelled with."""
    if isinstance(shape, Whole):
        return frozenset() if shape.kind is None else frozenset((shape.kind,))
    return frozenset().union(*(kinds_in(part) for _, part in _parts(shape)))


def is_complete(shape: Shape) -> bool:
    """Whether the value may be shown as it is where all its kinds are permitted."""
    if isinstance(shape, Whole):
        return shape.kind is not None
    return not (isinstance(shape, Elements) and shape.subjects) and all(
        is_complete(part) for _, part in _parts(shape)
    )


def bare_parts(column: str, shape: Shape, steps: tuple[Step, ...] = ()) -> Iterator[str]:
    """The paths of the parts that no label covers."""
    if isinstance(shape, Whole):
        if shape.kind is None:
            yield str(Path(column, steps)) if steps else column
        return
    for step, part in _parts(shape):
        yield from bare_parts(column, part, (*steps, step))


def element_subjects(shape: Shape, steps: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """The ways from the column to every id that says whom an element is about."""
    if isinstance(shape, Whole):
        return
    if isinstance(shape, Elements):
        yield from ((*steps, EACH, *rest) for rest in shape.subjects)
    for step, part in _parts(shape):
        yield from element_subjects(part, (*steps, step))


def _parts(shape: Fields | Elements | Entries) -> list[tuple[Step, Shape]]:
    if isinstance(shape, Fields):
        return [(Step("field", name), part) for name, part in shape.fields.items()]
    if isinstance(shape, Elements):
        return [(EACH, shape.each)]
    return [*((Step("key", key), part) for key, part in shape.named.items()), (ENTRIES, shape.others)]


def _shape(kind_of: dt.DataType, labels: _Labels, subjects: _Subjects, covering: str | None) -> Shape:
    """covering: the kind that a wider label gives to whatever has no narrower one."""
    for steps, kind in labels:
        if not steps:
            covering = kind
    narrower = [(steps, kind) for steps, kind in labels if steps]
    if not narrower and not subjects:
        return Whole(covering)
    if kind_of.is_struct():
        fields = {
            name: _below(Step("field", name), inner, narrower, subjects, covering)
            for name, inner in kind_of.items()
        }
        return _one_kind(fields.values()) or Fields(fields)
    if kind_of.is_array():
        mine = tuple(steps[1:] for steps in subjects if EACH not in steps[1:])
        deeper = [steps for steps in subjects if EACH in steps[1:]]
        each = _below(EACH, kind_of.value_type, narrower, deeper, covering)
        return (None if mine else _one_kind([each])) or Elements(each, mine)
    # `{}` speaks of the entries that no label names; whom elements are about, it says of every entry.
    keys = dict.fromkeys(
        steps[0].name for steps in [s for s, _ in narrower] + subjects if steps[0] != ENTRIES
    )
    others = _below(ENTRIES, kind_of.value_type, narrower, subjects, covering)
    named: dict[str, Shape] = {}
    for key in keys:
        step = Step("key", key)
        own = [(steps[1:], kind) for steps, kind in narrower if steps[0] == step]
        own = own or [(steps[1:], kind) for steps, kind in narrower if steps[0] == ENTRIES]
        about = [steps[1:] for steps in subjects if steps[0] in (ENTRIES, step)]
        named[key] = _shape(kind_of.value_type, own, about, covering)
    return _one_kind([*named.values(), others]) or Entries(named, others)


def _below(
    step: Step, inner: dt.DataType, labels: _Labels, subjects: _Subjects, covering: str | None
) -> Shape:
    return _shape(
        inner,
        [(steps[1:], kind) for steps, kind in labels if steps[0] == step],
        [steps[1:] for steps in subjects if steps[0] == step],
        covering,
    )


def _one_kind(parts: Collection[Shape]) -> Whole | None:
    """All of it, when its parts are all of one kind: to mask them one by one would come to the same."""
    first = next(iter(parts), None)
    if isinstance(first, Whole) and all(part == first for part in parts):
        return first
    return None


def _placed(name: str, text: str, path: Path | None, types: Mapping[str, dt.DataType]) -> Path:
    """The path, if the table has a part of that name."""
    if path is None or path.column not in types:
        column = text if path is None else path.column
        raise SourceError(
            "SRC-038",
            f"table {name!r} has no column {column!r}",
            fix=f"correct the catalogue; the data has: {', '.join(types)}",
        )
    at, kind_of = Path(path.column), types[path.column]
    for step in path.steps:
        inner = _type_below(kind_of, step)
        if inner is None:
            raise _misplaced(name, text, f"but {at} is {kind_of}")
        at, kind_of = Path(at.column, (*at.steps, step)), inner
    return path


def _type_below(kind_of: dt.DataType, step: Step) -> dt.DataType | None:
    """The type one step further in; None where there is no such step."""
    if step.kind == "field":
        return dict(kind_of.items()).get(step.name) if kind_of.is_struct() else None
    if step.kind == "each":
        return kind_of.value_type if kind_of.is_array() else None
    # Keys are compared as text, which engines write alike for text and whole numbers only.
    if not kind_of.is_map() or not (kind_of.key_type.is_string() or kind_of.key_type.is_integer()):
        return None
    return kind_of.value_type


def _misplaced(name: str, text: str, why: str) -> SourceError:
    return SourceError(
        "SRC-039",
        f"the catalogue of table {name!r} speaks of {text}, {why}",
        fix="correct the path; a part has one label",
    )
