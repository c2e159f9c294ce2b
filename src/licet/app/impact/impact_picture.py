"""A picture of an impact: for each use, for how many members less is done to the left, and more to the right.

It is drawn twice, for wide windows and for phones, and the stylesheet shows the one that fits. The same stands beside
it as a table.
"""

from __future__ import annotations

import textwrap
from typing import NamedTuple

from licet.app.impact.impact_sentences import Sums
from licet.standalone.standalone_picture import Axis, Bar, Label, Picture


class _Layout(NamedTuple):
    """Units are the picture's own. half: how long a bar may be, to either side. counts: room for numbers."""

    name: str
    width: int
    counts: int
    label_chars: int

    @property
    def half(self) -> float:
        return self.width / 2 - self.counts


_LAYOUTS = (_Layout("wide", 760, 70, 96), _Layout("narrow", 340, 52, 44))
_TOP, _LINE, _TALL, _GAP = 30, 17, 18, 20
#: What is there is never drawn thinner than this.
_THINNEST = 2.0


def draw(uses: list[Sums], members: int) -> list[Picture]:
    """The pictures; none where nothing changes. members: everybody, who would fill a bar."""
    return [_drawn(uses, members, layout) for layout in _LAYOUTS if uses and members]


def _drawn(uses: list[Sums], members: int, layout: _Layout) -> Picture:
    middle = layout.width / 2
    most = max(max(one.members_gained, one.members_lost) for one in uses)
    # Small numbers are told apart: the longest bar is the largest change, and the heading says how many that is.
    scale = layout.half / max(most, 1)
    drawn = Picture(f"impact-{layout.name}", _told(uses, members), layout.width, kind=layout.name)
    drawn.labels += (
        Label("← less: members", middle - 6, 16, "head", "end"), Label("more: members →", middle + 6, 16, "head"),
    )  # fmt: skip
    top = float(_TOP)
    for one in uses:
        lines = textwrap.wrap(one.label[:1].upper() + one.label[1:], layout.label_chars)
        for number, line in enumerate(lines):
            drawn.labels.append(Label(line, middle, top + 13 + number * _LINE, "label", "middle"))
        top += len(lines) * _LINE + 4
        for kind, count, side in (("less", one.members_lost, -1), ("more", one.members_gained, 1)):
            long = max(_THINNEST, count * scale) if count else 0.0
            if long:
                drawn.bars.append(Bar(kind, middle - long if side < 0 else middle, top, long, _TALL))
            anchor = "end" if side < 0 else "start"
            drawn.labels.append(Label(f"{count:,}", middle + side * (long + 6), top + 13, "count", anchor))
        drawn.axes.append(Axis(middle, top - 2, top + _TALL + 2))
        top += _TALL + _GAP
    drawn.height = top
    return drawn


def _told(uses: list[Sums], members: int) -> str:
    said = [f"{one.label}: more for {one.members_gained:,}, less for {one.members_lost:,}" for one in uses]
    return f"Of {members:,} members, for each use. {'; '.join(said)}."
