"""A picture of what opting out does: from left to right the share who are out, downwards how much worse lists get.

A line for each way to be served, and around it how far 95 % reach; where too few were looked at it breaks off. Drawn
twice, for wide windows and for phones. The same stands beside it as a table.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from licet.app.effect import effect_sentences
from licet.app.effect.recommendation_effect import RecommendationEffect
from licet.standalone.standalone_picture import Bar, Label, Line, Picture
from licet.uses.recommend.opt_out_effect import Curve
from licet.uses.recommend.ranking_metrics import Interval


class _Layout(NamedTuple):
    """Units are the picture's own."""

    name: str
    width: int
    height: int


LAYOUTS = (_Layout("wide", 760, 360), _Layout("narrow", 340, 320))
_LEFT, _RIGHT, _BOTTOM, _LINE = 52, 24, 42, 18
_LEGEND = 3 * _LINE + 14


def draw(found: RecommendationEffect, names: tuple[str, ...] = ("wide", "narrow")) -> list[Picture]:
    return [_drawn(found, layout) for layout in LAYOUTS if layout.name in names]


def _drawn(found: RecommendationEffect, layout: _Layout) -> Picture:
    curves = [curve for curve in found.effect.curves if curve.grouping is None]
    drawn = Picture(f"effect-{layout.name}", _told(found), layout.width, layout.height, layout.name)
    told = [point.change for curve in curves for point in curve.points if point.change is not None]
    lowest = min([-0.05, *(change.lowest for change in told)])
    highest = max([0.0, *(change.highest for change in told)])
    step = next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1) if (highest - lowest) / step <= 7)
    lowest, highest = math.floor(lowest / step) * step, math.ceil(highest / step) * step
    right, bottom = layout.width - _RIGHT, layout.height - _BOTTOM

    def x(share: float) -> float:
        """Shares stand at even distances, after nobody."""
        return _LEFT + (right - _LEFT) * ((0, *found.shares).index(share) / len(found.shares))

    def y(change: float) -> float:
        return _LEGEND + (bottom - _LEGEND) * (highest - change) / (highest - lowest)

    for number in range(round((highest - lowest) / step) + 1):
        change = lowest + number * step
        drawn.lines.append(
            Line("zero" if abs(change) < step / 2 else "grid", ((_LEFT, y(change)), (right, y(change))))
        )
        drawn.labels.append(Label(f"{_signed(change)} %", _LEFT - 6, y(change) + 4, "count", "end"))
    for share in (0, *found.shares):
        drawn.labels.append(Label(effect_sentences.percent(share), x(share), bottom + 18, "count", "middle"))
    drawn.labels.append(Label("of members opted out", (_LEFT + right) / 2, bottom + 36, "head", "middle"))
    for number, curve in enumerate(curves):
        _add(drawn, curve, x, y)
        top = 6 + number * _LINE
        drawn.lines.append(Line(curve.served, ((_LEFT, top + 8), (_LEFT + 28, top + 8))))
        words = effect_sentences.WORDS[curve.served]
        drawn.labels.append(Label(words[:1].upper() + words[1:], _LEFT + 36, top + 12, "label"))
    return drawn


class _Place(NamedTuple):
    """Where a point of a curve stands, and how far it reaches upwards and downwards."""

    x: float
    middle: float
    high: float
    low: float


def _add(drawn: Picture, curve: Curve, x: Callable[[float], float], y: Callable[[float], float]) -> None:
    """A curve in unbroken parts, what is around them, and their points; from nobody on, where nothing changes."""
    for part in _unbroken(curve):
        told = [_Place(x(share), y(each.middle), y(each.highest), y(each.lowest)) for share, each in part]
        if part[0][0] == curve.points[0].share and curve.served != "unpersonalised":
            told = [_Place(x(0), *[y(0.0)] * 3), *told]
        around = [(one.x, one.high) for one in told] + [(one.x, one.low) for one in reversed(told)]
        drawn.lines.append(Line(curve.served, tuple(around), closed=True))
        drawn.lines.append(Line(curve.served, tuple((one.x, one.middle) for one in told)))
        drawn.bars += [Bar(curve.served, one.x - 3, one.middle - 3, 6, 6) for one in told]


def _unbroken(curve: Curve) -> list[list[tuple[float, Interval]]]:
    """The points of a curve that have a figure, those together between which none has not."""
    parts: list[list[tuple[float, Interval]]] = [[]]
    for share, change in curve.points:
        if change is None:
            parts.append([])
        else:
            parts[-1].append((share, change))
    return [part for part in parts if part]


def _told(found: RecommendationEffect) -> str:
    shares = [effect_sentences.percent(share) for share in found.shares]
    said = [
        f"{line.label}: {', '.join(f'{change} at {at}' for at, change in zip(shares, line.changes, strict=True))}"
        for line in effect_sentences.lines(found)
    ]
    return f"How much lists change, by the share of members who opted out. {'; '.join(said)}."


def _signed(change: float) -> str:
    told = f"{abs(100 * change):.0f}"
    return f"−{told}" if change < 0 and told != "0" else told
