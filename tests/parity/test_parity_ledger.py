"""Parity with the real ledger in place of the stand-in: the gate at a position knows what stood there, no more.

One person's facts, as a single decision reads them, are held to the same expectation.
"""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest

from ledger_homes import Home
from licet.enforce import Gate
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.people import People
from licet.ledger import EntryKind, Ledger, NewEntry, Signer
from licet.terms import GateError
from licet.terms.moments import Tense
from licet.testing.agreement import assert_agree
from licet.testing.drawn_people import make_choices, make_signals
from licet.testing.expected_rows import known_facts
from licet.testing.memory_ledger import open_gate
from licet.testing.worlds import World, make_world


@pytest.fixture
def ledger(home: Home, tmp_path: Path) -> Ledger:
    return home.create(Signer.create(tmp_path / "key"))


@pytest.mark.parametrize("seed", range(3))
def test_gate_agrees_at_a_past_position_whatever_came_later(ledger: Ledger, seed: int) -> None:
    rng = random.Random(seed)
    world = make_world(rng, most_members=30, most_rows=60)
    subjects = sorted(known_facts(world))
    packs = (*world.policy.earlier, world.policy.pack)
    ledger.append([*_named(world), *_entries(world.choices, world.signals), *_of_rows(world)])
    position = ledger.position
    later = world._replace(choices=make_choices(rng, subjects, packs), signals=make_signals(rng, subjects))
    withdrawn = [
        NewEntry(entry.kind, entry.subject, {**entry.payload, "value": "on"})
        for entry in _of_rows(world)[::2]
    ]
    ledger.append([*_entries(later.choices, later.signals), *_silenced(later.signals), *withdrawn])

    then = _without_silence(world)
    past = _gate(world, ledger, position, tense=Tense.PAST, for_inspection=True)
    assert_agree(past, then)
    used = _gate(world, ledger, position, tense=Tense.PAST)
    assert used.counts() == past.counts()
    for name in world.catalogue.tables:
        assert used.verdicts(name) == past.verdicts(name)
        with pytest.raises(GateError, match="GATE-201"):
            used.read(name)

    now = world._replace(
        choices=ledger.choices_table(),
        signals=ledger.signals_table(),
        record_noes=ledger.record_noes(),
        organisation_noes=ledger.organisation_noes(),
    )
    assert len(now.record_noes) <= len(world.record_noes)
    assert_agree(_gate(world, ledger, ledger.position), now)
    ledger.close()


@pytest.mark.parametrize("seed", range(2))
def test_facts_about_one_person_are_those_the_gate_decides_by(ledger: Ledger, seed: int) -> None:
    world = make_world(random.Random(100 + seed), most_members=12, most_rows=1)
    ledger.append([*_named(world), *_entries(world.choices, world.signals)])
    known = known_facts(_without_silence(world))
    people = People(world.catalogue, lambda: DuckDBEngine(threads=1), Path(), dict(world.tables))
    asked = [*known, "nobody", "999999"]
    for subject in [*asked, *asked]:  # the first question goes to the table, the others to what is kept of it
        facts = people.facts_about(subject, world.at, ledger.position, ledger)
        expected = known.get(subject)
        if expected is not None and (expected.age or 0) < 0:
            expected = expected._replace(age=None)  # nobody is younger than nought
        assert facts == expected
    ledger.close()


def _gate(
    world: World,
    ledger: Ledger,
    position: int,
    tense: Tense = Tense.PRESENT,
    for_inspection: bool = False,
) -> Gate:
    return Gate(
        world.policy,
        world.purpose,
        world.at,
        world.catalogue,
        DuckDBEngine(threads=1),
        ledger,
        recipient=world.recipient,
        position=position,
        tables=world.tables,
        salt=world.salt,
        tense=tense,
        for_inspection=for_inspection,
    )


def _named(world: World) -> list[NewEntry]:
    """Entries by which a ledger knows the packs of a world."""
    return [
        NewEntry(
            EntryKind.PACK_IN_FORCE,
            None,
            {"pack": pack.id, "version": pack.version, "digest": pack.digest, "file": "pack.yaml"},
        )
        for pack in (*world.policy.earlier, world.policy.pack)
    ]


def _entries(choices: pa.Table, signals: pa.Table) -> list[NewEntry]:
    """Entries after which a ledger tells these choices and signals."""
    entries = []
    for row in choices.to_pylist():
        values = {
            "given": ["on"],
            "given_again": ["off", "on"],
            "refused": ["off"],
            "withdrawn": ["on", "off"],
            "never_asked": [],
        }
        said = {"setting": row["setting"], "pack": row["pack"], "category": row["category"]}
        entries += [
            NewEntry(EntryKind.CHOICE, row["subject"], said | {"value": value})
            for value in values[row["state"]]
        ]
    entries += [
        NewEntry(EntryKind.SIGNAL, row["subject"], {"signal": row["signal"], "value": True})
        for row in signals.to_pylist()
    ]
    return entries


def _of_rows(world: World) -> list[NewEntry]:
    """Entries after which a ledger tells the same noes to single rows."""
    records = [
        {"table": no["table"], "key": no["key"], "setting": None if no["setting"] == "*" else no["setting"]}
        for no in world.record_noes.to_pylist()
    ]
    people = world.record_noes["subject"].to_pylist()
    said = [(EntryKind.RECORD_CHOICE, *one) for one in zip(people, records, strict=True)]
    for no in world.organisation_noes.to_pylist():
        named = {part: no[part] for part in ("setting", "category") if no[part] != "*"}
        if named:
            said.append((EntryKind.ORGANISATION_CHOICE, None, {"organisation": no["organisation"], **named}))
    return [NewEntry(kind, subject, {**payload, "value": "off"}) for kind, subject, payload in said]


def _silenced(signals: pa.Table) -> list[NewEntry]:
    return [
        NewEntry(EntryKind.SIGNAL, row["subject"], {"signal": row["signal"], "value": False})
        for row in signals.to_pylist()
    ]


def _without_silence(world: World) -> World:
    """As the ledger tells it: who was never asked is not in it."""
    kept = [state != "never_asked" for state in world.choices["state"].to_pylist()]
    return world._replace(choices=world.choices.filter(pa.array(kept, pa.bool_())))


def test_the_stand_in_tells_what_the_real_ledger_tells(ledger: Ledger) -> None:
    world = _without_silence(make_world(random.Random(7), most_members=10, most_rows=20))
    ledger.append([*_named(world), *_entries(world.choices, world.signals), *_of_rows(world)])
    told, stand_in = ledger.choices_table(), world.choices
    assert told.schema.names == stand_in.schema.names and told.schema.types == stand_in.schema.types
    columns = ["subject", "setting", "category", "state", "pack"]
    order = [(name, "ascending") for name in columns[:4]]
    assert (
        told.select(columns).sort_by(order).to_pylist() == stand_in.select(columns).sort_by(order).to_pylist()
    )
    assert sorted(map(str, ledger.signals_table().to_pylist())) == sorted(map(str, world.signals.to_pylist()))
    real = open_gate(world, ledger=ledger)
    assert [real.counts(), real.position] == [open_gate(world).counts(), ledger.position]
    ledger.close()
