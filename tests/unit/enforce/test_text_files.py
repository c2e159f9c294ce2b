"""CSV, JSON lines and folders: what stands there is read, nothing is guessed, and what is not read is said."""

from __future__ import annotations

import gzip
import json
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from licet.enforce.row_verdicts import ROW
from licet.sources.catalogue import Catalogue
from licet.terms import SourceError


def opened(engine: Any, base: Path, location: dict[str, Any], **table: Any) -> pa.Table:
    catalogued: dict[str, Any] = {"location": location, "columns": {}} | table
    facts = {"table": "posts", "subject": "who", "birth_date": "born", "age": "age"}
    catalogue = Catalogue.model_validate(
        {"licet_catalogue": 1, "facts": facts, "tables": {"posts": catalogued}}
    )
    with engine.reading("table 'posts'"):
        where = "posts", catalogue.tables["posts"], base, {}, catalogue.readings("posts")
        read = engine.open(*where)
        ordered, rows = engine.in_order(*where), read.to_pyarrow()
        if ordered is not None:  # held in memory, it is the same
            assert ordered.rows.drop(ROW).schema() == read.schema()
            assert repr(ordered.rows.to_pyarrow().sort_by(ROW).drop([ROW]).to_pylist()) == repr(
                rows.to_pylist()
            )
        return rows


def csv(base: Path, text: str | bytes, name: str = "posts.csv") -> dict[str, str]:
    (base / name).parent.mkdir(parents=True, exist_ok=True)
    (base / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return {"csv": name}


def test_nothing_in_csv_is_guessed(engine: Any, tmp_path: Path) -> None:
    text = 'country,day,n,note\nNO,01/02/2024,007,#hash\nNULL,2024-01-01,1e3,"a;b|c\td"\n# x,,true,"  "\n'
    assert opened(engine, tmp_path, csv(tmp_path, text)).to_pylist() == [
        {"country": "NO", "day": "01/02/2024", "n": "007", "note": "#hash"},
        {"country": "NULL", "day": "2024-01-01", "n": "1e3", "note": "a;b|c\td"},
        {"country": "# x", "day": None, "n": "true", "note": "  "},
    ]


def test_a_separator_is_what_the_catalogue_says(engine: Any, tmp_path: Path) -> None:
    where = csv(tmp_path, "a;b\n1,5;2\n")
    assert opened(engine, tmp_path, where | {"delimiter": ";"}).to_pylist() == [{"a": "1,5", "b": "2"}]
    assert opened(engine, tmp_path, csv(tmp_path, "a;b\n1;2\n")).column_names == ["a;b"]


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1\n",
        "a,b\n1,2,3\n",
        'a,b\n1,"open\n2,3\n',
        'a,b\n1,"x"y\n',
        'a,b\n1, "x"\n',
        'a,b\n1,"x" \n',
        b"a,b\n1,\xff\n",
        "",
        "a,\n1,2\n",
        "a,b\n1,2\r\n3,4\n",
        "a,b\r\n1,2\n3,4\r\n",
        "a,b\r\n1,2\r3,4\r\n",
        "a,b\r1,2\n3,4\r",
        'a,b\n1,"x\r"\r\n',
        "a,b\n1,2\r3\n",
    ],
)
def test_csv_that_can_be_read_in_two_ways_is_refused(engine: Any, tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(SourceError) as refused:
        opened(engine, tmp_path, csv(tmp_path, text))
    assert refused.value.code in ("SRC-163", "SRC-030", "SRC-063")


def test_a_quote_that_is_not_closed_is_told_with_its_line(engine: Any, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="SRC-163") as refused:
        opened(engine, tmp_path, csv(tmp_path, 'a,b\n1,2\n3,"open\n5,6\n'))
    assert refused.value.where.endswith("posts.csv:3")


def test_line_breaks_quotes_and_a_byte_order_mark_are_read(engine: Any, tmp_path: Path) -> None:
    text = b'\xef\xbb\xbfa,b\r\n"x\r\n1,y","say ""hi"""\r\n5" tall,z\r\n'
    assert opened(engine, tmp_path, csv(tmp_path, text)).to_pylist() == [
        {"a": "x\r\n1,y", "b": 'say "hi"'},
        {"a": '5" tall', "b": "z"},
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_break_may_stand_within_quotes(engine: Any, tmp_path: Path, end: str) -> None:
    text = f'a,b{end}"x\ny","1\r2"{end}"\r\n",z{end}'
    assert opened(engine, tmp_path, csv(tmp_path, text)).to_pylist() == [
        {"a": "x\ny", "b": "1\r2"},
        {"a": "\r\n", "b": "z"},
    ]


def test_an_empty_line_is_no_row_of_a_table_of_one_column(engine: Any, tmp_path: Path) -> None:
    assert opened(engine, tmp_path, csv(tmp_path, "who\n\nann\n\n")).to_pylist() == [{"who": "ann"}]


def test_columns_of_csv_go_by_their_names_file_by_file(engine: Any, tmp_path: Path) -> None:
    csv(tmp_path, "who,open,closed\nann,A,1\n", "posts/a.csv")
    csv(tmp_path, "closed,who,open\n2,ben,B\n", "posts/b.CSV")
    (tmp_path / "posts" / "deep").mkdir()
    (tmp_path / "posts" / "deep" / "c.csv.gz").write_bytes(gzip.compress(b"who,open\ncy,C\n"))
    (tmp_path / "posts" / "_done").write_text("not data")
    (tmp_path / "posts" / "read me.txt").write_text("not data")
    read = opened(engine, tmp_path, {"csv": "posts"}).select(["who", "open", "closed"]).sort_by("who")
    assert [tuple(row.values()) for row in read.to_pylist()] == [
        ("ann", "A", "1"), ("ben", "B", "2"), ("cy", "C", None),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["b.parquet.zst", "b", "b.json", "deep/b.tsv"])
def test_a_file_that_would_not_be_read_is_named(engine: Any, tmp_path: Path, name: str) -> None:
    csv(tmp_path, "who\nann\n", "posts/a.csv")
    csv(tmp_path, "who\nann\n", f"posts/{name}")
    with pytest.raises(SourceError, match="SRC-162") as refused:
        opened(engine, tmp_path, {"csv": "posts"})
    assert refused.value.what.startswith(name)


@pytest.mark.parametrize("names", [["a", "a"], ["a", "A"]])
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "arrow"])
def test_two_columns_of_one_name_are_refused(
    engine: Any, tmp_path: Path, names: list[str], kind: str
) -> None:
    data = pa.Table.from_arrays([pa.array(["1"]), pa.array(["2"])], names)
    location = {kind: "posts"}
    if kind == "csv":
        location = csv(tmp_path, f"{','.join(names)}\n1,2\n")
    elif kind == "jsonl":
        (tmp_path / "posts.jsonl").write_text(f'{{"{names[0]}": "1", "{names[1]}": "2"}}')
        location = {"jsonl": "posts.jsonl"}
    elif kind == "parquet":
        pq.write_table(data, tmp_path / "posts.parquet")
        location = {"parquet": "posts.parquet"}
    catalogue = Catalogue.model_validate(
        {"licet_catalogue": 1, "tables": {"posts": {"location": location, "columns": {}}}}
    )
    with pytest.raises(SourceError) as refused, engine.reading("table 'posts'"):
        engine.open("posts", catalogue.tables["posts"], tmp_path, {"posts": data}, {}).to_pyarrow()
    assert refused.value.code == "SRC-161" or (kind == "jsonl" and names == ["a", "a"])


def test_a_column_called_as_the_gates_own_is_refused(engine: Any, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="SRC-166"):
        opened(engine, tmp_path, csv(tmp_path, "__licet_mask\n1\n"))


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_folders_are_columns_only_where_the_catalogue_asks(engine: Any, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "posts" / "who=ben" / "day=2024-01-01"
    folder.mkdir(parents=True)
    data = pa.table({"text": ["x"]})
    if kind == "parquet":
        pq.write_table(data, folder / "a.parquet")
    else:
        (folder / f"a.{kind}").write_text("text\nx\n" if kind == "csv" else '{"text": "x"}')
    assert opened(engine, tmp_path, {kind: "posts"}).to_pylist() == [{"text": "x"}]
    asked = opened(engine, tmp_path, {kind: "posts", "hive": True})
    assert asked.to_pylist() == [{"text": "x", "who": "ben", "day": "2024-01-01"}]


def test_a_folder_never_speaks_for_a_column_of_the_files(engine: Any, tmp_path: Path) -> None:
    folder = tmp_path / "posts" / "who=ben"
    folder.mkdir(parents=True)
    pq.write_table(pa.table({"who": ["ann"]}), folder / "a.parquet")
    assert opened(engine, tmp_path, {"parquet": "posts"}).to_pylist() == [{"who": "ann"}]
    with pytest.raises(SourceError, match="SRC-167"):
        opened(engine, tmp_path, {"parquet": "posts", "hive": True})


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
@pytest.mark.parametrize(
    ("folders", "within"),
    [
        (["WHO=ben"], {"who": "ann", "text": "x"}),
        (["k=1", "K=2"], {"text": "x"}),
        (["k=1", "k=2"], {"text": "x"}),
    ],
)
def test_names_of_folders_are_columns_of_their_own(
    engine: Any, tmp_path: Path, kind: str, folders: list[str], within: dict[str, str]
) -> None:
    lay_row(tmp_path.joinpath("posts", *folders), kind, within)
    with pytest.raises(SourceError, match=r"SRC-16[17]"):
        opened(engine, tmp_path, {kind: "posts", "hive": True})


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_every_file_lies_below_folders_of_the_same_names(engine: Any, tmp_path: Path, kind: str) -> None:
    lay_row(tmp_path / "posts" / "who=ann", kind, {"text": "x"})
    lay_row(tmp_path / "posts", kind, {"text": "y"})
    with pytest.raises(SourceError, match="SRC-167"):
        opened(engine, tmp_path, {kind: "posts", "hive": True})


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_a_folder_above_the_workspace_says_nothing(engine: Any, tmp_path: Path, kind: str) -> None:
    base = tmp_path / "who=eve" / "w"
    lay_row(base / "posts" / "k=1", kind, {"who": "ann", "text": "x"})
    assert opened(engine, base, {kind: "posts"}).to_pylist() == [{"who": "ann", "text": "x"}]
    with pytest.raises(SourceError, match="SRC-167"):
        opened(engine, base, {kind: "posts", "hive": True})


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_values_of_folders_are_read_alike_by_every_engine(engine: Any, tmp_path: Path, kind: str) -> None:
    for place, folder in enumerate(["a%20b", "a+b", "007", "__HIVE_DEFAULT_PARTITION__", "é"]):
        lay_row(tmp_path / "posts" / f"who={folder}", kind, {"text": str(place)})
    read = opened(engine, tmp_path, {kind: "posts", "hive": True}).sort_by("text")
    assert read["who"].to_pylist() == ["a b", "a+b", "007", None, "é"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (pa.array([1]), pa.array([2.5])),
        (pa.nulls(1), pa.array(["b"])),
        (pa.array([1]), pa.array(["b"])),
        (pa.array([1.5], pa.float32()), pa.array([0.1])),
        (pa.array([{"a": 1}]), pa.array([{"a": 2.5}])),
        (pa.array([[1]]), pa.array([["b"]])),
        (pa.array([{"a": 1}]), pa.array([{"b": 1}])),
    ],
)
def test_no_value_of_a_file_is_bent_to_the_type_of_another(
    engine: Any, tmp_path: Path, first: pa.Array, second: pa.Array
) -> None:
    (tmp_path / "posts").mkdir()
    pq.write_table(pa.table({"n": first}), tmp_path / "posts" / "a.parquet")
    pq.write_table(pa.table({"n": second}), tmp_path / "posts" / "b.parquet")
    with pytest.raises(SourceError, match="SRC-169: column n"):
        opened(engine, tmp_path, {"parquet": "posts"})


def test_a_pattern_means_no_hidden_file(engine: Any, tmp_path: Path) -> None:
    for name in ("a.csv", "_b.csv", ".c.csv"):
        csv(tmp_path, f"who\n{name}\n", f"posts/{name}")
    assert opened(engine, tmp_path, {"csv": "posts/*"}).to_pylist() == [{"who": "a.csv"}]


def test_spark_does_not_take_a_hidden_file_for_an_empty_one(spark_session: Any, tmp_path: Path) -> None:
    from licet.enforce.spark_engine import SparkEngine

    with pytest.raises(SourceError, match="SRC-068"):
        opened(SparkEngine(spark_session), tmp_path, csv(tmp_path, "who\nann\n", "_posts.csv"))


def lay_row(folder: Path, kind: str, row: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist([row]), folder / "a.parquet")
    elif kind == "csv":
        (folder / "a.csv").write_text(f"{','.join(row)}\n{','.join(row.values())}\n")
    else:
        (folder / "a.jsonl").write_text(json.dumps(row))


def test_dates_are_iso_and_times_keep_their_offset(engine: Any, tmp_path: Path) -> None:
    text = "who,born,made\na,2007-11-03,2025-11-03T00:30:00+02:00\nb,0000-00-00,2025-11-03\nc,,2025-11-03 01:02:03Z\n"
    read = opened(engine, tmp_path, csv(tmp_path, text), created="made").to_pylist()
    assert [row["born"] for row in read] == [date(2007, 11, 3), None, None]
    assert [row["made"] for row in read] == [
        datetime(2025, 11, 2, 22, 30, tzinfo=UTC),
        datetime(2025, 11, 3, tzinfo=UTC),
        datetime(2025, 11, 3, 1, 2, 3, tzinfo=UTC),
    ]


@pytest.mark.parametrize("written", ["11/03/2007", "3 Nov 2007", "2007-11", "1194048000"])
def test_a_date_in_another_order_is_an_error_that_tells_no_date(
    engine: Any, tmp_path: Path, written: str
) -> None:
    with pytest.raises(SourceError, match="SRC-164: column born") as refused:
        opened(engine, tmp_path, csv(tmp_path, f"who,born\nann,{written}\n"))
    assert "2007" not in refused.value.what and "formats" in refused.value.fix


def test_a_date_is_read_as_the_catalogue_says_it_is_written(engine: Any, tmp_path: Path) -> None:
    where = csv(tmp_path, "who,born,made\nann,03/11/2007,1.2.2024 13:05\n")
    formats = {"born": "%d/%m/%Y", "made": "%d.%m.%Y %H:%M"}
    read = opened(engine, tmp_path, where, created="made", formats=formats).to_pylist()
    assert read == [
        {"who": "ann", "born": date(2007, 11, 3), "made": datetime(2024, 2, 1, 13, 5, tzinfo=UTC)}
    ]
    with pytest.raises(SourceError, match="SRC-164"):
        opened(engine, tmp_path, csv(tmp_path, "who,born\nann,11/23/2007\n"), formats={"born": "%d/%m/%Y"})


@pytest.mark.parametrize(
    "written",
    ["0000-06-01", "2025-11-03T24:00:00", "2016-12-31T23:59:60Z", "2025-11-03T12:00:00+25:00", "2025-02-30",
     "9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00", "2025-13-01"],
)  # fmt: skip
def test_a_moment_that_no_calendar_has_is_not_known(engine: Any, tmp_path: Path, written: str) -> None:
    read = opened(engine, tmp_path, csv(tmp_path, f"who,made\nann,{written}\n"), created="made")
    assert read["made"].to_pylist() == [None]


@pytest.mark.parametrize("written", ["03/11/07", "03/11/2007 ", " 03/11/2007", "03/11/+2007", "3/11/20007"])
def test_a_year_is_four_digits_and_nothing_stands_beside_a_date(
    engine: Any, tmp_path: Path, written: str
) -> None:
    with pytest.raises(SourceError, match="SRC-164: column born"):
        opened(engine, tmp_path, csv(tmp_path, f"who,born\nann,{written}\n"), formats={"born": "%d/%m/%Y"})


def test_a_shape_tells_no_letter_and_no_digit_of_any_script(engine: Any, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="SRC-164") as refused:
        opened(engine, tmp_path, csv(tmp_path, "who,born\nann,٢٠٢٥ Müller\u0301 ж\n"))
    assert "'9999 aaaaaaa a'" in refused.value.what


def test_an_age_is_a_whole_number_or_not_known(engine: Any, tmp_path: Path) -> None:
    where = csv(tmp_path, "who,age\na,30\nb,30.5\nc,unknown\nd,\ne,-3\n")
    assert opened(engine, tmp_path, where)["age"].to_pylist() == [30, None, None, None, None]


def test_columns_have_the_types_the_catalogue_declares(engine: Any, tmp_path: Path) -> None:
    types = {"n": "integer", "x": "number", "yes": "boolean", "on": "date", "raw": "text"}
    where = csv(tmp_path, "n,x,yes,on,raw\n7,1.5,true,2024-01-01,007\n,,,,\n")
    assert opened(engine, tmp_path, where, types=types).to_pylist() == [
        {"n": 7, "x": 1.5, "yes": True, "on": date(2024, 1, 1), "raw": "007"},
        dict.fromkeys(types),
    ]
    for none in ("seven", "9223372036854775808"):
        with pytest.raises(SourceError, match="SRC-168: column n"):
            opened(engine, tmp_path, csv(tmp_path, f"n\n{none}\n"), types={"n": "integer"})


def test_json_lines_keep_their_texts(engine: Any, tmp_path: Path) -> None:
    lines = '{"who": "a", "day": "2024-01-01", "u": "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "s": {"at": "12:00:00"}}\n'
    (tmp_path / "posts.jsonl").write_text(lines)
    assert opened(engine, tmp_path, {"jsonl": "posts.jsonl"}).to_pylist() == [
        {
            "who": "a",
            "day": "2024-01-01",
            "u": "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
            "s": {"at": "12:00:00"},
        }
    ]


@pytest.mark.parametrize(
    "lines",
    [
        '{"who": "a"}{"who": "b"}',
        '[{"who": "a"}, {"who": "b"}]',
        '{"who": "\\ud800"}',
        "{'who': 'a'}",
        '{"who": "a"}\n"b"',
        '{"who": "a"}\n{"who": ',
        '{"who": "a", "": "b"}',
        "",
    ],
)
def test_what_is_not_one_object_a_line_is_refused(engine: Any, tmp_path: Path, lines: str) -> None:
    (tmp_path / "posts.jsonl").write_text(lines)
    with pytest.raises(SourceError, match="SRC-170"):
        opened(engine, tmp_path, {"jsonl": "posts.jsonl"})


def test_names_that_differ_by_case_from_line_to_line_are_refused(engine: Any, tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text('{"who": "a"}\n{"WHO": "b"}\n')
    with pytest.raises(SourceError, match="SRC-161"):
        opened(engine, tmp_path, {"jsonl": "posts.jsonl"})


def test_what_json_lines_hold_does_not_turn_on_how_many_names_there_are(engine: Any, tmp_path: Path) -> None:
    lines = [
        f'{{"who": "{n}", "o": {{"k{n}": {n}, "mixed": {n if n % 2 else json.dumps(str(n))}}}}}'
        for n in range(250)
    ]
    (tmp_path / "posts.jsonl").write_text("\n".join(lines))
    read = opened(engine, tmp_path, {"jsonl": "posts.jsonl"}).sort_by("who").to_pylist()
    assert read[1]["who"] == "1" and read[1]["o"]["k1"] == 1 and len(read[1]["o"]) == 251
    assert {row["o"]["mixed"] for row in read} == {str(n) for n in range(250)}


def test_a_folder_never_speaks_for_a_column_of_json_lines(engine: Any, tmp_path: Path) -> None:
    folder = tmp_path / "posts" / "who=ben"
    folder.mkdir(parents=True)
    (folder / "a.jsonl").write_text('{"who": "ann"}')
    assert opened(engine, tmp_path, {"jsonl": "posts"}).to_pylist() == [{"who": "ann"}]
    with pytest.raises(SourceError, match="SRC-167"):
        opened(engine, tmp_path, {"jsonl": "posts", "hive": True})


def on_duckdb() -> Any:
    from licet.enforce.duckdb_engine import DuckDBEngine

    return DuckDBEngine(threads=1)


def test_tables_of_one_duckdb_file_are_found_in_their_schemas(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "x.duckdb") as connection:
        connection.execute("CREATE SCHEMA s; CREATE TABLE s.posts AS SELECT 'a' AS who")
        connection.execute("CREATE TABLE \"s.posts\" AS SELECT 'b' AS who")
        connection.execute("CREATE TABLE long AS SELECT 'c' AS who, INTERVAL 3 DAY AS lasted")
    engine = on_duckdb()
    places = ("s.posts", "long", "main.long")
    read = [opened(engine, tmp_path, {"duckdb": "x.duckdb", "table": place}).to_pylist() for place in places]
    assert [rows[0]["who"] for rows in read] == ["b", "c", "c"] and read[1][0]["lasted"] == "3 days"
    with pytest.raises(SourceError, match="SRC-033"):
        opened(engine, tmp_path, {"duckdb": "x.duckdb", "table": "post"})
    with pytest.raises(SourceError, match="SRC-034"):
        opened(engine, tmp_path, {"duckdb": "y.duckdb", "table": "posts"})


def test_a_sqlite_file_lies_by_the_catalogue_and_is_never_made(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "x.db") as base:
        base.execute("CREATE TABLE posts (who TEXT)")
        base.execute("INSERT INTO posts VALUES ('007')")
    location = {"sql": "sqlite:///x.db", "table": "posts"}
    assert opened(on_duckdb(), tmp_path, location).to_pylist() == [{"who": "007"}]
    with pytest.raises(SourceError, match="SRC-034"):
        opened(on_duckdb(), tmp_path, {"sql": "sqlite:///y.db", "table": "posts"})
    assert not (tmp_path / "y.db").exists()
