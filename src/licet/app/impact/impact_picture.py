"""A picture of an impact: for each use, for how many members less is done to the left, and more to the right.

Inline SVG made of attributes alone; colours come from the stylesheet. It is drawn twice, for wide windows and for
phones, and the stylesheet shows the one that fits. The same stands beside it as a table.
"""

from __future__ import annotations

import textwrap
from typing import NamedTuple

from licet.app.impact.impact_sentences import Sums
from licet.standalone.markup import Markup, element, joined
from licet.standalone.standalone_picture import bar, text


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


def draw(uses: list[Sums], members: int) -> Markup | None:
    """The picture; None where nothing changes. members: everybody, who would fill a bar."""
    if not uses or not members:
        return None
    return joined(*(_drawn(uses, members, layout) for layout in _LAYOUTS))


def _drawn(uses: list[Sums], members: int, layout: _Layout) -> Markup:
    middle, title = layout.width / 2, f"impact-{layout.name}"
    most = max(max(one.members_gained, one.members_lost) for one in uses)
    # Small numbers are told apart: the longest bar is the largest change, and the heading says how many that is.
    scale = layout.half / max(most, 1)
    parts = [
        element("title", _told(uses, members), id=title),
        text("← less: members", middle - 6, 16, "head", "end"),
        text("more: members →", middle + 6, 16, "head"),
    ]
    top = float(_TOP)
    for one in uses:
        lines = textwrap.wrap(one.label[:1].upper() + one.label[1:], layout.label_chars)
        for number, line in enumerate(lines):
            parts.append(text(line, middle, top + 13 + number * _LINE, "label", "middle"))
        top += len(lines) * _LINE + 4
        for kind, count, side in (("less", one.members_lost, -1), ("more", one.members_gained, 1)):
            long = max(_THINNEST, count * scale) if count else 0.0
            left = middle - long if side < 0 else middle
            if long:
                parts.append(bar(kind, left, top, long, _TALL))
            anchor = "end" if side < 0 else None
            parts.append(text(f"{count:,}", middle + side * (long + 6), top + 13, "count", anchor))
        parts.append(
            element(
                "line", class_="axis", x1=f"{middle:g}", x2=f"{middle:g}", y1=f"{top - 2:g}",
                y2=f"{top + _TALL + 2:g}",
            )
        )  # fmt: skip
        top += _TALL + _GAP
    return element(
        "svg", *parts, class_=f"picture {layout.name}", viewBox=f"0 0 {layout.width} {top:g}", role="img",
        aria_labelledby=title,
    )  # fmt: skip


def _told(uses: list[Sums], members: int) -> str:
    said = [f"{one.label}: more for {one.members_gained:,}, less for {one.members_lost:,}" for one in uses]
    return f"Of {members:,} members, for each use. {'; '.join(said)}."
