"""From a cold start to the first decision: a new Python process that imports licet, reads a policy and decides.

Cold means a new process. The files are in the system's cache and compiled, as on the second start of any program;
what is compiled is kept for the run in a folder of its own, whatever the environment says of writing it.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import licet
from benchmarks.measure import Tell, seconds_of, silent
from benchmarks.outcome import Outcome, require_same
from benchmarks.policies import article_policy
from licet.decide import Facts, Request, decide
from licet.terms.moments import parse_moment


@dataclass(frozen=True)
class Sizes:
    rounds: int


#: What a process is started with.
Environment = dict[str, str]

SMALL, FULL = Sizes(rounds=5), Sizes(rounds=15)

_CHILD = """
import json, time
start = time.perf_counter()
from licet.decide import Facts, Policy, Request, decide
from licet.packs.pack_library import open_pack
from licet.terms.moments import parse_moment
imported = time.perf_counter()
policy = Policy(open_pack("linkedin_as_reported"))
ready = time.perf_counter()
request = Request("generative_ai_training", "content.posts", "self", parse_moment("2026-01-01"), "public")
decision = decide(request, Facts(region="CH"), policy)
decided = time.perf_counter()
print(json.dumps([decision.permitted, decision.code, decision.rule,
                  imported - start, ready - imported, decided - ready]))
"""

_HOW = (
    "The whole of `python -c`: starting Python, importing, reading and checking the article's policy, deciding, "
    "and ending. Measured from outside, beside a Python that does nothing, in turn.",
    "A new process each time; files are in the system's cache and compiled.",
    "The command line is asked in a network of 2,000 members, whose one question is all that its process is for; "
    "processor time of that process.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("first_answer", "First answer from a cold start", _HOW, {"rounds": sizes.rounds})
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as compiled:
        started = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        started["PYTHONPYCACHEPREFIX"] = compiled
        _first_decision(outcome, sizes, started, tell)
        _command_line(outcome, sizes, started, tell)
    return outcome


def _first_decision(outcome: Outcome, sizes: Sizes, started: Environment, tell: Tell) -> None:
    _start(_CHILD, started)
    whole, nothing, inside = [], [], []
    for turn in range(sizes.rounds):
        tell("starting Python", turn, sizes.rounds)
        told: list[str] = []
        whole.append(seconds_of(lambda: told.append(_start(_CHILD, started))))  # noqa: B023 - called at once
        nothing.append(seconds_of(lambda: _start("pass", started)))
        inside.append(json.loads(told[0]))
    _require_same(outcome, inside)
    outcome.add("process", "Python started, licet imported, policy read, decided, ended", "s", whole)
    outcome.add("nothing", "Python started and ended", "s", nothing)
    outcome.others.add("nothing")
    for place, (name, what) in enumerate(
        (
            ("importing", "of that, importing"),
            ("reading", "of that, reading and checking the policy"),
            ("deciding", "of that, the first decision"),
        ),
        start=3,
    ):
        outcome.add(name, what, "s", [row[place] for row in inside])
    outcome.reached["first_answer"] = "process"


def _command_line(outcome: Outcome, sizes: Sizes, started: Environment, tell: Tell) -> None:
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        with licet.open(folder, make=True) as workspace:
            workspace.make_demo_world(members=2000)
            workspace.use_pack("linkedin_as_reported")
            (member, *_) = workspace.some_subjects(1)
        question = (
            "--purpose",
            "generative_ai_training",
            "--category",
            "content.posts",
            "--visibility",
            "public",
        )
        commands = {
            "command_help": ("--help",),
            "command_decide": ("decide", "--workspace", folder, "--subject", member.subject, *question),
        }
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(sizes.rounds + 1):
            for name, arguments in commands.items():
                tell(f"licet {arguments[0]}", turn, sizes.rounds + 1)
                before = _children()
                command = [sys.executable, "-m", "licet", *arguments]
                subprocess.run(command, env=started, capture_output=True, check=True)
                taken[name].append(_children() - before)
    for name, arguments in commands.items():
        # The first start of each compiles what it imports.
        what = f"licet {arguments[0]}, from start to end, processor time"
        outcome.add(name, what, "s", taken[name][1:])
        outcome.reached[name] = name


def _children() -> float:
    """Processor time of all processes that were started here and ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _require_same(outcome: Outcome, told: list[list[object]]) -> None:
    request = Request("generative_ai_training", "content.posts", "self", parse_moment("2026-01-01"), "public")
    mine = decide(request, Facts(region="CH"), article_policy())
    for row in told:
        require_same("a new process and this one", row[:3], [mine.permitted, mine.code.value, mine.rule])
    outcome.checks.append("every new process gives the answer, the code and the rule that this one gives")


def _start(code: str, started: Environment) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=started, capture_output=True, text=True, check=True)
    return done.stdout
