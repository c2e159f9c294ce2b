"""Opening and making a store: what is accepted, what is refused, and who can read the files."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from licet.store import Store
from licet.terms import StoreError


def test_a_made_store_opens_again(tmp_path: Path) -> None:
    made = Store.open(tmp_path / "a" / "store", create=True)
    again = Store.open(str(tmp_path / "a" / "store"))
    assert made.where == again.where == str(tmp_path / "a" / "store")
    assert again.snapshots() == [] and again.kinds() == [] and again.verify() == []


def test_create_on_a_store_keeps_what_it_holds(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s", create=True)
    with store.build("corpus") as build:
        id_ = build.publish({"files": [{"sha256": build.put(b"one")}]})
    assert [s.id for s in Store.open(tmp_path / "s", create=True).snapshots()] == [id_]


def test_a_file_url_is_a_local_path(tmp_path: Path) -> None:
    Store.open(f"file://{tmp_path}/s", create=True)
    assert Store.open(tmp_path / "s").where == str(tmp_path / "s")


def test_a_relative_path_survives_a_change_of_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store.open("work/store", create=True)
    monkeypatch.chdir("/")
    assert store.snapshots() == [] and store.where == str(tmp_path / "work" / "store")


@pytest.mark.parametrize(
    "content", [None, b"", b"not json", b"[]", b'{"licet_store":"1"}', b'{"licet_store":true}']
)
def test_a_place_without_a_readable_marker_is_no_store(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "licet-store.json").write_bytes(content)
    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path)
    assert caught.value.code == "STOR-002" and str(tmp_path) in caught.value.where and caught.value.fix


def test_a_store_of_a_newer_licet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "licet-store.json").write_bytes(b'{"licet_store":2}')
    with pytest.raises(StoreError, match="STOR-003: the store has format 2"):
        Store.open(tmp_path)


def test_a_folder_with_other_files_is_not_turned_into_a_store(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(StoreError, match=r"STOR-015: the folder holds other files \(thesis.docx\)"):
        Store.open(tmp_path, create=True)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.docx"]


def test_making_that_died_before_the_marker_can_be_done_again(tmp_path: Path) -> None:
    (tmp_path / "staging").mkdir()
    (tmp_path / "staging" / "0.part").write_bytes(b'{"licet_st')
    store = Store.open(tmp_path, create=True)
    with store.build("corpus"):
        pass
    assert list((tmp_path / "staging").iterdir()) == []


def test_a_read_only_store_refuses_every_change_and_touches_nothing(tmp_path: Path) -> None:
    writer = Store.open(tmp_path / "s", create=True)
    with writer.build("corpus") as build:
        id_ = build.publish({"files": [{"sha256": build.put(b"one")}]})
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "s").rglob("*")}
    store = Store.open(tmp_path / "s", read_only=True)
    changes = [
        lambda: store.build("corpus").__enter__(),
        lambda: store.remove(id_),
        store.sweep,
        lambda: store.purge([id_]),
        store.break_lock,
        lambda: Store.open(tmp_path / "t", create=True, read_only=True),
    ]
    for change in changes:
        with pytest.raises(StoreError, match="STOR-001"):
            change()
    assert store.verify() == [] and store.scan([b"nowhere"]) == []
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "s").rglob("*")} == before
    assert not (tmp_path / "t").exists()


def test_an_unknown_protocol_is_refused() -> None:
    with pytest.raises(StoreError, match="STOR-019"):
        Store.open("nosuchprotocol://bucket/store")


@pytest.mark.parametrize("kind", ["", "Corpus", "../up", "a/b"])
def test_a_kind_that_is_no_id_is_refused(tmp_path: Path, kind: str) -> None:
    store = Store.open(tmp_path / "s", create=True)
    with pytest.raises(StoreError, match="STOR-016"), store.build(kind):
        pass
    with pytest.raises(StoreError, match="STOR-016"):
        store.snapshots(kind)


@pytest.mark.parametrize(
    ("umask", "folder", "file"), [(0o000, 0o750, 0o440), (0o022, 0o750, 0o440), (0o077, 0o700, 0o400)]
)
def test_no_file_of_a_store_is_readable_by_everyone(
    tmp_path: Path, umask: int, folder: int, file: int
) -> None:
    before = os.umask(umask)
    try:
        store = Store.open(tmp_path / "s", create=True)
        with store.build("corpus") as build:
            digest = build.put(b"words of a person")
            build.publish({"files": [{"sha256": digest}]})
    finally:
        os.umask(before)
    modes = {p: stat.S_IMODE(p.stat().st_mode) for p in [tmp_path / "s", *(tmp_path / "s").rglob("*")]}
    assert not any(mode & 0o007 for mode in modes.values())
    assert modes[tmp_path / "s"] == folder and modes[Path(store.path(digest)).parent] == folder
    assert modes[Path(store.path(digest))] == file
