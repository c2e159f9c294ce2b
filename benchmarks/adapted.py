"""Forgetting somebody in the adapted model: networks in shards, trained again from where somebody was.

On the Stack Exchange dump where it lies beside the sources, under a policy that permits all of it, and on a made-up
network else. What the updates came to is held to a training from scratch, checkpoint by checkpoint; and held-out
members' words are foretold beside the base, the counts and the reader.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

import licet
from benchmarks import forget
from benchmarks.corpus import spent
from benchmarks.measure import Tell, silent
from benchmarks.outcome import Curve, Outcome, require_same
from benchmarks.replay_costs import ReplayCosts
from licet.app import artefacts
from licet.app.workspace import Workspace
from licet.enforce.access import secret_of
from licet.terms.canonical import digest
from licet.uses.manifest import read_manifest
from licet.uses.model.adaptation_recipe import AdaptedSettings
from licet.uses.model.adapted_model import KIND, open_adapted
from licet.uses.model.checkpoint_chain import AdaptedManifest
from licet.uses.model.taught_documents import bucket_of, of_one


@dataclass(frozen=True)
class Sizes:
    """dump: a Stack Exchange dump; None, or where there is none, a made-up network of so many members."""

    dump: Path | None
    members: int
    rounds: int
    shards: int = 16
    segments: int = 4


#: What the curves are drawn for.
_SHARDS, _SEGMENTS, _TOGETHER = (1, 4, 16, 64), (1, 4, 16), (1, 4, 16, 64, 256)
_LAYOUTS = ((16, 4), (64, 4))

SMALL = Sizes(dump=None, members=600, rounds=3)
FULL = Sizes(dump=forget.DUMP, members=20_000, rounds=6)

_HOW = (
    "The base that ships, trained on for one pass over everybody's profiles, posts and comments, in shards of "
    "segments, PyTorch on one thread. Processor time, of all processes, from the command to the published networks.",
    "In each round a member drawn by chance says no, the corpus is brought to that first and not counted, and their "
    "shard is trained again from their bucket. The mean over all members is of steps, worked out from who lies where; "
    "how much more time a replay takes than its steps is measured. For other shards and segments, and for several who "
    "leave at once, steps are worked out in the same way.",
    "A tenth of the members is held out, drawn by a keyed hash, and the base adapted to the others from scratch.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("adapted", "Forgetting somebody in networks", _HOW)
    with (
        tempfile.TemporaryDirectory(prefix="licet-bench-") as folder,
        licet.open(Path(folder), make=True, clock=lambda: forget.AT) as workspace,
    ):
        tell("making the corpus", 0, None)
        workspace.layout.salt.write_text(
            digest(str(seed).encode())
        )  # by which members get shards and are held out
        forget._fill(workspace, forget.Sizes(sizes.dump, sizes.members, 1), seed)
        settings = f"shards: {sizes.shards}, segments: {sizes.segments}"
        (workspace.layout.root / "model.yaml").write_text(f"{{licet_model: 1, adapted: {{{settings}}}}}")
        workspace.corpus_build()
        workspace.model_train()
        tell("training all of it", 0, None)
        made, whole = spent(workspace.model_adapt)
        places = _places(workspace)
        shares = _shares(_latest(workspace), _buckets(workspace, places))
        _cost_curves(outcome, workspace, places, seed)
        outcome.sizes = {
            "members": made.subjects, "documents": made.documents, "tokens": made.tokens, "steps": made.steps,
            "shards": made.shards, "segments": made.segments, "rounds": sizes.rounds,
        }  # fmt: skip
        chance = np.random.default_rng(seed)
        times, steps = list[float](), list[float]()
        for turn, who in enumerate(chance.permutation(sorted(shares)).tolist()[: sizes.rounds]):
            tell("forgetting one member", turn, sizes.rounds)
            workspace.choose(who, "use", "off")
            workspace.corpus_update()
            updated, seconds = spent(workspace.model_adapt)
            if updated.how != "updated":
                raise RuntimeError(f"it was made anew: {updated.why}")
            times.append(seconds)
            steps.append(shares[who])
        kept = _latest(workspace)
        tell("training all of it again", 0, None)
        _, anew = spent(functools.partial(workspace.model_adapt, anew=True))
        require_same("the checkpoints", kept.shards, _latest(workspace).shards)
        outcome.add("anew", "all of it, from scratch", "s", [whole, anew])
        outcome.add("one", "a member drawn by chance forgotten", "s", times)
        outcome.add("mean_share", "steps of a replay over all, mean over all members", "×", [_mean(shares)])
        per_step = [seconds / share for seconds, share in zip(times, steps, strict=True)]
        outcome.compare(
            "overhead",
            "time of a replay over its share of the steps' time",
            per_step,
            [(whole + anew) / 2] * len(times),
        )
        tell("adapting the base to nine tenths", 0, None)
        workspace.model_update()
        tried = workspace.model_evaluate(adapted=True)
    for name, what in _TRIED.items():
        outcome.add(name, what, "bits/byte", [getattr(tried, name) or float("nan")])
    outcome.others |= {"by_base"}
    outcome.checks.append(
        f"after {sizes.rounds} removals every checkpoint was that of a training from scratch, byte for byte"
    )
    outcome.reached |= {"adapted_mean": "mean_share", "adapted_overhead": "overhead"}
    return outcome


_TRIED = {
    "by_base": "the base alone, no members", "bits_per_byte": "counts, two-member rule",
    "by_reader": "reader of both", "by_adapted": "the adapted base alone",
    "by_adapted_reader": "reader of counts and adapted base",
}  # fmt: skip


def _latest(workspace: Workspace) -> AdaptedManifest:
    return read_manifest(AdaptedManifest, workspace.store.snapshot(KIND))


def _shares(said: AdaptedManifest, buckets: dict[str, int]) -> dict[str, float]:
    """Of each member, by the bucket that they lie in, the steps of a replay as a share of all."""
    steps, segments = [one.steps for chain in said.shards for one in chain], said.recipe.segments
    return {
        who: sum(steps[bucket : (bucket // segments + 1) * segments]) / sum(steps)
        for who, bucket in buckets.items()
    }


def _places(workspace: Workspace) -> dict[str, int]:
    """By member how many tokens of theirs a network is trained on, the start of each document included."""
    use, snapshot = open_adapted(workspace.layout.root), workspace.store.snapshot(KIND)
    (documents,) = artefacts.parents_of(workspace, use, snapshot).values()
    encode, found = use.adaptation.base.byte_pairs.encode, dict[str, int]()
    for bucket in documents.buckets():
        rows = of_one(documents.read(bucket))
        people = pc.list_flatten(rows["subjects"]).to_pylist()
        for who, text in zip(people, rows["text"].to_pylist(), strict=True):
            found[who] = found.get(who, 0) + len(encode(text)) + 1
    return found


def _buckets(workspace: Workspace, people: Iterable[str]) -> dict[str, int]:
    secret, recipe = secret_of(workspace.salt, KIND), open_adapted(workspace.layout.root).recipe
    return {who: bucket_of(secret, who, recipe.buckets) for who in people}


def _cost_curves(outcome: Outcome, workspace: Workspace, places: dict[str, int], seed: int) -> None:
    """Steps of forgetting against shards, segments and members at once, as the product would lay these members out."""
    adaptation, secret = open_adapted(workspace.layout.root).adaptation, secret_of(workspace.salt, KIND)
    context = adaptation.base.card.recipe.shape.context
    by_segments, by_people = dict[str, dict[float, str]](), dict[str, dict[float, str]]()
    for segments in _SEGMENTS:
        for shards in _SHARDS:
            settings = AdaptedSettings(shards=shards, segments=segments)
            costs = ReplayCosts(places, secret, settings.over(adaptation.base), context)
            laid = f"{shards} shards of {segments} segment{'s' * (segments > 1)}"
            name = f"steps_{shards}_{segments}"
            outcome.add(name, f"steps of forgetting a member over all, {laid}", "×", [costs.of_one()])
            by_segments.setdefault(f"segments: {segments}", {})[float(shards)] = name
            for together in _TOGETHER if (shards, segments) in _LAYOUTS else ():
                if together <= len(places):
                    name = f"steps_{shards}_{segments}_of_{together}"
                    what = f"steps of forgetting {together} at once over all, {laid}"
                    outcome.add(name, what, "×", [costs.of_several(together, seed)])
                    by_people.setdefault(laid, {})[float(together)] = name
    outcome.curves += [
        Curve(
            "shards", "Forgetting a member in networks", "shards", "steps, of all", by_segments, True, True
        ),
        Curve("together", "Forgetting several at once", "members", "steps, of all", by_people, True, True),
    ]


def _mean(shares: dict[str, float]) -> float:
    return sum(shares.values()) / len(shares)
