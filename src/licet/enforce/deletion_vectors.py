"""Deletion vectors: for other engines, the places of the rows of Parquet files that they must not read.

Iceberg's Puffin file with a blob `deletion-vector-v1` for each data file: a Roaring bitmap in its portable form for 64
bits. Delta's deletion vectors are the same bytes. A vector knows rows and nothing finer, so it goes with the columns
that may be read of the rows it leaves, and a row of which any of these may not be read is held back whole.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow  # noqa: F401 - whole before its parts: another thread would find them half made
import pyarrow.parquet as pq

from licet.enforce.row_verdicts import require_all
from licet.sources.fingerprints import FileFingerprint

_PUFFIN, _VECTOR = b"PFA1", bytes.fromhex("d1d33964")
#: Iceberg's number for the place of a row in its file, which the vectors are about.
_ROW_POSITION = 2_147_483_645
#: Roaring's: a file without runs; rows a container; the most that a list of places holds, above it a bit a row.
_NO_RUNS, _CONTAINER_BITS, _MOST_LISTED = 12_346, 16, 4_096

Places = npt.NDArray[np.int64]


class Vector(NamedTuple):
    """file: its path. rows: how many. sha256: of its bytes. places: of rows that are held back, ascending, from 0."""

    file: str
    rows: int
    sha256: str
    places: Places


class HeldBackRows(NamedTuple):
    """What was written: the columns that may be read, how many rows there are, and how many of them are held back."""

    columns: tuple[str, ...]
    rows: int
    held_back: int


def vectors_of(
    paths: Sequence[Path], files: Sequence[FileFingerprint], held_back: npt.NDArray[np.integer[Any]]
) -> list[Vector]:
    """A vector for each file. held_back: not 0 where a row is, in the order of the files.

    Raises: GateError GATE-008 where the files have other rows than these.
    """
    rows = [pq.read_metadata(path).num_rows for path in paths]
    require_all(sum(rows), len(held_back))
    each = np.split(held_back, np.cumsum(rows)[:-1])
    return [
        Vector(str(path.absolute()), size, file.content, np.flatnonzero(held).astype(np.int64))
        for path, file, size, held in zip(paths, files, rows, each, strict=True)
    ]


def puffin(vectors: Sequence[Vector], told: Mapping[str, str]) -> bytes:
    """The Puffin file: a blob for each file of which rows are held back, and what was looked at of all of them.

    told: what else stands in it; licet's own words begin with `licet.`.
    """
    content, blobs = bytearray(_PUFFIN), list[dict[str, Any]]()
    for vector in filter(lambda vector: len(vector.places), vectors):
        blob, cardinality = _blob(vector.places), str(len(vector.places))
        about = {"referenced-data-file": vector.file, "cardinality": cardinality}
        blobs.append(
            {
                "type": "deletion-vector-v1",
                "fields": [_ROW_POSITION],
                "snapshot-id": -1,
                "sequence-number": -1,
            }
            | {"offset": len(content), "length": len(blob), "properties": about}
        )
        content += blob
    files = [{"file": vector.file, "sha256": vector.sha256, "rows": vector.rows} for vector in vectors]
    properties = {**told, "licet.files": json.dumps(files)}
    footer = json.dumps({"blobs": blobs, "properties": properties}, sort_keys=True).encode()
    return bytes(content + _PUFFIN + footer + struct.pack("<ii", len(footer), 0) + _PUFFIN)


def _blob(places: Places) -> bytes:
    vector = _VECTOR + _roaring(places)
    return struct.pack(">i", len(vector)) + vector + struct.pack(">I", zlib.crc32(vector))


def _roaring(places: Places) -> bytes:
    """The places as Roaring writes whole numbers of 64 bits: by their upper 32 bits, then a bitmap of the lower."""
    parts = list(_by_upper(places, 32))
    return struct.pack("<Q", len(parts)) + b"".join(
        struct.pack("<I", upper) + _bitmap(lower) for upper, lower in parts
    )


def _bitmap(places: Places) -> bytes:
    """Places below 2³²: their upper 16 bits and how many of each, where each begins, then lists or bits."""
    head, bodies = [], []
    for upper, lower in _by_upper(places, _CONTAINER_BITS):
        head.append(struct.pack("<HH", upper, len(lower) - 1))
        if len(lower) <= _MOST_LISTED:
            bodies.append(lower.astype("<u2").tobytes())
        else:
            is_set = np.zeros(1 << _CONTAINER_BITS, np.bool_)
            is_set[lower] = True
            bodies.append(np.packbits(is_set, bitorder="little").tobytes())
    first = 8 + 8 * len(head)
    begins = np.cumsum([first, *map(len, bodies)], dtype="<u4")[:-1].tobytes()
    return struct.pack("<II", _NO_RUNS, len(head)) + b"".join(head) + begins + b"".join(bodies)


def _by_upper(places: Places, bits: int) -> Iterator[tuple[int, Places]]:
    """Ascending places in groups of one upper part each, and their lower `bits`."""
    uppers, firsts = np.unique(places >> bits, return_index=True)
    yield from zip(uppers.tolist(), np.split(places & ((1 << bits) - 1), firsts[1:]), strict=False)
