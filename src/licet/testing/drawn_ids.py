"""Made-up ids of members, and columns of them as one table or another keeps them.

Ids are text to the gate. Whole numbers are written as numbers in one table and as text in the next, some beyond what
a float can tell apart; texts differ by case, blanks, accents or a nought in front, and are different people.
"""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

import pyarrow as pa

from licet.testing.drawn_words import chance, pick

#: Ids that a careless comparison takes for one another, or for something else than an id.
ODD = (
    "M1",
    "m1",
    " m1",
    "m1 ",
    "7",
    "07",
    "7.0",
    "é",
    "e\u0301",
    "null",
    "NULL",
    "o'clock; --",
    "a,b",
    'x"y',
    "😀",
)

_SMALL = (pa.int64(), pa.int32(), pa.string(), pa.uint32(), pa.int64())
_LARGE = (pa.int64(), pa.string(), pa.uint64(), pa.int64())
_NEGATIVE = (pa.int64(), pa.string(), pa.int32())


class Subjects(NamedTuple):
    """ids:   of the members, as text.
    kinds: the types in which a column may hold them; all of them whole numbers, or text only."""

    ids: tuple[str, ...]
    kinds: tuple[pa.DataType, ...]

    @property
    def numbered(self) -> bool:
        return self.kinds != (pa.string(),)


def make_subjects(rng: Random, most: int) -> Subjects:
    count = 1 + rng.randrange(most)
    if chance(rng, 30):
        first, kinds = pick(rng, [(0, _SMALL), (0, _SMALL), (2**53, _LARGE), (-3, _NEGATIVE)])
        return Subjects(tuple(str(first + n) for n in range(count)), kinds)
    odd = ODD if chance(rng, 20) else ()
    return Subjects((*odd, *(f"n{n}" for n in range(count)))[:count], (pa.string(),))


def some_id(rng: Random, subjects: Subjects, kind: pa.DataType) -> Any:
    """A member's id as a column of this type holds it; now and then somebody's whom nobody knows, or nothing."""
    if chance(rng, 3):
        return None
    id_ = "999" if chance(rng, 3) else pick(rng, subjects.ids)
    if kind != pa.string():
        return int(id_)
    return f"0{id_}" if subjects.numbered and chance(rng, 3) else id_


def column_of_ids(rng: Random, subjects: Subjects, ids: list[str | None]) -> pa.Array:
    """These ids in a column of one of the types."""
    kind = pick(rng, subjects.kinds)
    return pa.array([id_ if id_ is None or kind == pa.string() else int(id_) for id_ in ids], kind)


def column_of_words(rng: Random, words: list[str | None]) -> pa.Array:
    """Words as files keep them: plain, as a dictionary, with nothing in them, or nothing at all."""
    fate = rng.randrange(40)
    if fate == 37:
        return pa.array(words, pa.string()).dictionary_encode()
    if fate == 38:
        return pa.array([None] * len(words), pa.string())
    if fate == 39:
        return pa.nulls(len(words))
    return pa.array(words, pa.string())
