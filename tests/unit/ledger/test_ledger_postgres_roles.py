"""Who may do what with a ledger on PostgreSQL: the server's role reads and appends, and is held to that."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import psycopg
import psycopg.sql
import pytest

from ledger_homes import PostgresHome
from licet.ledger import Ledger
from licet.terms import LedgerError
from postgres_server import ERASER_ROLE, OWNER, SERVER_ROLE

TABLES = ("entries", "tiles", "checkpoints", "choices", "signals", "licet_ledger")


@pytest.fixture
def granted(postgres_home: PostgresHome, signer, clock, choice, signal) -> Iterator[PostgresHome]:
    with postgres_home.create(signer, clock, server_role=SERVER_ROLE, eraser_role=ERASER_ROLE) as ledger:
        ledger.append([choice("ann", "on"), signal("bob", True), choice("bob", "off")])
    yield postgres_home


@pytest.fixture
def server(granted: PostgresHome, signer, clock) -> Iterator[Ledger]:
    with open_as(granted, SERVER_ROLE, signer) as ledger:
        yield ledger


def open_as(home: PostgresHome, role: str, signer) -> Ledger:
    url = home.server.url(home.schema, role)
    return Ledger.open(url, signer, checkpoint_path=home.checkpoint_path, busy_timeout_seconds=1)


def test_server_appends_reads_proves_and_verifies(server, choice) -> None:
    (entry,) = server.append([choice("cat", "on")])
    server.append([choice(f"m{number}", "on") for number in range(200)])
    assert server.inclusion_proof(3).verify(entry.leaf_hash, server.checkpoint().root)
    assert server.choices_of("bob")[0].value == "off" and server.choices_table().num_rows == 203
    assert server.verify().ok and server.verify().size == 204


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET {column} = {column}",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "DROP TABLE {table}",
        "ALTER TABLE {table} ADD COLUMN more int",
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "CREATE RULE quiet AS ON INSERT TO {table} DO INSTEAD NOTHING",
        "CREATE INDEX ON {table} ({column})",
    ],
)
def test_server_cannot_change_what_is_written(granted, table: str, statement: str) -> None:
    column = {"entries": "payload", "tiles": "hashes", "checkpoints": "root", "licet_ledger": "value"}
    with granted.server.connect(SERVER_ROLE) as connection:
        connection.execute(f"SET search_path TO {granted.schema}")
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() != (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.format(table=table, column=column.get(table, "is_on")))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO licet_ledger VALUES ('more', 'x')",
        "CREATE TABLE more (x int)",
        "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DROP SCHEMA {schema} CASCADE",
        "SET ROLE licet_owner",
        "REASSIGN OWNED BY licet_owner TO licet_server",
        "INSERT INTO entries SELECT * FROM entries ON CONFLICT (idx) DO UPDATE SET payload = NULL",
        "MERGE INTO choices USING choices AS c ON true WHEN MATCHED THEN DELETE",
        "SELECT * FROM entries FOR UPDATE",
    ],
)
def test_server_cannot_come_by_more_rights(granted, statement: str) -> None:
    with granted.server.connect(SERVER_ROLE) as connection:
        connection.execute(f"SET search_path TO {granted.schema}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.format(schema=granted.schema))


def test_server_cannot_grant_itself_anything(granted) -> None:
    with granted.server.connect(SERVER_ROLE) as connection:
        connection.execute(f"SET search_path TO {granted.schema}")
        connection.execute(f"GRANT ALL ON entries TO {SERVER_ROLE}")  # PostgreSQL only warns
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM entries")


def test_server_cannot_erase_and_is_told_who_can(server) -> None:
    with pytest.raises(LedgerError, match=r"LEDG-024.*owner"):
        server.erase("ann")
    assert not server.entry(0).erased and server.position == 3 and server.verify().ok


def test_server_cannot_rewrite_the_tables(server) -> None:
    with pytest.raises(LedgerError, match=r"LEDG-019.*owner"):
        server.compact()


def test_owner_erases_for_the_server(granted, server, signer, choice) -> None:
    server.append([choice("ann", "off")])
    with granted.open(signer) as owner:
        erasure = owner.erase("ann")
    assert erasure is not None and erasure.payload is not None and erasure.payload["erased"] == [0, 3]
    assert [one.value for one in server.choices_of("ann")] == ["off"] and server.entry(3).erased
    assert server.append([choice("cat", "on")])[0].index == 5
    assert server.verify().ok and server.verify().erased == 2


def test_eraser_erases_and_leaves_rewriting_to_the_owner(granted, signer) -> None:
    with open_as(granted, ERASER_ROLE, signer) as eraser:
        with pytest.raises(LedgerError, match="LEDG-019"):
            eraser.erase("bob")
        assert eraser.entry(1).erased and eraser.entry(2).erased and eraser.verify().ok
        assert eraser.erase("ann", compact=False) is not None
    with granted.open(signer) as owner:
        owner.compact()
        assert owner.verify().erased == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET commitment = ''",
        "UPDATE entries SET recorded_at_us = 1",
        "DELETE FROM entries",
        "DELETE FROM tiles",
        "UPDATE checkpoints SET root = ''",
        "UPDATE choices SET is_on = 1",
        "TRUNCATE choices",
    ],
)
def test_eraser_can_do_no_more_than_erase(granted, statement: str) -> None:
    with granted.server.connect(ERASER_ROLE) as connection:
        connection.execute(f"SET search_path TO {granted.schema}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_role_without_any_grant_reads_nothing(postgres_home, signer) -> None:
    postgres_home.create(signer).close()
    for key in (signer, None):
        with pytest.raises(LedgerError, match="LEDG-024"):
            open_as(postgres_home, SERVER_ROLE, key)


@pytest.mark.parametrize("role", ["nobody_of_this_name", "postgres", OWNER, 'a"; DROP SCHEMA public', "50%"])
def test_role_that_grants_would_not_bind_is_refused_and_nothing_is_made(
    postgres_home, signer, role: str
) -> None:
    for name in ("server_role", "eraser_role"):
        with pytest.raises(LedgerError, match="LEDG-025"):
            postgres_home.create(signer, **{name: role})
    with pytest.raises(LedgerError, match="LEDG-001"):
        postgres_home.open()
    assert not postgres_home.checkpoint_path.exists()
    postgres_home.create(signer).close()


def test_role_that_may_make_no_schema_is_told(postgres_home, signer) -> None:
    url = postgres_home.server.url(postgres_home.schema, SERVER_ROLE)
    with pytest.raises(LedgerError, match="LEDG-024"):
        Ledger.create(url, signer)


def test_default_privileges_of_the_owner_do_not_loosen_a_ledger(postgres_home, signer) -> None:
    with postgres_home.server.connect(OWNER) as connection:
        connection.execute(f"ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC, {SERVER_ROLE}")
        try:
            postgres_home.create(signer, server_role=SERVER_ROLE).close()
        finally:
            connection.execute(f"ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM PUBLIC, {SERVER_ROLE}")
        for role in (SERVER_ROLE, ERASER_ROLE):
            with (
                postgres_home.server.connect(role) as other,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                other.execute(f"DELETE FROM {postgres_home.schema}.entries")


def test_schema_and_role_may_be_called_anything(postgres_server, signer, choice) -> None:
    schema, role = "50% of \"a\" 'b'; --", '10% "c" %s'
    with postgres_server.connect(user="postgres") as connection:
        connection.execute(psycopg.sql.SQL("CREATE ROLE {} LOGIN").format(psycopg.sql.Identifier(role)))
    Ledger.create(postgres_server.url(quote(schema)), signer, server_role=role).close()
    with Ledger.open(postgres_server.url(quote(schema), quote(role)), signer) as server:
        server.append([choice("100%s", "off", setting="%(x)s"), choice("ann", "on")])
        assert server.choices_table(subjects=["100%s"])["setting"].to_pylist() == ["%(x)s"]
        assert server.verify().ok
        with Ledger.open(server.place) as again:
            assert again.position == 2
