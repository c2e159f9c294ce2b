"""A picture of the answer: what the archive holds, and how much of it each use takes, now and with the toggles off.

Inline SVG made of attributes alone; colours come from the page's stylesheet. The same stands beside it in words.
"""

from __future__ import annotations

from licet.audit.audit_report import Report
from licet.audit.topics import TOPICS
from licet.standalone.markup import Markup, element
from licet.standalone.standalone_picture import bar, text

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
        text("now", _LEFT, 14, "head"),
        text("with every toggle off", _LEFT + 120, 14, "head"),
        bar("use", _LEFT - 16, 4, 10, 10),
        bar("left", _LEFT + 104, 4, 10, 10),
    ]
    for number, topic in enumerate(TOPICS):
        reach, top = report.reach(topic), _TOP + number * _STEP + 8
        parts.append(
            text(topic.short[:1].upper() + topic.short[1:], _LEFT - 12, top + _TALL + 4, anchor="end")
        )
        for kind, records, y in (("use", reach.now, top), ("left", reach.toggles_off, top + _TALL + 2)):
            parts.append(bar("none", _LEFT, y, _FULL, _TALL))
            if records:
                parts.append(bar(kind, _LEFT, y, max(_THINNEST, _FULL * records / report.rows), _TALL))
            parts.append(text(f"{records:,}", _LEFT + _FULL + 8, y + 13, "count"))
    return element(
        "svg",
        *parts,
        class_="picture",
        viewBox=f"0 0 {_WIDTH} {height}",
        role="img",
        aria_labelledby="picture-title",
    )


def _told(report: Report) -> str:
    said = [
        f"{topic.short}: {reach.now:,} of {report.rows:,} records now, {reach.toggles_off:,} with every toggle off"
        for topic in TOPICS
        for reach in [report.reach(topic)]
    ]
    return "How many of your records are used. " + "; ".join(said) + "."
