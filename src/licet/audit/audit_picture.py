"""A picture of the answer: what the archive holds, and how much of it each use takes, now and with the toggles off.

The same stands beside it in words.
"""

from __future__ import annotations

from licet.audit.audit_report import Report
from licet.audit.audit_sentences import settled
from licet.audit.topics import TOPICS
from licet.standalone.standalone_picture import Bar, Label, Picture

_WIDTH, _LEFT, _TALL, _STEP, _TOP = 720, 190, 16, 58, 26
_FULL = _WIDTH - _LEFT - 170
#: What is there is never drawn thinner than this.
_THINNEST = 3.0


def draw(report: Report) -> Picture | None:
    """The picture; None where there are no records."""
    if not report.rows:
        return None
    drawn = Picture("picture-title", _told(report), _WIDTH, _TOP + _STEP * len(TOPICS))
    drawn.labels += (
        Label("now", _LEFT, 14, "head"), Label("with every toggle off", _LEFT + 120, 14, "head"),
    )  # fmt: skip
    drawn.bars += (Bar("use", _LEFT - 16, 4, 10, 10), Bar("left", _LEFT + 104, 4, 10, 10))
    for number, topic in enumerate(TOPICS):
        reach, top = report.reach(topic), _TOP + number * _STEP + 8
        told = dict(zip(("use", "left"), settled(report, topic), strict=False))
        name = topic.short[:1].upper() + topic.short[1:]
        drawn.labels.append(Label(name, _LEFT - 12, top + _TALL + 4, anchor="end"))
        for kind, records, y in (("use", reach.now, top), ("left", reach.toggles_off, top + _TALL + 2)):
            drawn.bars.append(Bar("none", _LEFT, y, _FULL, _TALL))
            if records:
                wide = max(_THINNEST, _FULL * records / report.rows)
                drawn.bars.append(Bar(kind, _LEFT, y, wide, _TALL))
            drawn.labels.append(Label(told[kind], _LEFT + _FULL + 8, y + 13, "count"))
    return drawn


def _told(report: Report) -> str:
    said = [
        f"{topic.short}: {now} of {report.rows:,} records now, {toggles_off} with every toggle off"
        if report.readings[topic].read
        else f"{topic.short}: nobody here has read it"
        for topic in TOPICS
        for now, toggles_off, _ in [settled(report, topic)]
    ]
    return "How many of your records are used. " + "; ".join(said) + "."
