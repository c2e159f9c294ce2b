"""A made-up platform in a real workspace, every cell of whose tables can be told from any other by its text.

Whatever leaves the workspace is then searched for marks: each says which table, row and column it was written in, so
whose it is and what kind of data. Tables lie at every kind of location, some files are stamped, catalogues call key,
date and audience what somebody might, and ids are those that careless reading takes for one another.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from licet.sources.catalogue import STAMP
from licet.testing.policies import make_pack_values
from licet.testing.questions import make_plan, make_region
from licet.testing.words import (
    CATEGORIES,
    ODD_VISIBILITIES,
    OWN_CATEGORIES,
    SETTINGS,
    VISIBILITIES,
    chance,
    pick,
)

#: Where a table may lie. A table handed in from Python is not there for pages, so it is left to gates.
LOCATIONS = ("parquet", "csv", "jsonl", "duckdb", "sql", "arrow")

#: Ids that are text and nothing else, whatever a reader would make of them.
IDS = ("ann", "007", "7", "ünal", "a,b", 'q"x', "NULL", "1e3", "2024-01-02", "#9", "+5")

#: Text that stands nowhere else: table, row and column of the cell it was written in.
_MARK = re.compile(r"mark(\d+)x(\d+)x(\d+)end")

_STAMPED = "private_communication.messages"
_COLUMNS = ("key", "who", "other", "made", "seen", "c0", "c1", "c2")
_MARKED = ("key", "c0", "c1", "c2")


class Mark(NamedTuple):
    """The cell that a mark was written in."""

    table: str
    row: int
    column: str


class MarkedTable(NamedTuple):
    """A table as it was written, whatever its catalogue says.

    rows:    `who` and `other` are ids or None, `made` is an aware moment or None, `seen` a word or None.
    labels:  column to kind of data, as the catalogue has it.
    stamps:  column to kind of data, as the file has it; only where a file can.
    """

    location: str
    catalogued: dict[str, Any]
    rows: list[dict[str, Any]]
    labels: dict[str, str | None]
    stamps: dict[str, str]

    def kind_of(self, column: str) -> str | None:
        """What a cell of this column really is: a label belongs to the bytes."""
        return self.stamps.get(column, self.labels.get(column))

    def people_of(self, row: int) -> list[str | None]:
        return [self.rows[row][column] for column in self.catalogued["subjects"]]


class MarkedWorld(NamedTuple):
    """members: what the members' table says; settings: the ones a choice may name; handed_in: Arrow tables by name."""

    root: Path
    tables: dict[str, MarkedTable]
    members: list[dict[str, Any]]
    policy: Path
    handed_in: dict[str, pa.Table]


def marks_in(text: str) -> Iterator[Mark]:
    """Every mark in a text, each as often as it stands there."""
    for table, row, column in _MARK.findall(text):
        yield Mark(f"t{table}", int(row), _COLUMNS[int(column)])


def make_marked_world(rng: Random, root: Path, rows: int = 30, now: datetime | None = None) -> MarkedWorld:
    """Write tables, catalogue, recipe and a policy into `root`, which holds an empty workspace."""
    now = datetime.now(UTC) if now is None else now
    (root / "data").mkdir(parents=True, exist_ok=True)
    ids = list(IDS[: 3 + rng.randrange(len(IDS) - 2)])
    members = [_member(rng, id_) for id_ in ids if not chance(rng, 5)]
    tables: dict[str, MarkedTable] = {}
    handed_in: dict[str, pa.Table] = {}
    for number in range(2):
        name = f"t{number}"
        tables[name] = table = _make_table(rng, number, [*ids, "nobody"], rows, now)
        _write(root, name, table, handed_in)
    members_at = pick(rng, ["parquet", "csv", "jsonl", "duckdb", "sql"])
    facts = MarkedTable(members_at, {}, members, {}, {})
    _write(root, "members", facts, handed_in)
    catalogue = {
        "licet_catalogue": 1,
        "facts": {"table": "members", "subject": "id", "region": "region", "age": "age", "plan": "plan"},
        "tables": {
            "members": {
                "location": _location("members", members_at), "key": "id", "subjects": ["id"],
                "columns": {"region": "profile.location"},
            },
            **{name: table.catalogued for name, table in tables.items()},
        },
    }  # fmt: skip
    (root / "catalogue.yaml").write_text(yaml.safe_dump(catalogue, sort_keys=False, allow_unicode=True))
    (root / "recipe.yaml").write_text(yaml.safe_dump(_recipe(tables)))
    policy = root / "policy.yaml"
    policy.write_text(yaml.safe_dump(make_pack_values(rng), sort_keys=False, allow_unicode=True))
    return MarkedWorld(root, tables, members, policy, handed_in)


def make_choices(rng: Random, world: MarkedWorld) -> Iterator[tuple[str, str, str, str | None]]:
    """Subject, setting, on or off, and the kind of data of a narrow one."""
    for member in world.members:
        for setting in SETTINGS:
            if chance(rng, 55):
                narrow = pick(rng, [*CATEGORIES[:4], *OWN_CATEGORIES]) if chance(rng, 20) else None
                yield member["id"], setting, pick(rng, ["on", "on", "off"]), narrow


def _member(rng: Random, subject_id: str) -> dict[str, Any]:
    region = pick(rng, ["DE", "CH", "GB", "CA-QC", "US"]) if chance(rng, 80) else make_region(rng)
    return {
        "id": subject_id,
        "region": region,
        "age": pick(rng, [12, 17, 18, 30, 30, 66]),
        "plan": make_plan(rng),
    }


def _make_table(rng: Random, number: int, ids: list[str], rows: int, now: datetime) -> MarkedTable:
    location = LOCATIONS[rng.randrange(len(LOCATIONS))]
    kinds = [*CATEGORIES, *OWN_CATEGORIES, "content.comments"]
    labels: dict[str, str | None] = {
        column: pick(rng, kinds) if not chance(rng, 10) else None for column in ("c0", "c1", "c2")
    }
    for column in ("key", "who", "made", "seen"):
        if chance(rng, 25):
            labels[column] = pick(rng, kinds)
    catalogued: dict[str, Any] = {
        "location": _location(f"t{number}", location),
        "subjects": ["who", "other"] if chance(rng, 30) else ["who"],
        "columns": labels,
    }
    if chance(rng, 95):
        # Nothing keeps a catalogue from calling a text the key of its rows.
        catalogued["key"] = "key" if chance(rng, 70) else pick(rng, ["c0", "c1"])
    if chance(rng, 80):
        catalogued["created"] = "made"
    if chance(rng, 70):
        catalogued["visibility"] = "seen"
    elif chance(rng, 70):
        catalogued["visibility_is"] = pick(rng, VISIBILITIES)
    stamps: dict[str, str] = {}
    if location in ("parquet", "arrow") and chance(rng, 40):
        stamped = pick(rng, ["c0", "c1", "c2", "key"])
        stamps[stamped] = _STAMPED
        if chance(rng, 60):
            # Left unlabelled, which is how a catalogue may speak of it; else it contradicts the file.
            labels[stamped] = None
    written = [_row(rng, number, row, ids, now) for row in range(rows)]
    if location == "csv":  # where an empty value is none
        written = [
            {column: None if value == "" else value for column, value in row.items()} for row in written
        ]
    return MarkedTable(location, catalogued, written, labels, stamps)


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


def _write(root: Path, name: str, table: MarkedTable, handed_in: dict[str, pa.Table]) -> None:
    columns = list(table.rows[0]) if table.rows else ["id", "region", "age", "plan"]
    plain = [{column: _as_text(row[column]) for column in columns} for row in table.rows]
    path = root / "data" / f"{name}.{table.location}"
    if table.location == "csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(plain)
    elif table.location == "jsonl":
        told = (json.dumps(row, ensure_ascii=False) for row in plain)
        path.write_text("".join(line + "\n" for line in told), encoding="utf-8")
    else:
        data = _arrow(table, columns)
        if table.location == "arrow":
            handed_in[name] = data
        elif table.location == "parquet":
            pq.write_table(data, path)
        elif table.location == "duckdb":
            with closing(duckdb.connect(str(path))) as database:
                database.register("rows_of_it", data)
                database.execute(f"CREATE TABLE {name} AS SELECT * FROM rows_of_it")
        else:
            with closing(sqlite3.connect(root / "data" / f"{name}.db")) as lite, lite:
                lite.execute(f"CREATE TABLE {name} ({', '.join(map(_sqlite_column, data.schema))})")
                places = ", ".join("?" * len(columns))
                values = [[_for_sqlite(row[column]) for column in columns] for row in table.rows]
                lite.executemany(f"INSERT INTO {name} VALUES ({places})", values)


def _arrow(table: MarkedTable, columns: list[str]) -> pa.Table:
    types = {"made": pa.timestamp("us", "UTC"), "age": pa.int64()}
    fields = [
        pa.field(
            column, types.get(column, pa.string()),
            metadata={STAMP: table.stamps[column].encode()} if column in table.stamps else None,
        )
        for column in columns
    ]  # fmt: skip
    return pa.Table.from_pylist([{c: row[c] for c in columns} for row in table.rows], pa.schema(fields))


def _as_text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _sqlite_column(field: pa.Field) -> str:
    kind = "DATETIME" if pa.types.is_timestamp(field.type) else "INTEGER" if field.name == "age" else "TEXT"
    return f'"{field.name}" {kind}'


def _for_sqlite(value: Any) -> Any:
    """As SQLAlchemy writes a moment there: UTC, without saying so."""
    return (
        value.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
        if isinstance(value, datetime)
        else value
    )
