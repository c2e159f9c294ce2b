"""What of single rows was said no to, said a second time, record by record in plain Python, as `expected` does.

A no counts where whoever said it is named by a row of that key; it is one to all rows of the key, and to what refers to
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from licet.decide import EVERYTHING, No
from licet.sources.catalogue import Table
from licet.terms import Code
from licet.testing.worlds import World


def people_of(row: dict[str, Any], table: Table) -> Iterator[str | None]:
    """The people of a row in the catalogue's order, as text; None for a gap, and for a list with nobody in it."""
    for column in table.subjects:
        found = row[column]
        for one in (found or [None]) if isinstance(found, list) else [found]:
            yield None if one is None else str(one)


class Refused:
    """The noes of the rows of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rows: dict[str, list[dict[str, Any]]] = {}

    def of(self, name: str, row: dict[str, Any]) -> frozenset[No]:
        """Everything that was said no to of a row of a table."""
        table = self._world.catalogue.tables[name]
        found = set() if table.key is None else self._own(name, row[table.key])
        for column, target in table.references.items():
            if row[column] is not None:
                found |= self._of_key(target, str(row[column]))
        return frozenset(found)

    def _own(self, name: str, key: Any) -> set[No]:
        people = {
            one
            for row in self._of_table(name, None if key is None else str(key))
            for one in people_of(row, self._world.catalogue.tables[name])
        }
        return {
            No(Code.RECORD_REFUSED, no["setting"], EVERYTHING)
            for no in self._world.record_noes.to_pylist()
            if key is not None
            and (no["table"], no["key"]) == (name, str(key))
            and no["subject"] in people - {None}
        }

    def _of_key(self, name: str, key: str) -> set[No]:
        return {no for row in self._of_table(name, key) for no in self.of(name, row)}

    def _of_table(self, name: str, key: str | None) -> list[dict[str, Any]]:
        """The rows of a table that have a key."""
        if name not in self._rows:
            self._rows[name] = self._world.tables[name].to_pylist()
        column = self._world.catalogue.tables[name].key
        return [
            row
            for row in self._rows[name]
            if column is not None and key is not None and str(row[column]) == key
        ]
