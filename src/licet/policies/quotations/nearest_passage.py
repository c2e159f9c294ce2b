"""One text searched for quotations: where the words stand, and where something closest to them stands.

Exact search is one search in a string. The nearest passage is the window that holds most of a quotation's rarer words;
common ones are looked at only where there are no others, so the time follows how often the rare ones occur.
"""

from __future__ import annotations

import bisect
import difflib
import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from licet.policies.quotations.passage_words import Words, said

#: A word that occurs more often than this does not say where to look, unless every word does.
_COMMON = 500
#: Passages of more words than this are compared roughly.
_LONG = 5000
_MARK = "\0"


class Difference(NamedTuple):
    """Words of the quotation, and what stands in their place; either may be empty."""

    was: str
    now: str


class Near(NamedTuple):
    """A passage like a quotation. alike: the share of the quotation's words that stand there, in order."""

    line: int
    passage: str
    alike: float
    differences: tuple[Difference, ...]


class Window(NamedTuple):
    """Words around a place as written, each with its line. score: how much of a quotation is among them."""

    score: float
    words: list[str]
    lines: list[int]


class SearchedText:
    """A text with an index of its words."""

    def __init__(self, words: Words) -> None:
        self._words, self._lines = words
        self._folded = [word.casefold() for word in self._words]
        self._joined = _MARK + _MARK.join(self._folded) + _MARK
        self._offsets = list(itertools.accumulate((len(word) + 1 for word in self._folded), initial=0))
        self._places: dict[str, list[int]] = {}
        for place, word in enumerate(self._folded):
            self._places.setdefault(word, []).append(place)

    def find_all(self, words: Sequence[str]) -> Iterator[tuple[int, int]]:
        """The first and the last line of every place where these words stand, in order; capitals do not count."""
        sought = _MARK + _MARK.join(words).casefold() + _MARK
        at = self._joined.find(sought) if words else -1
        while at >= 0:
            place = bisect.bisect_left(self._offsets, at)
            yield self._lines[place], self._lines[place + len(words) - 1]
            at = self._joined.find(sought, at + len(sought) - 1)

    def likeliest(self, words: Sequence[str]) -> Window | None:
        """The window that holds most of `words`, by weight; None where too few of them occur at all."""
        wanted = {word for word in map(str.casefold, words) if word[0].isalnum()}
        known = {word for word in wanted if word in self._places}
        if 2 * len(known) < len(wanted):
            return None
        rare = {word for word in known if len(self._places[word]) <= _COMMON} or known
        hits = sorted((place, word) for word in rare for place in self._places[word][: 20 * _COMMON])
        weights = {word: 1 / (1 + len(self._places[word]) ** 0.5) for word in rare}
        width, held, first = len(words) + len(words) // 2 + 2, dict.fromkeys(rare, 0), 0
        score = best = 0.0
        start = 0
        for place, word in hits:
            score += weights[word] if not held[word] else 0
            held[word] += 1
            while hits[first][0] <= place - width:
                gone = hits[first][1]
                held[gone] -= 1
                score -= weights[gone] if not held[gone] else 0
                first += 1
            if score > best + 1e-9:
                best, start = score, hits[first][0]
        low, high = max(0, start - len(words) // 2), start + 2 * len(words) + 2
        return Window(best, self._words[low:high], list(self._lines[low:high]))


def lay_over(words: Sequence[str], window: Window) -> Near:
    """The passage of a window that is closest to a quotation, and the words in which they differ."""
    matcher = _matcher(words, window.words)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if not blocks:
        return Near(0, "", 0.0, ())
    low = max(0, blocks[0].b - blocks[0].a)
    passage = window.words[low : blocks[-1].b + len(words) - blocks[-1].a]
    alike = sum(block.size for block in _matcher(words, passage).get_matching_blocks()) / len(words)
    return Near(window.lines[low], said(passage), alike, differences(words, passage))


def differences(was: Sequence[str], now: Sequence[str]) -> tuple[Difference, ...]:
    """The words in which two passages differ, capitals aside."""
    return tuple(
        Difference(said(list(was[i:j])), said(list(now[k:m])))
        for how, i, j, k, m in _matcher(was, now).get_opcodes()
        if how != "equal"
    )


def _matcher(was: Sequence[str], now: Sequence[str]) -> difflib.SequenceMatcher[str]:
    """For passages of hostile length the common words are left out of the matching, so that time follows length."""
    old, new = ([word.casefold() for word in words] for words in (was, now))
    return difflib.SequenceMatcher(None, old, new, autojunk=len(old) * len(new) > _LONG**2)
