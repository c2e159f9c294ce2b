"""The root of a corpus: over the documents that it holds, by their ids, and over nothing of how they came to be in it.

A prefix tree, where an id fixes the place: its first twelve bits say in which of 4096 slots a document stands, in two
levels of 64. A slot is the hash of its documents in the order of their ids, each an id and its leaf hash, so a change
hashes the slots that it falls in, one node above each, and the top. Ids are salted hashes, which fills slots evenly: a
million documents are 244 a slot, 12 KB. An empty slot, and a node of none but empty ones, is 32 zero bytes.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from licet.store import Records

SLOTS, _FAN = 4096, 64
_HASH_BYTES = 32
#: The hash of each slot, one after another.
Slots = npt.NDArray[np.bytes_]
SLOT = np.dtype("S32")

_ENTRY = np.dtype([("id", "S16"), ("leaf", "S32")])


def slots_of(ids: Records) -> npt.NDArray[np.int64]:
    """In which slot each id stands."""
    first = np.frombuffer(np.ascontiguousarray(ids).tobytes(), np.uint8).reshape(len(ids), 16)[:, :2]
    return first[:, 0].astype(np.int64) << 4 | first[:, 1] >> 4


def bounds_of(slots: npt.NDArray[np.int64]) -> tuple[Records, Records]:
    """The lowest and the highest id of some slots."""
    low, high = np.zeros((len(slots), 16), np.uint8), np.full((len(slots), 16), 255, np.uint8)
    low[:, 0] = high[:, 0] = slots >> 4
    low[:, 1] = (slots & 15) << 4
    high[:, 1] = low[:, 1] | 15
    return low.view("S16").ravel(), high.view("S16").ravel()


def fill_slots(
    kept: Records, before: Slots | None = None, only: npt.NDArray[np.int64] | None = None
) -> Slots:
    """The hash of each slot. kept: the documents that are held, with id and leaf, in the order of ids.

    before, only: what the slots were, and those of them that are hashed anew; `kept` then need hold only theirs.
    """
    slots = np.zeros(SLOTS, SLOT) if before is None else before.copy()
    if only is not None:
        slots[only] = b""
    entries = np.empty(len(kept), _ENTRY)
    entries["id"], entries["leaf"] = kept["id"], kept["leaf"]
    numbers = slots_of(entries["id"])
    filled, starts = np.unique(numbers, return_index=True)
    data, width = entries.view(np.uint8).data, _ENTRY.itemsize
    edges = pairwise([*starts.tolist(), len(entries)])
    for slot, (start, stop) in zip(filled.tolist(), edges, strict=True):
        slots[slot] = sha256(b"\x00" + data[start * width : stop * width]).digest()
    return slots


def root_of(slots: Slots, documents: int) -> str:
    """The root over the slots' hashes. Equal roots, equal documents."""
    data, size = slots.tobytes(), _FAN * _HASH_BYTES
    nodes = [data[at : at + size] for at in range(0, len(data), size)]
    hashes = [sha256(b"\x01" + node).digest() if any(node) else bytes(_HASH_BYTES) for node in nodes]
    return sha256(b"licet documents 1\n%d\n" % documents + b"".join(hashes)).hexdigest()
