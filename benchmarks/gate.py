"""The gate on DuckDB: whole tables, beside the queries that an engineer would write and beside no gate at all.

Two jobs: writing permitted texts to Parquet, against writing the same rows when somebody filtered them before;
and an aggregate over narrow columns with authors spread over all members, where the join is everything. The gate reads
unprepared (as it does by default), prepared, and from a copy of what passes. Opening and preparing are timed apart, and
it is told after how many queries they have paid.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq

from benchmarks.measure import Tell, in_turn, median, silent
from benchmarks.memory import cpu_seconds
from benchmarks.naive import WRITTEN, naive_query, written_queries
from benchmarks.network import Network, make_network
from benchmarks.outcome import Outcome, require_same
from benchmarks.policies import article_policy
from licet.enforce import Gate
from licet.enforce.absences import Absences
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.gate_cache import Kept
from licet.enforce.gate_files import GateFiles
from licet.ledger import Ledger
from licet.terms.moments import parse_moment

PURPOSE, AT = "generative_ai_training", parse_moment("2026-01-01")
_SALT = bytes(32)


@dataclass(frozen=True)
class Sizes:
    members: int
    posts: int
    texts: int
    rounds: int


SMALL = Sizes(members=50_000, posts=500_000, texts=50_000, rounds=5)
FULL = Sizes(members=2_000_000, posts=40_000_000, texts=2_000_000, rounds=5)

_HOW = (
    "One DuckDB, all its threads, tables as Parquet files. Authors are spread evenly over members; about 65 of 100 "
    "members live where the policy holds, one in seven has switched a setting, 92 of 100 posts are public. Ids are "
    "text of nine characters; the aggregate is also run with whole numbers.",
    "Hand-written queries know one policy by heart; the gate reads any. The one written first joins a window over "
    "the log of choices; better ones read what is kept up to date beside the members (current choices, the opt-out "
    "as a column, a list of who may be used), and keeping it so is not counted. They run, like the unfiltered scan, "
    "on a DuckDB of their own with every setting as it comes (the gate's has two optimizers off). The best is the "
    "one with the lowest median.",
    "Writing the same rows filtered before means: from a Parquet file that holds nothing else, through the same "
    "writer.",
    "Preparing a table judges every row once and keeps one small number a row; later queries read it beside the row "
    "and join nothing. A clustered table is also copied: what passes, as it is shown, and nothing else.",
    "Opening reads the choices from the ledger, puts members into classes and asks decide once a class: from "
    "nothing, or from what an earlier process of the workspace kept on disk. A break-even is how many queries it "
    "takes until the best hand-written query, asked as often, has cost more than opening, preparing and asking the "
    "gate.",
    "Ratios are of wall clock on all threads; beside them those of processor time. They are told for text and for "
    "whole numbers as ids, and the harder of the two is judged. Where the unfiltered scan takes less than 50 ms a "
    "note says so: what a query costs whatever its size weighs more there.",
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


def _open(
    network: Network,
    ledger: Ledger,
    engine: DuckDBEngine,
    whole: bool = False,
    kept: Kept | None = None,
    absences: Absences | None = None,
) -> Gate:
    catalogue = network.catalogue(whole=whole)
    return Gate(_POLICY, PURPOSE, AT, catalogue, engine, ledger, kept=kept, absences=absences, salt=_SALT)


_POLICY = article_policy()


def _make_ready(outcome: Outcome, network: Network, ledger: Ledger, sizes: Sizes, tell: Tell) -> None:
    def make_ready() -> None:
        _open(network, ledger, DuckDBEngine()).table("posts")

    contenders = {"ready": make_ready, "choices": lambda: ledger.choices_table(ledger.position)}
    taken = in_turn(contenders, min(3, sizes.rounds), tell=tell, stage="making the gate ready")
    outcome.add("ready", "making the gate ready, once for all tables", "s", taken["ready"])
    outcome.add("choices", "of that, reading the choices from the ledger", "s", taken["choices"])


def _opened_and_prepared(
    network: Network, ledger: Ledger, whole: bool, sizes: Sizes, tell: Tell
) -> dict[str, list[float]]:
    """Seconds to open a gate and prepare its table, as a process of a workspace does that has done nothing yet."""
    files = GateFiles(network.folder / "kept", _SALT)

    def prepare(kept: Kept | None, absences: Absences | None) -> None:
        gate = _open(network, ledger, DuckDBEngine(), whole, kept, absences)
        gate.prepare(["posts"])
        gate.counts(["posts"])  # an answer: what was seen of the members is kept once there is one

    from_disk = functools.partial(Absences, None, _SALT, files)
    return in_turn(
        {"nothing": lambda: prepare(None, None), "disk": lambda: prepare(Kept(files), from_disk())},
        min(3, sizes.rounds),
        tell=tell,
        stage="opening and preparing",
    )


def _aggregate(outcome: Outcome, gate: Gate, network: Network, sizes: Sizes, whole: bool, tell: Tell) -> None:
    """Once with text for ids, as most platforms have them, once with whole numbers."""
    ids, suffix = ("whole numbers", "_whole") if whole else ("text", "")
    file, plain = network.file("posts", whole=whole), _plain_duckdb()
    opened = _opened_and_prepared(network, gate._ledger, whole, sizes, tell)  # type: ignore[arg-type]
    for start, what in (("nothing", "from nothing"), ("disk", "from what an earlier process kept")):
        named = f"opening and preparing the table {what}, ids as {ids}"
        outcome.add(f"opened_{start}{suffix}", named, "s", opened[start])
    readings = {"gate": _count_and_sum(gate)}
    gate.prepare(["posts"])
    readings["prepared"] = _count_and_sum(gate)
    gate.prepare(["posts"], cluster=True)
    readings["clustered"] = _count_and_sum(gate)
    queries = written_queries("count(*), sum(p.reactions)", network, file, plain, whole=whole)
    queries["scan"] = f"SELECT count(*), sum(reactions) FROM '{file}'"
    jobs: dict[str, Callable[[], tuple[Any, ...]]] = {
        **{name: functools.partial(_told, wanted) for name, wanted in readings.items()},
        **{name: functools.partial(_row, plain, sql) for name, sql in queries.items()},
    }
    told = {name: job() for name, job in jobs.items() if name != "scan"}
    for what, answer in told.items():
        require_same(f"{what} and the naive query", answer, told["naive"])
    outcome.sizes["permitted_share_of_posts"] = round(told["naive"][0] / sizes.posts, 4)
    outcome.checks.append(
        f"ids as {ids}: the gate in its three ways and {len(WRITTEN)} hand-written queries count the same "
        f"{told['naive'][0]:,} posts and reactions"
    )
    stage = f"aggregating, ids as {ids}"
    taken = in_turn(jobs, sizes.rounds, tell=tell, stage=stage)
    spent = in_turn(
        jobs, min(3, sizes.rounds), tell=tell, stage=f"{stage}, processor time", clock=cpu_seconds
    )
    best = min(WRITTEN, key=lambda name: median(taken[name]))
    for name, what in {**_READINGS, **{name: f"by hand, {what}" for name, what in WRITTEN.items()}}.items():
        outcome.add(f"aggregate_{name}{suffix}", f"{what}, ids as {ids}", "s", taken[name])
    outcome.others |= {f"aggregate_{name}{suffix}" for name in (*WRITTEN, "scan")}
    for way in ("gate", "prepared", "clustered"):
        how = _READINGS[way].rpartition(", ")[2]
        for clock, samples, end in (("", taken, ""), (", processor time", spent, "_cpu")):
            for peer, named in (
                ("naive", "query written first"),
                (best, f"best hand-written query ({best})"),
            ):
                key = "naive" if peer == "naive" and named.startswith("query") else "best"
                outcome.compare(
                    f"{key}_over_{way}{suffix}{end}", f"{named} over gate, {how}, ids as {ids}{clock}",
                    samples[peer], samples[way],
                )  # fmt: skip
            scan = f"gate, {how}, over unfiltered scan, ids as {ids}{clock}"
            outcome.compare(f"{way}_over_scan{suffix}{end}", scan, samples[way], samples["scan"])
    if median(taken["scan"]) < _LEAST_SECONDS:
        outcome.notes.append(
            f"The unfiltered scan, ids as {ids}, took {median(taken['scan']) * 1e3:.0f} ms: too little to be judged by."
        )
    spared = median(taken[best]) - median(taken["prepared"])
    for start, seconds in opened.items():
        queries_until = [second / spared if spared > 0 else _NEVER for second in seconds]
        named = f"queries until opening and preparing have paid, beside the best, opened from {start}, ids as {ids}"
        outcome.add(f"break_even_{start}{suffix}", named, "queries", queries_until)
    for target, ratio in (
        ("aggregate", "best_over_prepared"),
        ("aggregate_scan", "prepared_over_scan"),
        ("break_even", "break_even_disk"),
    ):
        outcome.reached[target] = [*outcome.reached.get(target, ()), f"{ratio}{suffix}"]


_READINGS = {
    "gate": "count and sum through the gate, not prepared",
    "prepared": "count and sum through the gate, prepared",
    "clustered": "count and sum through the gate, clustered",
    "scan": "the same over all rows, permitted or not",
}
#: What the quicker side of a ratio should take at least.
_LEAST_SECONDS = 0.05
#: So many queries stand for: never.
_NEVER = 1e6


def _told(wanted: ir.Table) -> tuple[Any, ...]:
    return tuple(wanted.to_pyarrow().to_pylist()[0].values())


def _count_and_sum(gate: Gate) -> ir.Table:
    posts = gate.table("posts")
    return posts.aggregate(records=posts.count(), reactions=posts.reactions.sum())


def _extract(outcome: Outcome, gate: Gate, network: Network, sizes: Sizes, tell: Tell) -> None:
    tell("filtering texts beforehand", 0, None)
    before = network.folder / "before.parquet"
    ways = {"gate": gate.table("texts")}
    gate.prepare(["texts"])
    ways["prepared"] = gate.table("texts")
    gate.prepare(["texts"], cluster=True)
    ways["clustered"] = gate.table("texts")
    # the gate gives keys and people as text, always
    columns = "CAST(p.post_id AS VARCHAR) AS post_id, p.* EXCLUDE (post_id)"
    _con(gate._engine).execute(
        f"COPY ({_naive(columns, network, network.file('texts'))}) TO '{before}' (FORMAT PARQUET)",
    )
    ways["filtered"] = _backend(gate._engine).read_parquet(str(before))
    files = {name: network.folder / f"written_{name}.parquet" for name in ways}
    contenders: dict[str, Callable[[], object]] = {
        name: functools.partial(_write, gate._engine, rows, files[name]) for name, rows in ways.items()
    }
    for job in contenders.values():
        job()
    wanted = _fingerprint(gate._engine, files["filtered"])
    for name, file in files.items():
        require_same(f"texts {name} and texts filtered before", _fingerprint(gate._engine, file), wanted)
    written = pq.read_metadata(files["filtered"]).num_rows
    outcome.sizes["permitted_share_of_texts"] = round(written / sizes.texts, 4)
    outcome.checks.append(f"all write the same {written:,} rows, every column of them")
    taken = in_turn(contenders, sizes.rounds, tell=tell, stage="writing texts")
    spent = in_turn(
        contenders, min(3, sizes.rounds), tell=tell, stage="writing texts, processor time", clock=cpu_seconds
    )
    for name, what in (
        ("gate", "not prepared"), ("prepared", "prepared"), ("clustered", "clustered"),
    ):  # fmt: skip
        outcome.add(f"writing_{name}", f"texts to Parquet through the gate, {what}", "s", taken[name])
        end = "" if name == "gate" else f"_{name}"
        for clock, samples, last in (("", taken, ""), (", processor time", spent, "_cpu")):
            named = f"through the gate, {what}, over filtered before{clock}"
            outcome.compare(f"extract{end}{last}", named, samples[name], samples["filtered"])
    outcome.add("writing_filtered", "the same rows, filtered before, to Parquet", "s", taken["filtered"])
    outcome.others.add("writing_filtered")
    outcome.reached |= {"extract": "extract", "extract_clustered": "extract_clustered"}


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
