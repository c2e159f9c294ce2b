"""How refusals travel through packs: what a setting of an earlier pack governed, and what that has come to since.

A refusal reaches further with each later pack and never less far: to a word that says it succeeds one that was
governed; else to a word new in the pack that has a parent in common with one that was (what a purpose is a kind of,
the kind of data above, what sort of recipient); and, where the pack has dropped a word, to what lies around it. The
old word being kept changes nothing. Pure; knows packs, no subject and no moment.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from licet.packs import Pack
from licet.terms import SELF
from licet.terms.vocabulary import PURPOSES, ancestors

#: Every purpose, or every recipient but the platform itself; no id can be it.
ANY = "*"

#: What a refusal governed exactly, in place of the number of a pack with which it came to reach so far.
EXACT = 0

#: The sorts of words that a question is made of.
PARTS = ("purposes", "categories", "recipients")

#: Beyond the number of every pack: no yes to another setting lifts the refusal.
FOR_GOOD = sys.maxsize


class Reach(NamedTuple):
    """Every question made of these words. since: the number of the pack with which a refusal came to reach so far."""

    since: int
    purposes: frozenset[str]
    categories: frozenset[str]
    recipients: frozenset[str]

    def covers(self, line: tuple[str, ...], above: tuple[str, ...], recipient: str) -> bool:
        return (
            (recipient in self.recipients or (recipient != SELF and ANY in self.recipients))
            and (ANY in self.purposes or not self.purposes.isdisjoint(line))
            and not self.categories.isdisjoint(above)
        )


class Governed(NamedTuple):
    """One question that a rule of an earlier pack let a setting govern, and how far a no to it reaches since.

    Word by word and not rule by rule: how a pack groups its words into rules must not matter.
    was_there: whether the pack had the setting, so that a no to it could be said; else another had taken its place.
    signals: the privacy signals that switched the setting off there.
    reaches: each within the next; the first is what was governed exactly.
    """

    setting: str
    was_there: bool
    signals: tuple[str, ...]
    reaches: tuple[Reach, ...]

    def since(self, line: tuple[str, ...], above: tuple[str, ...], recipient: str) -> int | None:
        """With which pack a refusal came to reach a question; `EXACT` for what it governed, None where it does not."""
        return next(
            (reach.since for reach in self.reaches if reach.covers(line, above, recipient)),
            None,
        )


class Span(NamedTuple):
    """The first and the last of the packs, by number, in which a rule let a setting govern the same."""

    first: int
    last: int

    def bar(self, governed: Governed, since: int) -> int:
        """The pack from which on a yes to another setting ends a refusal that reaches a question since a pack.

        For what was governed exactly: the first after all in which the setting was there and did, itself or by one
        that took its place; where it was gone, the first in which another did for it, if it never did itself.
        """
        return since if since != EXACT else self.last + 1 if governed.was_there else self.first


class Carry(NamedTuple):
    """How a refusal of a setting of an earlier pack reaches a question.

    bar:     a yes to another setting that speaks for the question ends it if given under this pack or a later one.
    sources: what the setting governed from which it does, each with the number of the first pack in which that was so.
    """

    bar: int
    sources: tuple[tuple[Governed, int], ...]


class Carried(NamedTuple):
    """One word that refusals of some settings reach since a pack. why: ``succeeds``, ``new`` or ``dropped``."""

    part: str
    word: str
    why: str
    of: tuple[str, ...]
    settings: tuple[str, ...]


class _Turn(NamedTuple):
    """What becomes, with one pack, of the words of one sort.

    siblings: the new words, by the parent they share with others.
    heirs:    the words that say which earlier ones they succeed, by those.
    unheard:  words with what they say they succeed, where no earlier pack spoke of it.
    parents:  what an earlier word has in common with its siblings.
    around:   what a word means that the pack has dropped; nothing for one it knows.
    """

    siblings: Mapping[str | None, frozenset[str]]
    heirs: Mapping[str, frozenset[str]]
    unheard: tuple[tuple[str, str], ...]
    parents: Callable[[str], Iterable[str | None]]
    around: Callable[[str], Iterable[str]]

    def reached(self, words: frozenset[str]) -> frozenset[str]:
        """What a refusal of these words reaches under the pack."""
        found = set(words)
        for parent in {parent for word in words for parent in self.parents(word)}:
            found |= self.siblings.get(parent, frozenset())
        for word in words:
            found.update(self.around(word))
        waiting = [*found]
        while waiting:
            for heir in self.heirs.get(waiting.pop(), frozenset()) - found:
                found.add(heir)
                waiting.append(heir)
        return frozenset(found)


class _Words:
    """The words that the packs so far spoke of, and what each had for a parent in any of them.

    old:   by part what each word succeeded in any of them.
    ruled: by part the words of which the last of them had a rule.
    """

    def __init__(self) -> None:
        self.old: dict[str, dict[str, set[str]]] = {part: {} for part in PARTS}
        self.ruled: dict[str, frozenset[str]] = dict.fromkeys(PARTS, frozenset())
        self.purposes: dict[str, set[str | None]] = {}
        self.categories: set[str] = set()
        self.recipients: dict[str, set[str | None]] = {}

    def learn(self, pack: Pack) -> None:
        for id_, purpose in pack.purposes.items():
            if id_ not in PURPOSES:
                self.purposes.setdefault(id_, set()).add(purpose.kind_of)
        self.categories |= _categories(pack)
        for id_, recipient in pack.recipients.items():
            self.recipients.setdefault(id_, set()).add(recipient.kind)
        for part in PARTS:
            for id_, entry in getattr(pack, part).items():
                self.old[part].setdefault(id_, set()).update(entry.succeeds)
            self.ruled[part] = _ruled(pack, part)

    def back(self, pack: Pack, part: str) -> dict[str, set[str]]:
        """Words of which the pack has a rule again, and the last did not, by those that had succeeded them."""
        again = _ruled(pack, part) - self.ruled[part]
        return {word: old & again for word, old in self.old[part].items() if old & again}


class Step:
    """One pack after the packs before it. number: its place among them, from 1."""

    def __init__(self, number: int, pack: Pack, before: _Words) -> None:
        self.number, self.pack = number, pack
        parents_of = {word: frozenset(parents) for word, parents in before.purposes.items()}
        kinds_of = {word: frozenset(kinds) for word, kinds in before.recipients.items()}
        self.purposes = _turn(
            before.back(pack, "purposes"),
            {id_: (purpose.kind_of, purpose.succeeds) for id_, purpose in pack.purposes.items()},
            {*parents_of, *PURPOSES},
            lambda word: parents_of.get(word, frozenset()),
            lambda word: (
                ()
                if word == ANY or pack.purpose_line(word)
                else [up or ANY for up in parents_of.get(word, (None,))]
            ),
        )
        categories = {id_: pack.categories.get(id_) for id_ in _categories(pack)}
        self.categories = _turn(
            before.back(pack, "categories"),
            {
                id_: (_above(id_), () if entry is None else entry.succeeds)
                for id_, entry in categories.items()
            },
            before.categories,
            lambda word: () if _above(word) is None else (_above(word),),
            lambda word: () if pack.category_term(word) is not None else (word.partition(".")[0],),
            ancestors,
        )
        self.recipients = _turn(
            before.back(pack, "recipients"),
            {id_: (recipient.kind, recipient.succeeds) for id_, recipient in pack.recipients.items()},
            set(kinds_of),
            lambda word: kinds_of.get(word, frozenset()),
            lambda word: () if word == ANY or pack.knows_recipient(word) else (ANY,),
        )
        self._found: dict[tuple[str, frozenset[str]], frozenset[str]] = {}
        self._below: dict[str, set[str]] = {}
        for id_, purpose in pack.purposes.items():
            if purpose.kind_of is not None:
                self._below.setdefault(purpose.kind_of, set()).add(id_)

    def follow(self, governed: Governed) -> Governed:
        """What was governed, as far as it reaches under this pack."""
        last = governed.reaches[-1]
        further = Reach(
            self.number,
            self._reached("purposes", last.purposes),
            self._reached("categories", last.categories),
            self._reached("recipients", last.recipients),
        )
        return (
            governed._replace(reaches=(*governed.reaches, further)) if further[1:] != last[1:] else governed
        )

    def _reached(self, part: str, words: frozenset[str]) -> frozenset[str]:
        """As `_Turn.reached`; what many questions have in common is found once."""
        found = self._found.get((part, words))
        if found is None:
            turn: _Turn = getattr(self, part)
            found = (
                self.with_kinds(turn.reached(self.with_kinds(words)))
                if part == "purposes"
                else turn.reached(words)
            )
            self._found[part, words] = found
        return found

    def with_kinds(self, purposes: frozenset[str]) -> frozenset[str]:
        """Purposes with the pack's own that are kinds of them: they stay governed though a later pack moves them."""
        return purposes.union(*(self._below[word] for word in purposes if word in self._below))


class Succession:
    """Packs in the order in which they were in force, the present one last.

    governed: what settings of the packs before the present one governed, as far as it reaches now, and in which of
              them they did.
    replaced: for each setting those whose place it took, directly or by others between them.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        self._packs = packs
        self.steps: list[Step] = []
        self.replaced: dict[str, tuple[str, ...]] = {}
        self._first: dict[str, int] = {}
        words, edges = _Words(), dict[str, dict[str, None]]()
        governed: dict[Governed, Span] = {}
        for number, pack in enumerate(packs):
            for id_, setting in pack.settings.items():
                if setting.replaces:
                    edges.setdefault(id_, {}).update(dict.fromkeys(setting.replaces))
            self.replaced = {id_: _closure(id_, edges) for id_ in edges}
            if len(packs) == 1:
                break  # nothing came before it
            step = Step(number, pack, words)
            if number:
                self.steps.append(step)
                governed = _merged((step.follow(one), span) for one, span in governed.items())
            words.learn(pack)
            for category in _categories(pack):
                self._first.setdefault(category, number)
            if number < len(packs) - 1:
                new = ((one, Span(number, number)) for one in self._governed_by(pack, step))
                governed = _merged((*governed.items(), *new))
        self.governed = governed
        self.parents = {word: frozenset(parents) for word, parents in words.purposes.items()}
        self._kinds: dict[str, tuple[tuple[int, frozenset[str]], ...]] = {}

    def kind_since(self, kind: str, above: tuple[str, ...]) -> int | None:
        """With which pack a refusal of one kind of data came to reach another, given with those above it."""
        if kind not in self._kinds:
            # A kind that no pack ever spoke of, nor the vocabulary, counts as its root.
            is_known = any(pack.category_term(kind) is not None for pack in self._packs)
            reaches = [(EXACT, frozenset((kind,) if is_known else (kind, kind.partition(".")[0])))]
            for step in self.steps[self._first.get(kind, 0) :]:
                further = step.categories.reached(reaches[-1][1])
                if further != reaches[-1][1]:
                    reaches.append((step.number, further))
            self._kinds[kind] = tuple(reaches)
        return next((since for since, kinds in self._kinds[kind] if not kinds.isdisjoint(above)), None)

    def has_grown(self, kind: str, number: int) -> bool:
        """Whether a refusal of one kind of data reached others by the time of a pack. Asked after `kind_since`."""
        return any(EXACT < since <= number for since, _ in self._kinds[kind])

    def heirs(self, part: str, word: str) -> frozenset[str]:
        """The words that say they succeed this one, or one that does. part: purposes, categories or recipients."""
        found, waiting = set[str](), [word]
        while waiting:
            old = waiting.pop()
            for step in self.steps:
                new = getattr(step, part).heirs.get(old, frozenset()) - found
                found |= new
                waiting += new
        return frozenset(found - {word})

    def carried_by_the_last(self) -> list[Carried]:
        """What refusals have come to reach with the present pack, word by word."""
        if not self.steps:
            return []
        step, found = self.steps[-1], dict[tuple[str, str, str], tuple[set[str], set[str]]]()
        for governed in self.governed:
            if len(governed.reaches) < 2 or governed.reaches[-1].since != step.number:
                continue
            before, after = governed.reaches[-2:]
            for part in PARTS:
                old, turn = getattr(before, part), getattr(step, part)
                for word in getattr(after, part) - old:
                    heir_of = {one for one in turn.heirs if word in turn.heirs[one]}
                    heir_of = {
                        one for one in heir_of if not any(two.startswith(f"{one}.") for two in heir_of)
                    }
                    dropped = {one for one in old if word in turn.around(one)}
                    kin = {
                        one
                        for one in old
                        if any(word in turn.siblings.get(up, ()) for up in turn.parents(one))
                    }
                    if not (heir_of or kin or dropped):
                        continue  # a kind of a purpose that is told itself
                    why = "succeeds" if heir_of else "new" if kin else "dropped"
                    of, settings = found.setdefault((part, word, why), (set(), set()))
                    of |= heir_of or kin or dropped
                    settings.add(governed.setting)
        return [
            Carried(*key, tuple(sorted(of)), tuple(sorted(settings)))
            for key, (of, settings) in sorted(found.items())
        ]

    def _governed_by(self, pack: Pack, step: Step) -> Iterable[Governed]:
        for rule in pack.rules:
            if rule.effect != "permit" or rule.setting is None:
                continue
            signals = pack.settings[rule.setting].honours
            settings = (rule.setting, *self.replaced.get(rule.setting, ()))
            for purpose in rule.purposes:
                purposes = step.with_kinds(frozenset((purpose,)))
                for category in rule.categories:
                    for recipient in rule.recipients:
                        exact = Reach(EXACT, purposes, frozenset((category,)), frozenset((recipient,)))
                        for setting in settings:
                            yield Governed(setting, setting in pack.settings, signals, (exact,))


def _merged(found: Iterable[tuple[Governed, Span]]) -> dict[Governed, Span]:
    merged: dict[Governed, Span] = {}
    for governed, span in found:
        known = merged.get(governed, span)
        merged[governed] = Span(min(span.first, known.first), max(span.last, known.last))
    return merged


def _ruled(pack: Pack, part: str) -> frozenset[str]:
    return frozenset(word for rule in pack.rules for word in getattr(rule, part))


def _turn(
    back: Mapping[str, set[str]],
    spoken: Mapping[str, tuple[str | None, tuple[str, ...]]],
    known: Iterable[str],
    parents: Callable[[str], Iterable[str | None]],
    around: Callable[[str], Iterable[str]],
    above: Callable[[str], tuple[str, ...]] = lambda word: (word,),
) -> _Turn:
    """As `_Turn`.

    above:  a word with those that cover it: what was below a kind of data that is reached was reached with it, wherever
            its heir stands.
    back:   words that come back, by those that had succeeded them.
    spoken: the pack's words, each with its parent and what it says it succeeds. known: those of packs before it.
    """
    earlier = {*known}
    siblings: dict[str | None, set[str]] = {}
    heirs: dict[str, set[str]] = {}
    unheard = []
    for word, olds in back.items():  # what comes back takes its heirs' noes along
        for up in above(word):
            heirs.setdefault(up, set()).update(olds)
    for word, (parent, succeeds) in spoken.items():
        unheard += [(word, old) for old in succeeds if earlier.isdisjoint(above(old))]
        succeeded = [old for old in succeeds if old != word and not earlier.isdisjoint(above(old))]
        for up in (up for old in succeeded for up in above(old)):
            heirs.setdefault(up, set()).add(word)
        if word not in earlier and not succeeded:
            siblings.setdefault(parent, set()).add(word)
    return _Turn(
        {parent: frozenset(words) for parent, words in siblings.items()},
        {old: frozenset(words) for old, words in heirs.items()},
        tuple(unheard),
        parents,
        around,
    )


def _categories(pack: Pack) -> set[str]:
    return {*pack.categories, *(kind for rule in pack.rules for kind in rule.categories)}


def _above(category: str) -> str | None:
    return category.rpartition(".")[0] or None


def _closure(setting: str, edges: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    waiting = [*edges.get(setting, ())]
    while waiting:
        old = waiting.pop(0)
        if old not in found and old != setting:
            found[old] = None
            waiting += edges.get(old, ())
    return tuple(found)
