"""Results for people: a page of tables and pictures, and the block that the README carries between two markers.

Drawn from the JSON (and, for what was tried where a target was missed, from docs/LOG.md), so both can be made again
without measuring again.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.parity import parity_section
from benchmarks.pictures import Picture, pictures
from benchmarks.tables import figure, spread, table
from benchmarks.targets import Verdict, judge
from benchmarks.tried import tried

BEGIN, END = "<!-- benchmarks:begin -->", "<!-- benchmarks:end -->"

_SMALL = (
    " At this scale the tables and the corpus are so small that fixed costs weigh most; the targets speak of full "
    "scale (`python -m benchmarks --scale full`)."
)


class NoPlace(Exception):
    """The text has no place between the two markers, or more than one."""


def results_page(results: dict[str, Any]) -> str:
    """The whole page as Markdown; its pictures lie in `plots/` beside it."""
    drawn = pictures(results)
    parts = [
        "# Benchmarks",
        "Written by `python -m benchmarks`; every sample is in `results.json`. Contenders run in turn within one "
        "run on one machine, after they were found to give the same answers. A figure is the median of its rounds, "
        "with the lowest and the highest beside it.",
        _runs(results),
        "## What was to be reached",
        targets_table(results),
        *[_shown(picture) for picture in drawn if picture.benchmark is None],
        *_what_was_tried(results),
    ]
    for name, benchmark in results["benchmarks"].items():
        parts += _benchmark(results, benchmark, [picture for picture in drawn if picture.benchmark == name])
    parts += parity_section(results.get("parity", {}))
    parts += ["## Versions and configuration", *_versions(results)]
    return "\n\n".join(parts) + "\n"


def readme_block(results: dict[str, Any]) -> str:
    """The block for the README, markers included."""
    made_by = " Made by `make bench`; more in [docs/benchmarks](docs/benchmarks/results.md)."
    return "\n\n".join([BEGIN, targets_table(results), _runs(results) + made_by, END])


def with_readme_block(text: str, results: dict[str, Any]) -> str:
    """`text` with what stands between the markers replaced. Raises: NoPlace unless each marker is there once."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise NoPlace(f"the text needs {BEGIN} and, after it, {END}, once each")
    before, _, rest = text.partition(BEGIN)
    return before + readme_block(results) + rest.partition(END)[2]


def update_readme(readme: Path, results: dict[str, Any]) -> None:
    """Put the block into a README that has its markers. Raises: NoPlace when it has not."""
    readme.write_text(with_readme_block(readme.read_text(encoding="utf-8"), results), encoding="utf-8")


def write_page(results: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.md").write_text(results_page(results), encoding="utf-8")


def targets_table(results: dict[str, Any]) -> str:
    """Every target, what was reached, what its benchmark took of memory, and whether it was met; what was not measured
    says so. Where the file holds several runs, each line says of which it is.
    """
    several = len(results["runs"]) > 1
    rows = []
    for verdict in judge(results):
        target = verdict.target
        met = {None: "–", True: "yes", False: "**no**"}[verdict.met]
        limit = f"{target.sense} {figure(target.limit, target.unit)}"
        memory = "" if verdict.memory is None else figure(verdict.memory, "MiB")
        row = [target.what, limit, _reached(verdict), memory, met]
        rows.append([*row, _run_of(results, verdict.benchmark)] if several else row)
    head = [
        "what",
        "target",
        "reached (lowest to highest)",
        "memory at most",
        "met",
        *(["run"] if several else []),
    ]
    return table(head, rows)


def _reached(verdict: Verdict) -> str:
    if verdict.reached is None or verdict.lowest is None or verdict.highest is None:
        return "not measured"
    reached = figure(verdict.reached, verdict.target.unit)
    if verdict.lowest == verdict.highest:
        return reached
    return f"{reached} ({spread(verdict.lowest, verdict.highest)})"


def _what_was_tried(results: dict[str, Any]) -> list[str]:
    """For each target that was missed, what docs/LOG.md has on it, by the titles of its entries."""
    missed = [verdict.target for verdict in judge(results) if verdict.met is False]
    if not missed:
        return []
    known = tried()
    lines = [
        f"- {target.what}: {'; '.join(known[target.id]) if target.id in known else 'nothing is written down'}."
        for target in missed
    ]
    head = "What was tried for what was not met, as told with its numbers in [the log](../LOG.md):"
    return ["\n".join([head, "", *lines])]


def _benchmark(results: dict[str, Any], benchmark: dict[str, Any], drawn: list[Picture]) -> list[str]:
    parts = [f"## {benchmark['title']}", "\n".join(f"- {line}" for line in benchmark["how"])]
    if len(results["runs"]) > 1:
        parts.insert(1, _run(results["runs"][benchmark["run"]]))
    if benchmark["checks"]:
        checks = "\n".join(f"- {line}" for line in benchmark["checks"])
        parts.append(f"Found equal before timing:\n\n{checks}")
    head = ("what", "median", "lowest to highest", "p99 of single calls")
    parts.append(table(head, map(_series, benchmark["series"])))
    if benchmark["ratios"]:
        columns = ("ratio, within a round", "median", "lowest to highest")
        parts.append(table(columns, map(_ratio, benchmark["ratios"])))
    parts += [_shown(picture) for picture in drawn]
    parts += benchmark["notes"]
    parts.append("Sizes: " + "; ".join(_sizes(benchmark["sizes"])) + ".")
    parts.append(_cost(benchmark))
    return parts


def _shown(picture: Picture) -> str:
    return f"![{picture.alt}](plots/{picture.file})"


def _cost(benchmark: dict[str, Any]) -> str:
    memory = benchmark["peak_memory_mib"]
    told = [f"{figure(memory[name], 'MiB')} in {whose}" for name, whose in _WHOSE.items() if name in memory]
    return (
        f"Took {benchmark['took_seconds']:,.0f} s; the machine's load before it began: {benchmark['load']}."
        + (f" Memory at most: {' and '.join(told)}." if told else "")
    )


_WHOSE = {"own": "this process", "started": "processes it started"}


def _series(series: dict[str, Any]) -> tuple[str, ...]:
    return (
        series["what"],
        figure(series["median"], series["unit"]),
        spread(series["lowest"], series["highest"]),
        figure(series["p99"], series["unit"]) if "calls_ns" in series else "",
    )


def _ratio(ratio: dict[str, Any]) -> tuple[str, ...]:
    return ratio["what"], figure(ratio["median"], "×"), spread(ratio["lowest"], ratio["highest"])


def _sizes(sizes: dict[str, Any], under: str = "") -> list[str]:
    told = []
    for name, value in sizes.items():
        label = f"{under}{name.replace('_', ' ')}"
        if isinstance(value, dict):
            told += _sizes(value, f"{label}: ")
        else:
            told.append(f"{label} {figure(value) if isinstance(value, (int, float)) else value}")
    return told


def _runs(results: dict[str, Any]) -> str:
    runs = results["runs"]
    if len(runs) == 1:
        return _run(runs[0]) + ("" if runs[0]["scale"] == "full" else _SMALL)
    told = "\n".join(f"{number}. {_run(run)}" for number, run in enumerate(runs, 1))
    note = _SMALL if any(run["scale"] != "full" for run in runs) else ""
    return f"Several runs stand in one table; figures of two runs are not to be compared.{note}\n\n{told}"


def _run(run: dict[str, Any]) -> str:
    machine = run["machine"]
    return (
        f"Measured on {run['date']} ({run['scale']} scale, seed {run['seed']}): {machine['cpu']}, "
        f"{machine['cores']} cores, {machine['memory_gib']} GiB, {machine['os']}, {machine['python']}."
    )


def _run_of(results: dict[str, Any], benchmark: str | None) -> str:
    if benchmark is None:
        return ""
    number = results["benchmarks"][benchmark]["run"]
    run = results["runs"][number]
    return f"{number + 1}: {run['date']}, {run['scale']}"


def _versions(results: dict[str, Any]) -> list[str]:
    """The versions of each run, and how the others were set up."""
    told = [
        ", ".join(f"{name} {version}" for name, version in run["versions"].items() if version)
        for run in results["runs"]
    ]
    if len(told) > 1:
        shared = Counter(told)
        told = list(shared) if len(shared) == 1 else [f"Run {n}: {text}" for n, text in enumerate(told, 1)]
    rows = [
        (name, benchmark["title"], how)
        for benchmark in results["benchmarks"].values()
        for name, how in benchmark["configuration"].items()
    ]
    return [*told, *([table(("set up", "for", "how"), rows)] if rows else [])]
