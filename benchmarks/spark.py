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
from typing import Any, NamedTuple

import duckdb
import ibis.expr.types as ir

from benchmarks.machine import spark_settings
from benchmarks.measure import Tell, in_turn, seconds_of, silent
from benchmarks.naive import best_query, naive_query, write_flags
from benchmarks.network import Network, make_network, spelt_with_letters
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


SMALL = Sizes(members=200_000, posts=2_000_000, texts=250_000, rounds=5)
FULL = Sizes(members=2_000_000, posts=20_000_000, texts=2_000_000, rounds=3)

_HOW = (
    "One local Spark session on all cores with four gigabytes, as licet makes it: shuffles have two parts a core, all "
    "else is Spark's own (adaptive execution on, joins broadcast below ten megabytes). Gate and queries run in it in "
    "turn, over the Parquet files of the benchmark on DuckDB.",
    "The naive query joins posts with members and with each member's latest choice (a window over the log of choices); "
    "the best one reads members who have their opt-out beside them as a column, which somebody has to keep. Both know "
    "one policy by heart; the gate reads any.",
    "Ids are text of nine digits, text with letters, or whole numbers. The gate meets all but the second as numbers.",
    "Before the first round the gate has read the choices, put members into classes and asked decide once a class; "
    "the table of who permits what stays cached in the session. That is timed apart, and paid once for all tables.",
    "Writing the same rows filtered before means: from a Parquet file that holds nothing else and was written as the "
    "file of all texts was, through the same writer.",
)

#: What ids are, and how the names of their figures end.
_IDS = {"text of digits": "", "text with letters": "_letters", "whole numbers": "_whole"}


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("spark", "The gate on Spark", _HOW)
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder, _session() as session:
        network = make_network(Path(folder), sizes.members, sizes.posts, sizes.texts, seed, tell)
        letters = Path(folder, "letters")
        letters.mkdir()
        for ids, suffix in _IDS.items():
            asked = spelt_with_letters(network, letters, tell) if "letters" in ids else network
            with asked.open_ledger() as ledger:
                _measure(outcome, _Contest(asked, ledger, session, ids, suffix, sizes), tell)
        outcome.configuration["pyspark"] = spark_settings(session)
        outcome.sizes |= {"members": sizes.members, "spark": session.version, "rounds": sizes.rounds}
    outcome.reached["spark_aggregate"] = [f"naive_over_gate{suffix}" for suffix in _IDS.values()]
    outcome.reached["spark_extract"] = "extract"
    return outcome


class _Contest(NamedTuple):
    """One kind of ids: the gate beside what is written by hand."""

    network: Network
    ledger: Ledger
    session: Any
    ids: str
    suffix: str
    sizes: Sizes

    @property
    def is_whole(self) -> bool:
        return self.suffix == "_whole"

    def open(self) -> Gate:
        catalogue = self.network.catalogue(whole=self.is_whole)
        return Gate(article_policy(), PURPOSE, AT, catalogue, SparkEngine(self.session), self.ledger)


def _measure(outcome: Outcome, contest: _Contest, tell: Tell) -> None:
    gates: list[Gate] = []

    def make_ready() -> None:
        gates[:] = [contest.open()]
        _count_and_sum(gates[0]).to_pyarrow()

    tell(f"making the gate ready, ids as {contest.ids}", 0, None)
    taken = [seconds_of(make_ready)]
    session = "warm" if contest.suffix else "cold"
    outcome.add(
        f"ready{contest.suffix}",
        f"making the gate ready, and a first aggregate, session {session}, ids as {contest.ids}",
        "s",
        taken,
    )
    _aggregate(outcome, contest, gates[0], tell)
    if not contest.suffix:
        outcome.sizes["ledger_entries"] = contest.ledger.position
        _extract(outcome, contest, gates[0], tell)


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


def _aggregate(outcome: Outcome, contest: _Contest, gate: Gate, tell: Tell) -> None:
    session, suffix, ids = contest.session, contest.suffix, contest.ids
    through, posts = _count_and_sum(gate), contest.network.file("posts", whole=contest.is_whole)
    wanted = "count(*) AS records, sum(p.reactions) AS reactions"
    naive = naive_query(wanted, contest.network, posts, _named, whole=contest.is_whole)
    best = best_query(wanted, write_flags(contest.network, whole=contest.is_whole), posts, _named)
    scan = f"SELECT count(*), sum(reactions) FROM {_named(posts)}"
    told = through.to_pyarrow().to_pylist()
    for query in (naive, best):
        require_same("the gate and a query by hand", told, session.sql(query).toArrow().to_pylist())
    records = told[0]["records"]
    outcome.sizes["rows_of_the_aggregate"] = contest.sizes.posts
    outcome.sizes["permitted_share_of_posts"] = round(records / contest.sizes.posts, 4)
    outcome.checks.append(
        f"ids as {ids}: the gate, the naive and the best query count the same {records:,} posts and reactions"
    )
    contenders: dict[str, Callable[[], object]] = {
        "gate": through.to_pyarrow,
        "naive": lambda: session.sql(naive).toArrow(),
        "best": lambda: session.sql(best).toArrow(),
        "scan": lambda: session.sql(scan).toArrow(),
    }
    taken = in_turn(contenders, contest.sizes.rounds, tell=tell, stage=f"aggregating, ids as {ids}")
    for name, what in (
        ("gate", "count and sum through the gate"),
        ("naive", "the naive query"),
        ("best", "the best query, opt-out as a column of members"),
        ("scan", "the same over all rows, permitted or not"),
    ):
        outcome.add(f"aggregate_{name}{suffix}", f"{what}, ids as {ids}", "s", taken[name])
    outcome.others |= {f"aggregate_{name}{suffix}" for name in ("naive", "best", "scan")}
    for name, what, of, to in (
        ("naive_over_gate", "naive query over gate", "naive", "gate"),
        ("best_over_gate", "best query over gate", "best", "gate"),
        ("gate_over_scan", "gate over unfiltered scan", "gate", "scan"),
    ):
        outcome.compare(f"{name}{suffix}", f"{what}, ids as {ids}", taken[of], taken[to])


def _count_and_sum(gate: Gate) -> ir.Table:
    posts = gate.table("posts")
    return posts.aggregate(records=posts.count(), reactions=posts.reactions.sum())


def _extract(outcome: Outcome, contest: _Contest, gate: Gate, tell: Tell) -> None:
    tell("filtering texts beforehand", 0, None)
    session, network = contest.session, contest.network
    before, through, same = (network.folder / name for name in ("before.parquet", "through", "same"))
    permitted, texts = gate.table("texts"), network.file("texts")
    # the gate gives keys and people as text, always
    columns = "CAST(p.post_id AS VARCHAR) AS post_id, p.* EXCLUDE (post_id)"
    with duckdb.connect() as con:
        query = naive_query(columns, network, texts, lambda file: f"'{file}'")
        con.execute(f"COPY ({query}) TO '{before}' (FORMAT PARQUET)")
    contenders: dict[str, Callable[[], object]] = {
        "gate": lambda: _write(session, gate._engine.backend.compile(permitted), through),
        "filtered": lambda: _write(session, f"SELECT * FROM {_named(before)}", same),
    }
    for job in contenders.values():
        job()
    written = _fingerprint(session, through)
    require_same("texts through the gate and texts filtered before", written, _fingerprint(session, same))
    outcome.sizes["rows_with_text"] = contest.sizes.texts
    outcome.sizes["permitted_share_of_texts"] = round(written[0] / contest.sizes.texts, 4)
    outcome.checks.append(f"both write the same {written[0]:,} rows, every column of them")
    taken = in_turn(contenders, contest.sizes.rounds, tell=tell, stage="writing texts")
    outcome.add("extract_gate", "texts to Parquet through the gate, once it is ready", "s", taken["gate"])
    outcome.add("extract_filtered", "the same rows, filtered before, to Parquet", "s", taken["filtered"])
    outcome.compare("extract", "through the gate over filtered before", taken["gate"], taken["filtered"])
    outcome.others.add("extract_filtered")


def _named(file: Path) -> str:
    return f"parquet.`{file}`"


def _write(session: Any, sql: str, folder: Path) -> None:
    session.sql(sql).write.mode("overwrite").parquet(str(folder))


def _fingerprint(session: Any, folder: Path) -> tuple[Any, ...]:
    """How many rows lie in a folder, and a sum over the hashes of whole rows: the order does not count."""
    table = session.read.parquet(str(folder))
    hashed = f"sum(CAST(xxhash64({', '.join(table.columns)}) AS DECIMAL(38, 0)))"
    (told,) = table.selectExpr("count(*)", hashed).toArrow().to_pylist()
    return tuple(told.values())
