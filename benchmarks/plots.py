"""Draws the pictures of a results file as SVG, the same bytes for the same results.

Made to be read by anyone: labels beside what they name, units on axes, colours that all kinds of eyes tell apart and
never alone (marks differ too), text as text on white, so that it holds on a dark page.
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.machine import peer
from benchmarks.pictures import BarsPicture, CurvePicture, Picture, Point, TargetsPicture, pictures
from benchmarks.tables import figure

#: Okabe and Ito's colours, and a mark and a dash for each.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKS = ("o", "s", "^", "D", "v", "P", "X")
_DASHES = ("-", "--", "-.", ":", "-", "--", "-.")
_MINE, _OTHERS, _INK = _COLOURS[0], "#B0B0B0", "#222222"

#: Medians further apart than this need an axis of powers of ten.
_FAR_APART = 25

_STYLE = {
    "svg.hashsalt": "licet",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": _INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "figure.facecolor": "white",
}


def draw(results: dict[str, Any], folder: Path) -> list[Path]:
    """Draw every picture into `folder`/plots, and remove those that a former run left there."""
    place = folder / "plots"
    place.mkdir(parents=True, exist_ok=True)
    drawn = [place / picture.file for picture in pictures(results)]
    for old in sorted(set(place.glob("*.svg")) - set(drawn)):
        old.unlink()
    pyplot = _pyplot()
    with pyplot.rc_context(_STYLE):
        for picture in pictures(results):
            made = _DRAWERS[type(picture)](pyplot, picture)
            about = {"Title": picture.title, "Description": picture.alt, "Date": None, "Creator": None}
            made.savefig(place / picture.file, format="svg", bbox_inches="tight", metadata=about)
            pyplot.close(made)
    return drawn


@functools.cache
def _pyplot() -> Any:
    peer("matplotlib").use("svg")
    return peer("matplotlib.pyplot")


def _targets(pyplot: Any, picture: TargetsPicture) -> Any:
    """A mark for each target, at how many times better than the target it is."""
    verdicts = picture.verdicts[::-1]
    labels = [_wrapped(verdict.target.what) for verdict in verdicts]
    made, axes = pyplot.subplots(figsize=(7.2, _height(labels) + 1.1))
    for met, colour, mark in ((True, _COLOURS[0], "o"), (False, _COLOURS[1], "X")):
        places = [place for place, verdict in enumerate(verdicts) if verdict.met is met]
        told = [_over_target(verdicts[place]) for place in places]
        if told:
            axes.errorbar(
                [point.median for point in told], places, xerr=_whiskers(told), fmt=mark, color=colour,
                markersize=7, capsize=3, elinewidth=1.2, label="met" if met else "not met",
            )  # fmt: skip
    axes.axvline(1, color=_INK, linewidth=1)
    axes.set_xscale("log")
    axes.axvspan(1, axes.get_xlim()[1], color=_COLOURS[2], alpha=0.08, linewidth=0)
    axes.set_yticks(range(len(verdicts)), labels, linespacing=0.95)
    axes.set_ylim(-0.6, len(verdicts) - 0.4)
    right = axes.secondary_yaxis("right")
    right.set_yticks(range(len(verdicts)), [_beside(verdict) for verdict in verdicts])
    right.tick_params(length=0)
    right.spines["right"].set_visible(False)
    _plain_numbers(axes.xaxis)
    axes.set_xlabel("times as good as the target (1: just met; right is better; bars: lowest to highest)")
    axes.set_title(picture.title)
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.9 / made.get_figheight()), ncols=2, frameon=False)
    return made


def _over_target(verdict: Any) -> Point:
    limit, ends = verdict.target.limit, (verdict.lowest, verdict.highest)
    if verdict.target.sense == "at least":
        return Point("", verdict.reached / limit, ends[0] / limit, ends[1] / limit)
    return Point("", limit / verdict.reached, limit / ends[1], limit / max(ends[0], 1e-12))


def _beside(verdict: Any) -> str:
    target = verdict.target
    sign = "≤" if target.sense == "at most" else "≥"
    return f"{figure(verdict.reached, target.unit)}  ({sign} {figure(target.limit)})"


def _bars(pyplot: Any, picture: BarsPicture) -> Any:
    points = picture.points[::-1]
    colours = [_OTHERS if point.other else _MINE for point in points]
    labels = [_wrapped(point.what) for point in points]
    made, axes = pyplot.subplots(figsize=(7.2, _height(labels) + 1.0))
    log = _far_apart(points)
    axes.barh(
        range(len(points)), [point.median for point in points], color=colours, height=0.66, log=log,
        xerr=_whiskers(points), error_kw={"ecolor": _INK, "capsize": 2.5, "elinewidth": 1},
    )  # fmt: skip
    axes.set_yticks(range(len(points)), labels, linespacing=0.95)
    axes.set_ylim(-0.6, len(points) - 0.4)
    right = axes.secondary_yaxis("right")
    right.set_yticks(range(len(points)), [figure(point.median, picture.unit) for point in points])
    right.tick_params(length=0)
    right.spines["right"].set_visible(False)
    _plain_numbers(axes.xaxis)
    scale = " (powers of ten)" if log else ""
    axes.set_xlabel(f"{picture.unit}{scale}; bars: median, whiskers: lowest to highest")
    axes.set_title(picture.title)
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    if any(point.other for point in points):
        patch = peer("matplotlib.patches").Patch
        axes.legend(
            handles=[patch(color=_MINE, label="licet"), patch(color=_OTHERS, label="beside it")],
            loc="upper center", bbox_to_anchor=(0.5, -0.62 / made.get_figheight()), ncols=2, frameon=False,
        )  # fmt: skip
    return made


def _curves(pyplot: Any, picture: CurvePicture) -> Any:
    made, axes = pyplot.subplots(figsize=(7.2, 4.0))
    for number, (what, points) in enumerate(picture.lines):
        again, style = divmod(number, len(_COLOURS))
        axes.errorbar(
            [point.x for point in points], [point.median for point in points], yerr=_whiskers(points),
            color=_COLOURS[style], marker=_MARKS[style], linestyle=_DASHES[style], markersize=5, capsize=2.5,
            linewidth=1.5, elinewidth=0.9, label=what, markerfacecolor="white" if again else None,
        )  # fmt: skip
    if picture.log_x:
        axes.set_xscale("log")
    if picture.log_y:
        axes.set_yscale("log")
    elif not _close_together(picture.lines):
        axes.set_ylim(bottom=0)
    ticks = sorted({point.x for _, points in picture.lines for point in points})
    axes.set_xticks(ticks, [figure(x) for x in ticks])
    axes.xaxis.minorticks_off()
    _plain_numbers(axes.yaxis)
    if picture.limit is not None:
        axes.axhline(picture.limit, color=_INK, linewidth=1)
        axes.annotate(
            f"target {figure(picture.limit)}", (1, picture.limit), xycoords=("axes fraction", "data"),
            xytext=(5, 0), textcoords="offset points", va="center", color=_INK,
        )  # fmt: skip
    axes.set_xlabel(picture.x)
    axes.set_ylabel(picture.y)
    axes.set_title(picture.title)
    axes.grid(color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    if len(picture.lines) > 1:
        axes.legend(loc="upper left", bbox_to_anchor=(0, -0.16), ncols=3, frameon=False)
    return made


_DRAWERS: dict[type[Picture], Callable[[Any, Any], Any]] = {
    TargetsPicture: _targets,
    BarsPicture: _bars,
    CurvePicture: _curves,
}


def _whiskers(points: Iterable[Point]) -> list[list[float]]:
    told = list(points)
    return [[one.median - one.lowest for one in told], [one.highest - one.median for one in told]]


def _height(labels: list[str]) -> float:
    """Inches for so many rows; more where some have two lines."""
    return len(labels) * (0.38 if any("\n" in label for label in labels) else 0.31)


def _far_apart(points: Iterable[Point]) -> bool:
    medians = [point.median for point in points]
    return max(medians) > _FAR_APART * min(medians)


def _close_together(lines: Iterable[tuple[str, Iterable[Point]]]) -> bool:
    """Whether an axis from nought would leave most of the picture empty."""
    told = [point for _, points in lines for point in points]
    return min(point.lowest for point in told) > 0.4 * max(point.highest for point in told)


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, 56))


def _plain_numbers(axis: Any) -> None:
    """0.01, 1 and 1,000 rather than powers with exponents; 2 and 5 between them where there is room."""
    ticker = peer("matplotlib.ticker")
    low, high = axis.get_view_interval()
    if axis.get_scale() == "log":
        axis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5) if high < 300 * low else (1,)))
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: figure(value)))
    axis.set_minor_formatter(ticker.NullFormatter())
