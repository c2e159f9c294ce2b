"""How much a member's own words speak of an item: for items without a history, and members without one.

An item is its title, its skills and its text; a member is the skills and titles of their own permitted rows, and the
items that they took up. Terms that few items have weigh more. All of that is whole numbers, and how rare a term is is
counted over items alone, so that no member changes what another is shown. Nothing is learnt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from licet.uses.recommend.count_rows import CountRows, Numbers
from licet.uses.recommend.fixed_point import STEPS, log2_steps
from licet.uses.recommend.text_terms import MOST_TERMS, phrase, terms

#: What a term of an item counts, by where it stands.
_IN_TITLE, _IN_SKILLS, _IN_TEXT = 4, 4, 1
#: What a term of a member counts: of a whole skill or title, of a word of one.
_WHOLE, _WORD = 3, 2
#: Of a question so many terms are asked for, the rarest first; of a member's history so many items are read.
MOST_ASKED, MOST_OWN_ITEMS = 64, 20
#: What is added to an item's length, so that a short one does not win by being short.
_LENGTH = 16
#: What is told of terms that are shared are so many.
_MOST_SHARED = 3
#: A word of a script with capitals that has fewer is not told.
_FEWEST_LETTERS = 4


class ItemText(NamedTuple):
    """What is written of an item; each may be empty."""

    title: str = ""
    skills: tuple[str, ...] = ()
    text: str = ""


class Shared(NamedTuple):
    """weight: how much; 0 for nothing. words: the rarest that are shared, which at most half of the items have."""

    weight: int
    words: tuple[str, ...]


def item_terms(item: ItemText) -> dict[str, int]:
    """The terms of an item, and what each counts; title and skills first, at most 256."""
    found: dict[str, int] = {}
    skills = item.skills[:MOST_TERMS]
    for value in (item.title, *skills):
        if whole := phrase(value):
            found[whole] = _IN_SKILLS
    for values, weight in (((item.title,), _IN_TITLE), (skills, _IN_SKILLS), ((item.text,), _IN_TEXT)):
        for value in values:
            for term in terms(value):
                found.setdefault(term, weight)
    return dict(list(found.items())[:MOST_TERMS])


def own_terms(skills: Iterable[str], titles: Iterable[str]) -> dict[str, int]:
    """What a member's own permitted skills and titles ask for. Both in any order, which makes no difference."""
    found: dict[str, int] = {}
    for value in sorted({*skills, *titles})[:MOST_TERMS]:
        if whole := phrase(value):
            found[whole] = _WHOLE
        for term in terms(value):
            found.setdefault(term, _WORD)
    return found


def _is_telling(term: str) -> bool:
    """Whether a term is worth saying: a word of a few letters, such as "con", is not; a whole skill is."""
    return len(term) >= _FEWEST_LETTERS or not term.isalpha() or term.upper() == term.lower()


class TextOverlap:
    """The terms of items, and how many items have each.

    items: the ids that may be recommended, ascending, each once; a number is a place among them.
    """

    def __init__(self, items: Sequence[str]) -> None:
        self.items = list(items)
        self._place = {item: number for number, item in enumerate(self.items)}
        self._rows, self._terms = CountRows(), dict[int, tuple[tuple[str, ...], bytes]]()
        self._lengths: Numbers = np.zeros(len(self.items), np.int64)
        self._rarities = dict[str, int]()

    @classmethod
    def of(cls, texts: Mapping[str, ItemText], items: Sequence[str]) -> TextOverlap:
        """texts: by an item's id; an item may have none, and those of others are not read."""
        made, width = cls(items), len(items)
        numbers: dict[str, int] = {}
        cells: list[Numbers] = []
        weights: list[Numbers] = []
        for number, item in enumerate(made.items):
            found = item_terms(texts[item]) if item in texts else {}
            known = np.fromiter(
                (numbers.setdefault(term, len(numbers)) for term in found), np.int64, len(found)
            )
            cells.append(known * width + number)
            weights.append(np.fromiter(found.values(), np.int64, len(found)))
            made._keep(number, found)
        if cells:
            made._rows = CountRows.of(list(numbers), np.concatenate(cells), np.concatenate(weights), width)
        return made

    def replace(self, item: str, after: ItemText | None) -> None:
        """Put a text in the place of an item's; None: it has none. Of items that are not among them nothing is kept."""
        number = self._place.get(item)
        if number is None:
            return
        column = np.array([number], np.int32)
        for term, weight in self.terms_of(number).items():
            self._rows.add(term, column, -weight)
        found = item_terms(after) if after is not None else {}
        for term, weight in found.items():
            self._rows.add(term, column, weight)
        self._keep(number, found)

    def _keep(self, number: int, found: Mapping[str, int]) -> None:
        self._rarities.clear()
        self._terms.pop(number, None)
        if found:
            self._terms[number] = tuple(found), bytes(found.values())
        self._lengths[number] = len(found)

    def rarity(self, term: str) -> int:
        """How rare a term is among items with a text, in steps of a logarithm; 0 of one that no item has."""
        rarity = self._rarities.get(term)
        if rarity is None:
            rarity = log2_steps(len(self._terms) + 1, len(self._rows.row(term).columns))
            if rarity:  # of those that are asked for and are not there, nothing is kept
                self._rarities[term] = rarity
        return rarity

    def scores(self, asked: Mapping[str, int]) -> Numbers:
        """How much each item has of what is asked for. asked: terms, and what each counts.

        Returns: one number an item, 0 where they share nothing; the same on every machine.
        """
        total: Numbers = np.zeros(len(self.items), np.int64)
        rarest = self._rarest(asked)
        for term, weight in rarest:
            row = self._rows.row(term)
            total[row.columns] += row.counts * weight
        if not rarest:
            return total
        places = np.flatnonzero(total > 0)
        total[places] = np.floor(total[places] * STEPS / np.sqrt(self._lengths[places] + float(_LENGTH)))
        return total

    def asked_by_items(self, items: Sequence[str]) -> dict[str, int]:
        """What some items say, as a question. items: a member's own, the latest first; unknown ones say nothing."""
        asked: dict[str, int] = {}
        for item in items[:MOST_OWN_ITEMS]:
            for term, weight in self.terms_of(self._place.get(item, -1)).items():
                asked[term] = asked.get(term, 0) + weight
        return asked

    def shared(self, asked: Collection[str], number: int) -> Shared:
        """What an item says of some terms."""
        return self._shared(asked, self._terms.get(number, ((), b""))[0])

    def shared_with_item(self, own: str, number: int) -> Shared:
        """What two items have in common in titles and skills; their texts share many words that say little."""
        return self._shared(self._dense(self._place.get(own, -1)), self._dense(number))

    def terms_of(self, item: int) -> dict[str, int]:
        """The terms of an item, and what each counts."""
        return dict(zip(*self._terms.get(item, ((), b"")), strict=True))

    def _dense(self, number: int) -> list[str]:
        held, weights = self._terms.get(number, ((), b""))
        return [term for term, weight in zip(held, weights, strict=True) if weight > _IN_TEXT]

    def _shared(self, asked: Collection[str], held: Sequence[str]) -> Shared:
        said = [
            term for term in set(asked).intersection(held) if not term.endswith("*") and _is_telling(term)
        ]
        rare = [(self.rarity(term), term) for term in said]
        rare = sorted((pair for pair in rare if pair[0] >= STEPS), key=lambda pair: (-pair[0], pair[1]))
        words = dict.fromkeys(term.removeprefix("=") for _, term in rare)
        return Shared(sum(rarity for rarity, _ in rare), tuple(words)[:_MOST_SHARED])

    def _rarest(self, asked: Mapping[str, int]) -> list[tuple[str, int]]:
        weighed = [(term, weight * self.rarity(term)) for term, weight in asked.items()]
        return sorted((pair for pair in weighed if pair[1]), key=lambda pair: (-pair[1], pair[0]))[
            :MOST_ASKED
        ]

    def digest(self) -> str:
        """SHA-256 of the terms of all items: equal exactly where they are; items without a text are not in it."""
        hasher = hashlib.sha256()
        self._rows.write_to(hasher, self.items)
        return hasher.hexdigest()
