"""Snapshots: published manifests, found by kind and order, and the objects they refer to.

A manifest refers to an object by any dict with the key ``sha256`` (and, if it likes, ``bytes``), at any depth.
A file name alone says sequence, kind and id, so listing, removing and numbering never depend on a readable
manifest; reading one always checks it against its id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from licet.store import store_layout
from licet.store.store_layout import SnapshotName
from licet.store.store_location import Files
from licet.terms import StoreError
from licet.terms.canonical import JsonObject, canonical_json, digest

SHORTEST_PREFIX = 4


@dataclass(frozen=True, slots=True)
class SnapshotRef:
    """One published snapshot.

    id:       SHA-256 of its canonical manifest.
    kind:     what it is a snapshot of, e.g. ``corpus``.
    name:     kind and sequence number, e.g. ``corpus-7``; never given twice in one store.
    sequence: its place in the order of publishing, over all kinds of the store.
    manifest: as it was published.
    """

    id: str
    kind: str
    name: str
    sequence: int
    manifest: JsonObject


class SnapshotsById(Mapping[str, SnapshotRef]):
    """The published snapshots by their ids, oldest first, as they were listed; each is read when it is first asked for.

    One that is removed in between is there no more. Raises: StoreError STOR-010 when a manifest is damaged.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._names = {name.id: name for name in list_names(files)}
        self._read: dict[str, SnapshotRef] = {}

    def __getitem__(self, id_: str) -> SnapshotRef:
        if id_ not in self._read:
            try:
                self._read[id_] = read_snapshot(self._files, self._names[id_])
            except StoreError as error:
                if error.code == "STOR-008":
                    raise KeyError(id_) from None
                raise
        return self._read[id_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._names


def list_names(files: Files, kind: str | None = None) -> list[SnapshotName]:
    """The published snapshots, oldest first; of every kind when `kind` is None.

    An id published again counts once, as its newest: a crash between publishing and removing the older name
    leaves both for a moment.
    """
    return _list(files, store_layout.SNAPSHOTS, kind)


def list_lines(files: Files, kind: str) -> dict[str | None, list[SnapshotName]]:
    """The published snapshots of a kind by their line, newest first; under None those of which none was said, or more
    than one.

    Costs the names alone: no manifest is read.
    """
    said, found = said_lines(files, kind), dict[str | None, list[SnapshotName]]()
    for name in reversed(list_names(files, kind)):
        found.setdefault(said.get(name), []).append(name)
    return found


def said_lines(files: Files, kind: str) -> dict[SnapshotName, str | None]:
    """What line is said of each name; None where more than one is."""
    said: dict[SnapshotName, str | None] = {}
    for name, line in filter(
        None, (store_layout.parse_line(kind, each) for each in _line_files(files, kind))
    ):
        said[name] = None if name in said else line
    return said


def drop_lines(files: Files, kind: str) -> None:
    """Remove what is said of snapshots that are there no more."""
    names = set(list_names(files, kind))
    for each in _line_files(files, kind):
        found = store_layout.parse_line(kind, each)
        if found is not None and found[0] not in names:
            files.delete(store_layout.line_path(*found))


def _line_files(files: Files, kind: str) -> list[str]:
    return sorted(files.sizes(f"{store_layout.LINES}/{store_layout.check_kind(kind)}"))


def list_purged(files: Files, kind: str | None = None) -> list[SnapshotName]:
    """The snapshots that were purged, oldest first; their manifests are kept."""
    return _list(files, store_layout.PURGED, kind)


def _list(files: Files, folder: str, kind: str | None) -> list[SnapshotName]:
    kinds = files.folders(folder) if kind is None else [store_layout.check_kind(kind)]
    newest: dict[tuple[str, str], SnapshotName] = {}
    for each in kinds:
        for file_name in sorted(files.sizes(f"{folder}/{each}")):
            name = store_layout.parse_snapshot(each, file_name)
            if name is not None:
                newest[each, name.id] = name
    return sorted(newest.values())


def next_sequence(files: Files) -> int:
    """The number for the next snapshot: higher than any published or removed."""
    used = [name.sequence for name in list_names(files)]
    used += [int(name) for name in files.sizes(store_layout.RETIRED) if name.isdigit()]
    return max(used, default=0) + 1


def read_snapshot(files: Files, name: SnapshotName, *, purged: bool = False) -> SnapshotRef:
    """Read a published manifest, or that of one that was purged.

    Raises: StoreError STOR-010 when its bytes are not those of its id, STOR-008 when it has been removed since.
    """
    path = name.purged_path if purged else name.path
    try:
        data = files.read(path)
    except FileNotFoundError:
        raise StoreError(
            "STOR-008", f"snapshot {name.id[:12]} was removed", files.where, "list the snapshots again"
        ) from None
    if digest(data) != name.id:
        raise StoreError(
            "STOR-010",
            "the manifest of a snapshot was changed after it was published",
            files.locate(path),
            "restore it from a copy, or remove the snapshot by its id",
        )
    manifest: JsonObject = json.loads(data)
    return SnapshotRef(name.id, name.kind, f"{name.kind}-{name.sequence}", name.sequence, manifest)


def find_name(files: Files, kind: str | None, which: str) -> SnapshotName:
    """The snapshot that ``latest``, a name like ``corpus-7`` or the start of an id means.

    Raises: StoreError STOR-008 when there is none, STOR-009 when an id starts so more than once.
    """
    names = list_names(files, kind)
    if which != "latest" and not _named(names, which) and (purged := _named(list_purged(files, kind), which)):
        raise StoreError(
            "STOR-020",
            f"snapshot {purged[0].kind}-{purged[0].sequence} was purged; what it was, its manifest says still",
            files.locate(purged[0].purged_path),
            "name one that is there; none of the files of this one is",
        )
    if (
        which == "latest" and names and kind is not None
    ):  # never "the latest of whatever": removing needs a name
        return names[-1]
    found = _named(names, which)
    if len(found) > 1:
        raise StoreError(
            "STOR-009",
            f"{which!r} is the start of {len(found)} snapshot ids",
            files.where,
            "give more digits: " + ", ".join(name.id[: len(which) + 8] for name in found[:4]),
        )
    if not found:
        of_kind = f"{kind} snapshot" if kind else "snapshot"
        latest = which == "latest" and kind is not None
        raise StoreError(
            "STOR-008",
            f"there is no {of_kind} yet" if latest else f"there is no {of_kind} {which!r}",
            files.where,
            "build one first" if latest else "list the snapshots and give at least 4 digits of an id",
        )
    return found[0]


def _named(names: list[SnapshotName], which: str) -> list[SnapshotName]:
    """Those of a name, or else whose id starts so."""
    found = [name for name in names if f"{name.kind}-{name.sequence}" == which]
    if not found and len(which) >= SHORTEST_PREFIX:
        found = [name for name in names if name.id.startswith(which)]
    return found


def manifest_bytes(manifest: JsonObject) -> bytes:
    """The canonical bytes of a manifest.

    Raises: StoreError STOR-011 when it holds something canonical JSON cannot: a float, bytes, a lone surrogate.
    """
    try:
        return canonical_json(manifest)
    except (TypeError, UnicodeEncodeError) as error:
        raise StoreError(
            "STOR-011",
            f"the manifest cannot be written: {error}",
            fix="use only dicts with string keys, lists, strings, integers, booleans and None",
        ) from error


def references(manifest: JsonObject) -> dict[str, int | None]:
    """The objects a manifest refers to: digest to size in bytes, None where the manifest does not say.

    Raises: StoreError STOR-011 when a ``sha256`` is not a digest, or sizes disagree.
    """
    found: dict[str, int | None] = {}
    for entry in _entries(manifest):
        digest_, size = entry["sha256"], entry.get("bytes")
        if not store_layout.is_digest(digest_):
            raise StoreError(
                "STOR-011",
                f"the manifest refers to {digest_!r}, which is no digest",
                fix="give what put() returned",
            )
        known = found.get(digest_)
        if size is not None and (not isinstance(size, int) or known not in (None, size)):
            raise StoreError(
                "STOR-011",
                f"the manifest gives object {digest_[:12]} the size {size!r}",
                fix="give its one size in whole bytes, or none",
            )
        found[digest_] = size if known is None else known
    return found


def _entries(value: Any) -> Iterator[JsonObject]:
    if isinstance(value, dict):
        if "sha256" in value:
            yield value
        items: Iterable[Any] = value.values()
    else:
        items = value
    for item in items:
        if isinstance(item, (dict, list, tuple)):
            yield from _entries(item)
