"""A made-up platform in a real workspace, every cell of whose tables can be told from any other by its text.

Whatever leaves the workspace is then searched for marks: each says which table, row and column it was written in, so
whose it is and what kind of data. Tables lie at every kind of location, some files are stamped, catalogues call key,
date and audience what somebody might, and ids are those that careless reading takes for one another. Rows are about
people, about nobody, events or edges; some refer to rows of another table, some are work data of organisations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pyarrow as pa
import yaml

from licet.ledger.row_noes import EVERY
from licet.packs import Pack
from licet.terms.vocabulary import is_never_learnt
from licet.testing.drawn_ids import Subjects
from licet.testing.drawn_policies import make_pack_values
from licet.testing.drawn_questions import make_plan, make_region
from licet.testing.drawn_records import make_row_kind
from licet.testing.drawn_words import (
    CATEGORIES,
    ODD_VISIBILITIES,
    ORGANISATIONS,
    OWN_CATEGORIES,
    SETTINGS,
    VISIBILITIES,
    chance,
    pick,
)
from licet.testing.marked_files import write_table
from licet.testing.worlds import make_organisation_noes, make_record_noes

#: Where a table may lie. A table handed in from Python is not there for pages, so it is left to gates.
LOCATIONS = ("parquet", "csv", "jsonl", "duckdb", "sql", "arrow")
#: Where Spark reads tables.
FILES = ("parquet", "csv", "jsonl")

#: Ids that are text and nothing else, whatever a reader would make of them.
IDS = ("ann", "007", "7", "ünal", "a,b", 'q"x', "NULL", "1e3", "2024-01-02", "#9", "+5")

#: Text that stands nowhere else: table, row and column of the cell it was written in.
_MARK = re.compile(r"mark(\d+)x(\d+)x(\d+)end")

#: What stands of a yes after a no, once both were erased.
NO_YES = "no yes"

_STAMPED = "private_communication.messages"
_COLUMNS = ("key", "who", "other", "made", "seen", "c0", "c1", "c2")
_MARKED = ("key", "c0", "c1", "c2")
_CONTENT = ("c0", "c1", "c2")
#: What another table's rows may name a row by: no mark, since it stands in those as well.
_NUMBERED = "no"


class Mark(NamedTuple):
    """The cell that a mark was written in."""

    table: str
    row: int
    column: str


class MarkedTable(NamedTuple):
    """A table as it was written, whatever its catalogue says.

    rows:    `who` and `other` are ids or None, `made` is an aware moment or None, `seen` a word or None, `ref` the key
             of a row of another table, of none, or None, `org` an organisation or None.
    subjects: the columns of everybody whom a row is about, in the catalogue's order, wherever that says so.
    labels:  column to kind of data, as the catalogue has it.
    stamps:  column to kind of data, as the file has it; only where a file can.
    """

    name: str
    location: str
    catalogued: dict[str, Any]
    subjects: tuple[str, ...]
    rows: list[dict[str, Any]]
    labels: dict[str, str | None]
    stamps: dict[str, str]

    @property
    def key(self) -> str | None:
        return self.catalogued.get("key")

    @property
    def references(self) -> dict[str, str]:
        return {**self.catalogued.get("references", {})}

    @property
    def organisation(self) -> str | None:
        return self.catalogued.get("organisation")

    @property
    def is_about_nobody(self) -> bool:
        return self.catalogued.get("about") == "nobody"

    def kind_of(self, column: str) -> str | None:
        """What a cell of this column really is: a label belongs to the bytes. None where it is left out."""
        is_left_out = self.labels.get(column, "") is None
        return None if is_left_out else self.stamps.get(column, self.labels.get(column))

    def people_of(self, row: int) -> list[str | None]:
        return [self.rows[row][column] for column in self.subjects]


class MarkedWorld(NamedTuple):
    """tables: by name, the marked ones. members: what their table says, `people`, which is catalogued like any other.

    handed_in: Arrow tables by name. now: the moment at which it was made.
    said: by member, then setting and kind of data (None: all), what they last said, on or off; it grows as they speak.
        `NO_YES` where an erasure took back a yes that came after a no: then the no may go on, and no yes.
    noes: member, setting and kind of data of every no that was ever said.
    record_noes: member, table, key and setting (`*`: every one) of the noes to single records that stand.
    organisation_noes: organisation, setting and kind of data (`*`: every one) of the noes of organisations that stand.
    sent: member and signal of every one that was recorded for them, by a header or from a consent string.
    """

    root: Path
    tables: dict[str, MarkedTable]
    people: MarkedTable
    policy: Path
    handed_in: dict[str, pa.Table]
    now: datetime
    said: dict[str, dict[tuple[str, str | None], str]]
    noes: set[tuple[str, str, str | None]]
    record_noes: set[tuple[str, str, str, str]]
    organisation_noes: set[tuple[str, str, str]]
    sent: set[tuple[str, str]]

    @property
    def all_tables(self) -> dict[str, MarkedTable]:
        return {"members": self.people} | self.tables

    @property
    def members(self) -> list[dict[str, Any]]:
        return self.people.rows

    @property
    def is_contradicted(self) -> bool:
        """Whether a catalogue labels a column otherwise than its data does, which no reading may pass over."""
        return any(
            table.labels.get(column) not in (None, kind)
            for table in self.tables.values()
            for column, kind in table.stamps.items()
        )

    @property
    def on_disk(self) -> dict[str, MarkedTable]:
        """The tables that are there without a program to hand them in, the members' own first."""
        found = {name: table for name, table in self.tables.items() if table.location != "arrow"}
        return {"members": self.people} | found


def marks_in(text: str) -> Iterator[Mark]:
    """Every mark in a text, each as often as it stands there."""
    for table, row, column in _MARK.findall(text):
        yield Mark(f"t{table}", int(row), _COLUMNS[int(column)])


def make_marked_world(
    rng: Random, root: Path, locations: tuple[str, ...] = LOCATIONS, rows: int = 24
) -> MarkedWorld:
    """Write tables, catalogue, recipe and a policy into `root`, where a workspace may be made of them.

    locations: where tables may lie. rows: of each of the two.
    """
    now = datetime(2026, 2, 1, 12, tzinfo=UTC) + timedelta(days=rng.randrange(400))
    (root / "data").mkdir(parents=True, exist_ok=True)
    ids = list(IDS[: 3 + rng.randrange(len(IDS) - 2)])
    members = [_member(rng, id_) for place, id_ in enumerate(ids) if place == 0 or not chance(rng, 5)]
    tables: dict[str, MarkedTable] = {}
    handed_in: dict[str, pa.Table] = {}
    keys = {"members": [member["id"] for member in members]}
    for number in range(2):
        name = f"t{number}"
        table = _make_table(rng, number, pick(rng, locations), [*ids, "nobody"], rows, now, keys)
        tables[name] = table
        if table.key == _NUMBERED and table.location != "arrow":
            keys[name] = [row[_NUMBERED] for row in table.rows]
        handed = write_table(root, name, table.location, table.rows, table.stamps)
        if handed is not None:
            handed_in[name] = handed
    members_at = pick(rng, [where for where in locations if where != "arrow"])
    write_table(root, "members", members_at, members, {})
    labels: dict[str, str | None] = {"region": "profile.location"}
    catalogued = {
        "location": _location("members", members_at), "key": "id", "subjects": ["id"], "columns": labels,
    }  # fmt: skip
    people = MarkedTable("members", members_at, catalogued, ("id",), members, labels, {})
    catalogue = {
        "licet_catalogue": 2,
        "facts": {"table": "members", "subject": "id", "region": "region", "age": "age", "plan": "plan"},
        "tables": {
            "members": catalogued,
            **{name: table.catalogued for name, table in tables.items()},
        },
    }  # fmt: skip
    (root / "catalogue.yaml").write_text(yaml.safe_dump(catalogue, sort_keys=False, allow_unicode=True))
    (root / "recipe.yaml").write_text(yaml.safe_dump(_recipe(tables)))
    policy = root / "policy.yaml"
    policy.write_text(yaml.safe_dump(make_pack_values(rng), sort_keys=False, allow_unicode=True))
    return MarkedWorld(root, tables, people, policy, handed_in, now, {}, set(), set(), set(), set())


def make_choices(rng: Random, world: MarkedWorld) -> Iterator[tuple[str, str, str, str | None]]:
    """Subject, setting, on or off, and the kind of data of a narrow one."""
    for member in world.members:
        for setting in SETTINGS:
            if chance(rng, 55):
                narrow = pick(rng, [*CATEGORIES[:4], *OWN_CATEGORIES]) if chance(rng, 20) else None
                yield member["id"], setting, pick(rng, ["on", "on", "off"]), narrow


def make_row_noes(rng: Random, world: MarkedWorld) -> Iterator[dict[str, Any]]:
    """A few noes to single records, as a ledger tells them: subject, table, key, setting."""
    tables = world.all_tables
    found = make_record_noes(
        rng,
        Subjects(tuple(member["id"] for member in world.members), ()),
        {name: table.catalogued for name, table in tables.items()},
        {name: pa.Table.from_pylist(table.rows) for name, table in tables.items()},
    ).to_pylist()
    yield from rng.sample(found, min(8, len(found)))


def make_work_noes(rng: Random, pack: Pack) -> Iterator[dict[str, Any]]:
    """Noes of organisations, as a ledger tells them: organisation, setting, category; many of them never allowed, and
    some to just what the pack lets them refuse."""
    for _ in range(3):
        yield from make_organisation_noes(rng).to_pylist()
    may = [(id_, EVERY) for id_, setting in pack.settings.items() if setting.organisation_may_refuse]
    may += [(EVERY, kind) for kind, entry in pack.categories.items() if entry.organisation_may_refuse]
    for setting, category in may:
        if chance(rng, 60):
            yield {"organisation": pick(rng, ORGANISATIONS), "setting": setting, "category": category}


def _member(rng: Random, subject_id: str) -> dict[str, Any]:
    region = pick(rng, ["DE", "CH", "GB", "CA-QC", "US"]) if chance(rng, 80) else make_region(rng)
    return {
        "id": subject_id,
        "region": region,
        "age": pick(rng, [12, 17, 18, 30, 30, 66]),
        "plan": make_plan(rng),
    }


def _make_table(
    rng: Random,
    number: int,
    location: str,
    ids: list[str],
    rows: int,
    now: datetime,
    keys: dict[str, list[str]],
) -> MarkedTable:
    """keys: of the tables to which it may refer."""
    kinds = [*CATEGORIES, *OWN_CATEGORIES, "content.comments"]
    people = pick(rng, [["who"], ["who"], ["who"], ["who", "other"], ["who", "other"], ["who", "other"], []])
    if not people:
        kinds = [kind for kind in kinds if not is_never_learnt(kind)]
    labels: dict[str, str | None] = {
        column: pick(rng, kinds) if not chance(rng, 10) else None for column in ("c0", "c1", "c2")
    }
    for column in ("key", "who", "made", "seen"):
        if chance(rng, 25):
            labels[column] = pick(rng, kinds)
    catalogued: dict[str, Any] = {
        "location": _location(f"t{number}", location),
        "subjects": people,
        "columns": labels,
    }
    if chance(rng, 95):
        # Nothing keeps a catalogue from calling a text the key of its rows.
        catalogued["key"] = pick(rng, ["key", "key", "key", "c0", "c1", _NUMBERED, _NUMBERED, _NUMBERED])
    if chance(rng, 80):
        catalogued["created"] = "made"
    if not people and chance(rng, 85):
        catalogued["about"] = "nobody"
    catalogued |= make_row_kind(rng, catalogued, events=45, edges=60)
    if "event" in catalogued and chance(rng, 80):
        labels[catalogued["key"]] = labels["made"] = pick(rng, kinds)
    references = {"ref": pick(rng, [*keys, *keys][-3:])} if chance(rng, 50) else {}
    if references:
        catalogued["references"] = references
    if chance(rng, 40):
        catalogued["organisation"] = "org"
    for column in (_NUMBERED, "ref", "org"):
        if chance(rng, 25):
            labels.setdefault(column, pick(rng, kinds))
    if chance(rng, 70):
        catalogued["visibility"] = "seen"
    elif chance(rng, 70):
        catalogued["visibility_is"] = pick(rng, VISIBILITIES)
    stamps: dict[str, str] = {}
    if location in ("parquet", "arrow") and people and chance(rng, 40):
        stamped = pick(rng, ["c0", "c1", "c2", "key"])
        stamps[stamped] = _STAMPED
        if chance(rng, 60):
            # Left unlabelled, which is how a catalogue may speak of it; else it contradicts the file.
            labels[stamped] = None
    named = keys[references["ref"]] if references else []
    written = [_row(rng, number, row, ids, now) | _beside(rng, number, row, named) for row in range(rows)]
    if location == "csv":  # where an empty value is none
        written = [
            {column: None if value == "" else value for column, value in row.items()} for row in written
        ]
    return MarkedTable(f"t{number}", location, catalogued, tuple(people), written, labels, stamps)


def _beside(rng: Random, number: int, row: int, named: list[str]) -> dict[str, Any]:
    """What a row is named by where others refer to it, to which row it refers, and whose work data it is."""
    return {
        _NUMBERED: f"n{number}-{row}",
        "ref": None if chance(rng, 8) else pick(rng, named) if named and chance(rng, 90) else "no such row",
        "org": None if chance(rng, 20) else pick(rng, [*ORGANISATIONS, "initech"]),
    }


def _row(rng: Random, number: int, row: int, ids: list[str], now: datetime) -> dict[str, Any]:
    seen = pick(rng, [*VISIBILITIES, *VISIBILITIES, *VISIBILITIES, pick(rng, ODD_VISIBILITIES)])
    cells: dict[str, Any] = {column: f"mark{number}x{row}x{_COLUMNS.index(column)}end" for column in _MARKED}
    return cells | {
        "who": pick(rng, ids),
        "other": pick(rng, ids) if chance(rng, 60) else None,
        "made": None
        if chance(rng, 5)
        else (now - timedelta(days=rng.randrange(4000))).replace(microsecond=0),
        "seen": None if chance(rng, 5) else seen,
    }


def _location(name: str, kind: str) -> dict[str, str]:
    return {
        "parquet": {"parquet": f"data/{name}.parquet"},
        "csv": {"csv": f"data/{name}.csv"},
        "jsonl": {"jsonl": f"data/{name}.jsonl"},
        "duckdb": {"duckdb": f"data/{name}.duckdb", "table": name},
        "sql": {"sql": f"sqlite:///data/{name}.db", "table": name},
        "arrow": {"arrow": name},
    }[kind]


def _recipe(tables: dict[str, MarkedTable]) -> dict[str, Any]:
    """A recipe that asks for whatever has a label, roles too: what it must not have, the gate has to keep."""
    return {
        "licet_recipe": 1, "shortest_characters": 1, "redact": [], "language": False, "near_duplicates": None,
        "documents": [
            {"kind": name, "table": name, "text": " ".join(f"{{{column}}}" for column in labelled)}
            for name, table in tables.items()
            if table.location != "arrow" and "key" in table.catalogued
            if (labelled := [column for column, label in table.labels.items() if label is not None])
        ],
    }  # fmt: skip
