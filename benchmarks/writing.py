"""The results file: put together, merged with what was measured before, written and read back.

A file may hold benchmarks of several runs. Each benchmark names the run it is of (day, scale, seed, machine, versions),
so that figures of two set-ups can stand in one file and never pass for one another.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.machine import describe_machine, versions
from benchmarks.outcome import Outcome

FORMAT_VERSION = 3


def make_results(scale: str, seed: int, date: str) -> dict[str, Any]:
    """Results of one run without any benchmark yet. date: ISO 8601 text."""
    run = {
        "date": date,
        "scale": scale,
        "seed": seed,
        "machine": describe_machine(),
        "versions": versions(),
    }
    return {"licet_benchmarks": FORMAT_VERSION, "runs": [run], "benchmarks": {}}


def add_outcome(
    results: dict[str, Any],
    outcome: Outcome,
    took_seconds: float,
    load: float | None,
    memory: dict[str, float] | None = None,
) -> None:
    """Put in what a benchmark of this run found. memory: the peak in MiB, by whose it is."""
    told = outcome.as_json() | {
        "run": 0,
        "took_seconds": round(took_seconds, 1),
        "load": load,
        "peak_memory_mib": memory or {},
    }
    results["benchmarks"][outcome.name] = told


def merge(earlier: dict[str, Any] | None, now: dict[str, Any]) -> dict[str, Any]:
    """`earlier` with the benchmarks that were run again replaced; each stays with the run it is of.

    The run of `now` comes first; runs of which no benchmark is left are dropped.
    """
    if earlier is None or earlier["licet_benchmarks"] != FORMAT_VERSION:
        return now
    kept = {name: told for name, told in earlier["benchmarks"].items() if name not in now["benchmarks"]}
    runs: list[dict[str, Any]] = list(now["runs"])
    moved = {}
    for name, told in kept.items():
        run = earlier["runs"][told["run"]]
        if run not in runs:
            runs.append(run)
        moved[name] = {**told, "run": runs.index(run)}
    order = [
        *earlier["benchmarks"],
        *(name for name in now["benchmarks"] if name not in earlier["benchmarks"]),
    ]
    both = {**moved, **now["benchmarks"]}
    return {**now, "runs": runs, "benchmarks": {name: both[name] for name in order}}


def read_results(folder: Path) -> dict[str, Any] | None:
    """What an earlier run wrote; None when there is nothing."""
    try:
        results: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return results


def write_results(results: dict[str, Any], folder: Path) -> None:
    """Write results.json into `folder`, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(_as_text(results) + "\n", encoding="utf-8")


def _as_text(value: Any, indent: str = "") -> str:
    """JSON indented for people; what holds only single values (samples, calls) stands on one line."""
    inner = indent + " "
    if isinstance(value, dict) and any(isinstance(item, (dict, list)) for item in value.values()):
        lines = (f"{inner}{_json(key)}: {_as_text(item, inner)}" for key, item in value.items())
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        return "[\n" + ",\n".join(f"{inner}{_as_text(item, inner)}" for item in value) + f"\n{indent}]"
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
