"""What `make parity` counted: not a benchmark, but two targets are its to meet, so the page tells of it.

The run writes parity.json beside the results; cases are counted only where nothing differed, since it ends at the
first difference.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_parity(folder: Path) -> dict[str, Any] | None:
    """The summary of the parity run in `folder`; None when there is none."""
    try:
        told: dict[str, Any] = json.loads((folder / "parity.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return told


def reached_by_parity(told: dict[str, Any] | None) -> dict[str, int]:
    """Id of a target to the count that speaks to it."""
    if told is None:
        return {}
    reached = {"parity": told["cases"]}
    if "mutants" in told:
        reached["mutants"] = told["mutants"]["seeded"] - told["mutants"]["killed"]
    return reached


def parity_section(told: dict[str, Any]) -> list[str]:
    """The part of the page on the parity run, as Markdown."""
    lines = [
        f"{told['cases']:,} cases and no difference between {' and '.join(told['compared'])}: {told['worlds']:,} "
        f"generated worlds at {told['worlds_at_moments']:,} moments, {told['rows']:,} rows, seed {told['seed']}, "
        f"{told['seconds']:,.0f} s.",
        f"Never met: {', '.join(told['never_met']) or 'nothing of what was to be met'}.",
    ]
    if "mutants" in told:
        mutants = told["mutants"]
        lines.append(
            f"Of {mutants['seeded']} faults seeded into the compiler the suite found {mutants['killed']}."
        )
    return ["## Parity", " ".join(lines) + " Every count is in `parity.json`; `make parity` makes it."]
