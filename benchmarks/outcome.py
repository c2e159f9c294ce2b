"""What a benchmark found: series of samples, ratios between them, what was checked, and what it means for a target.

Plain values all the way, so that the JSON file holds everything the tables are drawn from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.measure import median, quantile, ratios


class AnswersDiffer(Exception):
    """Two contenders answered the same question differently: what follows would measure nothing."""


def require_same(what: str, one: object, other: object) -> None:
    """Raises: AnswersDiffer unless both are equal."""
    if one != other:
        raise AnswersDiffer(f"{what}: {_short(one)} and {_short(other)}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}…"


@dataclass(frozen=True)
class Series:
    """One figure, sampled once a round.

    samples: in `unit`, one a round. calls: every single call of all rounds as nanoseconds to how often, where
    calls were timed one by one.
    """

    name: str
    what: str
    unit: str
    samples: tuple[float, ...]
    calls: Mapping[str, int] = field(default_factory=dict)

    @property
    def median(self) -> float:
        return median(self.samples)

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "what": self.what,
            "unit": self.unit,
            "median": _tidy(self.median),
            "p99": _tidy(self.p99),
            "lowest": _tidy(min(self.samples)),
            "highest": _tidy(max(self.samples)),
            "samples": [_tidy(sample) for sample in self.samples],
            **({"calls_ns": dict(self.calls)} if self.calls else {}),
        }

    @property
    def p99(self) -> float:
        """Of the single calls where there are any, in `unit` (then µs); else of the rounds."""
        if not self.calls:
            return quantile(self.samples, 0.99)
        wanted, seen = 0.99 * sum(self.calls.values()), 0
        for value, times in self.calls.items():
            seen += times
            if seen >= wanted:
                return int(value) / 1000
        raise ValueError("no calls")


@dataclass(frozen=True)
class Ratio:
    """One series over another, round by round."""

    name: str
    what: str
    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.samples)

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "what": self.what,
            "median": _tidy(self.median),
            "lowest": _tidy(min(self.samples)),
            "highest": _tidy(max(self.samples)),
            "samples": [_tidy(sample) for sample in self.samples],
        }


@dataclass(frozen=True)
class Curve:
    """Lines to be drawn: how a figure changes with something.

    x:     what changes and in which unit, for the axis; `log_x` and `log_y` where it spans powers of ten.
    lines: what a line is, to the value of x and the name of the series or ratio that was found there.
    limit: a target to draw across, if there is one.
    """

    name: str
    title: str
    x: str
    y: str
    lines: Mapping[str, Mapping[float, str]]
    log_x: bool = False
    log_y: bool = False
    limit: float | None = None

    def as_json(self) -> dict[str, Any]:
        lines = {what: [[x, name] for x, name in points.items()] for what, points in self.lines.items()}
        return {
            "name": self.name,
            "title": self.title,
            "x": self.x,
            "y": self.y,
            "lines": lines,
            "log_x": self.log_x,
            "log_y": self.log_y,
            "limit": self.limit,
        }


@dataclass
class Outcome:
    """Everything one benchmark found. All series are plotted as bars, by unit, without being asked for.

    sizes:   what was measured on. how: sentences on how it was measured. checks: what was found to be equal.
    reached: id of a target to the name of the series or ratio that speaks to it, or names; the hardest counts.
    others:  names of the series that are not licet's, but of what it is measured beside; plots tell them apart.
    curves:  what is plotted besides.
    configuration: library to how it was set up, for those beside which licet was measured.
    """

    name: str
    title: str
    how: tuple[str, ...]
    sizes: dict[str, Any] = field(default_factory=dict)
    checks: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    reached: dict[str, str | list[str]] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    curves: list[Curve] = field(default_factory=list)
    configuration: dict[str, str] = field(default_factory=dict)

    def add(
        self,
        name: str,
        what: str,
        unit: str,
        samples: Sequence[float],
        calls: Mapping[str, int] | None = None,
    ) -> Series:
        series = Series(name, what, unit, tuple(samples), calls or {})
        self.series.append(series)
        return series

    def compare(self, name: str, what: str, of: Sequence[float], to: Sequence[float]) -> Ratio:
        ratio = Ratio(name, what, tuple(ratios(of, to)))
        self.ratios.append(ratio)
        return ratio

    def samples_of(self, name: str) -> tuple[float, ...]:
        """The samples of a series of this outcome. Raises: KeyError when it has none of that name."""
        return {one.name: one.samples for one in self.series}[name]

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "how": list(self.how),
            "sizes": self.sizes,
            "checks": self.checks,
            "notes": self.notes,
            "series": [series.as_json() for series in self.series],
            "ratios": [ratio.as_json() for ratio in self.ratios],
            "reached": self.reached,
            "others": sorted(self.others),
            "curves": [curve.as_json() for curve in self.curves],
            "configuration": self.configuration,
        }


def _tidy(value: float) -> float:
    """Six significant digits: more would pretend."""
    return float(f"{value:.6g}")
