"""A policy text as pages and passages: what two recorded versions of one document are compared by.

A passage is a paragraph, an item of a list or a row of a table, in one line or several. An archive joins several pages
of a site into one document with a line ``- - -``; each page has its own headings and names its own day. A second policy
below the first on one page, under a heading of its own with a day, counts as another page.
"""

from __future__ import annotations

import itertools
import re
from array import array
from collections.abc import Iterator
from typing import NamedTuple

from licet.policies.quotations.nearest_passage import SearchedText
from licet.policies.quotations.passage_words import Words, said, words_of

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH = "(" + "|".join(_MONTHS) + ")"
_DAY = re.compile(
    r"\b(effective|into effect|last updated|updated|last revised|last modified)\b([^|]{0,24}?)"
    rf"(?:{_MONTH} (?:(\d{{1,2}}),? )?(20\d\d)|(\d{{1,2}}) {_MONTH} (20\d\d)|(20\d\d)-(\d\d)-(\d\d))\b",
    re.IGNORECASE,
)
#: A line that begins so is a passage of its own, or begins one: a heading, an item, a row, a quotation, a tag.
_BEGINS = re.compile(r"\s*(?:[#|><]|(?:[-*+•·]|\d{1,3}[.)])\s)")
#: After a line that ends so a passage is over: a tag, a row, a break that the writer set.
_ENDS = re.compile(r"(?:[>|]\s*|  |\\)\Z")
_HEADING = re.compile(r"\s{0,3}(?:(#{1,6})\s|<h([1-6])\b)")
#: The day that a page names of itself stands in a line of its own among so many passages at its head or its foot;
#: else in a sentence nearer to them.
_HEAD, _FOOT, _NEAR_HEAD = 40, 6, 12
_LINE_OF_ITS_OWN = 8
#: A day within so many passages below a first-level heading makes it the heading of another policy.
_BELOW_A_TITLE = 6


class Passage(NamedTuple):
    """line: its first. words: as written. folded: as compared. headings: those above it, below the page's first."""

    line: int
    headings: tuple[str, ...]
    words: tuple[str, ...]
    folded: tuple[str, ...]

    @property
    def text(self) -> str:
        return said(list(self.words))


class DayNamed(NamedTuple):
    """A day that a page names of itself, as ``2026-08-21`` or ``2026-08``, and the line that names it."""

    kind: str
    day: str
    line: int


class Page(NamedTuple):
    """heading: its first, or its first words."""

    heading: str
    says: DayNamed | None
    passages: tuple[Passage, ...]
    searched: SearchedText


class _Line(NamedTuple):
    """level: of a heading, 1 to 6; else 0. joins: it goes on with the passage of the line before it."""

    number: int
    words: list[str]
    level: int
    joins: bool


def pages_of(text: str) -> tuple[Page, ...]:
    """The pages of a document, in its order; at least one, which may be empty."""
    raw = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    words, numbers = words_of(text)
    lines: list[_Line] = []
    starts = [0]
    for number, places in itertools.groupby(range(len(words)), numbers.__getitem__):
        last = lines[-1].number if lines else 0
        level = _level(raw, number)
        joins = (
            last == number - 1 > 0
            and not level
            and not lines[-1].level
            and not _BEGINS.match(raw[number - 1])
            and not _ENDS.search(raw[last - 1])
        )
        if lines and "- - -" in raw[last : number - 1]:
            starts.append(len(lines))
        lines.append(_Line(number, [words[place] for place in places], level, joins))
    parts = [
        part
        for start, end in itertools.pairwise([*starts, len(lines)])
        for part in _policies(lines[start:end])
    ]
    return tuple(map(_page, parts))


def _policies(lines: list[_Line]) -> Iterator[list[_Line]]:
    """A page parted where another policy begins."""
    start, titles = 0, 0
    for place, line in enumerate(lines):
        if line.level == 1:
            below = lines[place + 1 : place + 1 + _BELOW_A_TITLE]
            if titles and any(_DAY.search(said(it.words)) for it in below):
                yield lines[start:place]
                start = place
            titles += 1
    yield lines[start:]


def _page(lines: list[_Line]) -> Page:
    title = next((it for it in lines if it.level and not _DAY.match(said(it.words))), None)
    above: list[tuple[int, str]] = []
    passages: list[Passage] = []
    begins = [place for place, line in enumerate(lines) if not line.joins or not place]
    for start, end in itertools.pairwise([*begins, len(lines)]):
        line = lines[start]
        if line.level:
            above = [entry for entry in above if entry[0] < line.level]
        own = tuple(word for it in lines[start:end] for word in it.words)
        headings = tuple(name for _, name in above)
        passages.append(Passage(line.number, headings, own, tuple(map(str.casefold, own))))
        if line.level and line is not title:
            above.append((line.level, said(line.words)))
    words = [word for line in lines for word in line.words]
    numbers = array("L", [line.number for line in lines for _ in line.words])
    heading = said((title or lines[0]).words)[:200] if lines else ""
    return Page(heading, _says(passages), tuple(passages), SearchedText(Words(words, numbers)))


def day_left_out(passage: Passage) -> str:
    """What a passage says apart from the day in it."""
    return _DAY.sub(lambda found: found[1], passage.text).casefold()


def _says(passages: list[Passage]) -> DayNamed | None:
    head, foot = passages[:_HEAD], passages[_HEAD:][-_FOOT:]
    own = (passage for passage in (*head, *foot) if len(passage.words) <= _LINE_OF_ITS_OWN)
    for passage, search in (
        *((passage, _DAY.match) for passage in own),
        *((passage, _DAY.search) for passage in (*head[:_NEAR_HEAD], *foot)),
    ):
        found = search(passage.text)
        if found is None or "until" in found[2].lower():
            continue  # the day on which the policy below ends
        month = (found[3] or found[7] or "").lower()
        number = _MONTHS.index(month) + 1 if month else int(found[10])
        day = found[4] or found[6] or found[11]
        ymd = f"{found[5] or found[8] or found[9]}-{number:02}" + (f"-{int(day):02}" if day else "")
        return DayNamed(found[1].lower(), ymd, passage.line)
    return None


def _level(lines: list[str], line: int) -> int:
    """Of a heading: 1 to 6; of anything else: 0. line: counted from 1."""
    found = _HEADING.match(lines[line - 1])
    if found is not None:
        return len(found[1]) if found[1] else int(found[2])
    below = lines[line].rstrip() if line < len(lines) else ""
    if len(below) > 1 and not below.strip("="):
        return 1
    return 2 if len(below) > 2 and not below.strip("-") else 0
