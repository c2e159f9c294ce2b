"""A picture of where a member's records go: kinds on the left, uses on the right, ribbons as wide as the records.

Inline SVG made of attributes alone, since pages allow no inline style; colours come from classes in the stylesheet.
It is drawn twice, for wide windows and for phones, and the stylesheet shows the one that fits. The same is told as a
table below it, and as a sentence for those who do not see it.
"""

from __future__ import annotations

import textwrap
from html import escape
from typing import NamedTuple

from markupsafe import Markup

from licet.app.member.data_uses import Flow


class _Layout(NamedTuple):
    """Units are the picture's own. left, right: where the bars stand. label_chars: letters on one line of a label."""

    name: str
    width: int
    left: int
    right: int
    row: int
    gap: int
    tallest: int
    line: int
    label_chars: int
    label_lines: int


_WIDE = _Layout("wide", 780, 160, 420, 34, 14, 34, 14, 48, 2)
_NARROW = _Layout("narrow", 340, 124, 196, 60, 16, 20, 13, 20, 3)
#: A kind's pitch is its own: there are often twice as many of them as uses.
_BAR, _TOP, _PITCH = 10, 34, 46
#: Records are drawn to scale, but nothing that is there is drawn thinner than this.
_THINNEST = 2.0


class _Place(NamedTuple):
    """A bar: its top and height."""

    top: float
    height: float

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def draw(flows: list[Flow], heading: str) -> Markup | None:
    """The picture; None where there are no records or no uses. heading: what the right side shows."""
    tables: dict[str, int] = {}
    for flow in flows[:1]:
        for part in flow.parts:
            tables[part.table] = tables.get(part.table, 0) + part.records
    if not tables or not flows:
        return None
    return Markup("".join(_drawn(flows, tables, heading, layout) for layout in (_WIDE, _NARROW)))


def _drawn(flows: list[Flow], tables: dict[str, int], heading: str, layout: _Layout) -> str:
    height = _TOP + max(len(tables) * _PITCH, len(flows) * (layout.row + layout.gap)) + 12
    left = _places(list(tables.values()), height, layout.tallest)
    right = _places([max(flow.used, 1) for flow in flows], height, layout.tallest)
    title = f"picture-{layout.name}"
    parts = [
        f'<svg class="picture {layout.name}" viewBox="0 0 {layout.width} {height}" role="img" '
        f'aria-labelledby="{title}">',
        f'<title id="{title}">{escape(_told(flows))}</title>',
        f'<text class="head" x="{layout.left}" y="18" text-anchor="end">Your records</text>',
        f'<text class="head" x="{layout.right}" y="18">{escape(heading)}</text>',
        *_ribbons(flows, list(tables), left, right, layout),
    ]
    for (name, records), place in zip(tables.items(), left, strict=True):
        parts.append(_bar("kind", layout.left, place))
        parts.append(
            f'<text x="{layout.left - 8}" y="{place.middle + 4:.1f}" text-anchor="end">'
            f'{escape(name.replace("_", " "))}<tspan class="count"> {records:,}</tspan></text>'
        )
    for flow, place in zip(flows, right, strict=True):
        parts.append(_bar("use" if flow.used else "use none", layout.right - _BAR, place))
        parts += _label(flow, layout, place.middle)
    return "".join([*parts, "</svg>"])


def _label(flow: Flow, layout: _Layout, middle: float) -> list[str]:
    """What a use is, to whom the records go, and how many: a few lines beside its bar."""
    label = flow.label[:1].upper() + flow.label[1:]
    lines = textwrap.wrap(label, layout.label_chars, max_lines=layout.label_lines, placeholder="…")
    told = f"{flow.used:,} record{'' if flow.used == 1 else 's'}" if flow.used else "nothing"
    counts = [*textwrap.wrap(flow.to, layout.label_chars, max_lines=1, placeholder="…"), told]
    if len(f"{flow.to}: {told}") <= layout.label_chars:
        counts = [f"{flow.to}: {told}"]
    top = middle - (len(lines) + len(counts)) * layout.line / 2 + layout.line - 3
    return [
        f'<text class="{kind}" x="{layout.right + 8}" y="{top + number * layout.line:.1f}">{escape(text)}</text>'
        for number, (kind, text) in enumerate(
            [("label", one) for one in lines] + [("count", one) for one in counts]
        )
    ]


def _ribbons(
    flows: list[Flow], tables: list[str], left: list[_Place], right: list[_Place], layout: _Layout
) -> list[str]:
    drawn = []
    begin, end = layout.left + _BAR, layout.right - _BAR
    middle = (begin + end) / 2
    for number, flow in enumerate(flows):
        arrived = right[number].top
        for at, table in enumerate(tables):
            used = sum(
                part.records for part in flow.parts if part.table == table and part.code == "permitted"
            )
            if not used:
                continue
            share = right[number].height * used / max(flow.used, 1)
            wide = max(_THINNEST, share)
            here, there = left[at].middle, arrived + wide / 2
            arrived += share
            drawn.append(
                f'<path class="ribbon" stroke-width="{wide:.1f}" '
                f'd="M{begin},{here:.1f} C{middle},{here:.1f} {middle},{there:.1f} {end},{there:.1f}"/>'
            )
    return drawn


def _places(sizes: list[int], height: float, tallest: int) -> list[_Place]:
    """One bar each, evenly spaced over the picture, as tall as its share of the largest."""
    most = max(sizes)
    step = (height - _TOP) / len(sizes)
    places = []
    for number, size in enumerate(sizes):
        tall = max(_THINNEST * 2, tallest * size / most)
        places.append(_Place(_TOP + number * step + (step - tall) / 2, tall))
    return places


def _bar(kind: str, x: float, place: _Place) -> str:
    return f'<rect class="bar {kind}" x="{x}" y="{place.top:.1f}" width="{_BAR}" height="{place.height:.1f}" rx="2"/>'


def _told(flows: list[Flow]) -> str:
    said = [f"{flow.label}, by {flow.to}: {flow.used} of your records" for flow in flows]
    return "Where your records go. " + "; ".join(said) + "."
