"""The fast search of a column finds just the rows that hold the marker, wherever the column was cut."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.store import packed_numbers
from licet.store.marker_search import Needle, _look_in_array
from licet.store.packed_numbers import PackedNumbers, number_marker

WORDS = st.lists(st.none() | st.text("ab", max_size=6), max_size=12)


@settings(deadline=None)
@given(WORDS, st.text("ab", min_size=1, max_size=3), st.integers(0, 12), st.integers(0, 12))
def test_every_row_that_holds_the_marker_is_found_and_no_other(
    words: list[str | None], marker: str, start: int, length: int
) -> None:
    expected = [
        n for n, word in enumerate(words[start : start + length]) if word is not None and marker in word
    ]
    needle = Needle(marker.encode(), marker.encode())
    for kind in (pa.string(), pa.large_string(), pa.binary(), pa.string_view()):
        array = pa.array([word if word is None else word.encode() for word in words], pa.binary()).cast(kind)
        found = _look_in_array(array.slice(start, length), [needle], "here")
        assert [hit.offset for hit in found] == expected


#: Few bytes, so that some numbers stand somewhere, overlap, and all but stand there.
FEW = st.binary(max_size=40).map(lambda data: bytes(byte % 2 for byte in data))


@settings(deadline=None)
@given(
    FEW,
    st.lists(FEW, min_size=1, max_size=4),
    st.lists(st.integers(0, 2**64 - 1), max_size=3),
    st.integers(1, 9),
)
def test_every_place_that_holds_a_number_is_found_and_no_other(
    content: bytes, parts: list[bytes], others: list[int], at_once: int
) -> None:
    content = content.join(parts)
    near = [int.from_bytes(content[at : at + 8], "little") for at in range(0, max(0, len(content) - 7), 3)]
    wanted = {number.to_bytes(8, "little") for number in (*near, *others, 0, 1 << 56)}
    expected = [
        (content[at : at + 8], at) for at in range(len(content) - 7) if content[at : at + 8] in wanted
    ]
    with pytest.MonkeyPatch.context() as small:
        small.setattr(packed_numbers, "_AT_ONCE", at_once)
        markers = [number_marker(int.from_bytes(one, "little")) for one in wanted]
        found = [(marker[1:], offset) for marker, offset in PackedNumbers(markers).look(content)]
    assert found == expected


def test_a_number_is_found_in_records_of_any_width() -> None:
    for width in ("<u4", "<u8", "V3"):
        records = np.zeros(5, np.dtype([("run", "<u8"), ("beside", width)]))
        records["run"] = [1, 2, 5 << 60 | 77, 4, 5]
        (hit,) = PackedNumbers([number_marker(5 << 60 | 77)]).look(records.tobytes())
        assert hit[1] == 2 * records.dtype.itemsize
