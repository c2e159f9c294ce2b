"""The long run: generated worlds until so many single decisions have been compared, and none may differ.

`python -m licet.testing.parity --cases 10000000 --seed 1`. Worlds are numbered, and number and seed make the world,
so a run gives the same counts on any number of processes, may be cut off and resumed, and one world run again alone.
A case is one kind of data of one record, for one of the people it is about, at one moment, under one policy. The gate
is held to the evaluator in every case, and the evaluator to the specification in one of twenty.

Exit status: 0 when nothing differs and everything was met, 1 when something differs (the world is printed, made small),
3 when the run was long enough and yet a reason or a feature was never met.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from licet.testing.answer_comparison import Outcome, compare
from licet.testing.numbered_worlds import in_order
from licet.testing.reach import LONG_CASES, missing

_VERSIONS = ("licet", "duckdb", "ibis-framework", "pyarrow")
#: How often the summary is written while a run goes on.
_WRITE_EVERY_SECONDS = 20


class Tally:
    """What a run has counted so far; it is written as the summary and read back to go on."""

    def __init__(self, seed: int, first: int) -> None:
        self.seed, self.first, self.next = seed, first, first
        self.cases = self.meant = self.moments = 0
        self.seconds = 0.0
        self.worlds: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()
        self.features: Counter[str] = Counter()

    def add(self, outcome: Outcome) -> None:
        self.next = outcome.number + 1
        self.cases += outcome.cases
        self.meant += outcome.meant
        self.moments += outcome.moments
        self.worlds[outcome.shape] += 1
        self.codes += outcome.codes
        self.features += outcome.features

    def as_json(self) -> dict[str, Any]:
        """Worlds are counted by shape, rows by code, worlds at a moment by feature."""
        return {
            "seed": self.seed,
            "first_world": self.first,
            "next_world": self.next,
            "cases": self.cases,
            "cases_of_the_specification": self.meant,
            "worlds": self.worlds.total(),
            "worlds_at_moments": self.moments,
            "rows": self.codes.total(),
            "worlds_by_shape": dict(sorted(self.worlds.items())),
            "rows_by_code": dict(sorted(self.codes.items())),
            "worlds_by_feature": dict(sorted(self.features.items())),
            "never_met": missing(self.codes, self.features),
            "compared": ["specification", "evaluator", "gate on duckdb"],
            "versions": {name: version(name) for name in _VERSIONS} | {"python": platform.python_version()},
            "seconds": round(self.seconds, 1),
        }

    @classmethod
    def read(cls, path: Path, seed: int, first: int) -> Tally:
        """The tally of a run of this seed and first world that was cut off; a new one where there is none."""
        tally = cls(seed, first)
        if path.exists():
            told = json.loads(path.read_text(encoding="utf-8"))
            if (told["seed"], told["first_world"]) == (seed, first):
                tally.next, tally.cases, tally.moments = (
                    told["next_world"], told["cases"], told["worlds_at_moments"],
                )  # fmt: skip
                tally.seconds, tally.meant = told["seconds"], told["cases_of_the_specification"]
                tally.worlds = Counter(told["worlds_by_shape"])
                tally.codes = Counter(told["rows_by_code"])
                tally.features = Counter(told["worlds_by_feature"])
        return tally

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(path.name + ".new")
        unfinished.write_text(json.dumps(self.as_json(), indent=2) + "\n", encoding="utf-8")
        unfinished.replace(path)


def run(cases: int, tally: Tally, processes: int, out: Path | None, console: Console) -> str | None:
    """Compare until `cases` are reached; what differed, or None."""
    columns = (TextColumn("decisions compared"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    began, before = time.monotonic(), tally.seconds
    written = began
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("", total=cases, completed=tally.cases)
        found = in_order(compare, tally.seed, tally.next, processes)
        while tally.cases < cases:
            outcome = next(found)
            if outcome.failure is not None:
                found.close()  # type: ignore[attr-defined]
                return f"--seed {tally.seed} --world {outcome.number} ({outcome.shape})\n{outcome.failure}"
            tally.add(outcome)
            tally.seconds = before + time.monotonic() - began
            progress.update(bar, completed=min(tally.cases, cases))
            if out is not None and time.monotonic() - written > _WRITE_EVERY_SECONDS:
                tally.write(out)
                written = time.monotonic()
        found.close()  # type: ignore[attr-defined]
    if out is not None:
        tally.write(out)
    return None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m licet.testing.parity", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000_000, help="single decisions to compare")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first world")
    parser.add_argument("--world", type=int, help="compare just the world of this number")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, help="where the summary is written, and read from by --resume")
    parser.add_argument("--resume", action="store_true", help="go on where --out says a run was cut off")
    asked = parser.parse_args(arguments)
    console = Console()
    if asked.world is not None:
        outcome = compare(asked.seed, asked.world)
        console.print(outcome.failure or f"no difference in {outcome.cases} decisions", markup=False)
        return int(outcome.failure is not None)
    tally = (
        Tally.read(asked.out, asked.seed, asked.first)
        if asked.resume and asked.out is not None
        else Tally(asked.seed, asked.first)
    )
    failure = run(asked.cases, tally, asked.processes, asked.out, console)
    if failure is not None:
        console.print(f"decide and the gate differ: {failure}", markup=False)
        return 1
    console.print(
        f"no difference in {tally.cases:,} decisions: {tally.worlds.total():,} worlds at {tally.moments:,} moments, "
        f"{tally.seconds:.0f} s"
    )
    absent = missing(tally.codes, tally.features)
    if absent and tally.cases >= LONG_CASES:
        console.print(f"and yet never met: {', '.join(absent)}", markup=False)
        return 3
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
