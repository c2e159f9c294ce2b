"""The corpus on a made-up network: building it, and bringing it up to date after some members said no.

Redaction, language and near-duplicates are on, as in the shipped recipe. Each round another one in a hundred of the
members in the corpus switches the AI setting off; then the snapshot is updated, and built anew at the same ledger
position. The two must have one root, or the figure would be of an update that does not do its work.
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
from benchmarks.outcome import Outcome, require_same
from licet.app.results import CorpusResult
from licet.app.workspace import Workspace
from licet.ledger import EntryKind, NewEntry
from licet.terms.moments import parse_moment

PACK, SETTING, AT = "linkedin_as_reported", "data_for_generative_ai_improvement", parse_moment("2026-06-30")


@dataclass(frozen=True)
class Sizes:
    members: int
    rounds: int
    changed_share: float = 0.01


SMALL = Sizes(members=1_000, rounds=3)
FULL = Sizes(members=20_000, rounds=5)

_HOW = (
    "The demo's network and recipe: profiles, posts and comment threads in eight languages, one document each; "
    "redaction, language and near-duplicates on. Building counts everything from opening the gate to the published "
    "snapshot, the note in the ledger included.",
    "Documents a second: those in the snapshot and those set aside as near-duplicates, over the time of the build.",
    "Each round one in a hundred of the members in the corpus, drawn at random, switches the setting off.",
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

    def stop(self) -> None:
        now = time.perf_counter()
        if self.stage:
            self.seconds[self.stage] = self.seconds.get(self.stage, 0.0) + now - self.since
        self.stage, self.since = "", now


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("corpus", "The corpus", _HOW)
    with (
        tempfile.TemporaryDirectory(prefix="licet-bench-") as folder,
        licet.open(Path(folder) / "network", make=True) as workspace,
    ):
        tell("making the network", 0, None)
        made = workspace.make_demo_world(sizes.members, seed)
        workspace.use_pack(PACK)
        built: list[tuple[float, int]] = []
        tell("building", 0, None)
        first, _ = _timed(functools.partial(workspace.corpus_build, at=AT))
        outcome.sizes = {
            "members": sizes.members,
            "rows": made.rows,
            "documents": first.documents,
            "set_aside": first.set_aside,
            "subjects": first.subjects,
            "changed_share": sizes.changed_share,
            "rounds": sizes.rounds,
        }
        _rounds(outcome, workspace, first, sizes, seed, built, tell)
    return outcome


def _rounds(
    outcome: Outcome,
    workspace: Workspace,
    first: CorpusResult,
    sizes: Sizes,
    seed: int,
    built: list[tuple[float, int]],
    tell: Tell,
) -> None:
    stages: dict[str, list[float]] = {}
    updates, rebuilds, latest = [], [], first.snapshot
    chance = Random(f"corpus/{seed}")
    for turn in range(sizes.rounds):
        tell("updating", 2 * turn, 2 * sizes.rounds)
        _say_no(workspace, latest, sizes.changed_share, chance)
        position = workspace.ledger.position
        updated, watch = _timed(functools.partial(workspace.corpus_update, snapshot=latest))
        updates.append(sum(watch.seconds.values()))
        tell("building anew", 2 * turn + 1, 2 * sizes.rounds)
        rebuilt, watch = _timed(functools.partial(workspace.corpus_build, at=AT, position=position))
        rebuilds.append(sum(watch.seconds.values()))
        require_same("how the update was made", updated.how, "updated")
        require_same("the roots of update and rebuild", updated.root, rebuilt.root)
        built.append((rebuilds[-1], rebuilt.documents + rebuilt.set_aside))
        for stage, seconds in watch.seconds.items():
            stages.setdefault(stage, []).append(seconds)
        latest = updated.snapshot
    outcome.checks.append(f"in all {sizes.rounds} rounds the update ends with the root of the rebuild")
    _report(outcome, updates, rebuilds, built, stages)


def _report(
    outcome: Outcome,
    updates: list[float],
    rebuilds: list[float],
    built: list[tuple[float, int]],
    stages: dict[str, list[float]],
) -> None:
    outcome.add("build", "building from scratch", "s", rebuilds)
    outcome.add("update", "updating after the change", "s", updates)
    outcome.add(
        "documents", "documents a second, built", "documents/s", [n / seconds for seconds, n in built]
    )
    for stage, seconds in stages.items():
        if len(seconds) == len(rebuilds):
            outcome.add(f"stage: {stage}", f"of building, {stage}", "s", seconds)
    outcome.compare("update_over_build", "update over rebuild", updates, rebuilds)
    outcome.reached |= {"corpus": "documents", "update": "update_over_build"}


def _say_no(workspace: Workspace, snapshot: str, share: float, chance: Random) -> None:
    """Some of the members in the snapshot switch the setting off, in one append."""
    subjects = sorted({one for row in workspace.corpus_documents(snapshot) for one in row["subjects"]})
    chosen = chance.sample(subjects, max(1, round(share * len(subjects))))
    payload = {"setting": SETTING, "value": "off", "via": "benchmark"}
    workspace.ledger.append([NewEntry(EntryKind.CHOICE, subject, payload) for subject in chosen])


def _timed(job: Callable[..., CorpusResult]) -> tuple[CorpusResult, _Stopwatch]:
    stopwatch = _Stopwatch()
    stopwatch("opening the gate", 0, None)
    result = job(progress=stopwatch)
    stopwatch.stop()
    return result, stopwatch
