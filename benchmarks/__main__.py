"""`python -m benchmarks`: run, write docs/benchmarks/results.json and results.md, and on demand the README's block."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from benchmarks import corpus, decisions, first_answer, gate, ledger
from benchmarks.machine import load
from benchmarks.measure import Tell
from benchmarks.outcome import AnswersDiffer, Outcome
from benchmarks.report import NoPlace
from benchmarks.targets import judge
from benchmarks.writing import add_outcome, make_results, merge, read_results, update_readme, write_results

#: Name to its module; each has SMALL, FULL and run(sizes, seed, tell).
BENCHMARKS: dict[str, Any] = {
    "decisions": decisions,
    "first_answer": first_answer,
    "gate": gate,
    "ledger": ledger,
    "corpus": corpus,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns: 0, or 1 when contenders gave different answers, or the README has no place for the block."""
    asked = _parser().parse_args(arguments)
    console = Console(stderr=True)
    if asked.draw:
        results = read_results(asked.out)
        if results is None:
            console.print(f"there is no results.json in {asked.out}; run the benchmarks first")
            return 1
    else:
        results = make_results(asked.scale, asked.seed, asked.date or datetime.now(UTC).date().isoformat())
        try:
            _run(results, asked.only or list(BENCHMARKS), console)
        except AnswersDiffer as error:
            console.print(f"contenders give different answers, so nothing was written: {error}", markup=False)
            return 1
        results = merge(read_results(asked.out), results)
    write_results(results, asked.out)
    _tell(console, results, asked.out)
    if asked.readme is not None:
        try:
            update_readme(asked.readme, results)
        except NoPlace as error:
            console.print(f"{asked.readme}: {error}", markup=False)
            return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=list(BENCHMARKS), metavar="NAME", help=", ".join(BENCHMARKS)
    )
    parser.add_argument(
        "--scale", choices=["small", "full"], default="small", help="how much data (default: small)"
    )
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks"), help="where results.json goes")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--date", help="the day to write down, instead of today's (UTC)")
    parser.add_argument(
        "--readme", type=Path, help="also put the block into this README, between its markers"
    )
    parser.add_argument(
        "--draw", action="store_true", help="measure nothing; draw the tables from results.json anew"
    )
    return parser


def _run(results: dict[str, Any], names: Sequence[str], console: Console) -> None:
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        for name in names:
            task = progress.add_task(name, total=None)
            before, start = load(), time.perf_counter()
            outcome = _one(name, results, _teller(progress, task, name))
            add_outcome(results, outcome, time.perf_counter() - start, before)
            progress.update(task, description=f"{name}: done", total=1, completed=1)


def _one(name: str, results: dict[str, Any], tell: Tell) -> Outcome:
    module = BENCHMARKS[name]
    sizes = module.FULL if results["scale"] == "full" else module.SMALL
    outcome: Outcome = module.run(sizes, results["seed"], tell)
    return outcome


def _teller(progress: Progress, task: Any, name: str) -> Callable[[str, int, int | None], None]:
    def tell(stage: str, done: int, total: int | None) -> None:
        progress.update(task, description=f"{name}: {stage}", completed=done, total=total)

    return tell


def _tell(console: Console, results: dict[str, Any], folder: Path) -> None:
    verdicts = [verdict for verdict in judge(results) if verdict.met is not None]
    met = sum(bool(verdict.met) for verdict in verdicts)
    console.print(f"{met} of {len(verdicts)} targets met; see {folder / 'results.md'}", markup=False)


if __name__ == "__main__":
    sys.exit(main())
