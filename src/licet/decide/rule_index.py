"""The rules of one question side by side, as bits: which of them a value lets stand, found without walking them.

For each thing that rules ask about there is one set of bits a value, so that a question costs a look-up and an
intersection for each thing asked about, whatever the number of rules. The first rule by id is the highest bit, which
is found at once. Rules that say the same count once, as the first of them by id: no answer could name another.

Knows no subject's choices and no setting's meaning; what it says of a rule, `specification` says of its conditions.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from licet.decide.clauses import CHANGES, Clause, Control, Places
from licet.terms.moments import midnight
from licet.terms.regions import lies_in

#: A day by its number: days since this moment. Every bound that a policy names is a midnight, so its day is enough.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Bits that the sets along one axis may take together. Beyond, some are put together when asked for.
_MOST_BITS = 1 << 27
#: Words, and regions, of which one index remembers the sets: callers choose them.
_MOST_WORDS = 4096

#: The days of `CHANGES`: between two of them the places that a rule names are the same.
_CHANGED = [(midnight(day) - EPOCH).days for day in CHANGES]


def day_number(moment: object) -> int | None:
    """The day, UTC, of an aware moment; None for what is none."""
    try:
        day = (moment - EPOCH).days if isinstance(moment, datetime) else None
    except TypeError:  # it has no time zone
        return None
    return day if type(day) is int else None  # that of pandas' "not a time" is a number that is none


def bits_of(places: Iterable[int], size: int) -> int:
    held = bytearray(size // 8 + 1)
    for place in places:
        held[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(held, "little")


class Ranges:
    """Which rules hold at a value, where each holds from one bound on to before another."""

    __slots__ = ("_cuts", "_sets", "_step", "_turns", "asking")

    def __init__(self, bounds: Sequence[tuple[int | None, int | None]]) -> None:
        """bounds: of each rule; None for no bound."""
        held, asking, turns = bytearray(len(bounds) // 8 + 1), [], dict[int, list[int]]()
        for place, (low, high) in enumerate(bounds):
            if low is not None or high is not None:
                asking.append(place)
            if low is not None and high is not None and high <= low:
                continue  # it never holds
            if low is None:
                held[place >> 3] |= 1 << (place & 7)
            for bound in (low, high):
                if bound is not None:
                    turns.setdefault(bound, []).append(place)
        self.asking = bits_of(asking, len(bounds))
        self._cuts = sorted(turns)
        self._turns = [turns[cut] for cut in self._cuts]
        self._step = 1 + len(bounds) * len(self._cuts) // _MOST_BITS
        self._sets = [int.from_bytes(held, "little")]
        for number, turned in enumerate(self._turns, start=1):
            for place in turned:
                held[place >> 3] ^= 1 << (place & 7)
            if number % self._step == 0:
                self._sets.append(int.from_bytes(held, "little"))

    def at(self, value: int) -> int:
        """The rules that hold there."""
        number = bisect_right(self._cuts, value)
        if self._step == 1:
            return self._sets[number]
        kept, more = divmod(number, self._step)
        found = self._sets[kept]
        for turned in self._turns[number - more : number]:
            for place in turned:
                found ^= 1 << place
        return found


class Words:
    """Which rules hold for a word, where each names some or does not ask."""

    __slots__ = ("_known", "_named", "_others", "_size", "asking", "sets")

    def __init__(self, named: Sequence[frozenset[str] | None], known: frozenset[str]) -> None:
        """known: the words that somebody declared; every other is not known, whatever its spelling."""
        self._size, self._known = len(named), known
        self._named: dict[str, list[int]] = {}
        for place, words in enumerate(named):
            for word in words or ():
                self._named.setdefault(word, []).append(place)
        self.asking = bits_of((place for place, words in enumerate(named) if words is not None), self._size)
        self._others = ((1 << self._size) - 1) & ~self.asking
        #: Those found so far, for whoever asks often.
        self.sets: dict[object, int] = {}

    def of(self, word: object) -> int | None:
        """The rules that hold; None where nobody knows the word."""
        if not isinstance(word, str) or word not in self._known:
            return None
        if len(self.sets) >= _MOST_WORDS:
            self.sets.clear()
        found = self.sets[word] = self._others | bits_of(self._named.get(word, ()), self._size)
        return found


class Rules:
    """The permits of one question, or its forbids. None stands where none of them asks about a thing.

    controls: the settings that govern them, whether as consent, which rules, and which rules they do not govern.
    """

    __slots__ = (
        "_around", "_dates", "_places", "ages", "clauses", "controls", "created", "every", "plans", "visibilities",
    )  # fmt: skip

    def __init__(
        self, clauses: Iterable[Clause], known_plans: frozenset[str], known_words: frozenset[str]
    ) -> None:
        """clauses: by id."""
        alike: dict[object, Clause] = {}
        for clause in clauses:
            # One and the same object stands for places that are named alike; to compare them takes longer.
            alike.setdefault((*clause[1:3], id(clause.places), *clause[4:]), clause)
        self.clauses = told = tuple(reversed(alike.values()))
        self.every = (1 << len(told)) - 1
        self._dates = _ranges([(_day(one.starts), _day(one.ends)) for one in told])
        by_places: dict[int, tuple[Places, list[int]]] = {}
        by_control: dict[tuple[str, bool], tuple[Control, list[int]]] = {}
        for number, clause in enumerate(told):
            if clause.places is not None:
                by_places.setdefault(id(clause.places), (clause.places, []))[1].append(number)
            if clause.control is not None:
                governed = by_control.setdefault(
                    (clause.control.id, clause.needs_consent), (clause.control, [])
                )
                governed[1].append(number)
        self._places = [(places, bits_of(numbers, len(told))) for places, numbers in by_places.values()]
        self._around: dict[tuple[str | None, int], tuple[int, int]] = {}
        self.controls = [
            (control, needs_consent, governed, self.every & ~governed)
            for (_, needs_consent), (control, numbers) in by_control.items()
            for governed in [bits_of(numbers, len(told))]
        ]
        oldest = [one.maximum_age for one in told]
        self.ages = _ranges(
            [
                (one.minimum_age, None if last is None else last + 1)
                for one, last in zip(told, oldest, strict=True)
            ]
        )
        self.created = _ranges([(_day(one.created_from), _day(one.created_before)) for one in told])
        self.plans = _words([one.plans for one in told], known_plans)
        self.visibilities = _words([one.visibility for one in told], known_words)

    def on(self, day: int) -> int:
        """The rules whose dates hold."""
        return self.every if self._dates is None else self._dates.at(day)

    def around(self, region: str | None, at: datetime, day: int) -> tuple[int, int]:
        """The rules that do not leave out a region, and those of which nobody can say.

        region: a code, or None. day: that of the moment `at`.
        """
        question = region, bisect_right(_CHANGED, day)
        if question not in self._around:
            inside, unsure = self.every, 0
            for places, bits in self._places:
                lies = lies_in(region, places.at(at))
                if lies is None:
                    unsure |= bits
                elif not lies:
                    inside &= ~bits
            if len(self._around) >= _MOST_WORDS:
                self._around.clear()
            self._around[question] = inside, unsure
            return inside, unsure
        return self._around[question]

    def first(self, bits: int) -> Clause:
        """The first of some rules by id."""
        return self.clauses[bits.bit_length() - 1]


def _ranges(bounds: list[tuple[int | None, int | None]]) -> Ranges | None:
    return None if all(bound == (None, None) for bound in bounds) else Ranges(bounds)


def _words(named: list[frozenset[str] | None], known: frozenset[str]) -> Words | None:
    return None if all(words is None for words in named) else Words(named, known)


def _day(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - EPOCH).days
