"""Members' permitted interactions in the store: Parquet by bucket, and a root over one leaf per member.

In which bucket a member lies, the first bits of a key say that is made of their id and the use's secret: so a change
reads and writes the buckets of whom it touched, and the same rows have the same files and root, however they came to be
there. Only what counts is kept: of a member the newest interactions, each once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from licet.store import Store, parquet_bytes
from licet.terms.canonical import canonical_json, digest
from licet.uses.manifest import StoredFile
from licet.uses.recommend.interactions import EVENTS, Interactions
from licet.uses.recommend.recommend_manifest import FORMAT, KIND, MemberBucket, RecommendManifest
from licet.uses.recommend.walk_recipe import WalkRecipe
from licet.uses.use import Files

#: What a bucket's file holds: by member, then item.
KEPT = pa.schema([
    pa.field("member", pa.string(), nullable=False),
    pa.field("item", pa.string(), nullable=False),
    pa.field("time", pa.timestamp("us"), nullable=False),
])  # fmt: skip

_THREADS = 8  # they wait for the disk more than they work


def kept_rows(held: Interactions) -> pa.Table:
    """Interactions as they are kept."""
    members = pa.array(held.members, pa.string()).take(pa.array(held.member_numbers))
    items = pa.array(held.items, pa.string()).take(pa.array(held.item_numbers))
    return pa.table([members, items, pa.array(held.times).cast(pa.timestamp("us"))], schema=KEPT)


def read_interactions(store: Store, said: RecommendManifest, known_items: Iterable[str] = ()) -> Interactions:
    """All that an artefact holds. known_items: as `Interactions.of` has it. Raises: StoreError for a damaged file."""
    with ThreadPoolExecutor(_THREADS, "licet-recommend") as threads:
        parts = list(threads.map(lambda each: read_bucket(store, each), said.buckets))
    rows = pa.concat_tables([KEPT.empty_table(), *parts])
    return Interactions.of(rows.rename_columns(EVENTS.names), known_items)


def read_bucket(store: Store, bucket: MemberBucket) -> pa.Table:
    """The rows of one bucket."""
    data = pa.BufferReader(store.get(bucket.file.sha256))
    return pq.ParquetFile(data).read().cast(KEPT)


def write_buckets(
    target: Files, rows: pa.Table, secret: bytes, parts: int, told: Callable[[int, int], None]
) -> list[MemberBucket]:
    """The buckets of some rows, which come by member, then item.

    told: hears how many are written, and how many there are.
    """
    members = rows["member"].combine_chunks().dictionary_encode()
    of_member = [bucket_of(secret, who, parts) for who in members.dictionary.to_pylist()]
    of_row = np.array(of_member, np.int64)[members.indices.to_numpy()] if len(rows) else np.empty(0, np.int64)
    order, numbers = np.argsort(of_row, kind="stable"), np.unique(of_row)
    edges = np.searchsorted(of_row[order], numbers, side="right")
    written, start = list[MemberBucket](), 0
    for number, end in zip(numbers.tolist(), edges.tolist(), strict=True):
        made = write_bucket(target, number, rows.take(pa.array(order[start:end])), secret)
        written += [] if made is None else [made]
        start = end
        told(len(written), len(numbers))
    return written


def write_bucket(target: Files, number: int, rows: pa.Table, secret: bytes) -> MemberBucket | None:
    """One bucket of these rows, which come by member, then item; None for none."""
    if not len(rows):
        return None
    rows = rows.combine_chunks()
    data = parquet_bytes(rows)
    leaves = member_leaves(rows, secret)
    hashed = hashlib.sha256(b"licet members' interactions 1\n%d\n" % number + b"".join(sorted(leaves)))
    file = StoredFile(sha256=target.put(data, ".parquet"), bytes=len(data))
    return MemberBucket(number, len(leaves), len(rows), hashed.hexdigest(), file)


def member_leaves(rows: pa.Table, secret: bytes) -> list[bytes]:
    """Per member their key and the hash of what is held of them, 48 bytes. rows: by member, then item, in one piece."""
    members, items, times = (rows[name].combine_chunks() for name in KEPT.names)
    lengths = pc.binary_length(items).to_numpy().astype("<i4")
    ends = np.cumsum(lengths, dtype=np.int64)
    words = b"".join(item.encode() for item in items.to_pylist())
    moments, whose = times.cast(pa.int64()).to_numpy().astype("<i8"), members.dictionary_encode()
    numbers = whose.indices.to_numpy()
    firsts = np.flatnonzero(np.diff(numbers, prepend=-1)).tolist()
    leaves = []
    for who, first, last in zip(whose.dictionary.to_pylist(), firsts, [*firsts[1:], len(rows)], strict=True):
        start = int(ends[first - 1]) if first else 0
        hashed = hashlib.sha256(b"\x00")
        for part in (lengths[first:last], moments[first:last]):
            hashed.update(len(part).to_bytes(8, "little") + part.tobytes())
        hashed.update(words[start : int(ends[last - 1])])
        leaves.append(member_key(secret, who) + hashed.digest())
    return leaves


def root_of(buckets: Sequence[MemberBucket], parts: int, recipe: WalkRecipe) -> str:
    """Over all that decides what is recommended by: equal roots, equal counts."""
    held = [[each.bucket, each.members, each.interactions, each.hash] for each in buckets]
    return digest(canonical_json([KIND, FORMAT, recipe.digest, parts, held]))


def totals_of(buckets: Iterable[MemberBucket]) -> Mapping[str, int]:
    """What a manifest counts, its members apart."""
    return {"interactions": sum(each.interactions for each in buckets)}


def bucket_of(secret: bytes, subject: str, parts: int) -> int:
    """In which of so many buckets, a power of two, somebody lies: the first bits of their key."""
    return int.from_bytes(member_key(secret, subject)[:4], "big") * parts >> 32


def member_key(secret: bytes, subject: str) -> bytes:
    """What stands for a member in the root, 16 bytes; it tells nobody who that is."""
    return hashlib.blake2b(subject.encode(), digest_size=16, key=secret, person=b"licet recommend").digest()
