"""What became of one quotation from one version of its document to a later one: kept, moved, altered or gone.

It is kept where its words stand in a passage that says the same under the same headings: a row of a table counts whole,
so a kind of data added to the row is a change though the quotation stands. Only its own document is looked at.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

from licet.policies.quotations.nearest_passage import Difference, differences, lay_over
from licet.policies.quotations.pack_quotations import Quotation
from licet.policies.quotations.policy_documents import Version
from licet.policies.quotations.text_passages import Page, Passage
from licet.policies.quotations.version_steps import ALIKE, likeness, paired_pages
from licet.terms.canonical import JsonObject

#: earlier: it stands no more, and the pack has read the version that dropped it, or one after it was read.
#: not_at_hand: neither the version that it was read in, nor a later one, is among the texts.
Status = Literal["misquoted", "kept", "moved", "altered", "gone", "earlier", "not_at_hand"]

#: So many places of one quotation are compared with one another.
_PLACES = 20


class Reading(NamedTuple):
    """One version of a document with what stands in it."""

    version: Version
    pages: tuple[Page, ...]

    def spans(self, words: Sequence[str]) -> Iterator[Span]:
        """Every place where words stand, once a passage."""
        seen = set()
        for number, page in enumerate(self.pages):
            for first, last in page.searched.find_all(words):
                low, high = (bisect.bisect_right(page.passages, line, key=_line) for line in (first, last))
                if (number, low, high) not in seen:
                    seen.add((number, low, high))
                    yield Span(number, first, page.passages[low - 1 : high])

    def holds(self, words: Sequence[str]) -> bool:
        return any(any(page.searched.find_all(words)) for page in self.pages)


class Span(NamedTuple):
    """The passages that hold a quotation. page: its number. line: where the quotation begins."""

    page: int
    line: int
    passages: tuple[Passage, ...]

    @property
    def folded(self) -> tuple[tuple[str, ...], ...]:
        return tuple(passage.folded for passage in self.passages)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(word for passage in self.passages for word in passage.words)

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(name.casefold() for name in self.passages[0].headings)


class Place(NamedTuple):
    """Where something stands or stood, and the passage there."""

    file: str
    line: int
    headings: tuple[str, ...]
    text: str


class QuoteStatus(NamedTuple):
    """One quotation and what became of it.

    quote_stands: its words stand, in a passage that changed around them. was: None where the version that it was read
    in is not at hand. differences: between the two passages, or between the quotation and what stands in its place.
    since: the day that recorded a change after the last version read.
    """

    quotation: Quotation
    status: Status
    quote_stands: bool
    was: Place | None
    now: Place | None
    differences: tuple[Difference, ...] = ()
    since: date | None = None

    @property
    def passage(self) -> str:
        """What it rested on: the passage, or, where that is not at hand, the quotation."""
        return self.quotation.quote if self.was is None else self.was.text

    def as_json(self) -> JsonObject:
        asked = self.quotation
        return {
            "pack": asked.pack, "source": asked.source, "quote": asked.quote, "cited_by": list(asked.cited_by),
            "status": self.status, "quote_stands": self.quote_stands,
            "was": None if self.was is None else self.was._asdict(),
            "now": None if self.now is None else self.now._asdict(),
            "differences": [it._asdict() for it in self.differences],
            "since": None if self.since is None else self.since.isoformat(),
        }  # fmt: skip


def status_of(quotation: Quotation, before: Reading | None, later: Reading) -> QuoteStatus:
    """What became of a quotation that stands in `before`; where that is None, whether it stands in `later`."""
    words = quotation.words
    old = [] if before is None else list(before.spans(words))
    new = list(later.spans(words))
    was = _place(before, old[0]) if before is not None and old else None
    if not new:
        return _nearest(quotation, was, before, old, later)
    if not old or before is None:
        return QuoteStatus(quotation, "kept", True, None, _place(later, new[0]))
    pages = paired_pages(before.pages, later.pages)
    homes = {(span.folded, span.page, span.headings): span for span in old}
    for span in new:
        home = homes.get((span.folded, pages.get(span.page, -1), span.headings))
        if home is not None:
            return QuoteStatus(quotation, "kept", True, _place(before, home), _place(later, span))
    same = {span.folded: span for span in old}
    for span in new:
        if span.folded in same:
            return QuoteStatus(
                quotation, "moved", True, _place(before, same[span.folded]), _place(later, span)
            )
    left, right = max(
        ((one, other) for one in old[:_PLACES] for other in new[:_PLACES]),
        key=lambda pair: (likeness(pair[0].words, pair[1].words), pages.get(pair[1].page) == pair[0].page),
    )
    changed = differences(left.words, right.words)
    return QuoteStatus(quotation, "altered", True, _place(before, left), _place(later, right), changed)


def _nearest(
    quotation: Quotation, was: Place | None, before: Reading | None, old: list[Span], later: Reading
) -> QuoteStatus:
    """Altered, where something like it stands, on its own page before others; else gone."""
    pages = {} if before is None else paired_pages(before.pages, later.pages)
    home = old[0].page if old else 0
    for page in sorted(range(len(later.pages)), key=lambda number: pages.get(number, number) != home):
        window = later.pages[page].searched.likeliest(quotation.words)
        near = None if window is None else lay_over(quotation.words, window)
        if near is not None and near.alike >= ALIKE and len(quotation.words) > 1:
            now = Place(later.version.file, near.line, _headings(later.pages[page], near.line), near.passage)
            return QuoteStatus(quotation, "altered", False, was, now, near.differences)
    return QuoteStatus(quotation, "gone", False, was, None)


def _place(reading: Reading, span: Span) -> Place:
    text = " ".join(passage.text for passage in span.passages)
    return Place(reading.version.file, span.line, span.passages[0].headings, text)


def _headings(page: Page, line: int) -> tuple[str, ...]:
    return page.passages[bisect.bisect_right(page.passages, line, key=_line) - 1].headings


def _line(passage: Passage) -> int:
    return passage.line
