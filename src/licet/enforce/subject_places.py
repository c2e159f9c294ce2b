"""Where ids stand on a roll: looked up by halves in the ids themselves, many at once.

Ids of one length are searched where they lie, so that a roll read from a file is not even copied; others are first laid
out at the length of the longest, once. Neither is as long as the roll: what a look-up costs follows who is asked about.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

#: Ids are laid out at the length of the longest where that takes at most so many times what they take themselves.
_MOST_SPREAD = 4

NOWHERE = -1


class SubjectPlaces:
    """The places of a roll's ids. Any number of threads may ask one."""

    def __init__(self, subjects: pa.Array) -> None:
        """subjects: text without nulls, each once; looked up fastest where ascending by their bytes."""
        self._subjects = subjects

    def of(self, ids: pa.Array) -> npt.NDArray[np.int64]:
        """Per id its place; `NOWHERE` for one that is not on the roll. ids: text without nulls, each once."""
        wanted = _laid_out(ids, None)
        if not len(ids) or self._laid_out is None or wanted is None:
            return self._looked_for(ids)
        places = np.searchsorted(self._laid_out, wanted)
        places[places == len(self._laid_out)] = 0
        return np.where(self._laid_out[places] == wanted, places, NOWHERE)

    def _looked_for(self, ids: pa.Array) -> npt.NDArray[np.int64]:
        """By going through the roll: the table that is searched is then as small as what is asked."""
        asked = pc.fill_null(pc.index_in(self._subjects, value_set=ids), NOWHERE).to_numpy(
            zero_copy_only=False
        )
        places = np.full(len(ids), NOWHERE, np.int64)
        (found,) = np.nonzero(asked >= 0)
        places[asked[found]] = found
        return places

    @functools.cached_property
    def _laid_out(self) -> npt.NDArray[np.bytes_] | None:
        """The ids as bytes of one length, ascending; None where they cannot be had so."""
        found = _laid_out(self._subjects, _MOST_SPREAD)
        if found is None or not len(found) or not bool(np.all(found[:-1] < found[1:])):
            return None
        return found


def _laid_out(ids: pa.Array, most_spread: int | None) -> npt.NDArray[np.bytes_] | None:
    """Texts as bytes of one length, filled up with zero bytes, which are in no id; None where that takes too much."""
    if not len(ids):
        return None
    ends = np.frombuffer(ids.buffers()[1], np.int32)[ids.offset : ids.offset + len(ids) + 1].astype(np.int64)
    letters = np.frombuffer(ids.buffers()[2] or b"", np.uint8)[: int(ends[-1])]
    lengths = np.diff(ends)
    width = int(lengths.max())
    if width == 0 or (most_spread is not None and width * len(ids) > most_spread * int(lengths.sum())):
        return None
    if not letters[int(ends[0]) :].all():
        return None  # a zero byte in an id is no filling
    if int(lengths.min()) == width:
        return letters[int(ends[0]) :].view(f"S{width}")
    found = np.zeros((len(ids), width), np.uint8)
    for length in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        found[rows, :length] = letters[ends[rows][:, None] + np.arange(length)]
    return found.view(f"S{width}").ravel()
