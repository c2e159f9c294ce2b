"""The store: artefacts as content-addressed files, and published snapshots that name them.

A snapshot is there whole or not there, whatever dies when. Readers need no lock and check what they read;
one writer at a time holds the lock. Nothing here knows what an artefact means or whose data it holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from licet.store import store_layout
from licet.store.garbage_collection import (
    keep_manifests,
    mark_unfinished,
    read_manifests,
    remove,
    sweep,
    writing,
)
from licet.store.kept_readers import KeptReaders
from licet.store.objects import find_object, locate_object, open_object, read_object
from licet.store.record_file import RecordFile, RecordReader
from licet.store.residue_scan import Residue, scan
from licet.store.snapshot_build import Build, building
from licet.store.snapshots import (
    SnapshotRef,
    SnapshotsById,
    find_name,
    list_lines,
    list_names,
    list_purged,
    read_snapshot,
    references,
)
from licet.store.store_location import Files, files_at
from licet.store.store_verification import Problem, verify
from licet.terms import StoreError
from licet.terms.canonical import canonical_json


class Store:
    """An opened store. Use `Store.open`."""

    def __init__(self, files: Files, *, read_only: bool, readers: KeptReaders | None = None) -> None:
        self._files = files
        self.read_only = read_only
        self._readers = KeptReaders() if readers is None else readers

    @classmethod
    def open(
        cls,
        place: str | Path,
        *,
        create: bool = False,
        read_only: bool = False,
        readers: KeptReaders | None = None,
    ) -> Store:
        """Open the store at a path or an fsspec URL; make it first when `create` and nothing is there.

        readers: those that stay open when the same place is opened again; None for some of its own.

        Raises: StoreError STOR-001 for `create` with `read_only`, STOR-002 when the place is no store, STOR-003
        when a newer licet made it, STOR-015 when `create` finds other files there, STOR-019 for an unknown protocol.
        """
        files = files_at(place)
        store = cls(files, read_only=read_only, readers=readers)
        try:
            _check_marker(files, files.read(store_layout.MARKER))
        except FileNotFoundError:
            if not create:
                raise StoreError(
                    "STOR-002",
                    "this is not a store",
                    files.where,
                    "check the path, or open it with create=True",
                ) from None
            store._check_writable()
            _make(files)
        return store

    @property
    def where(self) -> str:
        """The folder or URL of the store."""
        return self._files.where

    @contextmanager
    def build(self, kind: str) -> Iterator[Build]:
        """Build snapshots of one kind, holding the writer lock.

        A block that raises, KeyboardInterrupt included, leaves the store with what it had published by then and
        nothing else. What a killed build leaves behind, the next writer removes.
        Raises: StoreError STOR-001 when read-only, STOR-005 when another writer is at work.
        """
        self._check_writable()
        store_layout.check_kind(kind)
        with writing(self._files), building(self._files, kind) as build:
            yield build

    def get(self, digest: str) -> bytes:
        """The bytes of an object. Raises: StoreError STOR-007 when missing, STOR-006 when damaged."""
        return read_object(self._files, digest)

    def has(self, digest: str) -> bool:
        """Whether the store holds the object; its bytes are not checked."""
        return find_object(self._files, digest) is not None

    def path(self, digest: str) -> str:
        """The absolute path or URL of an object, for readers that open files themselves. Not checked; see `verify`.

        Raises: StoreError STOR-007 when the store does not hold it.
        """
        return self._files.locate(locate_object(self._files, digest))

    def open_object(self, digest: str) -> BinaryIO:
        """An object as a file to read from, for pyarrow and others. Not checked; see `verify`.

        Raises: StoreError STOR-007 when the store does not hold it.
        """
        return open_object(self._files, digest)

    def records(self, file: RecordFile, dtype: Any, key: str | None = None) -> RecordReader:
        """A file of records to look some up in; what is read of it stays in memory, as `KeptReaders` has it."""
        return self._readers.of(self, file, dtype, key)

    def kinds(self) -> list[str]:
        """The kinds that have snapshots, sorted."""
        return sorted({name.kind for name in list_names(self._files)})

    def snapshots(self, kind: str | None = None) -> list[SnapshotRef]:
        """The published snapshots, newest last; of all kinds in the order they were published when `kind` is None.

        Raises: StoreError STOR-010 when a manifest is damaged.
        """
        return [read_snapshot(self._files, name) for name in list_names(self._files, kind)]

    def by_id(self) -> SnapshotsById:
        """The published snapshots of all kinds by their ids, each read when it is asked for. Raises: as `snapshots`."""
        return SnapshotsById(self._files)

    def newest(self, kind: str) -> Iterator[SnapshotRef]:
        """The published snapshots of a kind, newest first, each read when it is come to. Raises: as `snapshots`."""
        return (read_snapshot(self._files, name) for name in reversed(list_names(self._files, kind)))

    def by_line(self, kind: str) -> dict[str | None, Iterator[SnapshotRef]]:
        """The published snapshots of a kind by the line that `publish` was given, newest first, each read when it is
        come to; under None those published without one. Raises: as `snapshots`.
        """
        lines = list_lines(self._files, kind)
        return {line: map(partial(read_snapshot, self._files), names) for line, names in lines.items()}

    def snapshot(self, kind: str, which: str = "latest") -> SnapshotRef:
        """One snapshot: ``latest``, a name like ``corpus-7``, or at least 4 digits of an id.

        Raises: StoreError STOR-008 when there is none, STOR-009 when more than one, STOR-010 when it is damaged,
        STOR-020 when it was purged.
        """
        return read_snapshot(self._files, find_name(self._files, kind, which))

    def purged(self, kind: str | None = None) -> list[SnapshotRef]:
        """What is known of the snapshots that were purged, oldest first: their manifests, by which they are identified.

        Raises: StoreError STOR-010 when a manifest is damaged.
        """
        return [read_snapshot(self._files, name, purged=True) for name in list_purged(self._files, kind)]

    def files_of(self, snapshots: Iterable[SnapshotRef]) -> set[str]:
        """The paths in the store of the objects that snapshots refer to, as `scan` names them; those that are there."""
        wanted = {digest for one in snapshots for digest in references(one.manifest)}
        return {path for digest in wanted if (path := find_object(self._files, digest)) is not None}

    def remove(self, which: str) -> str:
        """Remove one snapshot, by id, start of an id or name; return its id. Its objects stay until `sweep`.

        Raises: StoreError STOR-001, STOR-005, STOR-008, STOR-009.
        """
        self._check_writable()
        with writing(self._files):
            name = find_name(self._files, None, which)
            remove(self._files, [name])
            return name.id

    def sweep(self) -> list[str]:
        """Remove the objects no snapshot refers to; return their digests, sorted.

        Raises: StoreError STOR-001, STOR-005, STOR-010 (nothing is removed while a manifest is damaged).
        """
        self._check_writable()
        with writing(self._files):
            removed = sweep(self._files)
        self._readers.drop(removed)
        return removed

    def purge(self, which: Iterable[str]) -> list[str]:
        """Remove snapshots and everything only they referred to; return the digests removed, sorted.

        Their manifests are kept, apart: they say what was there, and hold none of it.
        When this returns no live file of the store holds those objects, and a power cut does not bring them back;
        `scan` proves it. If the process dies in between, the next writer finishes.
        Raises: as `remove` and `sweep`; an unknown snapshot is found out before anything is removed.
        """
        self._check_writable()
        with writing(self._files):
            names = [find_name(self._files, None, each) for each in which]
            mark_unfinished(self._files)
            waiting = keep_manifests(self._files, read_manifests(self._files, names))
            remove(self._files, names)
            removed = sweep(self._files)
            keep_manifests(self._files, waiting)  # on a disk that was full there is room now
        self._readers.drop(removed)
        return removed

    def verify(self, line_of: Callable[[SnapshotRef], str | None] | None = None) -> list[Problem]:
        """Read everything published and say what is wrong with it; empty when all is well.

        line_of: what `publish` was given for a snapshot; where another line is said of it, that is STOR-021.
        """
        return verify(self._files, line_of)

    def scan(self, markers: Iterable[bytes]) -> list[Residue]:
        """Where in any file of the store any of `markers` can be found; see `licet.store.residue_scan`.

        A writable store is scanned under the writer lock, with the markers' decoys planted in it; a read-only
        one as it lies.
        Raises: StoreError STOR-012 when the scan cannot find its decoys, STOR-013 when a file cannot be looked
        into, STOR-018 for a marker under 4 bytes.
        """
        if self.read_only:
            return scan(self._files, list(markers), plant=False)
        with writing(self._files):
            return scan(self._files, list(markers), plant=True)

    def break_lock(self) -> None:
        """Take the writer lock from a writer that died; only a store that is not on a local disk ever needs it."""
        self._check_writable()
        self._files.break_lock()

    def _check_writable(self) -> None:
        if self.read_only:
            raise StoreError(
                "STOR-001", "the store was opened to be read only", self.where, "open it without read_only"
            )


def _make(files: Files) -> None:
    """Turn an empty place into a store. The marker makes it one; dying before it leaves an empty place."""
    files.prepare()
    strangers = [path for path in files.walk() if not path.startswith(f"{store_layout.STAGING}/")]
    if strangers:
        raise StoreError(
            "STOR-015",
            f"the folder holds other files ({strangers[0]})",
            files.where,
            "give an empty folder or one that does not exist yet",
        )
    files.write(
        store_layout.MARKER,
        canonical_json({"licet_store": store_layout.FORMAT_VERSION}) + b"\n",
        changing=True,
    )
    files.settle()


def _check_marker(files: Files, data: bytes) -> None:
    try:
        version = json.loads(data)["licet_store"]
    except (ValueError, KeyError, TypeError):
        version = None
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise StoreError(
            "STOR-002",
            "the marker of the store cannot be read",
            files.locate(store_layout.MARKER),
            f'restore it: {{"licet_store":{store_layout.FORMAT_VERSION}}}',
        )
    if version > store_layout.FORMAT_VERSION:
        raise StoreError(
            "STOR-003",
            f"the store has format {version}, and this licet reads up to {store_layout.FORMAT_VERSION}",
            files.where,
            "install a newer licet",
        )
