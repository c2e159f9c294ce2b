"""Tampering that only an administrator of PostgreSQL can do: with types, triggers, rules, row security, files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger_homes import PostgresHome, codes, found
from licet.ledger import Ledger
from licet.terms import LedgerError
from postgres_server import HASTY, SERVER_ROLE, PostgresServer


@pytest.fixture
def home(postgres_home: PostgresHome) -> PostgresHome:
    return postgres_home


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("ALTER TABLE entries ALTER recorded_at_us TYPE double precision", "entries"),
        ("ALTER TABLE entries ALTER idx TYPE numeric", "entries"),
        ("ALTER TABLE entries ALTER kind TYPE varchar(30)", "entries"),
        ("ALTER TABLE entries ALTER payload TYPE text USING convert_from(payload, 'UTF8')", "entries"),
        ("ALTER TABLE entries ALTER commitment DROP NOT NULL", "entries"),
        ("ALTER TABLE entries ADD COLUMN note text", "entries"),
        ("ALTER TABLE choices DROP CONSTRAINT choices_pkey", "choices"),
        ("ALTER TABLE tiles DROP CONSTRAINT tiles_pkey", "tiles"),
        ("CREATE RULE quiet AS ON INSERT TO choices DO INSTEAD NOTHING", "choices"),
        (
            "CREATE TRIGGER t BEFORE INSERT ON entries EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            None,
        ),
        ("ALTER TABLE signals ENABLE ROW LEVEL SECURITY", "signals"),
        ("CREATE TABLE more () INHERITS (checkpoints)", "checkpoints"),
        ("ALTER TABLE tiles SET UNLOGGED", "tiles"),
        ("DROP TABLE signals", "signals"),
        ("ALTER TABLE choices RENAME TO chosen", "choices"),
    ],
)
def test_table_that_is_not_as_it_was_made_is_a_fault(
    written, home, statement: str, table: str | None
) -> None:
    with home.tampering() as connection:
        if table is None:
            statement = statement.replace("BEFORE INSERT ON entries", "BEFORE UPDATE ON entries FOR EACH ROW")
        connection.execute(statement)
    report = written.verify()
    assert "database_damaged" in codes(report)
    assert any((table or "entries") in problem.what for problem in report.problems), report.problems


def test_view_in_the_place_of_a_table_is_a_fault(written, home) -> None:
    with home.tampering() as connection:
        connection.execute("ALTER TABLE choices RENAME TO truth")
        connection.execute("CREATE VIEW choices AS SELECT * FROM truth WHERE subject <> 'bob'")
        connection.execute("GRANT SELECT ON choices TO PUBLIC")
    assert {"database_damaged", "index_table_edited"} <= codes(written.verify())


def test_rows_hidden_from_the_servers_role_alone_are_an_error_and_not_a_shorter_ledger(
    home, signer, choice
) -> None:
    with home.create(signer, server_role=SERVER_ROLE) as ledger:
        ledger.append([choice("ann", "off"), choice("bob", "off")])
    place = home.server.url(home.schema, SERVER_ROLE)
    with Ledger.open(place) as server:
        with home.tampering() as connection:
            connection.execute("ALTER TABLE choices ENABLE ROW LEVEL SECURITY")
            connection.execute("CREATE POLICY hide ON choices FOR SELECT USING (subject <> 'bob')")
        with pytest.raises(LedgerError, match="LEDG-024"):
            server.choices_of("bob")
        with pytest.raises(LedgerError, match="LEDG-024"):
            server.choices_table()
    with pytest.raises(LedgerError, match="LEDG-024"):  # nor is it opened so
        Ledger.open(place)


def test_trigger_that_changes_what_is_appended_is_found(written, home, choice) -> None:
    with home.tampering() as connection:
        connection.execute(
            f"CREATE FUNCTION {home.schema}.lie() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN NEW.is_on := 1; RETURN NEW; END $$"
        )
        connection.execute("CREATE TRIGGER lie BEFORE INSERT ON choices FOR EACH ROW EXECUTE FUNCTION lie()")
    written.append([choice("ivy", "off")])
    report = written.verify()
    assert {(None, "database_damaged"), (12, "index_table_edited")} <= found(report)


def test_text_of_another_kind_is_the_same_text(written, home) -> None:
    """The rows did not change, so the fault is all that is reported."""
    with home.tampering() as connection:
        connection.execute("ALTER TABLE entries ALTER subject TYPE varchar")
    assert found(written.verify()) == {(None, "database_damaged")}


def test_administrator_who_renumbers_below_the_ledgers_nose_is_found_by_the_next_writer(
    written, home, choice
) -> None:
    with home.tampering() as connection:
        connection.execute("DELETE FROM checkpoints WHERE size = 12")
    with pytest.raises(LedgerError, match="LEDG-017"):
        written.append([choice("hal", "on")])


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A server that a test may stop and whose files it may damage."""
    server = PostgresServer(*HASTY)
    yield server
    server.close()


@pytest.mark.xdist_group("postgres")
def test_file_overwritten_in_the_middle_is_reported_as_far_as_it_can_be_read(
    own_server: PostgresServer, tmp_path: Path, signer, choice
) -> None:
    home = PostgresHome(own_server, tmp_path)
    with home.create(signer) as ledger:
        ledger.append([choice(f"m{number}", "on") for number in range(12_000)])
    with own_server.connect(user="postgres") as connection:
        (path,) = connection.execute(f"SELECT pg_relation_filepath('{home.schema}.entries')").fetchone()
    own_server.stop()
    content = bytearray((own_server.data / path).read_bytes())
    start, end = len(content) // 2, len(content) * 2 // 3
    content[start:end] = b"\xa5" * (end - start)
    (own_server.data / path).write_bytes(content)
    own_server.start()
    with home.open() as again:
        report = again.verify()
    assert "database_damaged" in codes(report) and report.size > 0, report.problems[:5]
