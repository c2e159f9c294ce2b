"""The long run: numbered worlds until so many marks were judged, in several processes.

`python -m licet.testing.oracle --cases 1000000 --seed 1`. Number and seed make the world, so the same marks are judged
on any number of processes. Exit status: 0 when nothing leaked, 1 when something did; the world is named.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console

from licet.terms import LicetError
from licet.testing.numbered_worlds import in_order
from licet.testing.oracle.sightings import Leak, Sightings, nothing_seen
from licet.testing.oracle.tour import look_through

_VERSIONS = ("licet", "duckdb", "ibis-framework", "pyarrow")
#: One world in so many has its server's pages asked as well, which takes as long as all the rest.
_PAGES_EVERY = 4


class Outcome(NamedTuple):
    """What came of one world. leak: what was out that should not have been, or withheld without its reason."""

    number: int
    sightings: Sightings
    leak: str | None


def judge(seed: int, number: int) -> Outcome:
    """Make one world in a folder of its own, look through it, and leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="licet-oracle-", ignore_cleanup_errors=True) as folder:
        try:
            found = look_through(seed, number, Path(folder), pages=number % _PAGES_EVERY == 0)
        except (Leak, LicetError) as leak:  # an error where none was to be is data withheld without a reason
            return Outcome(number, nothing_seen(), str(leak))
    return Outcome(number, found, None)


def run(
    cases: int, seed: int, first: int, processes: int, tell: Callable[[str], None]
) -> tuple[Sightings, int, str | None]:
    """Worlds in the order of their numbers until so many marks were judged.

    Returns: what was seen, in how many worlds, and what leaked, or None.
    """
    found, worlds = nothing_seen(), 0
    outcomes = in_order(judge, seed, first, processes)
    for outcome in outcomes:
        if outcome.leak is not None:
            return found, worlds, f"--seed {seed} --first {outcome.number}\n{outcome.leak}"
        found, worlds = found + outcome.sightings, worlds + 1
        if worlds % 10 == 0:
            tell(f"{found.total:,} of {cases:,} marks judged in {worlds} worlds")
        if found.total >= cases:
            break
    return found, worlds, None


def as_json(found: Sightings, seed: int, first: int, worlds: int, seconds: float) -> dict[str, Any]:
    """Marks by way out and place, each with how many of them were out, and by what `decide` says of them."""
    ways: dict[str, Counter[str]] = {}
    answers: Counter[str] = Counter()
    for judged, count in found.marks.items():
        way = ways.setdefault(f"{judged.way}: {judged.where}" if judged.where else judged.way, Counter())
        way += Counter({"marks": count, "out": count if judged.is_out else 0})
        answers[judged.answer] += count
    return {
        "seed": seed,
        "first_world": first,
        "worlds": worlds,
        "marks": found.total,
        "marks_by_way": {way: {"marks": of["marks"], "out": of["out"]} for way, of in sorted(ways.items())},
        "marks_by_answer": dict(sorted(answers.items())),
        "refused_by_code": dict(sorted(found.refused.items())),
        "versions": {name: version(name) for name in _VERSIONS} | {"python": platform.python_version()},
        "seconds": round(seconds, 1),
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m licet.testing.oracle", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="marks to judge")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first world")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, help="where the summary is written")
    asked = parser.parse_args(arguments)
    console, began = Console(stderr=True), time.monotonic()
    found, worlds, leak = run(
        asked.cases, asked.seed, asked.first, asked.processes, lambda text: console.print(text, markup=False)
    )
    summary = json.dumps(as_json(found, asked.seed, asked.first, worlds, time.monotonic() - began), indent=2)
    if leak is not None:
        console.print(leak, markup=False)
        return 1
    if asked.out is not None:
        asked.out.write_text(summary + "\n", encoding="utf-8")
    print(summary)
    return 0
