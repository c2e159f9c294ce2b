"""Looking for whole numbers in the bytes of a file: what a use keeps of words as numbers, no text search finds.

A marker of such a number is 0xFF, with which no text begins, and its eight bytes as records have them, least first.
It is looked for at every byte of a file, whatever the width of its records, so that a file cut short, or one that no
manifest tells of, is looked into like any other. Numbers in columns of Parquet are not looked for: none are kept so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

_MARK, _WIDTH = b"\xff", 8
#: Bytes of a file that are looked into at once.
_AT_ONCE = 1 << 24


def number_marker(number: int) -> bytes:
    """What a number of 64 bits is looked for by."""
    return _MARK + number.to_bytes(_WIDTH, "little")


def is_number(marker: bytes) -> bool:
    return len(marker) == 1 + _WIDTH and marker.startswith(_MARK)


def packed(marker: bytes) -> bytes:
    """The bytes of a number's marker as they stand in a file."""
    return marker[len(_MARK) :]


class PackedNumbers:
    """Many numbers, looked for at once."""

    def __init__(self, markers: Collection[bytes]) -> None:
        """markers: of `number_marker`."""
        data = b"".join(packed(marker) for marker in set(markers))
        self._numbers = np.sort(np.frombuffer(data, "<u8"))
        pairs = np.frombuffer(data, "<u2").reshape(-1, _WIDTH // 2)
        # A place is passed over by its last two bytes, or its first: most of them at once.
        self._ends, self._begins = np.zeros((2, 1 << 16), bool)
        self._ends[pairs[:, -1]], self._begins[pairs[:, 0]] = True, True

    def look(self, content: bytes) -> Iterator[tuple[bytes, int]]:
        """The marker and the offset of every place that holds one."""
        if not len(self._numbers):
            return
        data = np.frombuffer(content, np.uint8)
        for first in range(0, len(data) - _WIDTH + 1, _AT_ONCE):
            part = data[first : first + _AT_ONCE + _WIDTH - 1]
            pairs = part[:-1] | part[1:].astype(np.uint16) << 8
            at = np.flatnonzero(self._ends[pairs[_WIDTH - 2 :]])
            at = at[self._begins[pairs[at]]]
            windows = np.lib.stride_tricks.sliding_window_view(part, _WIDTH)[at]
            numbers = np.ascontiguousarray(windows).view("<u8").ravel()
            place = np.minimum(np.searchsorted(self._numbers, numbers), len(self._numbers) - 1)
            for offset in at[self._numbers[place] == numbers].tolist():
                yield _MARK + bytes(part[offset : offset + _WIDTH]), first + offset
