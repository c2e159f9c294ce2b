"""GDPRbench: its four workloads on licet (its ledger in SQLite, or PostgreSQL) beside plain tables without guarantees.

Shastri, Banakar, Wasserman, Kumar and Chidambaram: Understanding and Benchmarking the Impact of GDPR on Database
Systems, PVLDB 13(7), 2020. docs/gdprbench.md has each of its operations beside what licet offers for it. Answers are
compared with a reference in plain Python, so that each figure stands beside the share of answers that were right.
"""

from __future__ import annotations

import functools
import itertools
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.gdprbench.contender import Contender, put, said_at_first
from benchmarks.gdprbench.gated import Gated, pack
from benchmarks.gdprbench.on_postgres import VARIABLE, GatedOnPostgres, describe
from benchmarks.gdprbench.plain import Plain
from benchmarks.gdprbench.records import make_record
from benchmarks.gdprbench.reference import Reference
from benchmarks.gdprbench.workloads import WORKLOADS, Operation, Workload, erased_beforehand, plan
from benchmarks.measure import Tell, silent
from benchmarks.outcome import Outcome
from licet.decide import Policy
from licet.packs import Pack


@dataclass(frozen=True)
class Sizes:
    """persons: as many as records, as published."""

    records: int
    operations: int
    rounds: int


SMALL = Sizes(records=1_000, operations=120, rounds=2)
FULL = Sizes(records=10_000, operations=300, rounds=2)

#: Name to what it is and how it is made, in a folder of its own for so many persons. Another ledger is another line.
CONTENDERS: dict[str, tuple[str, Callable[[Path, int], Contender]]] = {
    "licet_sqlite": ("licet on SQLite", Gated),
    "plain": ("plain tables", Plain),
}
#: A database to measure the ledger on PostgreSQL in; without it that line is left out.
_POSTGRES = os.environ.get(VARIABLE)
if _POSTGRES:
    CONTENDERS["licet_postgresql"] = ("licet on PostgreSQL", functools.partial(GatedOnPostgres, _POSTGRES))

_HOW = (
    "Workloads, shares of operations, keys (uniform or zipfian) and records as published; docs/gdprbench.md has the "
    "table of operations, what licet does for each, and where it has no counterpart. Each workload begins with data "
    "loaded afresh; one thread; completion time includes rewriting the ledger's file once, so that nothing erased "
    "remains in it.",
    "The platform's records lie in SQLite for both, with the same indexes, in write-ahead mode and synced at every "
    "commit, as the ledger is. Plain tables keep choices and a log as rows in the same database: no history, no "
    "proofs, no gate, one policy written into the queries.",
    "Times of single operations: every one of all rounds is a sample. Right answers: the share that equals a "
    "reference in Python dictionaries that asks `licet.decide` for every record.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("gdprbench", "GDPRbench", _HOW)
    outcome.sizes = {
        "records": sizes.records,
        "persons": sizes.records,
        "operations_a_workload": sizes.operations,
        "rounds": sizes.rounds,
    }
    outcome.configuration["sqlite"] = (
        "journal_mode=WAL, synchronous=FULL, indexes on purpose, person, category and expiry; the same for both"
    )
    if _POSTGRES:
        outcome.configuration["postgresql"] = describe(_POSTGRES)
    measured: dict[str, _Measured] = {}
    jobs = list(itertools.product(range(sizes.rounds), WORKLOADS.items()))
    for done, (turn, (name, workload)) in enumerate(jobs):
        operations = plan(workload, sizes.records, sizes.operations, seed + turn)
        expected = _expected(workload, operations, sizes)
        for contender in _turned(turn):
            tell(f"{name}: {CONTENDERS[contender][0]}", done, len(jobs))
            found = measured.setdefault(f"{name}_{contender}", _Measured())
            _measure(found, contender, workload, operations, expected, sizes)
    _report(outcome, measured)
    return outcome


class _Measured:
    """What one contender did in one workload, a value a round; latencies in µs by operation."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.loading: list[float] = []
        self.bytes: list[int] = []
        self.right: list[float] = []
        self.rates: list[float] = []
        self.by_operation: dict[str, list[float]] = {}


def _turned(turn: int) -> list[str]:
    """The contenders, beginning with another one each round."""
    names = list(CONTENDERS)
    shift = turn % len(names)
    return names[shift:] + names[:shift]


def _expected(workload: Workload, operations: list[Operation], sizes: Sizes) -> list[Any]:
    reference = Reference(Policy(Pack.model_validate(pack())))
    _prepare(reference, workload, sizes)
    return [put(reference, one, sizes.records, now) for now, one in enumerate(operations, 1)]


def _prepare(contender: Contender, workload: Workload, sizes: Sizes) -> None:
    records = [make_record(number, sizes.records) for number in range(sizes.records)]
    told = (
        (record.usr, said) for number, record in enumerate(records) for said in said_at_first(record, number)
    )
    contender.load(records, told)
    for number in erased_beforehand(workload, sizes.records):
        put(contender, Operation("delete-record-by-usr", number), sizes.records, 0)


def _measure(
    found: _Measured,
    name: str,
    workload: Workload,
    operations: list[Operation],
    expected: list[Any],
    sizes: Sizes,
) -> None:
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        contender = CONTENDERS[name][1](Path(folder), sizes.records)
        try:
            start = time.perf_counter()
            _prepare(contender, workload, sizes)
            found.loading.append(time.perf_counter() - start)
            found.bytes.append(contender.bytes_on_disk())
            answers, seconds = [], 0.0
            for now, operation in enumerate(operations, 1):
                start = time.perf_counter()
                answers.append(put(contender, operation, sizes.records, now))
                taken = time.perf_counter() - start
                found.by_operation.setdefault(operation.name, []).append(taken * 1e6)
                seconds += taken
            start = time.perf_counter()
            contender.finish()
            seconds += time.perf_counter() - start
        finally:
            contender.close()
    found.seconds.append(seconds)
    found.rates.append(len(operations) / seconds)
    right = sum(mine == theirs for mine, theirs in zip(answers, expected, strict=True))
    found.right.append(100 * right / len(operations))


def _report(outcome: Outcome, measured: dict[str, _Measured]) -> None:
    figures: tuple[tuple[str, str, str, Callable[[_Measured], list[float]]], ...] = (
        ("rate", "operations a second", "operations/s", lambda found: found.rates),
        ("seconds", "completion time", "s", lambda found: found.seconds),
        ("right", "right answers", "%", lambda found: found.right),
    )
    for ending, what, unit, samples in figures:
        for workload, contender in itertools.product(WORKLOADS, CONTENDERS):
            found = measured[f"{workload}_{contender}"]
            _add(
                outcome,
                f"{workload}_{contender}_{ending}",
                contender,
                f"{workload}: {what}",
                unit,
                samples(found),
            )
    for contender in CONTENDERS:
        found = measured[f"controller_{contender}"]
        _add(outcome, f"loading_{contender}", contender, "loading", "s", found.loading)
        size = [size / 2**20 for size in found.bytes]
        _add(outcome, f"size_{contender}", contender, "on disk once loaded", "MiB", size)
    for operation, contender, latencies in _latencies(measured):
        what = f"one {operation}"
        _add(outcome, f"{operation}_{contender}", contender, what, "µs", latencies)
    for workload, contender in itertools.product(WORKLOADS, CONTENDERS):
        if contender != "plain":
            mine, plain = measured[f"{workload}_{contender}"], measured[f"{workload}_plain"]
            what = f"{workload}: completion time, {CONTENDERS[contender][0]}, over plain tables"
            outcome.compare(f"{workload}_{contender}_over_plain", what, mine.seconds, plain.seconds)
    least = {
        contender: min(min(measured[f"{workload}_{contender}"].right) for workload in WORKLOADS)
        for contender in CONTENDERS
    }
    told = ", ".join(f"{CONTENDERS[contender][0]}: {share:.3g} %" for contender, share in least.items())
    outcome.checks.append(f"answers that are those of the reference, in the worst workload and round: {told}")


def _add(outcome: Outcome, name: str, contender: str, what: str, unit: str, samples: list[float]) -> None:
    outcome.add(name, f"{what}, {CONTENDERS[contender][0]}", unit, samples)
    if contender == "plain":
        outcome.others.add(name)


def _latencies(measured: dict[str, _Measured]) -> Iterator[tuple[str, str, list[float]]]:
    names = dict.fromkeys(name for workload in WORKLOADS.values() for name in workload.shares)
    for operation, contender in itertools.product(names, CONTENDERS):
        every = [
            taken
            for workload in WORKLOADS
            for taken in measured[f"{workload}_{contender}"].by_operation.get(operation, ())
        ]
        if every:
            yield operation, contender, sorted(every)
