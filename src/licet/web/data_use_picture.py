"""A picture of where a member's records go: kinds on the left, uses on the right, ribbons as wide as the records.

It is drawn twice, for wide windows and for phones, and the stylesheet shows the one that fits. The same is told as a
table below it, and as a sentence for those who do not see it.
"""

from __future__ import annotations

import textwrap
from typing import NamedTuple

from markupsafe import Markup

from licet.app.member.data_uses import Flow
from licet.standalone.standalone_page import fragment
from licet.standalone.standalone_picture import Bar, Label, Picture, Ribbon


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
    drawn = [_drawn(flows, tables, heading, layout) for layout in (_WIDE, _NARROW)]
    return fragment("licet.standalone/templates/pictures.html", drawn=drawn)


def _drawn(flows: list[Flow], tables: dict[str, int], heading: str, layout: _Layout) -> Picture:
    height = _TOP + max(len(tables) * _PITCH, len(flows) * (layout.row + layout.gap)) + 12
    drawn = Picture(f"picture-{layout.name}", _told(flows), layout.width, height, layout.name)
    left = _places(list(tables.values()), height, layout.tallest)
    right = _places([max(flow.used, 1) for flow in flows], height, layout.tallest)
    drawn.ribbons += _ribbons(flows, list(tables), left, right, layout)
    drawn.labels += (
        Label("Your records", layout.left, 18, "head", "end"), Label(heading, layout.right, 18, "head"),
    )  # fmt: skip
    for (name, records), place in zip(tables.items(), left, strict=True):
        drawn.bars.append(Bar("kind", layout.left, place.top, _BAR, place.height))
        label, y = name.replace("_", " "), place.middle + 4
        drawn.labels.append(Label(label, layout.left - 8, y, anchor="end", number=f"{records:,}"))
    for flow, place in zip(flows, right, strict=True):
        kind = "use" if flow.used else "use none"
        drawn.bars.append(Bar(kind, layout.right - _BAR, place.top, _BAR, place.height))
        drawn.labels += _labels(flow, layout, place.middle)
    return drawn


def _labels(flow: Flow, layout: _Layout, middle: float) -> list[Label]:
    """What a use is, to whom the records go, and how many: a few lines beside its bar."""
    label = flow.label[:1].upper() + flow.label[1:]
    lines = textwrap.wrap(label, layout.label_chars, max_lines=layout.label_lines, placeholder="…")
    told = f"{flow.used:,} record{'' if flow.used == 1 else 's'}" if flow.used else "nothing"
    counts = [*textwrap.wrap(flow.to, layout.label_chars, max_lines=1, placeholder="…"), told]
    if len(f"{flow.to}: {told}") <= layout.label_chars:
        counts = [f"{flow.to}: {told}"]
    top = middle - (len(lines) + len(counts)) * layout.line / 2 + layout.line - 3
    return [
        Label(text, layout.right + 8, top + number * layout.line, kind)
        for number, (kind, text) in enumerate(
            [("label", one) for one in lines] + [("count", one) for one in counts]
        )
    ]


def _ribbons(
    flows: list[Flow], tables: list[str], left: list[_Place], right: list[_Place], layout: _Layout
) -> list[Ribbon]:
    drawn = []
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
            drawn.append(
                Ribbon(layout.left + _BAR, left[at].middle, layout.right - _BAR, arrived + wide / 2, wide)
            )
            arrived += share
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


def _told(flows: list[Flow]) -> str:
    said = [f"{flow.label}, by {flow.to}: {flow.used} of your records" for flow in flows]
    return "Where your records go. " + "; ".join(said) + "."
