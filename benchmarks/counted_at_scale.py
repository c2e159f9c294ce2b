"""What counting, taking out and answering cost, on a made-up network of any size; nothing is read or decided here."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.measure import Tell, median, quantile, tally
from benchmarks.outcome import Outcome, require_same
from licet.testing.drawn_interactions import draw_interactions
from licet.uses.recommend.interactions import Interactions
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.item_walk import strongest, walk_scores
from licet.uses.recommend.ranking_metrics import kept_rows
from licet.uses.recommend.walk_recipe import WalkRecipe


class Scale(NamedTuple):
    """rows: about. rounds: builds; changes: members who leave and come back in each; asked: how many are served."""

    members: int
    items: int
    rows: int
    rounds: int
    changes: int
    asked: int


#: Two and three hops: the walk that costs most.
RECIPE = WalkRecipe(alpha_percent=100, origin_percent=30, target_percent=30, hops=(0, 1, 1))
_LEFT = 100


def measure_scale(outcome: Outcome, scale: Scale, seed: int, tell: Tell) -> None:
    tell("making up a network", 0, None)
    held = _drawn(scale, seed)
    outcome.sizes |= {
        "members": len(held.members), "items": len(held.items), "rows": len(held.times),
        "heaviest_item": int(np.bincount(held.item_numbers).max()), "changes_a_round": scale.changes,
    }  # fmt: skip
    chance = np.random.default_rng(seed)
    builds, leaving, p99, walks, walk_p99 = [], [], [], [], []
    calls: list[int] = []
    for turn in range(scale.rounds):
        tell("counting", turn, scale.rounds)
        start = time.process_time()
        counts = ItemCounts.of(held, RECIPE)
        builds.append(time.process_time() - start)
        tell("members leaving", turn, scale.rounds)
        taken = _taken(counts, held, chance.choice(len(held.members), scale.changes, replace=False))
        leaving.append(median(taken) / 1e6)
        p99.append(quantile(taken, 0.99) / 1e6)
        calls += [nanoseconds // 1000 * 1000 for nanoseconds in taken]
        tell("serving", turn, scale.rounds)
        served = _served(counts, held, chance.integers(len(held.members), size=scale.asked))
        walks.append(median(served) / 1e6)
        walk_p99.append(quantile(served, 0.99) / 1e6)
    outcome.add("build", "licet, counting everybody", "s", builds)
    outcome.add("removal", "licet, one member out of the counts", "ms", leaving, tally(sorted(calls)))
    outcome.add("removal_p99", "licet, one member out, 99th percentile", "ms", p99)
    outcome.compare(
        "removal_over_build",
        "one member out, faster than counting anew",
        builds,
        [one / 1e3 for one in leaving],
    )
    outcome.add("walk", "licet, a recommendation from the counts", "ms", walks)
    outcome.add("walk_p99", "licet, a recommendation from the counts, 99th percentile", "ms", walk_p99)
    outcome.reached |= {
        "recommend_build": "build",
        "recommend_removal": "removal_over_build",
        "recommend_removal_p99": "removal_p99",
    }
    tell("counting in another process", 0, None)
    with multiprocessing.get_context("spawn").Pool(1) as alone:
        memory = alone.apply(_memory_of_building, (scale, seed))
    outcome.add("build_memory", "licet, a process that counts everybody, at most", "MiB", [memory])
    outcome.reached["recommend_memory"] = "build_memory"
    _require_as_never_there(counts, held, chance)
    outcome.checks.append(
        f"after {_LEFT} members left, the counts are those that never had them, byte for byte"
    )


def _drawn(scale: Scale, seed: int) -> Interactions:
    return draw_interactions(scale.members, scale.items, scale.rows, seed, uneven_topics=0.9)


def _memory_of_building(scale: Scale, seed: int) -> float:
    """MiB that this process took at most, the made-up rows included."""
    ItemCounts.of(_drawn(scale, seed), RECIPE)
    # And not what `getrusage` has, which takes over what the process that started this one had. Linux only.
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return int(told.partition("VmHWM:")[2].split()[0]) / 1024


def _taken(counts: ItemCounts, held: Interactions, members: np.ndarray) -> list[int]:
    """Nanoseconds of processor time of each leaving; whoever left comes back after it."""
    taken = []
    for member in members.tolist():
        own = held.items_of(held.members[member])
        start = time.process_time_ns()
        counts.replace(own, ())
        taken.append(time.process_time_ns() - start)
        counts.replace((), own)
    return taken


def _served(counts: ItemCounts, held: Interactions, members: np.ndarray) -> list[int]:
    taken = []
    for member in members.tolist():
        own = held.items_of(held.members[member])
        start = time.process_time_ns()
        strongest(counts, walk_scores(counts, own), 20, own)
        taken.append(time.process_time_ns() - start)
    return taken


def _require_as_never_there(counts: ItemCounts, held: Interactions, chance: np.random.Generator) -> None:
    """Raises: AnswersDiffer."""
    many = min(_LEFT, len(held.members) // 4)
    gone = np.zeros(len(held.members), bool)
    gone[chance.choice(len(held.members), many, replace=False)] = True
    for member in np.flatnonzero(gone).tolist():
        counts.replace(held.items_of(held.members[member]), ())
    never = ItemCounts.of(kept_rows(held, ~gone[held.member_numbers]), RECIPE)
    require_same("the counts after members left", counts.digest(), never.digest())
