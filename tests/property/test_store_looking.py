"""The fast search of a column finds just the rows that hold the marker, wherever the column was cut."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.store.marker_search import Needle, _look_in_array

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
