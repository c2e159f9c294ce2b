"""A build: objects are put, then a manifest is published, and only then has anything happened.

What is durable when: `put` leaves the bytes on the disk under their name; until `publish` a power cut may lose
the name, and nothing refers to it. `publish` first makes all names of objects durable, then moves the manifest
into place (one rename) and makes that durable. If the process dies before the rename, the store is as it was
but for objects nobody refers to, which the next writer removes; if it dies after, the snapshot is whole.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from licet.store import store_layout
from licet.store.garbage_collection import mark_unfinished
from licet.store.objects import find_object
from licet.store.snapshots import (
    SnapshotRef,
    drop_lines,
    list_names,
    manifest_bytes,
    next_sequence,
    read_snapshot,
    references,
)
from licet.store.store_layout import SnapshotName
from licet.store.store_location import Files
from licet.terms import StoreError
from licet.terms.canonical import JsonObject
from licet.terms.canonical import digest as sha256


class Build:
    """What `Store.build` hands out. Good until its `with` block ends."""

    def __init__(self, files: Files, kind: str) -> None:
        self.kind = kind
        self._files = files
        self._open = True
        self._added: set[str] = set()
        self._referred: dict[str, frozenset[str]] = {}  # by the id of what was, or was about to be, published
        self._putting: set[int] = set()  # the threads that are
        self._quiet = threading.Condition()

    def put(self, data: bytes, suffix: str = "") -> str:
        """Make sure the store holds `data`, and return its SHA-256. What is already there is not written again.

        `suffix` (``.parquet``) ends the file's name when it is new; the first one given stays. Several threads may put
        at once.
        Raises: StoreError STOR-004 when the disk is full, STOR-016 for an odd suffix, STOR-017 after the block.
        """
        with self._held_open():
            return self._put(data, suffix)

    def _put(self, data: bytes, suffix: str) -> str:
        digest = sha256(data)
        path = store_layout.object_path(digest, suffix)
        held = find_object(self._files, digest)
        if held is None:
            # Noted before it is written: if we are interrupted in between, the end of the block still knows of it.
            self._added.add(digest)
            self._files.write(path, data)
        elif self._files.read(held) != data:
            self._files.write(
                held, data
            )  # damaged since it was put: mended for every snapshot that refers to it
        return digest

    def publish(self, manifest: JsonObject, line: str | None = None) -> str:
        """Publish a snapshot and return its id. When this returns, the snapshot is listed and survives a power cut.

        The same manifest again is the same snapshot: it becomes the newest, under one name.
        line: 16 hex digits, the same for all of which only the newest is wanted; see `Store.by_line`.
        Raises: StoreError STOR-011 when the manifest cannot be written as canonical JSON or refers to an object
        that the store does not hold, STOR-016 for an odd line, STOR-017 after the block.
        """
        return self.published(manifest, manifest_bytes(manifest), line).id

    def published(
        self, manifest: JsonObject, data: bytes, line: str | None = None, earlier: SnapshotRef | None = None
    ) -> SnapshotRef:
        """The same, for who has the canonical bytes of the manifest already.

        earlier: another of the kind, whose objects are there while it is published, and not looked for one by one.
        Raises: as `publish`.
        """
        self._check_open()
        wanted = references(manifest)
        names = list_names(self._files, self.kind)
        is_there = earlier is not None and any(name.id == earlier.id for name in names)
        known = references(earlier.manifest) if earlier is not None and is_there else {}
        self._check_references(
            {each: size for each, size in wanted.items() if size is None or known.get(each) != size}
        )
        id_ = sha256(data)
        self._referred[id_] = frozenset(wanted)
        # The newest again is written again all the same: its writer may have died before it was durable.
        again = bool(names) and names[-1].id == id_
        name = names[-1] if again else SnapshotName(next_sequence(self._files), self.kind, id_)
        if (
            line is not None
        ):  # who finds the manifest finds this; where a power cut lost it, the manifest is read
            self._files.write(store_layout.line_path(name, line), b"")
        self._files.settle()  # every object the manifest refers to, before the manifest
        self._files.write(name.path, data)
        self._files.settle()  # from here on the snapshot is published
        for older in names:
            if older.id == id_ and older != name:
                self._files.delete(older.path)
                drop_lines(self._files, self.kind)
        return SnapshotRef(id_, self.kind, f"{self.kind}-{name.sequence}", name.sequence, manifest)

    def _check_references(self, wanted: dict[str, int | None]) -> None:
        held: dict[str, int] = {}
        for folder in {store_layout.object_folder(digest) for digest in wanted}:
            held |= {name.partition(".")[0]: size for name, size in self._files.sizes(folder).items()}
        for digest, size in wanted.items():
            if digest not in held:
                what = f"the manifest refers to object {digest}, which the store does not hold"
            elif size not in (None, held[digest]):
                what = f"the manifest says object {digest} has {size} bytes, and it has {held[digest]}"
            else:
                continue
            raise StoreError(
                "STOR-011", what, self._files.where, "put() the object in this build, then publish"
            )

    def _check_open(self) -> None:
        if not self._open:
            raise StoreError(
                "STOR-017", "the build is over", self._files.where, "put and publish inside the with block"
            )

    @contextmanager
    def _held_open(self) -> Iterator[None]:
        """While this block runs the build does not end under it: see `_close`."""
        thread = threading.get_ident()
        try:
            with self._quiet:
                self._check_open()
                self._putting.add(thread)
            yield
        finally:
            with self._quiet:
                self._putting.discard(thread)
                self._quiet.notify_all()

    def _close(self, before: frozenset[SnapshotName]) -> None:
        """Remove what this build added and no snapshot of this build refers to.

        What other threads are putting is waited for, and nothing can be put any more: an interrupt can leave a
        thread at work that its pool no longer knows, and what it wrote after we looked would stay.
        """
        ours = {threading.get_ident()}
        with self._quiet:
            self._open = False
            self._quiet.wait_for(lambda: self._putting <= ours)
        kept: set[str] = set()
        # Which are there is asked of the disk and not of memory: an interrupt may fall between the rename and our
        # noting it. What one refers to was noted before it, by its id, and cannot be other.
        for name in list_names(self._files):
            if name not in before and self._added:
                known = self._referred.get(name.id)
                kept |= (
                    references(read_snapshot(self._files, name).manifest).keys() if known is None else known
                )
        folders = {store_layout.object_folder(digest) for digest in self._added - kept}
        for folder in folders:
            for file_name in self._files.sizes(folder):
                digest = file_name.partition(".")[0]
                if digest in self._added and digest not in kept:
                    self._files.delete(f"{folder}/{file_name}")


@contextmanager
def building(files: Files, kind: str) -> Iterator[Build]:
    """A build on a store whose writer lock is held."""
    marker = mark_unfinished(files)
    before = frozenset(list_names(files))
    build = Build(files, kind)
    try:
        yield build
    finally:
        build._close(before)
        files.settle()
        files.delete(marker)  # not reached when cleaning up fails: then the next writer does it
