"""The SQL of a few gates, kept as files a person can read without Python: what DuckDB is asked, to the letter.

`LICET_GOLDEN=write pytest tests/golden/enforce` writes them anew; read the difference before you commit it.
"""

from __future__ import annotations

import os
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pytest
import sqlglot

from licet.decide import Policy
from licet.enforce import Gate
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.ledger import Ledger
from licet.packs import Pack
from licet.sources.catalogue import Catalogue
from licet.terms.moments import parse_moment
from licet.testing.worlds import NO_ORGANISATION_REFUSED, NOBODY_REFUSED

HERE = Path(__file__).parent

PACK: dict[str, Any] = {
    "licet_pack": 1,
    "id": "acme",
    "title": "Acme",
    "version": "1",
    "observed": "2026-01-01",
    "controller": {"name": "Acme"},
    "sources": {"page": {"title": "A page", "kind": "official"}},
    "notices": {"autumn": {"title": "A notice", "published": "2025-10-01", "effective": "2025-11-03"}},
    "categories": {"content": {}, "profile": {}},
    "purposes": {"generative_ai_training": {}, "recommendation": {}},
    "settings": {
        "ai": {
            "label": "Train AI on my data",
            "path": ["Settings", "AI"],
            "observed": "2026-01-01",
            "default": {"state": "on"},
            "honours": ["gpc"],
        }
    },
    "rules": [
        {
            "id": "train",
            "effect": "permit",
            "notice": "autumn",
            "purposes": ["generative_ai_training"],
            "categories": ["content", "profile"],
            "regions": ["EEA", "CH"],
            "minimum_age": 18,
            "setting": "ai",
        },
        {
            "id": "only_public_and_recent",
            "effect": "permit",
            "notice": "autumn",
            "purposes": ["recommendation"],
            "categories": ["content"],
            "visibility": ["public"],
            "created_from": "2025-01-01",
        },
        {
            "id": "profiles_of_premium",
            "effect": "permit",
            "notice": "autumn",
            "purposes": ["recommendation"],
            "categories": ["profile"],
            "plans": ["premium"],
        },
    ],
}
TABLES = {
    "members": pa.table(
        {
            "id": pa.array([1, 2, 3], pa.int64()),
            "country": ["DE", "CH", "FR"],
            "born": pa.array([None, None, date(1990, 5, 1)], pa.date32()),
            "plan": ["free", "premium", "free"],
            "headline": ["Baker", None, None],
        }
    ),
    "posts": pa.table(
        {
            "post": pa.array([1], pa.int64()),
            "author": pa.array([1], pa.int64()),
            "posted_at": pa.array([None], pa.timestamp("us", "UTC")),
            "audience": ["public"],
            "body": ["Hello"],
            "byline": ["Baker"],
            "draft": ["…"],
        }
    ),
    "letters": pa.table({"sender": ["1"], "recipients": [["2", "1"]], "body": ["Dear"]}),
}
CATALOGUE: dict[str, Any] = {
    "licet_catalogue": 1,
    "facts": {"table": "members", "subject": "id", "region": "country", "birth_date": "born", "plan": "plan"},
    "tables": {
        "members": {
            "location": {"arrow": "members"},
            "key": "id",
            "subjects": ["id"],
            "columns": {"headline": "profile.headline"},
        },
        "posts": {
            "location": {"arrow": "posts"},
            "key": "post",
            "subjects": ["author"],
            "created": "posted_at",
            "visibility": "audience",
            "columns": {"body": "content.posts", "byline": "profile.headline", "draft": None},
        },
        "letters": {
            "location": {"arrow": "letters"},
            "subjects": ["sender", "recipients"],
            "columns": {"body": "content.posts"},
        },
    },
}


class Told:
    """A ledger in which one member switched AI training off, and another sends the privacy signal."""

    position = 2

    @property
    def recorded(self) -> Told:
        return self

    def choices_table(self, position: int, known: object = None) -> pa.Table:
        columns = {
            "subject": ["1"],
            "setting": ["ai"],
            "category": [None],
            "state": ["refused"],
            "pack": [None],
        }
        return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})

    def record_noes(self, position: int, known: object = None, keys: object = None) -> pa.Table:
        return NOBODY_REFUSED

    def organisation_noes(self, position: int) -> pa.Table:
        return NO_ORGANISATION_REFUSED

    def signals_table(self, position: int, known: object = None) -> pa.Table:
        return pa.table({"subject": ["2"], "signal": ["gpc"]})


class Listening:
    """Beside an engine's class: notes every expression it is asked to keep, or to tell row by row."""

    backend: Any

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.asked: list[tuple[str, str]] = []

    def keep(self, expression: Any, **more: Any) -> Any:
        sql = self.backend.compile(expression)
        table = super().keep(expression, **more)  # type: ignore[misc]
        self.asked.append((f"kept as {table.get_name()}", sql))
        return table

    def batches(self, expression: Any, most_rows: int = 1 << 20) -> Any:
        self.asked.append(("told row by row", self.backend.compile(expression)))
        return super().batches(expression, most_rows)  # type: ignore[misc]


class ListeningDuckDB(Listening, DuckDBEngine):
    """DuckDB, listened to."""


QUESTIONS = {
    "one_kind_one_subject": ("generative_ai_training", "members"),
    "two_kinds_dated_and_shown": ("recommendation", "posts"),
    "lists_of_subjects": ("generative_ai_training", "letters"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_sql_is_what_it_was(name: str) -> None:
    assert_sql_is_what_it_was(name, ListeningDuckDB(threads=1), "duckdb", HERE / f"{name}.sql")


def assert_sql_is_what_it_was(name: str, engine: Any, dialect: str, golden: Path) -> None:
    """What a listening engine is asked for one of `QUESTIONS` is in the golden file, and the engine takes it."""
    purpose, table = QUESTIONS[name]
    gate = Gate(
        Policy(Pack.model_validate(PACK)), purpose, parse_moment("2026-01-01"),
        Catalogue.model_validate(CATALOGUE), engine, cast(Ledger, Told()), tables=TABLES, salt=b"salt",
    )  # fmt: skip
    read = engine.backend.compile(gate.table(table))
    asked = list(engine.asked)
    gate.prepare([table])

    def tidy(sql: str) -> str:
        """Laid out for reading."""
        return sqlglot.parse_one(sql, dialect=dialect).sql(dialect=dialect, pretty=True)

    parts = [
        f"-- purpose {purpose}, table {table}: what {TITLES[dialect]} is asked, in order.",
        *(f"-- {how}\n{tidy(sql)}" for how, sql in asked),
        f"-- read\n{tidy(read)}",
        *(f"-- {how}, to prepare the table\n{tidy(sql)}" for how, sql in engine.asked[len(asked) :]),
    ]
    text = _renumbered("\n\n".join(parts)) + "\n"
    if os.environ.get("LICET_GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8")
    assert golden.exists(), "no golden file; write it with LICET_GOLDEN=write"
    assert text == golden.read_text(encoding="utf-8"), "the SQL changed; see LICET_GOLDEN in this file"
    gate.read(table)


TITLES = {"duckdb": "DuckDB", "spark": "Spark"}


def _renumbered(text: str) -> str:
    """What a run numbers (tables handed in or kept, ibis's own) numbered anew, in order of appearance."""
    seen: dict[str, str] = {}
    names = r"\b(?:licet_\d+|ibis_\w*[0-9a-z]{20,})\b"
    return re.sub(names, lambda found: seen.setdefault(found[0], f"table_{len(seen) + 1}"), text)


def test_sql_is_the_same_in_another_run() -> None:
    """Under another hash seed too: no set or dict order of the process gets into the SQL."""
    import subprocess

    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        str(Path(__file__)),
        "-k",
        "what_it_was",
    ]
    told = subprocess.run(
        command,
        env={**os.environ, "PYTHONHASHSEED": "12345", "LICET_GOLDEN": ""},
        capture_output=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout.decode()[-2000:]
