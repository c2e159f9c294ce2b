"""The rows of an impact's tables as numbers, read once for all uses: whose each is, of which kind, to which it refers.

What rows permit is then looked up by the class of their people and their own kind, and a row that refers to others
passes where these do, as `referring_rows` has it; a property test holds this to what `decide` says record by record.
Not for lists of people, nor where single rows were said no to.
"""

from __future__ import annotations

import functools

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from licet.enforce.engine import Engine
from licet.enforce.population import Roll
from licet.enforce.referring_rows import Passes, numbers_of_keys, passing, places_of_keys
from licet.enforce.row_numbers import kinds_of_rows, texts_of_rows, whose_rows
from licet.enforce.row_verdicts import Numbers, RowsInOrder
from licet.enforce.verdict_table import Dimensions

Masks = npt.NDArray[np.int64]


class ImpactRows:
    """Those of one table."""

    def __init__(self, engine: Engine, name: str, ordered: RowsInOrder, roll: Roll) -> None:
        """roll: everybody; owners are numbered by it."""
        self._engine, self._what, self.ordered, self._roll = engine, f"table {name!r}", ordered, roll
        self._kinds: dict[object, Numbers] = {}
        self._owners: dict[str, Numbers] = {}
        self._places: dict[str, Numbers] = {}

    def owners(self, column: str) -> Numbers:
        """Per row the number of its subject on the roll, -1 where they are not known."""
        if column not in self._owners:
            with self._engine.reading(self._what):
                self._owners[column] = whose_rows(self._engine, self.ordered, column, self._roll)
        return self._owners[column]

    def kinds(self, kind: ir.Value | None, looks: Dimensions) -> Numbers:
        """Per row its class, as `rows.row_class` has it by `looks`; `kind` is None where there is one alone."""
        if kind is None:
            return np.zeros(self.ordered.size, np.uint16)
        key = (looks.visibilities, looks.audiences, looks.cuts)
        if key not in self._kinds:
            with self._engine.reading(self._what):
                self._kinds[key] = kinds_of_rows(self._engine, self.ordered.rows, self.ordered.size, kind)
        return self._kinds[key]

    def referred(self, column: str, to: ImpactRows, key: str) -> Numbers:
        """Per row the number of the key that it refers to in another table, -1 where there is none such."""
        if column not in self._places:
            self._places[column] = places_of_keys(self._texts(column), to._texts(key))
        return self._places[column]

    @functools.cache  # noqa: B019 - lives as long as its impact
    def _keys(self, column: str) -> Numbers:
        return numbers_of_keys(self._texts(column))

    def passing(self, column: str, masks: Masks) -> Passes:
        """By the number of a key whether every row of it permits anything; masks: what each row permits."""
        return passing(self._keys(column), masks)

    def _texts(self, column: str) -> pa.Array:
        with self._engine.reading(self._what):
            return texts_of_rows(self._engine, self.ordered, column)
