"""Building and publishing: what is there afterwards, and what is not when the block fails."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from pathlib import Path

import pytest

from licet.store import Build, Store
from licet.store.local_files import LocalFiles
from licet.terms import StoreError
from licet.terms.canonical import JsonObject, canonical_json


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "s", create=True)


def contents(store: Store) -> dict[str, bytes]:
    root = Path(store.where)
    files = [p for p in root.rglob("*") if p.is_file() and p.name != "lock"]
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in files}


def publish(store: Store, kind: str, *objects: bytes, **more: object) -> str:
    with store.build(kind) as build:
        return build.publish(
            {"files": [{"sha256": build.put(data), "bytes": len(data)} for data in objects], **more}
        )


def test_an_object_lies_under_the_sha256_of_its_bytes(store: Store) -> None:
    with store.build("corpus") as build:
        digest = build.put(b"hello", suffix=".txt")
        build.publish({"files": [{"sha256": digest}]})
    assert digest == hashlib.sha256(b"hello").hexdigest()
    assert Path(store.path(digest)) == Path(store.where, "objects", digest[:2], f"{digest}.txt")
    assert store.get(digest) == b"hello" and store.has(digest)
    with store.open_object(digest) as stream:
        assert stream.read() == b"hello"


def test_the_id_is_the_sha256_of_the_published_file_and_the_file_is_canonical(store: Store) -> None:
    id_ = publish(store, "corpus", b"x", zeta=1, alpha="ü")
    (published,) = Path(store.where, "snapshots", "corpus").iterdir()
    data = published.read_bytes()
    assert hashlib.sha256(data).hexdigest() == id_ and published.name == f"000000000001-{id_}.json"
    assert (
        data
        == json.dumps(json.loads(data), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    )


def test_the_same_bytes_are_written_once(store: Store) -> None:
    publish(store, "corpus", b"same")
    first = Path(store.path(hashlib.sha256(b"same").hexdigest()))
    inode = first.stat().st_ino
    with store.build("model") as build:
        digest = build.put(b"same", suffix=".bin")
        build.publish({"one": {"sha256": digest}})
    assert Path(store.path(digest)) == first and first.stat().st_ino == inode


def test_putting_a_damaged_object_again_mends_it(store: Store) -> None:
    publish(store, "corpus", b"right")
    path = Path(store.path(hashlib.sha256(b"right").hexdigest()))
    path.chmod(0o600)
    path.write_bytes(b"wrong")
    assert [problem.code for problem in store.verify()] == ["STOR-006"]
    publish(store, "corpus", b"right", again=1)
    assert store.verify() == []


def test_a_block_that_fails_after_mending_does_not_take_the_object_away(store: Store) -> None:
    publish(store, "corpus", b"right")
    path = Path(store.path(hashlib.sha256(b"right").hexdigest()))
    path.chmod(0o600)
    path.write_bytes(b"wrong")
    with pytest.raises(ZeroDivisionError), store.build("corpus") as build:
        build.put(b"right")
        raise ZeroDivisionError
    assert store.verify() == []


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_a_failing_block_leaves_no_trace(store: Store, error: type[BaseException]) -> None:
    publish(store, "corpus", b"kept")
    before = contents(store)
    with pytest.raises(error), store.build("corpus") as build:
        build.put(b"kept")
        build.put(b"lost")
        raise error
    assert contents(store) == before
    publish(store, "corpus", b"next")  # and the lock is free


def test_what_a_thread_is_still_putting_when_the_block_fails_goes_too(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after Ctrl-C in the middle of starting a pool's thread: the pool does not know it and cannot wait for it."""
    before, started, go_on = contents(store), threading.Event(), threading.Event()
    write = LocalFiles.write

    def slow(self: LocalFiles, path: str, data: bytes, *, changing: bool = False) -> None:
        if data == b"late":
            started.set()
            assert go_on.wait(60)
        write(self, path, data, changing=changing)

    monkeypatch.setattr(LocalFiles, "write", slow)
    refused: list[str] = []

    def work(build: Build) -> None:
        build.put(b"late")
        try:
            build.put(b"later still")
        except StoreError as error:
            refused.append(error.code)

    def when_over(build: Build) -> None:
        while build._open:
            time.sleep(0.001)
        go_on.set()  # while the end of the block waits

    with pytest.raises(KeyboardInterrupt), store.build("corpus") as build:
        thread = threading.Thread(target=work, args=(build,))
        thread.start()
        assert started.wait(60)
        threading.Thread(target=when_over, args=(build,)).start()
        raise KeyboardInterrupt
    thread.join(60)
    assert contents(store) == before
    assert refused == ["STOR-017"], "and nothing comes after the end"


def test_what_was_published_before_the_failure_stays_and_the_rest_goes(store: Store) -> None:
    with pytest.raises(RuntimeError), store.build("corpus") as build:
        id_ = build.publish({"files": [{"sha256": build.put(b"published")}]})
        build.put(b"not published")
        raise RuntimeError
    assert [s.id for s in store.snapshots("corpus")] == [id_] and store.verify() == []
    assert not store.has(hashlib.sha256(b"not published").hexdigest())


def test_objects_nobody_publishes_are_gone_after_the_block(store: Store) -> None:
    with store.build("corpus") as build:
        digest = build.put(b"forgotten by the manifest")
        assert store.has(digest)
    assert not store.has(digest) and store.sweep() == []


def test_objects_may_be_shared_by_two_snapshots_of_one_build(store: Store) -> None:
    with store.build("corpus") as build:
        digest = build.put(b"shared")
        first = build.publish({"n": 1, "files": [{"sha256": digest}]})
        second = build.publish({"n": 2, "files": [{"sha256": digest}]})
    assert [s.id for s in store.snapshots()] == [first, second] and store.verify() == []


def test_references_are_found_at_any_depth(store: Store) -> None:
    with store.build("model") as build:
        digest = build.put(b"deep")
        build.publish({"a": [{"b": {"sha256": digest, "c": [{"sha256": build.put(b"deeper")}]}}]})
    assert store.sweep() == [] and store.get(digest) == b"deep"


@pytest.mark.parametrize(
    "manifest",
    [
        {"loss": 0.5},
        {"when": object()},
        {"raw": b"bytes"},
        {1: "key"},
        {"text": "\ud800"},
        {"file": {"sha256": "0" * 64}},
        {"file": {"sha256": "ABC"}},
        {"file": {"sha256": None}},
        {"files": [{"sha256": "HELD", "bytes": 99}]},
        {"files": [{"sha256": "HELD", "bytes": "4"}]},
        {"files": [{"sha256": "HELD", "bytes": 4}, {"sha256": "HELD", "bytes": 5}]},
    ],
)
def test_a_manifest_that_cannot_be_kept_is_refused(store: Store, manifest: dict[str, object]) -> None:
    def fill(value: object, digest: str) -> object:
        if isinstance(value, dict):
            return {key: fill(item, digest) for key, item in value.items()}
        if isinstance(value, list):
            return [fill(item, digest) for item in value]
        return digest if value == "HELD" else value

    before = contents(store)
    with pytest.raises(StoreError) as caught, store.build("corpus") as build:
        build.publish(fill(manifest, build.put(b"held")))  # type: ignore[arg-type]
    assert caught.value.code == "STOR-011" and caught.value.fix
    assert contents(store) == before


@pytest.mark.parametrize("suffix", ["parquet", "./up", ".PARQUET", "./../x", ".a.b.c.d", "."])
def test_an_odd_suffix_is_refused(store: Store, suffix: str) -> None:
    with pytest.raises(StoreError, match="STOR-016"), store.build("corpus") as build:
        build.put(b"x", suffix=suffix)


def test_what_an_earlier_snapshot_holds_is_there_only_while_that_is(store: Store) -> None:
    """Its objects are not looked for one by one; once it was purged, or says another size, they are."""
    publish(store, "corpus", b"kept")
    earlier, kept = store.snapshot("corpus"), hashlib.sha256(b"kept").hexdigest()
    said: JsonObject = {"files": [{"sha256": kept, "bytes": 4}], "n": 2}
    with store.build("corpus") as build:
        made = build.published(said, canonical_json(said), None, earlier)
    assert made == store.snapshot("corpus") and store.verify() == []
    for file in ({"sha256": kept, "bytes": 5}, {"sha256": "0" * 64, "bytes": 4}):
        other: JsonObject = {"files": [file]}
        with pytest.raises(StoreError, match="STOR-011"), store.build("corpus") as build:
            build.published(other, canonical_json(other), None, earlier)
    store.purge([earlier.id, made.id])
    with pytest.raises(StoreError, match="STOR-011"), store.build("corpus") as build:
        build.published(said, canonical_json(said), None, earlier)
    assert store.snapshots() == []


def test_a_build_is_over_when_its_block_is(store: Store) -> None:
    kept: list[Build] = []
    with store.build("corpus") as build:
        kept.append(build)
    for late in (lambda: kept[0].put(b"late"), lambda: kept[0].publish({})):
        with pytest.raises(StoreError, match="STOR-017"):
            late()


def test_the_same_manifest_again_is_the_same_snapshot(store: Store) -> None:
    first = publish(store, "corpus", b"x")
    assert publish(store, "corpus", b"x") == first
    assert [(s.id, s.name) for s in store.snapshots("corpus")] == [(first, "corpus-1")]


def test_an_older_snapshot_published_again_becomes_the_newest(store: Store) -> None:
    first = publish(store, "corpus", b"x")
    second = publish(store, "corpus", b"y")
    assert publish(store, "corpus", b"x") == first
    assert [(s.id, s.name) for s in store.snapshots("corpus")] == [(second, "corpus-2"), (first, "corpus-3")]
    assert store.snapshot("corpus").id == first


def test_everything_is_on_the_disk_before_the_manifest_is_and_the_manifest_before_publish_returns(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order of fsync and rename is the promise; a power cut cannot be had in a test."""
    events: list[tuple[str, str]] = []
    root = Path(store.where)
    real_sync, real_replace = os.fsync, Path.replace

    def sync(descriptor: int) -> None:
        events.append(("sync", os.path.relpath(Path(f"/proc/self/fd/{descriptor}").readlink(), root)))
        real_sync(descriptor)

    def replace(self: Path, target: Path) -> Path:
        events.append(("rename", os.path.relpath(target, root)))
        return real_replace(self, target)

    with store.build("corpus") as build:
        monkeypatch.setattr(os, "fsync", sync)
        monkeypatch.setattr(Path, "replace", replace)
        digest = build.put(b"words", suffix=".txt")
        id_ = build.publish({"files": [{"sha256": digest}]})
        monkeypatch.undo()
    folder, manifest = f"objects/{digest[:2]}", f"snapshots/corpus/000000000001-{id_}.json"
    object_named, published = (
        events.index(("rename", f"{folder}/{digest}.txt")),
        events.index(("rename", manifest)),
    )
    bytes_synced = [n for n, (what, path) in enumerate(events) if what == "sync" and path.endswith(".part")]
    assert len(bytes_synced) == 2
    assert bytes_synced[0] < object_named < published and bytes_synced[1] < published
    for needed in (folder, "objects"):  # the name of the object, and the new folder it lies in
        assert object_named < events.index(("sync", needed)) < published
    for needed in ("snapshots/corpus", "snapshots"):
        assert ("sync", needed) in events[published:]
