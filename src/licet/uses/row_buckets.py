"""Rows of an artefact in Parquet files, each of the rows of some owners, so that a change costs what it is about.

Which file an owner's rows lie in follows from the owner and a secret, and rows within a file are in one order: the same
rows make the same files, byte for byte, however they came together. `replaced` reads and writes those files alone that
somebody's rows lie in. Nothing here knows what a row means.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from licet.enforce.origin import Count
from licet.store import Store
from licet.store.parquet_writer import parquet_bytes
from licet.terms.canonical import canonical_json, digest
from licet.uses.manifest import StoredFile
from licet.uses.use import Files

#: The column of who owns a row.
OWNER = "owner"


@dataclass(frozen=True, slots=True)
class RowFile:
    """The rows of one bucket."""

    bucket: Count
    rows: Count
    file: StoredFile


class Replaced(NamedTuple):
    """The files after a change, and how many of them are new."""

    files: tuple[RowFile, ...]
    written: int


class RowBuckets:
    """How rows of one schema are spread over files."""

    def __init__(self, schema: pa.Schema, order: Sequence[str], secret: bytes, buckets: int) -> None:
        """schema: has the column OWNER, without nulls. order: columns by which no two rows are equal.
        buckets: how many files at most."""
        self.schema, self._order, self._secret, self._buckets = schema, list(order), secret, buckets

    def bucket_of(self, owner: str) -> int:
        hashed = hashlib.blake2b(owner.encode(), digest_size=8, key=self._secret, person=b"licet bucket")
        return int.from_bytes(hashed.digest(), "big") % self._buckets

    def written(self, target: Files, rows: pa.Table) -> tuple[RowFile, ...]:
        """All rows of an artefact."""
        owners = pc.unique(rows[OWNER]).to_pylist()
        return self._put(target, rows, {self.bucket_of(owner) for owner in owners})

    def read(self, store: Store, files: Iterable[RowFile], owners: Collection[str] | None = None) -> pa.Table:
        """Rows in no order that means anything. owners: those of some; None for all. Raises: as `Store.get`."""
        wanted = None if owners is None else {self.bucket_of(owner) for owner in owners}
        rows = self._together(store, [one for one in files if wanted is None or one.bucket in wanted])
        return rows if owners is None else rows.filter(_are_of(rows, owners))

    def replaced(
        self,
        store: Store,
        target: Files,
        files: Sequence[RowFile],
        owners: Collection[str],
        rows: pa.Table,
    ) -> Replaced:
        """All rows of some owners become these. rows: of no other owner."""
        touched = {self.bucket_of(owner) for owner in owners}
        held = self._together(store, [one for one in files if one.bucket in touched])
        now = pa.concat_tables([held.filter(pc.invert(_are_of(held, owners))), rows.cast(self.schema)])
        made = self._put(target, now, touched)
        kept = [one for one in files if one.bucket not in touched]
        known = {one.file.sha256 for one in files}
        after = tuple(sorted((*kept, *made), key=lambda one: one.bucket))
        is_gone = len(after) < len(files)
        return Replaced(after, max(sum(one.file.sha256 not in known for one in made), int(is_gone)))

    def _together(self, store: Store, files: Iterable[RowFile]) -> pa.Table:
        tables = [pq.read_table(io.BytesIO(store.get(one.file.sha256))).cast(self.schema) for one in files]
        return pa.concat_tables([self.schema.empty_table(), *tables])

    def _put(self, target: Files, rows: pa.Table, buckets: Collection[int]) -> tuple[RowFile, ...]:
        numbers = {owner: self.bucket_of(owner) for owner in pc.unique(rows[OWNER]).to_pylist()}
        bucket_of_row = pa.array([numbers[owner] for owner in rows[OWNER].to_pylist()], pa.int64())
        made = []
        for bucket in sorted(buckets):
            own = rows.filter(pc.equal(bucket_of_row, bucket))
            if len(own):
                data = parquet_bytes(own.sort_by([(column, "ascending") for column in self._order]))
                file = StoredFile(sha256=target.put(data, ".parquet"), bytes=len(data))
                made.append(RowFile(bucket, len(own), file))
        return tuple(made)


def root_of(kind: str, format_: int, layout: str, files: Iterable[RowFile]) -> str:
    """The logical root of an artefact that is these files. layout: a digest of how it was made."""
    return digest(canonical_json([kind, format_, layout, [[one.bucket, one.file.sha256] for one in files]]))


def _are_of(rows: pa.Table, owners: Collection[str]) -> pa.ChunkedArray:
    return pc.is_in(rows[OWNER], value_set=pa.array(sorted(owners), pa.string()))
