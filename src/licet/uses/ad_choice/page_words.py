"""Words of a page or a campaign, so that the two can be compared: in any script, at a cost that has a bound.

English endings and its commonest words go; of scripts that put no space between words, two neighbouring signs are a
word. Of a page only the beginning is read, which costs the same of one of 10 MB.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

#: Of a text so many characters are read, and so many words of it count.
MOST_CHARACTERS, MOST_WORDS = 200_000, 20_000
_LONGEST_WORD = 60
_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "in",
        "into",
        "is",
        "it",
        "of",
        "on",
        "or",
        "such",
        "that",
        "the",
        "their",
        "to",
        "with",
        "using",
        "use",
        "other",
        "which",
        "this",
        "these",
        "may",
        "are",
    ]
)
_ENDING = re.compile(r"(?:ing|ers|er|ed|es|s)$")
#: Thai, Lao, Myanmar, Khmer, kana and Han.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003fffd"
)
#: Signs that belong to the letter before them.
_MARKS = "\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0981-\u0dff\u0e31\u0e34-\u0e4e"
_WORD = re.compile(f"[{_UNSPACED}]+|(?:(?![{_UNSPACED}])[^\\W_]|[{_MARKS}])+")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")


def normal(text: str) -> str:
    """A text without case, compatibility forms and space around it."""
    return unicodedata.normalize("NFKC", text.casefold()).strip()


def page_words(text: str) -> list[str]:
    """The words of the beginning of a text, in its order."""
    words: list[str] = []
    for match in _WORD.finditer(normal(text[:MOST_CHARACTERS])):
        word = match.group()
        if _IS_UNSPACED.match(word):
            words += [word] if len(word) == 1 else [word[i : i + 2] for i in range(len(word) - 1)]
        elif len(word) > 1 and word not in _STOP:
            words.append(_ENDING.sub("", word[:_LONGEST_WORD]) or word)
        if len(words) >= MOST_WORDS:
            break
    return words[:MOST_WORDS]


def page_digest(text: str) -> bytes:
    """Names the content of a page: 16 bytes, of all that is read of it."""
    return sha256(text[:MOST_CHARACTERS].encode("utf-8", "surrogatepass")).digest()[:16]
