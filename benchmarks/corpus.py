"""The corpus on a made-up network: building it, and bringing it up to date after some members said no.

Redaction, language and near-duplicates are on, as in the shipped recipe. What the updates of a round end with must
have the root of the rebuild, or the figure would be of an update that does not do its work.
"""

from __future__ import annotations

import functools
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import licet
from benchmarks.measure import Tell, silent
from benchmarks.outcome import Curve, Outcome, require_same
from licet.app.results import CorpusResult
from licet.app.workspace import Workspace
from licet.ledger import EntryKind, NewEntry
from licet.terms.moments import parse_moment

PURPOSE = "generative_ai_training"
PACK, SETTING, AT = "linkedin_as_reported", "data_for_generative_ai_improvement", parse_moment("2026-06-30")


@dataclass(frozen=True)
class Sizes:
    members: int
    rounds: int
    changed_share: float = 0.01
    shares: tuple[float, ...] = (0.0001, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5)


SMALL = Sizes(members=1_000, rounds=3, shares=(0.001, 0.01, 0.1, 0.5))
FULL = Sizes(members=50_000, rounds=5)

_HOW = (
    "The demo's network and recipe: profiles, posts and comment threads in eight languages, one document each; "
    "redaction, language and near-duplicates on. Building counts everything from opening the gate to the published "
    "snapshot, the note in the ledger included.",
    "Documents a second: those in the snapshot and those set aside as near-duplicates, over the time of the build.",
    "Each round one member in the corpus switches the setting off and the snapshot is updated, then one in a hundred "
    "of them, all drawn at random; then it is built anew at the same ledger position.",
    "Then, for the curve, growing shares of the members still in it say no, each followed by an update and a rebuild.",
)


@dataclass
class _Stopwatch:
    """Seconds by stage, from what the corpus tells of its progress."""

    seconds: dict[str, float] = field(default_factory=dict)
    stage: str = ""
    since: float = 0.0

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        self.stop()
        self.stage = stage

    @property
    def total(self) -> float:
        return sum(self.seconds.values())

    def stop(self) -> None:
        now = time.perf_counter()
        if self.stage:
            self.seconds[self.stage] = self.seconds.get(self.stage, 0.0) + now - self.since
        self.stage, self.since = "", now


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("corpus", "The corpus", _HOW)
    with (
        tempfile.TemporaryDirectory(prefix="licet-bench-") as folder,
        licet.open(Path(folder) / "network", make=True, clock=lambda: AT) as workspace,
    ):
        tell("making the network", 0, None)
        made = workspace.make_demo_world(sizes.members, seed)
        workspace.use_pack(PACK)
        tell("building", 0, None)
        first, _ = timed(functools.partial(workspace.corpus_build, at=AT))
        outcome.sizes = {
            "members": sizes.members,
            "rows": made.rows,
            "documents": first.documents,
            "set_aside": first.set_aside,
            "subjects": first.subjects,
            "changed_share": sizes.changed_share,
            "rounds": sizes.rounds,
        }
        latest = _rounds(outcome, workspace, first, sizes, seed, tell)
        _curve(outcome, workspace, latest, sizes, seed, tell)
    return outcome


def _rounds(
    outcome: Outcome, workspace: Workspace, first: CorpusResult, sizes: Sizes, seed: int, tell: Tell
) -> str:
    """In each round one member says no and the corpus follows, then one in a hundred, then it is built anew."""
    chance, latest = Random(f"corpus/{seed}"), first.snapshot
    seconds: dict[str, list[float]] = {"update_one": [], "update": [], "build": []}
    stages: dict[str, list[float]] = {}
    rates = []
    for turn in range(sizes.rounds):
        for nth, (name, share) in enumerate((("update_one", 0.0), ("update", sizes.changed_share))):
            tell("updating", 3 * turn + nth, 3 * sizes.rounds)
            _say_no(workspace, latest, share, chance)
            updated, watch = timed(functools.partial(workspace.corpus_update, snapshot=latest))
            require_same("how the update was made", updated.how, "updated")
            seconds[name].append(watch.total)
            note_stages(stages, "updating", watch)
            latest = updated.snapshot
        position = workspace.corpus_show(latest).manifest["ledger"]["position"]
        tell("building anew", 3 * turn + 2, 3 * sizes.rounds)
        rebuilt, watch = timed(functools.partial(workspace.corpus_build, at=AT, position=position))
        require_same("the roots of update and rebuild", updated.root, rebuilt.root)
        seconds["build"].append(watch.total)
        rates.append((rebuilt.documents + rebuilt.set_aside) / watch.total)
        note_stages(stages, "building", watch)
    outcome.checks.append(f"in all {sizes.rounds} rounds the updates end with the root of the rebuild")
    outcome.add("build", "building from scratch", "s", seconds["build"])
    outcome.add(
        "update", f"updating after {sizes.changed_share:.0%} of members changed", "s", seconds["update"]
    )
    outcome.add("update_one", "updating after one member changed", "s", seconds["update_one"])
    outcome.add("documents", "documents a second, built", "documents/s", rates)
    for stage, samples in stages.items():
        outcome.add(f"stage: {stage}", f"of {stage}", "s", samples)
    outcome.compare("update_over_build", "update over rebuild", seconds["update"], seconds["build"])
    outcome.compare(
        "update_one_over_build", "update after one over rebuild", seconds["update_one"], seconds["build"]
    )
    outcome.reached |= {"corpus": "documents", "update": "update_over_build"}
    return latest


def _curve(outcome: Outcome, workspace: Workspace, latest: str, sizes: Sizes, seed: int, tell: Tell) -> None:
    """How an update's cost grows with the share of members it is about."""
    chance = Random(f"corpus curve/{seed}")
    for nth, share in enumerate(sizes.shares):
        tell("following growing shares", nth, len(sizes.shares))
        _say_no(workspace, latest, share, chance)
        updated, watch = timed(functools.partial(workspace.corpus_update, snapshot=latest))
        latest = updated.snapshot
        position = workspace.corpus_show(latest).manifest["ledger"]["position"]
        rebuilt, whole = timed(functools.partial(workspace.corpus_build, at=AT, position=position))
        require_same(f"the roots of update and rebuild after {share:.2%}", updated.root, rebuilt.root)
        outcome.add(figure_of("update", share), f"updating after {share:.2%} said no", "s", [watch.total])
        what = f"update after {share:.2%} over rebuild"
        outcome.compare(figure_of("ratio", share), what, [watch.total], [whole.total])
    outcome.checks.append("at every point of the curve the update ends with the root of the rebuild")
    outcome.curves.append(curve_of(sizes.shares, "Updating the corpus"))


def figure_of(what: str, share: float) -> str:
    """The name of a figure found after a share of the members said no, in parts per 10,000."""
    return f"{what}_{round(share * 10_000)}"


def curve_of(shares: tuple[float, ...], title: str) -> Curve:
    points = {100 * share: figure_of("ratio", share) for share in shares}
    return Curve(
        "update_by_share",
        title,
        "members who said no, %",
        "update over rebuild",
        {"update": points},
        log_x=True,
        log_y=True,
        limit=0.05,
    )


def note_stages(stages: dict[str, list[float]], job: str, watch: _Stopwatch) -> None:
    for stage, seconds in watch.seconds.items():
        stages.setdefault(f"{job}: {stage}", []).append(seconds)


def _say_no(workspace: Workspace, snapshot: str, share: float, chance: Random) -> None:
    """Some of the members in the snapshot, at least one, switch the setting off in one append."""
    subjects = sorted({one for row in workspace.corpus_documents(snapshot) for one in row["subjects"]})
    chosen = chance.sample(subjects, max(1, round(share * len(subjects))))
    payload = {"setting": SETTING, "value": "off", "via": "benchmark"}
    workspace.ledger.append([NewEntry(EntryKind.CHOICE, subject, payload) for subject in chosen])


def timed(job: Callable[..., CorpusResult]) -> tuple[CorpusResult, _Stopwatch]:
    stopwatch = _Stopwatch()
    stopwatch("opening the gate", 0, None)
    result = job(progress=stopwatch)
    stopwatch.stop()
    return result, stopwatch
