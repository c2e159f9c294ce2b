"""The gate as views in PostgreSQL, beside a view written by hand, where LICET_BENCH_POSTGRES names a database.

Both are security barriers, as views that keep rows from their readers must be. The one by hand knows one policy by
heart and joins members with the opt-out as a column; the gate's is what `licet gate sql --apply` makes.
"""

from __future__ import annotations

import functools
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

import licet
from benchmarks.corpus import say
from benchmarks.gdprbench.on_postgres import VARIABLE, describe
from benchmarks.measure import Tell, in_turn, silent
from benchmarks.outcome import Outcome, require_same
from licet.enforce.postgres_views import MASKS
from licet.ledger.postgres_address import PostgresAddress

PURPOSE = "generative_ai_training"


@dataclass(frozen=True)
class Sizes:
    """chosen: one in so many members has switched the setting off."""

    members: int
    posts: int
    rounds: int
    chosen: int = 10


SMALL = Sizes(members=100_000, posts=1_000_000, rounds=5)
FULL = Sizes(members=1_000_000, posts=10_000_000, rounds=5)

_HOW = (
    "One session, without parallel workers, by the clock, so that both run on one core; tables are analyzed. Authors "
    "are spread evenly over members, half of whom live where the policy holds; four of five posts are public, and one "
    "in ten members has said no.",
    "By hand: a view that joins posts with members whose opt-out is a column that somebody keeps. The gate's view "
    "reads tables of who permits what, and whether it is fresh. Both are security barriers and hand out ids as text.",
    "A refresh is what `licet gate sql --apply` does, from opening the gate to the commit.",
)
_PACK = f"""
licet_pack: 1
id: forum
title: A forum's policy
version: "1"
observed: 2025-01-01
controller: {{name: Forum}}
sources: {{page: {{title: A page, kind: official}}}}
notices: {{all: {{title: A notice, published: 2024-12-01, effective: 2025-01-01}}}}
categories: {{content.posts: {{}}}}
purposes: {{{PURPOSE}: {{}}}}
settings: {{ai: {{label: Use my posts, path: [Settings], observed: 2025-01-01, default: {{state: on}}}}}}
rules:
  - {{id: posts, effect: permit, purposes: [{PURPOSE}], categories: [content.posts], visibility: [public],
     regions: [DE, CH], notice: all, setting: ai}}
"""
_QUERIES = {
    "count": "SELECT count(*) FROM {view}",
    "aggregate": "SELECT likes, count(*), max(made) FROM {view} GROUP BY likes",
    "extract": "SELECT sum(hashtext(id || author || body)::bigint) FROM {view}",
}


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    """seed: of nothing here; numbers are spread, not drawn."""
    del seed
    outcome = Outcome("gate_in_postgres", "The gate in PostgreSQL", _HOW)
    address = os.environ.get(VARIABLE)
    outcome.sizes = {"members": sizes.members, "posts": sizes.posts, "rounds": sizes.rounds}
    if address is None:
        outcome.notes.append(f"{VARIABLE} names no database, so nothing was measured.")
        return outcome
    outcome.configuration["PostgreSQL"] = describe(address)
    ratios = []
    with psycopg.connect(PostgresAddress.parse(address).conninfo, autocommit=True) as con:
        con.execute("SET max_parallel_workers_per_gather = 0")
        con.execute("SET TIME ZONE 'UTC'")
        is_new = con.execute("SELECT to_regnamespace(%s) IS NULL", (MASKS,)).fetchone() == (True,)
        for kind, what in (("text", "ids as text"), ("bigint", "ids as whole numbers")):
            schema = f"licet_bench_gate_{kind}_{os.getpid()}"
            try:
                ratios += _measure(outcome, con, address, schema, kind, what, sizes, tell)
            finally:
                con.execute(f"DROP SCHEMA IF EXISTS {schema}, {schema}_views CASCADE")
        if is_new:
            con.execute(f"DROP SCHEMA IF EXISTS {MASKS} CASCADE")
    outcome.reached["postgres"] = ratios
    return outcome


def _measure(
    outcome: Outcome, con: Any, address: str, schema: str, kind: str, what: str, sizes: Sizes, tell: Tell
) -> list[str]:
    tell(f"making tables, {what}", 0, None)
    _make_tables(con, schema, kind, sizes)
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        root = Path(folder) / "forum"
        with licet.create(root) as workspace:
            (root / "catalogue.yaml").write_text(_catalogue(address, schema))
            (root / "policy.yaml").write_text(_PACK)
            workspace.use_pack(root / "policy.yaml")
            say(
                workspace,
                [_named(kind, n) for n in range(0, sizes.members + 1, sizes.chosen)][1:],
                "off",
                "ai",
            )
            taken = []
            for turn in range(sizes.rounds):
                tell(f"refreshing, {what}", turn, sizes.rounds)
                start = time.perf_counter()
                workspace.data.refresh_views(PURPOSE, schema=f"{schema}_views", hold_seconds=86_400)
                taken.append(time.perf_counter() - start)
    outcome.add(f"refresh_{kind}", f"refreshing the views, {what}", "s", taken)
    views = {"gate": f"{schema}_views.posts", "hand": f"{schema}.by_hand"}
    names = []
    for query, sql in _QUERIES.items():
        jobs: dict[str, Callable[[], object]] = {
            name: functools.partial(_asked, con, sql.format(view=view)) for name, view in views.items()
        }
        require_same(f"{query}, {what}", jobs["gate"](), jobs["hand"]())
        times = in_turn(jobs, sizes.rounds, tell=tell, stage=f"{query}, {what}")
        for name, of in (("gate", "through the gate's view"), ("hand", "through the view by hand")):
            outcome.add(f"{query}_{kind}_{name}", f"{query} {of}, {what}", "s", times[name])
        outcome.others.add(f"{query}_{kind}_hand")
        names.append(f"{query}_{kind}")
        outcome.compare(
            names[-1], f"{query}, the gate's view over the one by hand, {what}", times["gate"], times["hand"]
        )
    outcome.checks.append(f"{what}: all answers of both views are the same")
    return names


def _make_tables(con: Any, schema: str, kind: str, sizes: Sizes) -> None:
    member = "n" if kind == "bigint" else "'m' || n"
    author = f"1 + (n * 7919) % {sizes.members}"
    author = author if kind == "bigint" else f"'m' || ({author})"
    for statement in (
        f"CREATE SCHEMA {schema}",
        f"CREATE TABLE {schema}.members (id {kind} PRIMARY KEY, region text, born date, ai bool)",
        f"CREATE TABLE {schema}.posts (id bigint PRIMARY KEY, author {kind}, made timestamptz, audience text, "
        "body text, likes int)",
        f"INSERT INTO {schema}.members SELECT {member}, (ARRAY['DE', 'FR', 'US', 'CH'])[1 + n % 4], '1980-01-01', "
        f"n % {sizes.chosen} <> 0 FROM generate_series(1, {sizes.members}) n",
        f"INSERT INTO {schema}.posts SELECT n, {author}, '2025-06-01', CASE WHEN n % 5 = 0 THEN 'connections' "
        f"ELSE 'public' END, repeat(md5(n::text), 6), n % 1000 FROM generate_series(1::bigint, {sizes.posts}) n",
        f"VACUUM ANALYZE {schema}.members",
        f"VACUUM ANALYZE {schema}.posts",
        f"CREATE VIEW {schema}.by_hand WITH (security_barrier) AS SELECT p.id::text AS id, p.author::text AS author, "
        f"p.made, p.audience, p.body, p.likes FROM {schema}.posts p JOIN {schema}.members m ON m.id = p.author "
        "WHERE m.ai AND m.region IN ('DE', 'CH') AND p.audience = 'public'",
    ):
        con.execute(statement)


def _catalogue(address: str, schema: str) -> str:
    def place(table: str) -> str:
        return f'{{postgres: {{url: "{address}", schema: {schema}, table: {table}}}}}'

    posts = dict.fromkeys(("id", "author", "made", "audience", "body", "likes"), "content.posts")
    return f"""
licet_catalogue: 2
facts: {{table: members, subject: id, region: region, birth_date: born}}
tables:
  members: {{location: {place("members")}, key: id, subjects: [id], columns: {{region: profile.location}}}}
  posts:
    location: {place("posts")}
    key: id
    subjects: [author]
    created: made
    visibility: audience
    columns: {{{", ".join(f"{name}: {label}" for name, label in posts.items())}}}
"""


def _named(kind: str, number: int) -> str:
    return str(number) if kind == "bigint" else f"m{number}"


def _asked(con: Any, sql: str) -> list[tuple[object, ...]]:
    return sorted(con.execute(sql).fetchall())
