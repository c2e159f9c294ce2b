"""Artefacts on disk or any fsspec file system: content-addressed files, canonical manifests, published snapshots.

Guarantees that a published snapshot is whole whatever dies when (law 11), and that what is purged is in no live
file, checked by a scan that first proves it can find (law 9). Knows nothing of policies, people or uses.
"""

from licet.store.kept_readers import KeptReaders
from licet.store.parquet_writer import parquet_bytes
from licet.store.record_file import RecordFile, RecordReader, Records, pack_records
from licet.store.residue_scan import Residue
from licet.store.snapshot_build import Build
from licet.store.snapshots import SnapshotRef
from licet.store.store import Store
from licet.store.store_verification import Problem

__all__ = [
    "Build",
    "KeptReaders",
    "Problem",
    "RecordFile",
    "RecordReader",
    "Records",
    "Residue",
    "SnapshotRef",
    "Store",
    "pack_records",
    "parquet_bytes",
]
