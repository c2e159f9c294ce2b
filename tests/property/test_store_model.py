"""A store behaves as a list of snapshots would, whatever is done to it in whatever order."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from licet.store import Store
from licet.terms import StoreError
from licet.terms.canonical import canonical_json

CONTENTS = st.lists(st.sampled_from([b"", b"a", b"bb", b"ccc", b"dddd", b"eeeee"]), max_size=4)
KINDS = st.sampled_from(["corpus", "model"])


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def manifest_of(contents: list[bytes]) -> dict[str, Any]:
    return {"files": [{"sha256": sha256(data), "bytes": len(data)} for data in contents]}


class StoreMachine(RuleBasedStateMachine):
    """The model: snapshots in order, and the objects that should still be there."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store.open(Path(self.folder.name) / "s", create=True)
        self.snapshots: list[tuple[int, str, str, list[bytes]]] = []
        self.objects: set[bytes] = set()
        self.last_number = 0

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(kind=KINDS, contents=CONTENTS, wasted=CONTENTS, fails=st.booleans())
    def build(self, kind: str, contents: list[bytes], wasted: list[bytes], fails: bool) -> None:
        manifest = manifest_of(contents)
        id_ = sha256(canonical_json(manifest))
        try:
            with self.store.build(kind) as build:
                for data in [*contents, *wasted]:
                    assert build.put(data) == sha256(data)
                if fails:
                    raise ZeroDivisionError
                assert build.publish(manifest) == id_
        except ZeroDivisionError:
            return
        self.objects |= set(contents)
        of_kind = [snapshot for snapshot in self.snapshots if snapshot[1] == kind]
        if of_kind and of_kind[-1][2] == id_:
            return
        self.last_number += 1
        self.snapshots = [s for s in self.snapshots if (s[1], s[2]) != (kind, id_)]
        self.snapshots.append((self.last_number, kind, id_, contents))

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.snapshots:
            chosen = data.draw(st.sampled_from(self.snapshots))
            self.store.remove(f"{chosen[1]}-{chosen[0]}")
            self.snapshots.remove(chosen)

    @rule()
    def sweep(self) -> None:
        live = {content for snapshot in self.snapshots for content in snapshot[3]}
        assert self.store.sweep() == sorted(sha256(data) for data in self.objects - live)
        self.objects = live

    @rule(data=st.data())
    def purge(self, data: st.DataObject) -> None:
        listed = st.sampled_from(self.snapshots) if self.snapshots else st.nothing()
        chosen = data.draw(st.lists(listed, unique_by=lambda snapshot: snapshot[0]))
        self.snapshots = [snapshot for snapshot in self.snapshots if snapshot not in chosen]
        live = {content for snapshot in self.snapshots for content in snapshot[3]}
        removed = self.store.purge([f"{kind}-{number}" for number, kind, _, _ in chosen])
        assert removed == sorted(sha256(content) for content in self.objects - live)
        self.objects = live

    @rule(read_only=st.booleans())
    def reopen(self, read_only: bool) -> None:
        self.check(Store.open(self.store.where, read_only=read_only))

    @invariant()
    def agrees(self) -> None:
        self.check(self.store)

    def check(self, store: Store) -> None:
        listed = [(s.sequence, s.kind, s.id, s.manifest) for s in store.snapshots()]
        assert listed == [(n, kind, id_, manifest_of(contents)) for n, kind, id_, contents in self.snapshots]
        assert store.verify() == []
        for data in self.objects:
            assert store.get(sha256(data)) == data
        held = {path.name for path in Path(store.where, "objects").rglob("*") if path.is_file()}
        assert held == {sha256(data) for data in self.objects}
        for kind in ("corpus", "model"):
            of_kind = [snapshot for snapshot in self.snapshots if snapshot[1] == kind]
            if of_kind:
                assert store.snapshot(kind).id == of_kind[-1][2]
            else:
                with pytest.raises(StoreError, match="STOR-008"):
                    store.snapshot(kind)


TestStoreAgainstItsModel = StoreMachine.TestCase
TestStoreAgainstItsModel.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
