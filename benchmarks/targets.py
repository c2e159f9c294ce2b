"""What licet set out to reach, and whether it did. One line each; nothing is left out because it was missed.

A target is judged by the median of its rounds; the lowest and the highest are shown beside it. Where several figures
speak to one target (two kinds of ids, two sizes), the hardest of them is its figure.
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
    Target(
        "decision_growth_crowded",
        "one decision: the same when all rules are about one question",
        "at most",
        1.5,
        "×",
    ),
    Target(
        "workspace_decide",
        "one decision of a workspace, at the latest choice (processor time)",
        "at most",
        20,
        "µs",
    ),
    Target("rest_decide", "one decision through the REST API (processor time)", "at most", 0.6, "ms"),
    Target(
        "rest_rate", "decisions through the REST API, one worker and 16 connections", "at least", 1000, "1/s"
    ),
    Target(
        "own_rows",
        "own permitted rows of one member, at the latest choice (processor time)",
        "at most",
        5,
        "ms",
    ),
    Target("batch", "decisions over Arrow batches, a record", "at most", 10, "ns"),
    Target(
        "extract_clustered",
        "gate on DuckDB, text to Parquet, clustered: over writing the same rows filtered before",
        "at most",
        1.05,
        "×",
    ),
    Target(
        "extract",
        "gate on DuckDB, text to Parquet, interleaved: over writing the same rows filtered before",
        "at most",
        1.20,
        "×",
    ),
    Target(
        "aggregate_scan",
        "gate on DuckDB, aggregate, prepared: over the unfiltered scan",
        "at most",
        2.5,
        "×",
    ),
    Target(
        "aggregate",
        "gate on DuckDB, aggregate, prepared: faster than the best hand-written query",
        "at least",
        3,
        "×",
    ),
    Target(
        "break_even",
        "gate on DuckDB: queries after which opening and preparing have paid",
        "at most",
        2,
        "queries",
    ),
    Target("postgres", "gate in PostgreSQL: over a hand-written view", "at most", 1.2, "×"),
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
    Target(
        "refresh",
        "following who changed: over 10 ms and 5 µs a changed member (processor time)",
        "at most",
        1,
        "×",
    ),
    Target(
        "refresh_most",
        "following who changed, whatever share: over from nothing (processor time)",
        "at most",
        1,
        "×",
    ),
    Target("cold_gate", "a cold gate from disk, a million members (processor time)", "at most", 50, "ms"),
    Target(
        "update",
        "corpus update: over 50 ms and 150 µs a changed document (processor time)",
        "at most",
        1,
        "×",
    ),
    Target(
        "update_most", "corpus update, whatever share: over a rebuild (processor time)", "at most", 1, "×"
    ),
    Target(
        "corpus",
        "corpus build, a document, redaction, language and near-duplicates on (processor time)",
        "at most",
        60,
        "µs",
    ),
    Target("corpus_fixed", "corpus build, what is paid once (processor time)", "at most", 0.3, "s"),
    Target("append", "ledger append, durable, group commit: an entry (processor time)", "at most", 15, "µs"),
    Target("prove", "ledger: inclusion proof (processor time)", "at most", 10, "µs"),
    Target("verify", "ledger: verify one proof (processor time)", "at most", 10, "µs"),
    Target("absence_proof", "absence among a million members: a proof as JSON", "at most", 2048, "bytes"),
    Target(
        "absence_verify",
        "absence among a million members: check a proof (processor time)",
        "at most",
        3,
        "ms",
    ),
    Target(
        "forget_median", "the model: forgetting the median member, over making it anew", "at most", 0.01, "×"
    ),
    Target(
        "forget_large",
        "the model: forgetting who wrote 3 % of it, over making it anew",
        "at most",
        0.05,
        "×",
    ),
    Target(
        "adapted_mean",
        "networks: steps of forgetting a member, mean of all, over all steps",
        "at most",
        0.05,
        "×",
    ),
    Target("adapted_overhead", "networks: time of a replay over its share of the steps", "at most", 1.1, "×"),
    Target("withdrawn", "the model: from a toggle until it is out of service", "at most", 1_000, "ms"),
    Target(
        "exposure",
        "the model: exposure of one member's secret said 64 times, two-member rule, of 10 bits",
        "at most",
        3,
        "bits",
    ),
    Target(
        "reader_network",
        "the model: bits a byte by the reader, over a fine-tuned network",
        "at most",
        0.9,
        "×",
    ),
    Target(
        "reader_mixed",
        "the model: bits a byte by the reader, over that network mixed with the same counts",
        "at most",
        1.04,
        "×",
    ),
    Target(
        "two_members", "the model: bits a byte with the two-member rule, over without", "at most", 1.06, "×"
    ),
    Target("toggle", "one durable toggle: over the disk's own sync", "at most", 1.2, "×"),
    Target(
        "web_proxied",
        "two hundred toggles a second through a keep-alive proxy: 99th percentile",
        "at most",
        250,
        "ms",
    ),
    Target("first_answer", "first answer: from a cold import to the first decision", "at most", 1, "s"),
    Target("command_help", "licet --help (processor time)", "at most", 0.15, "s"),
    Target("command_decide", "licet decide (processor time)", "at most", 0.5, "s"),
    Target(
        "page",
        "the slowest page of a member with 20,000 own records, of 2,000 or 200,000 (processor time)",
        "at most",
        100,
        "ms",
    ),
    Target(
        "recommend_ials", "recommendations, each real set: NDCG@20 over tuned iALS", "at least", 0.94, "×"
    ),
    Target(
        "recommend_neighbours",
        "recommendations, each real set: NDCG@20 over RP3beta and ItemKNN",
        "at least",
        1,
        "×",
    ),
    Target(
        "recommend_build",
        "recommendations, 100,000 members and 50,000 items: counting all (processor time)",
        "at most",
        20,
        "s",
    ),
    Target(
        "recommend_memory", "recommendations, the same: memory at most, rows included", "at most", 1024, "MiB"
    ),
    Target(
        "recommend_removal",
        "recommendations, the same: taking a member out, faster than counting all",
        "at least",
        500,
        "×",
    ),
    Target(
        "recommend_removal_p99",
        "recommendations, the same: taking a member out, 99th percentile (processor time)",
        "at most",
        25,
        "ms",
    ),
    Target("recommend_answer", "recommendations: a list, decisions and own rows in", "at most", 5, "ms"),
    Target("recommend_answer_p99", "recommendations: the same, 99th percentile", "at most", 25, "ms"),
    Target("recommend_http", "recommendations: the same over HTTP (processor time)", "at most", 10, "ms"),
    Target(
        "ad_choices", "choosing an ad, the ledger read for each, two processes", "at least", 10_000, "1/s"
    ),
    Target("ad_leases_sqlite", "budgets by leases: over a transaction a choice, SQLite", "at least", 50, "×"),
    Target("ad_leases_postgres", "budgets by leases: the same, PostgreSQL", "at least", 5, "×"),
    Target("ad_http", "an ad over HTTP: over the same route with a constant answer", "at least", 0.7, "×"),
    Target("ad_hit", "tasks of O*NET to occupations, by page: hit@5", "at least", 0.64, "of 1"),
    Target(
        "list_gate", "a list through an open gate: over the same rows filtered before", "at most", 1.2, "×"
    ),
    Target("list_whole", "a whole delivery of a list: over the same", "at most", 4, "×"),
    Target("list_next", "a delivery after one in a hundred changed: over the first", "at most", 0.6, "×"),
    Target("tcf_faster", "a TC string read strictly: faster than iab-tcf", "at least", 2, "×"),
    Target(
        "ad_coverage",
        "guaranteed intervals cover the truth of simulated choices of ads",
        "at least",
        0.95,
        "of 1",
    ),
    Target("search_recall", "title search on O*NET: R@10 less that of bm25s", "at least", -0.01, "R@10"),
    Target("search_ms", "one search of 50,000 jobs, a sentence read (processor time)", "at most", 10, "ms"),
    Target("people_recall", "people one may know, developers: R@20", "at least", 0.165, "R@20"),
    Target("impact", "what a policy would change: faster than two full scans", "at least", 1, "×"),
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
    """met is None where nothing was measured. benchmark: who measured it; None for what the parity run counted.
    memory: MiB that its benchmark took at most, with the processes it started; None where that was not looked at."""

    target: Target
    reached: float | None = None
    lowest: float | None = None
    highest: float | None = None
    met: bool | None = None
    benchmark: str | None = None
    memory: float | None = None


def judge(results: dict[str, Any]) -> list[Verdict]:
    """Every target beside what the results say of it; `results` is what the JSON file holds."""
    found: dict[str, list[Verdict]] = {}
    known = {target.id: target for target in TARGETS}
    for name, benchmark in results["benchmarks"].items():
        figures = {figure["name"]: figure for figure in (*benchmark["series"], *benchmark["ratios"])}
        memory = sum(benchmark["peak_memory_mib"].values()) or None
        for id_, speaks in benchmark["reached"].items():
            for each in [speaks] if isinstance(speaks, str) else speaks:
                found.setdefault(id_, []).append(_verdict(known[id_], figures[each], name, memory))
    for id_, count in reached_by_parity(results.get("parity", {})).items():
        figure = {"median": count, "lowest": count, "highest": count}
        found.setdefault(id_, []).append(_verdict(known[id_], figure, None, None))
    return [_hardest(target, found.get(target.id, [])) for target in TARGETS]


def _hardest(target: Target, verdicts: list[Verdict]) -> Verdict:
    if not verdicts:
        return Verdict(target)
    worst = max if target.sense == "at most" else min
    return worst(verdicts, key=lambda verdict: verdict.reached or 0.0)


def _verdict(target: Target, figure: dict[str, Any], benchmark: str | None, memory: float | None) -> Verdict:
    reached = figure["median"]
    met = reached <= target.limit if target.sense == "at most" else reached >= target.limit
    return Verdict(target, reached, figure["lowest"], figure["highest"], met, benchmark, memory)
