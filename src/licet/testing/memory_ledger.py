"""A ledger in memory, for generated cases by the thousand: it tells what it is given. Parity with the real one is
held by `test_parity_ledger.py`."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa

from licet.enforce import Gate
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.settled_ids import mark_of_other
from licet.ledger import EntryKind, Ledger
from licet.sources.spellings import look_alikes
from licet.testing.drawn_ids import ODD
from licet.testing.worlds import NO_ORGANISATION_REFUSED, NOBODY_REFUSED, World


class ToldLedger:
    """It holds every two ids of its people that look alike for those of two people, by marks under `salt`."""

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

    @property
    def recorded(self) -> ToldLedger:
        return self

    def entries_of_kind(self, kind: str, subject: str | None = None, since: int = 0) -> list[Any]:
        if kind != EntryKind.SUBJECTS_DISTINCT:
            return []
        told = (self._choices, self._signals, self._record_noes)
        people = {*ODD, *(one for table in told for one in table["subject"].to_pylist())}
        return [
            SimpleNamespace(subject=one, payload={"other": mark_of_other(self._salt, other)})
            for alike in look_alikes(people)
            for one, other in itertools.permutations(alike, 2)
            if subject in (None, one)
        ]

    def choices_table(self, position: int, known: object = None) -> pa.Table:
        assert position == self.position
        return self._choices

    def signals_table(self, position: int, known: object = None) -> pa.Table:
        assert position == self.position
        return self._signals

    def record_noes(self, position: int, known: object = None, keys: object = None) -> pa.Table:
        assert position == self.position
        return self._record_noes

    def organisation_noes(self, position: int) -> pa.Table:
        assert position == self.position
        return self._organisation_noes


def told_ledger(world: World) -> ToldLedger:
    return ToldLedger(world.choices, world.signals, world.salt, world.record_noes, world.organisation_noes)


def open_gate(world: World, engine: Any = None, ledger: Any = None) -> Gate:
    return Gate(
        world.policy,
        world.purpose,
        world.at,
        world.catalogue,
        engine or DuckDBEngine(threads=1),
        cast(
            Ledger,
            ledger
            or ToldLedger(
                world.choices, world.signals, world.salt, world.record_noes, world.organisation_noes
            ),
        ),
        recipient=world.recipient,
        tables=world.tables,
        salt=world.salt,
    )
