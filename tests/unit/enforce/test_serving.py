"""One member's own rows: what a gate hands out of them, row for row, cell for cell, reason for reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from licet.enforce.serving import OwnRows, Present, Serving
from licet.enforce.subject_rows import SubjectIndexes
from licet.testing.agreement import rows_of
from licet.testing.expected_refusals import people_of
from licet.testing.expected_rows import expect, known_facts
from licet.testing.memory_ledger import MemoryLedger, open_gate
from licet.testing.worlds import World, make_world


def serving_over(world: World) -> Serving:
    known, choices = known_facts(world), MemoryLedger.of(world)

    def look(at_least: int | None) -> Present:
        def facts_of(people: Any) -> Any:
            return {one: known.get(one) for one in people}

        return Present(world.at, 1, world.policy, world.catalogue, choices, facts_of, lambda: None)

    indexes = SubjectIndexes(Path(), world.tables)
    return Serving(world.purpose, world.recipient, look, indexes, world.salt)


def require_as_a_gate_has_it(own: OwnRows, gate: Any, world: World, subject: str) -> set[str]:
    """What of interest was met."""
    met = set()
    for name, table in world.catalogue.tables.items():
        if not table.subjects:
            assert name not in own.about
            continue
        wanted, found = gate.table(name, subjects=[subject]).to_pyarrow(), own.tables.get(name)
        if found is None:
            assert len(wanted) == 0
        else:
            shown = [column for column in wanted.column_names if column in found.column_names]
            assert all(
                wanted[c].null_count == len(wanted) for c in set(wanted.column_names).difference(shown)
            )
            assert found.schema == wanted.select(shown).schema
            assert rows_of(found.to_pylist()) == rows_of(wanted.select(shown).to_pylist())
            met |= {"references"} if table.references else set()
            met |= {"several people"} if len(table.subjects) > 1 else set()
            met |= {"elements about others"} if table.columns_about_others else set()
            met |= {"parts"} if any(set("[.{").intersection(column) for column in table.columns) else set()
        verdicts = own.verdicts(name).to_pylist() if name in own.about else []
        # The gate's verdicts say nothing of whose a row is; `expect` counts those of this member's rows.
        of_everybody = Counter(tuple(row.items()) for row in gate.verdicts(name).to_pylist())
        assert not Counter(tuple(row.items()) for row in verdicts) - of_everybody
        told = [
            (bool(one.permitted), one.code, one.rule, one.region)
            for one in expect(world, name, [subject]).verdicts
        ]
        assert Counter(
            (one["mask"] != 0, one["code"], one["rule"], one["region"]) for one in verdicts
        ) == Counter(told)
        met |= {code or "permitted" for _, code, _, _ in told}
    return met


#: Worlds, and what is in the rows of those who permit most in them: else nothing much would be compared.
LIVELY = {
    7: {"not_read", "refused"},
    17: {"permitted", "reference_withheld", "several people", "record_refused"},
    112: {"permitted", "elements about others", "parts"},
    119: {"permitted", "subjects_disagree", "several people"},
    143: {"permitted", "reference_withheld", "elements about others", "parts", "references"},
    125: {"permitted", "reference_withheld", "references", "several people"},
}


@pytest.mark.parametrize("number", LIVELY)
def test_own_rows_are_those_of_a_gate_with_the_same_masks_and_reasons(number: int) -> None:
    rng = Random(f"own rows/{number}")
    world = make_world(rng, 12, 30, 1 + number % 3, columns=4)
    serving, gate = serving_over(world), open_gate(world)
    named: Counter[str] = Counter()
    for name, table in world.catalogue.tables.items():
        for row, told in zip(world.tables[name].to_pylist(), expect(world, name).verdicts, strict=True):
            people = {person for person in people_of(row, table) if person and "\0" not in person}
            named.update(dict.fromkeys(people, 10 if told.permitted else 1))
    met: set[str] = set()
    refusing = sorted({no for no in world.record_noes["subject"].to_pylist() if "\0" not in no})
    for subject in [
        *refusing[:2],
        *(person for person, _ in named.most_common(2)),
        *sorted(named)[:1],
        "nobody",
    ]:
        met |= require_as_a_gate_has_it(serving.own(subject), gate, world, subject)
    assert LIVELY[number] <= met


@pytest.mark.parametrize("number", [17, 143])
def test_of_some_tables_own_rows_are_what_they_are_of_all(number: int) -> None:
    world = make_world(Random(f"own rows/{number}"), 12, 30, 1 + number % 3, columns=4)
    serving = serving_over(world)
    everybody = sorted(
        {
            person
            for name, table in world.catalogue.tables.items()
            for row in world.tables[name].to_pylist()
            for person in people_of(row, table)
            if person and "\0" not in person
        }
    )
    seen = 0
    for subject in everybody[:6]:
        of_all = serving.own(subject)
        for name in world.catalogue.tables:
            alone = serving.own(subject, tables=[name])
            assert set(alone.about) == {name} & {*of_all.about}
            assert alone.tables.keys() == {name} & of_all.tables.keys()
            for told in alone.about:
                assert alone.verdicts(told).equals(of_all.verdicts(told))
            for told, rows in alone.tables.items():
                assert rows.to_pylist() == of_all.tables[told].to_pylist()
                seen += len(rows)
        assert serving.own(subject, tables=[]).about == ()
    assert seen and serving.own(everybody[0], tables=["nowhere"]).about == ()
