"""The use `people`: permitted edges in buckets of their owners. It learns: others are suggested by way of who is in it.

An edge lies with both of its ends. `update` takes every edge of whom a change touched out of both, reads theirs anew
and puts them back; only the buckets of these people and of whom they know are written, to the bytes of a build.
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
from licet.uses.manifest import Manifest, read_manifest
from licet.uses.people.people_layout import FILE_NAME, ListSetting, PeopleLayout, load_people_layout
from licet.uses.people.permitted_edges import EDGES, permitted_edges
from licet.uses.row_buckets import OWNER, RowBuckets, RowFile, root_of
from licet.uses.run import version_of
from licet.uses.use import Changed, Contents, Everyone, Foreseen, Parents, Shown, Workbench

KIND = "people"


class PeopleManifest(Manifest):
    """files: the edges, by bucket. counts: edges, each once, too."""

    layout: PeopleLayout
    files: tuple[RowFile, ...]


class People:
    """Whom members know; see `licet.uses.use`."""

    name = KIND
    format = 1
    learns = True
    manifest = PeopleManifest
    parents: tuple[str, ...] = ()

    def __init__(self, layout: Callable[[], PeopleLayout]) -> None:
        """layout: what reads it; what an artefact holds is told without."""
        self._read = layout

    @functools.cached_property
    def layout(self) -> PeopleLayout:
        return self._read()

    def asks_for(self) -> Mapping[str, Collection[str]]:
        asked: dict[str, set[str]] = {self.layout.edges.table: set(self.layout.edges.columns)}
        if isinstance(self.layout.lists, ListSetting):
            asked.setdefault(self.layout.lists.table, set()).add(self.layout.lists.column)
        return asked

    def counted(self) -> tuple[str, ...]:
        return (self.layout.edges.table,)

    def settings(self) -> Mapping[str, PeopleLayout]:
        return {"layout": self.layout}

    def environment(self) -> dict[str, str]:
        return {"pyarrow": version_of("pyarrow")}

    def build(self, bench: Workbench) -> Contents:
        bench.progress("reading edges", 0, None)
        edges = permitted_edges(bench.access, self.layout)
        files = _buckets(self.layout, bench.access.secret).written(bench.files, edges)
        people = Everyone(pc.unique(edges[OWNER]).to_pylist())
        return Contents(self._root(files), {"files": files}, _counts(files), people, len(files))

    def update(self, bench: Workbench, earlier: PeopleManifest, touched: frozenset[str]) -> Contents:
        bench.progress("reading what changed", 0, None)
        buckets = _buckets(self.layout, bench.access.secret)
        before = buckets.read(bench.store, earlier.files, touched)
        after = permitted_edges(bench.access, self.layout, touched)
        reached = touched | {*before["other"].to_pylist(), *after[OWNER].to_pylist()}
        then = buckets.read(bench.store, earlier.files, reached)
        now = _with(then, touched, after)
        files, written = buckets.replaced(bench.store, bench.files, earlier.files, reached, now)
        there, gone = (set(pc.unique(edges[OWNER]).to_pylist()) for edges in (now, then))
        people = Changed(sorted(there), sorted(gone - there))
        return Contents(self._root(files), {"files": files}, _counts(files), people, written)

    def foresee(
        self, access: Access, store: Store, earlier: SnapshotRef, subject: str, parents: Parents
    ) -> Foreseen:
        said = read_manifest(PeopleManifest, earlier)
        touched = access.with_referring(tuple(self.asks_for()), frozenset({subject}))
        then, now = (
            {_id(who, whom): (who, whom) for who, whom in _ends(edges)}
            for edges in (
                _buckets(said.layout, access.secret).read(store, said.files, touched),
                permitted_edges(access, self.layout, touched),
            )
        )
        leaving, coming = (
            [pair for id_, pair in one.items() if id_ not in other]
            for one, other in ((then, now), (now, then))
        )
        return Foreseen([_shown(*pair) for pair in leaving], [_shown(*pair) for pair in coming], ())

    def about(
        self, store: Store, snapshot: SnapshotRef, secret: bytes, subject: str, parents: Parents
    ) -> Sequence[Shown]:
        said = read_manifest(PeopleManifest, snapshot)
        edges = _buckets(said.layout, secret).read(store, said.files, [subject])
        return [_shown(*ends) for ends in sorted(_ends(edges))]

    def _root(self, files: Sequence[RowFile]) -> str:
        return root_of(KIND, self.format, self.layout.digest, files)


def open_people(root: Path) -> People:
    """Whom members of a workspace know, by its `people.yaml`."""
    return People(lambda: load_people_layout(root / FILE_NAME))


def edges_now(
    store: Store, said: PeopleManifest, secret: bytes, touched: Collection[str], after: pa.Table
) -> pa.Table:
    """All edges of an artefact as an update would have them. after: those that some touched people have now."""
    return _with(_buckets(said.layout, secret).read(store, said.files), touched, after)


def _with(edges: pa.Table, touched: Collection[str], after: pa.Table) -> pa.Table:
    if not touched:
        return edges
    some = pa.array(sorted(touched), pa.string())
    is_old = pc.or_(pc.is_in(edges[OWNER], value_set=some), pc.is_in(edges["other"], value_set=some))
    return pa.concat_tables([edges.filter(pc.invert(is_old)), after])


def _buckets(layout: PeopleLayout, secret: bytes) -> RowBuckets:
    return RowBuckets(EDGES, [OWNER, "other"], secret, layout.buckets)


def _counts(files: Sequence[RowFile]) -> dict[str, int]:
    return {"edges": sum(one.rows for one in files) // 2}


def _ends(edges: pa.Table) -> list[tuple[str, str]]:
    return list(zip(edges[OWNER].to_pylist(), edges["other"].to_pylist(), strict=True))


def _id(who: str, whom: str) -> str:
    return digest(canonical_json(["edge of people", *sorted((who, whom))]))[:32]


def _shown(who: str, whom: str) -> Shown:
    """An edge is of both ends, so no words of it are anybody's alone."""
    return {"document_id": _id(who, whom), "kind": "connection", "key": whom, "language": None, "text": None}
