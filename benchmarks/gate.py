"""The gate on DuckDB: whole tables, beside the SQL that an engineer would write first and beside no gate at all.

Two jobs: writing permitted texts to Parquet, against writing the same rows when somebody filtered them before;
and an aggregate over narrow columns with authors spread over all members, where the join is everything. Making the
gate ready (reading choices, putting people into classes) is timed apart, since it is paid once for all tables.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq

from benchmarks.measure import Tell, in_turn, silent
from benchmarks.naive import naive_query
from benchmarks.network import Network, make_network
from benchmarks.outcome import Outcome, require_same
from benchmarks.policies import article_policy
from licet.enforce import Gate
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.ledger import Ledger
from licet.terms.moments import parse_moment

PURPOSE, AT = "generative_ai_training", parse_moment("2026-01-01")


@dataclass(frozen=True)
class Sizes:
    members: int
    posts: int
    texts: int
    rounds: int


SMALL = Sizes(members=50_000, posts=500_000, texts=50_000, rounds=5)
FULL = Sizes(members=2_000_000, posts=20_000_000, texts=2_000_000, rounds=7)

_HOW = (
    "One DuckDB, all its threads, tables as Parquet files. Authors are spread evenly over members; about 65 of 100 "
    "members live where the policy holds, one in seven has switched a setting, 92 of 100 posts are public. Ids are "
    "text of nine characters; the aggregate is also run with whole numbers.",
    "The naive query joins posts with members and with each member's latest choice (a window over the log of choices) "
    "and is run, like the unfiltered scan, by a DuckDB of its own with every setting as it comes (the gate's has two "
    "optimizers off). It knows one policy by heart; the gate reads any.",
    "Writing the same rows filtered before means: from a Parquet file that holds nothing else, through the same "
    "writer.",
    "Preparing a table judges every row once and keeps one small number a row; later queries read it beside the row "
    "and join nothing. It is timed once, and pays from the second or third query on. Counts and verdicts come with it.",
    "Making the gate ready reads the choices from the ledger, puts members into classes, asks decide once a class, and "
    "joins the answers; it is timed apart from the queries and paid once for all tables of a purpose.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("gate", "The gate on DuckDB", _HOW)
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        network = make_network(Path(folder), sizes.members, sizes.posts, sizes.texts, seed, tell)
        with network.open_ledger() as ledger:
            engine = DuckDBEngine()
            outcome.sizes = {
                "members": sizes.members,
                "rows_of_the_aggregate": sizes.posts,
                "rows_with_text": sizes.texts,
                "ledger_entries": ledger.position,
                "duckdb_threads": _row(_con(engine), "SELECT current_setting('threads')")[0],
                "rounds": sizes.rounds,
            }
            outcome.configuration["duckdb"] = (
                "beside the gate: as it comes; the gate's own: join_order and build_side_probe_side off"
            )
            _make_ready(outcome, network, ledger, sizes, tell)
            for whole in (False, True):
                _aggregate(outcome, _open(network, ledger, engine, whole), network, sizes, whole, tell)
            _extract(outcome, _open(network, ledger, engine), network, sizes, tell)
    return outcome


def _open(network: Network, ledger: Ledger, engine: DuckDBEngine, whole: bool = False) -> Gate:
    return Gate(_POLICY, PURPOSE, AT, network.catalogue(whole=whole), engine, ledger)


_POLICY = article_policy()


def _make_ready(outcome: Outcome, network: Network, ledger: Ledger, sizes: Sizes, tell: Tell) -> None:
    def make_ready() -> None:
        _open(network, ledger, DuckDBEngine()).table("posts")

    contenders = {"ready": make_ready, "choices": lambda: ledger.choices_table(ledger.position)}
    taken = in_turn(contenders, min(3, sizes.rounds), tell=tell, stage="making the gate ready")
    outcome.add("ready", "making the gate ready, once for all tables", "s", taken["ready"])
    outcome.add("choices", "of that, reading the choices from the ledger", "s", taken["choices"])


def _aggregate(outcome: Outcome, gate: Gate, network: Network, sizes: Sizes, whole: bool, tell: Tell) -> None:
    """Once with text for ids, as most platforms have them and as the target is judged, once with whole numbers."""
    ids, suffix = ("whole numbers", "_whole") if whole else ("text", "")
    file, plain = network.file("posts", whole=whole), _plain_duckdb()
    joined = _count_and_sum(gate)
    tell("preparing", 0, None)
    start = time.perf_counter()
    gate.prepare(["posts"])
    outcome.add(
        f"prepare{suffix}", f"preparing the table, once, ids as {ids}", "s", [time.perf_counter() - start]
    )
    prepared = _count_and_sum(gate)
    naive = _naive("count(*), sum(p.reactions)", network, file, whole)
    scan = f"SELECT count(*), sum(reactions) FROM '{file}'"
    told = [tuple(wanted.to_pyarrow().to_pylist()[0].values()) for wanted in (joined, prepared)]
    for what, one in zip(("joining", "prepared"), told, strict=True):
        require_same(f"the gate ({what}) and the naive query", one, _row(plain, naive))
    outcome.sizes["permitted_share_of_posts"] = round(told[0][0] / sizes.posts, 4)
    outcome.checks.append(
        f"ids as {ids}: the gate, joining and prepared, and the naive query count the same {told[0][0]:,} posts "
        "and reactions"
    )
    taken = in_turn(
        {
            "prepared": lambda: prepared.to_pyarrow(),
            "gate": lambda: joined.to_pyarrow(),
            "naive": lambda: _row(plain, naive),
            "scan": lambda: _row(plain, scan),
        },
        sizes.rounds,
        tell=tell,
        stage=f"aggregating, ids as {ids}",
    )
    for name, what in (
        ("prepared", "count and sum through the gate, table prepared"),
        ("gate", "count and sum through the gate, table not prepared"),
        ("naive", "the naive query"),
        ("scan", "the same over all rows, permitted or not"),
    ):
        outcome.add(f"aggregate_{name}{suffix}", f"{what}, ids as {ids}", "s", taken[name])
    outcome.others |= {f"aggregate_naive{suffix}", f"aggregate_scan{suffix}"}
    for name, what, of, to in (
        ("naive_over_prepared", "naive query over gate, prepared", "naive", "prepared"),
        ("naive_over_gate", "naive query over gate, not prepared", "naive", "gate"),
        ("prepared_over_scan", "gate, prepared, over unfiltered scan", "prepared", "scan"),
        ("gate_over_scan", "gate, not prepared, over unfiltered scan", "gate", "scan"),
    ):
        outcome.compare(f"{name}{suffix}", f"{what}, ids as {ids}", taken[of], taken[to])
    outcome.reached |= {"aggregate": "naive_over_prepared", "aggregate_scan": "prepared_over_scan"}


def _count_and_sum(gate: Gate) -> ir.Table:
    posts = gate.table("posts")
    return posts.aggregate(records=posts.count(), reactions=posts.reactions.sum())


def _extract(outcome: Outcome, gate: Gate, network: Network, sizes: Sizes, tell: Tell) -> None:
    tell("filtering texts beforehand", 0, None)
    before, through, filtered = (
        network.folder / name for name in ("before.parquet", "gate.parquet", "same.parquet")
    )
    permitted = gate.table("texts")
    # the gate gives keys and people as text, always
    columns = "CAST(p.post_id AS VARCHAR) AS post_id, p.* EXCLUDE (post_id)"
    _con(gate._engine).execute(
        f"COPY ({_naive(columns, network, network.file('texts'))}) TO '{before}' (FORMAT PARQUET)",
    )
    rows = _backend(gate._engine).read_parquet(str(before))
    contenders: dict[str, Callable[[], object]] = {
        "gate": lambda: _write(gate._engine, permitted, through),
        "filtered": lambda: _write(gate._engine, rows, filtered),
    }
    for job in contenders.values():
        job()
    require_same(
        "texts through the gate and texts filtered before",
        _fingerprint(gate._engine, through),
        _fingerprint(gate._engine, filtered),
    )
    written = pq.read_metadata(through).num_rows
    outcome.sizes["permitted_share_of_texts"] = round(written / sizes.texts, 4)
    outcome.checks.append(f"both write the same {written:,} rows, every column of them")
    taken = in_turn(contenders, sizes.rounds, tell=tell, stage="writing texts")
    outcome.add("extract_gate", "texts to Parquet through the gate, once it is ready", "s", taken["gate"])
    outcome.add("extract_filtered", "the same rows, filtered before, to Parquet", "s", taken["filtered"])
    outcome.compare("extract", "through the gate over filtered before", taken["gate"], taken["filtered"])
    outcome.others.add("extract_filtered")
    outcome.reached["extract"] = "extract"


def _naive(columns: str, network: Network, posts: Path, whole: bool = False) -> str:
    return naive_query(columns, network, posts, lambda file: f"'{file}'", whole=whole)


def _backend(engine: Any) -> ibis.BaseBackend:
    backend: ibis.BaseBackend = engine.backend
    return backend


def _write(engine: Any, table: ir.Table, path: Path) -> None:
    _backend(engine).to_parquet(table, path)


def _con(engine: Any) -> duckdb.DuckDBPyConnection:
    con: duckdb.DuckDBPyConnection = engine.backend.con
    return con


def _plain_duckdb() -> duckdb.DuckDBPyConnection:
    """DuckDB as it comes, for what the gate is measured beside."""
    con = duckdb.connect()
    con.execute("SET enable_progress_bar=false")
    return con


def _row(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    rows: list[tuple[Any, ...]] = con.execute(sql).fetchall()
    return rows[0]


def _fingerprint(engine: Any, path: Path) -> tuple[Any, ...]:
    """How many rows a file has, and a sum over the hashes of whole rows: the order does not count."""
    return _row(_con(engine), f"SELECT count(*), sum(hash(t)::HUGEINT) FROM '{path}' t")
