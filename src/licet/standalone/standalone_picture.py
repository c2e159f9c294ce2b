"""The shapes that pictures of these pages are made of; colours and letters are the stylesheet's. Lengths: SVG units.

A picture is computed in Python, since where things stand is arithmetic; its markup is `templates/parts.html` alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Bar(NamedTuple):
    kind: str
    x: float
    y: float
    width: float
    height: float


class Label(NamedTuple):
    """Words at a place. anchor: which end of them stands there. number: one that follows them."""

    text: str
    x: float
    y: float
    kind: str = ""
    anchor: str = "start"
    number: str = ""


class Axis(NamedTuple):
    """An upright line."""

    x: float
    top: float
    bottom: float


class Ribbon(NamedTuple):
    """From a height at `left` to another at `right`, in a curve."""

    left: float
    from_y: float
    right: float
    to_y: float
    width: float

    @property
    def path(self) -> str:
        middle = (self.left + self.right) / 2
        return (
            f"M{self.left:g},{self.from_y:.1f} C{middle:g},{self.from_y:.1f}"
            f" {middle:g},{self.to_y:.1f} {self.right:g},{self.to_y:.1f}"
        )


class Line(NamedTuple):
    """From point to point; `closed` it is an area."""

    kind: str
    points: tuple[tuple[float, float], ...]
    closed: bool = False

    @property
    def path(self) -> str:
        steps = " L".join(f"{x:.1f},{y:.1f}" for x, y in self.points)
        return f"M{steps}{'Z' if self.closed else ''}"


@dataclass
class Picture:
    """Drawn in the order of the lists. title: the same in a sentence, for those who do not see it."""

    id: str
    title: str
    width: float
    height: float = 0
    kind: str = ""
    ribbons: list[Ribbon] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    axes: list[Axis] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
