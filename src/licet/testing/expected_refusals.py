"""What of single rows was said no to, said a second time, record by record in plain Python, as `expected` does.

A no counts where whoever said it is named by a row of that key; it is one to all rows of the key, and to what refers to
them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from licet.decide import EVERYTHING, No
from licet.terms import Code
from licet.testing.worlds import World


class Described(Protocol):
    """What is asked of a catalogued table, in the catalogue's words."""

    @property
    def key(self) -> str | None: ...

    @property
    def subjects(self) -> tuple[str, ...]: ...

    @property
    def references(self) -> Mapping[str, str]: ...

    @property
    def organisation(self) -> str | None: ...


def people_of(row: dict[str, Any], table: Described) -> Iterator[str | None]:
    """The people of a row in the catalogue's order, as text; None for a gap, and for a list with nobody in it."""
    for column in table.subjects:
        found = row[column]
        for one in (found or [None]) if isinstance(found, list) else [found]:
            yield None if one is None else str(one)


class Refused:
    """The noes of the rows of some tables."""

    def __init__(
        self,
        tables: Mapping[str, Described],
        rows_of: Callable[[str], Iterable[dict[str, Any]]],
        record_noes: Iterable[Mapping[str, Any]],
        organisation_noes: Iterable[Mapping[str, Any]],
    ) -> None:
        """rows_of: the rows of a table, by its name. The noes as a ledger tells them, row by row."""
        self._tables, self._rows_of = tables, rows_of
        self._said: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for no in record_noes:
            self._said.setdefault((no["table"], no["key"]), []).append((no["subject"], no["setting"]))
        self._of_organisations = [
            (no["organisation"], No(Code.ORGANISATION_REFUSED, no["setting"], no["category"]))
            for no in organisation_noes
        ]
        self._rows: dict[str, dict[str, list[dict[str, Any]]]] = {}

    def of(self, name: str, row: dict[str, Any]) -> frozenset[No]:
        """Everything that was said no to of a row of a table: of it, of what it refers to, by its organisation."""
        table = self._tables[name]
        found = self._of_records(name, row)
        if table.organisation is not None and row[table.organisation] is not None:
            found |= {no for who, no in self._of_organisations if who == str(row[table.organisation])}
        return frozenset(found)

    def refers_to_refused(self, name: str, row: dict[str, Any]) -> bool:
        table = self._tables[name]
        return any(
            row[column] is not None and bool(self._of_key(target, str(row[column])))
            for column, target in table.references.items()
        )

    def _of_records(self, name: str, row: dict[str, Any]) -> set[No]:
        table = self._tables[name]
        found = set() if table.key is None else self._own(name, row[table.key])
        for column, target in table.references.items():
            if row[column] is not None:
                found |= self._of_key(target, str(row[column]))
        return found

    def _own(self, name: str, key: Any) -> set[No]:
        said = self._said.get((name, str(key)), []) if key is not None else []
        people = {
            one
            for row in (self._of_table(name, str(key)) if said else ())
            for one in people_of(row, self._tables[name])
        }
        return {
            No(Code.RECORD_REFUSED, setting, EVERYTHING) for subject, setting in said if subject in people
        }

    def _of_key(self, name: str, key: str) -> set[No]:
        return {no for row in self._of_table(name, key) for no in self._of_records(name, row)}

    def _of_table(self, name: str, key: str) -> list[dict[str, Any]]:
        """The rows of a table that have a key."""
        column = self._tables[name].key
        if name not in self._rows:
            self._rows[name] = {}
            for row in self._rows_of(name):
                if column is not None and row[column] is not None:
                    self._rows[name].setdefault(str(row[column]), []).append(row)
        return self._rows[name].get(key, [])


def refused_in(world: World) -> Refused:
    """The noes of the rows of a generated world."""
    return Refused(
        world.catalogue.tables,
        lambda name: world.tables[name].to_pylist(),
        world.record_noes.to_pylist(),
        world.organisation_noes.to_pylist(),
    )
