"""A corpus snapshot: its files, its manifest, and reading it back.

Per bucket up to three files. `documents` holds the corpus. `marks` holds, row by row beside it, what a later update
needs of a document and nobody reads: its leaf hash and its signature, as they are, so that they are copied and not
made again. `waiting` holds the documents set aside as near-duplicates, each with the one it repeats, in case that
one leaves. The manifest names every file by its content and says under which policy, choices and recipe it was
made. It holds no clock reading, so the same inputs make the same manifest.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from licet.enforce.origin import Count
from licet.store import SnapshotRef, Store, parquet_bytes
from licet.terms.canonical import canonical_json
from licet.terms.log_tree import merkle_root, root_of_leaves
from licet.terms.membership_proof import Membership, salt_digest
from licet.uses.manifest import Heading, Manifest, Part, StoredFile, read_manifest
from licet.uses.members import contains, read_members
from licet.uses.use import Files, Shown

KIND = "corpus"
#: 2: marks beside documents, set-aside documents in a file of their own. 4: members in a prefix tree; names under a
#: secret of the corpus' own.
FORMAT_VERSION = 4

_SHOWN = ("document_id", "kind", "key", "subjects", "created", "language", "text")
_MARKS = ("leaf", "signature")
_THREADS = 8  # they wait for the disk more than they work

_Item = TypeVar("_Item")
_Made = TypeVar("_Made")


class RecipeRef(Part):
    """By what recipe, and the kinds of documents that it makes."""

    digest: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BucketFiles:
    """See above. waiting: None where no document is set aside."""

    documents: StoredFile
    marks: StoredFile
    waiting: StoredFile | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket: its number, how many documents it has and how many are set aside, and the documents' Merkle root."""

    bucket: Count
    documents: Count
    set_aside: Count
    root: str
    files: BucketFiles


class CorpusManifest(Manifest):
    """buckets: in the order of their numbers. counts: documents and set_aside, too."""

    recipe: RecipeRef
    buckets: tuple[Bucket, ...]


class CorpusHeading(Heading):
    """What a corpus snapshot says, whichever licet made it."""

    format: int
    recipe: RecipeRef
    buckets: tuple[Bucket, ...]


class Document(Shown):
    """A document as a snapshot holds it, and whom it is about."""

    subjects: list[str]


def write_bucket(target: Files, number: int, rows: pa.Table) -> Bucket | None:
    """Write one bucket's candidates (with `duplicate_of`), sorted by id; None when it has none left."""
    if len(rows) == 0:
        return None
    kept = _by_id(rows.filter(pc.is_null(rows["duplicate_of"])))
    waiting = _by_id(rows.filter(pc.is_valid(rows["duplicate_of"])))
    columns = (*_SHOWN, *_MARKS, "duplicate_of")
    written = BucketFiles(
        documents=_put(target, parquet_bytes(kept.select(_SHOWN)), ".parquet"),
        marks=_put(target, _arrow_bytes(kept.select(_MARKS)), ".arrow"),
        waiting=_put(target, parquet_bytes(waiting.select(columns)), ".parquet") if len(waiting) else None,
    )
    root = root_of_leaves(kept["leaf"].to_pylist()).hex()
    return Bucket(bucket=number, documents=len(kept), set_aside=len(waiting), root=root, files=written)


def _by_id(rows: pa.Table) -> pa.Table:
    """The rows in the order of their ids. Those that stayed come in it: moving their words would cost more."""
    rows = rows.combine_chunks()
    ids = rows["document_id"]
    if len(rows) > 1 and not pc.all(pc.less(ids.slice(0, len(ids) - 1), ids.slice(1))).as_py():
        return rows.take(pc.sort_indices(ids))
    return rows


def _put(target: Files, data: bytes, suffix: str) -> StoredFile:
    return StoredFile(sha256=target.put(data, suffix=suffix), bytes=len(data))


def _arrow_bytes(table: pa.Table) -> bytes:
    """Columns of fixed width as an Arrow file, the values as they lie in memory."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    data: bytes = sink.getvalue().to_pybytes()
    return data


def corpus_root(buckets: Iterable[Bucket]) -> str:
    """The root of a snapshot: over the roots of its buckets, in order. Equal roots, equal documents."""
    leaves = (canonical_json([entry.bucket, entry.root]) for entry in buckets if entry.documents)
    return merkle_root(leaves).hex()


def is_surely_out(store: Store, snapshot: SnapshotRef, secret: bytes, subject: str) -> bool:
    """Whether someone is proven to be in no document of a snapshot. False also where its members cannot be looked up:
    an earlier licet or another secret made it, and its documents have to be asked."""
    if snapshot.manifest.get("format") != FORMAT_VERSION:
        return False
    members = read_members(snapshot.manifest["members"])
    if members.salt != salt_digest(secret):
        return False
    return contains(store, members, secret, subject).membership is Membership.ABSENT


def read_corpus(snapshot: SnapshotRef) -> CorpusHeading:
    """What a snapshot says of its documents. Raises: as `read_manifest`."""
    return read_manifest(CorpusHeading, snapshot)


def read_bucket(store: Store, entry: Bucket) -> pa.Table:
    """All candidates of a bucket as they were written: shown columns, marks, and which document each repeats."""
    kept = _read(store, entry.files.documents)
    marks = _read_arrow(store, entry.files.marks)
    for name in _MARKS:
        kept = kept.append_column(name, marks[name])
    kept = kept.append_column("duplicate_of", pa.nulls(len(kept), pa.string()))
    if entry.files.waiting is None:
        return kept
    return pa.concat_tables([kept, _read(store, entry.files.waiting).cast(kept.schema)])


def read_index(store: Store, entry: Bucket, columns: tuple[str, ...]) -> pa.Table:
    """Some shown columns of all candidates of a bucket, with the document each repeats and the bucket's number."""
    kept = _read(store, entry.files.documents, columns)
    kept = kept.append_column("duplicate_of", pa.nulls(len(kept), pa.string()))
    if entry.files.waiting is not None:
        waiting = _read(store, entry.files.waiting, (*columns, "duplicate_of"))
        kept = pa.concat_tables([kept, waiting.select(kept.column_names).cast(kept.schema)])
    return kept.append_column("bucket", pa.repeat(pa.scalar(entry.bucket, pa.int32()), len(kept)))


def read_signatures(store: Store, entry: Bucket) -> pa.ChunkedArray:
    """The signatures of a bucket's candidates, in the order of `read_index`."""
    parts = [_read_arrow(store, entry.files.marks)["signature"]]
    if entry.files.waiting is not None:
        parts.append(_read(store, entry.files.waiting, ("signature",))["signature"])
    return pa.chunked_array([chunk for part in parts for chunk in part.chunks], parts[0].type)


def read_kept(store: Store, entry: Bucket) -> pa.Table:
    """The documents of one bucket."""
    return _read(store, entry.files.documents)


def read_documents(store: Store, buckets: Iterable[Bucket]) -> Iterator[pa.Table]:
    """The documents of a snapshot, bucket by bucket."""
    for entry in buckets:
        yield read_kept(store, entry)


def side_by_side(job: Callable[[_Item], _Made], items: Iterable[_Item]) -> Generator[_Made]:
    """`job` of every item, in their order, several at a time.

    Close it when you may stop early: what has begun is waited for, what has not never begins.
    """
    with ThreadPoolExecutor(_THREADS, "licet-corpus") as threads:
        waiting = [threads.submit(job, item) for item in items]
        try:
            for one in waiting:
                yield one.result()
        finally:
            threads.shutdown(wait=True, cancel_futures=True)


def _read(store: Store, file: StoredFile, columns: tuple[str, ...] | None = None) -> pa.Table:
    data = pa.BufferReader(store.get(file.sha256))
    return pq.ParquetFile(data).read(columns=None if columns is None else list(columns))


def _read_arrow(store: Store, file: StoredFile) -> pa.Table:
    return pa.ipc.open_file(pa.BufferReader(store.get(file.sha256))).read_all()
