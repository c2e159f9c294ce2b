"""Made-up nested columns: structs, lists, maps and any of them within another, null at every level, with labels for
some of their parts, and ids within elements of people who are members, are not, or are nobody."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

import pyarrow as pa

from licet.sources.paths import EACH, ENTRIES, Path, Step, names_an_element
from licet.testing.drawn_ids import Subjects
from licet.testing.drawn_words import CATEGORIES, OWN_CATEGORIES, chance, pick, some

FIELDS = ("name", "who", "a b", 'x"y', "p.q", "r[]", "s{t}", "mask", "element", "key")
KEYS = ("phone", "city", "x.y", 'q"', "", "7")


class Cell(NamedTuple):
    """A column. labels and element_subjects are as a catalogue writes them."""

    data: pa.Array
    labels: dict[str, str | None]
    element_subjects: list[str]


class _Made(NamedTuple):
    """A type, with the places in it: all of them, and those that hold ids."""

    kind: pa.DataType
    places: list[tuple[Step, ...]]
    ids: list[tuple[Step, ...]]


def make_cell(rng: Random, column: str, subjects: Subjects, rows: int) -> Cell:
    """A nested column of that many rows."""
    id_kind = pick(rng, subjects.kinds)
    made = _make_type(rng, id_kind, 1 + rng.randrange(3))
    labels: dict[str, str | None] = {}
    for place in made.places:
        if chance(rng, 20 if len(place) == 0 else 45):
            kind = None if chance(rng, 12) else pick(rng, [*CATEGORIES, *OWN_CATEGORIES])
            labels[str(Path(column, place)) if place else column] = kind
    about = [
        str(path)
        for path in (Path(column, place) for place in made.ids)
        if names_an_element(path) and chance(rng, 75)
    ]
    ids = [
        subject if id_kind == pa.string() else int(subject)
        for subject in (*subjects.ids, *subjects.ids, "999")
    ]
    return Cell(pa.array([_value(rng, made.kind, ids) for _ in range(rows)], made.kind), labels, about)


def _make_type(rng: Random, id_kind: pa.DataType, depth: int) -> _Made:
    if depth == 0:
        if chance(rng, 25):
            return _Made(id_kind, [()], [()])
        return _Made(pick(rng, [pa.string(), pa.int64()]), [()], [])
    form = rng.randrange(3)
    if form == 0:
        fields = {name: _make_type(rng, id_kind, rng.randrange(depth)) for name in some(rng, FIELDS, 3)}
        kind = pa.struct([(name, inner.kind) for name, inner in fields.items()])
        steps = [(Step("field", name), inner) for name, inner in fields.items()]
    elif form == 1:
        inner = _make_type(rng, id_kind, rng.randrange(depth) if chance(rng, 40) else depth - 1)
        if chance(rng, 45):
            inner = _mention(id_kind, inner)
        kind, steps = pa.list_(inner.kind), [(EACH, inner)]
    else:
        inner = _make_type(rng, id_kind, rng.randrange(depth))
        kind = pa.map_(pick(rng, [pa.string(), pa.string(), pa.int32()]), inner.kind)
        named = [
            Step("key", key)
            for key in some(rng, KEYS[:-2] if kind.key_type == pa.string() else ("7", "-8"), 2)
        ]
        steps = [(step, inner) for step in (ENTRIES, *named)]
    places = [(step, *place) for step, inner in steps for place in inner.places]
    ids = [(step, *place) for step, inner in steps for place in inner.ids]
    return _Made(kind, [(), *places], ids)


def _mention(id_kind: pa.DataType, said: _Made) -> _Made:
    """A struct that says whom it is about."""
    who, words = Step("field", "who"), Step("field", "words")
    return _Made(
        pa.struct([("who", id_kind), ("words", said.kind)]),
        [(), (who,), *((words, *place) for place in said.places)],
        [(who,), *((words, *place) for place in said.ids)],
    )


def _value(rng: Random, kind: pa.DataType, ids: list[Any]) -> Any:
    if chance(rng, 10):
        return None
    if pa.types.is_struct(kind):
        return {field.name: _value(rng, field.type, ids) for field in kind}
    if pa.types.is_map(kind):
        keys = some(rng, KEYS if kind.key_type == pa.string() else (7, -8, 9), 3) if chance(rng, 85) else []
        return [(key, _value(rng, kind.item_type, ids)) for key in keys]
    if pa.types.is_list(kind):
        return [_value(rng, kind.value_type, ids) for _ in range(pick(rng, [1, 2, 3, 0]))]
    # A text may always be somebody's id, so that one that is none is told from one that is.
    if kind == pa.string():
        return str(pick(rng, ids)) if chance(rng, 60) else f"text {rng.randrange(100)}"
    return int(pick(rng, ids)) if isinstance(ids[0], int) and chance(rng, 60) else rng.randrange(100)
