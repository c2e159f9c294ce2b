"""Where ids stand on a roll: looked up by halves in the ids themselves, many at once.

Ids of one length are searched where they lie, so that a roll read from a file is not even copied; others are first laid
out at the length of the longest, once. Neither is as long as the roll: what a look-up costs follows who is asked about.
"""

from __future__ import annotations

import functools
import hashlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

#: Ids are laid out at the length of the longest where that takes at most so many times what they take themselves.
_MOST_SPREAD = 4

NOWHERE = -1


class SubjectPlaces:
    """The places of a roll's ids. Any number of threads may ask one."""

    def __init__(self, subjects: pa.Array, commitment: str | None = None) -> None:
        """subjects: text without nulls, each once; looked up fastest where ascending by their bytes.
        commitment: theirs, where it is known."""
        self._subjects, self._known_commitment = subjects, commitment

    @functools.cached_property
    def commitment(self) -> str:
        """SHA-256 of all ids and their places, hexadecimal."""
        if self._known_commitment is not None:
            return self._known_commitment
        ends, letters = ends_and_letters(self._subjects)
        return hashlib.sha256(
            hashlib.sha256(ends.data).digest() + hashlib.sha256(letters.data).digest()
        ).hexdigest()

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
    ends, letters = ends_and_letters(ids)
    lengths = np.diff(ends)
    width = int(lengths.max())
    if width == 0 or (most_spread is not None and width * len(ids) > most_spread * int(lengths.sum())):
        return None
    if not letters.all():
        return None  # a zero byte in an id is no filling
    if int(lengths.min()) == width:
        return letters.view(f"S{width}")
    found = np.zeros((len(ids), width), np.uint8)
    for length in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        found[rows, :length] = letters[ends[rows][:, None] + np.arange(length)]
    return found.view(f"S{width}").ravel()


def ends_and_letters(texts: pa.Array) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Where each text begins and the last ends, from 0, and the UTF-8 of all of them."""
    _, offsets, letters = texts.buffers()
    if offsets is None or not len(texts):
        return np.zeros(1, np.int32), np.zeros(0, np.uint8)
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    first, last = int(ends[0]), int(ends[-1])
    return ends - ends[0], np.frombuffer(letters or b"", np.uint8)[first:last]
