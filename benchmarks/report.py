"""Results for people: a page of tables, and the block that the README carries between two markers.

Drawn from the JSON alone, so both can be made again without measuring again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.targets import Verdict, judge

BEGIN, END = "<!-- benchmarks:begin -->", "<!-- benchmarks:end -->"


_SMALL = (
    " At this scale the tables and the corpus are so small that fixed costs weigh most; the targets speak of full "
    "scale (`python -m benchmarks --scale full`)."
)


class NoPlace(Exception):
    """The text has no place between the two markers, or more than one."""


def results_page(results: dict[str, Any]) -> str:
    """The whole page as Markdown."""
    parts = [
        "# Benchmarks",
        "Written by `python -m benchmarks`; every sample is in `results.json`. Contenders run in turn within one "
        "run on one machine, after they were found to give the same answers. A figure is the median of its rounds, "
        "with the lowest and the highest beside it.",
        _machine(results),
        "## What was to be reached",
        targets_table(results),
    ]
    for benchmark in results["benchmarks"].values():
        parts += _benchmark(benchmark)
    parts += ["## Versions", _versions(results)]
    return "\n\n".join(parts) + "\n"


def readme_block(results: dict[str, Any]) -> str:
    """The block for the README, markers included."""
    return "\n\n".join(
        [
            BEGIN,
            targets_table(results),
            _machine(results)
            + " Made by `make bench`; more in [docs/benchmarks](docs/benchmarks/results.md).",
            END,
        ]
    )


def with_readme_block(text: str, results: dict[str, Any]) -> str:
    """`text` with what stands between the markers replaced. Raises: NoPlace unless each marker is there once."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise NoPlace(f"the text needs {BEGIN} and, after it, {END}, once each")
    before, _, rest = text.partition(BEGIN)
    return before + readme_block(results) + rest.partition(END)[2]


def targets_table(results: dict[str, Any]) -> str:
    """Every target, what was reached, and whether it was met; what was not measured says so."""
    rows = []
    for verdict in judge(results):
        target = verdict.target
        rows.append(
            (
                target.what,
                f"{target.sense} {figure(target.limit, target.unit)}",
                _reached(verdict),
                {None: "–", True: "yes", False: "**no**"}[verdict.met],
            )
        )
    return table(("what", "target", "reached (lowest to highest)", "met"), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars within a cell are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def figure(value: float, unit: str = "") -> str:
    """Three significant digits, thousands grouped, with the unit; a ratio has its sign at once behind it."""
    if value == 0:
        text = "0"
    elif abs(value) >= 100:
        text = f"{value:,.0f}"
    else:
        text = f"{value:.3g}"
        if "e" in text:
            text = f"{value:.2g}" if abs(value) >= 1 else f"{value:.6f}".rstrip("0")
    if not unit:
        return text
    return f"{text}×" if unit == "×" else f"{text} {unit}"


def _reached(verdict: Verdict) -> str:
    if verdict.reached is None or verdict.lowest is None or verdict.highest is None:
        return "not measured"
    spread = f"{figure(verdict.lowest)} to {figure(verdict.highest)}"
    return f"{figure(verdict.reached, verdict.target.unit)} ({spread})"


def _benchmark(benchmark: dict[str, Any]) -> list[str]:
    parts = [f"## {benchmark['title']}", "\n".join(f"- {line}" for line in benchmark["how"])]
    if benchmark["checks"]:
        parts.append(
            "Found equal before timing:\n\n" + "\n".join(f"- {line}" for line in benchmark["checks"])
        )
    head = ("what", "median", "lowest to highest", "p99 of single calls")
    parts.append(table(head, map(_series, benchmark["series"])))
    if benchmark["ratios"]:
        columns = ("ratio, within a round", "median", "lowest to highest")
        parts.append(table(columns, map(_ratio, benchmark["ratios"])))
    parts += benchmark["notes"]
    parts.append("Sizes: " + "; ".join(_sizes(benchmark["sizes"])) + ".")
    parts.append(
        f"Took {benchmark['took_seconds']:,.0f} s; the machine's load before it began: {benchmark['load']}."
    )
    return parts


def _series(series: dict[str, Any]) -> tuple[str, ...]:
    return (
        series["what"],
        figure(series["median"], series["unit"]),
        f"{figure(series['lowest'])} to {figure(series['highest'])}",
        figure(series["p99"], series["unit"]) if "calls_ns" in series else "",
    )


def _ratio(ratio: dict[str, Any]) -> tuple[str, ...]:
    spread = f"{figure(ratio['lowest'])} to {figure(ratio['highest'])}"
    return ratio["what"], figure(ratio["median"], "×"), spread


def _sizes(sizes: dict[str, Any], under: str = "") -> list[str]:
    told = []
    for name, value in sizes.items():
        label = f"{under}{name.replace('_', ' ')}"
        if isinstance(value, dict):
            told += _sizes(value, f"{label}: ")
        else:
            told.append(f"{label} {figure(value) if isinstance(value, (int, float)) else value}")
    return told


def _machine(results: dict[str, Any]) -> str:
    machine = results["machine"]
    return (
        f"Measured on {results['date']} ({results['scale']} scale, seed {results['seed']}): {machine['cpu']}, "
        f"{machine['cores']} cores, {machine['memory_gib']} GiB, {machine['os']}, {machine['python']}."
        + ("" if results["scale"] == "full" else _SMALL)
    )


def _versions(results: dict[str, Any]) -> str:
    return ", ".join(f"{name} {version}" for name, version in results["versions"].items() if version)
