"""Records and people into classes: those alike in everything that is looked at, found with arrays.

Each thing that is looked at gives every record a small whole number; together they make one number a record, and
equal numbers make a class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from licet.terms import GateError
from licet.terms.canonical import JsonObject

#: Above so many possible classes those that occur are found by sorting, not by counting.
_COUNTED = 1 << 20


class Part(NamedTuple):
    """One thing that is looked at. places: per record the place of its value in `values`."""

    places: npt.NDArray[Any]
    values: Sequence[Any]


def classes_of(parts: Mapping[str, Part], size: int) -> tuple[list[int], npt.NDArray[Any]]:
    """The classes that occur, as the numbers `representatives` takes, and per record the place of its own among them.

    Raises: GateError GATE-010 when there could be more classes than 62 bits tell apart.
    """
    possible = 1
    for part in parts.values():
        possible *= len(part.values)
    if possible >= 2**62:
        raise GateError("GATE-010", "the records differ in too many ways", fix="split the batch")
    combined: npt.NDArray[Any] = np.zeros(size, np.int32 if possible < 2**31 else np.int64)
    for part in parts.values():
        combined *= len(part.values)
        combined += part.places.astype(combined.dtype, copy=False)
    if possible > _COUNTED:
        present, numbers = np.unique(combined, return_inverse=True)
        return present.tolist(), numbers
    occurs = np.zeros(possible, np.bool_)
    occurs[combined] = True
    present = np.flatnonzero(occurs)
    place = np.zeros(possible, np.int32)
    place[present] = np.arange(len(present))
    return present.tolist(), place[combined]


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
