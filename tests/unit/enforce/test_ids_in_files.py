"""Law 14: an id is its text, byte for byte, wherever a table lies; what has no one text is refused, by name."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from enforce_samples import Told, make_gate

from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.member_facts import number_of
from licet.enforce.people import People
from licet.sources.catalogue import Catalogue
from licet.terms import SourceError
from postgres_server import PostgresServer

HOSTILE = [
    "42", "042", "00042", "4.2", "4.20", "1e3", "1000", "-0", "+7", "NULL", "null", "None", "nan", "NA", "NO", "true",
    "#ann", "# x", "a,b", "a;b", "a\tb", 'say "hi"', '"quoted"', "it's", "two\nlines", "cr\r\nlf", " lead", "trail ",
    "ann", "Ann", "a\u0301nn", "\u00e1nn", "\U0001f600", "\u200bzero", "2024-01-01", "13-01-2024", "12:00:00",
    "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "18446744073709551615",
    "18446744073709551616", "123456789012345678901234567890", "{}", "[1]", "\\N", "\\", "..", "%20", "a/b",
]  # fmt: skip
assert len(set(HOSTILE)) == len(HOSTILE)
REFUSERS = HOSTILE[::2]


#: A table without a key.
BARE: dict[str, Any] = {"key": None, "columns": {"text": "content.posts", "author": "content.posts"}}


def lay(folder: Path, name: str, rows: list[dict[str, Any]], kind: str) -> dict[str, str]:
    """Write rows of text as a table of a kind; gives its location."""
    names = list(rows[0])
    if kind in ("csv", "gz"):
        opened = gzip.open if kind == "gz" else open
        file = f"{name}.csv.gz" if kind == "gz" else f"{name}.csv"
        with opened(folder / file, "wt", newline="", encoding="utf-8") as out:
            csv.writer(out, lineterminator="\n").writerows([names, *(row.values() for row in rows)])
        return {"csv": file}
    if kind == "jsonl":
        lines = [json.dumps(row, ensure_ascii=number % 2 == 0) for number, row in enumerate(rows)]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
        return {"jsonl": f"{name}.jsonl"}
    if kind == "sql":
        with sqlite3.connect(folder / "tables.db") as base:
            base.execute(f"CREATE TABLE {name} ({', '.join(f'{column} TEXT' for column in names)})")
            marks = ", ".join("?" * len(names))
            base.executemany(f"INSERT INTO {name} VALUES ({marks})", [tuple(row.values()) for row in rows])
        return {"sql": "sqlite:///tables.db", "table": name}
    data = pa.Table.from_pylist(rows)
    if kind == "duckdb":
        with duckdb.connect(folder / "tables.duckdb") as connection:
            connection.register("given", data)
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        return {"duckdb": "tables.duckdb", "table": name}
    pq.write_table(data, folder / f"{name}.parquet")
    return {"parquet": f"{name}.parquet"}


def hostile_world(folder: Path, kind: str) -> tuple[Catalogue, list[dict[str, Any]]]:
    posts = [{"pid": f"0{n}", "author": one, "text": f"by {n}"} for n, one in enumerate(HOSTILE)]
    members = [{"who": one, "region": "NO", "age": "30"} for one in HOSTILE]
    return Catalogue.model_validate(
        {
            "licet_catalogue": 1,
            "facts": {"table": "members", "subject": "who", "region": "region"},
            "tables": {
                "members": {"location": lay(folder, "members", members, kind), "columns": {}},
                "posts": {
                    "location": lay(folder, "posts", posts, kind),
                    "key": "pid",
                    "subjects": ["author"],
                    "columns": dict.fromkeys(("pid", "author", "text"), "content.posts"),
                },
            },
        }
    ), posts


def on_engine(name: str, request: pytest.FixtureRequest) -> Any:
    if name == "duckdb":
        return DuckDBEngine(threads=1)
    from licet.enforce.spark_engine import SparkEngine

    return SparkEngine(request.getfixturevalue("spark_session"))


KINDS = ["parquet", "csv", "gz", "jsonl", "sql", "duckdb"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *((kind, "duckdb") for kind in KINDS),
        *((kind, "spark") for kind in KINDS if kind not in ("sql", "duckdb")),
    ],
)
def test_every_id_is_found_and_refuses_byte_for_byte_wherever_tables_lie(
    tmp_path: Path, kind: str, name: str, request: pytest.FixtureRequest
) -> None:
    catalogue, posts = hostile_world(tmp_path, kind)
    told = Told(*((one, "sharing", None, "refused") for one in REFUSERS))
    gate = make_gate(ledger=told, base=tmp_path, engine=on_engine(name, request), catalogue=catalogue)
    kept = [row for row in posts if row["author"] not in REFUSERS]
    read = gate.read("posts").select(["pid", "author", "text"]).sort_by("pid")
    assert read.to_pylist() == sorted(kept, key=lambda row: str(row["pid"]))
    counts = gate.counts(["posts"])
    assert sum(passed.records for passed in counts.passed) == len(kept)
    assert counts.by_reason() == {"refused": len(REFUSERS)}
    verdicts = {row["key"]: row["code"] for row in gate.verdicts("posts").to_pylist()}
    assert {key for key, code in verdicts.items() if code is None} == {row["pid"] for row in kept}


@pytest.mark.parametrize("kind", KINDS)
def test_every_id_can_be_asked_about(tmp_path: Path, kind: str) -> None:
    catalogue, _ = hostile_world(tmp_path, kind)
    people = People(catalogue, lambda: DuckDBEngine(threads=1), tmp_path)
    assert all(people.knows(one) for one in HOSTILE)
    assert not people.knows("0042") and not people.knows("ANN")
    assert sorted(people.first(1000)) == sorted(HOSTILE)


def read_posts(folder: Path, location: dict[str, Any], **more: Any) -> pa.Table:
    table = {"location": location} | BARE | more
    return make_gate(base=folder, table=table).read("posts")


#: Texts that are read as numbers though no number is written so, and such as are written so.
LOOSE = [
    "042",
    "+42",
    " 42",
    "42 ",
    "42\n",
    "4.2e1",
    "42.0",
    "0x2a",
    "-0",
    "--7",
    "9223372036854775808",
    "\u0664\u0662",
    "4_2",
]
STRICT = ["42", "-7", "0", "1000", "9223372036854775807", "-9223372036854775808"]


def test_a_text_is_a_number_only_as_numbers_are_written() -> None:
    engine = DuckDBEngine(threads=1)
    texts = engine.hand_in(pa.table({"text": [*STRICT, *LOOSE, "", "ann"]}))
    told = texts.select(texts.text, number=number_of(texts.text)).to_pyarrow().to_pylist()
    assert {row["text"]: row["number"] for row in told if row["number"] is not None} == {
        text: int(text) for text in STRICT
    }


@pytest.mark.parametrize("others", [[], ["042"]])
@pytest.mark.parametrize("name", ["duckdb", "spark"])
def test_an_id_that_only_looks_like_a_member_s_number_is_not_theirs(
    tmp_path: Path, name: str, others: list[str], request: pytest.FixtureRequest
) -> None:
    who = [*STRICT, *others]
    texts = pa.table({"author": [*STRICT, *LOOSE, None], "text": ["x"] * (len(STRICT) + len(LOOSE) + 1)})
    pq.write_table(texts, tmp_path / "texts.parquet")
    numbers = pa.table({"author": pa.array([42, 43, None, -7], pa.int64()), "text": ["x"] * 4})
    pq.write_table(numbers, tmp_path / "numbers.parquet")
    members = pa.table({"who": [*who, "ann"], "region": ["CH"] * len(who) + ["CH"]})
    kept = {
        file: {"location": {"parquet": f"{file}.parquet"}, "subjects": ["author"], **BARE}
        for file in ("texts", "numbers")
    }
    catalogue = {
        "licet_catalogue": 1,
        "facts": {"table": "members", "subject": "who", "region": "region"},
        "tables": {"members": {"location": {"arrow": "members"}, "columns": {}}, **kept},
    }
    told = Told(*((one, "sharing", None, "refused") for one in ("1000", "ann")))
    asked = {"engine": on_engine(name, request), "catalogue": Catalogue.model_validate(catalogue)}
    gate = make_gate(ledger=told, base=tmp_path, members=members, **asked)
    permitting = {*who} - {"1000"}
    assert {*gate.read("texts")["author"].to_pylist()} == permitting
    assert {*gate.read("numbers")["author"].to_pylist()} == {"42", "-7"}


UNFIT: dict[str, pa.Array] = {
    "float": pa.array([7.0]),
    "decimal": pa.array([Decimal("7.00")]),
    "bytes": pa.array([b"ann"]),
    "date": pa.array([dt.date(2024, 1, 1)]),
    "time": pa.array([dt.datetime(2024, 1, 1)], pa.timestamp("us")),  # noqa: DTZ001
    "boolean": pa.array([True]),
    "list of floats": pa.array([[7.0]]),
}


@pytest.mark.parametrize("kind", UNFIT)
@pytest.mark.parametrize("name", ["duckdb", "spark"])
def test_a_type_without_one_text_is_refused_as_an_id(
    tmp_path: Path, kind: str, name: str, request: pytest.FixtureRequest
) -> None:
    pq.write_table(pa.table({"author": UNFIT[kind], "text": ["x"]}), tmp_path / "posts.parquet")
    location = {"parquet": "posts.parquet"}
    with pytest.raises(SourceError, match="SRC-160: column author") as refused:
        engine = on_engine(name, request)
        make_gate(base=tmp_path, table={"location": location, **BARE}, engine=engine).read("posts")
    assert "text" in refused.value.fix


@pytest.mark.parametrize("name", ["duckdb", "spark"])
@pytest.mark.parametrize("nobodys", ["", "a\0nn", "\0"])
def test_a_member_whom_nobody_can_choose_for_is_nobody(
    tmp_path: Path, name: str, nobodys: str, request: pytest.FixtureRequest
) -> None:
    data = pa.table({"author": ["ann", nobodys], "text": ["x", "y"]})
    pq.write_table(data, tmp_path / "posts.parquet")
    members = pa.table({"who": ["ann", nobodys], "region": ["CH"] * 2})
    facts, table = {"table": "members", "subject": "who", "region": "region"}, {"parquet": "posts.parquet"}
    gate = make_gate(
        base=tmp_path,
        table={"location": table, **BARE},
        engine=on_engine(name, request),
        members=members,
        facts=facts,
    )
    assert gate.read("posts")["author"].to_pylist() == ["ann"]
    assert gate.counts(["posts"]).by_reason() == {"subject_unknown": 1}
    people = People(gate._catalogue, lambda: DuckDBEngine(threads=1), tmp_path, {"members": members})
    assert people.first(9) == ["ann"] and not people.knows(nobodys)


@pytest.mark.parametrize("collation", ["nocase", "noaccent", "nocase.noaccent"])
@pytest.mark.parametrize("kind", ["text", "list", "view"])
def test_an_id_is_compared_by_its_bytes_whatever_the_file_says(
    tmp_path: Path, collation: str, kind: str
) -> None:
    with duckdb.connect(tmp_path / "t.duckdb") as connection:
        connection.execute(f"CREATE TABLE members (who VARCHAR COLLATE {collation}, region VARCHAR)")
        connection.execute("INSERT INTO members VALUES ('ben', 'CH')")
        author = "[author]" if kind == "list" else "author"
        connection.execute(f"CREATE TABLE plain (author VARCHAR COLLATE {collation}, text VARCHAR)")
        connection.execute("INSERT INTO plain VALUES ('BEN', '1'), ('bén', '2'), ('ben', '3')")
        made = "VIEW" if kind == "view" else "TABLE"
        connection.execute(f"CREATE {made} posts AS SELECT {author} AS author, text FROM plain")
    facts = {"table": "members", "subject": "who", "region": "region"}
    tables = {
        "members": {"location": {"duckdb": "t.duckdb", "table": "members"}, "columns": {}},
        "posts": {"location": {"duckdb": "t.duckdb", "table": "posts"}, "subjects": ["author"]}
        | {"columns": {"text": "content.posts"}},
    }
    catalogue = Catalogue.model_validate({"licet_catalogue": 1, "facts": facts, "tables": tables})
    gate = make_gate(base=tmp_path, catalogue=catalogue)
    assert gate.read("posts")["text"].to_pylist() == ["3"]
    assert sum(passed.records for passed in gate.counts(["posts"]).passed) == 1
    people = People(catalogue, lambda: DuckDBEngine(threads=1), tmp_path)
    assert people.knows("ben") and not people.knows("BEN") and not people.knows("bén")


def test_a_length_of_time_is_no_id(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "t.duckdb") as connection:
        connection.execute("CREATE TABLE posts AS SELECT INTERVAL 3 DAY AS author, 'x' AS text")
    with pytest.raises(SourceError, match="SRC-160: column author"):
        read_posts(tmp_path, {"duckdb": "t.duckdb", "table": "posts"})


def test_a_members_table_of_floats_is_refused_for_single_questions_too(tmp_path: Path) -> None:
    pq.write_table(pa.table({"who": [7.0], "region": ["CH"]}), tmp_path / "members.parquet")
    facts = {"table": "members", "subject": "who", "region": "region"}
    tables = {"members": {"location": {"parquet": "members.parquet"}, "columns": {}}}
    catalogue = Catalogue.model_validate({"licet_catalogue": 1, "facts": facts, "tables": tables})
    with pytest.raises(SourceError, match="SRC-160: column who"):
        People(catalogue, DuckDBEngine, tmp_path).knows("7")


def test_an_id_within_a_list_is_held_to_the_same(tmp_path: Path) -> None:
    data = pa.table({"author": ["ann"], "text": ["x"], "mentions": [[{"id": 7.0}]]})
    pq.write_table(data, tmp_path / "posts.parquet")
    with pytest.raises(SourceError, match="SRC-160: column mentions"):
        read_posts(tmp_path, {"parquet": "posts.parquet"}, element_subjects=["mentions[].id"])


def test_a_uuid_is_its_lower_case_text_with_hyphens(tmp_path: Path) -> None:
    one = uuid.UUID("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11")
    with duckdb.connect(tmp_path / "t.duckdb") as connection:
        connection.execute("CREATE TABLE members (who UUID, region TEXT)")
        connection.execute("INSERT INTO members VALUES (?, 'CH')", [one])
    facts = {"table": "members", "subject": "who", "region": "region"}
    tables = {"members": {"location": {"duckdb": "t.duckdb", "table": "members"}, "columns": {}}}
    catalogue = Catalogue.model_validate({"licet_catalogue": 1, "facts": facts, "tables": tables})
    people = People(catalogue, DuckDBEngine, tmp_path)
    assert people.first(9) == [str(one)] and people.knows(str(one)) and not people.knows(str(one).upper())


def test_char_of_a_database_is_without_its_padding_and_odd_values_are_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "t.db") as base:
        base.execute("CREATE TABLE posts (author CHAR(6), text TEXT)")
        base.execute("INSERT INTO posts VALUES ('ann   ', 'x')")
        base.execute("CREATE TABLE others (author NUMERIC(18, 2), text TEXT)")
        base.execute("INSERT INTO others VALUES (7.25, 'x')")
    read = read_posts(tmp_path, {"sql": "sqlite:///t.db", "table": "posts"})
    assert read.to_pylist() == [{"author": "ann", "text": "x"}]
    with pytest.raises(SourceError, match="SRC-160: column author"):
        read_posts(tmp_path, {"sql": "sqlite:///t.db", "table": "others"})


def test_what_a_driver_cannot_read_is_refused_without_its_value(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "t.db") as base:
        base.execute("CREATE TABLE posts (author TEXT, text TEXT, born DATE)")
        base.execute("INSERT INTO posts VALUES ('ann', 'x', 'spring 1990')")
        base.execute("CREATE TABLE others (author TEXT, text TEXT, n INTEGER)")
        base.executemany("INSERT INTO others VALUES ('ann', 'x', ?)", [(1,), ("secret",)])
    with pytest.raises(SourceError, match="SRC-033") as refused:
        read_posts(tmp_path, {"sql": "sqlite:///t.db", "table": "posts"})
    assert "1990" not in str(refused.value)
    with pytest.raises(SourceError, match="SRC-171: column n of table 'others' holds int and str") as refused:
        read_posts(tmp_path, {"sql": "sqlite:///t.db", "table": "others"})
    assert "secret" not in str(refused.value)


@pytest.fixture
def in_postgres(postgres_server: PostgresServer) -> Iterator[Callable[[str], dict[str, str]]]:
    """Makes a table `posts` of one row: an author as PostgreSQL writes it, and a text."""
    with postgres_server.connect() as connection:
        connection.execute("CREATE SCHEMA ids")

        def lay_posts(author: str) -> dict[str, str]:
            connection.execute("DROP TABLE IF EXISTS ids.posts")
            connection.execute(f"CREATE TABLE ids.posts AS SELECT {author} AS author, 'x'::text AS text")
            connection.commit()
            where = postgres_server.url("ids").partition("&schema=")[0]
            return {"sql": where.replace("postgresql:", "postgresql+psycopg:"), "table": "ids.posts"}

        yield lay_posts
        connection.execute("DROP SCHEMA ids CASCADE")


UUID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"


@pytest.mark.parametrize(
    ("author", "ids"),
    [
        ("'007'::text", "007"),
        ("' 1e5 '::varchar", " 1e5 "),
        ("'ann'::char(10)", "ann"),
        ("9223372036854775807::bigint", "9223372036854775807"),
        ("123456789012345678901234567890::numeric", "123456789012345678901234567890"),
        (f"'{UUID.upper()}'::uuid", UUID),
        ("ARRAY['007', 'NULL', 'a b']", ["007", "NULL", "a b"]),
        ("ARRAY[7, 8]", ["7", "8"]),
        ("ARRAY['ann'::char(10)]", ["ann"]),
        (f"ARRAY['{UUID.upper()}'::uuid]", [UUID]),
    ],
)
def test_every_id_of_postgresql_has_its_one_text(
    in_postgres: Callable[[str], dict[str, str]], author: str, ids: Any
) -> None:
    known = [ids] if isinstance(ids, str) else ids
    members = pa.table({"who": known, "region": ["CH"] * len(known)})
    facts = {"table": "members", "subject": "who", "region": "region"}
    table = {"location": in_postgres(author), **BARE}
    assert make_gate(table=table, members=members, facts=facts).read("posts")["author"].to_pylist() == [ids]


@pytest.mark.parametrize(
    "author",
    ["7.00::numeric(10, 2)", "7::float8", "'x'::bytea", "'10.0.0.1'::inet", "'3 days'::interval", "now()",
     "now()::date", "true", "ARRAY[7.5]", "ARRAY[ARRAY['ann']]", "'NaN'::numeric"],
)  # fmt: skip
def test_a_type_of_postgresql_without_one_text_is_refused_as_an_id(
    in_postgres: Callable[[str], dict[str, str]], author: str
) -> None:
    with pytest.raises(SourceError, match="SRC-160: column author") as refused:
        make_gate(table={"location": in_postgres(author), **BARE}).read("posts")
    assert "10.0.0.1" not in str(refused.value)


@pytest.mark.parametrize("value", ["'10.0.0.1'::inet", "int4range(1, 5)", "'NaN'::numeric"])
def test_a_type_of_postgresql_that_no_table_holds_is_named_with_its_column_and_without_its_value(
    in_postgres: Callable[[str], dict[str, str]], value: str
) -> None:
    table = {"location": in_postgres(value), "key": None, "subjects": ["text"], "columns": {}}
    with pytest.raises(SourceError, match="SRC-171: column author") as refused:
        make_gate(table=table).read("posts")
    assert "10.0.0.1" not in str(refused.value) and "::text" in refused.value.fix


@pytest.mark.parametrize("name", ["duckdb", "spark"])
def test_ids_of_json_lines_are_text_or_whole_numbers_whatever_stands_beside_them(
    tmp_path: Path, name: str, request: pytest.FixtureRequest
) -> None:
    whole = "12345678901234567890123456789"
    lines = [
        '{"author": "ann", "text": "a"}',
        '{"author": 7, "text": 1}',
        f'{{"author": {whole}, "text": "c"}}',
    ]
    (tmp_path / "posts.jsonl").write_text("\n".join(lines))
    engine, table = on_engine(name, request), {"location": {"jsonl": "posts.jsonl"}, **BARE}
    members = pa.table({"who": ["ann", "7", whole], "region": ["CH"] * 3})
    facts = {"table": "members", "subject": "who", "region": "region"}
    gate = make_gate(base=tmp_path, table=table, engine=engine, members=members, facts=facts)
    assert sorted(gate.read("posts")["author"].to_pylist()) == [whole, "7", "ann"]
    assert sorted(gate.read("posts")["text"].to_pylist()) == ["1", "a", "c"]
    for number in ("1.10", "1e3", "7.0", "true", '{"a": 1}'):
        (tmp_path / "posts.jsonl").write_text("\n".join([*lines, f'{{"author": {number}, "text": "d"}}']))
        with pytest.raises(SourceError, match="SRC-165: column author"):
            make_gate(base=tmp_path, table=table, engine=engine, members=members, facts=facts).read("posts")


@pytest.mark.parametrize("name", ["duckdb", "spark"])
def test_a_list_of_people_in_json_lines_names_each_by_their_text(
    tmp_path: Path, name: str, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "posts.jsonl").write_text(
        '{"author": ["ann", 7], "text": "a"}\n{"author": ["ann"], "text": "b"}'
    )
    engine, table = on_engine(name, request), {"location": {"jsonl": "posts.jsonl"}, **BARE}
    members = pa.table({"who": ["ann", "7"], "region": ["CH"] * 2})
    told = Told(("7", "sharing", None, "refused"))
    facts = {"table": "members", "subject": "who", "region": "region"}
    gate = make_gate(base=tmp_path, table=table, engine=engine, members=members, facts=facts, ledger=told)
    assert gate.read("posts").to_pylist() == [{"author": ["ann"], "text": "b"}]


def test_files_of_one_table_must_agree_on_the_type_of_an_id(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    pq.write_table(pa.table({"author": [7], "text": ["x"]}), tmp_path / "posts" / "a.parquet")
    pq.write_table(pa.table({"author": ["007"], "text": ["y"]}), tmp_path / "posts" / "b.parquet")
    with pytest.raises(SourceError, match="SRC-169: column author"):
        read_posts(tmp_path, {"parquet": "posts"})
