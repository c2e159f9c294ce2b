"""How refusals travel through packs: what a setting of an earlier pack governed, and what that has come to since.

A refusal reaches further with each later pack and never less far: to a word that says it succeeds one that was
governed; else to a word new in the pack that has a parent in common with one that was (what a purpose is a kind of,
the kind of data above, what sort of recipient); and, where the pack has dropped a word, to what lies around it. The
old word being kept changes nothing. Pure; knows packs, no subject and no moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from licet.packs import Pack
from licet.terms import SELF
from licet.terms.vocabulary import PURPOSES

#: Every purpose, or every recipient but the platform itself; no id can be it.
ANY = "*"

#: What a refusal governed exactly; no yes to another setting lifts it.
EXACT = 0


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
    """What a rule of an earlier pack let a setting govern, and how far that reaches since.

    signals: the privacy signals that switched the setting off there.
    reaches: each within the next; the first is what was governed exactly.
    """

    setting: str
    signals: tuple[str, ...]
    reaches: tuple[Reach, ...]

    def since(self, line: tuple[str, ...], above: tuple[str, ...], recipient: str) -> int | None:
        """With which pack a refusal came to reach a question; `EXACT` for what it governed, None where it does not."""
        return next(
            (reach.since for reach in self.reaches if reach.covers(line, above, recipient)),
            None,
        )


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
    """The words that the packs so far spoke of, and what each had for a parent in any of them."""

    def __init__(self) -> None:
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


class Step:
    """One pack after the packs before it. number: its place among them, from 1."""

    def __init__(self, number: int, pack: Pack, before: _Words) -> None:
        self.number, self.pack = number, pack
        parents_of = {word: frozenset(parents) for word, parents in before.purposes.items()}
        kinds_of = {word: frozenset(kinds) for word, kinds in before.recipients.items()}
        own = {id_: purpose for id_, purpose in pack.purposes.items() if id_ not in PURPOSES}
        self.purposes = _turn(
            {id_: (purpose.kind_of, purpose.succeeds) for id_, purpose in own.items()},
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
            {
                id_: (_above(id_), () if entry is None else entry.succeeds)
                for id_, entry in categories.items()
            },
            before.categories,
            lambda word: () if _above(word) is None else (_above(word),),
            lambda word: () if pack.category_term(word) is not None else (word.partition(".")[0],),
        )
        self.recipients = _turn(
            {id_: (recipient.kind, recipient.succeeds) for id_, recipient in pack.recipients.items()},
            set(kinds_of),
            lambda word: kinds_of.get(word, frozenset()),
            lambda word: () if word == ANY or pack.knows_recipient(word) else (ANY,),
        )
        self._below: dict[str, set[str]] = {}
        for id_, purpose in own.items():
            if purpose.kind_of is not None:
                self._below.setdefault(purpose.kind_of, set()).add(id_)

    def follow(self, governed: Governed) -> Governed:
        """What was governed, as far as it reaches under this pack."""
        reaches = [reach._replace(purposes=self.with_kinds(reach.purposes)) for reach in governed.reaches]
        last = reaches[-1]
        further = Reach(
            self.number,
            self.purposes.reached(last.purposes),
            self.categories.reached(last.categories),
            self.recipients.reached(last.recipients),
        )
        return governed._replace(reaches=(*reaches, further) if further[1:] != last[1:] else tuple(reaches))

    def with_kinds(self, purposes: frozenset[str]) -> frozenset[str]:
        """Purposes with the pack's own that are kinds of them: they stay governed though a later pack moves them."""
        return purposes.union(*(self._below[word] for word in purposes if word in self._below))


class Succession:
    """Packs in the order in which they were in force, the present one last.

    governed: what settings of the packs before the present one governed, as far as it reaches now.
    replaced: for each setting those whose place it took, directly or by others between them.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        self._packs = packs
        self.steps: list[Step] = []
        self.replaced: dict[str, tuple[str, ...]] = {}
        self._first: dict[str, int] = {}
        words, edges = _Words(), dict[str, dict[str, None]]()
        governed: dict[Governed, None] = {}
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
                governed = dict.fromkeys(map(step.follow, governed))
            words.learn(pack)
            for category in _categories(pack):
                self._first.setdefault(category, number)
            if number < len(packs) - 1:
                governed |= dict.fromkeys(self._governed_by(pack, step))
        self.governed = tuple(governed)
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
            for part in ("purposes", "categories", "recipients"):
                old, turn = getattr(before, part), getattr(step, part)
                for word in getattr(after, part) - old:
                    heir_of = {one for one in turn.heirs if word in turn.heirs[one]}
                    dropped = {one for one in old if word in turn.around(one)}
                    kin = {
                        one
                        for one in old
                        if any(word in turn.siblings.get(up, ()) for up in turn.parents(one))
                    }
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
            exact = Reach(
                EXACT,
                step.with_kinds(frozenset(rule.purposes)),
                frozenset(rule.categories),
                frozenset(rule.recipients),
            )
            for setting in (rule.setting, *self.replaced.get(rule.setting, ())):
                yield Governed(setting, pack.settings[rule.setting].honours, (exact,))


def strictest(sinces: Iterable[int]) -> int | None:
    """Of several packs with which a refusal came to reach a question the one that is hardest to lift; None for none."""
    found = {*sinces}
    return None if not found else EXACT if EXACT in found else max(found)


def is_lifted(since: int, yes: int) -> bool:
    """Whether a refusal that came to reach a question with a pack ends with a yes to it under that pack or a later one.

    What was governed exactly no yes to something else lifts. yes: the number of the pack it is bound to; -1 for none.
    """
    return EXACT < since <= yes


def _turn(
    spoken: Mapping[str, tuple[str | None, tuple[str, ...]]],
    known: Iterable[str],
    parents: Callable[[str], Iterable[str | None]],
    around: Callable[[str], Iterable[str]],
) -> _Turn:
    """spoken: the pack's words, each with its parent and what it says it succeeds. known: those of packs before it."""
    earlier = {*known}
    siblings: dict[str | None, set[str]] = {}
    heirs: dict[str, set[str]] = {}
    unheard = []
    for word, (parent, succeeds) in spoken.items():
        unheard += [(word, old) for old in succeeds if old not in earlier]
        succeeded = [old for old in succeeds if old in earlier and old != word]
        for old in succeeded:
            heirs.setdefault(old, set()).add(word)
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
