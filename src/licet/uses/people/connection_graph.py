"""Whom somebody may know: Adamic-Adar over permitted edges, and only through lists that the one who asks may read.

A candidate is somebody whom one or more of the asker's own connections know; each of these counts the more the fewer
they know (Adamic and Adar 2003, doi:10.1016/S0378-8733(03)00009-1). A connection whose list the asker may not read is
not walked through: so the answer is a function of edges the asker could see anyhow, and befriending somebody shows
nothing of a hidden list. Weights are whole numbers, so that no order of summation matters; ties go by id.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

import pyarrow as pa

from licet.uses.row_buckets import OWNER

_UNIT = 1 << 20


class Suggested(NamedTuple):
    """Somebody the asker may know. score: in units of 2^-20. through: whom both know, as the asker can see."""

    subject: str
    score: int
    through: tuple[str, ...]


class ConnectionGraph:
    """The permitted edges of everybody, in memory; never changed once made."""

    def __init__(self, edges: pa.Table) -> None:
        """edges: of EDGES, in any order."""
        self._others: dict[str, list[str]] = {}
        self._readable: set[str] = set()
        for owner, other, is_readable in zip(
            edges[OWNER].to_pylist(), edges["other"].to_pylist(), edges["is_readable"].to_pylist(), strict=True
        ):  # fmt: skip
            self._others.setdefault(owner, []).append(other)
            if is_readable:
                self._readable.add(owner)

    def __len__(self) -> int:
        return len(self._others)

    def of(self, subject: str) -> Collection[str]:
        """Whom somebody knows; for their own eyes."""
        return self._others.get(subject, ())

    def list_of(self, subject: str) -> Collection[str]:
        """Whom somebody knows, as those who know them may read it: none where that is hidden."""
        return self._others.get(subject, ()) if subject in self._readable else ()

    def suggest(self, asker: str, own: Collection[str], most: int) -> list[Suggested]:
        """own: whom the asker knows, of their own permitted rows; they themselves need not be in the graph."""
        known = {asker, *own, *self.of(asker)}
        scores, through = Counter[str](), dict[str, list[str]]()
        for connection in sorted(set(own)):
            read = self.list_of(connection)
            for other in read:
                if other not in known:
                    scores[other] += _weight(len(read))
                    through.setdefault(other, []).append(connection)
        best = sorted(scores, key=lambda other: (-scores[other], other))[:most]
        return [Suggested(other, scores[other], tuple(through[other])) for other in best]


def _weight(length: int) -> int:
    """Of somebody who knows so many."""
    return round(_UNIT / math.log(1 + max(length, 2)))
