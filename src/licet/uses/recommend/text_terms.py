"""Words of any language as terms that can be compared: the same text gives the same terms everywhere.

A term is a word without its case and form (NFKC), `nurse`; the beginning of a longer one, `nurs*`, which holds its
endings together in languages that have them; two neighbouring signs of a script that puts no space between words; or
a phrase as a whole, `=machine learning`. No word list, no model, no language guessed. Characters that show nothing
(soft hyphens, marks of direction) do not part a word; NUL and punctuation do. `C++` and `C#` stay what they are.
Of a text only the beginning is read, so that one of 10 MB costs what one of a page does.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

#: Of a text so many characters are read, and so many different terms kept.
MOST_CHARACTERS, MOST_TERMS = 20_000, 256
#: Of a phrase or a value so many characters.
MOST_PHRASE_CHARACTERS = 200
_LONGEST_WORD = 60
#: So many letters are the beginning of a word, and so many syllables of Hangul.
_LETTERS, _SYLLABLES = 4, 2

#: Han with its extensions, kana, Thai, Lao, Tibetan, Myanmar, Khmer and kin: scripts that write without spaces.
_UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u2e80-\u2fdf\u3005-\u3007"
    "\u3021-\u3029\u3031-\u3035\u3041-\u309f\u30a0-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff"
    "\uaa60-\uaa7f\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003fffd"
)


def terms(text: str, most: int = MOST_TERMS) -> list[str]:
    """The different terms of the beginning of a text, in the order in which they come up, at most so many."""
    found: dict[str, None] = {}
    for word in words(text):
        for term in _of_word(word):
            found[term] = None
        if len(found) >= most:
            break
    return list(found)[:most]


def words(text: str) -> Iterator[str]:
    """Words of the beginning of a text, in its order, without case and form."""
    return (match.group() for match in _pattern().finditer(normal(text[:MOST_CHARACTERS])))


def phrase(text: str) -> str:
    """A whole value as one term; empty where it holds no word. What stands between its words makes no difference."""
    inside = " ".join(words(text[:MOST_PHRASE_CHARACTERS]))
    return f"={inside}" if inside else ""


def normal(text: str) -> str:
    """A text without case, compatibility forms and characters that show nothing."""
    if text.isascii():
        return text.lower()
    shown = unicodedata.normalize("NFKC", text.translate(_showing_nothing()))
    return unicodedata.normalize("NFKC", shown.casefold())


def _of_word(word: str) -> Iterator[str]:
    if _unspaced().match(word):
        if len(word) == 1:
            yield word
        for place in range(len(word) - 1):
            yield word[place : place + 2]
        return
    yield word[:_LONGEST_WORD]
    length = _SYLLABLES if "\uac00" <= word[0] <= "\ud7a3" else _LETTERS
    if len(word) > length and not word[:length].isdigit():
        yield f"{word[:length]}*"


@functools.cache
def _showing_nothing() -> dict[int, None]:
    """What is of the category Cf, without which a word reads as with it."""
    return {
        point: None
        for point in (*range(0x20000), *range(0xE0000, 0xE0080))
        if unicodedata.category(chr(point)) == "Cf"
    }


@functools.cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(f"[{_UNSPACED}]")


@functools.cache
def _pattern() -> re.Pattern[str]:
    """Runs of one kind of script; vowel signs and accents belong to the letter before them."""
    marks = "".join(
        chr(point) for point in range(0x300, 0x1E950) if unicodedata.category(chr(point)) in ("Mn", "Mc")
    )
    letter = f"(?:(?![{_UNSPACED}])[^\\W_]|[{marks}])"
    return re.compile(f"(?:(?=[\\w{marks}])[{_UNSPACED}])+|{letter}+(?:\\+{{1,2}}|#)?")
