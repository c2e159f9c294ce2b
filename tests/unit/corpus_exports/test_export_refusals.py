"""What an export refuses, and that it is there whole or not at all."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from licet.store import SnapshotRef, Store
from licet.terms import UseError
from licet.uses.corpus.exports import (
    Export,
    export_croissant,
    export_huggingface,
    export_jsonl,
    export_parquet,
)
from licet.uses.corpus.snapshot import CorpusManifest
from licet.uses.manifest import read_heading, read_manifest

Make = Callable[..., Any]
FORMS = [export_parquet, export_jsonl, export_huggingface, export_croissant]


@pytest.mark.parametrize(
    "changes",
    [
        {"root": ""},
        {"policy": {"id": "a", "version": "1", "digest": "d"}},
        {"policy": "acme"},
        {"at": "some time ago"},
        {"ledger": {"position": "7", "root": "r"}},
        {"ledger": {"position": True, "root": "r"}},
        {"counts": {"documents": -1, "subjects": 0}},
        {"counts": None},
        {"held_back": None},
        {"held_back": {"refused": 3}},
        {"held_back": [{"code": "refused", "records": 3}]},
        {"recipe": {}},
        {"environment": ["python"]},
        {"members": {"count": 1, "root": "0f" * 32}},
        {"buckets": [{"bucket": 0}]},
        {"inputs": {"posts": [{"file": "posts.parquet"}]}},
        {"slipped": "in"},
    ],
)
def test_a_manifest_that_cannot_speak_for_an_export_is_refused(
    manifest: Make, changes: dict[str, Any]
) -> None:
    read_manifest(CorpusManifest, SnapshotRef("5a" * 32, "corpus", "corpus-1", 1, manifest(3)))
    told = SnapshotRef("5a" * 32, "corpus", "corpus-1", 1, manifest(3, **changes))
    with pytest.raises(UseError, match=f"CORP-201: .*{next(iter(changes))}") as refused:
        read_manifest(CorpusManifest, told)
    assert refused.value.where == "corpus-1"


def test_of_a_snapshot_by_another_licet_its_heading_is_read(manifest: Make) -> None:
    other = {"format": 9, "policy": "acme", "members": {}, "inputs": 7, "more": "of it"}
    heading = read_heading(SnapshotRef("5a" * 32, "corpus", "corpus-1", 1, manifest(3, **other)))
    assert (heading.purpose.purpose, heading.ledger.position) == ("generative_ai_training", 4711)
    assert not heading.inspection
    with pytest.raises(UseError, match=r"CORP-201: .*purpose"):
        read_heading(SnapshotRef("5a" * 32, "control", "control-1", 1, {"licet": "control", "root": "ab"}))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (
            lambda t: t.append_column("subjects", pa.array([["m1"]] * len(t))),
            "an export may not hold subjects",
        ),
        (lambda t: t.append_column("key", t["kind"]), "an export may not hold key"),
        (lambda t: t.drop_columns(["language"]), "the documents lack language"),
        (lambda t: t.set_column(2, "text", pa.nulls(len(t), pa.string())), "text is missing"),
        (lambda t: t.set_column(4, "created", pa.array([[1]] * len(t))), "cast"),
        (lambda t: t.set_column(2, "text", pa.array([b"\xff"] * len(t))), "UTF"),
    ],
)
def test_documents_of_another_shape_are_refused_and_nothing_is_left(
    tmp_path: Path, documents: Make, account: Make, form: Callable[..., Export], spoil: Make, says: str
) -> None:
    table = documents(3)
    with pytest.raises(UseError, match=f"CORP-202: .*{says}"):
        form([table, spoil(table)], account(6), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", FORMS)
def test_two_documents_of_one_id_are_refused(
    tmp_path: Path, documents: Make, account: Make, form: Callable[..., Export]
) -> None:
    table = documents(9)
    with pytest.raises(UseError, match=f"CORP-202: two documents have the id {table['document_id'][4]}"):
        form([table, table.slice(4, 1)], account(10), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("said", [8, 10])
def test_an_export_of_another_number_of_documents_than_the_snapshot_has_is_refused(
    tmp_path: Path, documents: Make, account: Make, form: Callable[..., Export], said: int
) -> None:
    with pytest.raises(UseError, match=f"CORP-206: the snapshot has {said} documents and 9 came"):
        form([documents(9)], account(said), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_files_of_no_documents_are_refused(tmp_path: Path, documents: Make, account: Make) -> None:
    with pytest.raises(UseError, match="CORP-206: 0 documents a file"):
        export_parquet([documents(3)], account(3), tmp_path / "out", rows_per_file=0)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_stream_that_breaks_leaves_nothing(
    tmp_path: Path, documents: Make, account: Make, error: type[BaseException]
) -> None:
    def breaking() -> Iterator[pa.Table]:
        yield documents(3)
        raise error

    with pytest.raises(error):
        export_huggingface(breaking(), account(9), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_not_written_to(
    tmp_path: Path, documents: Make, account: Make
) -> None:
    (tmp_path / "out").mkdir()
    export_parquet([documents(3)], account(3), tmp_path / "out")  # an empty one is fine
    with pytest.raises(UseError, match="CORP-203: there is something already"):
        export_parquet([documents(4)], account(4), tmp_path / "out")
    assert json.loads((tmp_path / "out" / "_manifest").read_bytes())["counts"]["documents"] == 3


def test_an_earlier_export_is_replaced_when_asked(tmp_path: Path, documents: Make, account: Make) -> None:
    export_parquet([documents(3)], account(3), tmp_path / "out", rows_per_file=1)
    done = export_jsonl([documents(4)], account(4), tmp_path / "out", overwrite=True)
    assert sorted(p.name for p in done.folder.iterdir()) == ["_SHA256SUMS", "_manifest", "documents.jsonl"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_replacement_that_fails_leaves_the_earlier_export(
    tmp_path: Path, documents: Make, account: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_parquet([documents(3)], account(3), tmp_path / "out")
    real = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if self.name == ".out.partial":
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        export_parquet([documents(4)], account(4), tmp_path / "out", overwrite=True)
    assert json.loads((tmp_path / "out" / "_manifest").read_bytes())["counts"]["documents"] == 3
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("present", ["file", "folder", "link"])
def test_only_an_export_is_ever_replaced(
    tmp_path: Path, documents: Make, account: Make, present: str
) -> None:
    out = tmp_path / "out"
    if present == "file":
        out.write_bytes(b"a thesis")
    elif present == "folder":
        out.mkdir()
        (out / "manifest.json").write_bytes(b'{"somebody": "else"}')
    else:
        export_parquet([documents(3)], account(3), tmp_path / "real")
        out.symlink_to(tmp_path / "real")
    with pytest.raises(UseError, match="CORP-203: what is there is no export of licet"):
        export_parquet([documents(3)], account(3), out, overwrite=True)
    assert os.path.lexists(out)


@pytest.mark.parametrize("below", ["", "objects", "new/folder"])
def test_an_export_does_not_go_into_a_store(
    tmp_path: Path, documents: Make, account: Make, below: str
) -> None:
    Store.open(tmp_path / "store", create=True)
    with pytest.raises(UseError, match="CORP-204"):
        export_parquet([documents(3)], account(3), tmp_path / "store" / below, overwrite=True)


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, documents: Make, account: Make) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UseError, match="CORP-205"):
        export_parquet([documents(3)], account(3), tmp_path / "file" / "out")


def test_what_a_killed_export_left_is_gone_with_the_next(
    tmp_path: Path, documents: Make, account: Make
) -> None:
    (tmp_path / ".out.partial" / "data").mkdir(parents=True)
    (tmp_path / ".out.partial" / "data" / "train-00000.part").write_bytes(b"half")
    done = export_huggingface([documents(3)], account(3), tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["out"] and len(done.files) == 4


def test_no_file_of_an_export_is_readable_by_everyone(tmp_path: Path, documents: Make, account: Make) -> None:
    before = os.umask(0)
    try:
        done = export_huggingface([documents(3)], account(3), tmp_path / "out")
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in [done.folder, *done.folder.rglob("*")]}
    assert modes == {0o750, 0o640}
