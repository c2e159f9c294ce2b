"""Whom somebody may know: Adamic-Adar over permitted edges, and only through lists that the one who asks may read.

A candidate is somebody whom one or more of the asker's own connections know; each of these counts the more the fewer
they know (Adamic and Adar 2003, doi:10.1016/S0378-8733(03)00009-1). A connection whose list the asker may not read is
not walked through: so the answer is a function of edges the asker could see anyhow, and befriending somebody shows
nothing of a hidden list. Weights are whole numbers, so that no order of summation matters; ties go by id.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.uses.row_buckets import OWNER

_UNIT = 1 << 20
_Numbers = npt.NDArray[np.int64]


class Suggested(NamedTuple):
    """Somebody the asker may know. score: in units of 2^-20. through: whom both know, as the asker can see."""

    subject: str
    score: int
    through: tuple[str, ...]


class ConnectionGraph:
    """The permitted edges of everybody, in memory; never changed once made.

    Members have numbers in the order of their ids. `_others`, shape (edges * 2,), holds whom each knows, in order, from
    `_starts`, shape (members + 1,), on.
    """

    def __init__(self, edges: pa.Table) -> None:
        """edges: of EDGES, in any order; whoever is an end of one is an owner."""
        self._ids = sorted(pc.unique(edges[OWNER]).to_pylist())
        self._numbers = {subject: number for number, subject in enumerate(self._ids)}
        known = pa.array(self._ids, pa.string())
        owners, others = (
            pc.index_in(edges[column], value_set=known).to_numpy().astype(np.int64)
            for column in (OWNER, "other")
        )
        order = np.lexsort((others, owners))
        self._others: _Numbers = others[order]
        self._starts: _Numbers = np.searchsorted(owners[order], np.arange(len(self._ids) + 1))
        self._is_readable = np.zeros(len(self._ids), bool)
        self._is_readable[owners] = edges["is_readable"].to_numpy()
        lengths = np.diff(self._starts)
        counts, places = np.unique(lengths, return_inverse=True)
        self._weights = np.array([_weight(int(length)) for length in counts], np.int64)[places]

    def __len__(self) -> int:
        return len(self._ids)

    def of(self, subject: str) -> list[str]:
        """Whom somebody knows; for their own eyes."""
        number = self._numbers.get(subject)
        return [] if number is None else [self._ids[other] for other in self._list(number).tolist()]

    def suggest(self, asker: str, own: Collection[str], most: int) -> list[Suggested]:
        """own: whom the asker knows, of their own permitted rows; they themselves need not be in the graph."""
        connections = self._there(own)
        walked = connections[self._is_readable[connections]]
        if not len(walked):
            return []
        lengths = self._starts[walked + 1] - self._starts[walked]
        read = np.concatenate([self._list(int(number)) for number in walked])
        by_whom = np.repeat(walked, lengths)
        is_new = ~np.isin(read, np.concatenate([connections, self._there({asker, *self.of(asker)})]))
        read, by_whom = read[is_new], by_whom[is_new]
        candidates, places = np.unique(read, return_inverse=True)
        # Sums of whole numbers far below 2^53: exact as floating point, too.
        scores = np.bincount(places, self._weights[by_whom], len(candidates)).astype(np.int64)
        best = np.lexsort((candidates, -scores))[:most]
        return [
            Suggested(
                self._ids[candidates[place]], int(scores[place]),
                tuple(self._ids[number] for number in by_whom[places == place].tolist()),
            )
            for place in best.tolist()
        ]  # fmt: skip

    def _there(self, subjects: Collection[str]) -> _Numbers:
        found = (self._numbers.get(subject) for subject in subjects)
        return np.array(sorted(number for number in found if number is not None), np.int64)

    def _list(self, number: int) -> npt.NDArray[Any]:
        return self._others[self._starts[number] : self._starts[number + 1]]


def _weight(length: int) -> int:
    """Of somebody who knows so many."""
    return round(_UNIT / math.log(1 + max(length, 2)))
