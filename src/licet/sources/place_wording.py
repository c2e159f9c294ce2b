"""How a text about a place is worded, before any name is looked up: what it lists, and what casts doubt on it.

People write where they are now as an address, from narrow to wide (``Toronto, ON, Canada``). What else they write in
such a field (``was: Canada``, ``Berlin 2012-2015``, ``China / Hong Kong``, ``moving to Bern``) is another kind of
sentence, in any language, and the place it names is not where they are. This module tells the two apart by their form
first, so that a language it has no words of fails closed as well, and by `place_doubts.txt` second.
"""

from __future__ import annotations

import functools
import importlib.resources
import re
import unicodedata
from collections.abc import Callable

from licet.sources.place_names import fold

FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
#: England, Scotland, Wales
_TAG_FLAG = re.compile("\U0001f3f4(?:\U000e0067\U000e0062)[\U000e0061-\U000e007a]+\U000e007f")
_FLAG_OF_BRITAIN = "\U0001f1ec\U0001f1e7"

_LABEL = re.compile(r"\b(?:address|city|state|country|region|location)\s*:\s", re.IGNORECASE)
#: Between the parts of one address.
_NESTING = re.compile(r"[,،，()\[\]\n\t—]|\s[-–]+\s|--+")
#: Between places of which nobody can say which one is meant.
_CHOICE = re.compile(
    r"\s*(?:->|=>|<-|[;/|•·、&+>→↔⇒])\s*"
    r"|\s(?:and|or|und|oder|et|ou|y|e|o|u|en|of|og|och|eller|ja|tai|i|oraz|lub|a|nebo|és|vagy|și|sau|ve|veya|dan|atau"
    r"|và|hoặc|και|ή|и|или|та|або|和|或|と|または|및|또는)\s",
    re.IGNORECASE,
)
_CUT_OFF = re.compile(r"^\s*[;/|•·、&+>→]|[;/|•·、&+>→]\s*$")
#: A token with a number: "M5V", "D-10115", "77/264/21". What it holds of a word stays ("CHANDIGARH-160022").
_WITH_DIGITS = re.compile(r"[\w.'’#°-]*\d(?:[\w.'’#°-]|/(?=\d))*")
_WORD = re.compile(r"[^\W\d_]{4,}")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|['’]\d\d(?!\d)|(?<!\d)\d0s\b")
_YEARS = re.compile(
    r"(?<!\d)(?:19|20)\d\d\s*[-–—/]\s*\d|\d\s*[-–—/]\s*(?:19|20)\d\d(?!\d)|(?:19|20)\d\d\s*[-–—]"
)
#: Sydney's postcode after its state is no year, nor is a Dutch one.
_POSTCODE = re.compile(r"(?<=NSW )2\d{3}\b|\b[12]\d{3} ?[A-Z]{2}(?=\s)")
_KEPT = frozenset(" .'’ʼ`´&/-")
#: What may stand in an address beside letters, marks, spaces and dashes.
_PLAIN = frozenset(" .'’ʼ`´&/_📍📌")
#: Signs that make a text no address: a share, a colon after what is no label.
_DOUBTFUL = "%:"
_FIRST_UNSPACED = "\u2e80"


def read_wording(text: str, is_place: Callable[[str], bool]) -> list[list[str]] | None:
    """The places that a text lists, each as the parts of its address in their order; None for a text in doubt.

    is_place: whether a place is called so; what is, is not cut at a conjunction inside it (``Trinidad and Tobago``).
    """
    text = _LABEL.sub(" ", _TAG_FLAG.sub(_FLAG_OF_BRITAIN, text))
    if len(set(FLAG.findall(text))) > 1 or _YEARS.search(text) or any(sign in text for sign in _DOUBTFUL):
        return None
    listed: list[list[str]] = [[]]
    for piece in _NESTING.split(FLAG.sub(r",\g<0>,", text)):
        if not piece.strip():
            continue
        is_whole = FLAG.fullmatch(piece) or (is_place(bare_name(piece)) and not _CUT_OFF.search(piece))
        first, *others = [piece] if is_whole else _CHOICE.split(piece)
        listed[-1].append(first)
        listed += [[each] for each in others]
    return listed


def bare_name(piece: str) -> str:
    """A part of an address without its numbers and without what does not belong in a name."""
    kept = (
        each
        if each in _KEPT or unicodedata.category(each)[0] in "LM"
        else "-"
        if unicodedata.category(each) == "Pd"
        else " "
        for each in _without_numbers(piece)
    )
    return " ".join("".join(kept).split()).strip(" -&/")


def _without_numbers(piece: str) -> str:
    return _WITH_DIGITS.sub(lambda token: " ".join(["", *_WORD.findall(token[0]), ""]), piece)


def has_doubtful_signs(piece: str) -> bool:
    """Whether there are signs that no address has: ``?``, ``~``, an arrow, a plane. Pins and dashes have no say."""
    return not all(
        each in _PLAIN
        or unicodedata.category(each)[:1] in "LMZ"
        or unicodedata.category(each) in ("Pd", "Cf")
        for each in _without_numbers(piece)
    )


def names_a_year(piece: str) -> bool:
    """Whether there is what may be a year; ``NSW 2000`` and ``2011 AB`` are postcodes."""
    return _YEAR.search(_POSTCODE.sub(" ", piece)) is not None


def is_written_as_name(words: str) -> bool:
    """Whether words that nobody knows may name a street, a house or a village, rather than say something."""
    return not holds_doubt(words) and not any(
        word[0].islower() and not is_usual_in_names(word) for word in words.split()
    )


def is_usual_in_names(word: str) -> bool:
    """Whether a word may be written small in a name, or stand beside the name of a larger place (``North York``)."""
    return fold(word) in _words("place_usual_words.txt")


def holds_doubt(words: str) -> bool:
    """Whether a word of `place_doubts.txt` is among them."""
    spaced, unspaced = _doubts()
    return spaced.search(fold(words)) is not None or unspaced.search(words) is not None


@functools.cache
def _doubts() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Words that stand between spaces; and those of Chinese, Japanese and Korean, which do not."""
    words = sorted(_words("place_doubts.txt"))
    spaced = "|".join(word for word in words if word[0] < _FIRST_UNSPACED)
    unspaced = "|".join(word for word in words if word[0] >= _FIRST_UNSPACED)
    return re.compile(rf"(?<!\w)(?:{spaced})(?!\w)"), re.compile(unspaced)


@functools.cache
def _words(file: str) -> frozenset[str]:
    text = importlib.resources.files("licet.sources").joinpath(file).read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(fold(word) for line in lines for word in line.split())
