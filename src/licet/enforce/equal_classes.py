"""Records and people into classes: those alike in everything that is looked at, found with arrays.

Each thing that is looked at gives every record a small whole number; together they make one number a record, and
equal numbers make a class.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from licet.terms import GateError
from licet.terms.canonical import JsonObject

#: Above so many possible classes those that occur are found by sorting, not by counting.
COUNTED = 1 << 20


class Part(NamedTuple):
    """One thing that is looked at. places: per record the place of its value in `values`."""

    places: npt.NDArray[Any]
    values: Sequence[Any]


def possible_classes(parts: Mapping[str, Part]) -> int:
    """How many classes there could be. Raises: GateError GATE-010 for more than 62 bits tell apart."""
    possible = math.prod(len(part.values) for part in parts.values())
    if possible >= 2**62:
        raise GateError("GATE-010", "the records differ in too many ways", fix="split the batch")
    return possible


def combined(parts: Mapping[str, Part], block: slice, possible: int) -> npt.NDArray[Any]:
    """Of a block of records the numbers of their classes, as `representatives` takes them."""
    kind = next(one for one in (np.uint8, np.uint16, np.uint32, np.uint64) if possible <= np.iinfo(one).max)
    found: npt.NDArray[Any] = np.zeros(block.stop - block.start, kind)
    for part in parts.values():
        found *= kind(len(part.values))
        found += part.places[block].astype(kind, copy=False)  # never negative, nor too large
    return found


def classes_of(parts: Mapping[str, Part], size: int) -> tuple[list[int], npt.NDArray[Any]]:
    """The classes that occur, as the numbers `representatives` takes, and per record the place of its own among them.

    Raises: as `possible_classes`.
    """
    possible = possible_classes(parts)
    numbers = combined(parts, slice(0, size), possible)
    if possible > COUNTED:
        present, places = np.unique(numbers, return_inverse=True)
        return present.tolist(), places
    occurs = np.zeros(possible, np.bool_)
    occurs[numbers] = True
    present = np.flatnonzero(occurs)
    place = np.zeros(possible, np.int32)
    place[present] = np.arange(len(present))
    return present.tolist(), place[numbers]


def representatives(parts: Mapping[str, Part], present: list[int]) -> list[JsonObject]:
    """For each class one value of everything that was looked at."""
    found = []
    for code in present:
        values = {}
        for name, part in reversed(list(parts.items())):
            code, place = divmod(code, len(part.values))
            values[name] = part.values[place]
        found.append(values)
    return found
