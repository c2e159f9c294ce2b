"""Several processes search one workspace and suggest people from it, under load: a no governs the next of each."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import licet
from journeys.harbours import TODAY, make_harbour

_ROOT = Path(__file__).parents[2]
PEOPLE = [{"id": f"m{n:02}", "headline": "Welder on the quay", "skills": ["tig"]} for n in range(30)]
EDGES = [(f"m{n:02}", f"m{(n + step) % 30:02}") for n in range(30) for step in (1, 5)]
JOBS = [{"job": f"j{n}", "title": "Welder", "location": "Kiel, Germany"} for n in range(40)]
#: Answers a question a line: for whom people are asked. Meanwhile a thread asks for others without a pause.
_WORKER = """
import json, sys, threading
import licet
from journeys.harbours import TODAY

workspace = licet.open(sys.argv[1], clock=lambda: TODAY)
search, people = workspace.uses.search, workspace.uses.people
ended = threading.Event()

def load():
    while not ended.is_set():
        for n in range(30):
            people.suggest(f"m{n:02}")
            search.find("jobs", "remote welder in Kiel, no Java")

thread = threading.Thread(target=load, daemon=True)
thread.start()
for line in sys.stdin:
    who = json.loads(line)
    found, suggested = search.find("people", "welder", most=100), people.suggest(who)
    told = {"found": sorted(one.key for one in found.found), "searched": found.searched,
            "suggested": [one.subject for one in suggested.suggested],
            "through": sorted({each for one in suggested.suggested for each in one.through}),
            "positions": [found.position, suggested.position]}
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


def _ask(process: subprocess.Popen[str], who: str) -> dict[str, Any]:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps(who) + "\n")
    process.stdin.flush()
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


def test_a_no_governs_the_next_answer_of_every_process_under_load(tmp_path: Path) -> None:
    root = tmp_path / "w"
    with make_harbour(root, PEOPLE, EDGES, JOBS) as made:
        made.uses.search.build()
        made.uses.people.build()
    # m00 knows m01, m05, m25 and m29; m06 is known by way of m01 and m05.
    asker, met, whose = "m00", "m01", "m06"
    with licet.open(root, clock=lambda: TODAY) as workspace, ExitStack() as opened:
        working = [opened.enter_context(_working(root)) for _ in range(2)]
        first = [_ask(one, asker) for one in working]
        assert first[0] == first[1] and whose in first[0]["suggested"] and met in first[0]["through"]
        assert first[0]["searched"] == len(PEOPLE)
        for value in ("off", "on", "off"):
            for who in (whose, met):
                workspace.choices.choose(who, "learning", value)
            said = workspace.choices.choose(whose, "personal", value)
            for told in [_ask(one, asker) for one in working]:
                assert set(told["positions"]) == {said.position}
                assert (whose in told["suggested"], met in told["through"]) == (value == "on",) * 2
                assert (whose in told["found"], told["searched"]) == (value == "on", 29 + (value == "on"))
