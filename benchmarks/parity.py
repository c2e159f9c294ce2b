"""What `make parity` and `make mutation` counted: no benchmarks, but two targets are theirs to meet.

Both write a summary beside the results. The parity run counts cases only where nothing differed, since it ends at the
first difference.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_parity(folder: Path) -> dict[str, Any]:
    """The summaries in `folder`, or above it (full scale has a folder of its own), under "run" and "mutation"."""
    found: dict[str, Any] = {}
    for part, name in (("run", "parity.json"), ("mutation", "mutation.json")):
        for place in (folder / name, folder.parent / name):
            if part not in found and place.is_file():
                found[part] = json.loads(place.read_text(encoding="utf-8"))
    return found


def reached_by_parity(told: dict[str, Any]) -> dict[str, int]:
    """Id of a target to the count that speaks to it."""
    reached = {}
    if "run" in told:
        reached["parity"] = told["run"]["cases"]
    if "mutation" in told:
        reached["mutants"] = told["mutation"]["faults"] - told["mutation"]["killed"]
    return reached


def parity_section(told: dict[str, Any]) -> list[str]:
    """The part of the page on both, as Markdown; empty when neither was run."""
    parts = []
    if "run" in told:
        run = told["run"]
        parts.append(
            f"{run['cases']:,} cases and no difference between {' and '.join(run['compared'])}: {run['worlds']:,} "
            f"generated worlds at {run['worlds_at_moments']:,} moments, {run['rows']:,} rows, seed {run['seed']}, "
            f"{run['seconds']:,.0f} s. Never met: {', '.join(run['never_met']) or 'nothing of what was to be met'}. "
            "Every count is in `parity.json`; `make parity` makes it."
        )
    if "mutation" in told:
        mutation = told["mutation"]
        parts.append(
            f"Of {mutation['faults']} faults seeded into the compiler and the evaluator, one at a time, the suite "
            f"found {mutation['killed']}. Each is in `mutation.json`; `make mutation` makes it."
        )
    return ["## Parity", *parts] if parts else []
