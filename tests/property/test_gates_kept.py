"""Law 7 and 8 for gates: what a gate found on top of an earlier one is what it would find from nothing.

A ledger and Parquet tables are real; members choose, signal and are erased, files change, and gates are opened at any
position in any order with one `Kept` between them, on what other processes left on disk, or as one that is brought
forward. Each must agree with a gate that keeps nothing, marks included.
"""

from __future__ import annotations

import itertools
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from licet.enforce import Gate
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.gate_cache import Kept
from licet.enforce.gate_files import GateFiles
from licet.enforce.settled_ids import mark_of_other
from licet.ledger import EntryKind, Ledger, NewEntry, Signer
from licet.sources.catalogue import Catalogue
from licet.sources.spellings import look_alikes
from licet.testing.drawn_words import CATEGORIES, SETTINGS, chance, pick
from licet.testing.effort import examples
from licet.testing.expected_refusals import people_of
from licet.testing.worlds import World, make_world

#: A file that was just written is never taken for unchanged (`licet.sources.file_state`).
RESTED_SECONDS = 0.15


def on_disk(world: World, folder: Path) -> Catalogue:
    """The world's tables as Parquet files, and its catalogue saying so."""
    folder.mkdir()
    for name, table in world.tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
    time.sleep(RESTED_SECONDS)
    values = world.catalogue.model_dump(mode="json", exclude_none=True)
    for name in world.tables:
        values["tables"][name]["location"] = {"parquet": f"{name}.parquet"}
    return Catalogue.model_validate(values)


def records_of(world: World) -> list[tuple[str, str, str]]:
    """Table, key and one of the people of each record that has them."""
    found = set[tuple[str, str, str]]()
    for name, table in world.catalogue.tables.items():
        for row in world.tables[name].to_pylist():
            people = [id_ for id_ in people_of(row, table) if id_]
            if table.key is not None and row[table.key] is not None:
                found |= {(name, str(row[table.key]), id_) for id_ in people}
    return sorted(found)


def something_happens(
    rng: random.Random, ledger: Ledger, subjects: list[str], records: list[tuple[str, str, str]]
) -> None:
    subject = pick(rng, subjects)
    if records and chance(rng, 25):
        name, key, whose = pick(rng, records)
        said = {"table": name, "key": key, "setting": None, "value": pick(rng, ["on", "off", "off"])}
        ledger.append([NewEntry(EntryKind.RECORD_CHOICE, whose, said | {"via": "test"})])
        return
    if chance(rng, 8):
        ledger.erase(subject, compact=False)
    elif chance(rng, 25):
        ledger.append([NewEntry(EntryKind.SIGNAL, subject, {"signal": "gpc", "value": chance(rng, 60)})])
    else:
        payload: dict[str, Any] = {"setting": pick(rng, SETTINGS), "value": pick(rng, ["on", "off"])}
        if chance(rng, 30):
            payload["category"] = pick(rng, CATEGORIES)
        ledger.append([NewEntry(EntryKind.CHOICE, subject, payload)])


def told(gate: Gate, names: list[str]) -> list[Any]:
    """Everything a gate says of its tables, rows in an order of their own."""
    found: list[Any] = [gate.counts(names)]
    for name in names:
        found.append(sorted(map(repr, gate.verdicts(name).to_pylist())))
        found.append(sorted(map(repr, gate.read(name).to_pylist())))
    return found


def told_again(gate: Gate, names: list[str]) -> list[Any] | None:
    """What a gate of before says of its tables; None where a file is not what it was."""
    return [gate.counts(names)] if gate._tables.stand_still() else None


def spoilt(rng: random.Random, data: bytes) -> bytes:
    """What a torn write, or somebody's hand, leaves of a file."""
    place = rng.randrange(len(data))
    return data[:place] if chance(rng, 50) else data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@examples(2)
@given(st.randoms(use_true_random=False))
def test_a_gate_on_top_of_earlier_ones_says_what_a_fresh_one_says(
    tmp_path_factory: Any, rng: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("kept")
    world = make_world(rng, most_members=8, most_rows=12)
    catalogue = on_disk(world, folder / "tables")
    subjects = [f"m{n}" for n in range(8)] + [str(n) for n in range(8)]
    kept, names, records = Kept(), list(world.tables), records_of(world)
    files = GateFiles(folder / "cache", world.salt)
    standing: Gate | None = None  # one gate that is brought forward, again and again
    few = rng.choice([0, 1000])  # whether who changed is followed, or everybody called anew where many did
    share = rng.choice([0.2, 1.1])  # and whether their rows are put anew, or all
    ticks = iter(range(10_000))
    signer = Signer.create(folder / "key")
    start = datetime(2024, 1, 1, tzinfo=UTC)
    with Ledger.create(folder / "ledger", signer, lambda: start + timedelta(hours=next(ticks))) as ledger:
        everybody = {*subjects, *map(str, world.tables["members"][world.catalogue.facts.subject].to_pylist())}
        for alike in look_alikes(everybody):  # who looks alike is somebody else
            for one, other in itertools.permutations(alike, 2):
                told_apart = {"other": mark_of_other(world.salt, other), "via": "test"}
                ledger.append([NewEntry(EntryKind.SUBJECTS_DISTINCT, one, told_apart)])
        for _ in range(4):
            for _ in range(rng.randrange(4)):
                something_happens(rng, ledger, subjects, records)
            if chance(rng, 15):  # the members' file changes: somebody is gone, or new
                members = world.tables["members"]
                shorter = members.slice(rng.randrange(members.num_rows + 1))
                pq.write_table(shorter, folder / "tables" / "members.parquet")
                time.sleep(RESTED_SECONDS)
            position = ledger.position if chance(rng, 70) else rng.randrange(ledger.position + 1)
            left = max(0, (datetime.max.replace(tzinfo=UTC) - world.at).days - 1)  # until the end of time
            later = timedelta(days=min(left, rng.randrange(800)))
            at = world.at if chance(rng, 70) else world.at + later

            def open_gate(kept: Kept | None, position: int = position, at: datetime = at) -> Gate:
                return Gate(
                    world.policy, world.purpose, at, catalogue, DuckDBEngine(threads=1), ledger,
                    recipient=world.recipient, position=position, base=folder / "tables", kept=kept,
                    salt=world.salt,
                )  # fmt: skip

            for path in (folder / "cache").glob("*") if chance(rng, 20) else ():
                path.write_bytes(spoilt(rng, path.read_bytes()))
            with (
                mock.patch.multiple("licet.enforce.gate_cache", _FEWEST_MEMBERS=0, _FEWEST_ROWS=0),
                mock.patch.multiple("licet.enforce.owned_rows", _MOST_SUBJECTS=share, _MOST_ROWS=share),
                mock.patch.multiple("licet.enforce.choices_as_of", _MOST_FOLLOWED=0, _ALWAYS_FOLLOWED=few),
            ):
                fresh = told(open_gate(None), names)
                # The same process, or another one, which finds what is on disk, whole or not.
                opened = open_gate(rng.choice([kept, Kept(files)]))
                assert told(opened, names) == fresh
                before = None if standing is None else (standing, told_again(standing, names))
                standing = standing and standing._brought_to(world.policy, catalogue, at, position)
                standing = opened if standing is None else standing
                assert told(standing, names) == fresh
                if before is not None and before[1] is not None:
                    assert told_again(before[0], names) == before[1]  # an earlier one stays what it was
