"""Full names of other members, replaced by ``[name]``; an author's own name stays theirs to publish.

A name counts when all its words (two or more) stand one after another, each with a capital where its script
has one: "Will Mark" is a name, "will mark" is not. A single first name is nobody in particular and stays. Two
members of the same name are one name here: who is meant, a text alone cannot say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from licet.uses.corpus.text.redaction import names_per_row, put_back
from licet.uses.corpus.text.words import fold_word, split_words

TOKEN = "[name]"

_BETWEEN_WORDS = re.compile(r"(?:\s{1,3}|[.]\s?|['’‘ʼ\-\u2010\u2011·])")

NameWords = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Members' full names, made ready once for any number of batches.

    by_start: the names that begin with two given words, longest first.
    """

    by_start: dict[tuple[str, str], tuple[NameWords, ...]]
    firsts: frozenset[str] = field(repr=False)
    seconds: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, names: Sequence[str]) -> KnownNames:
        """names: as members declare them; those of a single word are left out."""
        distinct = sorted(
            {words for name in names if len(words := name_words(name)) > 1}, key=len, reverse=True
        )
        by_start: dict[tuple[str, str], tuple[NameWords, ...]] = {}
        for words in distinct:
            start = words[0], words[1]
            by_start[start] = (*by_start.get(start, ()), words)
        return cls(by_start, frozenset(a for a, _ in by_start), frozenset(b for _, b in by_start))


def redact_names(
    texts: pa.Array, authors_own: pa.Array | None, known_names: KnownNames | Sequence[str]
) -> tuple[pa.Array, int]:
    """Replace every known full name but the author's own.

    authors_own: per row the author's declared name or list of names, or None when there are none.
    known_names: all members' names; pass a `KnownNames` to prepare them once.
    Returns:     the texts and how many names were replaced.
    """
    known = known_names if isinstance(known_names, KnownNames) else KnownNames.of(known_names)
    rows = _rows_with_candidates(texts, known)
    replaced, count = [], 0
    for text, own in zip(texts.take(rows).to_pylist(), names_per_row(authors_own, rows), strict=True):
        kept = {name_words(name) for name in own}
        parts, past = [], 0
        for start, end in _find(text, known, kept):
            parts += [text[past:start], TOKEN]
            past = end
            count += 1
        replaced.append("".join([*parts, text[past:]]))
    return (put_back(texts, rows, replaced) if count else texts), count


def name_words(name: str) -> NameWords:
    """A name as the folded words it is compared by: ``Anne-Marie O'Neil`` has four."""
    return tuple(fold_word(word) for word in _word_pattern().findall(name))


def _rows_with_candidates(texts: pa.Array, known: KnownNames) -> npt.NDArray[np.int64]:
    """Rows where some name's first word stands before some name's second word."""
    words = split_words(texts, unspaced_by_character=False)
    distinct = words.dictionary.to_pylist()
    first = np.fromiter((word in known.firsts for word in distinct), np.bool_, len(distinct))[words.codes]
    second = np.fromiter((word in known.seconds for word in distinct), np.bool_, len(distinct))[words.codes]
    hits = first[:-1] & second[1:] & (words.rows[:-1] == words.rows[1:])
    return np.unique(words.rows[:-1][hits])


def _find(text: str, known: KnownNames, kept: set[NameWords]) -> Iterator[tuple[int, int]]:
    found = list(_word_pattern().finditer(text))
    folded = [fold_word(match.group()) for match in found]
    at = 0
    while at < len(found) - 1:
        step = 1
        for words in known.by_start.get((folded[at], folded[at + 1]), ()):
            here = found[at : at + len(words)]
            if tuple(folded[at : at + len(words)]) == words and _is_written_as_name(text, here):
                step = len(words)
                if words not in kept:
                    yield here[0].start(), here[-1].end()
                break
        at += step


def _is_written_as_name(text: str, words: list[re.Match[str]]) -> bool:
    """Capitals where the script has them, and nothing but a name's own joints between the words."""
    return not any(word.group()[0].islower() for word in words) and all(
        _BETWEEN_WORDS.fullmatch(text, left.end(), right.start()) for left, right in pairwise(words)
    )


@cache
def _word_pattern() -> re.Pattern[str]:
    """Runs of letters and marks. Python's ``\\w`` has no marks, so they are listed from its own tables."""
    marks = "".join(chr(code) for code in range(0x300, 0x20000) if unicodedata.category(chr(code))[0] == "M")
    return re.compile(rf"[^\W\d_](?:[^\W\d_]|[{re.escape(marks)}])*")
