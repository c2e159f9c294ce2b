"""Sweeping: removing objects that no published snapshot refers to, and what a dead writer left behind.

Whoever is about to leave the store in an in-between state first leaves a marker in `staging/`. A marker found
by the next writer means the last one died: everything nobody refers to is then removed before anything else.
Only live files are meant: what a disk, a file system's snapshot or a backup keeps of a deleted file is out of
reach from here.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from licet.store import store_layout
from licet.store.snapshots import drop_lines, list_names, read_snapshot, references
from licet.store.store_layout import SnapshotName
from licet.store.store_location import Files
from licet.terms import StoreError
from licet.terms.canonical import digest as sha256
from licet.terms.ids import is_id


@contextmanager
def writing(files: Files) -> Iterator[None]:
    """Hold the writer lock, with everything swept that a dead writer left."""
    with files.lock():
        if files.sizes(store_layout.STAGING):
            sweep(files)
        yield


def mark_unfinished(files: Files) -> str:
    """Leave a durable marker of unfinished business; return its path. The writer lock is held."""
    marker = f"{store_layout.STAGING}/{uuid.uuid4().hex}.unfinished"
    files.write(marker, b"")
    files.settle()
    return marker


def sweep(files: Files) -> list[str]:
    """Remove every object no snapshot refers to; return their digests, sorted. The writer lock is held.

    When this returns the removals survive a power cut.
    Raises: StoreError STOR-010 when a manifest is damaged: what it refers to is unknown, so nothing is removed.
    """
    kept: set[str] = set()
    for name in list_names(files):
        kept |= references(read_snapshot(files, name).manifest).keys()
    removed: set[str] = set()
    for prefix in files.folders(store_layout.OBJECTS):
        folder = f"{store_layout.OBJECTS}/{prefix}"
        for file_name in files.sizes(folder):
            digest = file_name.partition(".")[0]
            if digest not in kept:
                files.delete(f"{folder}/{file_name}")
                removed.add(digest)
    for kind in filter(is_id, files.folders(store_layout.LINES)):  # what others left there is not ours
        drop_lines(files, kind)
    files.settle()
    # Last, so that a sweep that dies is done again.
    for file_name in files.sizes(store_layout.STAGING):
        files.delete(f"{store_layout.STAGING}/{file_name}")
    return sorted(removed)


def read_manifests(files: Files, names: list[SnapshotName]) -> dict[str, bytes]:
    """By where they are to be kept, the manifests of snapshots that are about to be purged; a damaged one is none."""
    found = {name.purged_path: (files.read(name.path), name.id) for name in names}
    return {path: data for path, (data, id_) in found.items() if sha256(data) == id_}


def keep_manifests(files: Files, manifests: Mapping[str, bytes]) -> dict[str, bytes]:
    """Write them where they are kept; return those for which there is no room yet. The writer lock is held."""
    waiting = {}
    for path, data in manifests.items():
        try:
            files.write(path, data)
        except StoreError as error:
            if error.code != "STOR-004":
                raise
            waiting[path] = data
    files.settle()
    return waiting


def remove(files: Files, names: list[SnapshotName]) -> None:
    """Remove published snapshots, not yet their objects. Their numbers stay used. The writer lock is held."""
    if not names:
        return
    retired = files.sizes(store_layout.RETIRED)
    highest = max(name.sequence for name in names)
    if all(int(other) < highest for other in retired if other.isdigit()):
        files.write(store_layout.retired_path(highest), b"")
        files.settle()  # before the names go, or a crash in between would give their numbers again
        for other in retired:
            files.delete(f"{store_layout.RETIRED}/{other}")
    gone = {(name.kind, name.id) for name in names}
    for kind in {name.kind for name in names}:
        for file_name in files.sizes(f"{store_layout.SNAPSHOTS}/{kind}"):
            found = store_layout.parse_snapshot(kind, file_name)
            if found is not None and (kind, found.id) in gone:
                files.delete(found.path)
        drop_lines(files, kind)
    files.settle()
