"""What licet set out to reach, and whether it did. One line each; nothing is left out because it was missed.

A target is judged by the median of its rounds; the lowest and the highest are shown beside it.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from benchmarks.parity import reached_by_parity


class Target(NamedTuple):
    """limit: in `unit`; "×" is a ratio. sense: on which side of the limit one wants to be."""

    id: str
    what: str
    sense: Literal["at most", "at least"]
    limit: float
    unit: str


TARGETS: tuple[Target, ...] = (
    Target("decision", "one decision with reasons, in process: median", "at most", 5, "µs"),
    Target("decision_p99", "one decision: 99th percentile over median", "at most", 4, "×"),
    Target("decision_cedar", "one decision: faster than cedarpy, parsed in advance", "at least", 10, "×"),
    Target("decision_casbin", "one decision: faster than casbin", "at least", 14, "×"),
    Target("decision_growth", "one decision: growth from 30 to 10,000 rules", "at most", 1.5, "×"),
    Target("first_answer", "first answer: from a cold import to the first decision", "at most", 1, "s"),
    Target("command_help", "licet --help (processor time)", "at most", 0.15, "s"),
    Target("command_decide", "licet decide (processor time)", "at most", 0.5, "s"),
    Target(
        "web_proxied",
        "two hundred toggles a second through a keep-alive proxy: 99th percentile",
        "at most",
        250,
        "ms",
    ),
    Target(
        "workspace_decide",
        "one decision of a workspace, at the latest choice (processor time)",
        "at most",
        20,
        "µs",
    ),
    Target(
        "own_rows",
        "own permitted rows of one member, at the latest choice (processor time)",
        "at most",
        5,
        "ms",
    ),
    Target("page", "a page of a member with 20,000 own records (processor time)", "at most", 100, "ms"),
    Target("batch", "decisions over Arrow batches, a record", "at most", 50, "ns"),
    Target(
        "extract",
        "gate on DuckDB, text to Parquet: over writing the same rows filtered before",
        "at most",
        1.10,
        "×",
    ),
    Target(
        "aggregate",
        "gate on DuckDB, aggregate, prepared: faster than the naive settings join",
        "at least",
        3,
        "×",
    ),
    Target(
        "aggregate_scan",
        "gate on DuckDB, aggregate, prepared: over the unfiltered scan (stretch)",
        "at most",
        3,
        "×",
    ),
    Target(
        "refresh", "who may be used, after 1 % of members change: over finding out anew", "at most", 0.05, "×"
    ),
    Target(
        "spark_aggregate",
        "gate on Spark, aggregate: faster than the naive settings join",
        "at least",
        1.6,
        "×",
    ),
    Target(
        "spark_extract",
        "gate on Spark, text to Parquet: over writing the same rows filtered before",
        "at most",
        1.13,
        "×",
    ),
    Target(
        "cells",
        "masking below the cell on DuckDB, most cells permitted (75-100 %): over unmasked",
        "at most",
        1.13,
        "×",
    ),
    Target(
        "cells_spark",
        "masking below the cell on Spark, most cells permitted (75-100 %): over unmasked",
        "at most",
        1.13,
        "×",
    ),
    Target("append", "ledger append, durable, group commit: an entry", "at most", 40, "µs"),
    Target("prove", "ledger: inclusion proof", "at most", 50, "µs"),
    Target("verify", "ledger: verify one proof", "at most", 15, "µs"),
    Target(
        "corpus",
        "corpus build, redaction, language and near-duplicates on",
        "at least",
        10_000,
        "documents/s",
    ),
    Target("impact", "what a policy would change: faster than two full scans", "at least", 1, "×"),
    Target("update", "corpus update after 1 % of members change: over a rebuild", "at most", 0.05, "×"),
    Target(
        "parity",
        "parity: generated cases in which decide and gate never differed",
        "at least",
        10_000_000,
        "cases",
    ),
    Target(
        "mutants", "parity: seeded faults of the compiler that the suite did not find", "at most", 0, "faults"
    ),
)


class Verdict(NamedTuple):
    """met is None where nothing was measured. benchmark: who measured it; None for what the parity run counted."""

    target: Target
    reached: float | None
    lowest: float | None
    highest: float | None
    met: bool | None
    benchmark: str | None


def judge(results: dict[str, Any]) -> list[Verdict]:
    """Every target beside what the results say of it; `results` is what the JSON file holds."""
    found: dict[str, tuple[str | None, dict[str, Any]]] = {}
    for name, benchmark in results["benchmarks"].items():
        figures = {figure["name"]: figure for figure in (*benchmark["series"], *benchmark["ratios"])}
        found |= {target: (name, figures[speaks]) for target, speaks in benchmark["reached"].items()}
    for target, count in reached_by_parity(results.get("parity", {})).items():
        found[target] = (None, {"median": count, "lowest": count, "highest": count})
    return [_verdict(target, *found.get(target.id, (None, None))) for target in TARGETS]


def _verdict(target: Target, benchmark: str | None, figure: dict[str, Any] | None) -> Verdict:
    if figure is None:
        return Verdict(target, None, None, None, None, None)
    reached = figure["median"]
    met = reached <= target.limit if target.sense == "at most" else reached >= target.limit
    return Verdict(target, reached, figure["lowest"], figure["highest"], met, benchmark)
