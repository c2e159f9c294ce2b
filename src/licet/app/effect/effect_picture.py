"""A picture of what opting out does: from left to right the share who are out, downwards how much worse lists get.

A line for each way to be served, and around it how far 95 % reach; where too few were looked at it breaks off. Drawn
twice, for wide windows and for phones. The same stands beside it as a table.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from licet.app.effect import effect_sentences
from licet.app.effect.people_effect import ACTS, SHARES, Act
from licet.app.effect.recommendation_effect import RecommendationEffect
from licet.standalone.standalone_picture import Bar, Label, Line, Picture
from licet.uses.recommend.opt_out_effect import Point
from licet.uses.recommend.ranking_metrics import Interval


class _Layout(NamedTuple):
    """Units are the picture's own."""

    name: str
    width: int
    height: int


LAYOUTS = (_Layout("wide", 760, 360), _Layout("narrow", 340, 320))
_LEFT, _RIGHT, _BOTTOM, _LINE = 52, 24, 42, 18
_LEGEND = 3 * _LINE + 14
_FEET: dict[Act, str] = {"out": "of members opted out", "hidden": "of members hiding their list"}


class _Series(NamedTuple):
    """A line. kind: how it is drawn. words: what stands beside it among the words. is_from_nobody: whether nothing
    changes where nobody does it."""

    kind: str
    words: str
    points: tuple[Point, ...]
    is_from_nobody: bool


class _Chart(NamedTuple):
    """id, title: of the picture. foot: what the shares are of."""

    id: str
    title: str
    series: list[_Series]
    shares: tuple[float, ...]
    foot: str


def draw(found: RecommendationEffect, names: tuple[str, ...] = ("wide", "narrow")) -> list[Picture]:
    """Of recommendations."""
    return [_alone(_recommended(found), layout) for layout in LAYOUTS if layout.name in names]


def draw_people(found: RecommendationEffect) -> list[list[Picture]]:
    """Of suggested people, for each thing that members may do; nothing where none are suggested."""
    return [[_alone(chart, layout) for layout in LAYOUTS] for chart in _suggested(found)]


def draw_together(found: RecommendationEffect) -> Picture:
    """All charts below one another, each under what it is of."""
    charts = [_recommended(found), *_suggested(found)]
    drawn = Picture("effect", " ".join(chart.title for chart in charts), LAYOUTS[0].width)
    for chart in charts:
        if len(charts) > 1:
            drawn.labels.append(Label(chart.title.partition(".")[0], 0, drawn.height + 16, "label"))
            drawn.height += 28
        _put(drawn, chart, LAYOUTS[0], drawn.height)
        drawn.height += LAYOUTS[0].height
    return drawn


def _recommended(found: RecommendationEffect) -> _Chart:
    curves = [curve for curve in found.effect.curves if curve.grouping is None]
    series = [
        _Series(
            curve.served, effect_sentences.WORDS[curve.served], curve.points, curve.served != "unpersonalised"
        )
        for curve in curves
    ]
    return _Chart("effect", _told(found), series, found.shares, "of members opted out")


def _suggested(found: RecommendationEffect) -> list[_Chart]:
    people = found.people
    if people is None:
        return []
    charts = []
    for act in ACTS:
        words = effect_sentences.PEOPLE_WORDS[act]
        series = [
            _Series("left" if curve.did else "learnt_from", words[curve.did], curve.points, True)
            for curve in people.curves
            if curve.act == act
        ]
        title = f"How much lists of people change, by the share of members who {words[True]}."
        charts.append(_Chart(f"people-{act}", title, series, SHARES, _FEET[act]))
    return charts


def _alone(chart: _Chart, layout: _Layout) -> Picture:
    drawn = Picture(f"{chart.id}-{layout.name}", chart.title, layout.width, layout.height, layout.name)
    _put(drawn, chart, layout, 0)
    return drawn


def _put(drawn: Picture, chart: _Chart, layout: _Layout, above: float) -> None:
    """above: where it begins."""
    told = [point.change for one in chart.series for point in one.points if point.change is not None]
    lowest = min([-0.05, *(change.lowest for change in told)])
    highest = max([0.0, *(change.highest for change in told)])
    step = next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1) if (highest - lowest) / step <= 7)
    lowest, highest = math.floor(lowest / step) * step, math.ceil(highest / step) * step
    right, bottom = layout.width - _RIGHT, above + layout.height - _BOTTOM
    start = above + _LEGEND - (3 - len(chart.series)) * _LINE

    def x(share: float) -> float:
        """Shares stand at even distances, after nobody."""
        return _LEFT + (right - _LEFT) * ((0, *chart.shares).index(share) / len(chart.shares))

    def y(change: float) -> float:
        return start + (bottom - start) * (highest - change) / (highest - lowest)

    for number in range(round((highest - lowest) / step) + 1):
        change = lowest + number * step
        drawn.lines.append(
            Line("zero" if abs(change) < step / 2 else "grid", ((_LEFT, y(change)), (right, y(change))))
        )
        drawn.labels.append(Label(f"{_signed(change)} %", _LEFT - 6, y(change) + 4, "count", "end"))
    for share in (0, *chart.shares):
        drawn.labels.append(Label(effect_sentences.percent(share), x(share), bottom + 18, "count", "middle"))
    drawn.labels.append(Label(chart.foot, (_LEFT + right) / 2, bottom + 36, "head", "middle"))
    for number, one in enumerate(chart.series):
        _add(drawn, one, x, y)
        top = above + 6 + number * _LINE
        drawn.lines.append(Line(one.kind, ((_LEFT, top + 8), (_LEFT + 28, top + 8))))
        drawn.labels.append(Label(one.words[:1].upper() + one.words[1:], _LEFT + 36, top + 12, "label"))


class _Place(NamedTuple):
    """Where a point of a curve stands, and how far it reaches upwards and downwards."""

    x: float
    middle: float
    high: float
    low: float


def _add(drawn: Picture, curve: _Series, x: Callable[[float], float], y: Callable[[float], float]) -> None:
    """A line in unbroken parts, what is around them, and their points; from nobody on, where nothing changes."""
    for part in _unbroken(curve):
        told = [_Place(x(share), y(each.middle), y(each.highest), y(each.lowest)) for share, each in part]
        if part[0][0] == curve.points[0].share and curve.is_from_nobody:
            told = [_Place(x(0), *[y(0.0)] * 3), *told]
        around = [(one.x, one.high) for one in told] + [(one.x, one.low) for one in reversed(told)]
        drawn.lines.append(Line(curve.kind, tuple(around), closed=True))
        drawn.lines.append(Line(curve.kind, tuple((one.x, one.middle) for one in told)))
        drawn.bars += [Bar(curve.kind, one.x - 3, one.middle - 3, 6, 6) for one in told]


def _unbroken(curve: _Series) -> list[list[tuple[float, Interval]]]:
    """The points of a line that have a figure, those together between which none has not."""
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
