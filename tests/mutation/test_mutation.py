"""Law 5 can fail: every seeded fault of the gate and of the evaluator is killed by the suite that holds the law.

A fault that survives means that the generators no longer reach something, or that the law has lost a test. A fault
whose text is not found any more was moved by a change of the source: write it anew for the source as it is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from forge import GROUPS, KILLERS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

#: Each share is one test, so that a parallel run spreads them. In `make test`: a few of either group.
SHARES = [
    pytest.param("gate", 0, 40),
    pytest.param("evaluator", 3, 40),
    pytest.param("gate", 20, 40, marks=pytest.mark.nightly),
    *(pytest.param("gate", share, 20, marks=pytest.mark.nightly) for share in range(1, 20)),
    *(pytest.param("evaluator", share, 12, marks=pytest.mark.nightly) for share in range(12)),
]


def test_every_fault_is_one_change_of_the_source_as_it_is() -> None:
    faults = [fault for group in GROUPS.values() for fault in group]
    assert len({fault.name for fault in faults}) == len(faults) >= 40
    for fault in faults:
        compile(fault.source(), fault.module, "exec")


def test_what_killed_a_fault_last_is_kept_for_faults_there_are() -> None:
    names = {fault.name for group in GROUPS.values() for fault in group}
    assert set(json.loads(KILLERS.read_text(encoding="utf-8"))) <= names


@pytest.mark.parametrize(("group", "first", "step"), SHARES)
def test_every_fault_is_killed(group: str, first: int, step: int) -> None:
    found = _forge(group, first, step)
    assert [one["fault"] for one in found] == [fault.name for fault in GROUPS[group][first::step]]
    assert not [one["fault"] for one in found if not one["killed"]], "these faults survive"
    assert not [one["fault"] for one in found if not one["sound"]], (
        "what killed these speaks against sound source"
    )


def _forge(group: str, first: int, step: int) -> list[dict[str, Any]]:
    told = subprocess.run(
        [sys.executable, str(HERE / "forge.py"), group, str(first), str(step)],
        cwd=ROOT, capture_output=True, text=True, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-3000:]
    return [json.loads(line) for line in told.stdout.splitlines()]
