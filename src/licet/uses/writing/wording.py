"""Members' words made fit to stand within a sentence: one line, no longer than so many letters, and nothing else.

What a member wrote is data. Control characters and marks that turn the direction of a line are taken out, since they
would reach past the words themselves; every other letter stays as it was written, whatever it means elsewhere.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

#: Invisible joiners that words of some scripts, and some emoji, are not written without.
_JOINERS = "\u200c\u200d"
#: What would end or split the sentence that a value is put into.
_EDGES = " \t.,;:|·•–—-/\\"
_MORE = "…"
#: Words that sound otherwise than they begin, and letters whose names begin with a vowel.
_AS_CONSONANT = ("uni", "use", "usa", "eu", "ewe", "one", "once", "ubi")
_AS_VOWEL = ("hour", "honest", "honour", "honor", "heir")
_SPELT_AS_VOWEL = "AEFHILMNORSX"
_MOST_SPELT = 4


def plain(value: object, most_letters: int) -> str | None:
    """A value as it may stand within a sentence, cut at a whole word; None where nothing is left of it."""
    if not isinstance(value, str):
        return None
    shown = "".join(letter if _is_shown(letter) else " " for letter in value)
    return shortened(" ".join(shown.split()).strip(_EDGES), most_letters) or None


def _is_shown(letter: str) -> bool:
    return letter in _JOINERS or unicodedata.category(letter)[0] != "C"


def shortened(text: str, most_letters: int) -> str:
    """A text of at most so many letters, cut where a word ends and marked so; one long word is cut within."""
    if len(text) <= most_letters:
        return text
    kept = text[: most_letters - len(_MORE)]
    if not text[len(kept)].isspace() and " " in kept:
        kept = kept[: kept.rindex(" ")]
    return kept.rstrip(_EDGES) + _MORE


def listed(words: Sequence[str]) -> str:
    """One, two and three."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def upfirst(text: str) -> str:
    """The first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def with_article(noun: str) -> str | None:
    """“a baker”, “an HR lead”, by how its first word sounds in English; None where that begins with no letter."""
    word = noun.split()[0]
    first = unicodedata.normalize("NFD", word[0])[0]
    if not first.isalpha():
        return None
    if word.isupper() and len(word) <= _MOST_SPELT:
        is_vowel = first in _SPELT_AS_VOWEL
    else:
        low = word.lower()
        is_vowel = low.startswith(_AS_VOWEL) or (
            first.lower() in "aeiou" and not low.startswith(_AS_CONSONANT)
        )
    return f"{'an' if is_vowel else 'a'} {noun}"
