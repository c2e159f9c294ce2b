"""The page on PostgreSQL: what it shows runs, step by step, on a server of its own."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

import licet
from journeys.command_line import run_licet
from licet.ledger import EntryKind, Ledger, NewEntry, Signer
from licet.terms import LedgerError
from postgres_server import HASTY, PostgresServer

PAGE = (Path(__file__).parents[2] / "docs" / "postgresql.md").read_text()


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """The administrator's, before anything of the page was done."""
    made = PostgresServer(*HASTY)
    with made.connect(user="postgres", database="postgres") as connection:
        connection.execute("DROP DATABASE licet")
        for role in ("licet_owner", "licet_server"):
            connection.execute(f"DROP ROLE {role}")
        connection.execute("CREATE ROLE other_server LOGIN")
    yield made
    made.close()


@pytest.mark.xdist_group("postgres")
def test_what_the_page_shows_runs(
    server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PAGE.replace("@db.example/licet", f"@/licet?host={quote(str(server.folder))}")
    roles, grants = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    with server.connect(user="postgres", database="postgres") as connection:
        for statement in roles.split(";\n"):
            connection.execute(statement)

    def run(beginning: str, *more: str) -> None:
        (command,) = re.findall(rf"^ {{4}}({beginning}.*)$", page, re.M)
        told = run_licet(*shlex.split(command)[1:], *more, cwd=tmp_path)
        assert told.status == 0, told.err

    run("licet init")
    monkeypatch.chdir(tmp_path)
    shown: dict[str, Ledger] = {}
    (snippet,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(snippet, shown)
    ledger = shown["ledger"]
    said = {"setting": "s", "value": "off"}
    ledger.append([NewEntry(EntryKind.CHOICE, "42", said), NewEntry(EntryKind.CHOICE, "43", said)])
    with pytest.raises(LedgerError, match="LEDG-024"):
        ledger.erase("42")
    ledger.close()
    run("licet ledger erase", "--yes", "--workspace", "work")

    with server.connect(user="licet_owner") as connection:
        for statement in grants.split(";\n"):
            connection.execute(statement)
    other = server.url("licet", "other_server")
    with Ledger.open(other, Signer.open("work/keys/ledger.key")) as opened:
        opened.append([NewEntry(EntryKind.CHOICE, "44", said)])
    with licet.open("work") as workspace:
        published = workspace.ledger.checkpoint().text
    backing_up, restoring = re.findall(r"^ {4}(pg_.*)$", page, re.M)
    dump = server.folder / "licet.dump"
    for command in (backing_up, restoring):
        program, *arguments = shlex.split(command.replace("licet.dump", str(dump)))
        if program == "pg_restore":
            with server.connect(user="licet_owner") as connection:
                connection.execute("DROP SCHEMA licet CASCADE")
        server.run(program, *arguments)
    (tmp_path / "published.checkpoint").write_text(published)
    run("licet ledger verify", "--workspace", "work")
