"""Each form of export, read back by the readers people use."""

from __future__ import annotations

import gzip
import hashlib
import json
import socket
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import duckdb
import mlcroissant
import pandas
import polars
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
import yaml

from licet.uses.corpus.exports import (
    Export,
    export_croissant,
    export_huggingface,
    export_jsonl,
    export_parquet,
)
from licet.uses.corpus.exports.croissant import CONTEXT
from licet.uses.corpus.exports.dataset_card import plain, size_category
from licet.uses.corpus.exports.exported_documents import SCHEMA

Make = Callable[..., Any]
FORMS = [export_parquet, export_jsonl, export_huggingface, export_croissant]


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    return table.cast(SCHEMA).sort_by("document_id").to_pylist()


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def test_parquet_is_read_back(tmp_path: Path, documents: Make, account: Make) -> None:
    table = documents(25)
    done = export_parquet([table], account(25), tmp_path / "out", rows_per_file=10)
    names = [f"documents-{n:05d}-of-00003.parquet" for n in range(3)]
    assert done == Export(tmp_path / "out", ("_SHA256SUMS", "_manifest", *names), 25, done.bytes)
    assert [pq.read_metadata(tmp_path / "out" / name).num_rows for name in names] == [10, 10, 5]
    again = ds.dataset([tmp_path / "out" / name for name in names]).to_table()
    assert again.schema.equals(SCHEMA) and again.to_pylist() == rows_of(table)
    assert polars.read_parquet(tmp_path / "out" / "*.parquet").height == 25


def test_a_folder_of_parquet_opens_whole(tmp_path: Path, documents: Make, account: Make) -> None:
    out = tmp_path / "out"
    export_parquet([documents(25)], account(25), out, rows_per_file=10)
    assert len(pandas.read_parquet(out)) == pq.read_table(out).num_rows == 25
    assert polars.scan_parquet(out, hidden_file_prefix="_").collect().height == 25
    for place in (f"{out}/*.parquet", f"{out}/**/*.parquet"):
        assert duckdb.sql(f"SELECT count(*) FROM read_parquet('{place}')").fetchall() == [(25,)]


def test_spark_opens_a_folder_whole(
    tmp_path: Path, documents: Make, account: Make, spark_session: Any
) -> None:
    export_parquet([documents(25)], account(25), tmp_path / "parquet", rows_per_file=10)
    export_jsonl([documents(25)], account(25), tmp_path / "jsonl")
    assert spark_session.read.parquet(str(tmp_path / "parquet")).count() == 25
    lines = spark_session.read.json(str(tmp_path / "jsonl"))
    assert lines.count() == 25 and set(lines.columns) == {*SCHEMA.names}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_no_data_lies_where_readers_of_folders_do_not_look(
    tmp_path: Path, documents: Make, account: Make, form: Callable[..., Export]
) -> None:
    """pandas, polars and Spark pass by names that begin with `_`; Hugging Face's datasets does not, and takes every
    file of the ending that most have, Parquet's before others: nothing else may end as data does. A card is no data.
    """
    form([documents(25)], account(25), tmp_path / "out")
    seen = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    data = {path for path in seen if path.suffix == (".jsonl" if form is export_jsonl else ".parquet")}
    others = {path.name for path in seen if path not in data}
    card = {export_croissant: "metadata.json", export_huggingface: "README.md"}.get(form)
    assert data and others - {card} == {"_manifest", "_SHA256SUMS"}


@pytest.mark.parametrize("compress", [False, True])
def test_json_lines_are_read_back(tmp_path: Path, documents: Make, account: Make, compress: bool) -> None:
    export_jsonl([documents(25)], account(25), tmp_path / "out", compress=compress)
    if compress:
        data = gzip.decompress((tmp_path / "out" / "documents.jsonl.gz").read_bytes())
    else:
        data = (tmp_path / "out" / "documents.jsonl").read_bytes()
    lines = data.decode().split("\n")
    assert len(lines) == 26 and lines[-1] == ""
    rows = [json.loads(line) for line in lines[:-1]]
    assert [list(row) for row in rows] == [SCHEMA.names] * 25
    expected = rows_of(documents(25))
    for row, wanted in zip(rows, expected, strict=True):
        created = wanted.pop("created")
        assert row.pop("created") == (created and created.isoformat().replace("+00:00", "Z"))
        assert row == wanted
    assert polars.read_ndjson(data).height == 25


def test_the_hugging_face_folder_is_read_back_and_its_card_parses(
    tmp_path: Path, documents: Make, account: Make
) -> None:
    table = documents(25)
    export_huggingface(
        [table], account(25), tmp_path / "out", rows_per_file=20, title="Acme: posts & profiles"
    )
    shards = sorted((tmp_path / "out" / "data").iterdir())
    assert [p.name for p in shards] == ["train-00000-of-00002.parquet", "train-00001-of-00002.parquet"]
    assert ds.dataset(shards).to_table().to_pylist() == rows_of(table)
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    _, head, prose = card.split("---\n", 2)
    front = yaml.safe_load(head)
    (config,) = front["configs"]
    assert sorted((tmp_path / "out").glob(config["data_files"][0]["path"])) == shards
    assert front["language"] == ["de", "en", "fr"] and front["size_categories"] == ["n<1K"]
    assert front["license"] == "unknown" and front["pretty_name"] == "Acme: posts & profiles"
    info = front["dataset_info"]
    assert [(f["name"], f["dtype"]) for f in info["features"]] == [(f.name, str(f.type)) for f in SCHEMA]
    assert info["splits"][0]["num_examples"] == 25
    assert info["download_size"] == sum(p.stat().st_size for p in shards)
    text_bytes = sum(
        len(str(row[name]).encode()) for row in rows_of(table) for name in SCHEMA.names[:4] if row[name]
    )
    assert info["dataset_size"] == info["splits"][0]["num_bytes"] == text_bytes + 25 * 8
    for said in (
        "5a" * 32, "70" * 32, "d1" * 32, "1e" * 32, "ec" * 32, "entry\n4711 of the ledger", "| 1,034 |", "| 12 |",
        "Acme's \\*policy\\* \\| 2026", "it does not hear of later choices", "sha256sum -c",
        "2026-04-02T10:00:00Z, at entry\n4712 of the ledger, for self; 3 documents", "2026-03-01T00:00:00Z",
        "de (7), en (6), fr (6); not known for 6",
    ):  # fmt: skip
        assert said in prose, said


def test_a_card_says_when_nothing_was_held_back(tmp_path: Path, documents: Make, account: Make) -> None:
    export_huggingface([documents(1)], account(1, held_back=[]), tmp_path / "out")
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "Nothing: every record asked for was permitted." in card


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("offline")
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_croissant_is_valid_and_its_records_are_read_back(
    tmp_path: Path, documents: Make, account: Make, caplog: pytest.LogCaptureFixture
) -> None:
    table = documents(25)
    export_croissant([table], account(25), tmp_path / "out", rows_per_file=10)
    caplog.set_level("WARNING")
    dataset = mlcroissant.Dataset(jsonld=str(tmp_path / "out" / "metadata.json"))
    issues = dataset.metadata.ctx.issues
    assert not issues.errors and not issues.warnings and not caplog.records
    found = {record["documents/document_id"].decode(): record for record in dataset.records("documents")}
    assert len(found) == 25
    for row in rows_of(table):
        record = found[row["document_id"]]
        for name in ("kind", "text", "language"):
            assert record[f"documents/{name}"] == (row[name] and row[name].encode())
        assert record["documents/created"] == row["created"]
    described = dataset.metadata
    assert {entry.id: entry.sha256 for entry in described.file_objects} == {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in (tmp_path / "out").glob("*.parquet")
    }
    assert described.version == f"1.0.0+{'5a' * 6}" and described.in_language == ["de", "en", "fr"]
    assert (
        "12 records: the member switched the setting off (refused)" in described.data_collection_missing_data
    )
    for said in (
        described.data_collection, described.data_preprocessing_protocol, described.data_use_cases,
        described.data_biases, described.data_limitations, described.personal_sensitive_information,
        described.data_release_maintenance_plan,
    ):  # fmt: skip
        assert said
    assert "http://mlcommons.org/croissant/RAI/1.0" in described.conforms_to


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_croissant_of_a_spoilt_description_is_not_valid(
    tmp_path: Path, documents: Make, account: Make
) -> None:
    """The check above can fail."""
    export_croissant([documents(2)], account(2), tmp_path / "out")
    path = tmp_path / "out" / "metadata.json"
    described = json.loads(path.read_text(encoding="utf-8"))
    described["recordSet"][0]["field"][0]["source"]["fileSet"]["@id"] = "nowhere"
    path.write_text(json.dumps(described), encoding="utf-8")
    with pytest.raises(mlcroissant.ValidationError):
        mlcroissant.Dataset(jsonld=str(path))


def test_the_croissant_context_is_that_of_the_library() -> None:
    from mlcroissant._src.core.rdf import make_context

    assert make_context(mlcroissant.Context()) == CONTEXT


@pytest.mark.parametrize("form", FORMS)
def test_an_export_is_the_same_however_its_documents_come(
    tmp_path: Path, documents: Make, account: Make, form: Callable[..., Export]
) -> None:
    table = documents(103)
    ways: dict[str, Iterable[Any]] = {
        "whole": [table],
        "again": [table],
        "backwards": [table.slice(start, 1) for start in reversed(range(103))],
        "slices": [table.slice(start, 7) for start in range(0, 103, 7)],
        "batches": iter(table.to_batches(max_chunksize=50)),
        "dictionaries, other order, utc": [
            table.select(["text", "created", "kind", "document_id", "language"])
            .set_column(2, "kind", table["kind"].dictionary_encode())
            .set_column(1, "created", table["created"].cast(pa.timestamp("ns", "UTC")))
            .set_column(0, "text", table["text"].cast(pa.large_string()))
            .replace_schema_metadata({"pandas": "{}"})
        ],
    }
    made = {}
    for way, batches in ways.items():
        form(batches, account(103), tmp_path / way)
        made[way] = contents(tmp_path / way)
    assert all(made[way] == made["whole"] for way in ways)


@pytest.mark.parametrize("form", FORMS)
def test_every_export_has_an_account_and_sums_that_hold(
    tmp_path: Path, documents: Make, account: Make, form: Callable[..., Export]
) -> None:
    done = form([documents(9)], account(9), tmp_path / "out")
    checked = subprocess.run(
        ["sha256sum", "-c", "--strict", "_SHA256SUMS"], cwd=done.folder, capture_output=True
    )
    assert checked.returncode == 0
    assert {*done.files} == {*contents(done.folder)} and done.bytes == sum(
        map(len, contents(done.folder).values())
    )
    account = json.loads((done.folder / "_manifest").read_text(encoding="utf-8"))
    assert account["licet_export"] == 1 and account["snapshot"] == "5a" * 32
    assert account["held_back"] == {"no_rule": 1034, "refused": 12} and account["counts"]["documents"] == 9
    listed = {entry["path"]: entry["sha256"] for entry in account["files"]}
    assert listed.keys() == {*done.files} - {"_manifest", "_SHA256SUMS"}
    for path, digest in listed.items():
        assert hashlib.sha256((done.folder / path).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("form", FORMS)
def test_what_is_inside_the_platform_stays_inside(
    tmp_path: Path, documents: Make, account: Make, form: Callable[..., Export]
) -> None:
    rows = [
        {"table": "posts", "code": "refused", "rule": "r1", "region": "CH-VS", "records": 7},
        {"table": "profiles", "code": "refused", "rule": "r1", "region": None, "records": 5},
    ]
    form([documents(9)], account(9, held_back=rows), tmp_path / "out")
    everything = b"".join(contents(tmp_path / "out").values())
    for inside in (b"CH-VS", b"/home/acme", b"0f" * 32, b'"r1"'):
        assert inside not in everything
    account = json.loads((tmp_path / "out" / "_manifest").read_text(encoding="utf-8"))
    assert account["held_back"] == {"refused": 12}


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_snapshot_can_be_exported(
    tmp_path: Path, account: Make, form: Callable[..., Export]
) -> None:
    done = form(iter([]), account(0), tmp_path / "out")
    if form is not export_jsonl:
        (shard,) = [path for path in done.files if path.endswith(".parquet")]
        assert shard.endswith("-00000-of-00001.parquet")
        assert pq.read_table(done.folder / shard).schema.equals(SCHEMA)


def test_the_order_of_an_export_does_not_show_which_documents_lay_together(
    tmp_path: Path, documents: Make, account: Make
) -> None:
    table = documents(60)
    buckets = [table.take(list(range(bucket, 60, 6))).sort_by("document_id") for bucket in range(6)]
    export_jsonl(buckets, account(60), tmp_path / "out")
    lines = (tmp_path / "out" / "documents.jsonl").read_bytes().splitlines()
    ids = [json.loads(line)["document_id"] for line in lines]
    assert ids == sorted(table["document_id"].to_pylist())


def test_sizes_are_named_as_hugging_face_names_them() -> None:
    assert [size_category(n) for n in (0, 999, 1000, 99_999, 10**6, 10**12)] == [
        "n<1K", "n<1K", "1K<n<10K", "10K<n<100K", "1M<n<10M", "n>1T",
    ]  # fmt: skip


def test_text_from_outside_cannot_write_markdown() -> None:
    assert plain("a\n# b [x](y) <img>|`") == r"a \# b \[x\](y) \<img\>\|\`"
