"""The JSON file, the page and the README's block, from results that are made up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from benchmarks.outcome import Outcome
from benchmarks.report import (
    BEGIN,
    END,
    NoPlace,
    figure,
    readme_block,
    results_page,
    table,
    with_readme_block,
)
from benchmarks.targets import TARGETS, judge
from benchmarks.writing import add_outcome, make_results, merge, read_results, update_readme, write_results


def test_what_is_written_is_read_back(results: dict[str, Any], tmp_path: Path) -> None:
    write_results(results, tmp_path / "new")
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
    assert set(results["machine"]) == {"cpu", "cores", "memory_gib", "os", "python"}
    assert {"licet", "duckdb", "cedarpy", "casbin", "regopy", "pymerkle"} <= set(results["versions"])
    assert (results["date"], results["seed"], results["scale"]) == ("2026-02-03", 7, "small")


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
    assert line == "| one decision with reasons, in process: median | at most 5 µs | 9 µs (9 to 9) | **no** |"


def test_what_was_not_measured_is_said(results: dict[str, Any]) -> None:
    page = results_page(results)
    assert page.count("| not measured | – |") == len(TARGETS) - 3


def test_a_small_run_says_that_it_is_small(results: dict[str, Any]) -> None:
    told = "the targets speak of full scale"
    assert told in results_page(results) and told in readme_block(results)
    assert told not in results_page({**results, "scale": "full"})


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


def test_benchmarks_not_run_again_are_kept(results: dict[str, Any], outcome: Outcome) -> None:
    now = make_results("small", 7, "2026-02-04")
    outcome.name = "ledger"
    add_outcome(now, outcome, 1.0, None)
    both = merge(results, now)
    assert list(both["benchmarks"]) == ["decisions", "ledger"]
    assert both["benchmarks"]["decisions"]["date"] == "2026-02-03"


@pytest.mark.parametrize("part", ["scale", "seed", "machine", "versions"])
def test_figures_of_two_set_ups_do_not_stand_in_one_table(part: str, results: dict[str, Any]) -> None:
    now = make_results("small", 7, "2026-02-04")
    assert merge({**results, part: "another"}, now) == now
