"""A picture of the answer: what the archive holds, and how much of it each use takes, now and with the toggles off.

Inline SVG made of attributes alone; colours come from the page's stylesheet. The same stands beside it in words.
"""

from __future__ import annotations

from licet.app.audit.markup import Markup, element
from licet.app.audit.report import Report
from licet.app.audit.topics import TOPICS

_WIDTH, _LEFT, _TALL, _STEP, _TOP = 720, 190, 16, 58, 26
_FULL = _WIDTH - _LEFT - 120
#: What is there is never drawn thinner than this.
_THINNEST = 3.0


def draw(report: Report) -> Markup | None:
    """The picture; None where there are no records."""
    if not report.rows:
        return None
    height = _TOP + _STEP * len(TOPICS)
    parts = [
        element("title", _told(report), id="picture-title"),
        _text("now", _LEFT, 14, "head"),
        _text("with every toggle off", _LEFT + 120, 14, "head"),
        _bar("use", _LEFT - 16, 4, 10, 10),
        _bar("left", _LEFT + 104, 4, 10, 10),
    ]
    for number, topic in enumerate(TOPICS):
        reach, top = report.reach(topic), _TOP + number * _STEP + 8
        parts.append(
            _text(topic.short[:1].upper() + topic.short[1:], _LEFT - 12, top + _TALL + 4, anchor="end")
        )
        for kind, records, y in (("use", reach.now, top), ("left", reach.toggles_off, top + _TALL + 2)):
            parts.append(_bar("none", _LEFT, y, _FULL, _TALL))
            if records:
                parts.append(_bar(kind, _LEFT, y, max(_THINNEST, _FULL * records / report.rows), _TALL))
            parts.append(_text(f"{records:,}", _LEFT + _FULL + 8, y + 13, "count"))
    return element(
        "svg",
        *parts,
        class_="picture",
        viewBox=f"0 0 {_WIDTH} {height}",
        role="img",
        aria_labelledby="picture-title",
    )


def _bar(kind: str, x: float, y: float, width: float, height: float) -> Markup:
    return element(
        "rect",
        class_=f"bar {kind}",
        x=f"{x:g}",
        y=f"{y:g}",
        width=f"{width:.1f}",
        height=f"{height:g}",
        rx="2",
    )


def _text(text: str, x: float, y: float, class_: str | None = None, anchor: str | None = None) -> Markup:
    return element("text", text, class_=class_, x=f"{x:g}", y=f"{y:g}", text_anchor=anchor)


def _told(report: Report) -> str:
    said = [
        f"{topic.short}: {reach.now:,} of {report.rows:,} records now, {reach.toggles_off:,} with every toggle off"
        for topic in TOPICS
        for reach in [report.reach(topic)]
    ]
    return "How many of your records are used. " + "; ".join(said) + "."
