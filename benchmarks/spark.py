"""The gate on Spark: whole tables in a local session, beside plain Spark SQL and beside no gate at all.

The same two jobs as on DuckDB, over the same made-up network: an aggregate over narrow columns, where the join is
everything, and writing permitted texts to Parquet against writing the same rows filtered before.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from benchmarks.machine import spark_settings
from benchmarks.measure import Tell, in_turn, seconds_of, silent
from benchmarks.naive import naive_query
from benchmarks.network import Network, make_network
from benchmarks.outcome import Outcome, require_same
from benchmarks.policies import article_policy
from licet.enforce import Gate
from licet.enforce.spark_engine import SparkEngine
from licet.enforce.spark_session import open_session
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
FULL = Sizes(members=2_000_000, posts=20_000_000, texts=2_000_000, rounds=3)

_HOW = (
    "One local Spark session on all cores with four gigabytes, as licet makes it: shuffles have two parts a core, all "
    "else is Spark's own (adaptive execution on, joins broadcast below ten megabytes). Tables are the Parquet files of "
    "the benchmark on DuckDB, ids are text.",
    "The naive query joins posts with members and with each member's latest choice (a window over the log of choices), "
    "as SQL in the same session. It knows one policy by heart; the gate reads any.",
    "Before the first round the gate has read the choices, put members into classes and asked decide once a class; "
    "the table of who permits what stays cached in the session. That is timed apart, and paid once for all tables.",
    "Writing the same rows filtered before means: from Parquet files that hold nothing else, through the same writer.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("spark", "The gate on Spark", _HOW)
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder, _session() as session:
        network = make_network(Path(folder), sizes.members, sizes.posts, sizes.texts, seed, tell)
        with network.open_ledger() as ledger:
            outcome.sizes = {
                "members": sizes.members,
                "rows_of_the_aggregate": sizes.posts,
                "rows_with_text": sizes.texts,
                "ledger_entries": ledger.position,
                "spark": session.version,
                "rounds": sizes.rounds,
            }
            outcome.configuration["pyspark"] = spark_settings(session)
            gates: list[Gate] = []

            def make_ready() -> None:
                gates[:] = [_open(network, ledger, session)]
                _count_and_sum(gates[0]).to_pyarrow()

            tell("making the gate ready", 0, None)
            taken = [seconds_of(make_ready)]
            outcome.add("ready", "making the gate ready, and a first aggregate, session cold", "s", taken)
            _aggregate(outcome, gates[0], network, session, sizes, tell)
            _extract(outcome, gates[0], network, session, sizes, tell)
    return outcome


@contextmanager
def _session() -> Iterator[Any]:
    """A local session that ends with the run; one that was there before is used and left."""
    from pyspark.sql import SparkSession

    before = SparkSession.getActiveSession()
    session = open_session(settings={"spark.driver.memory": "4g"})
    try:
        yield session
    finally:
        if before is None:
            session.stop()


def _open(network: Network, ledger: Ledger, session: Any) -> Gate:
    return Gate(article_policy(), PURPOSE, AT, network.catalogue(), SparkEngine(session), ledger)


def _aggregate(
    outcome: Outcome, gate: Gate, network: Network, session: Any, sizes: Sizes, tell: Tell
) -> None:
    through = _count_and_sum(gate)
    naive = _naive("count(*) AS records, sum(p.reactions) AS reactions", network, network.file("posts"))
    scan = f"SELECT count(*), sum(reactions) FROM parquet.`{network.file('posts')}`"
    told = through.to_pyarrow().to_pylist()
    require_same("the gate and the naive query", told, session.sql(naive).toArrow().to_pylist())
    records = told[0]["records"]
    outcome.sizes["permitted_share_of_posts"] = round(records / sizes.posts, 4)
    outcome.checks.append(f"the gate and the naive query count the same {records:,} posts and reactions")
    taken = in_turn(
        {
            "gate": lambda: through.to_pyarrow(),
            "naive": lambda: session.sql(naive).toArrow(),
            "scan": lambda: session.sql(scan).toArrow(),
        },
        sizes.rounds,
        tell=tell,
        stage="aggregating",
    )
    outcome.add("aggregate_gate", "count and sum through the gate", "s", taken["gate"])
    outcome.add("aggregate_naive", "the naive query", "s", taken["naive"])
    outcome.add("aggregate_scan", "the same over all rows, permitted or not", "s", taken["scan"])
    outcome.others |= {"aggregate_naive", "aggregate_scan"}
    outcome.compare("naive_over_gate", "naive query over gate", taken["naive"], taken["gate"])
    outcome.compare("gate_over_scan", "gate over unfiltered scan", taken["gate"], taken["scan"])
    outcome.reached["spark_aggregate"] = "naive_over_gate"


def _count_and_sum(gate: Gate) -> ir.Table:
    posts = gate.table("posts")
    return posts.aggregate(records=posts.count(), reactions=posts.reactions.sum())


def _extract(outcome: Outcome, gate: Gate, network: Network, session: Any, sizes: Sizes, tell: Tell) -> None:
    tell("filtering texts beforehand", 0, None)
    before, through, same = (str(network.folder / name) for name in ("before", "through", "same"))
    permitted = gate.table("texts")
    # the gate gives keys and people as text, always
    others = (f"p.{column}" for column in permitted.columns if column != "post_id")
    columns = ", ".join(("CAST(p.post_id AS STRING) AS post_id", *others))
    _write(session, _naive(columns, network, network.file("texts")), before)
    contenders: dict[str, Callable[[], object]] = {
        "gate": lambda: _write(session, gate._engine.backend.compile(permitted), through),
        "filtered": lambda: _write(session, f"SELECT * FROM parquet.`{before}`", same),
    }
    for job in contenders.values():
        job()
    written = _fingerprint(session, through)
    require_same("texts through the gate and texts filtered before", written, _fingerprint(session, same))
    outcome.sizes["permitted_share_of_texts"] = round(written[0] / sizes.texts, 4)
    outcome.checks.append(f"both write the same {written[0]:,} rows, every column of them")
    taken = in_turn(contenders, sizes.rounds, tell=tell, stage="writing texts")
    outcome.add("extract_gate", "texts to Parquet through the gate, once it is ready", "s", taken["gate"])
    outcome.add("extract_filtered", "the same rows, filtered before, to Parquet", "s", taken["filtered"])
    outcome.compare("extract", "through the gate over filtered before", taken["gate"], taken["filtered"])
    outcome.others.add("extract_filtered")
    outcome.reached["spark_extract"] = "extract"


def _naive(columns: str, network: Network, posts: Path) -> str:
    return naive_query(columns, network, posts, lambda file: f"parquet.`{file}`")


def _write(session: Any, sql: str, folder: str) -> None:
    session.sql(sql).write.mode("overwrite").parquet(folder)


def _fingerprint(session: Any, folder: str) -> tuple[Any, ...]:
    """How many rows lie in a folder, and a sum over the hashes of whole rows: the order does not count."""
    table = session.read.parquet(folder)
    hashed = f"sum(CAST(xxhash64({', '.join(table.columns)}) AS DECIMAL(38, 0)))"
    (told,) = table.selectExpr("count(*)", hashed).toArrow().to_pylist()
    return tuple(told.values())
