"""What noes cost: how good recommendations are when some leave what is learnt from, for those in it and those out.

Members are drawn to say no, a share of them at a time, and everybody is served as they would be then: who is in, who is
out and still served from their own history, and who is served without it. Each is set beside the same people when all
are in; what is held out of a member stays the same. Real noes are not drawn, and rows held out by chance are no live
traffic: the page says so. Of fewer than 50 members there is no figure, nor one from which theirs could be told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from licet.terms import UseError
from licet.uses.recommend.interactions import Interactions
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.ranking_metrics import (
    Floats,
    Interval,
    Mask,
    Numbers,
    draw,
    kept_rows,
    mean_interval,
    ndcg_at_k,
    own_rows,
    panel_of,
    ranking_by_walk,
    ratio_interval,
    split_at_random,
)
from licet.uses.recommend.walk_recipe import WalkRecipe
from licet.uses.use import Progress, silent

#: How members are served: learnt from; left, and served from their own history; without it.
Served: TypeAlias = Literal["learnt_from", "left", "unpersonalised"]
SERVED: tuple[Served, ...] = ("learnt_from", "left", "unpersonalised")
SHARES = (0.01, 0.05, 0.10, 0.30, 0.50)
LEAST_MEMBERS = 50
K = 20

#: By grouping, such as region, of each member the group they are in; None where nobody may know.
Groups: TypeAlias = Mapping[str, Sequence[str | None]]


class Point(NamedTuple):
    """share: of members who said no. change: of NDCG@20, relative, -0.1 a tenth less; None of too few members."""

    share: float
    change: Interval | None


class Curve(NamedTuple):
    """grouping, group: whose it is, such as region and DE; None for everybody."""

    served: Served
    grouping: str | None
    group: str | None
    points: tuple[Point, ...]


class Effect(NamedTuple):
    """ndcg: of everybody looked at, when all are in. members, items, rows: that there were. seeds: of draws."""

    recipe: WalkRecipe
    ndcg: Interval
    curves: tuple[Curve, ...]
    members: int
    items: int
    rows: int
    seeds: int


class _Seen(NamedTuple):
    """Of members looked at under one seed and share: how good what they are served is, and was when all were in."""

    members: Numbers
    after: Floats
    before: Floats


_Found: TypeAlias = dict[tuple[Served, float], list[_Seen]]


def effect_of(
    interactions: Interactions,
    recipe: WalkRecipe,
    *,
    groups: Groups | None = None,
    shares: Sequence[float] = SHARES,
    seeds: int = 4,
    most: int = 500,
    progress: Progress = silent,
) -> Effect:
    """Try it. most: members looked at of those in and of those out, each, at one share and seed.

    Raises: UseError RCMD-041 where fewer than 50 members have enough rows; ValueError for no seed, or what is no share.
    """
    if seeds < 1 or not all(0 < share < 1 for share in shares):
        raise ValueError("there is a seed at least, and shares lie between 0 and 1")
    found: _Found = {(served, share): [] for served in SERVED for share in shares}
    base: list[_Seen] = []
    for seed in range(seeds):
        progress("drawing who says no", seed, seeds)
        base.append(_try(interactions, recipe, shares, most, seed, found))
    together = _joined(base)
    if len(np.unique(together.members)) < LEAST_MEMBERS:
        raise UseError(
            "RCMD-041",
            f"an effect is told of {LEAST_MEMBERS} members at least, and {len(np.unique(together.members))} did enough",
            fix="try again when there is more",
        )
    curves = [
        Curve(
            served,
            None,
            None,
            tuple(Point(share, _change(_joined(found[served, share]))) for share in shares),
        )
        for served in SERVED
    ]
    for grouping, labels in (groups or {}).items():
        curves += _grouped(grouping, np.array([label or "" for label in labels], object), found, shares)
    return Effect(
        recipe, mean_interval(together.before, together.members), tuple(curves),
        len(interactions.members), len(interactions.items), len(interactions.item_numbers), seeds,
    )  # fmt: skip


def _try(
    interactions: Interactions,
    recipe: WalkRecipe,
    shares: Sequence[float],
    most: int,
    seed: int,
    found: _Found,
) -> _Seen:
    """All shares under one seed, put to `found`; what a panel of everybody is served when all are in."""
    split = split_at_random(interactions, seed)
    # Whose lot lies under a share says no at it, and so at every greater one.
    lots = draw(interactions.members, seed ^ 0x107) / 2.0**64
    whose, names = split.shown.member_numbers, interactions.members

    def ndcg(ranked: Numbers, member: int) -> float:
        return ndcg_at_k(ranked, own_rows(split.held_out, member), K)

    def served(counts: ItemCounts, member: int) -> float:
        return ndcg(ranking_by_walk(counts, split.shown.items_of(names[member]), K), member)

    all_in = ItemCounts.of(split.shown, recipe)
    before: dict[int, float] = {}

    def at_first(member: int) -> float:
        if member not in before:
            before[member] = served(all_in, member)
        return before[member]

    def see(members: Numbers, after: Callable[[int], float]) -> _Seen:
        return _Seen(members, *(np.array([of(who) for who in members.tolist()]) for of in (after, at_first)))

    for share in shares:
        out: Mask = lots < share
        counts = ItemCounts.of(kept_rows(split.shown, ~out[whose]), recipe)
        staying, leaving = panel_of(split, most, seed, ~out), panel_of(split, most, seed, out)
        popular = _most_popular(counts)
        found["learnt_from", share].append(see(staying, partial(served, counts)))
        found["left", share].append(see(leaving, partial(served, counts)))
        found["unpersonalised", share].append(see(leaving, partial(ndcg, popular)))
    return see(panel_of(split, most, seed), at_first)


def _most_popular(counts: ItemCounts) -> Numbers:
    """What is shown to whoever is served without what they did: the same to everybody, what they did among it."""
    return np.argsort(-counts.popularity, kind="stable")[:K]


def _joined(seen: Sequence[_Seen]) -> _Seen:
    members, after, before = (np.concatenate(parts) for parts in zip(*seen, strict=True))
    return _Seen(members, after, before)


def _change(seen: _Seen, kept: Mask | None = None) -> Interval | None:
    if kept is not None:
        seen = _Seen(seen.members[kept], seen.after[kept], seen.before[kept])
    if len(np.unique(seen.members)) < LEAST_MEMBERS or not seen.before.any():
        return None
    ratio = ratio_interval(seen.after, seen.before, seen.members)
    return ratio._replace(middle=ratio.middle - 1)


def _grouped(grouping: str, labels: np.ndarray, found: _Found, shares: Sequence[float]) -> list[Curve]:
    """The curves of the groups of one grouping that have a figure anywhere."""
    points: dict[tuple[str, Served], list[Point]] = {}
    named = sorted({label for label in labels.tolist() if label})
    if len(named) < 2 and all(labels.tolist()):
        return []  # it is everybody
    for (served, share), parts in found.items():
        seen = _joined(parts)
        own = labels[seen.members]
        told = told_groups({name: len(np.unique(seen.members[own == name])) for name in {*own.tolist()}})
        for name in named:
            change = _change(seen, own == name) if name in told else None
            points.setdefault((name, served), []).append(Point(share, change))
    return [
        Curve(served, grouping, name, tuple(curve))
        for (name, served), curve in sorted(
            points.items(), key=lambda one: (one[0][0], SERVED.index(one[0][1]))
        )
        if any(point.change is not None for point in curve)
    ]


def told_groups(sizes: Mapping[str, int], least: int = LEAST_MEMBERS) -> frozenset[str]:
    """The groups of which something may be told beside what is told of all together: none of fewer members, and so many
    that the rest, which can be told by subtraction, is nobody or no fewer. The group without a name is never told."""
    told = sorted((size, name) for name, size in sizes.items() if name and size >= least)
    rest = sum(sizes.values()) - sum(size for size, _ in told)
    while told and 0 < rest < least:
        size, _ = told.pop(0)
        rest += size
    return frozenset(name for _, name in told)
