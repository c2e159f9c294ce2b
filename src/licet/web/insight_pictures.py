"""Pictures of a release of insights: what to learn, as bars, and what is asked for month by month, as lines.

Each is drawn twice, for wide windows and for phones, and the stylesheet shows the one that fits; a table beside them
says the same. They are made of what was released alone.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from licet.standalone.standalone_page import fragment
from licet.standalone.standalone_picture import Bar, Label, Line, Picture

if TYPE_CHECKING:
    from licet.app.insight_releases import Release


class _Layout(NamedTuple):
    """Units are the picture's own. label_chars: letters of a skill's name that have room."""

    name: str
    width: int
    label_chars: int


_LAYOUTS = (_Layout("wide", 780, 60), _Layout("narrow", 340, 30))
_ROW, _TOP, _THICK, _THIN, _RIGHT = 54, 26, 14, 7, 52
#: So many skills and months at most are lines; they are told apart by how they are drawn, and named at their ends.
_SERIES = ("one", "two", "three", "four")
_MOST_MONTHS, _HEIGHT, _LEFT, _LINE = 12, 260, 30, 16


def draw_to_learn(release: Release, region: str, most: int) -> Markup:
    """A pair of bars for each skill: advertisements, and members who have it, each to a scale of its own.

    Raises: AppError RCMD-126 for a region that it does not tell of.
    """
    return fragment(_TEMPLATE, drawn=[_bars(release, region, most, layout) for layout in _LAYOUTS])


def draw_demand(release: Release, region: str) -> Markup | None:
    """A line for each of the skills most asked for in a region; None where there are not two months of it."""
    here = [one for one in release.figures.asked if one.region == region]
    months = _months(sorted({one.month for one in here}))[-_MOST_MONTHS:]
    total = Counter[str]()
    for one in here:
        if one.month in months:
            total[one.skill] += one.postings
    skills = [skill for skill, _ in sorted(total.items(), key=lambda told: (-told[1], told[0]))][
        : len(_SERIES)
    ]
    if len(months) < 2 or not skills:
        return None
    counts = {(one.skill, one.month): one.postings for one in here}
    series = {skill: [counts.get((skill, month), 0) for month in months] for skill in skills}
    return fragment(_TEMPLATE, drawn=[_lines(series, months, layout) for layout in _LAYOUTS])


_TEMPLATE = "licet.standalone/templates/pictures.html"


def _bars(release: Release, region: str, most: int, layout: _Layout) -> Picture:
    rows = release.to_learn(region)[:most]
    said = "; ".join(
        f"{one.skill}: {one.postings} advertisements, members who have it: {_told(one.members)}"
        for one in rows
    )
    drawn = Picture(
        f"to-learn-{layout.name}", f"Skills to learn. {said}.", layout.width, _TOP + _ROW * len(rows), layout.name
    )  # fmt: skip
    room = layout.width - _RIGHT
    asked = max(one.postings for one in rows)
    held = max(one.members or 0 for one in rows) or 1
    drawn.bars += [Bar("use", 0, 4, 12, 10), Bar("", 132, 6, 12, 6)]
    drawn.labels += [
        Label("advertisements", 18, 13, "head"), Label("members who have it, about", 150, 13, "head"),
    ]  # fmt: skip
    for number, one in enumerate(rows):
        top = _TOP + number * _ROW
        name = (
            textwrap.shorten(one.skill, layout.label_chars, placeholder="…")
            or one.skill[: layout.label_chars]
        )
        drawn.labels.append(Label(name, 0, top + 11))
        for thick, kind, share, y, number_ in (
            (_THICK, "use", one.postings / asked, top + 16, f"{one.postings:,}"),
            (_THIN, "", (one.members or 0) / held, top + 32, _told(one.members)),
        ):
            width = max(2.0, room * share)
            drawn.bars.append(Bar(kind, 0, y, width, thick))
            drawn.labels.append(Label(number_, width + 6, y + thick / 2 + 4, "count"))
    return drawn


def _lines(series: dict[str, list[int]], months: Sequence[str], layout: _Layout) -> Picture:
    said = "; ".join(f"{skill}: {', '.join(map(str, counts))}" for skill, counts in series.items())
    top = _LINE * len(series) + 14
    drawn = Picture(
        f"demand-{layout.name}", f"Advertisements by month, {months[0]} to {months[-1]}. {said}.", layout.width,
        top + _HEIGHT + 30, layout.name,
    )  # fmt: skip
    most = max(1, *(count for counts in series.values() for count in counts))
    step = max(1, -(-most // 4))
    bottom, right = top + _HEIGHT, layout.width - 14

    def x(place: int) -> float:
        return _LEFT + (right - _LEFT) * place / (len(months) - 1)

    def y(count: float) -> float:
        return bottom - _HEIGHT * count / (step * -(-most // step))

    for count in range(0, step * -(-most // step) + 1, step):
        drawn.lines.append(Line("grid", ((_LEFT, y(count)), (right, y(count)))))
        drawn.labels.append(Label(f"{count:,}", _LEFT - 6, y(count) + 4, "count", "end"))
    every = max(1, -(-len(months) * 62 // (right - _LEFT)))
    for place in range(len(months) - 1, -1, -every):
        anchor = "end" if place == len(months) - 1 else "middle"
        drawn.labels.append(Label(months[place], x(place), bottom + 20, "count", anchor))
    for number, ((skill, counts), kind) in enumerate(zip(series.items(), _SERIES, strict=False)):
        points = tuple((x(place), y(count)) for place, count in enumerate(counts))
        drawn.lines.append(Line(f"series {kind}", points))
        drawn.bars += [Bar(f"series {kind}", at - 2.5, height - 2.5, 5, 5) for at, height in points]
        legend = 8 + number * _LINE
        drawn.lines.append(Line(f"series {kind}", ((_LEFT, legend), (_LEFT + 28, legend))))
        name = textwrap.shorten(skill, layout.label_chars, placeholder="…") or skill[: layout.label_chars]
        drawn.labels.append(Label(name, _LEFT + 36, legend + 4))
    return drawn


def _months(told: Sequence[str]) -> list[str]:
    """Every month from the first to the last of those of which anything is told."""
    found = [*told[:1]]
    for _, last in pairwise(told):
        while found[-1] < last:
            year, month = map(int, found[-1].split("-"))
            found.append(f"{year + month // 12}-{month % 12 + 1:02}")
    return found


def _told(members: int | None) -> str:
    return "too few to tell" if members is None else f"{members:,}"
