"""A ledger in memory, for generated cases by the thousand: it tells what it is given. Parity with the real one is
held by `test_parity_ledger.py`."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce import Gate
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.refusals import who_refuses
from licet.enforce.settled_ids import mark_of_other
from licet.ledger import Choices, Entry, EntryKind, Stances
from licet.sources.spellings import look_alikes
from licet.terms import ChoiceState
from licet.terms.log_tree import EMPTY_ROOT
from licet.testing.drawn_ids import ODD
from licet.testing.worlds import NO_ORGANISATION_REFUSED, NOBODY_REFUSED, World


class MemoryLedger:
    """`ledger.RecordedChoices` of one position, in which nothing ever changed.

    It holds every two ids of its people that look alike for those of two people, by marks under `salt`.
    """

    position = 1

    def __init__(
        self,
        choices: pa.Table,
        signals: pa.Table,
        salt: bytes = b"",
        record_noes: pa.Table = NOBODY_REFUSED,
        organisation_noes: pa.Table = NO_ORGANISATION_REFUSED,
    ) -> None:
        self._choices, self._signals, self._salt = choices, signals, salt
        self._record_noes, self._organisation_noes = record_noes, organisation_noes

    @classmethod
    def of(cls, world: World) -> MemoryLedger:
        return cls(world.choices, world.signals, world.salt, world.record_noes, world.organisation_noes)

    @property
    def recorded_position(self) -> int:
        return self.position

    @property
    def recorded(self) -> MemoryLedger:
        return self

    def stances_of(self, subject: str, position: int | None = None) -> Stances:
        stances = Stances.none(self.position)
        for row in self.choices_table(position, [subject]).to_pylist():
            stances.take(row["setting"], row["category"], ChoiceState(row["state"]), row["pack"])
        sent = self.signals_table(position, [subject])["signal"]
        return stances._replace(signals=frozenset(sent.to_pylist()))

    def choices_table(
        self, position: int | None = None, subjects: Collection[str] | None = None, known: object = None
    ) -> pa.Table:
        return self._about(self._choices, position, subjects)

    def signals_table(
        self, position: int | None = None, subjects: Collection[str] | None = None, known: object = None
    ) -> pa.Table:
        return self._about(self._signals, position, subjects)

    def record_noes(
        self,
        position: int | None = None,
        subjects: Collection[str] | None = None,
        known: object = None,
        keys: object = None,
    ) -> pa.Table:
        return self._about(self._record_noes, position, subjects)

    def organisation_noes(self, position: int | None = None) -> pa.Table:
        return self._about(self._organisation_noes, position, None)

    def changed_subjects(self, since_position: int, until_position: int | None = None) -> set[str]:
        return set()

    def root(self, position: int) -> bytes:
        return EMPTY_ROOT

    def changed_organisations(self, since_position: int, until_position: int | None = None) -> set[str]:
        return set()

    def erased_since(self, position: int) -> bool:
        return False

    def ever_refusing(self) -> list[str]:
        refusing: list[str] = who_refuses(self._choices, self._signals, self._record_noes).to_pylist()
        return refusing

    def entries_of_kind(self, kind: EntryKind, subject: str | None = None, since: int = 0) -> list[Entry]:
        if kind is not EntryKind.SUBJECTS_DISTINCT:
            return []
        told = (self._choices, self._signals, self._record_noes)
        people = {*ODD, *(one for table in told for one in table["subject"].to_pylist())}
        return [
            Entry(0, datetime.min.replace(tzinfo=UTC), kind, b"", one, {"other": mark_of_other(self._salt, other)}, b"")
            for alike in look_alikes(people)
            for one, other in itertools.permutations(alike, 2)
            if subject in (None, one)
        ]  # fmt: skip

    def _about(self, table: pa.Table, position: int | None, subjects: Collection[str] | None) -> pa.Table:
        assert position in (None, self.position)
        if subjects is None:
            return table
        return table.filter(pc.is_in(table["subject"], value_set=pa.array([*subjects], pa.string())))


def open_gate(world: World, engine: Any = None, ledger: Choices | None = None) -> Gate:
    return Gate(
        world.policy,
        world.purpose,
        world.at,
        world.catalogue,
        engine or DuckDBEngine(threads=1),
        ledger or MemoryLedger.of(world),
        recipient=world.recipient,
        tables=world.tables,
        salt=world.salt,
    )
