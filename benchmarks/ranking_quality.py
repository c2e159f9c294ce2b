"""How good rankings are, by the walk and by others: tuned on a part of what is shown, tried on what is held out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from benchmarks.interaction_sets import TITLES
from benchmarks.measure import Tell
from benchmarks.outcome import Outcome
from benchmarks.peers.peer_pythons import is_there, rankings
from licet.uses.recommend.completion_attack import attack
from licet.uses.recommend.interactions import Interactions
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.ranking_metrics import (
    Numbers,
    Quality,
    Split,
    panel_of,
    quality_of,
    ranking_by_walk,
    ratio_interval,
    split_at_random,
)
from licet.uses.recommend.recipe_tuning import tune
from licet.uses.recommend.walk_recipe import WalkRecipe

K = 20


class Peer(NamedTuple):
    """what: in words. lies_in: the Python that has it. settings: what it is tuned over."""

    what: str
    lies_in: str
    settings: tuple[Mapping[str, Any], ...]


def _crossed(**choices: Sequence[Any]) -> tuple[Mapping[str, Any], ...]:
    made: list[dict[str, Any]] = [{}]
    for name, values in choices.items():
        made = [each | {name: value} for each in made for value in values]
    return tuple(made)


PEERS: Mapping[str, Peer] = {
    "ials": Peer(
        "iALS (implicit)", "implicit",
        tuple(
            {"factors": factors, "alpha": alpha, "regularization": reg, "iterations": 15}
            for factors, alpha, reg in (
                (64, 10, 0.1), (128, 10, 0.1), (128, 40, 0.1), (64, 1, 0.1), (128, 1, 1), (128, 5, 10), (64, 5, 10)
            )
        ),
    ),
    "item_knn": Peer("ItemKNN (implicit)", "implicit", _crossed(kind=("cosine", "tfidf"), neighbours=(100, 300))),
    "rp3beta": Peer(
        "RP3beta", "implicit", _crossed(alpha=(0.7, 1.0), beta=(0.1, 0.3, 0.5), neighbours=(100, 300))
    ),
    "ease": Peer("EASE, 6,000 most popular", "implicit", _crossed(reg=(100.0, 300.0, 1000.0))),
}  # fmt: skip


class Trial(NamedTuple):
    """On what and with whom it is tried. panel, tuned_on: how many members, at most. peers: by name, those that take
    part."""

    seeds: tuple[int, ...]
    panel: int
    tuned_on: int
    peers: tuple[str, ...]


def try_on(outcome: Outcome, name: str, held: Interactions, trial: Trial, tell: Tell) -> WalkRecipe:
    """Put to an outcome how the walk and its peers do on one set; the recipe that was chosen."""
    splits = [split_at_random(held, seed) for seed in trial.seeds]
    panels = [panel_of(split, trial.panel, seed) for split, seed in zip(splits, trial.seeds, strict=True)]
    tell(f"{name}: choosing a recipe", 0, None)
    tuning = tune(splits[0].shown, seed=trial.seeds[0], most=trial.tuned_on)
    outcome.notes.append(
        f"{TITLES[name]}: {len(held.members):,} members, {len(held.items):,} items, {len(held.times):,} rows; "
        f"the recipe: {tuning.recipe.model_dump(exclude={'version', 'neighbours', 'frontier', 'min_support'})}."
    )
    found = {"licet": [
        _by_walk(split, panel, tuning.recipe) for split, panel in zip(splits, panels, strict=True)
    ]}  # fmt: skip
    found["popularity"] = [_by_popularity(*each) for each in zip(splits, panels, strict=True)]
    for peer in trial.peers:
        if is_there(PEERS[peer].lies_in):
            tell(f"{name}: {peer}", 0, None)
            found[peer] = _by_peer(PEERS[peer], splits, panels, trial, outcome, name, peer)
    _put(outcome, name, found)
    return tuning.recipe


def _by_walk(split: Split, panel: Numbers, recipe: WalkRecipe) -> Quality:
    counts, names = ItemCounts.of(split.shown, recipe), split.shown.members
    return quality_of(
        lambda member: ranking_by_walk(counts, split.shown.items_of(names[member]), K), split, panel, K
    )


def _by_popularity(split: Split, panel: Numbers) -> Quality:
    """What most did, but for what somebody did themselves."""
    order = np.argsort(
        -np.bincount(split.shown.item_numbers, minlength=len(split.shown.items)), kind="stable"
    )

    def rank(member: int) -> Numbers:
        own = split.shown.item_numbers[split.shown.starts[member] : split.shown.starts[member + 1]]
        first = order[: K + len(own)]
        return first[~np.isin(first, own)]

    return quality_of(rank, split, panel, K)


def _by_peer(
    peer: Peer, splits: list[Split], panels: list[Numbers], trial: Trial, outcome: Outcome, name: str, which: str
) -> list[Quality]:  # fmt: skip
    inner = split_at_random(splits[0].shown, trial.seeds[0])
    panel = panel_of(inner, trial.tuned_on, trial.seeds[0])
    tried, _ = rankings(peer.lies_in, which, _rows(inner, panel), peer.settings)
    scores = [float(_judged(ranked, inner, panel).ndcg.mean()) for ranked in tried]
    best = peer.settings[int(np.argmax(scores))]
    outcome.configuration[f"{TITLES[name]}: {peer.what}"] = ", ".join(
        f"{key} {value}" for key, value in best.items()
    )
    made = []
    for split, panel in zip(splits, panels, strict=True):
        (ranked,), _ = rankings(peer.lies_in, which, _rows(split, panel), [best])
        made.append(_judged(ranked, split, panel))
    return made


def _rows(split: Split, panel: Numbers) -> dict[str, Any]:
    shown = split.shown
    return {"starts": shown.starts, "items": shown.item_numbers, "size": len(shown.items), "panel": panel}


def _judged(ranked: Any, split: Split, panel: Numbers) -> Quality:
    of: Callable[[int], Numbers] = dict(zip(panel.tolist(), ranked, strict=True)).__getitem__
    return quality_of(of, split, panel, K)


def _put(outcome: Outcome, name: str, found: Mapping[str, Sequence[Quality]]) -> None:
    title = TITLES[name]
    words = {"licet": "licet, the walk", "popularity": "popularity"} | {
        peer: PEERS[peer].what for peer in PEERS
    }
    means = {who: [float(one.ndcg.mean()) for one in each] for who, each in found.items()}
    mine = found["licet"]
    for who, each in found.items():
        outcome.add(f"{name}_{who}", f"{title}: {words[who]}", "NDCG@20", means[who])
        recall, cover = (
            np.mean([np.mean(getattr(one, part)) for one in each]) for part in ("recall", "coverage")
        )
        told = f"{title}, {words[who]}: R@20 {recall:.4f}, coverage {cover:.2f}"
        if who == "licet":
            outcome.notes.append(f"{told}.")
            continue
        outcome.others.add(f"{name}_{who}")
        outcome.compare(f"{name}_over_{who}", f"{title}: licet over {words[who]}", means["licet"], means[who])
        of, to, members = (
            np.concatenate(part)
            for part in zip(
                *((a.ndcg, b.ndcg, a.members) for a, b in zip(mine, each, strict=True)), strict=True
            )
        )
        ratio = ratio_interval(of, to, members)
        outcome.notes.append(
            f"{told}; licet over it {ratio.middle:.3f} (95 %: {ratio.lowest:.3f} to {ratio.highest:.3f}, "
            f"{ratio.members:,} members)."
        )


def try_supports(
    outcome: Outcome, name: str, held: Interactions, recipe: WalkRecipe, trial: Trial, tell: Tell
) -> None:
    """What a least number of members behind a pair costs, and what it keeps from whoever knows all but one item."""
    title = TITLES[name]
    for support in (1, 2, 3):
        tell(f"{name}: {support} members behind a pair", support, 3)
        chosen = recipe.model_copy(update={"min_support": support})
        quality = [
            float(_by_walk(split, panel_of(split, trial.panel, seed), chosen).ndcg.mean())
            for seed in trial.seeds
            for split in [split_at_random(held, seed)]
        ]
        outcome.add(
            f"{name}_support_{support}", f"{title}: {support} members behind a pair", "NDCG@20", quality
        )
    told = partial(tell, f"{name}: attacking")
    for one in attack(held, recipe, progress=lambda _, done, total: told(done, total)):
        for which, words, share in (("in", "learnt from", one.learnt_from), ("out", "left", one.left)):
            outcome.add(
                f"{name}_attack_{one.min_support}_{which}",
                f"{title}: the missing item is found, {one.min_support} members behind a pair, {words}",
                "%", [100 * share.middle],
            )  # fmt: skip
