"""The gate as views: a role that is granted them reads what the gate hands out, no more, and nothing of a stale one."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors
from typer.testing import CliRunner

import licet
from journeys.networks import AUTUMN, PACK, Clock
from licet.app import Workspace
from licet.cli.main import app
from licet.enforce.gate import Gate
from licet.enforce.keyed_hash import pads
from licet.enforce.postgres_views import GateViews
from licet.terms import GateError, LicetError
from postgres_server import PostgresServer

PURPOSE = "generative_ai_training"
VIEWS = f"licet_{PURPOSE}"
FORUM = """
CREATE SCHEMA port;
CREATE TABLE port.members (id int PRIMARY KEY, region text, born date);
CREATE TABLE port.posts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), author int, seen text[], made timestamptz, audience text,
  body text, price numeric(8, 2), note text);
CREATE TABLE port.likes (id int PRIMARY KEY, post uuid, who int, made timestamptz, text text);
INSERT INTO port.members SELECT n, CASE WHEN n % 4 = 3 THEN 'FR' ELSE 'DE' END, '1980-01-01'
  FROM generate_series(1, 40) n;
INSERT INTO port.posts (author, seen, made, audience, body, price, note)
  SELECT 1 + n % 40, ARRAY[(1 + n % 40)::text, (1 + n % 7)::text], '2024-01-01', 'public', n::text, n, 'kept'
  FROM generate_series(1, 120) n;
UPDATE port.posts SET body = 'secret of ' || author WHERE author % 4 = 3;
INSERT INTO port.likes SELECT row_number() OVER (), id, author, '2024-01-02', 'well said' FROM port.posts;
CREATE ROLE port_gate LOGIN; CREATE ROLE port_reader LOGIN;
GRANT CREATE, TEMPORARY ON DATABASE licet TO port_gate;
GRANT USAGE ON SCHEMA port TO port_gate; GRANT SELECT ON ALL TABLES IN SCHEMA port TO port_gate;
"""
CATALOGUE = """
licet_catalogue: 2
facts: {table: members, subject: id, region: region, birth_date: born}
tables:
  members:
    location: {postgres: {url: "env:PORT", schema: port, table: members}}
    key: id
    subjects: [id]
    columns: {region: profile.headline}
  posts:
    location: {postgres: {url: "env:PORT", schema: port, table: posts}}
    key: id
    subjects: [author, seen]
    created: made
    visibility: audience
    columns: {body: content.posts, price: content.posts, made: content.posts, note: profile.summary}
  likes:
    location: {postgres: {url: "env:PORT", schema: port, table: likes}}
    key: id
    subjects: [who]
    created: made
    visibility_is: public
    references: {post: posts}
    columns: {text: content.comments}
"""


@pytest.fixture
def forum(
    postgres_server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    """A workspace over a forum, for the role that makes views."""
    monkeypatch.setenv("PORT", postgres_server.address("port_gate"))
    with postgres_server.connect("postgres", "licet") as administrator:
        administrator.execute(FORUM)
        with licet.create(tmp_path / "w", clock=Clock(AUTUMN)) as workspace:
            (workspace.layout.root / "catalogue.yaml").write_text(CATALOGUE)
            (workspace.layout.root / "policy.yaml").write_text(PACK)
            workspace.use_pack(str(workspace.layout.root / "policy.yaml"))
            workspace.choose("1", "ai", "off")
            yield workspace
        administrator.execute(
            "DROP OWNED BY port_gate, port_reader CASCADE; DROP ROLE port_gate, port_reader; DROP SCHEMA port CASCADE"
        )


@pytest.fixture
def reader(forum: Workspace, postgres_server: PostgresServer) -> Iterator[Any]:
    """A connection of a role that was granted the views, of today."""
    standing(forum)
    with postgres_server.connect("port_reader") as connection:
        yield connection


def standing(forum: Workspace, hold_seconds: int = 300) -> Any:
    gate = forum.gate(PURPOSE)
    far = AUTUMN.replace(year=9000)
    return GateViews(gate, VIEWS, ["port_reader"]).refresh(hold_seconds, far)


def rows_of(connection: Any, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    return sorted(connection.execute(f"SELECT {columns} FROM {VIEWS}.{table}").fetchall(), key=str)


def test_a_view_shows_what_the_gate_hands_out_with_lists_and_what_rows_refer_to(
    forum: Workspace, reader: Any
) -> None:
    for table in ("members", "posts", "likes"):
        told = forum.gate(PURPOSE).read(table)
        columns = ", ".join(f'"{name}"' for name in told.column_names)
        shown = rows_of(reader, table, columns)
        assert shown == sorted((tuple(row.values()) for row in told.to_pylist()), key=str)
    assert 20 < len(rows_of(reader, "posts")) < 90
    likes = rows_of(reader, "likes", "text")
    assert 0 < len(likes) < 90
    assert {row[0] for row in rows_of(reader, "posts", "note")} == {None}, (
        "a column that nobody permits is null"
    )


def test_a_no_is_in_the_views_from_the_next_refresh_and_their_columns_stay(
    forum: Workspace, reader: Any
) -> None:
    before = rows_of(reader, "posts", "body")
    described = reader.execute(f"SELECT * FROM {VIEWS}.posts LIMIT 0").description
    forum.choose("2", "ai", "off")
    standing(forum)
    after = rows_of(reader, "posts", "body")
    assert set(after) < set(before)
    for number in range(1, 41):
        forum.choose(str(number), "ai", "off")
    standing(forum)
    assert rows_of(reader, "posts") == []
    again = reader.execute(f"SELECT * FROM {VIEWS}.posts LIMIT 0").description
    assert [(one.name, one.type_code) for one in again] == [(one.name, one.type_code) for one in described]
    left = reader.execute(
        "SELECT count(*) FROM pg_class WHERE relname ~ '^m[0-9a-f]{12}_' AND relkind = 'r'"
    ).fetchone()
    standing(forum)
    assert (
        left
        == reader.execute(
            "SELECT count(*) FROM pg_class WHERE relname ~ '^m[0-9a-f]{12}_' AND relkind = 'r'"
        ).fetchone()
    ), "what earlier refreshes made is gone"


def test_a_role_that_was_granted_the_views_reads_nothing_else(reader: Any) -> None:
    for table in ("port.posts", "licet_gate.freshness"):
        with pytest.raises(errors.InsufficientPrivilege):
            reader.execute(f"SELECT * FROM {table}")
    masks = reader.execute(
        "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'licet_gate'"
    ).fetchall()
    assert len(masks) > 2
    for (name,) in masks:
        with pytest.raises(errors.InsufficientPrivilege):
            reader.execute(f'SELECT * FROM licet_gate."{name}"')
    for statement in (
        f"DELETE FROM {VIEWS}.posts", f"UPDATE {VIEWS}.posts SET body = ''", "TABLE port.members",
        f"CREATE VIEW {VIEWS}.mine AS SELECT 1", f"SELECT * FROM {VIEWS}.posts FOR UPDATE",
    ):  # fmt: skip
        with pytest.raises(psycopg.Error):
            reader.execute(statement)
    seen = reader.execute(
        "SELECT count(*) FROM pg_stats WHERE schemaname IN ('port', 'licet_gate')"
    ).fetchone()
    assert seen == (0,), "no statistic of a column"


def test_no_condition_function_operator_or_plan_of_a_reader_s_meets_a_row_that_is_held_back(
    reader: Any,
) -> None:
    reader.execute(
        "CREATE FUNCTION pg_temp.spy(told text) RETURNS bool COST 0.0000001 LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE NOTICE '%', told; RETURN true; END $$;"
        "CREATE FUNCTION pg_temp.spies(told text, other text) RETURNS bool COST 0.0000001 LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE NOTICE '%', told; RETURN true; END $$;"
        "CREATE OPERATOR pg_temp.~~> (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_temp.spies)"
    )
    seen = list[str]()
    reader.add_notice_handler(lambda notice: seen.append(notice.message_primary))
    for table, column in (("members", "region"), ("posts", "body")):
        shown = {row[0] for row in rows_of(reader, table, column)}
        for condition in (f"pg_temp.spy({column})", f"{column} OPERATOR(pg_temp.~~>) 'x'"):
            seen.clear()
            reader.execute(f"SELECT count(*) FROM {VIEWS}.{table} WHERE {condition}")
            assert set(seen) == shown and shown, condition
    for table, condition in (
        ("posts", "body::int > 0"),
        ("posts", "1 / (1 - strpos(body, 'secret')) = 1"),
        ("members", "1 / (1 - strpos(region, 'FR')) = 1"),
    ):
        every = f"SELECT count(*) FROM {VIEWS}.{table}"
        assert reader.execute(f"{every} WHERE {condition}").fetchone() == reader.execute(every).fetchone()
    plans = {
        re.sub(r"'[^']*'|\d+", "", plan)
        for word in ("secret of 3", "secret of 4", "1")
        for plan in [
            json.dumps(
                reader.execute(
                    f"EXPLAIN (FORMAT json) SELECT * FROM {VIEWS}.posts WHERE body = '{word}'"
                ).fetchone()
            )
        ]
    }
    estimates = {
        tuple(re.findall(r'"Plan Rows": (\d+)', json.dumps(reader.execute(
            f"EXPLAIN (FORMAT json) SELECT * FROM {VIEWS}.posts WHERE strpos(body, '{word}') > 0"
        ).fetchone())))
        for word in ("secret of 3", "nothing like it")
    }  # fmt: skip
    assert len(plans) == len(estimates) == 1, "no estimate turns on a value"


def test_a_view_that_nobody_refreshes_is_empty(
    forum: Workspace, reader: Any, postgres_server: PostgresServer
) -> None:
    assert rows_of(reader, "posts")
    until = standing(forum, hold_seconds=1).until
    reader.execute("SELECT pg_sleep(1.1)")  # whoever refreshes it was killed
    assert [rows_of(reader, table) for table in ("members", "posts", "likes")] == [[], [], []]
    with postgres_server.connect("port_gate") as owner:
        assert owner.execute("SELECT until FROM licet_gate.freshness").fetchone() == (until,)
    standing(forum)
    assert rows_of(reader, "posts")


def test_a_refresh_that_fails_leaves_what_was_there_and_its_end(
    forum: Workspace, reader: Any, monkeypatch: pytest.MonkeyPatch, postgres_server: PostgresServer
) -> None:
    before = rows_of(reader, "posts")
    gate = forum.gate(PURPOSE)
    views = GateViews(gate, VIEWS, ["port_reader"])
    forum.choose("2", "ai", "off")  # between the question and the commit
    with pytest.raises(GateError, match="GATE-202"):
        views.refresh(300, AUTUMN.replace(year=9000))
    assert rows_of(reader, "posts") == before

    def dies(self: Gate, *_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Gate, "_require_still_now", dies)
        with pytest.raises(KeyboardInterrupt):
            standing(forum)
    assert rows_of(reader, "posts") == before
    with postgres_server.connect("port_reader") as busy, busy.transaction():
        busy.execute(f"SELECT * FROM {VIEWS}.posts LIMIT 1")
        monkeypatch.setattr("licet.enforce.postgres_views._LOCK_SECONDS", 1)
        with pytest.raises(GateError, match="GATE-234"):
            standing(forum)
    standing(forum)
    assert len(rows_of(reader, "posts")) < len(before)


def test_the_command_says_what_it_would_do_and_does_it(
    forum: Workspace, postgres_server: PostgresServer
) -> None:
    root = str(forum.layout.root)
    forum.close()

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["gate", "sql", "--purpose", PURPOSE, "--workspace", root, *words])
        assert done.exit_code == code, done.output
        return done.output

    script = run("--reader", "port_reader")
    assert (
        "security_barrier" in script
        and script.count("CREATE OR REPLACE VIEW") == 3
        and "GRANT SELECT" in script
    )
    assert not re.search(r"[0-9a-f]{64}", script), "no key"
    with postgres_server.connect("port_gate") as owner:
        assert owner.execute("SELECT to_regnamespace('licet_gate')").fetchone() == (None,), "only said"
    told = json.loads(run("--reader", "port_reader", "--apply", "--json"))
    assert told["views"] == [f"{VIEWS}.{name}" for name in ("members", "posts", "likes")]
    assert "nothing" in run("--apply")
    with postgres_server.connect("port_reader") as reader:
        assert rows_of(reader, "members")
    for words, code in (
        (("--reader", "nobody_there", "--apply"), "GATE-233"),
        (("--hold", "0", "--apply"), "GATE-238"),
        (("--schema", "licet_gate"), "GATE-235"),
    ):
        assert code in run(*words, code=2)


def test_what_cannot_stand_says_so(
    forum: Workspace,
    reader: Any,
    postgres_server: PostgresServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with postgres_server.connect("port_gate") as owner:
        owner.execute(f"DROP VIEW {VIEWS}.posts; CREATE VIEW {VIEWS}.posts AS SELECT 1 AS other")
        with pytest.raises(GateError, match="GATE-237"):
            standing(forum)
        owner.execute(f"DROP VIEW {VIEWS}.posts; CREATE TABLE {VIEWS}.posts (other int)")
        with pytest.raises(GateError, match="GATE-236"):
            standing(forum)
        owner.execute(f"DROP TABLE {VIEWS}.posts; CREATE VIEW {VIEWS}.another AS SELECT 1 AS a")
        owner.execute(f"CREATE VIEW {VIEWS}.left_over AS SELECT * FROM licet_gate.freshness")
        standing(forum)
        there = owner.execute("SELECT viewname FROM pg_views WHERE schemaname = %s", (VIEWS,)).fetchall()
        assert {name for (name,) in there} == {"members", "posts", "likes", "another"}
    monkeypatch.setenv("PORT", postgres_server.address("port_reader"))
    with postgres_server.connect("postgres", "licet") as administrator:
        administrator.execute("GRANT USAGE ON SCHEMA port TO port_reader")
        administrator.execute("GRANT SELECT ON ALL TABLES IN SCHEMA port TO port_reader")
    with pytest.raises(GateError, match="GATE-232"):
        GateViews(forum.gate(PURPOSE), "elsewhere", []).refresh(300, AUTUMN.replace(year=9000))
    with (
        licet.create(tmp_path / "files", clock=Clock(AUTUMN)) as elsewhere,
        pytest.raises(LicetError, match="GATE-231"),
    ):
        elsewhere.data.view_script(PURPOSE)


def test_no_statement_that_the_server_logs_tells_who_said_no_or_a_key(
    forum: Workspace, postgres_server: PostgresServer
) -> None:
    with postgres_server.connect("postgres", "licet") as administrator:
        administrator.execute("ALTER ROLE port_gate SET log_statement = 'all'")
        administrator.execute("INSERT INTO port.members VALUES (987654321, 'DE', '1980-01-01')")
    forum.choose("987654321", "ai", "off")
    log = postgres_server.folder / "log"
    start = log.stat().st_size
    gate = forum.gate(PURPOSE)
    gate.read("posts", ["987654321", "5"])
    standing(forum)
    with log.open("rb") as file:
        file.seek(start)
        told = file.read().decode()
    assert "security_barrier" in told and "COPY" in told
    assert "987654321" not in told
    for domain in ("subject", "key posts"):
        inner, outer = pads(
            hmac.digest(gate._pseudonyms._salt, f"licet pseudonym: {domain}".encode(), "sha256")
        )
        assert not [pad for pad in (inner, outer) if pad.hex()[:32] in told.lower()]
