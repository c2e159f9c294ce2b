"""Made-up tables of records: whose they are, when they were made, who saw them, and columns of several kinds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa

from licet.testing.cells import make_cell
from licet.testing.people import NUMBERS
from licet.testing.questions import make_visibility
from licet.testing.words import (
    CATEGORIES,
    DAYS,
    ODD_VISIBILITIES,
    OWN_CATEGORIES,
    VISIBILITIES,
    chance,
    moment_near,
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
    rng: Random, subjects: list[str], numbered: bool, most_rows: int
) -> tuple[dict[str, Any], pa.Table]:
    """A table of a catalogue (without its location), and its data."""
    rows = rng.randrange(most_rows + 1)
    data: dict[str, pa.Array] = {}
    catalogued: dict[str, Any] = {"columns": {}}
    if chance(rng, 90):
        catalogued["key"] = "key"
        data["key"] = pa.array(range(rows), pa.int64())
    catalogued["subjects"] = ["author", "mentioned", "audience"][
        : pick(rng, [1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 0])
    ]
    for name in catalogued["subjects"]:
        data[name] = _people(rng, subjects, numbered, rows, listed=chance(rng, 35))
    if chance(rng, 88):
        catalogued["created"] = "made"
        data["made"] = _created(rng, rows)
    if chance(rng, 65):
        catalogued["visibility"] = "seen_by"
        data["seen_by"] = pa.array([make_visibility(rng) for _ in range(rows)], pa.string())
    elif chance(rng, 60):
        catalogued["visibility_is"] = pick(rng, [*VISIBILITIES, *ODD_VISIBILITIES])
    names = some(rng, NAMES, 4)
    for number, name in enumerate(names):
        data[name] = _content(rng, rows, number)
        label = pick(rng, [*CATEGORIES, *OWN_CATEGORIES, *(UNHEARD if chance(rng, 40) else ())])
        if not chance(rng, 8):
            catalogued["columns"][name] = label
        elif chance(rng, 50):
            catalogued["columns"][name] = None
    for name in some(rng, NESTED, 2) if chance(rng, 45) else ():
        cell = make_cell(rng, name, subjects, numbered, rows)
        data[name] = cell.data
        catalogued["columns"] |= cell.labels
        catalogued.setdefault("element_subjects", []).extend(cell.element_subjects)
    if "made" in data and chance(rng, 8):
        catalogued["columns"]["made"] = pick(rng, CATEGORIES)
    return catalogued, pa.table(data if data else {"nothing": pa.array([None] * rows, pa.string())})


def _people(rng: Random, subjects: list[str], numbered: bool, rows: int, listed: bool) -> pa.Array:
    def one() -> Any:
        if chance(rng, 3):
            return None
        subject = "999" if chance(rng, 3) else pick(rng, subjects)
        return subject if kind == pa.string() else int(subject)

    kind = pick(rng, NUMBERS) if numbered else pa.string()
    if not listed:
        return pa.array([one() for _ in range(rows)], kind)
    lists = [
        None if chance(rng, 8) else [one() for _ in range(pick(rng, [1, 2, 2, 3, 0]))] for _ in range(rows)
    ]
    return pa.array(lists, pa.list_(kind))


def _created(rng: Random, rows: int) -> pa.Array:
    """Times without a zone (UTC), in other zones, or whole days; often just before or on a day rules name."""
    moments = [None if chance(rng, 10) else moment_near(rng, DAYS) for _ in range(rows)]
    kind = rng.randrange(4)
    if kind == 0:
        return pa.array(
            [None if at is None else at.astimezone(UTC).replace(tzinfo=None) for at in moments],
            pa.timestamp("us"),
        )
    if kind == 3:
        return pa.array([None if at is None else at.astimezone(UTC).date() for at in moments], pa.date32())
    zone = pick(rng, ["UTC", "America/St_Johns", "Pacific/Kiritimati"])
    return pa.array(moments, pa.timestamp("us", zone))


def _content(rng: Random, rows: int, number: int) -> pa.Array:
    if number % 3 == 1:
        return pa.array([None if chance(rng, 10) else rng.randrange(1000) for _ in range(rows)], pa.int64())
    if number % 3 == 2:
        start = datetime(2025, 1, 1)  # noqa: DTZ001 - content, not a moment anyone decides by
        return pa.array([start + timedelta(hours=rng.randrange(9)) for _ in range(rows)], pa.timestamp("us"))
    return pa.array(
        [None if chance(rng, 10) else f"text {rng.randrange(1000)}" for _ in range(rows)], pa.string()
    )
