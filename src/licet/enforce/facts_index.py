"""Facts about members by their ids, in memory: whoever is asked about is found in about a microsecond.

Rows lie in the order of a hash of their ids, which is searched by halves and then held against the id itself, since two
ids may share one. What the facts are is kept once each, and per row its number: 8 bytes, the id, and 4 bytes a fact.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import Any

import numpy as np
import pyarrow as pa

from licet.terms.canonical import JsonObject

_SUBJECT = "subject"


class FactsIndex:
    """Any number of threads may ask one."""

    def __init__(self, rows: pa.Table) -> None:
        """rows: `subject`, text without nulls, and the columns that hold facts."""
        import pyarrow.compute as pc

        ids = rows[_SUBJECT].combine_chunks()
        hashes = np.fromiter(map(hash, ids.to_pylist()), np.int64, len(ids))
        order = np.argsort(hashes, kind="stable")
        self._ids: pa.Array = ids.take(pa.array(order))
        _, offsets, letters = self._ids.buffers()
        #: Where each id begins, and all of them as UTF-8, in the memory of `_ids`: an id is compared there in a
        #: quarter of the time in which Arrow would make a text of it.
        self._begins, self._letters = memoryview(offsets).cast("i"), memoryview(letters or b"")
        # Arrays of the standard library: `bisect` reads them several times faster than those of numpy.
        self._hashes = array("q", hashes[order].tobytes())
        self._facts: list[tuple[str, list[Any], array[int]]] = []
        for name in rows.column_names:
            if name != _SUBJECT:
                told = rows[name].combine_chunks().dictionary_encode()
                values = [*told.dictionary.to_pylist(), None]
                numbers = pc.fill_null(told.indices, len(values) - 1).to_numpy(zero_copy_only=False)
                self._facts.append((name, values, array("i", numbers.astype(np.int32)[order].tobytes())))

    def ids(self) -> pa.Array:
        """Every id, each once."""
        import pyarrow.compute as pc

        return pc.unique(self._ids)

    def rows_about(self, subject: str) -> list[JsonObject]:
        """What each row about somebody says, by the name of the fact; none where there is no row."""
        hashes, begins, wanted, found = self._hashes, self._begins, hash(subject), []
        place = bisect_left(hashes, wanted)
        while place < len(hashes) and hashes[place] == wanted:
            here = self._letters[begins[place] : begins[place + 1]].tobytes()
            if here == subject.encode("utf-8", "surrogatepass"):
                facts = {}
                for name, values, numbers in self._facts:
                    facts[name] = values[numbers[place]]
                found.append(facts)
            place += 1
        return found
