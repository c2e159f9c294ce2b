"""PostgreSQL as an engine: every type read or refused, nothing written, nothing told, and a workspace as over files."""

from __future__ import annotations

import hmac
import io
import re
import sys
import traceback
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import licet
from journeys.networks import AUTUMN, SHAPES, Clock, make_network, member, message, post, texts_of
from licet.app import Workspace
from licet.app.catalogue_check import check_catalogue
from licet.enforce import Gate
from licet.enforce.engine_choice import engine_for
from licet.enforce.hashed_addresses import with_hashed
from licet.enforce.postgres_engine import PostgresEngine
from licet.enforce.tables import Tables
from licet.sources.address_schemes import WRITINGS, identifier
from licet.sources.catalogue import Catalogue
from licet.sources.catalogue_file import load_catalogue, save_catalogue
from licet.terms import LicetError, SourceError
from licet.testing.postgres_worlds import load
from postgres_server import OWNER, PostgresServer

#: Ibis 12 sets an option of pandas that pandas 3 says will go.
pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")

#: Of each type: how its column is made, a value, and what a reader gets.
TYPES: dict[str, tuple[str, str, Any]] = {
    "identity": ("int GENERATED ALWAYS AS IDENTITY", "DEFAULT", 1),
    "made": ("int GENERATED ALWAYS AS (2 + 3) STORED", "DEFAULT", 5),
    "small": ("smallint", "7", 7),
    "big": ("bigint", "9007199254740993", 9007199254740993),
    "exact": ("numeric(38, 2)", "123456789012345678901234567890123456.25", "123456789012345678901234567890123456.25"),
    "not_a_number": ("numeric(8, 2)", "'NaN'", None),
    "wide": ("numeric", "1e50", "1" + "0" * 50),
    "rounded": ("numeric(3, -2)", "12345", "12300"),
    "single": ("real", "0.5", 0.5),
    "double": ("double precision", "'-Infinity'", float("-inf")),
    "truth": ("boolean", "true", True),
    "letters": ("varchar(9)", "'Zoë'", "Zoë"),
    "padded": ("char(6)", "'ab'", "ab"),
    "name": ("name", "'n'", "n"),
    "bytes": ("bytea", r"'\x00ff'", b"\x00\xff"),
    "day": ("date", "'2024-02-29'", "2024-02-29"),
    "never": ("date", "'infinity'", None),
    "long_ago": ("timestamp", "'0044-03-15 BC'", None),
    "moment": ("timestamptz", "'2024-01-01 01:00+02'", "2023-12-31 23:00:00+00:00"),
    "clock": ("time", "'24:00'", "24:00:00"),
    "clock_there": ("timetz", "'12:00+02'", "12:00:00+02"),
    "length": ("interval", "'1 mon -2 days'", "1 mon -2 days"),
    "uuid": ("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    "host": ("inet", "'10.0.0.1'", "10.0.0.1"),
    "network": ("cidr", "'10.0.0.0/8'", "10.0.0.0/8"),
    "card": ("macaddr", "'08:00:2b:01:02:03'", "08:00:2b:01:02:03"),
    "document": ("jsonb", """'{"b": [1, null], "a": "x"}'""", '{"a": "x", "b": [1, null]}'),
    "as_written": ("json", "'{\"b\" : 1}'", '{"b" : 1}'),
    "markup": ("xml", "'<a/>'", "<a/>"),
    "span": ("int4range", "'[1,5)'", "[1,5)"),
    "bits": ("bit(3)", "B'101'", "101"),
    "place": ("point", "'(1,2)'", "(1,2)"),
    "found_by": ("tsvector", "'a b'", "'a' 'b'"),
    "number_of": ("oid", "4294967295", 4294967295),
    "mood": ("mood", "'glad'", "glad"),
    "short": ("short_text", "'abc'", "abc"),
    "house": ("house", "ROW('a, b', 3)", '("a, b",3)'),
    "words": ("text[]", "ARRAY['a', NULL, 'c,d']", ["a", None, "c,d"]),
    "numbers": ("int[]", "ARRAY[1, NULL]", [1, None]),
    "grid": ("int[]", "ARRAY[[1, 2], [3, 4]]", [1, 2, 3, 4]),
    "from_zero": ("int[]", "'[0:1]={5,6}'::int[]", [5, 6]),
    "moods": ("mood[]", "ARRAY['sad'::mood]", ["sad"]),
    "uuids": ("uuid[]", "ARRAY['A0EEBC999C0B4EF8BB6D6BB9BD380A11'::uuid]", ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]),
    "days": ("date[]", "ARRAY['infinity'::date]", ["infinity"]),
    "nothing": ("text[]", "NULL", None),
    "empty": ("text[]", "'{}'", []),
}  # fmt: skip
MADE = """
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TYPE house AS (street text, number int);
CREATE DOMAIN short AS varchar(5) CHECK (length(VALUE) < 5);
CREATE DOMAIN short_text AS short;
CREATE COLLATION alike (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
"""


@pytest.fixture(scope="module")
def schema(postgres_server: PostgresServer) -> Iterator[Any]:
    """A connection into a schema of its own, which goes with this module."""
    with postgres_server.connect() as connection:
        connection.execute('CREATE SCHEMA "Forum"')
        connection.execute('SET search_path = "Forum"')
        connection.execute(MADE)
        yield connection
        connection.execute('DROP SCHEMA "Forum" CASCADE')


def catalogue(url: str, columns: dict[str, str | None], table: str = "things", **more: Any) -> dict[str, Any]:
    place = {"url": url, "schema": "Forum"}
    return {
        "licet_catalogue": 2,
        "facts": {"table": "members", "subject": "id", "region": "region", "birth_date": "born"},
        "tables": {
            "members": {"location": {"postgres": place | {"table": "members"}}, "columns": {}},
            "things": {"location": {"postgres": place | {"table": table}}, "subjects": ["who"], "columns": columns}
            | more,
        },
    }  # fmt: skip


def content(url: str, **more: Any) -> Any:
    """The table as the gate's engine opens it."""
    read = Catalogue.model_validate(catalogue(url, {}, **more))
    engine = PostgresEngine(url, workers=0)
    return engine.open("things", read.tables["things"], Path(), {}, read.readings("things"))


def test_every_type_is_read_as_itself_or_as_its_text(postgres_server: PostgresServer, schema: Any) -> None:
    made = ", ".join(f'"{name}" {kind}' for name, (kind, *_) in TYPES.items())
    schema.execute(f"CREATE TABLE typed (who text, {made})")
    values = ", ".join(value for _, value, _ in TYPES.values())
    schema.execute(f"INSERT INTO typed VALUES ('ann', {values})")
    schema.execute("INSERT INTO typed (who) VALUES (NULL)")
    rows = content(postgres_server.address(), table="typed")
    told = rows.to_pyarrow()
    assert told.schema == rows.schema().to_pyarrow()
    full, empty = sorted(told.to_pylist(), key=lambda row: row["who"] is None)
    shown = {name: full[name] for name in TYPES}
    for name in ("exact", "day", "moment"):
        shown[name] = str(shown[name])
    assert shown == {name: wanted for name, (*_, wanted) in TYPES.items()}
    assert {name for name, value in empty.items() if value is not None} == {"identity", "made"}


@pytest.mark.parametrize(
    ("kind", "value"),
    [("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'"), ("numeric(20,0)", "7"), ("mood", "'sad'"), ("bigint", "7"),
     ("char(3)", "'ab'"), ("short_text", "'ab'"), ("text[]", "ARRAY['a']"), ("mood[]", "ARRAY['sad'::mood]")],
)  # fmt: skip
def test_what_has_one_text_can_be_an_id(
    postgres_server: PostgresServer, schema: Any, kind: str, value: str
) -> None:
    schema.execute(f"CREATE TABLE ids AS SELECT {value}::{kind} AS who")
    try:
        (told,) = content(postgres_server.address(), table="ids").to_pyarrow()["who"].to_pylist()
        assert str(told).strip("[]'") == value.lower().split("'")[-2 if "'" in value else 0]
    finally:
        schema.execute("DROP TABLE ids")


@pytest.mark.parametrize(
    "kind", ["numeric", "numeric(8,2)", "real", "date", "timestamptz", "inet", "jsonb", "bytea", "house", "date[]"]
)  # fmt: skip
def test_what_has_no_one_text_is_no_id(postgres_server: PostgresServer, schema: Any, kind: str) -> None:
    schema.execute(f"CREATE TABLE no_ids (who {kind})")
    try:
        with pytest.raises(SourceError, match="SRC-160"):
            content(postgres_server.address(), table="no_ids")
    finally:
        schema.execute("DROP TABLE no_ids")


def test_ids_are_their_bytes_whatever_the_column_s_collation_calls_equal(
    postgres_server: PostgresServer, schema: Any
) -> None:
    schema.execute("CREATE TABLE alike_ids (who text COLLATE alike, friends text[] COLLATE alike)")
    schema.execute("INSERT INTO alike_ids VALUES ('Ann', '{Ann}'), ('ann', '{ann}')")
    rows = content(postgres_server.address(), table="alike_ids")
    assert rows.filter(rows.who == "ann").to_pyarrow()["friends"].to_pylist() == [["ann"]]
    assert rows.distinct().count().to_pyarrow().as_py() == 2


def test_views_partitions_children_and_foreign_spellings_are_read_and_nothing_else_is(
    postgres_server: PostgresServer, schema: Any
) -> None:
    schema.execute(
        'CREATE TABLE "Parted" (who text, at int) PARTITION BY RANGE (at);'
        'CREATE TABLE part_1 PARTITION OF "Parted" FOR VALUES FROM (0) TO (5);'
        'CREATE TABLE part_2 PARTITION OF "Parted" FOR VALUES FROM (5) TO (9);'
        "INSERT INTO \"Parted\" VALUES ('a', 1), ('b', 6);"
        'CREATE VIEW seen AS SELECT * FROM "Parted"; CREATE MATERIALIZED VIEW kept AS SELECT * FROM seen;'
        "CREATE TABLE above (who text); CREATE TABLE below (more int) INHERITS (above);"
        "INSERT INTO below VALUES ('a', 1), ('b', 2); CREATE SEQUENCE counts;"
        "CREATE TABLE gone (who text, old int); ALTER TABLE gone DROP COLUMN old; INSERT INTO gone VALUES ('a'), ('b')"
    )
    for name in ("Parted", "seen", "kept", "above", "gone"):
        assert sorted(content(postgres_server.address(), table=name).to_pyarrow()["who"].to_pylist()) == [
            "a",
            "b",
        ]
    for name in ("parted", "counts", "pg_class"):  # no search path is used, and no spelling is guessed
        with pytest.raises(SourceError, match="SRC-222"):
            content(postgres_server.address(), table=name)


def test_a_role_reads_the_columns_that_it_was_granted_and_no_row_is_hidden_from_it(
    postgres_server: PostgresServer, schema: Any
) -> None:
    with postgres_server.connect("postgres", "licet") as administrator:
        administrator.execute("CREATE ROLE narrow LOGIN")
    schema.execute("CREATE TABLE granted (who text, secret text); INSERT INTO granted VALUES ('a', 's')")
    schema.execute('GRANT USAGE ON SCHEMA "Forum" TO narrow')
    url = postgres_server.address("narrow")
    with pytest.raises(SourceError, match="SRC-222"):
        content(url, table="granted")
    schema.execute("GRANT SELECT (who) ON granted TO narrow")
    rows = content(url, table="granted")
    assert rows.columns == ("who",) and rows.count().to_pyarrow().as_py() == 1
    schema.execute(
        "ALTER TABLE granted ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON granted USING (who <> 'a')"
    )
    with pytest.raises(SourceError, match="SRC-220"):
        rows.count().to_pyarrow()
    schema.execute('REVOKE ALL ON SCHEMA "Forum" FROM narrow; DROP TABLE granted')
    with postgres_server.connect("postgres", "licet") as administrator:
        administrator.execute("REVOKE TEMPORARY ON DATABASE licet FROM PUBLIC")
        try:
            with pytest.raises(SourceError, match="SRC-220"):
                PostgresEngine(url).hand_in(pa.table({"a": [1]}))
        finally:
            administrator.execute("GRANT TEMPORARY ON DATABASE licet TO PUBLIC")


PURPOSE = "generative_ai_training"
SECRET = "s3cret-of-the-forum"


def test_no_password_is_kept_shown_or_written(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    host = quote(str(postgres_server.folder))
    written = [
        f"postgresql://{OWNER}:{SECRET}@/licet?host={host}",
        f"postgresql://{OWNER}@/licet?host={host}&password={SECRET}",
        f"postgresql://{OWNER}@/licet?host={host}&pass%77ord={SECRET}",
        f"mysql://{SECRET}@host/forum",
        f"env:{SECRET}",
    ]
    for url in written:
        file = tmp_path / "catalogue.yaml"
        place = f'{{postgres: {{url: "{url}", table: a}}}}'
        file.write_text(f"licet_catalogue: 1\ntables: {{a: {{location: {place}, columns: {{}}}}}}\n")
        with pytest.raises(SourceError, match="SRC-217") as refused:
            load_catalogue(file)
        assert SECRET not in refused.value.line()
    named = Catalogue.model_validate(catalogue("env:FORUM", {}))
    save_catalogue(named, tmp_path / "catalogue.yaml")
    assert load_catalogue(tmp_path / "catalogue.yaml") == named
    monkeypatch.delenv("FORUM", raising=False)
    with pytest.raises(SourceError, match="SRC-218"):
        PostgresEngine("env:FORUM")
    (found,) = [one for one in check_catalogue(tmp_path / "catalogue.yaml") if one.code == "SRC-218"]
    assert "FORUM" in found.what
    answers = {
        f"mysql://{SECRET}": "SRC-218",
        f"postgresql://{OWNER}:{SECRET}@/nowhere?host={host}": "SRC-219",
        f"postgresql://nobody:{SECRET}@/licet?host={host}": "SRC-219",
        f"postgresql://{OWNER}:{SECRET}@/licet?host={host}&{SECRET}=1": "SRC-219",
        f"postgresql://{OWNER}:{SECRET}@127.0.0.1:1/licet": "SRC-219",
    }
    for told, code in answers.items():
        monkeypatch.setenv("FORUM", told)
        with pytest.raises(SourceError, match=code) as unreached:
            PostgresEngine("env:FORUM")
        assert SECRET not in "".join(traceback.format_exception(unreached.value))
    monkeypatch.setenv("FORUM", written[0])
    engine = PostgresEngine("env:FORUM")
    assert engine.hand_in(pa.table({"a": [1]})).count().to_pyarrow().as_py() == 1


ROWS = {
    "members": [member("ann"), member("ben", "CH"), member("cem", "FR"), member("dee", None)],
    "profiles": [{"id": who, "name": who, "headline": f"H {who}"} for who in ("ann", "ben", "cem")],
    "posts": [
        post("1", "ann", "one"),
        post("2", "ben", "two of ben", **{"with": ["ben", "ann"]}),
        post("3", "ann", "three", **{"with": []}),
        post("4", "cem", "four"),
        post("5", "dee", "five"),
        post("6", "ben", "six", **{"with": None}),
    ],
    "comments": [],
    "messages": [message("7", "ann", ["ben"], "psst")],
}


@pytest.fixture
def twins(postgres_server: PostgresServer, tmp_path: Path) -> Iterator[tuple[Workspace, Workspace]]:
    """One network over files, and the same over PostgreSQL."""
    clock = Clock(AUTUMN)
    with (
        postgres_server.connect() as connection,
        make_network(tmp_path / "files", ROWS, clock=clock) as files,
    ):
        connection.execute("CREATE SCHEMA twin")
        with make_network(tmp_path / "there", {}, clock=clock) as there:
            text = (there.layout.root / "catalogue.yaml").read_text()
            for name in SHAPES:
                load(connection, pq.read_table(tmp_path / "files" / "data" / f"{name}.parquet"), "twin", name)
                place = f'postgres: {{url: "{postgres_server.address()}", schema: twin, table: {name}}}'
                text = text.replace(f"parquet: data/{name}.parquet", place)
                (there.layout.root / "data" / f"{name}.parquet").unlink()
            (there.layout.root / "catalogue.yaml").write_text(text)
        with licet.open(tmp_path / "there", clock=clock) as there:
            yield files, there
        connection.execute("DROP SCHEMA twin CASCADE")


def shown(gate: Gate) -> dict[str, list[Any]]:
    return {
        name: sorted(
            map(str, gate.read(name).drop_columns(list(gate.pseudonymous().get(name, ()))).to_pylist())
        )
        for name in gate.names
    }


def told(tables: dict[str, pa.Table]) -> dict[str, list[str]]:
    return {name: sorted(map(str, rows.to_pylist())) for name, rows in tables.items()}


def unnamed(told: object) -> str:
    """As it is written, without where it lies in memory."""
    return re.sub(" at 0x[0-9a-f]+", "", str(told))


def records_in(archive: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        return [(name, packed.read(name)) for name in sorted(packed.namelist()) if name.startswith("data")]


def test_a_gate_there_says_what_one_over_files_says(twins: tuple[Workspace, Workspace]) -> None:
    said = list[dict[str, Any]]()
    for workspace in twins:
        before = workspace.ledger.position
        workspace.choose("ben", "ai", "off")
        workspace.choose("ann", "talk", "off")
        past = workspace.gate(PURPOSE, position=before)
        serving = workspace.serving(PURPOSE)
        said.append(
            {
                "rows": shown(workspace.gate(PURPOSE)),
                "counts": [
                    sorted(map(str, workspace.gate(PURPOSE, position=place).counts().passed))
                    for place in range(before, before + 3)
                ],
                "past": sorted(map(str, past.verdicts("posts").drop_columns("key").to_pylist())),
                "own": {who: told(serving.own(who).tables) for who in ("ann", "ben", "nobody")},
                "decided": unnamed(workspace.decide("ann", PURPOSE, "content.posts")),
            }
        )
    files, there = said
    for what in files:
        assert there[what] == files[what], what
    assert any("one" in row for row in files["rows"]["posts"])


def test_what_is_made_of_tables_there_is_what_is_made_of_files(twins: tuple[Workspace, Workspace]) -> None:
    said = list[dict[str, Any]]()
    for workspace in twins:
        first = workspace.corpus_build()
        workspace.choose("ben", "ai", "off")
        waiting = [one.standing for one in workspace.status()]
        workspace.corpus_update()
        said.append(
            {
                "corpus": [sorted(texts_of(workspace, name)) for name in (first.snapshot, "latest")],
                "waiting": waiting,
                "impact": unnamed(workspace.impact("linkedin_as_reported", "linkedin_official", AUTUMN).uses),
                "archive": records_in(b"".join(workspace.members.archive("ann"))),
            }
        )
    files, there = said
    for what in files:
        assert there[what] == files[what], what
    assert files["waiting"] == ["pending"]
    # nothing tells that a table there is what it was, so nothing made of it is said to be exact
    assert [one.standing for one in twins[0].status()] == ["exact"]
    assert [one.standing for one in twins[1].status()] == ["pending"]


def test_a_reader_s_condition_is_shown_no_row_that_is_held_back_and_sql_cannot_be_run(
    twins: tuple[Workspace, Workspace],
) -> None:
    rows = twins[1].gate(PURPOSE).table("profiles")
    numbers = rows.headline.substitute({"H ann": "1", "H ben": "2"}).cast("int64")
    assert rows.filter(numbers > 1).count().to_pyarrow().as_py() == 1
    assert rows.mutate(n=numbers).filter(ibis._.n == 1).to_pandas()["headline"].tolist() == ["H ann"]
    with pytest.raises(LicetError, match="SRC-221") as failed:
        rows.filter(rows.headline.cast("int64") > 1).count().to_pyarrow()
    assert "H ann" not in failed.value.line() and "H ben" not in failed.value.line()
    with pytest.raises(LicetError, match="GATE-203"):
        rows.sql("SELECT 1 AS a")


def test_addresses_are_hashed_and_pseudonyms_made_where_the_rows_are_and_no_statement_tells_a_key(
    postgres_server: PostgresServer, schema: Any
) -> None:
    addresses = ["Ann.B+x@Gmail.com", " BEN@example.org ", "no address", "ümlaut@example.org", None]
    schema.execute("CREATE TABLE mail (who text, email text)")
    with schema.cursor() as cursor:
        cursor.executemany("INSERT INTO mail VALUES ('ann', %s)", [(one,) for one in addresses])
    hashed = {f"for_{scheme}": {"from": "email", "scheme": scheme} for scheme in WRITINGS}
    columns = {"email": "contact.email", **dict.fromkeys(hashed, "contact.email.hashed")}
    url = postgres_server.address()
    read = Catalogue.model_validate(catalogue(url, columns, table="mail", hashed=hashed))
    engine = PostgresEngine(url, workers=0)
    rows = with_hashed(
        engine, "things", read.tables["things"], engine.open("things", read.tables["things"], Path(), {}, {})
    )
    for scheme in WRITINGS:
        found = rows.select("email", made=f"for_{scheme}").to_pyarrow().to_pylist()
        assert {row["email"]: row["made"] for row in found} == {
            one: None if one is None else identifier(one, scheme) for one in addresses
        }
    key = b"k" * 32
    hashes = rows.select(made=engine.keyed_hash(rows.email, key))
    assert set(hashes.to_pyarrow()["made"].to_pylist()) == {
        None if one is None else hmac.digest(key, one.encode(), "sha256").hex() for one in addresses
    }
    assert "6b6b" not in engine.backend.compile(hashes) and "5d5d" not in engine.backend.compile(hashes)


def test_nothing_of_licet_stands_in_the_way_of_whoever_alters_a_table(
    postgres_server: PostgresServer, schema: Any
) -> None:
    schema.execute(
        "CREATE TABLE passing (who text, extra int); INSERT INTO passing VALUES ('a', 1), ('b', 2)"
    )
    rows = content(postgres_server.address(), table="passing")
    batches = rows.to_pyarrow_batches(chunk_size=1)
    assert len(next(batches)) == 1
    schema.execute("SET lock_timeout = '2s'")
    schema.execute("ALTER TABLE passing DROP COLUMN extra; DROP TABLE passing; RESET lock_timeout")
    assert len(batches.read_all()) == 1, "whoever reads goes on with the rows as they were"
    with pytest.raises(SourceError, match="SRC-221"):
        rows.count().to_pyarrow()


def test_what_postgres_is_not_asked_is_refused_with_its_mend(
    postgres_server: PostgresServer, schema: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.execute("CREATE TABLE odd (who text, mentions text[], document jsonb)")
    url = postgres_server.address()
    engine = PostgresEngine(url, workers=0)

    def open_with(**more: Any) -> None:
        read = Catalogue.model_validate(catalogue(url, {}, table="odd", **more))
        engine.open("things", read.tables["things"], Path(), {}, {})

    with pytest.raises(SourceError, match="SRC-223"):
        open_with(location={"parquet": "things.parquet"})
    with pytest.raises(SourceError, match="SRC-224"):
        open_with(element_subjects=["mentions[]"])
    with pytest.raises(SourceError, match="SRC-225"):
        engine.hand_in(pa.table({"a": [{"b": 1}]}))
    inside = Catalogue.model_validate(catalogue(url, {"document.title": "content.posts"}, table="odd"))
    tables = Tables(inside, engine, Path(), {}, None)
    with pytest.raises(SourceError, match=r"SRC-039.*string"):
        tables.shapes("things")
    monkeypatch.setitem(sys.modules, "licet.enforce.postgres_engine", None)
    with pytest.raises(SourceError, match="SRC-226"):
        engine_for(inside)


def test_lists_of_texts_are_masked_below_the_cell(postgres_server: PostgresServer, schema: Any) -> None:
    schema.execute("CREATE TABLE tagged (who text, tags text[], other text)")
    read = Catalogue.model_validate(
        catalogue(
            postgres_server.address(), {"tags[]": "content.posts", "other": "profile.name"}, table="tagged"
        )
    )
    engine = PostgresEngine(postgres_server.address(), workers=0)
    tables = Tables(read, engine, Path(), {}, None)
    assert tables.kinds("things") == ("content.posts", "profile.name")
