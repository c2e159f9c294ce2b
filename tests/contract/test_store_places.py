"""One contract for every place a store can lie: a local disk, an object store, a file system that only moves."""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Callable
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.local import LocalFileSystem

from licet.store import Store, parquet_bytes
from licet.store.remote_files import RemoteFiles
from licet.store.store_location import Files, files_at
from licet.terms import StoreError


class MovingFileSystem(LocalFileSystem):  # type: ignore[misc]
    """A local disk under a protocol licet does not know, so that it is written by moving, as SFTP or SMB is."""

    protocol = "moving"


PLACES: dict[str, Callable[[Path], Files]] = {
    "local": lambda folder: files_at(folder / "store"),
    "memory": lambda folder: files_at(f"memory://contract/{uuid.uuid4().hex}"),
    "moving": lambda folder: RemoteFiles(MovingFileSystem(), str(folder / "store")),
}


@pytest.fixture(params=PLACES)
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    return PLACES[request.param](tmp_path)


@pytest.fixture
def store(files: Files, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr("licet.store.store.files_at", lambda place: files)
    return Store.open("wherever the fixture says", create=True)


def paths(files: Files) -> list[str]:
    return [path for path in files.walk() if path != "lock"]


class TestFiles:
    def test_what_is_written_is_read_listed_and_walked(self, files: Files) -> None:
        files.prepare()
        files.write("a/b/one", b"1")
        files.write("a/two", b"22")
        files.write("a/two", b"333")
        files.settle()
        assert files.read("a/two") == b"333"
        with files.open("a/b/one") as stream:
            assert stream.read() == b"1"
        assert files.sizes("a") == {"two": 3} and files.folders("a") == ["b"]
        assert list(files.walk()) == ["a/b/one", "a/two"]

    def test_what_is_not_there_is_empty_or_not_found(self, files: Files) -> None:
        files.prepare()
        assert files.sizes("nowhere") == {} and files.folders("nowhere") == []
        files.delete("nowhere/nothing")
        with pytest.raises(FileNotFoundError):
            files.read("nothing")
        with pytest.raises(FileNotFoundError):
            files.open("nothing")

    def test_the_lock_excludes_and_is_free_again(self, files: Files) -> None:
        files.prepare()
        with files.lock(), pytest.raises(StoreError, match="STOR-005"), files.lock():
            pass
        with pytest.raises(ZeroDivisionError), files.lock():
            raise ZeroDivisionError
        with files.lock():
            pass


class TestStore:
    def test_a_store_lives_through_a_whole_life(self, store: Store, files: Files) -> None:
        with store.build("corpus") as build:
            digest = build.put(b"words of Tariq Lindqvist", suffix=".txt")
            first = build.publish({"n": 1, "files": [{"sha256": digest, "bytes": 24}]})
        with store.build("corpus") as build:
            other = build.put(b"words of others")
            second = build.publish({"n": 2, "files": [{"sha256": other, "bytes": 15}]})
        assert [s.id for s in store.snapshots("corpus")] == [first, second] and store.verify() == []
        assert store.get(digest) == b"words of Tariq Lindqvist"
        with store.open_object(other) as stream:
            assert stream.read() == b"words of others"
        assert len(store.scan([b"Tariq Lindqvist"])) == 1
        assert store.purge([first]) == [digest]
        assert store.scan([b"Tariq Lindqvist"]) == [] and store.verify() == []
        assert store.snapshot("corpus").id == second and store.snapshot("corpus").name == "corpus-2"
        store.remove(second)
        assert store.sweep() == [other]
        told, *left = sorted(paths(files), key=lambda path: not path.startswith("purged/corpus/"))
        assert first in told and left == ["licet-store.json", "retired/000000000002"]

    def test_a_failing_block_leaves_no_trace(self, store: Store, files: Files) -> None:
        before = paths(files)
        with pytest.raises(KeyboardInterrupt), store.build("corpus") as build:
            build.put(b"lost")
            raise KeyboardInterrupt
        assert paths(files) == before

    def test_damage_is_found(self, store: Store, files: Files) -> None:
        with store.build("corpus") as build:
            digest = build.put(b"right")
            build.publish({"files": [{"sha256": digest}]})
        files.write(f"objects/{digest[:2]}/{digest}", b"wrong")
        assert [problem.code for problem in store.verify()] == ["STOR-006"]
        with pytest.raises(StoreError, match="STOR-006"):
            store.get(digest)

    def test_table_readers_open_what_path_says(self, store: Store, files: Files) -> None:
        table = pa.table({"text": ["one", "two"]})
        with store.build("corpus") as build:
            digest = build.put(parquet_bytes(table), suffix=".parquet")
            build.publish({"files": [{"sha256": digest}]})
        if isinstance(files, RemoteFiles) and store.where.startswith("moving"):
            with store.open_object(digest) as stream:
                assert pq.read_table(stream).equals(table)
            return
        with fsspec.open(store.path(digest), "rb") as stream:
            assert pq.read_table(io.BytesIO(stream.read())).equals(table)

    def test_addresses_are_the_same_everywhere(self, store: Store) -> None:
        with store.build("corpus") as build:
            digest = build.put(b"hello")
            id_ = build.publish({"files": [{"sha256": digest}]})
        assert digest == hashlib.sha256(b"hello").hexdigest()
        assert id_ == hashlib.sha256(b'{"files":[{"sha256":"%s"}]}' % digest.encode()).hexdigest()
