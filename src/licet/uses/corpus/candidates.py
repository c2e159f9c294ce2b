"""What an update needs of candidates besides their words, as arrays: one record each in the order of their ids.

A candidate is a document of what is permitted, kept or set aside as a repeat. The arrays are a function of the
candidates alone: put together from parts of any history they are the same, byte for byte, as made of all at once.
Nothing here reads or writes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.store import Records

#: A candidate: its id, its hash, the id of the one it repeats (nothing where it is kept), its place in time, where its
#: tail lies, its bucket, and the place of its kind among the recipe's.
CANDIDATE = np.dtype(
    [
        ("id", "S16"), ("leaf", "S32"), ("repeats", "S16"), ("order", "<i8"), ("tail", "<u8"), ("size", "<u4"),
        ("bucket", "<i4"), ("kind", "<i4"),
    ]
)  # fmt: skip
#: Whom a candidate is about, by a keyed hash; one of its band keys; the one that a set-aside candidate repeats.
PERSON = np.dtype([("person", "S16"), ("row", "<u4")])
BAND = np.dtype([("band", "<u8"), ("row", "<u4")])
REPEAT = np.dtype([("repeats", "S16"), ("row", "<u4")])
#: A byte of the tails: key and people of each candidate as JSON, one after another.
TAIL = np.dtype("u1")

NOTHING = b""
UNDATED = 2**63 - 1

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]


class Candidates(NamedTuple):
    """records: of CANDIDATE, in the order of ids. tails: beside them. signatures: likewise, bytes of one width, 0 where
    near-duplicates are kept. people, bands: of PERSON and BAND, in the order of their keys, then rows."""

    records: Records
    tails: pa.Array
    signatures: npt.NDArray[np.uint8]
    people: Records
    bands: Records

    @property
    def repeats(self) -> Records:
        """Of REPEAT, in order: the candidates that are set aside."""
        rows = np.flatnonzero(self.records["repeats"] != NOTHING)
        return _sorted(_pairs(REPEAT, self.records["repeats"][rows], rows))


def candidates_of(
    documents: pa.Table, kinds: Sequence[str], secret: bytes, bands: npt.NDArray[np.uint64] | None
) -> Candidates:
    """Of a table of documents with `duplicate_of`, in any order.

    bands: their band keys, shape (bands, documents), in the table's order; None where near-duplicates are kept.
    """
    ids = ids_of(documents["document_id"])
    if not (ids[:-1] <= ids[1:]).all():
        order = np.argsort(ids, kind="stable")
        documents, ids = documents.take(pa.array(order)), ids[order]
        bands = None if bands is None else bands[:, order]
    records = np.zeros(len(documents), CANDIDATE)
    records["id"] = ids
    records["leaf"] = leaves_of(documents)
    records["repeats"] = ids_of(documents["duplicate_of"])
    records["order"] = pc.fill_null(documents["created"].cast(pa.int64()), UNDATED).to_numpy()
    records["bucket"] = documents["bucket"].to_numpy()
    records["kind"] = pc.index_in(documents["kind"], value_set=pa.array(kinds, pa.string())).to_numpy()
    tails = pa.array(tails_of(documents), pa.large_binary())
    width = 0 if bands is None else documents.schema.field("signature").type.byte_width
    signatures = np.zeros((len(documents), 0), np.uint8)
    banded = np.empty(0, BAND)
    if bands is not None:
        signatures = _bytes_of(documents["signature"], width).view(np.uint8).reshape(len(documents), width)
        banded = _sorted(_pairs(BAND, bands.T.ravel(), np.repeat(np.arange(len(documents)), len(bands))))
    return Candidates(records, tails, signatures, _people(documents["subjects"], secret), banded)


def joined(parts: Sequence[tuple[Candidates, Mask]]) -> Candidates:
    """Those of several that a mask lets stay, as if made of all at once. No two have one id."""
    kept = [np.flatnonzero(mask) for _, mask in parts]
    records = np.concatenate([part.records[rows] for (part, _), rows in zip(parts, kept, strict=True)])
    order = np.argsort(records["id"], kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    numbers, start = [], 0
    for (part, _), rows in zip(parts, kept, strict=True):
        number = np.full(len(part.records), -1, np.int64)
        number[rows] = place[start : start + len(rows)]
        numbers.append(number)
        start += len(rows)
    tails = pa.concat_arrays(
        [part.tails.take(pa.array(rows)) for (part, _), rows in zip(parts, kept, strict=True)]
    )
    width = max(part.signatures.shape[1] for part, _ in parts)
    signatures = np.concatenate(
        [part.signatures[rows].reshape(len(rows), width) for (part, _), rows in zip(parts, kept, strict=True)]
    )
    return Candidates(
        records[order],
        tails.take(pa.array(order)),
        signatures[order],
        _renumbered(PERSON, [part.people for part, _ in parts], numbers),
        _renumbered(BAND, [part.bands for part, _ in parts], numbers),
    )


def hash_people(secret: bytes, subjects: Iterable[str]) -> list[bytes]:
    """What the index knows people by: under the corpus' own secret it tells nobody who they are."""
    return [
        hashlib.blake2b(one.encode(), digest_size=16, key=secret, person=b"licet person").digest()
        for one in subjects
    ]


def ids_of(column: pa.ChunkedArray) -> Records:
    """Document ids as they are kept, 16 bytes each; nothing for a null."""
    text = pc.fill_null(column, "0" * 32)
    return np.frombuffer(bytes.fromhex("".join(text.to_pylist())), "S16")


def are_among(ids: Records, known: Records) -> Mask:
    """Which kept ids are among some others."""
    asked, found = (
        pa.Array.from_buffers(pa.binary(16), len(each), [None, pa.py_buffer(np.ascontiguousarray(each))])
        for each in (ids, known)
    )
    mask: Mask = pc.is_in(asked, value_set=found).to_numpy(zero_copy_only=False)
    return mask


def texts_of(ids: Records) -> pa.Array:
    """Kept ids as text; null for nothing."""
    digits = np.ascontiguousarray(ids).tobytes().hex()
    texts = [digits[at : at + 32] for at in range(0, len(digits), 32)]
    return pa.array(
        [None if one == NOTHING else text for one, text in zip(ids, texts, strict=True)], pa.string()
    )


def read_tails(tails: Sequence[bytes]) -> list[tuple[str | None, list[str]]]:
    """The key and the people of candidates."""
    return [(key, people) for key, people in json.loads(b"[%b]" % b",".join(tails))]


def tails_of(documents: pa.Table) -> list[bytes]:
    """Key and people of each document, in the table's order: JSON, written out by hand, a sixth of the cost."""
    quoted, lists = json.encoder.encode_basestring, documents["subjects"].combine_chunks()
    people = [quoted(one) for one in lists.flatten().to_pylist()]
    ends = np.cumsum(pc.list_value_length(lists).to_numpy()).tolist()
    return [
        f"[{'null' if key is None else quoted(key)},[{','.join(people[start:end])}]]".encode()
        for key, (start, end) in zip(documents["key"].to_pylist(), pairwise([0, *ends]), strict=True)
    ]


def leaves_of(documents: pa.Table) -> Records:
    """Their hashes, in the table's order."""
    return _bytes_of(documents["leaf"], 32)


def _people(people: pa.ChunkedArray, secret: bytes) -> Records:
    lists = people.combine_chunks()
    told = lists.flatten().dictionary_encode()
    hashes = np.frombuffer(b"".join(hash_people(secret, told.dictionary.to_pylist())), "S16")
    rows = pc.list_parent_indices(lists).to_numpy()
    return _sorted(_pairs(PERSON, hashes[told.indices.to_numpy()], rows))


def _renumbered(dtype: np.dtype[Any], parts: Sequence[Records], numbers: Sequence[Rows]) -> Records:
    pieces = []
    for part, number in zip(parts, numbers, strict=True):
        rows = number[part["row"]] if len(part) else np.empty(0, np.int64)
        stays = rows >= 0
        pieces.append(_pairs(dtype, part[dtype.names[0]][stays], rows[stays]))  # type: ignore[index]
    return _sorted(np.concatenate(pieces))


def _pairs(dtype: np.dtype[Any], keys: Records, rows: Rows) -> Records:
    made = np.empty(len(keys), dtype)
    made[dtype.names[0]], made["row"] = keys, rows  # type: ignore[index]
    return made


def _sorted(pairs: Records) -> Records:
    """By key, then by row."""
    keys, rows = pairs[pairs.dtype.names[0]], pairs["row"]  # type: ignore[index]
    is_by_row = bool((rows[:-1] <= rows[1:]).all())
    order = np.argsort(keys, kind="stable") if is_by_row else np.lexsort((rows, keys))
    return _pairs(pairs.dtype, keys[order], rows[order])


def _bytes_of(column: pa.ChunkedArray, width: int) -> Records:
    """Values of a fixed-width column without nulls."""
    array = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    data = np.frombuffer(array.buffers()[1], np.uint8) if len(array) else np.empty(0, np.uint8)
    return data[array.offset * width : (array.offset + len(array)) * width].view(f"S{width}")
