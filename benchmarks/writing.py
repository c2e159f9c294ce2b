"""The results file: put together, merged with what was measured before, written and read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.machine import describe_machine, versions
from benchmarks.outcome import Outcome
from benchmarks.report import results_page, with_readme_block

FORMAT_VERSION = 1


def make_results(scale: str, seed: int, date: str) -> dict[str, Any]:
    """Results without any benchmark yet. date: ISO 8601 text."""
    return {
        "licet_benchmarks": FORMAT_VERSION,
        "date": date,
        "scale": scale,
        "seed": seed,
        "machine": describe_machine(),
        "versions": versions(),
        "benchmarks": {},
    }


def add_outcome(results: dict[str, Any], outcome: Outcome, took_seconds: float, load: float | None) -> None:
    told = outcome.as_json() | {"took_seconds": round(took_seconds, 1), "load": load, "date": results["date"]}
    results["benchmarks"][outcome.name] = told


def merge(earlier: dict[str, Any] | None, now: dict[str, Any]) -> dict[str, Any]:
    """`now`, with the benchmarks of `earlier` that were not run again, if they were run alike.

    Alike: on the same machine, at the same scale and seed, with the same versions of everything. Otherwise
    `earlier` counts for nothing: figures of two set-ups do not stand in one table.
    """
    if earlier is None or any(
        earlier.get(part) != now[part]
        for part in ("licet_benchmarks", "scale", "seed", "machine", "versions")
    ):
        return now
    both = {**earlier["benchmarks"], **now["benchmarks"]}
    return {**now, "benchmarks": both}


def read_results(folder: Path) -> dict[str, Any] | None:
    """What an earlier run wrote; None when there is nothing."""
    try:
        results: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return results


def write_results(results: dict[str, Any], folder: Path) -> None:
    """Write results.json and results.md into `folder`, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(_as_text(results) + "\n", encoding="utf-8")
    (folder / "results.md").write_text(results_page(results), encoding="utf-8")


def update_readme(readme: Path, results: dict[str, Any]) -> None:
    """Put the block into a README that has its markers. Raises: NoPlace when it has not."""
    readme.write_text(with_readme_block(readme.read_text(encoding="utf-8"), results), encoding="utf-8")


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
