"""Made-up tables of records: whose they are, when they were made, who saw them, and columns of several kinds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa

from licet.terms.vocabulary import CATEGORIES as VOCABULARY
from licet.terms.vocabulary import is_never_learnt
from licet.testing.drawn_cells import make_cell
from licet.testing.drawn_ids import Subjects, column_of_words, some_id
from licet.testing.drawn_questions import make_visibility
from licet.testing.drawn_times import make_times
from licet.testing.drawn_words import (
    CATEGORIES,
    ODD_VISIBILITIES,
    ORGANISATIONS,
    OWN_CATEGORIES,
    VISIBILITIES,
    chance,
    pick,
    some,
)

#: Column names that a gate's own columns must not be confused with, beside plain ones.
NAMES = (
    "text",
    "title",
    "subject",
    "region",
    "mask",
    "reason",
    "position",
    "people",
    "a b",
    'x"y',
    "class_id",
    "subject_number",
    "one",
)
#: The same for columns with something within them.
NESTED = ("jobs", "mentions", "name.first", "tags[]", 'q"{r}', "element")
#: Kinds of data that no pack mentions: one in the vocabulary, one a branch that nobody declared.
UNHEARD = ("activity.views", "content.posts.unheard")


def make_table(
    rng: Random, subjects: Subjects, most_rows: int, kinds: Sequence[str] = (), columns: int = 4
) -> tuple[dict[str, Any], pa.Table]:
    """A table of a catalogue (without its location), and its data.

    kinds:   further kinds of data to label columns with.
    columns: at most so many; a table of more than there are odd names has nearly so many.
    """
    rows = rng.randrange(most_rows + 1)
    data: dict[str, pa.Array] = {}
    catalogued: dict[str, Any] = {"columns": {}}
    if chance(rng, 90):
        catalogued["key"] = "key"
        data["key"] = pa.array(range(rows), pa.int64())
    people = ["author", "mentioned", "audience"][: pick(rng, [1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 0])]
    catalogued["subjects"] = people
    for name in people:
        data[name] = _people(rng, subjects, rows, listed=chance(rng, 35))
    if chance(rng, 88):
        catalogued["created"] = "made"
        data["made"] = make_times(rng, rows)
    if chance(rng, 65):
        catalogued["visibility"] = "seen_by"
        data["seen_by"] = column_of_words(rng, [make_visibility(rng) for _ in range(rows)])
    elif chance(rng, 60):
        catalogued["visibility_is"] = pick(rng, [*VISIBILITIES, *ODD_VISIBILITIES])
    labels = [*CATEGORIES, *OWN_CATEGORIES, *kinds]
    if not people and chance(rng, 60):
        catalogued["about"] = "nobody"
        labels = [kind for kind in labels if not is_never_learnt(kind)]
    else:
        catalogued |= make_row_kind(rng, catalogued)
    if columns > len(NAMES):
        names = [*NAMES, *(f"c{number}" for number in range(columns - len(NAMES) - rng.randrange(10)))]
        told = {kind for kind in VOCABULARY if "about" not in catalogued or not is_never_learnt(kind)}
        labels = rng.sample(sorted({*labels, *told}), len(names))
    else:
        names = some(rng, NAMES, columns)
    for number, name in enumerate(names):
        data[name] = _content(rng, rows, number)
        label = (
            labels[number]
            if len(names) > len(NAMES)
            else pick(rng, [*labels, *(UNHEARD if chance(rng, 40) else ())])
        )
        if not chance(rng, 8):
            catalogued["columns"][name] = label
        elif chance(rng, 50):
            catalogued["columns"][name] = None
    is_nested = columns <= len(NAMES) and "about" not in catalogued and chance(rng, 45)
    for name in some(rng, NESTED, 2) if is_nested else ():
        cell = make_cell(rng, name, subjects, rows)
        data[name] = cell.data
        catalogued["columns"] |= cell.labels
        catalogued.setdefault("element_subjects", []).extend(cell.element_subjects)
    for name in ("key", *people, "made", "seen_by"):
        if name in data and chance(rng, 15):
            catalogued["columns"][name] = pick(rng, [*catalogued["columns"].values(), *labels])
    return catalogued, pa.table(data if data else {"nothing": pa.array([None] * rows, pa.string())})


def refer(
    rng: Random, name: str, targets: Sequence[str], catalogued: dict[str, Any], data: dict[str, pa.Table]
) -> None:
    """Let a table's rows refer to those of another that has a key: mostly to one that is there, else to none."""
    named = [target for target in targets if "key" in catalogued[target]]
    if not named:
        return
    target = pick(rng, named)
    keys = data[target][catalogued[target]["key"]].to_pylist()
    values = [
        None if chance(rng, 10) else pick(rng, keys) if keys and chance(rng, 85) else 999_983
        for _ in range(data[name].num_rows)
    ]
    is_text = chance(rng, 30)
    column = pa.array(
        [None if value is None else str(value) if is_text else value for value in values],
        pa.string() if is_text else pa.int64(),
    )
    data[name] = data[name].append_column("refers_to", column)
    catalogued[name]["references"] = {"refers_to": target}
    if chance(rng, 40):
        told = [kind for kind in CATEGORIES if "about" not in catalogued[name] or not is_never_learnt(kind)]
        catalogued[name]["columns"]["refers_to"] = pick(rng, told)


def employ(rng: Random, name: str, catalogued: dict[str, Any], data: dict[str, pa.Table]) -> None:
    """Let a table's rows be the work data of organisations: of one of those that say no, of another, or of none."""
    values = [
        None if chance(rng, 20) else pick(rng, [*ORGANISATIONS, "initech"])
        for _ in range(data[name].num_rows)
    ]
    data[name] = data[name].append_column("works_for", pa.array(values, pa.string()))
    catalogued[name]["organisation"] = "works_for"
    if chance(rng, 30):
        told = [kind for kind in CATEGORIES if "about" not in catalogued[name] or not is_never_learnt(kind)]
        catalogued[name]["columns"]["works_for"] = pick(rng, told)


def make_row_kind(
    rng: Random, catalogued: dict[str, Any], events: int = 15, edges: int = 40
) -> dict[str, Any]:
    """What the table says its rows are, now and then: events, edges, or about people of several roles.

    events, edges: how many in a hundred of the tables that can be are. Its people stay, in their order.
    """
    people = catalogued["subjects"]
    if people and chance(rng, 10):
        return {"subjects": {f"role_{place}": column for place, column in enumerate(people)}}
    if people and "key" in catalogued and "created" in catalogued and chance(rng, events):
        told = {"actor": people[-1], "item": catalogued["key"], "time": catalogued["created"]}
        return {"subjects": people[:-1], "event": told}
    if len(people) > 1 and chance(rng, edges):
        return {"subjects": people[:-2], "edge": {"from": people[-2], "to": people[-1]}}
    return {}


def _people(rng: Random, subjects: Subjects, rows: int, listed: bool) -> pa.Array:
    if chance(rng, 2):
        return pa.nulls(rows)
    kind = pick(rng, subjects.kinds)
    if not listed:
        return pa.array([some_id(rng, subjects, kind) for _ in range(rows)], kind)
    lengths = [1, 2, 2, 3, 0, *((12,) if chance(rng, 20) else ())]
    lists = [
        None if chance(rng, 8) else [some_id(rng, subjects, kind) for _ in range(pick(rng, lengths))]
        for _ in range(rows)
    ]
    return pa.array(lists, pa.list_(kind))


def _content(rng: Random, rows: int, number: int) -> pa.Array:
    if number % 3 == 1:
        return pa.array([None if chance(rng, 10) else rng.randrange(1000) for _ in range(rows)], pa.int64())
    if number % 3 == 2:
        start = datetime(2025, 1, 1)  # noqa: DTZ001 - content, not a moment anyone decides by
        return pa.array([start + timedelta(hours=rng.randrange(9)) for _ in range(rows)], pa.timestamp("us"))
    return pa.array(
        [None if chance(rng, 10) else f"text {rng.randrange(1000)}" for _ in range(rows)], pa.string()
    )
