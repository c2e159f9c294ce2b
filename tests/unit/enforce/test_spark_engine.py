"""Spark as an engine: where tables may lie, what types come back, and each failure in its own words."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import licet
from journeys.networks import AUTUMN, make_network, member, post
from licet.enforce import Access
from licet.enforce.selection import Selection
from licet.enforce.spark_engine import SparkEngine
from licet.enforce.spark_session import open_session
from licet.sources.catalogue import STAMP, Catalogue, Location, Table
from licet.terms import GateError, SourceError

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def spark(spark_session: Any) -> SparkEngine:
    return SparkEngine(spark_session)


def opened(engine: Any, base: Path, **location: str) -> Any:
    table = Table(location=Location(**location), key="id", created="at", columns={})
    readings = Catalogue(licet_catalogue=1, tables={"posts": table}).readings("posts")
    return engine.open("posts", table, base, {}, readings)


def refused(code: str, engine: Any, base: Path, **location: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        opened(engine, base, **location).to_pyarrow()
    assert caught.value.code == code
    return caught.value


def test_parquet_is_read_as_it_is_whole_numbers_and_times_to_the_last_digit(
    spark: SparkEngine, tmp_path: Path
) -> None:
    large = 2**62 + 1
    data = pa.table(
        {
            "id": pa.array([large, None], pa.int64()),
            "at": pa.array([NOON, None], pa.timestamp("us", "America/St_Johns")),
            "there": pa.array([NOON.replace(tzinfo=None), None], pa.timestamp("us")),
            "a b`c.d": pa.array([["x", None], None], pa.list_(pa.string())),
        }
    )
    pq.write_table(data, tmp_path / "one {a}.parquet")
    rows = opened(spark, tmp_path, parquet="one {a}.parquet").to_pyarrow().to_pylist()
    assert rows[0] == {"id": large, "at": NOON, "there": NOON.replace(tzinfo=None), "a b`c.d": ["x", None]}
    assert rows[1] == dict.fromkeys(data.column_names)


def test_folders_globs_and_addresses_name_the_files_inside(spark: SparkEngine, tmp_path: Path) -> None:
    for name in ("a", "b"):
        pq.write_table(pa.table({"id": [name]}), tmp_path / f"{name}.parquet")
    (tmp_path / "notes.txt").write_text("not a table")
    (tmp_path / "by_day" / "day=1").mkdir(parents=True)
    pq.write_table(pa.table({"id": ["c"]}), tmp_path / "by_day" / "day=1" / "c.parquet")

    def ids(place: str) -> list[str]:
        return sorted(opened(spark, tmp_path, parquet=place).to_pyarrow()["id"].to_pylist())

    assert ids(".") == ["a", "b", "c"]
    assert ids(str(tmp_path / "[b].parquet")) == ["b"]
    assert ids("by_day") == ["c"]
    assert ids(f"file://{tmp_path}/a.parquet") == ["a"]


def test_csv_and_json_lines_are_read(spark: SparkEngine, tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_text('id,text\n1,"two\nlines, and ""quotes"""\n2,\n')
    assert opened(spark, tmp_path, csv="posts.csv").to_pyarrow().to_pylist() == [
        {"id": "1", "text": 'two\nlines, and "quotes"'},
        {"id": "2", "text": None},
    ]
    (tmp_path / "posts.jsonl").write_text('{"id": 1, "at": "2026-01-01T12:00:00Z"}\n{"id": 2, "at": null}\n')
    read = opened(spark, tmp_path, jsonl="posts.jsonl")
    assert read.schema()["at"].is_timestamp()
    assert read.to_pyarrow().to_pylist() == [{"id": "1", "at": NOON}, {"id": "2", "at": None}]


def test_types_spark_does_not_have_are_handed_in_as_the_next_wider(spark: SparkEngine) -> None:
    handed = pa.table(
        {
            "small": pa.array([255], pa.uint8()),
            "large": pa.array([2**64 - 1], pa.uint64()),
            "word": pa.array(["x"]).dictionary_encode(),
            "at": pa.array([NOON.replace(tzinfo=None)], pa.timestamp("ns")),
            "day": pa.array([date(2026, 1, 1)], pa.date64()),
            "inside": pa.array([[{"n": 7}]], pa.large_list(pa.struct([("n", pa.uint32())]))),
            "nothing": pa.nulls(1),
        }
    )
    assert spark.hand_in(handed).to_pyarrow().to_pylist() == [
        {
            "small": 255,
            "large": Decimal(2**64 - 1),
            "word": "x",
            "at": NOON.replace(tzinfo=None),
            "day": date(2026, 1, 1),
            "inside": [{"n": 7}],
            "nothing": None,
        }
    ]
    assert spark.hand_in(handed.slice(0, 0)).to_pyarrow().num_rows == 0


@pytest.mark.parametrize("nanosecond", [1, 999, -1, -999])
def test_the_last_nanosecond_of_a_day_stays_in_it(spark: SparkEngine, nanosecond: int) -> None:
    at = spark.hand_in(pa.table({"at": pa.array([nanosecond], pa.timestamp("ns"))})).to_pyarrow()["at"][0]
    assert at.value == nanosecond // 1000


def test_ids_are_the_same_text_on_both_engines_or_nobodys(spark: SparkEngine) -> None:
    from licet.enforce.duckdb_engine import DuckDBEngine

    ids = {
        "whole": pa.array([7.0, 12345678.0, -3.0, None]),
        "bytes": pa.array([b"abc", b"A-1", b"", None]),
        "exact": pa.array([Decimal("1.50"), Decimal("-2.00"), Decimal("0.00"), None]),
        "flag": pa.array([True, False, True, None]),
        "day": pa.array([date(2026, 1, 1)] * 3 + [None]),
        "time": pa.array([NOON.replace(tzinfo=None, microsecond=500)] * 3 + [None], pa.timestamp("us")),
    }

    def texts(engine: Any, columns: dict[str, pa.Array]) -> dict[str, list[Any]]:
        table = engine.hand_in(pa.table(columns))
        told = table.select(**{name: table[name].cast("string") for name in columns}).to_pyarrow()
        return {name: told[name].to_pylist() for name in columns}

    assert texts(spark, ids) == texts(DuckDBEngine(), ids)
    strange = {
        "broken": pa.array([0.1, 1e16, float("nan")]),
        "bytes": pa.array([b"\x00", b"it's", b"\xff"]),
        "instant": pa.array([NOON] * 3, pa.timestamp("us", "UTC")),
        "list": pa.array([["a"], [], ["b"]]),
    }
    assert {text for told in texts(spark, strange).values() for text in told} == {None}


def test_tables_spark_cannot_read_are_refused(spark: SparkEngine, tmp_path: Path) -> None:
    refused("SRC-061", spark, tmp_path, sql="postgresql://host/db", table="posts")
    refused("SRC-061", spark, tmp_path, duckdb="posts.duckdb", table="posts")
    refused("SRC-034", spark, tmp_path, parquet="nowhere.parquet")
    refused("SRC-062", spark, tmp_path, parquet=f"file://{tmp_path}/nowhere.parquet")
    (tmp_path / "empty").mkdir()
    refused("SRC-034", spark, tmp_path, parquet="empty")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and then nothing of the kind")
    assert "broken" in str(refused("SRC-063", spark, tmp_path, parquet="broken.parquet"))
    refused("SRC-031", spark, tmp_path, arrow="nobody")
    with pytest.raises(SourceError) as caught:
        spark.hand_in(pa.table({"at": pa.array([1], pa.time64("us"))}))
    assert caught.value.code == "SRC-064"


def test_a_session_that_cannot_start_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "pyspark.errors", None)
        with pytest.raises(SourceError, match=r"SRC-066.*licet\[spark\]"):
            open_session()
    from pyspark.sql import SparkSession

    with monkeypatch.context() as without:
        without.setattr(SparkSession, "getActiveSession", classmethod(lambda cls: None))
        without.setenv("JAVA_HOME", str(tmp_path))
        with pytest.raises(SourceError, match=r"SRC-065.*openjdk-17"):
            open_session()
    with pytest.raises(SourceError, match="SRC-067"):
        open_session(remote="not an address")


def test_a_function_is_carried_to_the_executors_and_groups_stay_together(spark: SparkEngine) -> None:
    sizes = pa.schema([("g", pa.string()), ("rows", pa.int32()), ("mark", pa.binary(2))])

    def group_sizes(rows: pa.Table) -> pa.Table:  # within the test, since executors do not have the tests
        told = rows.rename_columns(["n", "g"]).group_by("g").aggregate([("n", "count")])
        return pa.table([told["g"], told["n_count"].cast("int32"), [b"ab"] * len(told)], schema=sizes)

    groups = [None if n % 50 == 7 else f"g{n * 7919 % 499}" for n in range(2000)]
    rows = spark.hand_in(pa.table({"n": pa.array(range(2000)), 'g`"': groups}))
    made = pa.concat_tables(spark.transform(rows, group_sizes, sizes, together='g`"'))
    assert made.schema == sizes
    told = {row["g"]: row["rows"] for row in made.to_pylist()}
    assert len(made) == len(told), "a group came in two batches"
    assert told == Counter(groups)


def test_a_function_that_fails_on_an_executor_says_how(spark: SparkEngine) -> None:
    rows = spark.hand_in(pa.table({"g": ["a"]}))
    with pytest.raises(GateError, match=r"GATE-020.*KeyError.*missing"):
        list(spark.transform(rows, lambda table: table.select(["missing"]), pa.schema([("g", pa.string())])))
    assert rows.count().to_pyarrow().as_py() == 1, "and the session goes on"


def test_a_file_put_in_another_s_place_is_not_read_and_a_failure_of_a_table_handed_out_has_its_code(
    spark: SparkEngine, tmp_path: Path
) -> None:
    plain = pa.table({"id": ["1"], "at": [NOON], "text": ["hello"]})
    pq.write_table(plain, tmp_path / "x.parquet")
    rows = opened(spark, tmp_path, parquet="x.parquet")
    assert rows.to_pyarrow()["text"].to_pylist() == ["hello"]
    stamped = plain.schema.field("text").with_metadata({STAMP: b"private_communication.messages"})
    pq.write_table(plain.cast(plain.schema.set(2, stamped)), tmp_path / "x.parquet")
    with pytest.raises(SourceError, match="SRC-180"):
        rows.to_pyarrow()
    (tmp_path / "x.parquet").unlink()
    with pytest.raises(SourceError, match="SRC-06"):
        rows.to_pyarrow()


def test_a_table_that_was_handed_out_is_not_read_past_a_no(spark_session: Any, tmp_path: Path) -> None:
    rows = {
        "members": [member("ann"), member("ben")],
        "posts": [post("1", "ann", "one"), post("2", "ben", "two")],
    }
    make_network(tmp_path / "w", rows).close()
    with licet.open(tmp_path / "w", spark=spark_session, clock=lambda: AUTUMN) as workspace:
        gate = workspace.gate("generative_ai_training")
        handed_out = gate.table("posts")
        assert sorted(handed_out.to_pyarrow()["body"].to_pylist()) == ["one", "two"]
        workspace.choose("ann", "ai", "off")
        for read in (handed_out.to_pyarrow, handed_out.count().execute):
            with pytest.raises(GateError, match="GATE-202"):
                read()
        assert gate.read("posts")["body"].to_pylist() == ["two"]


def test_a_use_sees_rows_on_the_executors_alone(spark_session: Any, tmp_path: Path) -> None:
    rows = {
        "members": [member("ann"), member("eve", "US")],
        "posts": [post("1", "ann", "one"), post("2", "eve", "x")],
    }
    make_network(tmp_path / "w", rows).close()

    def shout(rows: pa.Table) -> pa.Table:
        return pa.table({"said": pc.utf8_upper(rows["body"].cast(pa.string()))})

    with licet.open(tmp_path / "w", spark=spark_session, clock=lambda: AUTUMN) as workspace:
        gate = workspace.gate("generative_ai_training", for_training=True)
        access = Access({gate.purpose: gate}, b"")
        for ask in (access.rows, lambda table: access.own("ann")):
            with pytest.raises(GateError) as caught:
                ask("posts")
            assert caught.value.code == "GATE-211"
        made = access.transform(Selection("posts", ("body",)), shout, pa.schema([("said", pa.string())]))
        assert made.read_all()["said"].to_pylist() == ["ONE"]


def test_labels_of_files_at_an_address_are_held_against_the_catalogue(
    spark: SparkEngine, tmp_path: Path
) -> None:
    schema = pa.schema(
        [
            pa.field("id", pa.string()),
            pa.field("text", pa.string(), metadata={STAMP: b"private_communication.messages"}),
        ]
    )
    pq.write_table(pa.table({"id": ["1"], "text": ["a letter"]}, schema=schema), tmp_path / "a.parquet")
    for address in (f"file://{tmp_path}/a.parquet", f"file://{tmp_path}"):
        table = Table(location=Location(parquet=address), columns={"text": "content.posts"})
        with pytest.raises(SourceError, match="SRC-013"):
            spark.open("posts", table, tmp_path, {}, {})
        bare = table.model_copy(update={"columns": {}})
        assert spark.open("posts", bare, tmp_path, {}, {}).to_pyarrow().num_rows == 1


def test_a_table_whose_labels_cannot_be_looked_at_is_refused(connect_session: Any, tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": ["1"]}), tmp_path / "a.parquet")
    table = Table(location=Location(parquet=f"file://{tmp_path}/a.parquet"), columns={})
    with pytest.raises(SourceError, match="SRC-069"):
        SparkEngine(connect_session).open("posts", table, tmp_path, {}, {})
