"""What a look through one way out has seen: marks judged, by way, place and answer, and how many of them were out.

A look that finds something that should not be there, or that is withheld without its reason, raises `Leak` and says
nothing else: there is no half right answer to count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from licet.terms import LicetError


class Leak(AssertionError):
    """Something left that should not have, or was withheld without a reason."""


class Judged(NamedTuple):
    """One mark found, or looked for and not found.

    way, where: the way out and, where there are several, the place: an engine and the kind of location of a table.
    answer:     what `decide` says of the mark: "permitted", or the first code with which somebody does not permit it.
    """

    way: str
    where: str
    answer: str
    is_out: bool


class Sightings(NamedTuple):
    """marks: how many were judged, by how. refused: errors in place of data, by code."""

    marks: Counter[Judged]
    refused: Counter[str]

    def __add__(self, other: Sightings) -> Sightings:  # type: ignore[override]
        return Sightings(self.marks + other.marks, self.refused + other.refused)

    @property
    def total(self) -> int:
        return self.marks.total()

    def shown(self, way: str) -> int:
        return sum(count for judged, count in self.marks.items() if judged.way == way and judged.is_out)

    def withheld(self, way: str) -> int:
        return sum(count for judged, count in self.marks.items() if judged.way == way and not judged.is_out)


def nothing_seen() -> Sightings:
    return Sightings(Counter(), Counter())


def seen(marks: Counter[Judged]) -> Sightings:
    return Sightings(marks, Counter())


def unless_refused(look: Callable[[], Sightings], *codes: str) -> Sightings:
    """What was seen; one of these errors in place of data is as good as nothing out, and is counted.

    Any other error is raised: whatever is withheld says why, and only what may be said there.
    """
    try:
        return look()
    except LicetError as error:
        if error.code not in codes:
            raise
        return nothing_seen()._replace(refused=Counter([error.code]))
