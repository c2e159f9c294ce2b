"""Masking below the cell on DuckDB and on Spark, after the micro-benchmark of Data Guard's masking functions.

Each query reads a whole table through the gate, once with a part of its nested column masked for the members who do
not permit that part, once with nothing masked. A kind of data that everybody permits keeps every row, so that both
hand out as many. A Python function that does the same as a UDF runs beside them.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from benchmarks.machine import peer
from benchmarks.measure import Tell, in_turn, median, silent
from benchmarks.memory import cpu_seconds
from benchmarks.nested import (
    JOBS,
    PURPOSE,
    SHARES,
    Job,
    make_catalogue,
    make_policy,
    python_mask,
    write_tables,
)
from benchmarks.outcome import Curve, Outcome, Ratio, require_same
from licet.enforce import Gate
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.ledger import Ledger, Signer

AT = datetime(2026, 1, 1, tzinfo=UTC)
#: Percent of members permitting at which most cells are permitted, and the share at which UDFs are run.
MOST, UDF_SHARE = (75, 100), 75
_LIMIT = 1.13


@dataclass(frozen=True)
class Sizes:
    """rows: of a table without lists; lists: of one with them. The jobs of each engine, and those run as a UDF.

    at_least_seconds: a query that is quicker is run several times a round, so that a ratio is of no blink.
    """

    members: int
    rows: int
    lists: int
    rounds: int
    duckdb_jobs: tuple[str, ...]
    spark_jobs: tuple[str, ...]
    udf_jobs: tuple[str, ...]
    at_least_seconds: float = 0.05


_ALL = tuple(job.name for job in JOBS)
#: One of each form, for where all would take too long, and for a picture.
_FORMS = ("string", "struct", "one_of_5", "5_of_5", "depth_5", "list", "lists")
SMALL = Sizes(
    members=2_000, rows=200_000, lists=12_000, rounds=5, duckdb_jobs=_FORMS, spark_jobs=("one_of_5", "list"),
    udf_jobs=("one_of_5",),
)  # fmt: skip
FULL = Sizes(
    members=50_000, rows=200_000, lists=12_000, rounds=4, duckdb_jobs=_ALL, spark_jobs=_FORMS,
    udf_jobs=("one_of_5", "depth_5", "list"),
)  # fmt: skip

_HOW = (
    "Figures are processor time of all processes that took part (Spark's and its Python workers' too), since that is "
    "what Data Guard reports its 13 % of.",
    "Both queries go through the gate and hand out the same rows: unmasked, all of the cell is of a kind that "
    "everybody permits. Tables are Parquet files; DuckDB's rows go to Arrow batches, Spark's to its noop sink. "
    "What takes less than 50 ms is run several times a round.",
    "Structs and lists hold strings of a random word and a random number. Authors are spread evenly over members.",
    "A kind that everybody permits is not looked at row by row, so it is the masked kind alone whose looking is paid "
    "for; at 0 and 100 % a member without rows who says otherwise keeps the gate from knowing beforehand.",
    f"The UDF is a plain Python function of the cell, joined to members by hand, at {UDF_SHARE} % permitted.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("cells", "Masking below the cell", _HOW)
    outcome.sizes = {
        "members": sizes.members,
        "rows": sizes.rows,
        "rows_with_lists": sizes.lists,
        "rounds": sizes.rounds,
    }
    jobs = tuple(job for job in JOBS if job.name in {*sizes.duckdb_jobs, *sizes.spark_jobs})
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as place:
        folder = Path(place)
        tell("making nested tables", 0, None)
        write_tables(folder, sizes.members, sizes.rows, sizes.lists, seed)
        catalogue = make_catalogue(folder, jobs)
        signer = Signer.create(folder / "ledger.key")
        with Ledger.create(folder / "ledger.db", signer, lambda: AT) as ledger, _spark() as session:
            gates = [
                Gate(make_policy(), PURPOSE, AT, catalogue, engine, ledger) for engine in _engines(session)
            ]
            duck, spark = _OnDuckDB(gates[0], folder), _OnSpark(gates[1], folder)
            _check(outcome, (duck, spark), jobs, tell)
            for engine, names in ((duck, sizes.duckdb_jobs), (spark, sizes.spark_jobs)):
                chosen = tuple(job for job in jobs if job.name in names)
                _measure(outcome, engine, chosen, sizes, tell)
    return outcome


def _engines(session: Any) -> tuple[DuckDBEngine, Any]:
    from licet.enforce.spark_engine import SparkEngine  # not before it is wanted: it takes seconds

    return DuckDBEngine(), SparkEngine(session)


@contextmanager
def _spark() -> Iterator[Any]:
    """A session with as few shuffles as small tables want; one that was there before is used and left."""
    from licet.enforce.spark_session import open_session

    mine = peer("pyspark.sql").SparkSession.getActiveSession() is None
    session = open_session(settings={"spark.driver.memory": "1g", "spark.sql.shuffle.partitions": "2"})
    try:
        yield session
    finally:
        if mine:
            session.stop()


class _OnDuckDB:
    name, title = "duckdb", "DuckDB"

    def __init__(self, gate: Gate, folder: Path) -> None:
        self.gate, self._folder = gate, folder
        self._con = gate._engine.backend.con  # type: ignore[attr-defined]

    def reading(self, rows: ir.Table) -> Callable[[], object]:
        return functools.partial(self._take, ibis.to_sql(rows, dialect="duckdb"))

    def udf(self, job: Job) -> Callable[[], object]:
        return functools.partial(self._take, self._udf_query(job))

    def udf_rows(self, job: Job, ids: int) -> list[dict[str, Any]]:
        # people as text, as the gate gives them
        shown = "* REPLACE (CAST(author AS VARCHAR) AS author)"
        query = f"SELECT {shown} FROM ({self._udf_query(job)}) WHERE id < {ids} ORDER BY id"
        found: list[dict[str, Any]] = self._con.sql(query).to_arrow_table().to_pylist()
        return found

    def _udf_query(self, job: Job) -> str:
        file, name = f"'{self._folder / job.table}.parquet'", f"mask_{job.name}"
        (kind,) = self._con.sql(f"SELECT cell FROM {file}").types
        if not self._con.sql(f"SELECT 1 FROM duckdb_functions() WHERE function_name = '{name}'").fetchall():
            self._con.create_function(
                name, python_mask(job), [kind, "VARCHAR", "INTEGER"], kind, null_handling="special"
            )
        return (
            f"SELECT id, author, kept, {name}(cell, plan, {UDF_SHARE}) AS cell FROM {file} "
            f"JOIN '{self._folder}/members.parquet' ON author = member_id"
        )

    def _take(self, query: str) -> None:
        for _ in self._con.sql(query).to_arrow_reader(100_000):
            pass


class _OnSpark:
    name, title = "spark", "Spark"

    def __init__(self, gate: Gate, folder: Path) -> None:
        self.gate, self._folder = gate, folder
        self._session = gate._engine.session  # type: ignore[attr-defined]

    def reading(self, rows: ir.Table) -> Callable[[], object]:
        frame = self._session.sql(self.gate._engine.backend.compile(rows))  # type: ignore[attr-defined]
        return functools.partial(self._take, frame)

    def udf(self, job: Job) -> Callable[[], object]:
        from pyspark.sql import functions

        rows = self._session.read.parquet(str(self._folder / f"{job.table}.parquet"))
        members = self._session.read.parquet(str(self._folder / "members.parquet"))
        masked = functions.udf(functools.partial(_on_rows, python_mask(job)), rows.schema["cell"].dataType)
        joined = rows.join(members, rows.author == members.member_id)
        cell = masked(rows.cell, members.plan, functions.lit(UDF_SHARE))
        return functools.partial(self._take, joined.select("id", "author", "kept", cell.alias("cell")))

    def _take(self, frame: Any) -> None:
        frame.write.format("noop").mode("overwrite").save()


def _on_rows(mask: Callable[[Any, str | None, int], Any], cell: Any, plan: str | None, share: int) -> Any:
    """Spark hands structs to Python as rows."""
    return mask(_plain(cell), plan, share)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return (
        {name: _plain(part) for name, part in value.asDict().items()} if hasattr(value, "asDict") else value
    )


def _check(outcome: Outcome, engines: tuple[_OnDuckDB, _OnSpark], jobs: tuple[Job, ...], tell: Tell) -> None:
    """Every job on either engine and as a UDF: the same cells, looking at the first rows."""
    ids, (duck, spark) = 200, engines
    for place, job in enumerate(jobs):
        tell("comparing cells", place, len(jobs))
        told = [
            engine.gate.table(f"{job.name}.{UDF_SHARE}")
            .mutate(id=lambda rows: rows.id.cast("int64"))
            .filter(lambda rows: rows.id < ids)
            .to_pyarrow()
            .to_pylist()
            for engine in (duck, spark)
        ]
        masked, same = (sorted(rows, key=lambda row: row["id"]) for rows in told)
        require_same(f"{job.what} masked on DuckDB and on Spark", masked, same)
        require_same(f"{job.what} masked by the gate and by a UDF", masked, duck.udf_rows(job, ids))
    outcome.checks.append(
        f"the gate on DuckDB, the gate on Spark and a UDF show the same cells in {len(jobs)} queries"
    )


def _measure(
    outcome: Outcome, engine: _OnDuckDB | _OnSpark, jobs: tuple[Job, ...], sizes: Sizes, tell: Tell
) -> None:
    totals: dict[str, list[float]] = {}
    most: list[list[float]] = []
    for job in jobs:
        tables = {"unmasked": f"{job.table}.unmasked"} | {
            str(share): f"{job.name}.{share}" for share in SHARES
        }
        contenders = {name: engine.reading(engine.gate.table(table)) for name, table in tables.items()}
        stage = f"{engine.title}, {job.what}"
        taken = in_turn(
            contenders, sizes.rounds, tell=tell, stage=stage, clock=cpu_seconds,
            at_least_seconds=sizes.at_least_seconds,
        )  # fmt: skip
        for share in SHARES:
            ratio = outcome.compare(
                f"{engine.name}_{job.name}_{share}",
                f"{engine.title}: {job.what}, {share} % permitted, over unmasked",
                taken[str(share)],
                taken["unmasked"],
            )
            if share in MOST:
                most.append(list(ratio.samples))
        for name, samples in taken.items():
            totals[name] = [
                a + b for a, b in zip(totals.get(name, [0.0] * len(samples)), samples, strict=True)
            ]
        if job.name in sizes.udf_jobs:
            _udf(outcome, engine, job, contenders["unmasked"], tell)
    _totals(outcome, engine, jobs, totals, most)


def _udf(
    outcome: Outcome, engine: _OnDuckDB | _OnSpark, job: Job, unmasked: Callable[[], object], tell: Tell
) -> None:
    contenders = {"unmasked": unmasked, "udf": engine.udf(job)}
    taken = in_turn(
        contenders, 2, tell=tell, stage=f"{engine.title}, {job.what}, as a UDF", clock=cpu_seconds
    )
    outcome.compare(
        f"{engine.name}_{job.name}_udf",
        f"{engine.title}: {job.what}, {UDF_SHARE} % permitted, by a Python UDF, over unmasked",
        taken["udf"],
        taken["unmasked"],
    )


def _totals(
    outcome: Outcome,
    engine: _OnDuckDB | _OnSpark,
    jobs: tuple[Job, ...],
    totals: dict[str, list[float]],
    most: list[list[float]],
) -> None:
    for name, samples in totals.items():
        what = "unmasked" if name == "unmasked" else f"masked, {name} % permitted"
        outcome.add(
            f"{engine.name}_{name}", f"{engine.title}: all {len(jobs)} queries {what}", "CPU s", samples
        )
    outcome.others.add(f"{engine.name}_unmasked")
    rounds = tuple(sum(of_round) / len(of_round) for of_round in zip(*most, strict=True))
    outcome.ratios.append(
        Ratio(
            f"{engine.name}_most",
            f"{engine.title}: mean over all queries with 75 and 100 % permitted, over unmasked",
            rounds,
        )
    )
    outcome.reached["cells" if engine.name == "duckdb" else "cells_spark"] = f"{engine.name}_most"
    within = sum(median(samples) <= _LIMIT for samples in most)
    outcome.notes.append(
        f"{engine.title}: of {len(most)} queries with 75 or 100 % permitted, {within} cost at most 13 % more than "
        f"unmasked; the dearest {(max(map(median, most)) - 1):.0%}."
    )
    outcome.curves.append(
        Curve(
            f"cells_{engine.name}",
            f"Masking below the cell on {engine.title}: processor time over the same query unmasked",
            "% of members who permit it",
            "times unmasked",
            {
                job.what: {share: f"{engine.name}_{job.name}_{share}" for share in SHARES}
                for job in jobs
                if job.name in _FORMS
            },
            limit=_LIMIT,
        )
    )
