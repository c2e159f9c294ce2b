"""The rows of an impact's tables as numbers, read once for all uses: of which kind each is, to which it refers.

What rows permit is then told by `owned_rows` and `referring_rows`, as to a gate; a property test holds this to what
`decide` says record by record. Not where single rows were said no to.
"""

from __future__ import annotations

import functools

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from licet.enforce.engine import Engine
from licet.enforce.referring_rows import Passes, numbers_of_keys, passing, places_of_keys
from licet.enforce.row_numbers import kinds_of_rows, texts_of_rows
from licet.enforce.row_verdicts import Numbers, RowsInOrder
from licet.enforce.verdict_table import Dimensions

Masks = npt.NDArray[np.int64]


class ImpactRows:
    """Those of one table."""

    def __init__(self, engine: Engine, name: str, ordered: RowsInOrder) -> None:
        self._engine, self._what, self.ordered = engine, f"table {name!r}", ordered
        self._kinds: dict[object, Numbers] = {}
        self._places: dict[str, Numbers] = {}

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
