"""One text searched for quotations: where the words stand, and where something closest to them stands.

Exact search is one search in a string. The nearest passage is the window that holds most of a quotation's rarer words;
common ones are looked at only where there are no others, so the time follows how often the rare ones occur.
"""

from __future__ import annotations

import bisect
import difflib
import itertools
from typing import NamedTuple

from licet.policies.quotations.passage_words import Words, said

#: A gap marked by an ellipsis may leave out so many words.
LONGEST_GAP_WORDS = 80
#: A word that occurs more often than this does not say where to look, unless every word does.
_COMMON = 500
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
    """Words around a place, each with its line. score: how much of a quotation is among them; more is more."""

    score: float
    words: list[str]
    lines: list[int]


class SearchedText:
    """A text with an index of its words."""

    def __init__(self, words: Words) -> None:
        self._words, self._lines = words
        self._joined = _MARK + _MARK.join(self._words) + _MARK
        self._offsets = list(itertools.accumulate((len(word) + 1 for word in self._words), initial=0))
        self._places: dict[str, list[int]] = {}
        for place, word in enumerate(self._words):
            self._places.setdefault(word.casefold(), []).append(place)

    def find(self, segments: list[list[str]]) -> int | None:
        """The line where these words stand, segment after segment with a gap between them; None where they do not."""
        start = self._find(segments[0], 0)
        while start is not None:
            end, reach = start + len(segments[0]), len(segments[0])
            for segment in segments[1:]:
                found = self._find(segment, end)
                if found is None:
                    return None  # nor after any later start
                if found - end > LONGEST_GAP_WORDS:
                    # The next start that this place could belong to.
                    start = self._find(segments[0], max(start + 1, found - reach - LONGEST_GAP_WORDS))
                    break
                end, reach = found + len(segment), reach + LONGEST_GAP_WORDS + len(segment)
            else:
                return int(self._lines[start])
        return None

    def _find(self, words: list[str], from_place: int) -> int | None:
        if from_place >= len(self._words):
            return None
        at = self._joined.find(_MARK + _MARK.join(words) + _MARK, self._offsets[from_place])
        return None if at < 0 else bisect.bisect_left(self._offsets, at)

    def likeliest(self, words: list[str]) -> Window | None:
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


def lay_over(words: list[str], window: Window) -> Near:
    """The passage of a window that is closest to a quotation, and the words in which they differ."""
    matcher = difflib.SequenceMatcher(None, words, window.words, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if not blocks:
        return Near(0, "", 0.0, ())
    low = max(0, blocks[0].b - blocks[0].a)
    passage = window.words[low : blocks[-1].b + len(words) - blocks[-1].a]
    matcher.set_seq2(passage)
    differences = tuple(
        Difference(said(words[i:j]), said(passage[k:m]))
        for how, i, j, k, m in matcher.get_opcodes()
        if how != "equal"
    )
    alike = sum(block.size for block in matcher.get_matching_blocks()) / len(words)
    return Near(window.lines[low], said(passage), alike, differences)
