"""Finding, removing, sweeping, purging and verifying snapshots."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from licet.store import Store
from licet.store.local_files import LocalFiles
from licet.terms import StoreError


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "s", create=True)


def publish(store: Store, kind: str, *objects: bytes, **more: object) -> str:
    with store.build(kind) as build:
        return build.publish(
            {"files": [{"sha256": build.put(data), "bytes": len(data)} for data in objects], **more}
        )


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)


def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The manifests that are read from now on, as they are."""
    read, inner = list[str](), LocalFiles.read

    def counted(files: LocalFiles, path: str) -> bytes:
        if path.startswith("snapshots/"):
            read.append(path)
        return inner(files, path)

    monkeypatch.setattr(LocalFiles, "read", counted)
    return read


def test_snapshots_are_listed_oldest_first_over_all_kinds(store: Store) -> None:
    ids = [
        publish(store, kind, kind.encode(), n=n)
        for n, kind in enumerate(["corpus", "model", "corpus", "ads"])
    ]
    assert [s.id for s in store.snapshots()] == ids
    assert [s.id for s in store.snapshots("corpus")] == [ids[0], ids[2]]
    assert [s.name for s in store.snapshots()] == ["corpus-1", "model-2", "corpus-3", "ads-4"]
    assert store.kinds() == ["ads", "corpus", "model"]


def test_more_than_nine_snapshots_keep_their_order(store: Store) -> None:
    ids = [publish(store, "corpus", b"x", n=n) for n in range(12)]
    assert [s.id for s in store.snapshots("corpus")] == ids


def test_a_snapshot_is_found_by_latest_name_and_prefix(store: Store) -> None:
    first, second = publish(store, "corpus", b"x", n=1), publish(store, "corpus", b"x", n=2)
    assert store.snapshot("corpus").id == store.snapshot("corpus", "latest").id == second
    for which in ("corpus-1", first, first[:4], first[:12]):
        found = store.snapshot("corpus", which)
        assert (found.id, found.kind, found.sequence, found.manifest["n"]) == (first, "corpus", 1, 1)


def test_what_is_not_there_is_said_so(store: Store) -> None:
    with pytest.raises(StoreError, match=r"STOR-008: there is no corpus snapshot yet .* build one first"):
        store.snapshot("corpus")
    id_ = publish(store, "corpus", b"x")
    unknown = [
        ("model", id_),
        ("corpus", "f" * 64),
        ("corpus", id_[:3]),
        ("corpus", "corpus-2"),
        ("corpus", ""),
    ]
    for kind, which in unknown:
        with pytest.raises(StoreError, match="STOR-008"):
            store.snapshot(kind, which)
    with pytest.raises(StoreError, match="STOR-008"):
        store.remove("latest")


def test_an_ambiguous_prefix_is_refused(store: Store) -> None:
    ids: dict[str, str] = {}
    with store.build("corpus") as build:
        for n in range(
            2000
        ):  # 16**4 prefixes: some two of 2000 share one, and sha256 makes it the same two always
            id_ = digest(b'{"n":%d}' % n)
            if id_[:4] in ids:
                pair = (int(ids[id_[:4]]), n)
                break
            ids[id_[:4]] = str(n)
        first, second = (build.publish({"n": number}) for number in pair)
    assert first[:4] == second[:4]
    with pytest.raises(StoreError, match=r"STOR-009: '[0-9a-f]{4}' is the start of 2 snapshot ids"):
        store.snapshot("corpus", first[:4])
    assert store.snapshot("corpus", first).manifest == {"n": pair[0]}


def test_removing_keeps_the_objects_until_they_are_swept(store: Store) -> None:
    first, second = publish(store, "corpus", b"only first", b"both"), publish(store, "corpus", b"both")
    assert store.remove(first[:8]) == first
    assert [s.id for s in store.snapshots()] == [second] and store.has(digest(b"only first"))
    assert store.sweep() == [digest(b"only first")] and store.sweep() == []
    assert store.get(digest(b"both")) == b"both" and store.verify() == []


def test_a_number_is_never_given_twice(store: Store) -> None:
    for n in range(3):
        publish(store, "corpus", b"x", n=n)
    store.remove("corpus-3")
    store.remove("corpus-1")
    publish(store, "model", b"x")
    store.purge(["corpus-2", "model-4"])
    publish(store, "corpus", b"x", n=9)
    assert [s.name for s in store.snapshots()] == ["corpus-5"]


def test_a_purge_removes_what_only_the_purged_snapshots_held(store: Store) -> None:
    old = publish(store, "corpus", b"the words of Ines Okafor", b"of others")
    new = publish(store, "corpus", b"of others")
    assert store.scan([b"Ines Okafor"]) != []
    assert store.purge([old]) == [digest(b"the words of Ines Okafor")]
    assert store.scan([b"Ines Okafor"]) == [] and [s.id for s in store.snapshots()] == [new]
    assert list(Path(store.where, "staging").iterdir()) == []


def test_a_purge_with_an_unknown_snapshot_removes_nothing(store: Store) -> None:
    old = publish(store, "corpus", b"x")
    with pytest.raises(StoreError, match="STOR-008"):
        store.purge([old, "f" * 64])
    assert [s.id for s in store.snapshots()] == [old] and store.verify() == []


def test_a_damaged_object_is_never_handed_out(store: Store) -> None:
    id_ = publish(store, "corpus", b"right")
    overwrite(Path(store.path(digest(b"right"))), b"wrong")
    with pytest.raises(StoreError, match="STOR-006"):
        store.get(digest(b"right"))
    assert [(p.code, p.snapshot) for p in store.verify()] == [("STOR-006", id_)]


def test_a_missing_object_is_named(store: Store) -> None:
    first, second = publish(store, "corpus", b"gone"), publish(store, "model", b"gone")
    Path(store.path(digest(b"gone"))).unlink()
    for read in (store.get, store.path, store.open_object):
        with pytest.raises(StoreError, match="STOR-007"):
            read(digest(b"gone"))
    assert [(p.code, p.snapshot) for p in store.verify()] == [("STOR-007", first), ("STOR-007", second)]


@pytest.mark.parametrize("text", ["", "xyz", "A" * 64, "../../etc/passwd"])
def test_what_is_no_digest_is_refused(store: Store, text: str) -> None:
    with pytest.raises(StoreError, match="STOR-016"):
        store.get(text)


def test_a_changed_manifest_is_found_and_nothing_is_swept_by_it(store: Store) -> None:
    id_ = publish(store, "corpus", b"precious")
    (file,) = Path(store.where, "snapshots", "corpus").iterdir()
    overwrite(file, b'{"files":[]}')
    with pytest.raises(StoreError, match="STOR-010"):
        store.snapshot("corpus")
    with pytest.raises(StoreError, match="STOR-010"):
        store.sweep()
    assert store.get(digest(b"precious")) == b"precious"
    assert [(p.code, p.snapshot) for p in store.verify()] == [("STOR-010", id_)]
    assert store.remove(id_) == id_ and store.sweep() == [digest(b"precious")]


def test_a_size_that_is_not_the_stated_one_is_a_problem(store: Store) -> None:
    id_ = digest(manifest := b'{"file":{"bytes":3,"sha256":"%s"}}' % digest(b"four").encode())
    publish(store, "corpus", b"four")
    Path(store.where, "snapshots", "corpus", f"000000000009-{id_}.json").write_bytes(manifest)
    assert [(p.code, p.snapshot) for p in store.verify()] == [("STOR-011", id_)]


def test_files_that_are_not_ours_are_no_snapshots(store: Store) -> None:
    id_ = publish(store, "corpus", b"x")
    Path(store.where, "snapshots", "corpus", "notes.txt").write_bytes(b"hm")
    Path(store.where, "snapshots", "corpus", ".DS_Store").write_bytes(b"hm")
    assert [s.id for s in store.snapshots()] == [id_] and store.verify() == []


def test_of_each_line_the_newest_is_read_and_nothing_else(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ("aa" * 8, "bb" * 8)
    for number in range(6):
        with store.build("corpus") as build:
            build.publish({"n": number}, lines[number % 2])
    publish(store, "corpus", n=6)
    read = count_reads(monkeypatch)
    found = {line: next(snapshots).manifest["n"] for line, snapshots in store.by_line("corpus").items()}
    assert found == {lines[0]: 4, lines[1]: 5, None: 6} and len(read) == 3
    assert [one.manifest["n"] for one in store.by_line("corpus")[lines[0]]] == [4, 2, 0]


def test_by_its_id_a_snapshot_is_read_when_it_is_asked_for_and_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [publish(store, "corpus", n=number) for number in range(4)]
    made, read = store.by_id(), count_reads(monkeypatch)
    assert [*made] == ids and [*reversed(made)] == ids[::-1] and len(made) == 4 and ids[0] in made
    assert made[ids[2]].manifest["n"] == 2 and made.get(ids[2]) == made[ids[2]] and len(read) == 1
    store.remove(ids[1])
    assert made.get(ids[1]) is None and made.get("0" * 64) is None, "one that was removed is there no more"
    overwrite(next(Path(store.where, "snapshots", "corpus").glob(f"*{ids[3]}.json")), b"{}")
    with pytest.raises(StoreError, match="STOR-010"):
        made[ids[3]]


def test_what_was_said_of_a_line_goes_with_the_snapshot(store: Store, tmp_path: Path) -> None:
    line, folder = "0a" * 8, tmp_path / "s" / "lines" / "corpus"
    for number in (1, 2, 3, 1):  # again: it is the newest, under one name
        with store.build("corpus") as build:
            build.publish({"n": number}, line)
    assert [one.manifest["n"] for one in store.by_line("corpus")[line]] == [1, 3, 2]
    assert [int(path.name[:12]) for path in sorted(folder.iterdir())] == [2, 3, 4]
    store.remove("corpus-2")
    store.purge(["corpus-3"])
    assert [int(path.name[:12]) for path in folder.iterdir()] == [4]
    (folder / f"{9:012d}-{'0' * 64}-{line}").write_bytes(b"")  # of a writer that died before the manifest
    store.sweep()
    assert [int(path.name[:12]) for path in folder.iterdir()] == [4] and store.verify() == []


def test_a_lost_line_costs_a_reading_and_no_snapshot(store: Store, tmp_path: Path) -> None:
    with store.build("corpus") as build:
        build.publish({"n": 1}, "0a" * 8)
    for path in (tmp_path / "s" / "lines" / "corpus").iterdir():
        path.unlink()
    assert [one.manifest["n"] for one in store.by_line("corpus")[None]] == [1]


def test_two_lines_of_one_snapshot_are_none(store: Store, tmp_path: Path) -> None:
    for number in (1, 2):
        with store.build("corpus") as build:
            build.publish({"n": number}, "0a" * 8 if number == 1 else "0b" * 8)
    said = min((tmp_path / "s" / "lines" / "corpus").iterdir())
    said.with_name(said.name[:-16] + "0b" * 8).write_bytes(b"")
    found = {line: [one.manifest["n"] for one in made] for line, made in store.by_line("corpus").items()}
    assert found == {None: [1], "0b" * 8: [2]}


def test_a_folder_of_others_among_the_lines_keeps_nobody_from_sweeping(store: Store, tmp_path: Path) -> None:
    (tmp_path / "s" / "lines" / ".ipynb_checkpoints").mkdir(parents=True)
    assert store.sweep() == []


def test_a_line_is_sixteen_digits(store: Store) -> None:
    for line in ("", "../" * 5 + "x", "A" * 16, "0" * 17):
        with pytest.raises(StoreError, match="STOR-016"), store.build("corpus") as build:
            build.publish({"n": 1}, line)
    assert store.snapshots() == []
