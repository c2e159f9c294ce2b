"""`python -m benchmarks`: run, write results.json, results.md and plots/, and on demand the README's block."""

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

from benchmarks import (
    absence,
    ad_estimates,
    adapted,
    ads,
    batches,
    cells,
    consent_strings,
    corpus,
    corpus_large,
    costs,
    decisions,
    first_answer,
    foretelling,
    forget,
    gate,
    gate_in_postgres,
    gdprbench,
    impact,
    ledger,
    list_deliveries,
    recommend,
    scale,
    search,
    serving,
    spark,
    unlearning,
    web,
)
from benchmarks.machine import load, peer
from benchmarks.measure import Tell
from benchmarks.memory import PeakMemory
from benchmarks.outcome import AnswersDiffer, Outcome
from benchmarks.parity import read_parity
from benchmarks.plots import draw
from benchmarks.report import NoPlace, update_readme, write_page
from benchmarks.targets import judge
from benchmarks.writing import FORMAT_VERSION, add_outcome, make_results, merge, read_results, write_results

#: Name to its module; each has SMALL, FULL and run(sizes, seed, tell).
BENCHMARKS: dict[str, Any] = {
    "decisions": decisions,
    "batches": batches,
    "first_answer": first_answer,
    "gate": gate,
    "gate_in_postgres": gate_in_postgres,
    "serving": serving,
    "cells": cells,
    "impact": impact,
    "spark": spark,
    "ledger": ledger,
    "corpus": corpus,
    "corpus_large": corpus_large,
    "gdprbench": gdprbench,
    "scale": scale,
    "web": web,
    "costs": costs,
    "absence": absence,
    "forget": forget,
    "unlearning": unlearning,
    "foretelling": foretelling,
    "adapted": adapted,
    "search": search,
    "recommend": recommend,
    "ads": ads,
    "list_deliveries": list_deliveries,
    "consent_strings": consent_strings,
    "ad_estimates": ad_estimates,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns: 0, or 1 when contenders gave different answers, or the README has no place for the block."""
    asked = _parser().parse_args(arguments)
    console = Console(stderr=True)
    if asked.list:
        print(_listed())
        return 0
    earlier = read_results(asked.out)
    if earlier is not None and earlier["licet_benchmarks"] != FORMAT_VERSION:
        console.print(f"{asked.out}/results.json was written by another version; it counts for nothing")
        earlier = None
    if asked.draw:
        if earlier is None:
            console.print(f"there is no results.json in {asked.out} to draw from; run the benchmarks first")
            return 1
        results = earlier
    else:
        peer("matplotlib")  # missed at the end, it would have been missed for an hour
        day = asked.date or datetime.now(UTC).date().isoformat()
        results = make_results(asked.scale, asked.seed, day)
        try:
            _run(results, asked.only or list(BENCHMARKS), console)
        except AnswersDiffer as error:
            console.print(f"contenders give different answers, so nothing was written: {error}", markup=False)
            return 1
        results = merge(earlier, results)
    results["parity"] = read_parity(asked.out)
    write_results(results, asked.out)
    write_page(results, asked.out)
    draw(results, asked.out)
    _tell(console, results, asked.out)
    if asked.readme is not None:
        try:
            update_readme(asked.readme, results)
        except NoPlace as error:
            console.print(f"{asked.readme}: {error}", markup=False)
            return 1
    return 0


_EXAMPLES = """\
examples:
  python -m benchmarks --list                        what there is to measure
  python -m benchmarks                               everything, small, into docs/benchmarks
  python -m benchmarks --only gate ledger            two of them; the others' results are kept
  python -m benchmarks --scale full --out docs/benchmarks/full
  python -m benchmarks --draw --readme README.md     measure nothing; pages and pictures anew

Benchmarks measured in different runs (another day, scale, seed, machine or version) may stand in one results.json;
its page then says of every figure which run it is of.
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure licet beside others; write results.json, results.md and plots/.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--list", action="store_true", help="say which benchmarks there are, and end")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=list(BENCHMARKS),
        metavar="NAME",
        help=f"run these and keep the others' results: {', '.join(BENCHMARKS)}",
    )
    parser.add_argument(
        "--scale", choices=["small", "full"], default="small", help="how much data (default: small)"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("docs/benchmarks"), metavar="FOLDER", help="default: docs/benchmarks"
    )
    parser.add_argument("--seed", type=int, default=7, help="of everything made up (default: 7)")
    parser.add_argument("--date", metavar="DAY", help="the day to write down, instead of today's (UTC)")
    parser.add_argument(
        "--readme",
        type=Path,
        metavar="FILE",
        help="also put the table into this README, between its markers",
    )
    parser.add_argument(
        "--draw", action="store_true", help="measure nothing; draw page and pictures from results.json anew"
    )
    return parser


def _listed() -> str:
    """Every benchmark and the first line of what its module says of it."""
    width = max(map(len, BENCHMARKS))
    return "\n".join(
        f"{name:{width}}  {(module.__doc__ or '').strip().splitlines()[0]}"
        for name, module in BENCHMARKS.items()
    )


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
            with PeakMemory() as memory:
                outcome = _one(name, results, _teller(progress, task, name))
            add_outcome(results, outcome, time.perf_counter() - start, before, memory.peaks)
            progress.update(task, description=f"{name}: done", total=1, completed=1)


def _one(name: str, results: dict[str, Any], tell: Tell) -> Outcome:
    module = BENCHMARKS[name]
    (run,) = results["runs"]
    sizes = module.FULL if run["scale"] == "full" else module.SMALL
    outcome: Outcome = module.run(sizes, run["seed"], tell)
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
