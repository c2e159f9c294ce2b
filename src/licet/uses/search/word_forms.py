"""What counts as the same word, in rows and in sentences alike, before SQLite's tokenizer sees either.

Letters are folded: case, accents and the Turkish i make no difference. A sign that is part of a name is spelt, as C++,
C# and .NET would else be C, C and net. Scripts that put no spaces between words are taken character by character: of a
sentence in them any two neighbours are looked for, and what has more of them comes first.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator

#: Han, kana, Thai, Lao, Tibetan, Burmese and Khmer: words stand side by side there.
UNSPACED = re.compile("[぀-ヿ㐀-䶿一-鿿豈-﫿฀-๿຀-໿ༀ-࿿က-႟ក-៿]")
_WORD = re.compile(r"\w+")
#: Within a word that was made ready for the index: characters that stand apart, or what stands between them.
_RUN = re.compile(r"(?: \S )+|[^ ]+")
#: C++, C# and F#, and no 3+ or a+b; .NET, and no end of a sentence.
_SIGN_AFTER = re.compile(r"(?<=[^\W\d_])(\++|#)(?![+#]|[^\W\d_])")
_DOT_BEFORE = re.compile(r"(?<![\w.])\.(?=[^\W\d_]{2})")
_FIRST_ACCENT, _LAST_ACCENT = "\u0300", "\u036f"
#: So many words, or pairs of neighbours, are looked for at once.
_MOST_PHRASES = 64


def folded(text: str) -> str:
    """Without case and accents: İzmir, Izmir and izmir are one."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i"))
    return unicodedata.normalize(
        "NFC", "".join(letter for letter in apart if not _FIRST_ACCENT <= letter <= _LAST_ACCENT)
    )


def indexed(text: str) -> str:
    """Text as it is put into the index."""
    told = folded(text)
    if "+" in told or "#" in told:
        told = _SIGN_AFTER.sub(_spelt, told)
    if "." in told:
        told = _DOT_BEFORE.sub("dot", told)
    return UNSPACED.sub(r" \g<0> ", told) if UNSPACED.search(told) else told


def phrase_of(text: str) -> str:
    """A word or several as FTS5 looks for just them, whatever they are; empty where there is no word in it."""
    parts = _WORD.findall(indexed(text))
    return '"' + " ".join(parts) + '"' if parts else ""


def any_of(words: Iterable[str]) -> str:
    """What FTS5 is asked for, to find any of these words; empty where there is none among them."""
    phrases = dict.fromkeys(phrase for word in words for phrase in _phrases_of(word))
    return " OR ".join(itertools.islice(phrases, _MOST_PHRASES))


def _phrases_of(word: str) -> Iterator[str]:
    """Any of which is looked for: a word itself, or of a run without spaces every two neighbours."""
    told = indexed(word)
    for run in _RUN.findall(told) if UNSPACED.search(told) else [told]:
        parts = _WORD.findall(run)
        if len(parts) > 1 and UNSPACED.match(parts[0]):
            yield from (f'"{one} {other}"' for one, other in itertools.pairwise(parts))
        elif parts:
            yield '"' + " ".join(parts) + '"'


def _spelt(sign: re.Match[str]) -> str:
    return "sharp " if sign[0] == "#" else "plus" * len(sign[0]) + " "
