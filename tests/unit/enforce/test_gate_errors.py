"""How a gate refuses: every code of GATE- and of the SRC- that reading through it can raise, with its fix."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from enforce_samples import FACTS, MEMBERS, POSTS, Told, as_written, make_gate, permit

from licet.enforce.duckdb_engine import DuckDBEngine
from licet.sources.catalogue import Location, Table
from licet.terms import GateError, LicetError, SourceError

NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001 - just what a gate must refuse


def read(**how: Any) -> Callable[[], Any]:
    return lambda: make_gate(permit(created_from="2020-01-01", minimum_age=18), **how).read("posts")


MANY = {f"c{number}": f"content.k{number}" for number in range(63)}

CASES: dict[str, Callable[[], Any]] = {
    "GATE-001": lambda: make_gate(at=NAIVE),
    "GATE-002": lambda: make_gate().read("letters"),
    "GATE-003": read(
        posts=pa.table({"id": [1], "author": ["ann"], **{name: [1] for name in MANY}}),
        table={"columns": MANY},
    ),
    "GATE-004": read(facts=None),
    "GATE-005": lambda: make_gate(purpose="mind_reading"),
    "GATE-006": lambda: make_gate(recipient="stranger"),
    "SRC-031": read(table={"location": {"arrow": "letters"}}),
    "SRC-032": lambda: DuckDBEngine().open(
        "posts", Table.model_construct(location=Location.model_construct(), columns={}), Path(), {}, {}
    ),
    "SRC-034": read(table={"location": {"parquet": "nowhere.parquet"}}),
    "SRC-035": read(facts=FACTS | {"birth_date": "birthday"}),
    "SRC-036": read(facts=FACTS | {"birth_date": "plan"}),
    "SRC-037": read(table={"created": "text"}),
    "SRC-038": read(table={"created": "made"}),
}


@pytest.mark.parametrize("code", CASES)
def test_every_refusal_says_what_and_how_to_mend_it(code: str) -> None:
    with pytest.raises((GateError, SourceError)) as caught:
        CASES[code]()
    assert caught.value.code == code
    assert caught.value.what and caught.value.fix and not caught.value.what.endswith(".")


def test_an_age_column_must_hold_whole_years() -> None:
    with pytest.raises(SourceError, match=r"SRC-036.*not whole years"):
        read(facts={**FACTS, "birth_date": None, "age": "plan"})()


def test_a_broken_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "posts.parquet").write_bytes(b"PAR1 but no more")
    with pytest.raises(SourceError) as caught:
        read(table={"location": {"parquet": "posts.parquet"}}, base=tmp_path)()
    assert caught.value.code == "SRC-030" and "posts" in caught.value.what


def test_a_database_that_cannot_be_read_does_not_tell_its_password() -> None:
    location = {"sql": "nosuch://me:secret@localhost/acme", "table": "posts"}
    with pytest.raises(LicetError) as caught:
        read(table={"location": location})()
    assert caught.value.code == "SRC-033"
    assert "secret" not in str(caught.value) and "me:***@localhost" in caught.value.where


def test_a_database_that_lacks_the_table_says_so(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "empty.db").execute("CREATE TABLE letters (id)").connection.close()
    location = {"sql": f"sqlite:///{tmp_path / 'empty.db'}", "table": "posts"}
    with pytest.raises(LicetError, match=r"SRC-033: cannot read table 'posts'"):
        read(table={"location": location})()


@pytest.mark.parametrize(
    "url", ["mysql+nodriver://me:secret@localhost/acme", "postgresql://me:secret@host:abc/x"]
)
def test_a_url_without_driver_or_sense_is_one_clear_error(url: str) -> None:
    with pytest.raises(LicetError) as caught:
        read(table={"location": {"sql": url, "table": "posts"}})()
    assert caught.value.code == "SRC-033" and "secret" not in str(caught.value)


@pytest.mark.parametrize("kind", ["parquet", "folder", "csv", "jsonl", "duckdb", "sql"])
def test_a_table_reads_the_same_wherever_it_lies(tmp_path: Path, kind: str) -> None:
    location: dict[str, str]
    rows = POSTS.to_pylist()
    if kind == "parquet":
        pq.write_table(POSTS, tmp_path / "posts.parquet")
        location = {"parquet": "posts.parquet"}
    elif kind == "folder":
        (tmp_path / "it's").mkdir()
        for number in range(2):
            pq.write_table(POSTS.slice(number * 3, 3), tmp_path / "it's" / f"{number}.parquet")
        location = {"parquet": "it's"}
    elif kind == "csv":
        lines = ["id,author,text,title,draft"]
        lines += [",".join(str(value or "") for value in row.values()) for row in rows]
        (tmp_path / "posts.csv").write_text("\n".join(lines))
        location = {"csv": "posts.csv"}
    elif kind == "jsonl":
        import json

        (tmp_path / "posts.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
        location = {"jsonl": "posts.jsonl"}
    elif kind == "duckdb":
        import duckdb

        with duckdb.connect(tmp_path / "posts.duckdb") as connection:
            connection.register("given", POSTS)
            connection.execute("CREATE TABLE posts AS SELECT * FROM given")
        location = {"duckdb": "posts.duckdb", "table": "posts"}
    else:
        database = sqlite3.connect(tmp_path / "posts.db")
        database.execute("CREATE TABLE posts (id INTEGER, author TEXT, text TEXT, title TEXT, draft TEXT)")
        database.executemany(
            "INSERT INTO posts VALUES (?, ?, ?, ?, ?)", [tuple(row.values()) for row in rows]
        )
        database.commit()
        database.close()
        location = {"sql": f"sqlite:///{tmp_path / 'posts.db'}", "table": "posts"}
    gate = make_gate(table={"location": location}, base=tmp_path, ledger=Told(), members=MEMBERS)
    found = sorted((row["id"], row["author"], row["text"]) for row in as_written(gate.read("posts")))
    assert found == [(1, "ann", "a"), (2, "ben", "b")]
