"""Byte pairs: text as tokens and back, by merges fitted once to public text that is no member's.

A text is its UTF-8, cut into words (runs of letters, digits, signs or space, a space before belonging to the word);
in each word the pair of tokens that was fitted first is merged until none is left (Sennrich, Haddow and Birch,
arXiv:1508.07909). Words are told by bytes, so no version of Unicode changes a token, and none is longer than 33 bytes.
Token 0 begins a document and has no bytes: no text, whatever it imitates, encodes to it. Every `str` comes back as it
was: a surrogate that stands alone is written as if it were a character (`surrogatepass`).
"""

from __future__ import annotations

import functools
import heapq
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from licet.terms import UseError
from licet.terms.canonical import digest

#: Begins a document; the only token without bytes.
START = 0
#: Tokens before the first merge: the start of a document, and each byte.
PLAIN = 257
#: The most there can be: tokens are 16 bits wide.
MOST = 1 << 16
#: Bytes of the longest word.
LONGEST = 33
_DIGITS = frozenset(b"0123456789")

Tokens = npt.NDArray[np.uint16]
Pair = tuple[int, int]

_WORD = re.compile(
    rb" ?[A-Za-z\x80-\xff]{1,32}| ?[0-9]{1,3}| ?[^A-Za-z0-9\x80-\xff\s]{1,32}|\s{1,32}(?!\S)|\s{1,32}"
)
#: Words whose tokens are remembered; beyond that they are forgotten, all at once.
_REMEMBERED = 1 << 16


class BytePairs:
    """A vocabulary: the start of a document, 256 bytes, and one token a merge, in the order they were fitted.

    Raises: UseError MODL-050 where merges are not such: of tokens that stand before, each once, of at most 33 bytes.
    """

    def __init__(self, merges: Sequence[Pair]) -> None:
        self.merges = tuple(merges)
        self.bytes_of = [b"", *(bytes([byte]) for byte in range(256))]
        for left, right in self.merges:
            if not (0 < left < len(self.bytes_of) and 0 < right < len(self.bytes_of)):
                raise _no_vocabulary("a merge is of tokens that do not stand before it")
            self.bytes_of.append(self.bytes_of[left] + self.bytes_of[right])
            if len(self.bytes_of[-1]) > LONGEST:
                raise _no_vocabulary(f"a token has more than {LONGEST} bytes")
        self._merged = {pair: PLAIN + place for place, pair in enumerate(self.merges)}
        if len(self._merged) < len(self.merges) or self.size > MOST:
            raise _no_vocabulary(f"a pair is merged twice, or there are more than {MOST} tokens")
        self._words = _Words(self._merged)

    def __reduce__(self) -> tuple[type[BytePairs], tuple[tuple[Pair, ...]]]:
        """It travels without the words that it met."""
        return BytePairs, (self.merges,)

    @property
    def size(self) -> int:
        """How many tokens there are."""
        return PLAIN + len(self.merges)

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 of `to_json`."""
        return digest(self.to_json())

    @functools.cached_property
    def has_digit(self) -> tuple[bool, ...]:
        """Of each token whether a digit is in it."""
        return tuple(not _DIGITS.isdisjoint(each) for each in self.bytes_of)

    def encode(self, text: str) -> Tokens:
        """The tokens of a text, without a start; those of no text are none."""
        words = _WORD.findall(text.encode("utf-8", "surrogatepass"))
        return np.fromiter(chain.from_iterable(map(self._words.__getitem__, words)), np.uint16)

    def decode(self, tokens: Iterable[int]) -> str:
        """The text of tokens; a start has none. Where bytes are not UTF-8, each that is wrong is a U+FFFD.

        Raises: UseError MODL-051 for a token that there is not.
        """
        try:
            data = b"".join([self.bytes_of[token] for token in _whole(tokens)])
        except IndexError:
            raise UseError(
                "MODL-051",
                f"a token lies outside the vocabulary of {self.size}",
                fix="decode with the vocabulary that encoded",
            ) from None
        try:
            return data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return data.decode("utf-8", "replace")

    def to_json(self) -> bytes:
        """Canonical JSON; equal vocabularies have equal bytes."""
        # As `canonical_json` has it, which looks at each number for one that is no whole one.
        said = {"licet_byte_pairs": 1, "merges": self.merges}
        return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes) -> BytePairs:
        """The vocabulary that `to_json` wrote. Raises: UseError MODL-050 for anything else."""
        try:
            held: Any = json.loads(data)
        except (
            ValueError,
            RecursionError,
        ):  # no JSON, no UTF-8, a number of thousands of digits, lists in lists
            raise _no_vocabulary("it is not JSON") from None
        if not isinstance(held, dict) or held.keys() != {"licet_byte_pairs", "merges"}:
            raise _no_vocabulary("it has not the fields of one")
        merges = held["merges"]
        if held["licet_byte_pairs"] != 1 or not isinstance(merges, list):
            raise _no_vocabulary("it has another format")
        if not all(
            isinstance(pair, list) and [type(token) for token in pair] == [int, int] for pair in merges
        ):
            raise _no_vocabulary("a merge is not of two tokens")
        return cls([(left, right) for left, right in merges])

    @classmethod
    def fit(cls, texts: Iterable[str], size: int) -> BytePairs:
        """A vocabulary of at most `size` tokens, for whichever order the texts come in.

        Merged is what stands most often side by side, of pairs that stand equally often the one of the lowest tokens;
        a pair that stands once is not. size: from 257 to 65,536.
        """
        if not PLAIN <= size <= MOST:
            raise _no_vocabulary(f"{size} is no size: it has from {PLAIN} to {MOST} tokens")
        counts: Counter[bytes] = Counter()
        for text in texts:
            counts.update(_WORD.findall(text.encode("utf-8", "surrogatepass")))
        return cls(_merges(counts, size - PLAIN))


class _Words(dict[bytes, tuple[int, ...]]):
    """The tokens of words, worked out when first asked for."""

    def __init__(self, merged: dict[Pair, int]) -> None:
        self._merged, self._pairs = merged, list(merged)

    def __missing__(self, word: bytes) -> tuple[int, ...]:
        tokens, token_of = [byte + 1 for byte in word], self._merged.get
        # What is merged first was fitted first: a merge makes only pairs that were fitted after it.
        while (token := min([token_of(pair, MOST) for pair in pairwise(tokens)], default=MOST)) < MOST:
            tokens = _replaced(tokens, self._pairs[token - PLAIN], token)
        if len(self) >= _REMEMBERED:
            self.clear()
        self[word] = kept = tuple(tokens)
        return kept


def _merges(counts: Counter[bytes], wanted: int) -> list[Pair]:
    """The pairs to merge, in order. counts: of words, how often each stands."""
    words = [([byte + 1 for byte in word], times) for word, times in counts.items()]
    stands: Counter[Pair] = Counter()
    where: defaultdict[Pair, set[int]] = defaultdict(set)
    for place, (tokens, times) in enumerate(words):
        for pair in pairwise(tokens):
            stands[pair] += times
            where[pair].add(place)
    waiting = [(-times, pair) for pair, times in stands.items()]
    heapq.heapify(waiting)
    merges: list[Pair] = []
    while waiting and len(merges) < wanted:
        times_then, pair = heapq.heappop(waiting)
        if stands[pair] < -times_then:  # merges since have taken some of it away; none adds to it
            heapq.heappush(waiting, (-stands[pair], pair))
            continue
        if stands[pair] < 2:
            break
        token = PLAIN + len(merges)
        merges.append(pair)
        made: set[Pair] = set()
        for place in where.pop(pair):
            tokens, times = words[place]
            after = _replaced(tokens, pair, token)
            words[place] = (after, times)
            for gone in pairwise(tokens):
                stands[gone] -= times
            for come in pairwise(after):
                stands[come] += times
                where[come].add(place)
                if token in come:
                    made.add(come)
        for come in made:
            heapq.heappush(waiting, (-stands[come], come))
    return merges


def _replaced(tokens: list[int], pair: Pair, token: int) -> list[int]:
    """Tokens with each pair that stands in them, from the left, as one."""
    left, right = pair
    after: list[int] = []
    place, last = 0, len(tokens) - 1
    while place <= last:
        if tokens[place] == left and place < last and tokens[place + 1] == right:
            after.append(token)
            place += 2
        else:
            after.append(tokens[place])
            place += 1
    return after


def _whole(tokens: Iterable[int]) -> list[int]:
    """Tokens as whole numbers. Raises: IndexError for one below zero, which would count from the end."""
    whole = [int(token) for token in tokens]
    if whole and min(whole) < 0:
        raise IndexError
    return whole


def _no_vocabulary(what: str) -> UseError:
    return UseError(
        "MODL-050", f"this is no vocabulary of byte pairs: {what}", fix="fit it anew: licet model base"
    )
