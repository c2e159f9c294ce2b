"""Recommendations: how good the exact walk is beside others' recommenders, and what removal and answers cost.

On the real sets that lie beside the sources, and on a made-up one. Everybody is tuned on a part of what is shown, and
tried on what is held out. Peers run in Pythons of their own, where these were made.
"""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.counted_at_scale import Scale, measure_scale
from benchmarks.interaction_sets import made_up, real_sets
from benchmarks.measure import Tell, silent
from benchmarks.outcome import Outcome
from benchmarks.peers.peer_pythons import PEERS as PYTHONS
from benchmarks.peers.peer_pythons import is_there
from benchmarks.ranking_quality import PEERS, Trial, try_on, try_supports
from benchmarks.recommend_answers import Asked, measure_answers


@dataclass(frozen=True)
class Sizes:
    """made_up: members of the made-up set. real: whether the real sets take part, where they are there."""

    made_up: int
    real: bool
    trial: Trial
    scale: Scale
    asked: Asked


_SEEDS = (100, 200, 300)
_SCALE = Scale(100_000, 50_000, 1_850_000, rounds=3, changes=300, asked=300)
SMALL = Sizes(
    made_up=3_000,
    real=True,
    trial=Trial(_SEEDS, panel=1_500, tuned_on=800, peers=tuple(PEERS)),
    scale=_SCALE,
    asked=Asked(10_000, 5_000, 160_000, requests=200, over_http=100, rounds=3),
)
FULL = Sizes(
    made_up=20_000,
    real=True,
    trial=Trial(_SEEDS, panel=3_000, tuned_on=1_500, peers=tuple(PEERS)),
    scale=_SCALE._replace(rounds=9, changes=1_000, asked=1_000),
    asked=Asked(100_000, 50_000, 1_850_000, requests=400, over_http=400, rounds=5),
)

_HOW = (
    "A fifth of the rows of everybody who has three or more is held out, by three seeds; a ranking is of items that "
    "somebody did not do; NDCG and recall at 20 of a panel of members, intervals over members (a member of several "
    "seeds counts once). Random splits of sets without time say nothing of live traffic.",
    "Everybody is tuned on an inner split of what the first seed shows: licet over its grid of 32, each peer over its "
    "settings. Peers run on one thread (OPENBLAS_NUM_THREADS=1): BLAS with more makes implicit many times slower.",
    "Building, removal and walks are processor time in this process, on a made-up network: from interactions in memory "
    "to counts, from a member's items to counts without them, and from own items to twenty others. Reading rows and "
    "deciding are not in them.",
    "A list, all in: a workspace of Parquet files, asked through Python, and over HTTP of a server of one worker; the "
    "ledger and the files are looked at, decisions made, own rows read, and each of twenty has its reason. Opening and "
    "the first list, which counts everybody, are left out.",
    "The attacker knows all but one item of a member who did 4 to 20 things, and asks with an account that did just "
    "those. Found: the missing one is among the first 20.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("recommend", "Recommendations that forget", _HOW)
    measure_scale(outcome, sizes.scale, seed, tell)
    measure_answers(outcome, sizes.asked, seed, tell)
    absent: list[str] = []
    sets = {"made_up": made_up(sizes.made_up, seed)} | (dict(real_sets(absent)) if sizes.real else {})
    for name, held in sets.items():
        recipe = try_on(outcome, name, held, sizes.trial, tell)
        if name != "lastfm":  # everybody there did more than the attack is tried on
            try_supports(outcome, name, held, recipe, sizes.trial, tell)
    _reach(outcome, [name for name in sets if name != "made_up"])
    if absent:
        outcome.notes.append(f"Not there, and so not measured on: {', '.join(absent)}.")
    missing = [peer for peer in PYTHONS if not is_there(peer)]
    if sizes.trial.peers and missing:
        outcome.notes.append(
            f"Not there, so not beside it: {', '.join(missing)}; python -m benchmarks.peers.peer_pythons makes them."
        )
    outcome.notes.append(
        "Not measured beside LensKit 2025.8.1 and RecTools 0.19 yet; the same models are implicit's."
    )
    return outcome


def _reach(outcome: Outcome, real: list[str]) -> None:
    """Targets are about the real sets alone, and the hardest of them counts."""
    there = {ratio.name for ratio in outcome.ratios}
    for target, peers in (("recommend_ials", ("ials",)), ("recommend_neighbours", ("rp3beta", "item_knn"))):
        named = [f"{name}_over_{peer}" for name in real for peer in peers if f"{name}_over_{peer}" in there]
        if named:
            outcome.reached[target] = named
