"""A corpus snapshot: its files, its manifest, and reading it back.

Per bucket two Parquet files. `documents` holds the corpus; `index` holds, for every candidate, what a later
update needs: whose it is, its signature, which earlier document it repeats, and its text if it was set aside
for that. The manifest names every file by its content and says under which policy, choices and recipe it was
made. It holds no clock reading, so the same inputs make the same manifest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from licet.ledger.tree import merkle_root
from licet.store import Build, Store, parquet_bytes
from licet.terms.canonical import canonical_json
from licet.uses.corpus.identities import commitment
from licet.uses.corpus.recipe import Recipe

KIND = "corpus"
FORMAT_VERSION = 1

_SHOWN = ("document_id", "kind", "key", "subjects", "created", "language", "text")
_INDEXED = (
    "document_id",
    "kind",
    "key",
    "subjects",
    "created",
    "language",
    "order",
    "signature",
    "duplicate_of",
)


def write_bucket(build: Build, number: int, rows: pa.Table) -> dict[str, Any] | None:
    """Write one bucket's candidates (with `duplicate_of`), sorted by id; None when it has none left.

    Returns: the manifest's entry: files by content, how many documents and how many set aside, Merkle root.
    """
    if len(rows) == 0:
        return None
    rows = rows.sort_by("document_id").combine_chunks()
    kept = rows.filter(pc.is_null(rows["duplicate_of"])).select(_SHOWN)
    waiting = pc.if_else(pc.is_valid(rows["duplicate_of"]), rows["text"], pa.scalar(None, pa.string()))
    index = rows.select(_INDEXED).append_column("text", waiting)
    return {
        "bucket": number,
        "documents": len(kept),
        "set_aside": len(rows) - len(kept),
        "root": bucket_root(kept).hex(),
        "files": {"documents": _put(build, kept), "index": _put(build, index)},
    }


def _put(build: Build, table: pa.Table) -> dict[str, Any]:
    data = parquet_bytes(table)
    return {"sha256": build.put(data, suffix=".parquet"), "bytes": len(data)}


def bucket_root(documents: pa.Table) -> bytes:
    """RFC 6962 root over a bucket's documents, in the order of their ids."""
    created = documents["created"].cast(pa.int64()).to_pylist()
    columns = [documents[name].to_pylist() for name in ("document_id", "kind", "language", "text")]
    return merkle_root(canonical_json(list(row)) for row in zip(*columns, created, strict=True))


def corpus_root(buckets: Iterable[dict[str, Any]]) -> str:
    """The root of a snapshot: over the roots of its buckets, in order. Equal roots, equal documents."""
    leaves = (canonical_json([entry["bucket"], entry["root"]]) for entry in buckets if entry["documents"])
    return merkle_root(leaves).hex()


def write_members(build: Build, salt: bytes, subjects: Iterable[str]) -> dict[str, Any]:
    """Who is in a snapshot, as salted commitments in order under a Merkle root; only a member knows their own."""
    commitments = sorted(commitment(salt, subject) for subject in subjects)
    file = _put(build, pa.table({"commitment": pa.array(commitments, pa.binary(32))}))
    return {"count": len(commitments), "root": merkle_root(commitments).hex(), "file": file}


def read_bucket(store: Store, entry: dict[str, Any], recipe: Recipe) -> pa.Table:
    """All candidates of a bucket as they were written: index columns, text and bucket number."""
    index = _read(store, entry["files"]["index"])
    kept = _read(store, entry["files"]["documents"])
    place = pc.index_in(index["document_id"], value_set=kept["document_id"].combine_chunks())
    text = pc.coalesce(
        index["text"].combine_chunks(), kept["text"].combine_chunks().take(place.combine_chunks())
    )
    return index.set_column(index.column_names.index("text"), "text", text).append_column(
        "bucket", pa.repeat(pa.scalar(entry["bucket"], pa.int32()), len(index))
    )


def read_index(store: Store, manifest: dict[str, Any], columns: tuple[str, ...]) -> Iterator[pa.Table]:
    """Some index columns of every bucket, with its number."""
    for entry in manifest["buckets"]:
        table = _read(store, entry["files"]["index"], columns)
        yield table.append_column("bucket", pa.repeat(pa.scalar(entry["bucket"], pa.int32()), len(table)))


def read_documents(store: Store, manifest: dict[str, Any]) -> Iterator[pa.Table]:
    """The documents of a snapshot, bucket by bucket."""
    for entry in manifest["buckets"]:
        yield _read(store, entry["files"]["documents"])


def _read(store: Store, file: dict[str, Any], columns: tuple[str, ...] | None = None) -> pa.Table:
    data = pa.BufferReader(store.get(file["sha256"]))
    return pq.read_table(data, columns=None if columns is None else list(columns))
