"""Drafting a catalogue for tables that nobody has described: it guesses, it says so, and permits nothing until then."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

import licet
from licet.app.catalogue_check import check_catalogue
from licet.app.catalogue_draft import draft_catalogue, write_draft
from licet.enforce import Gate
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.sources.catalogue import STAMP, Catalogue
from licet.sources.catalogue_file import load_catalogue
from licet.terms import AppError, LicetError, SourceError
from postgres_server import PostgresServer

MEMBERS = {
    "member_id": ["a1", "b2", "c3"],
    "country": ["CH", "DE", "US"],
    "born": ["1990-01-01"] * 3,
    "email": ["x"] * 3,
}
POSTS = {
    "post_id": [1, 2],
    "author": ["a1", "b2"],
    "body": ["hello", "you"],
    "created_at": ["2025-01-01T10:00:00Z"] * 2,
    "score": [3, 4],
}
LIKES = {"member_id": ["a1", "c3"], "post_id": [2, 1], "liked_at": ["2025-02-01", "2025-02-02"]}
FOLLOWS = {"follower_id": ["a1"], "followed_id": ["b2"]}
MESSAGES = {"id": ["m1"], "sender": ["a1"], "recipient": ["b2"], "text": ["psst"], "sent_at": ["2025-01-01"]}
JOBS = {"job_id": ["j1"], "title": ["Baker"]}
TABLES: dict[str, dict[str, list[Any]]] = {
    "members": MEMBERS, "posts": POSTS, "likes": LIKES, "follows": FOLLOWS, "messages": MESSAGES, "jobs": JOBS,
}  # fmt: skip


def as_folder(root: Path) -> str:
    """Half of it Parquet, half of it CSV; one table is a folder of files."""
    root.mkdir()
    for name, columns in TABLES.items():
        if name in ("posts", "messages"):
            lines = [
                ",".join(columns),
                *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True)),
            ]
            (root / f"{name}.csv").write_text("\n".join(lines) + "\n")
        else:
            folder = root / name if name == "likes" else root
            folder.mkdir(exist_ok=True)
            pq.write_table(pa.table(columns), folder / f"{name}.parquet")
    (root / "README.md").write_text("not data")
    return str(root)


def as_duckdb(root: Path) -> str:
    root.mkdir()
    with duckdb.connect(str(root / "all.duckdb")) as connection:
        for name, columns in TABLES.items():
            held = pa.table(columns)
            connection.register("held", held)
            connection.sql(f"CREATE TABLE {name} AS SELECT * FROM held")
            connection.unregister("held")
    return str(root / "all.duckdb")


def as_sqlite(root: Path) -> str:
    root.mkdir()
    with sqlite3.connect(root / "all.db") as connection:
        for name, columns in TABLES.items():
            connection.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
            marks = ", ".join("?" * len(columns))
            connection.executemany(
                f"INSERT INTO {name} VALUES ({marks})", list(zip(*columns.values(), strict=True))
            )
    connection.close()
    return f"sqlite:///{root / 'all.db'}"


@pytest.mark.parametrize("laid_out", [as_folder, as_duckdb, as_sqlite])
def test_what_names_and_ids_say_is_proposed_wherever_tables_lie(tmp_path: Path, laid_out: Any) -> None:
    drafted = draft_catalogue(laid_out(tmp_path / "data"))
    assert drafted.unread == ()
    catalogue = drafted.catalogue
    assert {*catalogue.tables} == {*TABLES}
    assert catalogue.facts is not None
    facts = catalogue.facts
    assert (facts.table, facts.subject, facts.region, facts.birth_date) == (
        "members",
        "member_id",
        "country",
        "born",
    )
    tables = catalogue.tables
    assert tables["posts"].key == "post_id"
    assert tables["posts"].subjects == ("author",)
    assert tables["posts"].columns["body"] == "content.posts"
    assert tables["posts"].columns["score"] is None
    assert tables["members"].columns["email"] == "contact.email"
    assert tables["likes"].references == {"post_id": "posts"}
    assert tables["follows"].edge is not None
    assert tables["follows"].subjects == ("follower_id", "followed_id")
    assert {*tables["messages"].columns.values()} == {"private_communication.messages"}
    assert tables["messages"].subjects == ("sender", "recipient")
    assert tables["jobs"].subjects == () and not tables["jobs"].is_about_nobody
    if laid_out is as_folder:
        assert tables["likes"].event is None, "dates that are text have no type here"
        assert tables["posts"].created == "created_at"


def test_every_guess_is_marked_with_what_it_rests_on(tmp_path: Path) -> None:
    catalogue = draft_catalogue(as_folder(tmp_path / "data")).catalogue
    guesses = catalogue.unconfirmed
    for name, table in catalogue.tables.items():
        for part in ("key", "subjects", "created", "references", "edge", "event", "columns"):
            if getattr(table, part) and part != "columns":
                assert guesses[f"tables.{name}.{part}"]
    assert "facts.region" in guesses and "facts.subject" in guesses
    assert "about: nobody" in guesses["tables.jobs.subjects"]
    assert "100% of the ids looked at are members'" in guesses["tables.likes.subjects"]
    written = tmp_path / "catalogue.yaml"
    write_draft(draft_catalogue(str(tmp_path / "data")), written)
    assert load_catalogue(written).unconfirmed == guesses
    assert "A DRAFT" in written.read_text()
    for value in ("a1", "hello", "psst"):
        assert value not in written.read_text(), "values are looked at and not written down"


def test_a_label_inside_a_file_is_taken_and_is_no_guess(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    field = pa.field("body", pa.string(), metadata={STAMP: b"content.articles"})
    key = pa.field("id", pa.int64())
    pq.write_table(
        pa.table({"id": [1], "body": ["x"]}, schema=pa.schema([key, field])),
        tmp_path / "data" / "posts.parquet",
    )
    catalogue = draft_catalogue(str(tmp_path / "data")).catalogue
    assert catalogue.tables["posts"].columns["body"] == "content.articles"
    assert "body" not in catalogue.unconfirmed["tables.posts.columns"]


def test_a_key_and_a_reference_that_a_database_declares_are_believed(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("CREATE TABLE people (no INTEGER PRIMARY KEY, country TEXT)")
        connection.execute(
            "CREATE TABLE notes (code TEXT PRIMARY KEY, by INTEGER REFERENCES people(no), body TEXT)"
        )
        connection.execute("CREATE TABLE marks (n INTEGER PRIMARY KEY, of TEXT REFERENCES notes(code))")
    connection.close()
    tables = draft_catalogue(f"sqlite:///{tmp_path / 'x.db'}").catalogue.tables
    assert tables["notes"].key == "code" and tables["notes"].subjects == ("by",)
    assert tables["marks"].references == {"of": "notes"}


def test_a_database_on_postgresql_is_drafted_too(postgres_server: PostgresServer) -> None:
    with postgres_server.connect() as connection:
        connection.execute("CREATE SCHEMA drafted")
        connection.execute("CREATE TABLE drafted.people (no text PRIMARY KEY, country text)")
        connection.execute(
            "CREATE TABLE drafted.notes (code uuid PRIMARY KEY, by text REFERENCES drafted.people)"
        )
        connection.execute("INSERT INTO drafted.people VALUES ('a', 'CH')")
    url = postgres_server.url("drafted").replace("postgresql://", "postgresql+psycopg://")
    url = url.replace("&schema=drafted", "&options=-csearch_path%3Ddrafted")
    catalogue = draft_catalogue(url).catalogue
    for told in (url.replace("@/", ":hush@/", 1), f"{url}&password=hush"):
        with pytest.raises(SourceError) as caught:
            draft_catalogue(told)
        assert caught.value.code == "SRC-197" and "hush" not in str(caught.value), "a draft keeps no password"
    assert catalogue.facts is not None and catalogue.facts.subject == "no"
    assert catalogue.tables["notes"].key == "code" and catalogue.tables["notes"].subjects == ("by",)
    place = catalogue.tables["notes"].location.postgres
    assert place is not None and (place.schema_, place.table) == ("drafted", "notes"), "asked where it lies"


def test_tables_that_refer_to_one_another_make_no_circle(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name, other in (("posts", "groups"), ("groups", "posts")):
        columns = {f"{name[:-1]}_id": [1], f"{other[:-1]}_id": [1]}
        pq.write_table(pa.table(columns), tmp_path / "data" / f"{name}.parquet")
    catalogue = draft_catalogue(str(tmp_path / "data")).catalogue
    assert [bool(table.references) for table in catalogue.tables.values()] == [True, False]


def test_nothing_is_used_until_every_guess_is_confirmed_and_a_no_is_recorded_all_the_same(
    tmp_path: Path,
) -> None:
    place = as_folder(tmp_path / "data")
    with licet.create(tmp_path / "work") as workspace:
        workspace.use_pack("linkedin_as_reported")
        path = tmp_path / "work" / "catalogue.yaml"
        write_draft(draft_catalogue(place), path)
        for ask in (
            lambda: workspace.gate("generative_ai_training").read("posts"),
            lambda: workspace.member("a1").flows(),
            lambda: workspace.facts_now("a1"),
        ):
            with pytest.raises(SourceError, match="SRC-195"):
                ask()
        setting = next(iter(workspace.policy().controls))
        assert workspace.choose("a1", setting, "off").entry is not None
        said = yaml.safe_load(path.read_text())
        for part in (said["facts"], *said["tables"].values()):
            part.pop("confirm")
        path.write_text(yaml.safe_dump(said))
        assert workspace.gate("generative_ai_training").counts(["posts"]) is not None
        with pytest.raises(AppError, match="APP-220"):
            write_draft(draft_catalogue(place), path)


def test_a_gate_over_a_draft_made_in_python_is_refused_too(tmp_path: Path) -> None:
    workspace = licet.create(tmp_path / "work")
    workspace.use_pack("linkedin_as_reported")
    catalogue = Catalogue.model_validate(
        {
            "licet_catalogue": 2,
            "tables": {"t": {"location": {"arrow": "t"}, "columns": {}, "confirm": {"key": "a guess"}}},
        }
    )
    with pytest.raises(SourceError, match="SRC-195"):
        Gate(
            workspace.policy(), "recommendation", workspace.now(), catalogue, DuckDBEngine(), workspace.ledger
        )
    workspace.close()


@pytest.mark.parametrize(
    "place", ["nothing", "sqlite:///nothing.db", "mysql://:x@@", "postgres://:x@@", "postgres://x#y"]
)
def test_a_place_without_tables_is_said_to_have_none(tmp_path: Path, place: str) -> None:
    where = place if "://" in place else str(tmp_path / place)
    with pytest.raises(LicetError) as caught:
        draft_catalogue(where)
    assert caught.value.code in {"SRC-196", "SRC-033", "SRC-034", "SRC-197", "SRC-217"}


def test_a_check_says_everything_at_once(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    body = pa.field("body", pa.string(), metadata={STAMP: b"content.posts"})
    rows = {"id": [1, 1], "author": [1.5, 2.5], "made": ["x", "y"], "body": ["a", "b"], "n": [1, 2]}
    kinds = pa.schema(
        [("id", pa.int64()), ("author", pa.float64()), ("made", pa.string()), body, ("n", pa.int64())]
    )
    pq.write_table(pa.table(rows, schema=kinds), tmp_path / "data" / "posts.parquet")
    (tmp_path / "data" / "members.csv").write_text("id,born\na,01/02/1990\n")
    pq.write_table(pa.table({"post": [1, 7]}), tmp_path / "data" / "likes.parquet")
    path = tmp_path / "catalogue.yaml"
    path.write_text(
        """\
licet_catalogue: 2
facts: {table: members, subject: id, birth_date: born, region: land}
tables:
  members:
    location: {csv: data/members.csv}
    subjects: [id]
    columns: {id: null}
  posts:
    location: {parquet: data/posts.parquet}
    key: id
    subjects: [author, reader]
    created: made
    columns: {body: content.comments, title: content.posts, n.inner: content.posts}
    confirm: {key: a guess}
  likes:
    location: {parquet: data/likes.parquet}
    references: {post: posts}
    columns: {post: activity.reactions}
  lost:
    location: {parquet: data/lost.parquet}
    subjects: [id]
    columns: {}
"""
    )
    found = check_catalogue(path)
    errors = [finding.code for finding in found if finding.severity == "error"]
    assert sorted(errors) == [
        "SRC-013", "SRC-034", "SRC-037", "SRC-038", "SRC-038", "SRC-038", "SRC-039", "SRC-160", "SRC-164", "SRC-195",
    ]  # fmt: skip
    notes = " ".join(finding.what for finding in found if finding.severity == "note")
    assert "does not name each row once" in notes
    assert "nobody says whose its rows are" in notes
    assert "1 rows refer by post to no row of posts" in notes
    assert all(finding.fix and finding.where for finding in found if finding.severity == "error")


def test_a_check_of_a_file_says_all_that_is_wrong_with_it(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.yaml"
    path.write_text(
        """\
licet_catalogue: 1
facts: {table: member, subject: id}
tables:
  posts:
    location: {parquet: a, csv: b}
    keys: id
    subjects: [a, a]
    columns: {body: contnt.posts}
    references: {x: nowhere}
  ads:
    location: {parquet: a.parquet}
    about: nobody
    subjects: [a]
    edge: {from: a, to: a}
    columns: {}
"""
    )
    found = check_catalogue(path)
    assert {finding.code for finding in found} == {
        "SRC-003", "SRC-005", "SRC-006", "SRC-007", "SRC-009", "SRC-190", "SRC-191", "SRC-192", "SRC-193",
    }  # fmt: skip
    lines = [int(finding.where.split(":")[-2]) for finding in found]
    assert lines == sorted(lines), "in the order of the file"


def test_a_sound_catalogue_has_no_errors(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    pq.write_table(pa.table({"id": ["a"], "land": ["CH"]}), tmp_path / "data" / "members.parquet")
    path = tmp_path / "catalogue.yaml"
    path.write_text(
        "licet_catalogue: 1\nfacts: {table: members, subject: id, region: land}\ntables:\n  members:\n"
        "    location: {parquet: data/members.parquet}\n    key: id\n    subjects: [id]\n"
        "    columns: {id: profile.name, land: profile.location}\n"
    )
    assert check_catalogue(path) == []


def test_a_label_about_people_in_a_table_about_nobody_is_noted(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    pq.write_table(pa.table({"id": ["j"], "recruiter": ["ann"]}), tmp_path / "data" / "jobs.parquet")
    path = tmp_path / "catalogue.yaml"
    path.write_text(
        "licet_catalogue: 2\ntables:\n  jobs:\n    location: {parquet: data/jobs.parquet}\n    about: nobody\n"
        "    key: id\n    columns: {id: organisation.job_postings, recruiter: profile.name}\n"
    )
    (found,) = check_catalogue(path)
    assert found.severity == "note" and "recruiter (profile.name)" in found.what
    assert "subjects" in found.fix
