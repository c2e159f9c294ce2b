"""Which pictures a results file has: what was reached against what was to be, contenders as bars, and curves.

Found from the JSON alone: every series is a bar among those of its unit, unless a curve shows it or all of them are
alike. How they are drawn is `plots`' business, so that the page can be written where nothing can be drawn.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from benchmarks.targets import Verdict, judge

#: More bars than this are a picture that nobody reads; the table has them.
_MOST_BARS = 40


@dataclass(frozen=True)
class Point:
    """A figure with its spread. x: where it stands on a curve. other: it is not licet's."""

    what: str
    median: float
    lowest: float
    highest: float
    x: float = 0.0
    other: bool = False


@dataclass(frozen=True)
class Picture:
    """file: its name within `plots/`. benchmark: whose it is; None for that of the targets."""

    file: str
    title: str
    benchmark: str | None

    @property
    def alt(self) -> str:
        """What is to be seen, in words, for those who do not see it."""
        raise NotImplementedError


@dataclass(frozen=True)
class TargetsPicture(Picture):
    """What was measured over its target, so that 1 is the target and more is better."""

    verdicts: tuple[Verdict, ...]

    @property
    def alt(self) -> str:
        met = sum(bool(verdict.met) for verdict in self.verdicts)
        return f"{self.title}: {met} of the {len(self.verdicts)} shown are met; the figures are in the table above"


@dataclass(frozen=True)
class BarsPicture(Picture):
    unit: str
    points: tuple[Point, ...]

    @property
    def alt(self) -> str:
        return f"Bars: {self.title}, {len(self.points)} figures; they are in the table above"


@dataclass(frozen=True)
class CurvePicture(Picture):
    """lines: what a line is and its points, by rising x."""

    x: str
    y: str
    lines: tuple[tuple[str, tuple[Point, ...]], ...]
    log_x: bool
    log_y: bool
    limit: float | None

    @property
    def alt(self) -> str:
        ends = (f"{what} from {ps[0].median:.3g} to {ps[-1].median:.3g}" for what, ps in self.lines if ps)
        return f"Curves: {self.title}, {self.y} by {self.x}: {'; '.join(ends)}"


def pictures(results: dict[str, Any]) -> list[Picture]:
    """Every picture of a results file, in the order of its page."""
    found: list[Picture] = []
    shown = tuple(verdict for verdict in judge(results) if _can_be_shown(verdict))
    if shown:
        found.append(TargetsPicture("targets.svg", "What was reached against what was to be", None, shown))
    for name, benchmark in results["benchmarks"].items():
        found += _of_benchmark(name, benchmark)
    return found


def _can_be_shown(verdict: Verdict) -> bool:
    """A target of nothing at all (no mismatch) has no place on an axis of ratios."""
    return bool(verdict.reached and verdict.target.limit)


def _of_benchmark(name: str, benchmark: dict[str, Any]) -> list[Picture]:
    figures = {one["name"]: one for one in (*benchmark["series"], *benchmark["ratios"])}
    curves = [_curve(name, curve, figures) for curve in benchmark["curves"]]
    in_curves = {
        told for curve in benchmark["curves"] for points in curve["lines"].values() for _, told in points
    }
    by_unit: dict[str, list[Point]] = {}
    for series in benchmark["series"]:
        if series["name"] not in in_curves and series["median"] > 0:
            other = series["name"] in benchmark["others"]
            by_unit.setdefault(series["unit"], []).append(_point(series, other=other))
    bars: list[Picture] = [
        BarsPicture(
            f"{name}_{_as_name(unit)}.svg", f"{benchmark['title']}, in {unit}", name, unit, tuple(points)
        )
        for unit, points in by_unit.items()
        if len(points) <= _MOST_BARS and len({point.median for point in points}) > 1
    ]
    return bars + curves


def _curve(name: str, curve: dict[str, Any], figures: dict[str, Any]) -> Picture:
    lines = tuple(
        (what, tuple(_point(figures[told], x) for x, told in sorted(points)))
        for what, points in curve["lines"].items()
    )
    file = f"{name}_{_as_name(curve['name'])}.svg"
    return CurvePicture(
        file,
        curve["title"],
        name,
        curve["x"],
        curve["y"],
        lines,
        curve["log_x"],
        curve["log_y"],
        curve["limit"],
    )


def _point(told: dict[str, Any], x: float = 0.0, other: bool = False) -> Point:
    return Point(told["what"], told["median"], told["lowest"], told["highest"], x, other)


def _as_name(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower().replace("µ", "u")).strip("_")
