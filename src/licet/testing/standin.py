"""A ledger in memory, for generated cases by the thousand: it tells what it is given. Parity with the real one is
held by `test_parity_ledger.py`."""

from __future__ import annotations

from typing import Any, cast

import pyarrow as pa

from licet.enforce import Gate
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.ledger import Ledger
from licet.testing.worlds import World


class ToldLedger:
    position = 1

    @property
    def recorded(self) -> ToldLedger:
        return self

    def entries_of_kind(self, kind: str, subject: str | None = None, since: int = 0) -> list[Any]:
        return []

    def __init__(self, choices: pa.Table, signals: pa.Table) -> None:
        self._choices, self._signals = choices, signals

    def choices_table(self, position: int, known: object = None) -> pa.Table:
        assert position == self.position
        return self._choices

    def signals_table(self, position: int, known: object = None) -> pa.Table:
        assert position == self.position
        return self._signals


def open_gate(world: World, engine: Any = None, ledger: Any = None) -> Gate:
    return Gate(
        world.policy,
        world.purpose,
        world.at,
        world.catalogue,
        engine or DuckDBEngine(threads=1),
        cast(Ledger, ledger or ToldLedger(world.choices, world.signals)),
        recipient=world.recipient,
        tables=world.tables,
        salt=world.salt,
    )
