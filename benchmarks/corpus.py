"""The corpus on a made-up network: building it, and bringing it up to date after some members said no or yes again,
beside what one would write by hand for it.

Redaction, language and near-duplicates are on, as in the shipped recipe. Every update must end with the root of the
rebuild at its position, or the figure would be of an update that does not do its work.
"""

from __future__ import annotations

import functools
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeVar

import pyarrow.parquet as pq

import licet
from benchmarks.measure import Tell, silent
from benchmarks.memory import cpu_seconds
from benchmarks.outcome import Curve, Outcome, require_same
from benchmarks.peers.hand_written_corpus import write_corpus
from licet.app import artefacts
from licet.app.results import CorpusResult
from licet.app.workspace import Workspace
from licet.ledger import EntryKind, NewEntry
from licet.terms.moments import parse_moment

PURPOSE = "generative_ai_training"
PACK, SETTING, AT = "linkedin_as_reported", "data_for_generative_ai_improvement", parse_moment("2026-06-30")
_Result = TypeVar("_Result")

#: What an update may take: so much once, and so much a document that left, came or changed.
ONCE_SECONDS, EACH_SECONDS = 0.05, 150e-6


@dataclass(frozen=True)
class Sizes:
    """tiny: members of a network whose build costs what is paid once. changed_share: who say no in a round;
    shares: for the curves."""

    members: int
    rounds: int
    changed_share: float = 0.01
    shares: tuple[float, ...] = (0.0001, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0)
    tiny: int = 60


SMALL = Sizes(members=1_000, rounds=3, shares=(0.001, 0.01, 0.1, 0.5, 1.0))
FULL = Sizes(members=50_000, rounds=5)

_HOW = (
    "The demo's network and recipe: profiles, posts and comment threads in eight languages, one document each; "
    "redaction, language and near-duplicates on. All is processor time, of all processes, from opening the gate to "
    "the published snapshot, the note in the ledger included.",
    "Building: a document is one that is kept or set aside as a near-duplicate. What is paid once is a build of a "
    "network so small that it has next to none, and is taken off before the rest is divided by documents; told also in "
    "a workspace that was just opened. What a process pays to load its libraries and the language model is in neither.",
    "Each round one member in the corpus switches the setting off and the snapshot is updated, then on again, then one "
    "in a hundred of them off, all drawn at random; then it is built anew at the same ledger position. All of these go "
    "by a gate that stays open and is brought forward, as a server or `licet follow` has it; the build anew by another "
    "one, which has still to hear of what the update heard of. The last update is told also in "
    "a workspace that was just opened, as a command has it: tables and gate are opened then, too.",
    "An update may take 50 ms and 150 µs a document that left, came or changed, as the difference of the snapshots has "
    "it; the figure is what it took over that.",
    "By hand: one query in DuckDB that knows the policy by heart, plain regular expressions, py3langid and rensa, into "
    "one Parquet file, from a table of choices that somebody keeps (licet reads its ledger). It keeps no ledger, no "
    "manifest and no proof, reads this one policy only, checks no number that it redacts, and to be updated it is run "
    "again: beside an update stands the whole of it.",
    "Then, for the curve, growing shares of the members still in it say no, each followed by an update and a rebuild; "
    "then the same members say yes again. Last, everything is put together as `licet purge` does it.",
)


@dataclass
class _Stopwatch:
    """Processor seconds by stage, from what the corpus tells of its progress; of this process alone."""

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
        now = time.process_time()
        if self.stage:
            self.seconds[self.stage] = self.seconds.get(self.stage, 0.0) + now - self.since
        self.stage, self.since = "", now


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("corpus", "The corpus", _HOW)
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        with licet.open(Path(folder) / "tiny", make=True, clock=lambda: AT) as workspace:
            workspace.make_demo_world(sizes.tiny, seed)
            workspace.use_pack(PACK)
            build = functools.partial(workspace.corpus_build, at=AT)
            build()  # what is loaded once a process
            once = [spent(build)[1] for _ in range(sizes.rounds)]
        opening = [_opened_and_built(Path(folder) / "tiny") for _ in range(sizes.rounds)]
        with licet.open(Path(folder) / "network", make=True, clock=lambda: AT) as workspace:
            tell("making the network", 0, None)
            made = workspace.make_demo_world(sizes.members, seed)
            workspace.use_pack(PACK)
            tell("building", 0, None)
            first = workspace.corpus_build(at=AT)
            outcome.sizes = {
                "members": sizes.members,
                "rows": made.rows,
                "documents": first.documents,
                "set_aside": first.set_aside,
                "subjects": first.subjects,
                "changed_share": sizes.changed_share,
                "rounds": sizes.rounds,
            }
            by_hand = _ByHand(workspace, Path(folder))
            with licet.open(workspace.layout.root, clock=lambda: AT) as beside:
                beside.corpus_build(at=AT)
                latest = _rounds(outcome, workspace, beside, first, once, by_hand, sizes, seed, tell)
                outcome.add("opening", "of a build, what is paid once, opening counted", "s", opening)
                _curve(outcome, workspace, beside, latest, sizes, seed, tell)
    return outcome


def _rounds(
    outcome: Outcome,
    workspace: Workspace,
    beside: Workspace,
    first: CorpusResult,
    once: list[float],
    by_hand: _ByHand,
    sizes: Sizes,
    seed: int,
    tell: Tell,
) -> str:
    """In each round one member says no and the corpus follows, then one in a hundred, then it is built anew."""
    chance, latest = Random(f"corpus/{seed}"), first.snapshot
    jobs = {"update_one": 0.0, "update_back": 0.0, "update": sizes.changed_share}
    jobs["update_opening"] = sizes.changed_share
    taken: dict[str, list[float]] = {name: [] for name in (*jobs, "build")}
    over: dict[str, list[float]] = {name: [] for name in jobs}
    who = list[str]()
    stages: dict[str, list[float]] = {}
    each = []
    for turn in range(sizes.rounds):
        for nth, (name, share) in enumerate(jobs.items()):
            tell("updating", 5 * turn + nth, 5 * sizes.rounds)
            back = name == "update_back"
            who = who if back else draw(workspace, latest, share, chance)
            say(workspace, who, "on" if back else "off")
            watch, opening = _Stopwatch(), name == "update_opening"
            opened = (
                licet.open(workspace.layout.root, clock=lambda: AT) if opening else nullcontext(workspace)
            )
            with opened as by:
                updated, seconds = spent(functools.partial(by.corpus_update, snapshot=latest, progress=watch))
            watch.stop()
            require_same("how the update was made", updated.how, "updated")
            taken[name].append(seconds)
            note_stages(
                stages, {"update": "updating", "update_back": "updating with who came back"}.get(name), watch
            )
            before, latest = latest, updated.snapshot
            over[name].append(taken[name][-1] / allowed(workspace, before, latest))
        tell("building anew", 5 * turn + 4, 5 * sizes.rounds)
        rebuilt, seconds, watch = rebuild(beside, latest)
        taken["build"].append(seconds)
        each.append(1e6 * (seconds - min(once)) / (rebuilt.documents + rebuilt.set_aside))
        note_stages(stages, "building", watch)
        by_hand.write(rebuilt)
    outcome.checks.append(f"in all {sizes.rounds} rounds the updates end with the root of the rebuild")
    outcome.add("build", "building from scratch", "s", taken["build"])
    outcome.add("once", "of a build, what is paid once", "s", once)
    outcome.add("document", "building, a document", "µs", each)
    percent = f"{sizes.changed_share:.0%}"
    outcome.add("update", f"updating after {percent} of members changed", "s", taken["update"])
    outcome.add("update_opening", "the same, opening counted", "s", taken["update_opening"])
    outcome.add("update_one", "updating after one member said no", "s", taken["update_one"])
    outcome.add("update_back", "updating after they said yes again", "s", taken["update_back"])
    for stage, samples in stages.items():
        outcome.add(f"stage: {stage}", f"of {stage}", "s", samples)
    for name, what in (
        ("update", f"updating after {percent}"),
        ("update_opening", "the same, opening counted"),
        ("update_one", "updating after one"),
        ("update_back", "updating after one came back"),
    ):
        outcome.compare(
            f"{name}_over", f"{what}, over 50 ms and 150 µs a document", over[name], [1.0] * sizes.rounds
        )
        outcome.compare(f"{name}_over_build", f"{what}, over rebuild", taken[name], taken["build"])
    by_hand.tell(outcome, taken)
    outcome.reached |= {
        "corpus": "document",
        "corpus_fixed": "once",
        "update": ["update_over", "update_one_over", "update_back_over"],
    }
    return latest


def _opened_and_built(root: Path) -> float:
    with licet.open(root, clock=lambda: AT) as workspace:
        return spent(functools.partial(workspace.corpus_build, at=AT))[1]


class _ByHand:
    """The corpus written by hand, once a round, where the ledger then stands."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self._workspace, self._folder = workspace, folder
        self._taken: list[float] = []
        self._compared: dict[str, int] = {"documents": 0, "kept by one": 0, "texts": 0, "languages": 0}
        self._write()  # what is loaded once

    def _write(self) -> tuple[list[tuple[str, str]], float]:
        choices, ledger = self._folder / "choices.parquet", self._workspace.ledger
        pq.write_table(ledger.choices_table(ledger.position), choices)
        data = self._workspace.layout.root / "data" / "demo"
        return spent(
            functools.partial(write_corpus, data, choices, SETTING, self._folder / "by_hand.parquet")
        )

    def write(self, built: CorpusResult) -> None:
        """Raises: AnswersDiffer unless its documents, kept or set aside as near-duplicates, are those of the build."""
        aside, seconds = self._write()
        self._taken.append(seconds)
        written = pq.read_table(self._folder / "by_hand.parquet").to_pylist()
        theirs = {(row["kind"], row["key"]): row for row in written}
        ours = {(row["kind"], row["key"]): row for row in self._workspace.corpus_documents(built.snapshot)}
        candidates = len(theirs) + len(aside)
        require_same("documents by hand and of the build", candidates, built.documents + built.set_aside)
        require_same("documents that are not made by hand", ours.keys() - theirs.keys() - set(aside), set())
        both = ours.keys() & theirs.keys()
        self._compared["documents"] += candidates
        self._compared["kept by one"] += len(ours.keys() ^ theirs.keys())
        for what, column in (("texts", "text"), ("languages", "language")):
            self._compared[what] += sum(ours[key][column] != theirs[key][column] for key in both)

    def tell(self, outcome: Outcome, taken: Mapping[str, list[float]]) -> None:
        told = self._compared
        outcome.checks.append(
            f"by hand the same {told['documents']:,} documents are made in all rounds; {told['kept by one']} of them "
            f"are kept by one of both only (near-duplicates by other hashes), {told['texts']} are redacted "
            f"otherwise, and {told['languages']} have another language (by hand it is told however unsure)"
        )
        outcome.add("by_hand", "the same corpus by hand, also as its update", "s", self._taken)
        outcome.others.add("by_hand")
        for name, what in (
            ("build", "building"),
            ("update", "updating"),
            ("update_one", "updating after one"),
        ):
            outcome.compare(f"by_hand_over_{name}", f"by hand over {what}", self._taken, taken[name])


def _curve(
    outcome: Outcome,
    workspace: Workspace,
    beside: Workspace,
    latest: str,
    sizes: Sizes,
    seed: int,
    tell: Tell,
) -> None:
    """How an update's cost grows with the share of members it is about, who say no and then yes again."""
    chance, gone = Random(f"corpus curve/{seed}"), dict[float, list[str]]()
    names: dict[str, list[str]] = {"no": [], "yes": []}
    jobs = [("no", share) for share in sizes.shares] + [("yes", share) for share in sizes.shares]
    for nth, (value, share) in enumerate(jobs):
        tell("following growing shares", nth, len(jobs))
        if value == "no":
            gone[share] = draw(workspace, latest, share, chance)
        say(workspace, gone[share], "off" if value == "no" else "on")
        before = latest
        updated, seconds = spent(functools.partial(workspace.corpus_update, snapshot=latest))
        latest = updated.snapshot
        _, whole, _ = rebuild(beside, latest)
        figure = figure_of(value, share)
        outcome.add(f"{figure}_s", f"updating after {share:.2%} said {value}", "s", [seconds])
        outcome.compare(figure, f"update after {share:.2%} said {value}, over rebuild", [seconds], [whole])
        limit = allowed(workspace, before, latest)
        what = f"update after {share:.2%} said {value}, over 50 ms and 150 µs a document"
        outcome.compare(f"{figure}_over", what, [seconds], [limit])
        names[value].append(figure)
    outcome.checks.append("at every point of the curves the update ends with the root of the rebuild")
    before = [one.id for one in workspace.corpus_list()]
    together, seconds = spent(lambda: list(artefacts.compact_latest(workspace)))
    outcome.add("together", "putting it together, where the last is a log", "s", [seconds])
    require_same("whether what was put together was there", len(together) <= len(before), True)
    lines = {
        f"said {value}": {100 * share: figure_of(value, share) for share in sizes.shares} for value in names
    }
    outcome.curves.append(curve_of(lines, "Updating the corpus"))
    outcome.reached["update_most"] = [*names["no"], *names["yes"]]


def allowed(workspace: Workspace, before: str, after: str) -> float:
    """Seconds that the update from one snapshot to the next may take."""
    difference = workspace.corpus_diff(before, after)
    changed = len(difference.added) + len(difference.removed) + len(difference.changed)
    return ONCE_SECONDS + EACH_SECONDS * changed


def rebuild(workspace: Workspace, latest: str) -> tuple[CorpusResult, float, _Stopwatch]:
    """A build at the position of a snapshot, which must have its root; what it took, and by stage."""
    manifest, watch = workspace.corpus_show(latest).manifest, _Stopwatch()
    position = manifest["ledger"]["position"]
    job = functools.partial(workspace.corpus_build, at=AT, position=position, progress=watch)
    rebuilt, seconds = spent(job)
    watch.stop()
    require_same("the roots of update and rebuild", manifest["root"], rebuilt.root)
    return rebuilt, seconds, watch


def spent(job: Callable[[], _Result]) -> tuple[_Result, float]:
    """What a job makes, and the processor seconds it took."""
    start = cpu_seconds()
    made = job()
    return made, cpu_seconds() - start


def figure_of(what: str, share: float) -> str:
    """The name of a figure found after a share of the members said no, in parts per 10,000."""
    return f"{what}_{round(share * 10_000)}"


def curve_of(lines: Mapping[str, Mapping[float, str]], title: str) -> Curve:
    x, y = "members who changed, %", "update over rebuild"
    return Curve("update_by_share", title, x, y, lines, log_x=True, log_y=True, limit=1)


def note_stages(stages: dict[str, list[float]], job: str | None, watch: _Stopwatch) -> None:
    """job: what the stages are of; None for one that is told as a whole."""
    for stage, seconds in watch.seconds.items() if job else ():
        stages.setdefault(f"{job}: {stage}", []).append(seconds)


def draw(workspace: Workspace, snapshot: str, share: float, chance: Random) -> list[str]:
    """Some of the members in the snapshot, at least one."""
    subjects = sorted({one for row in workspace.corpus_documents(snapshot) for one in row["subjects"]})
    return chance.sample(subjects, max(1, round(share * len(subjects)))) if subjects else []


def say(workspace: Workspace, subjects: list[str], value: str, setting: str = SETTING) -> None:
    """These members switch the setting, in one append."""
    pack = workspace.policy().pack.digest
    payload = {"setting": setting, "value": value, "via": "benchmark", "pack": pack}
    workspace.ledger.append([NewEntry(EntryKind.CHOICE, subject, payload) for subject in subjects])
