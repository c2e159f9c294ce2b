"""Makes the repository's `benchmarks` importable, and a results file that no machine had to be measured for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from benchmarks.outcome import Curve, Outcome
from benchmarks.writing import add_outcome, make_results


@pytest.fixture
def outcome() -> Outcome:
    """Two contenders over three rounds: medians 2 and 30 µs, ratio 15."""
    made = Outcome("decisions", "Deciding", ("in turn",), {"questions": 4, "grown": {"30": {"cells": 3}}})
    mine = made.add("licet", "one decision", "µs", [2.0, 1.0, 3.0], {"1000": 98, "2000": 1, "9000": 1})
    theirs = made.add("other", "another | engine", "µs", [30.0, 20.0, 60.0])
    made.compare("other_over_licet", "another over licet", theirs.samples, mine.samples)
    made.reached |= {
        "decision": "licet",
        "decision_cedar": "other_over_licet",
        "decision_casbin": "other_over_licet",
    }
    made.checks.append("all the same")
    made.others.add("other")
    made.configuration["other"] = "with everything parsed"
    made.curves.append(Curve("both", "Both", "rules", "µs", {"two": {30: "licet", 3: "other"}}, limit=5.0))
    return made


@pytest.fixture
def results(outcome: Outcome) -> dict[str, Any]:
    made = make_results("small", 7, "2026-02-03")
    add_outcome(made, outcome, 12.34, 0.5, {"own": 120.0, "started": 30.0})
    return made
