"""What a use is given, and a server that asks about one member: `Access` and own rows, held to the same answers.

Events, edges and items are those rows of which everything that they are made of is permitted; in order of time.
"""

from __future__ import annotations

import functools
from collections import Counter
from random import Random
from typing import Any

import pyarrow as pa

from licet.app import Workspace
from licet.enforce import Access
from licet.enforce.selection import Selection
from licet.testing.drawn_words import pick
from licet.testing.marked_worlds import Mark, MarkedTable
from licet.testing.oracle.gate_rows import judge_rows
from licet.testing.oracle.row_answers import row_codes
from licet.testing.oracle.sightings import Judged, Leak, Sightings, nothing_seen, seen
from licet.testing.oracle.standpoint import Standpoint


def through_access(rng: Random, workspace: Workspace, stand: Standpoint, engine: str) -> Sightings:
    """Every table as a use is given it; on Spark its rows stay, and only what is made of them there leaves.

    Raises: Leak.
    """
    world, found = stand.world, nothing_seen()
    gate = workspace.gate(stand.purpose, recipient=stand.recipient, tables=world.handed_in)
    access = Access({stand.purpose: gate}, b"of a made-up use")
    for name, table in world.tables.items():
        schema = access.schema(name)
        made = access.transform(Selection(name), functools.partial(_columns_of, names=schema.names), schema)
        rows = made.read_all()
        if schema.names:
            found += judge_rows(stand, name, rows.to_pylist(), "transform", engine)
        if engine == "spark":
            continue
        found += judge_rows(stand, name, access.rows(name).read_all().to_pylist(), "rows", engine)
        if "event" in table.catalogued:
            found += _judge_events(stand, table, access.events(name).read_all().to_pylist())
        if "edge" in table.catalogued:
            found += _judge_edges(stand, table, access.edges(name).read_all().to_pylist())
        if table.is_about_nobody:
            found += judge_rows(stand, name, access.items(name).read_all().to_pylist(), "items", engine)
    if engine != "spark":
        subject_id = pick(rng, world.members)["id"]
        own = access.own(subject_id)
        found += _judge_own(stand, own, subject_id, "a use's own rows")
        few = {name: _made_of_one(access, name, subject_id) for name in own}
        found += _judge_own(stand, few, subject_id, "transform of one person's")
        if not world.handed_in:
            served = workspace.serving(stand.purpose, recipient=stand.recipient).own(subject_id)
            found += _judge_own(stand, served.tables, subject_id, "served")
            for name in served.about:
                told = Counter(served.verdicts(name)["code"].to_pylist())
                expected = row_codes(stand, world.all_tables[name], subject_id)
                if told != expected:
                    raise Leak(
                        f"served: of {name} {subject_id!r} has {dict(told)}, and decide says {dict(expected)}"
                    )
    return found


def _made_of_one(access: Access, name: str, subject_id: str) -> pa.Table:
    schema = access.schema(name)
    columns = functools.partial(_columns_of, names=schema.names)
    return access.transform(Selection(name, None, frozenset({subject_id})), columns, schema).read_all()


def _columns_of(rows: pa.Table, names: list[str]) -> pa.Table:
    """The permitted columns of rows, without a use's books: made where the rows are."""
    return rows.select(names)


def _judge_own(stand: Standpoint, own: Any, subject_id: str, way: str) -> Sightings:
    found = nothing_seen()
    for name, table in stand.world.tables.items():
        if table.subjects:
            rows = own[name].to_pylist() if name in own else []
            found += judge_rows(stand, name, rows, way, table.location, [subject_id])
    return found


def _judge_events(stand: Standpoint, table: MarkedTable, events: list[dict[str, Any]]) -> Sightings:
    event = table.catalogued["event"]
    times = [row["time"] for row in events]
    if times != sorted(times):
        raise Leak(f"events: those of {table.name} are not in order of time")
    expected = _passing(stand, table, event["actor"], event["item"], needed=(event["item"], event["time"]))
    return _held("events", table, Counter((row["actor"], row["item"]) for row in events), expected)


def _judge_edges(stand: Standpoint, table: MarkedTable, edges: list[dict[str, Any]]) -> Sightings:
    ends = table.catalogued["edge"]["from"], table.catalogued["edge"]["to"]
    return _held(
        "edges", table, Counter((row["from"], row["to"]) for row in edges), _passing(stand, table, *ends)
    )


def _passing(
    stand: Standpoint, table: MarkedTable, *columns: str, needed: tuple[str, ...] = ()
) -> Counter[Any]:
    """These cells of every row that passes, where all are there and those that are needed are permitted."""
    return Counter(
        tuple(row[column] for column in columns)
        for number, row in enumerate(table.rows)
        if stand.row_answer(table, number).mask
        and all(row[column] is not None for column in (*columns, *needed))
        and all(stand.permits(Mark(table.name, number, column)) for column in needed)
    )


def _held(way: str, table: MarkedTable, told: Counter[Any], expected: Counter[Any]) -> Sightings:
    if told != expected:
        raise Leak(
            f"{way}, {table.location}: of {table.name} {dict(told - expected)} is out that may not be, and "
            f"{dict(expected - told)} is not"
        )
    out = Judged(way, table.location, "permitted", True)
    return seen(
        Counter(
            {out: told.total(), out._replace(answer="withheld", is_out=False): len(table.rows) - told.total()}
        )
    )
