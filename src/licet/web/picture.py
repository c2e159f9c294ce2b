"""A picture of where a member's records go: kinds on the left, uses on the right, ribbons as wide as the records.

Inline SVG made of attributes alone, since pages allow no inline style; colours come from classes in the stylesheet.
The same is told as a table below it, and as a sentence for those who do not see it.
"""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from markupsafe import Markup

from licet.app.member.flows import Flow

_WIDTH, _LEFT, _RIGHT, _BAR = 780, 160, 420, 10
_ROW, _GAP, _TOP = 34, 12, 34
#: Records are drawn to scale, but nothing that is there is drawn thinner than this.
_THINNEST = 2.0


class _Place(NamedTuple):
    """A bar: its top and height, and how far down ribbons already reach."""

    top: float
    height: float


def draw(flows: list[Flow]) -> Markup | None:
    """The picture; None where there are no records or no uses."""
    tables: dict[str, int] = {}
    for flow in flows[:1]:
        for part in flow.parts:
            tables[part.table] = tables.get(part.table, 0) + part.records
    if not tables or not flows:
        return None
    uses = [(f"{flow.label}", flow.to, flow.used, flow) for flow in flows]
    rows = max(len(tables), len(uses))
    height = _TOP + rows * (_ROW + _GAP) + _GAP
    left = _places(list(tables.values()), height)
    right = _places([max(used, 1) for _, _, used, _ in uses], height)
    parts = [
        f'<svg class="picture" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="picture-title">',
        f'<title id="picture-title">{escape(_told(flows))}</title>',
        f'<text class="head" x="{_LEFT}" y="18" text-anchor="end">Your records</text>',
        f'<text class="head" x="{_RIGHT}" y="18">What they are used for now</text>',
    ]
    parts += _ribbons(flows, list(tables), left, right)
    for (name, records), place in zip(tables.items(), left, strict=True):
        y = place.top + place.height / 2
        parts.append(_bar("kind", _LEFT, place))
        parts.append(
            f'<text x="{_LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{escape(name.replace("_", " "))}'
            f'<tspan class="count"> {records:,}</tspan></text>'
        )
    for (label, to, used, _), place in zip(uses, right, strict=True):
        y = place.top + place.height / 2
        kind = "use" if used else "use none"
        parts.append(_bar(kind, _RIGHT - _BAR, place))
        parts.append(
            f'<text x="{_RIGHT + 10}" y="{y - 1:.1f}">{escape(_short(label))}</text>'
            f'<text class="count" x="{_RIGHT + 10}" y="{y + 13:.1f}">'
            f"{escape(to)}: {f'{used:,} of your records' if used else 'nothing'}</text>"
        )
    parts.append("</svg>")
    return Markup("".join(parts))


def _ribbons(flows: list[Flow], tables: list[str], left: list[_Place], right: list[_Place]) -> list[str]:
    drawn = []
    arrived = [place.top for place in right]
    for number, flow in enumerate(flows):
        for at, table in enumerate(tables):
            used = sum(
                part.records for part in flow.parts if part.table == table and part.code == "permitted"
            )
            if not used:
                continue
            total = max(flow.used, 1)
            wide = max(_THINNEST, right[number].height * used / total)
            here, there = left[at].top + left[at].height / 2, arrived[number] + wide / 2
            arrived[number] += right[number].height * used / total
            middle = (_LEFT + _BAR + _RIGHT - _BAR) / 2
            drawn.append(
                f'<path class="ribbon" stroke-width="{wide:.1f}" d="M{_LEFT + _BAR},{here:.1f} '
                f'C{middle},{here:.1f} {middle},{there:.1f} {_RIGHT - _BAR},{there:.1f}"/>'
            )
    return drawn


def _places(sizes: list[int], height: float) -> list[_Place]:
    """One bar each, evenly spaced over the picture, as tall as its share of a row."""
    most = max(sizes)
    step = (height - _TOP) / len(sizes)
    places = []
    for number, size in enumerate(sizes):
        tall = max(_THINNEST * 2, _ROW * size / most)
        places.append(_Place(_TOP + number * step + (step - tall) / 2, tall))
    return places


def _bar(kind: str, x: float, place: _Place) -> str:
    return f'<rect class="bar {kind}" x="{x}" y="{place.top:.1f}" width="{_BAR}" height="{place.height:.1f}" rx="2"/>'


def _short(label: str) -> str:
    label = label[:1].upper() + label[1:]
    return label if len(label) <= 50 else label[:49] + "…"


def _told(flows: list[Flow]) -> str:
    said = [f"{flow.label}, by {flow.to}: {flow.used} of your records" for flow in flows]
    return "Where your records go. " + "; ".join(said) + "."
