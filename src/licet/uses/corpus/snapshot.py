"""A corpus snapshot: its files and its manifest.

A log: a base, as a build writes it, and deltas, each of the documents that came and of what became of earlier ones. The
base keeps documents by bucket: `documents` is what readers read, `waiting` what is set aside as near-duplicates. An
index beside the words says of each candidate what an update needs: its hash, whom it is about, its signature and bands,
the one it repeats. Only `corpus_log` puts base and deltas together. The manifest names every file by its content and
holds no clock reading: the same inputs make the same manifest. The root says what is held, however it came about.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from licet.enforce.origin import Count
from licet.store import RecordFile, Records, SnapshotRef, Store, pack_records, parquet_bytes
from licet.uses.corpus.candidates import TAIL, Candidates
from licet.uses.corpus.document_maker import SHOWN
from licet.uses.corpus.document_tree import Slots
from licet.uses.manifest import Heading, Manifest, Part, StoredFile, read_manifest
from licet.uses.members import earlier_index, is_member, read_members
from licet.uses.subject_keys import SubjectKeys
from licet.uses.use import Files, Shown

KIND = "corpus"
#: 2: marks beside documents, set-aside documents in a file of their own. 4: members in a prefix tree; names under a
#: secret of the corpus' own. 5: a base and deltas, an index over all buckets, a root over documents by their ids.
#: 6: smaller pages of the index.
FORMAT_VERSION = 6

_THREADS = 8  # they wait for the disk more than they work

_Item = TypeVar("_Item")
_Made = TypeVar("_Made")


class RecipeRef(Part):
    """By what recipe, and the kinds of documents that it makes."""

    digest: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BucketFiles:
    """documents: what is kept. waiting: None where no document is set aside."""

    documents: StoredFile
    waiting: StoredFile | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket of the base: its number, and how many documents it has and how many were set aside."""

    bucket: Count
    documents: Count
    set_aside: Count
    files: BucketFiles


@dataclass(frozen=True, slots=True)
class Index:
    """What an update needs of candidates, as `Candidates` has it. signatures: None where near-duplicates are kept."""

    records: RecordFile
    tails: RecordFile
    people: RecordFile
    bands: RecordFile
    repeats: RecordFile
    signatures: RecordFile | None


@dataclass(frozen=True, slots=True)
class Delta:
    """What one or several updates changed: the candidates that came, and what became of those in earlier segments.

    candidates: how many came, with `documents` and `index`; None where none did.
    changes:    of `corpus_log.CHANGE`, by id and, as `renamed`, by the one that is repeated.
    """

    candidates: Count
    documents: StoredFile | None = None
    index: Index | None = None
    changes: RecordFile | None = None
    renamed: RecordFile | None = None


class CorpusManifest(Manifest):
    """buckets: of the base, in the order of their numbers, with its index; deltas: the earliest first. slots: what
    the root is over. counts: documents and set_aside, too."""

    recipe: RecipeRef
    buckets: tuple[Bucket, ...]
    index: Index
    slots: StoredFile
    deltas: tuple[Delta, ...] = ()


class CorpusHeading(Heading):
    """What a corpus snapshot says, whichever licet made it. index: None where an earlier one did."""

    format: int
    recipe: RecipeRef
    buckets: tuple[Bucket, ...]
    index: Index | None = None
    deltas: tuple[Delta, ...] = ()


class Document(Shown):
    """A document as a snapshot holds it, and whom it is about."""

    subjects: list[str]


def write_bucket(target: Files, number: int, rows: pa.Table) -> Bucket | None:
    """Write one bucket's candidates (with `duplicate_of`), sorted by id; None when it has none left."""
    if len(rows) == 0:
        return None
    kept = by_id(rows.filter(pc.is_null(rows["duplicate_of"])))
    waiting = by_id(rows.filter(pc.is_valid(rows["duplicate_of"])))
    written = BucketFiles(
        documents=write_documents(target, kept),
        waiting=write_documents(target, waiting) if len(waiting) else None,
    )
    return Bucket(bucket=number, documents=len(kept), set_aside=len(waiting), files=written)


def write_documents(target: Files, rows: pa.Table) -> StoredFile:
    """The shown columns of some candidates, in order."""
    return _put(target, parquet_bytes(rows.select(SHOWN.names)), ".parquet")


def write_index(target: Files, rows: Candidates) -> Index:
    """The files of an index; equal candidates, equal bytes."""
    lengths = pc.binary_length(rows.tails).to_numpy()
    records = rows.records.copy()
    records["size"] = lengths
    records["tail"] = np.cumsum(lengths) - lengths
    tails = np.frombuffer(b"".join(rows.tails.to_pylist()), TAIL)
    width = rows.signatures.shape[1]
    signatures = np.ascontiguousarray(rows.signatures).view(f"V{width}").ravel() if width else None
    jobs = (
        (records, "id"),
        (tails, None),
        (rows.people, "person"),
        (rows.bands, "band"),
        (rows.repeats, "repeats"),
    )
    about, tail, people, bands, repeats = side_by_side(lambda job: write_records(target, *job), jobs)
    signed = None if signatures is None else write_records(target, signatures)
    return Index(about, tail, people, bands, repeats, signed)


def write_records(target: Files, records: Records, key: str | None = None) -> RecordFile:
    data, refer = pack_records(records, key)
    return refer(target.put(data, suffix=".records"))


def write_slots(target: Files, slots: Slots) -> StoredFile:
    return _put(target, slots.tobytes(), ".slots")


def by_id(rows: pa.Table) -> pa.Table:
    """The rows in the order of their ids. Those that stayed come in it: moving their words would cost more."""
    rows = rows.combine_chunks()
    ids = rows["document_id"]
    if len(rows) > 1 and not pc.all(pc.less(ids.slice(0, len(ids) - 1), ids.slice(1))).as_py():
        return rows.take(pc.sort_indices(ids))
    return rows


def _put(target: Files, data: bytes, suffix: str) -> StoredFile:
    return StoredFile(sha256=target.put(data, suffix=suffix), bytes=len(data))


def is_surely_out(store: Store, snapshot: SnapshotRef, secret: bytes, subject: str) -> bool:
    """Whether someone is proven to be in no document of a snapshot. False also where its members cannot be looked up:
    an earlier licet or another secret made it, and its documents have to be asked."""
    if snapshot.manifest.get("format") != FORMAT_VERSION:
        return False
    said = snapshot.manifest["members"]
    if earlier_index(said.get("index")) is not None:
        return False
    members = read_members(said)
    if members.key_index != SubjectKeys(secret).index:
        return False
    return not is_member(store, members, secret, subject)


def read_corpus(snapshot: SnapshotRef) -> CorpusHeading:
    """What a snapshot says of its documents. Raises: as `read_manifest`."""
    return read_manifest(CorpusHeading, snapshot)


def read_table(store: Store, file: StoredFile, columns: Iterable[str] | None = None) -> pa.Table:
    """Shown columns of a file of documents, as they were written."""
    data = pa.BufferReader(store.get(file.sha256))
    return pq.ParquetFile(data).read(columns=None if columns is None else list(columns))


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
