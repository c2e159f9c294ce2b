"""A sentence as what is looked for: words, and filters, each shown as a chip that can be taken off again.

A chip is only made of what the rows themselves say: a place, a skill or a seniority that some row has, and "remote"
where rows say so. "no Java", "without Java" and "not Java" keep out what names it. The words of a place, skill or
seniority count towards the order, too, whether or not its chip is taken off. Nothing is guessed: what is no filter is
a word. English alone is read so far; in other languages all words are words, and names of places and skills are known,
in scripts without spaces wherever they stand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from licet.terms import UseError
from licet.uses.search.text_index import Filters, Known
from licet.uses.search.word_forms import UNSPACED, folded

MOST_CHARACTERS, _MOST_WORDS, _LONGEST_NAME = 1_000, 32, 6
#: Of a name in a script without spaces.
_LONGEST_UNSPACED = 16
#: The id that takes off all words that are no filter's own.
WORDS = "words"
#: With the marks of scripts of South and South-East Asia, which are no letters.
_TOKEN = re.compile(r"[\w\u0900-\u109f\u1780-\u17ff+#.&'’/-]+")
#: Letters of a script without spaces, and of others, beside one another.
_RUNS = re.compile(f"{UNSPACED.pattern}+|(?:(?!{UNSPACED.pattern}).)+")
_DOTTED = re.compile(r"\.[^\W\d_]{2}")
_NO = frozenset({"no", "not", "without", "except", "excluding"})
_REMOTE = frozenset({"remote", "remotely"})
_PLACE_WORDS = frozenset({"in", "near", "at", "around"})
#: Words that say nothing of what is looked for.
_EMPTY = frozenset(
    """a about also am an and any anything are as at be but by can could do find for from get give have i i'd i'm in
    into is it job jobs like look looking me my near of on or our please position positions role roles show some
    something that the their them there these they this to want wants we where which who with work working would you
    your""".split()  # noqa: SIM905 - thirty strings in quotes read worse
)


class Chip(NamedTuple):
    """A filter that a sentence asks for. id: names it, to take it off. label: as a person reads it.

    value: `folded`, as rows are compared with it.
    """

    id: str
    kind: str
    value: str
    label: str


class Wanted(NamedTuple):
    """words: any of them. chips: those in force and, apart, those that were taken off."""

    words: tuple[str, ...]
    chips: tuple[Chip, ...]
    off: tuple[Chip, ...]

    @property
    def filters(self) -> Filters:
        def of(kind: str) -> tuple[str, ...]:
            return tuple(chip.value for chip in self.chips if chip.kind == kind)

        is_remote = True if of("remote") else None
        return Filters(of("place"), of("seniority"), of("skill"), is_remote, of("not"))

    @property
    def is_filters_alone(self) -> bool:
        """Whether no word is looked for that is not a filter's own; then what has none of them fits as well."""
        return bool(self.chips) and not self.other_words

    @property
    def other_words(self) -> tuple[str, ...]:
        """Words that are no filter's own."""
        named = {word for chip in (*self.chips, *self.off) for word in chip.value.split()}
        return tuple(word for word in self.words if word not in named)


def read_sentence(sentence: str, known: Known, without: Collection[str] = ()) -> Wanted:
    """Reads it from the left, the longest name first. without: the ids of chips that were taken off.

    Raises: UseError RCMD-103 for a sentence that is too long.
    """
    if len(sentence) > MOST_CHARACTERS:
        raise UseError(
            "RCMD-103",
            f"a sentence of {len(sentence)} characters is too long to look for",
            fix=f"say it in at most {MOST_CHARACTERS}",
        )
    tokens = [
        token
        for found in _TOKEN.findall(unicodedata.normalize("NFC", sentence))
        for token in _cut(found, known)
    ]
    words, chips, place = list[str](), dict[str, Chip](), 0
    while place < len(tokens):
        chip, taken, rest = _chip_at(tokens, place, known)
        if chip is not None:
            chips.setdefault(chip.id, chip)
        words += rest
        place += taken
    kept = dict.fromkeys(word for word in words if word not in _EMPTY)
    wanted = Wanted(
        tuple(kept)[:_MOST_WORDS],
        tuple(chip for chip in chips.values() if chip.id not in without),
        tuple(chip for chip in chips.values() if chip.id in without),
    )
    return _without_words(wanted) if WORDS in without else wanted


def _without_words(wanted: Wanted) -> Wanted:
    """What is left where all words that are no filter's own are taken off; as it was where no filter is in force."""
    others = wanted.other_words
    if not (others and wanted.chips):
        return wanted
    off = Chip(WORDS, WORDS, " ".join(others), " ".join(others))
    return Wanted(
        tuple(word for word in wanted.words if word not in others), wanted.chips, (*wanted.off, off)
    )


def _cut(found: str, known: Known) -> Iterator[str]:
    """The tokens of what stands between spaces, `folded`: one, or, in a script without, names and what is between."""
    told = folded(found.rstrip(".'’/-&").lstrip("'’/-&"))
    # .NET is a name; what else begins with dots is the end of something.
    token = told if _DOTTED.match(told) else told.lstrip(".'’/-&")
    if not UNSPACED.search(token):
        if token:
            yield token
        return
    names = (known.places, known.skills, known.seniorities)
    start = place = 0
    while place < len(token):
        length = next(
            (
                length for length in range(min(_LONGEST_UNSPACED, len(token) - place), 0, -1)
                if UNSPACED.match(token, place) and any(token[place : place + length] in each for each in names)
            ),
            0,
        )  # fmt: skip
        if length:
            yield from _RUNS.findall(token[start:place])
            yield token[place : place + length]
            start = place + length
        place += length or 1
    yield from _RUNS.findall(token[start:])


def _chip_at(tokens: Sequence[str], place: int, known: Known) -> tuple[Chip | None, int, list[str]]:
    """The chip that begins at a token, how many tokens it takes, and which words are looked for all the same."""
    token = tokens[place]
    if token in _NO and place + 1 < len(tokens):
        length = _longest(tokens, place + 1, known.skills) or 1
        value = " ".join(tokens[place + 1 : place + 1 + length])
        return Chip(f"not:{value}", "not", value, f"no {known.skills.get(value, value)}"), 1 + length, []
    if token in _REMOTE and known.tells_remote:
        return Chip("remote:yes", "remote", "yes", "remote"), 1, []
    after = 1 if token in _PLACE_WORDS and place + 1 < len(tokens) else 0
    for kind, names in (
        ("place", known.places), ("skill", {} if after else known.skills),
        ("seniority", {} if after else known.seniorities),
    ):  # fmt: skip
        start = place + (after if kind == "place" else 0)
        if length := _longest(tokens, start, names):
            value = " ".join(tokens[start : start + length])
            chip = Chip(f"{kind}:{value}", kind, value, names[value])
            return chip, start - place + length, list(tokens[start : start + length])
    return None, 1, [token]


def _longest(tokens: Sequence[str], start: int, names: Collection[str]) -> int:
    """How many tokens from one on are a name; 0 where none are."""
    longest = min(_LONGEST_NAME, len(tokens) - start)
    return next(
        (length for length in range(longest, 0, -1) if " ".join(tokens[start : start + length]) in names), 0
    )
