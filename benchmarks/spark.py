"""The gate on Spark: whole tables in a local session, beside plain Spark SQL and beside no gate at all.

The same two jobs as on DuckDB, over the same made-up network: an aggregate over narrow columns, where the join is
everything, and writing permitted texts to Parquet against writing the same rows filtered before. Each through a gate
that meets people in every query, and through one that was prepared.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import ibis.expr.types as ir
import pyarrow as pa

from benchmarks.machine import spark_settings
from benchmarks.measure import Tell, in_turn, median, silent
from benchmarks.memory import cpu_seconds
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
    "the table of who permits what stays cached in the session, once for all tables. Preparing a table meets rows with "
    "people once and keeps a few bits a row in the session, by the row's place in its file; later queries join nobody.",
    "Both are timed apart, in a session that has done so before. A break-even is how many queries it takes until the "
    "naive query, asked as often, has cost more than opening, preparing and asking the gate.",
    "What is judged, and all that is not called wall clock, is processor time of all processes that took part, driver "
    "and executors: on a busy machine a query waits for the processor several times as long as it works. What Spark "
    "waits for of its own accord, between its stages, is in the wall clock alone.",
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
    outcome.reached["spark_aggregate"] = [f"naive_over_prepared{suffix}" for suffix in _IDS.values()]
    outcome.reached["spark_extract"] = "prepared_over_filtered"
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
    tell(f"making the gate ready, ids as {contest.ids}", 0, None)
    gate = contest.open()
    _aggregate(outcome, contest, gate, tell)
    if not contest.suffix:
        outcome.sizes["ledger_entries"] = contest.ledger.position
        _extract(outcome, contest, gate, tell)


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


#: The ways through the gate, and how the names of their figures begin.
_WAYS = {"gate": "not prepared", "prepared": "prepared"}
#: So many queries stand for: never.
_NEVER = 1e6


def _aggregate(outcome: Outcome, contest: _Contest, gate: Gate, tell: Tell) -> None:
    session, suffix, ids, rounds = contest.session, contest.suffix, contest.ids, contest.sizes.rounds
    posts = contest.network.file("posts", whole=contest.is_whole)
    wanted = "count(*) AS records, sum(p.reactions) AS reactions"
    queries = {
        "naive": naive_query(wanted, contest.network, posts, _named, whole=contest.is_whole),
        "best": best_query(wanted, write_flags(contest.network, whole=contest.is_whole), posts, _named),
        "scan": f"SELECT count(*), sum(reactions) FROM {_named(posts)}",
    }
    through = {"gate": _count_and_sum(gate)}
    gate.prepare(["posts"])
    through["prepared"] = _count_and_sum(gate)
    contenders: dict[str, Callable[[], pa.Table]] = {
        **{name: table.to_pyarrow for name, table in through.items()},
        **{name: functools.partial(_told, session, query) for name, query in queries.items()},
    }
    told = {name: job().to_pylist() for name, job in contenders.items() if name != "scan"}
    for name, answer in told.items():
        require_same(f"{name} and the naive query", answer, told["naive"])
    records = told["naive"][0]["records"]
    outcome.sizes["rows_of_the_aggregate"] = contest.sizes.posts
    outcome.sizes["permitted_share_of_posts"] = round(records / contest.sizes.posts, 4)
    outcome.checks.append(
        f"ids as {ids}: the gate, prepared and not, the naive and the best query count the same {records:,} posts and "
        "reactions"
    )
    stage = f"aggregating, ids as {ids}"
    spent = in_turn(contenders, rounds, tell=tell, stage=stage, clock=cpu_seconds)
    taken = in_turn(contenders, min(3, rounds), tell=tell, stage=f"{stage}, wall clock")
    for name, what in (
        *((name, f"count and sum through the gate, {way}") for name, way in _WAYS.items()),
        ("naive", "the naive query"),
        ("best", "the best query, opt-out as a column of members"),
        ("scan", "the same over all rows, permitted or not"),
    ):
        outcome.add(f"aggregate_{name}{suffix}", f"{what}, ids as {ids}", "CPU s", spent[name])
    outcome.others |= {f"aggregate_{name}{suffix}" for name in queries}
    for name, way in _WAYS.items():
        for clock, samples, end in (("", spent, ""), (", wall clock", taken, "_wall")):
            for peer, named in (("naive", "naive query"), ("best", "best query")):
                what = f"{named} over gate, {way}, ids as {ids}{clock}"
                outcome.compare(f"{peer}_over_{name}{suffix}{end}", what, samples[peer], samples[name])
            what = f"gate, {way}, over unfiltered scan, ids as {ids}{clock}"
            outcome.compare(f"{name}_over_scan{suffix}{end}", what, samples[name], samples["scan"])
    _break_even(outcome, contest, median(spent["naive"]) - median(spent["prepared"]), tell)


def _break_even(outcome: Outcome, contest: _Contest, spared: float, tell: Tell) -> None:
    """spared: processor seconds a query."""

    def prepare() -> None:
        contest.open().prepare(["posts"])

    stage = f"opening and preparing, ids as {contest.ids}"
    (seconds,) = in_turn(
        {"open": prepare}, min(3, contest.sizes.rounds), tell=tell, stage=stage, clock=cpu_seconds
    ).values()
    suffix, ids = contest.suffix, contest.ids
    outcome.add(
        f"opened{suffix}", f"opening the gate and preparing the table, ids as {ids}", "CPU s", seconds
    )
    outcome.add(
        f"break_even{suffix}",
        f"queries until opening and preparing have paid, beside the naive query, ids as {ids}",
        "queries",
        [second / spared if spared > 0 else _NEVER for second in seconds],
    )


def _count_and_sum(gate: Gate) -> ir.Table:
    posts = gate.table("posts")
    return posts.aggregate(records=posts.count(), reactions=posts.reactions.sum())


def _extract(outcome: Outcome, contest: _Contest, gate: Gate, tell: Tell) -> None:
    tell("filtering texts beforehand", 0, None)
    session, network, rounds = contest.session, contest.network, contest.sizes.rounds
    before, texts = network.folder / "before.parquet", network.file("texts")
    # the gate gives keys and people as text, always
    columns = "CAST(p.post_id AS VARCHAR) AS post_id, p.* EXCLUDE (post_id)"
    with duckdb.connect() as con:
        query = naive_query(columns, network, texts, lambda file: f"'{file}'")
        con.execute(f"COPY ({query}) TO '{before}' (FORMAT PARQUET)")
    rows = {"gate": gate.table("texts")}
    gate.prepare(["texts"])
    rows["prepared"] = gate.table("texts")
    files = {name: network.folder / f"written_{name}" for name in (*rows, "filtered")}
    contenders: dict[str, Callable[[], object]] = {
        name: functools.partial(table.to_parquet, files[name], mode="overwrite")
        for name, table in rows.items()
    }
    contenders["filtered"] = functools.partial(_copy, session, before, files["filtered"])
    for job in contenders.values():
        job()
    written = {name: _fingerprint(session, folder) for name, folder in files.items()}
    for name, found in written.items():
        require_same(f"texts {name} and texts filtered before", found, written["filtered"])
    outcome.sizes["rows_with_text"] = contest.sizes.texts
    outcome.sizes["permitted_share_of_texts"] = round(written["filtered"][0] / contest.sizes.texts, 4)
    outcome.checks.append(f"all write the same {written['filtered'][0]:,} rows, every column of them")
    spent = in_turn(contenders, rounds, tell=tell, stage="writing texts", clock=cpu_seconds)
    taken = in_turn(contenders, min(3, rounds), tell=tell, stage="writing texts, wall clock")
    for name, way in _WAYS.items():
        outcome.add(f"extract_{name}", f"texts to Parquet through the gate, {way}", "CPU s", spent[name])
        for clock, samples, end in (("", spent, ""), (", wall clock", taken, "_wall")):
            what = f"through the gate, {way}, over filtered before{clock}"
            outcome.compare(f"{name}_over_filtered{end}", what, samples[name], samples["filtered"])
    outcome.add("extract_filtered", "the same rows, filtered before, to Parquet", "CPU s", spent["filtered"])
    outcome.others.add("extract_filtered")


def _told(session: Any, query: str) -> pa.Table:
    found: pa.Table = session.sql(query).toArrow()
    return found


def _named(file: Path) -> str:
    return f"parquet.`{file}`"


def _copy(session: Any, file: Path, folder: Path) -> None:
    session.read.parquet(str(file)).write.mode("overwrite").parquet(str(folder))


def _fingerprint(session: Any, folder: Path) -> tuple[Any, ...]:
    """How many rows lie in a folder, and a sum over the hashes of whole rows: the order does not count."""
    table = session.read.parquet(str(folder))
    hashed = f"sum(CAST(xxhash64({', '.join(table.columns)}) AS DECIMAL(38, 0)))"
    (told,) = table.selectExpr("count(*)", hashed).toArrow().to_pylist()
    return tuple(told.values())
