"""The use `search`: permitted rows in buckets of their owners, of which an index is made when something is looked for.

Nothing is learnt: a row is found by its own words, while it is permitted. `update` reads the rows of whom a change
touched and writes the buckets that they lie in; what comes of it is a build's, byte for byte. The index
(`text_index`) is no part of the artefact: it is made of these rows alone.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.access import Access
from licet.store import SnapshotRef, Store
from licet.uses.manifest import Manifest, read_manifest
from licet.uses.row_buckets import OWNER, RowBuckets, RowFile, root_of
from licet.uses.run import version_of
from licet.uses.search.search_layout import FILE_NAME, SearchLayout, load_search_layout
from licet.uses.search.searchable_rows import SEARCHABLE, searchable_rows
from licet.uses.use import Changed, Contents, Everyone, Foreseen, Parents, Shown, Workbench

KIND = "search"


class SearchManifest(Manifest):
    """files: the rows, by bucket. counts: documents, too."""

    layout: SearchLayout
    files: tuple[RowFile, ...]


class Search:
    """What a workspace lets be searched; see `licet.uses.use`."""

    name = KIND
    format = 2
    learns = False
    manifest = SearchManifest
    parents: tuple[str, ...] = ()

    def __init__(self, layout: Callable[[], SearchLayout]) -> None:
        """layout: what reads it; what an artefact holds is told without."""
        self._read = layout

    @functools.cached_property
    def layout(self) -> SearchLayout:
        return self._read()

    def asks_for(self) -> Mapping[str, Collection[str]]:
        asked: dict[str, set[str]] = {}
        for searched in self.layout.kinds.values():
            asked.setdefault(searched.table, set()).update(searched.columns)
        return asked

    def counted(self) -> tuple[str, ...]:
        return tuple(self.asks_for())

    def settings(self) -> Mapping[str, SearchLayout]:
        return {"layout": self.layout}

    def environment(self) -> dict[str, str]:
        return {"pyarrow": version_of("pyarrow")}

    def build(self, bench: Workbench) -> Contents:
        bench.progress("reading what may be found", 0, None)
        rows = searchable_rows(bench.access, self.layout)
        files = _buckets(self.layout, bench.access.secret).written(bench.files, rows)
        people = Everyone(_subjects(rows))
        return Contents(self._root(files), {"files": files}, _counts(files), people, len(files))

    def update(self, bench: Workbench, earlier: SearchManifest, touched: frozenset[str]) -> Contents:
        bench.progress("reading what changed", 0, None)
        buckets = _buckets(self.layout, bench.access.secret)
        before = _subjects(buckets.read(bench.store, earlier.files, touched))
        rows = searchable_rows(bench.access, self.layout, touched)
        files, written = buckets.replaced(bench.store, bench.files, earlier.files, touched, rows)
        now = _subjects(rows)
        people = Changed(now, sorted(set(before) - set(now)))
        return Contents(self._root(files), {"files": files}, _counts(files), people, written)

    def foresee(
        self, access: Access, store: Store, earlier: SnapshotRef, subject: str, parents: Parents
    ) -> Foreseen:
        said = read_manifest(SearchManifest, earlier)
        touched = access.with_referring(tuple(self.asks_for()), frozenset({subject}))
        rows = _buckets(said.layout, access.secret).read(store, said.files, touched)
        then, now = (
            {row["document_id"]: row for row in table.to_pylist()}
            for table in (rows, searchable_rows(access, self.layout, touched))
        )
        both = then.keys() & now.keys()
        return Foreseen(
            [_shown(then[id_], subject) for id_ in sorted(then.keys() - both)],
            [_shown(now[id_], subject) for id_ in sorted(now.keys() - both)],
            [_shown(now[id_], subject) for id_ in sorted(both) if then[id_] != now[id_]],
        )

    def about(
        self, store: Store, snapshot: SnapshotRef, secret: bytes, subject: str, parents: Parents
    ) -> Sequence[Shown]:
        said = read_manifest(SearchManifest, snapshot)
        rows = _buckets(said.layout, secret).read(store, said.files, [subject]).sort_by("document_id")
        return [_shown(row, subject) for row in rows.to_pylist()]

    def _root(self, files: Sequence[RowFile]) -> str:
        return root_of(KIND, self.format, self.layout.digest, files)


def open_search(root: Path) -> Search:
    """What is searched in a workspace, by its `search.yaml`."""
    return Search(lambda: load_search_layout(root / FILE_NAME))


def rows_of_kind(
    store: Store,
    said: SearchManifest,
    secret: bytes,
    kind: str,
    without: Collection[str] = (),
) -> pa.Table:
    """The rows of one kind, by their ids. without: those of some people. Raises: as `Store.get`."""
    rows = _buckets(said.layout, secret).read(store, said.files)
    rows = rows.filter(pc.equal(rows["kind"], kind)).sort_by("document_id")
    if not without:
        return rows
    return rows.filter(pc.invert(pc.is_in(rows[OWNER], value_set=pa.array(sorted(without), pa.string()))))


def _buckets(layout: SearchLayout, secret: bytes) -> RowBuckets:
    return RowBuckets(SEARCHABLE, [OWNER, "document_id"], secret, layout.buckets)


def _counts(files: Sequence[RowFile]) -> dict[str, int]:
    return {"documents": sum(one.rows for one in files)}


def _subjects(rows: pa.Table) -> list[str]:
    return sorted(pc.unique(rows["subject"].drop_null()).to_pylist())


def _shown(row: dict[str, Any], subject: str) -> Shown:
    """Words only to whom they are about."""
    return {
        "document_id": row["document_id"], "kind": row["kind"], "key": row["key"] or row["document_id"],
        "language": None, "created": row["created"],
        "text": "\n".join(_told(row)) if row["subject"] == subject else None,
    }  # fmt: skip


def _told(row: dict[str, Any]) -> Iterator[str]:
    yield row["title"]
    for part in (row["text"], row["place"], row["seniority"], ", ".join(row["skills"])):
        if part:
            yield part
