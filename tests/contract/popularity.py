"""How often each post is liked: a use in one file. Who likes what is kept, so that it can be undone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from licet.enforce import Access
from licet.store import SnapshotRef, Store
from licet.terms.canonical import canonical_json, digest
from licet.uses.manifest import Manifest, StoredFile, read_manifest
from licet.uses.use import Contents, Everyone, Foreseen, Parents, Shown, Workbench

Likes = frozenset[tuple[str, str]]


class PopularityManifest(Manifest):
    """likes: the file of who likes what."""

    likes: StoredFile


class Popularity:
    name, format, learns, manifest, parents = "popularity", 1, False, PopularityManifest, ()

    def asks_for(self) -> Mapping[str, set[str]]:
        return {"likes": {"post", "at"}}

    def counted(self) -> tuple[str, ...]:
        return ("likes",)

    def settings(self) -> dict[str, str]:
        return {}

    def environment(self) -> dict[str, str]:
        return {}

    def build(self, bench: Workbench) -> Contents:
        return self._contents(bench, _liked(bench.access))

    def update(self, bench: Workbench, earlier: PopularityManifest, touched: frozenset[str]) -> Contents:
        held = _read(bench.store, earlier.likes)
        kept = frozenset(like for like in held if like[0] not in touched)
        return self._contents(bench, kept | _liked(bench.access, touched), held)

    def foresee(
        self, access: Access, store: Store, earlier: SnapshotRef, subject: str, parents: Parents
    ) -> Foreseen:
        touched, held = (
            access.with_referring(["likes"], frozenset({subject})),
            _read(store, read_manifest(PopularityManifest, earlier).likes),
        )
        kept = frozenset(like for like in held if like[0] not in touched)
        now = kept | _liked(access, touched)
        return Foreseen([_shown(like) for like in held - now], [_shown(like) for like in now - held], [])

    def about(
        self, store: Store, snapshot: SnapshotRef, secret: bytes, subject: str, parents: Parents
    ) -> list[Shown]:
        likes = read_manifest(PopularityManifest, snapshot).likes
        return [_shown(like) for like in sorted(_read(store, likes)) if like[0] == subject]

    def _contents(self, bench: Workbench, likes: Likes, held: Likes | None = None) -> Contents:
        bench.progress("counting likes", 0, None)
        data = canonical_json(sorted(likes))
        file = StoredFile(sha256=bench.files.put(data, ".json"), bytes=len(data))
        counts = Counter(post for _, post in likes)
        people = Everyone(sorted({who for who, _ in likes}))
        return Contents(
            digest(canonical_json(counts)), {"likes": file}, {"posts": len(counts)}, people, likes != held
        )


def open_popularity(root: Path) -> Popularity:
    return Popularity()


def _liked(access: Access, subjects: frozenset[str] | None = None) -> Likes:
    rows = access.events("likes", subjects).read_all()
    return frozenset(zip(rows["actor"].to_pylist(), rows["item"].to_pylist(), strict=True))


def _read(store: Store, file: StoredFile) -> Likes:
    return frozenset((who, post) for who, post in json.loads(store.get(file.sha256)))


def _shown(like: tuple[str, str]) -> Shown:
    return {"document_id": "/".join(like), "kind": "like", "key": like[1], "language": None, "text": None}
