"""The page on tables in PostgreSQL: its role, its catalogue and its commands, on a real server."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from typer.testing import CliRunner

import licet
from licet.cli.main import app
from postgres_server import PostgresServer

PAGE = (Path(__file__).parents[2] / "docs" / "postgres.md").read_text()
FORUM = """
CREATE SCHEMA forum;
CREATE TABLE forum.members (id text PRIMARY KEY, country text);
CREATE TABLE forum.posts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), author text REFERENCES forum.members, audience text,
  made timestamptz, body text, address inet);
INSERT INTO forum.members VALUES ('ann', 'DE'), ('ben', 'CH'), ('cem', NULL);
INSERT INTO forum.posts (author, audience, made, body, address)
  SELECT id, 'public', '2025-12-01', 'words of ' || id, '10.0.0.1' FROM forum.members;
"""


def block(kind: str) -> str:
    """All that the page shows of a kind, one after another."""
    return "".join(re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL))


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[str]:
    """Where the page's forum lies, for the role that the page makes."""
    with postgres_server.connect("postgres", "licet") as administrator:
        administrator.execute(FORUM)
        administrator.execute(block("sql").replace("ON DATABASE forum", "ON DATABASE licet"))
        yield f"@/licet?host={quote(str(postgres_server.folder))}"
        administrator.execute(
            "DROP SCHEMA forum CASCADE; DROP OWNED BY forum_reader, forum_trainer CASCADE;"
            "DROP ROLE forum_reader, forum_trainer"
        )


def test_what_the_page_shows_runs(
    database: str, postgres_server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "catalogue.yaml").write_text(block("yaml"))
    monkeypatch.chdir(tmp_path)
    told = []
    for line in block("sh").replace("@db.example/forum", database).splitlines():
        program, *words = shlex.split(line)
        if program == "export":
            monkeypatch.setenv(*words[0].split("=", 1))
        elif program == "cp":
            shutil.copy(*words)
        else:
            done = CliRunner().invoke(app, words)  # in this process, which has the variable
            assert done.exit_code == 0, done.output
            told.append(done.output)
    assert len(told) == 8 and "security_barrier" in told[-2]
    with licet.open("forum") as workspace:
        rows = workspace.gate("generative_ai_training").table("posts").to_pyarrow()
    assert rows["body"].to_pylist() == ["words of ben"]
    assert "address" not in rows.column_names
    with postgres_server.connect("forum_trainer") as trainer:
        shown = trainer.execute("SELECT body FROM licet_generative_ai_training.posts").fetchall()
    assert shown == [("words of ben",)]
