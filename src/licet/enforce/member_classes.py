"""Who the members are at one moment and ledger position, in classes: what tables whose rules look at the same share."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import datetime

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir

from licet.enforce.absences import Absences, Roster, RosterHere, RosterThere
from licet.enforce.choices_as_of import ChoicesAsOf
from licet.enforce.engine import Engine
from licet.enforce.gate_cache import Kept
from licet.enforce.member_facts import chosen, describe, subject_ids
from licet.enforce.population import Population, Roll, call_roll, classify, follow
from licet.enforce.refused_rows import RefusedRows
from licet.enforce.tables import Tables
from licet.enforce.verdict_table import Dimensions
from licet.ledger import Choices
from licet.sources.catalogue import FactsTable
from licet.terms import GateError
from licet.terms.moments import day_begun_everywhere


class Members:
    """The people of a gate's facts table, with what the ledger says they chose."""

    def __init__(
        self,
        tables: Tables,
        engine: Engine,
        ledger: Choices,
        position: int,
        at: datetime,
        kept: Kept,
        absences: Absences,
        people_left: int = 0,
    ) -> None:
        """absences: what the runs before saw of the members, within a run that whoever answers ends."""
        self._tables, self._engine, self._kept = tables, engine, kept
        self._absences, self._people_left, self._is_asked = absences, people_left, False
        self._ledger, self._position, self._at = ledger, position, at
        self._populations: dict[Dimensions, Population] = {}
        #: What is said no to of single rows, as of the same position.
        self.refused_rows = RefusedRows(tables, engine, ledger, position, self._ids)
        self._chosen = self._recorded = ChoicesAsOf(
            ledger, position, self._ids, lambda: self.refused_rows.record_noes
        )
        if ledger is not ledger.recorded:
            self._recorded = ChoicesAsOf(ledger.recorded, min(position, ledger.recorded_position), self._ids)

    def population(self, looks: Dimensions) -> Population:
        """The people in their classes; tables whose rules look at the same things share them."""
        key = looks._replace(visibilities=(), audiences=(), cuts=(), refusals=())
        if key not in self._populations:
            facts = self._tables.catalogue.facts
            if facts is None:
                raise GateError(
                    "GATE-004",
                    "the catalogue does not say which table holds the members",
                    fix="add facts: with its table, subject and region columns",
                )
            if self._engine.people_here:
                roll = self._roll(facts, key)
                self._refuse_lost(facts, RosterHere(roll.subjects, places=roll.places))
                table = functools.cache(lambda: self._engine.hand_in(roll.with_classes()))
                self._populations[key] = Population(table, roll.classes, roll)
            else:
                members = self._tables.content(facts.table)
                self._refuse_lost(facts, RosterThere(self._engine, subject_ids(members, facts)))
                self._populations[key] = classify(self._engine, self._everybody(facts, key, self._chosen))
        return self._populations[key]

    def _roll(self, facts: FactsTable, looks: Dimensions) -> Roll:
        """What is supposed is followed from the roll of what was recorded; only that one is called, and kept."""
        recorded = self._recorded

        def call() -> Roll:
            return call_roll(self._engine, self._everybody(facts, looks, recorded))

        def follow_on(earlier: Roll, since: int, until: ChoicesAsOf = recorded) -> Roll:
            said = until.since(since)
            return follow(earlier, chosen(*said, looks)) if said.subjects else earlier

        # Whoever reads the roll from where it is kept does not open the members' table, whose labels may have changed.
        table, readings = self._tables.catalogued(facts.table), self._tables.catalogue.readings(facts.table)
        key = repr((facts, table, readings, looks, ages_hold_for(looks, self._at)))
        stand = self._tables.stand(facts.table)
        roll = self._kept.roll(key, stand, self._ledger.recorded, recorded.position, call, follow_on)
        return roll if self._chosen is recorded else follow_on(roll, recorded.position, self._chosen)

    def _everybody(self, facts: FactsTable, looks: Dimensions, known: ChoicesAsOf) -> ir.Table:
        told = known.choices, known.signals
        return describe(self._engine, self._tables.content(facts.table), facts, *told, looks, self._at)

    def _refuse_lost(self, facts: FactsTable, roster: Roster) -> None:
        """Once a gate. Raises: GateError GATE-171, GATE-172 where a refusal would be lost."""
        if self._is_asked:
            return
        key = repr((facts, self._tables.catalogued(facts.table).location))
        stand = self._tables.stand(facts.table)
        self._absences.refuse_lost(key, stand, self._ledger, roster, self._people_left, self._recorded)
        self._is_asked = True

    def _ids(self) -> Iterator[str]:
        """Every member's id, once or more; for what goes on under a mark after an erasure."""
        facts = self._tables.catalogue.facts
        if facts is None:
            return
        with self._engine.reading("the facts about members"):
            for batch in self._engine.batches(subject_ids(self._tables.content(facts.table), facts)):
                yield from batch["subject"].to_pylist()


def ages_hold_for(looks: Dimensions, at: datetime) -> object:
    """What ages depend on: two moments for which this is the same see everybody at the same age.

    Ages are counted in whole years, so a roll that looks at them is good for its day; None where nothing asks.
    """
    return day_begun_everywhere(at) if len(looks.ages) > 1 else None
