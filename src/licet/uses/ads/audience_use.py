"""The use `ads`: the audiences of one recipient, in buckets of their members. It learns nothing and holds no address.

An artefact is of one purpose and one recipient, and has all audiences of theirs: who is in which, by which identifier
of the scheme that the audience goes by. What was ever delivered of it is `licet.deliveries`' to know.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.access import Access
from licet.store import SnapshotRef, Store
from licet.terms.canonical import canonical_json, digest
from licet.uses.ads.listed_members import LISTED, listed_members
from licet.uses.ads.segment import FILE_NAME, SegmentLayout, load_segments
from licet.uses.manifest import Manifest, read_manifest
from licet.uses.row_buckets import OWNER, RowBuckets, RowFile, root_of
from licet.uses.run import version_of
from licet.uses.use import Changed, Contents, Everyone, Foreseen, Parents, Shown, Workbench

KIND = "ads"


class AudienceManifest(Manifest):
    """files: who is in which audience, by bucket. counts: listed, rows of these, too."""

    layout: SegmentLayout
    files: tuple[RowFile, ...]


class Audiences:
    """Who is in which audience; see `licet.uses.use`."""

    name = KIND
    format = 1
    learns = False
    manifest = AudienceManifest
    parents: tuple[str, ...] = ()

    def __init__(self, layout: Callable[[], SegmentLayout]) -> None:
        """layout: what reads it; what an artefact holds is told without."""
        self._read = layout

    @functools.cached_property
    def layout(self) -> SegmentLayout:
        return self._read()

    def asks_for(self) -> Mapping[str, Collection[str]]:
        identifiers = self.layout.identifiers
        asked: dict[str, set[str]] = {identifiers.table: {*identifiers.columns.values()}}
        for segment in self.layout.segments.values():
            for value in segment.where:
                reviewed = self.layout.values[value]
                asked.setdefault(reviewed.table, set()).add(reviewed.column)
        return asked

    def counted(self) -> tuple[str, ...]:
        return (self.layout.identifiers.table,)

    def settings(self) -> Mapping[str, SegmentLayout]:
        return {"layout": self.layout}

    def environment(self) -> dict[str, str]:
        return {"pyarrow": version_of("pyarrow")}

    def build(self, bench: Workbench) -> Contents:
        bench.progress("reading who may be listed", 0, None)
        rows = listed_members(bench.access, self.layout)
        files = _buckets(self.layout, bench.access.secret).written(bench.files, rows)
        people = Everyone(_people(rows))
        return Contents(self._root(files), {"files": files}, _counts(files), people, len(files))

    def update(self, bench: Workbench, earlier: AudienceManifest, touched: frozenset[str]) -> Contents:
        bench.progress("reading what changed", 0, None)
        buckets = _buckets(self.layout, bench.access.secret)
        then = _people(buckets.read(bench.store, earlier.files, touched))
        rows = listed_members(bench.access, self.layout, touched)
        files, written = buckets.replaced(bench.store, bench.files, earlier.files, touched, rows)
        now = _people(rows)
        people = Changed(now, sorted({*then} - {*now}))
        return Contents(self._root(files), {"files": files}, _counts(files), people, written)

    def foresee(
        self, access: Access, store: Store, earlier: SnapshotRef, subject: str, parents: Parents
    ) -> Foreseen:
        said = read_manifest(AudienceManifest, earlier)
        touched = access.with_referring(tuple(self.asks_for()), frozenset({subject}))
        then, now = (
            {(row[OWNER], row["audience"]) for row in rows.to_pylist()}
            for rows in (
                _buckets(said.layout, access.secret).read(store, said.files, touched),
                listed_members(access, self.layout, touched),
            )
        )
        return Foreseen(
            [_shown(*one, subject) for one in sorted(then - now)],
            [_shown(*one, subject) for one in sorted(now - then)],
            (),
        )

    def about(
        self, store: Store, snapshot: SnapshotRef, secret: bytes, subject: str, parents: Parents
    ) -> Sequence[Shown]:
        said = read_manifest(AudienceManifest, snapshot)
        rows = _buckets(said.layout, secret).read(store, said.files, [subject])
        return [
            _shown(subject, audience, subject) for audience in sorted(pc.unique(rows["audience"]).to_pylist())
        ]

    def _root(self, files: Sequence[RowFile]) -> str:
        return root_of(KIND, self.format, self.layout.digest, files)


def open_audiences(root: Path) -> Audiences:
    """The audiences of a workspace, by its `segments.yaml`."""
    return Audiences(lambda: load_segments(root / FILE_NAME))


def listed_in(store: Store, said: AudienceManifest, secret: bytes) -> pa.Table:
    """Everybody in the audiences of an artefact; of LISTED. Raises: as `Store.get`."""
    return _buckets(said.layout, secret).read(store, said.files)


def _buckets(layout: SegmentLayout, secret: bytes) -> RowBuckets:
    return RowBuckets(LISTED, [OWNER, "audience", "identifier"], secret, layout.buckets)


def _counts(files: Sequence[RowFile]) -> dict[str, int]:
    return {"listed": sum(one.rows for one in files)}


def _people(rows: pa.Table) -> list[str]:
    return sorted(pc.unique(rows[OWNER]).to_pylist())


def _shown(owner: str, audience: str, subject: str) -> Shown:
    """That somebody is in an audience is theirs alone to know."""
    return {
        "document_id": digest(canonical_json(["member of an audience", audience, owner]))[:32],
        "kind": "audience",
        "key": audience if owner == subject else "of somebody else",
        "language": None,
        "text": None,
    }
