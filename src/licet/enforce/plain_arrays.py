"""Arrow arrays put together without `pyarrow.array`: that loads pandas where it is installed, which takes longer than
answering one question from a cold start."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa


def text_array(texts: Sequence[str]) -> pa.Array:
    """As `pa.array(texts, pa.string())`. Raises: UnicodeEncodeError for half a character."""
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    if ends[-1] >= 2**31:
        return pa.array(texts, pa.string())
    offsets = pa.py_buffer(ends.astype(np.int32).tobytes())
    return pa.StringArray.from_buffers(len(encoded), offsets, pa.py_buffer(b"".join(encoded)))
