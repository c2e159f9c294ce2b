"""A made-up measurement of what opting out does, for pages that show one without hours of measuring."""

from __future__ import annotations

from licet.app.effect import RecommendationEffect
from licet.terms.moments import parse_moment
from licet.uses.recommend.completion_attack import Exposed
from licet.uses.recommend.opt_out_effect import SERVED, SHARES, Curve, Effect, Point
from licet.uses.recommend.ranking_metrics import Interval
from licet.uses.recommend.walk_recipe import WalkRecipe


def made_effect() -> RecommendationEffect:
    """Three curves of everybody, and of two regions, one of which is too few at the ends."""
    curves = [Curve(served, None, None, _points(depth)) for depth, served in enumerate(SERVED)]
    for region in ("DE", "FR"):
        points = _points(0)
        few = (Point(SHARES[0], None), *points[1:]) if region == "FR" else points
        curves += [Curve(served, "region", region, few) for served in SERVED]
    effect = Effect(WalkRecipe(), Interval(0.14, 0.01, 900), tuple(curves), 2_000, 400, 9_000, 4)
    told = tuple(Exposed(n, Interval(0.8 / n, 0.05, 250), Interval(0.3, 0.05, 250)) for n in (1, 2, 3))
    return RecommendationEffect(
        "recommend-1",
        effect,
        told,
        parse_moment("2026-06-30T12:00:00"),
        7,
        "The jetty\u2019s policy",
        ("views",),
        6,
    )


def _points(depth: int) -> tuple[Point, ...]:
    if depth == len(SERVED) - 1:
        return tuple(Point(share, Interval(-0.9, 0.02, 300)) for share in SHARES)
    return tuple(Point(share, Interval(-0.5 * share - 0.01 * depth, 0.01, 300)) for share in SHARES)
