"""The JSON file, the page and the README's block, from results that are made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from benchmarks.outcome import Outcome
from benchmarks.parity import read_parity
from benchmarks.report import (
    BEGIN,
    END,
    NoPlace,
    readme_block,
    results_page,
    update_readme,
    with_readme_block,
    write_page,
)
from benchmarks.tables import figure, table
from benchmarks.targets import TARGETS, judge
from benchmarks.tried import tried
from benchmarks.writing import add_outcome, make_results, merge, read_results, write_results


def test_what_is_written_is_read_back(results: dict[str, Any], tmp_path: Path) -> None:
    write_results(results, tmp_path / "new")
    write_page(results, tmp_path / "new")
    assert read_results(tmp_path / "new") == results
    assert (tmp_path / "new" / "results.md").read_text(encoding="utf-8") == results_page(results)


def test_where_nothing_was_written_nothing_is_read(tmp_path: Path) -> None:
    assert read_results(tmp_path) is None


def test_samples_stand_on_one_line(results: dict[str, Any], tmp_path: Path) -> None:
    write_results(results, tmp_path)
    text = (tmp_path / "results.json").read_text(encoding="utf-8")
    assert '"samples": [30.0, 20.0, 60.0]' in text
    assert '"calls_ns": {"1000": 98, "2000": 1, "9000": 1}' in text


def test_results_say_where_and_with_what_they_were_measured(results: dict[str, Any]) -> None:
    (run,) = results["runs"]
    assert set(run["machine"]) == {"cpu", "cores", "memory_gib", "os", "python"}
    assert {"licet", "duckdb", "cedarpy", "casbin", "regopy", "pymerkle"} <= set(run["versions"])
    assert (run["date"], run["seed"], run["scale"]) == ("2026-02-03", 7, "small")
    page = results_page(results)
    assert "Measured on 2026-02-03 (small scale, seed 7)" in page
    assert "| other | Deciding | with everything parsed |" in page
    assert "Memory at most: 120 MiB in this process and 30 MiB in processes it started." in page


def test_a_series_tells_median_spread_p99_and_every_sample(results: dict[str, Any]) -> None:
    licet, other = results["benchmarks"]["decisions"]["series"]
    assert (licet["median"], licet["lowest"], licet["highest"], licet["p99"]) == (2.0, 1.0, 3.0, 2.0)
    assert licet["samples"] == [2.0, 1.0, 3.0]
    assert "calls_ns" not in other


def test_targets_have_ids_of_their_own() -> None:
    assert len({target.id for target in TARGETS}) == len(TARGETS)


def test_a_target_is_judged_by_the_median_on_its_side(results: dict[str, Any]) -> None:
    verdicts = {verdict.target.id: verdict for verdict in judge(results)}
    assert (verdicts["decision"].reached, verdicts["decision"].met) == (2.0, True)
    assert (verdicts["decision_cedar"].reached, verdicts["decision_cedar"].met) == (20.0, True)
    assert verdicts["extract"].met is None


def test_a_missed_target_stays_in_the_table_and_says_no(outcome: Outcome) -> None:
    outcome.add("slow", "too slow", "µs", [9.0])
    outcome.reached["decision"] = "slow"
    results = make_results("small", 7, "2026-02-03")
    add_outcome(results, outcome, 1.0, None)
    line = next(line for line in results_page(results).splitlines() if "process: median" in line)
    assert line == "| one decision with reasons, in process: median | at most 5 µs | 9 µs |  | **no** |"


def test_what_was_not_measured_is_said(results: dict[str, Any]) -> None:
    page = results_page(results)
    assert page.count("| not measured |  | – |") == len(TARGETS) - 3


def test_a_small_run_says_that_it_is_small(results: dict[str, Any]) -> None:
    told = "the targets speak of full scale"
    assert told in results_page(results) and told in readme_block(results)
    full = {**results, "runs": [{**results["runs"][0], "scale": "full"}]}
    assert told not in results_page(full)


def test_bars_in_cells_are_escaped(results: dict[str, Any]) -> None:
    assert "another \\| engine" in results_page(results)
    assert table(("a",), [("x|y",)]).splitlines() == ["| a |", "| --- |", "| x\\|y |"]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "s", "0 s"),
        (1234.56, "µs", "1,235 µs"),
        (99.96, "", "100"),
        (12.345, "×", "12.3×"),
        (1.1, "×", "1.1×"),
        (0.000118, "s", "0.000118 s"),
        (0.0000118, "s", "0.000012 s"),
        (10_000, "documents/s", "10,000 documents/s"),
    ],
)
def test_figures_have_three_digits_and_their_unit(value: float, unit: str, text: str) -> None:
    assert figure(value, unit) == text


def test_the_block_replaces_what_stood_between_the_markers(results: dict[str, Any], tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"# licet\n\n{BEGIN}\nold\n{END}\n\nafter\n", encoding="utf-8")
    update_readme(readme, results)
    text = readme.read_text(encoding="utf-8")
    assert text == f"# licet\n\n{readme_block(results)}\n\nafter\n"
    update_readme(readme, results)
    assert readme.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("text", ["no place", BEGIN, f"{END} {BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"])
def test_a_readme_without_one_place_for_the_block_is_left_alone(text: str, results: dict[str, Any]) -> None:
    with pytest.raises(NoPlace):
        with_readme_block(text, results)


def test_benchmarks_not_run_again_are_kept_with_their_day(results: dict[str, Any], outcome: Outcome) -> None:
    now = make_results("small", 7, "2026-02-04")
    outcome.name = "ledger"
    add_outcome(now, outcome, 1.0, None)
    both = merge(results, now)
    assert list(both["benchmarks"]) == ["decisions", "ledger"]
    days = {name: both["runs"][told["run"]]["date"] for name, told in both["benchmarks"].items()}
    assert days == {"decisions": "2026-02-03", "ledger": "2026-02-04"}


def test_a_benchmark_run_again_replaces_itself_alone(results: dict[str, Any], outcome: Outcome) -> None:
    outcome.name = "ledger"
    add_outcome(results, outcome, 1.0, None)
    now = make_results("small", 7, "2026-02-04")
    add_outcome(now, outcome, 9.0, None)
    both = merge(results, now)
    assert {name: told["took_seconds"] for name, told in both["benchmarks"].items()} == {
        "decisions": 12.3,
        "ledger": 9.0,
    }


def test_a_run_of_which_nothing_is_left_is_forgotten(results: dict[str, Any], outcome: Outcome) -> None:
    now = make_results("full", 7, "2026-02-04")
    add_outcome(now, outcome, 1.0, None)
    assert [run["date"] for run in merge(results, now)["runs"]] == ["2026-02-04"]


def test_runs_that_are_alike_are_one(results: dict[str, Any], outcome: Outcome) -> None:
    now = make_results("small", 7, "2026-02-03")
    outcome.name = "ledger"
    add_outcome(now, outcome, 1.0, None)
    assert len(merge(results, now)["runs"]) == 1


@pytest.mark.parametrize(
    ("part", "value"), [("scale", "full"), ("seed", 8), ("date", "2026-02-09"), ("versions", {"licet": "9"})]
)
def test_figures_of_two_runs_never_stand_together_unlabelled(
    part: str, value: Any, results: dict[str, Any], outcome: Outcome
) -> None:
    results["runs"][0][part] = value
    now = make_results("small", 7, "2026-02-04")
    outcome.name, outcome.reached = "ledger", {"append": "licet"}
    add_outcome(now, outcome, 1.0, None)
    both = merge(results, now)
    page, earlier = results_page(both), results["runs"][0]
    assert "figures of two runs are not to be compared" in page
    lines = page.splitlines()
    (decision,) = [line for line in lines if line.startswith("| one decision with reasons, in process")]
    (append,) = [line for line in lines if line.startswith("| ledger append")]
    assert decision.endswith(f"| 2: {earlier['date']}, {earlier['scale']} |")
    assert append.endswith("| 1: 2026-02-04, small |")


def test_a_file_of_another_version_counts_for_nothing(results: dict[str, Any]) -> None:
    now = make_results("small", 7, "2026-02-04")
    assert merge({**results, "licet_benchmarks": 1}, now) == now


def test_the_hardest_of_several_figures_speaks_to_a_target() -> None:
    one, other = Outcome("gate", "One", ("in turn",)), Outcome("scale", "Other", ("in turn",))
    one.add("text", "text", "×", [1.2])
    one.add("whole", "whole", "×", [2.2])
    other.add("large", "large", "×", [1.9])
    one.reached, other.reached = (
        {"extract": ["text", "whole"], "aggregate": ["text", "whole"]},
        {"extract": "large"},
    )
    told = {
        each.name: each.as_json() | {"peak_memory_mib": {"own": 3.0, "started": 4.0}} for each in (one, other)
    }
    verdicts = {verdict.target.id: verdict for verdict in judge({"benchmarks": told})}
    assert (verdicts["extract"].reached, verdicts["extract"].met) == (2.2, False)
    assert (verdicts["aggregate"].reached, verdicts["aggregate"].memory) == (1.2, 7.0)


def test_what_was_tried_stands_below_a_missed_target(outcome: Outcome) -> None:
    outcome.add("slow", "too slow", "×", [9.0])
    outcome.reached |= {"update": "slow", "append": "slow"}
    results = make_results("full", 7, "2026-02-03")
    add_outcome(results, outcome, 1.0, None)
    page = results_page(results)
    assert (
        "- corpus update: over 50 ms and 150 µs a changed document (processor time): Sixty-four buckets by subject hash"
        in page
    )
    assert "first answer: from a cold import to the first decision: nothing" not in page


PARITY = {
    "seed": 3, "cases": 12_345_678, "worlds": 500, "worlds_at_moments": 900, "rows": 40_000, "seconds": 61.0,
    "never_met": [], "compared": ["decide", "gate on duckdb"],
}  # fmt: skip


def test_the_parity_run_speaks_to_its_targets(results: dict[str, Any]) -> None:
    page = results_page({**results, "parity": {"run": PARITY, "mutation": {"faults": 20, "killed": 19}}})
    assert "at least 10,000,000 cases | 12,345,678 cases |  | yes |" in page
    assert "at most 0 faults | 1 faults |  | **no** |" in page
    assert "no difference between decide and gate on duckdb: 500 generated worlds at 900 moments" in page
    assert (
        "Of 20 faults seeded into the compiler and the evaluator, one at a time, the suite found 19." in page
    )
    without = results_page({**results, "parity": {"run": PARITY}})
    assert "at most 0 faults | not measured |  | – |" in without and "seeded into the" not in without
    assert "## Parity" not in results_page(results)


def test_summaries_of_the_parity_run_are_read_beside_the_results(tmp_path: Path) -> None:
    assert read_parity(tmp_path) == {}
    (tmp_path / "parity.json").write_text(json.dumps(PARITY), encoding="utf-8")
    assert read_parity(tmp_path) == {"run": PARITY}
    (tmp_path / "mutation.json").write_text('{"faults": 3, "killed": 3}', encoding="utf-8")
    assert read_parity(tmp_path) == {"run": PARITY, "mutation": {"faults": 3, "killed": 3}}
    (tmp_path / "full").mkdir()
    assert read_parity(tmp_path / "full") == read_parity(tmp_path)


def test_the_log_names_targets_that_there_are() -> None:
    assert set(tried()) <= {target.id for target in TARGETS}


def test_entries_of_the_log_are_found_by_the_targets_they_name(tmp_path: Path) -> None:
    log = tmp_path / "LOG.md"
    log.write_text(
        "- **About nothing**: text.\n- **One\n  way.**: did\n  not help <!-- targets: append, prove -->\n"
        "- **Another**: worse <!-- targets: append -->\n",
        encoding="utf-8",
    )
    assert tried(log) == {"append": ["One way", "Another"], "prove": ["One way"]}
