"""Several processes recommend from one workspace, under load: a no is heard by the next request in each of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

import licet
from journeys.job_board import AT, BOAT, KITCHEN, make_board
from licet.app.recommending.recommender import Recommender

_ROOT = Path(__file__).parents[2]
#: Answers a question a line: whose list, and of whom to say whether anything of theirs is counted. Meanwhile a thread
#: asks for other lists without a pause.
_WORKER = """
import json, sys, threading
import licet
from journeys.job_board import AT, BOAT, KITCHEN
from licet.app.recommending.recommender import Recommender

workspace = licet.open(sys.argv[1], clock=lambda: AT)
recommender = Recommender(workspace)
ended = threading.Event()

def load():
    while not ended.is_set():
        for who in (*KITCHEN[8:], *BOAT[8:]):
            recommender.recommend(who, "jobs", 20, None)

thread = threading.Thread(target=load, daemon=True)
thread.start()
for line in sys.stdin:
    who, whose = json.loads(line)
    with recommender._lock:
        made = recommender.recommend(who, "jobs", 20, None)
        learned = recommender._parts.learned
        told = {"position": made.position, "items": made.as_json()["items"], "counts": learned.counts_in(whose),
                "digest": learned.items.digest()}
    print(json.dumps(told), flush=True)
ended.set()
thread.join()
"""


@contextmanager
def _working(root: Path) -> Iterator[subprocess.Popen[str]]:
    paths = f"{_ROOT / 'src'}:{_ROOT / 'tests'}"
    with subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={"PYTHONPATH": paths, "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    ) as process:  # fmt: skip
        yield process  # at the end its input is closed, and it ends


def _ask(process: subprocess.Popen[str], who: str, whose: str) -> dict[str, Any]:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps([who, whose]) + "\n")
    process.stdin.flush()
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


@pytest.mark.parametrize("processes", [2, 4])
def test_a_no_is_heard_by_the_next_request_in_every_process_under_load(
    processes: int, tmp_path: Path
) -> None:
    root, whose, prober = tmp_path / "w", BOAT[3], BOAT[4]
    make_board(root).close()
    with licet.open(root, clock=lambda: AT) as workspace, ExitStack() as opened:
        working = [opened.enter_context(_working(root)) for _ in range(processes)]
        assert all(_ask(one, prober, whose)["counts"] for one in working)
        for value in ("off", "on", "off"):
            for other in (KITCHEN[2], KITCHEN[5]):
                workspace.choose(other, "learning", value)
            said = workspace.choose(whose, "learning", value)
            told = [_ask(one, prober, whose) for one in working]
            assert [one["counts"] for one in told] == [value == "on"] * processes
            assert {one["position"] for one in told} == {said.position}
            fresh = Recommender(workspace)
            made = fresh.recommend(prober, "jobs", 20, None)
            assert fresh._parts is not None and fresh._parts.learned.items is not None
            assert {one["digest"] for one in told} == {fresh._parts.learned.items.digest()}
            assert all(one["items"] == made.as_json()["items"] for one in told)
