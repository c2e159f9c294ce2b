"""The verdict table: what each class of people permits of each class of rows, as `decide` says it of one of each.

For a fixed purpose, recipient and moment a decision depends on little: on the subject's region, on which side
of a few ages they stand, on plan, choices and signals; and on the record's visibility, on which side of a few dates
it was made, and on what was said no to of it. Two people, or two rows, that agree in these get the same answer, so one
of each is asked. Gates, batches, serving and impact all ask here, and hold no logic of their own: a wrong answer of
theirs is a wrong answer of `decide`.

Pure Python; knows no engine.
"""

from __future__ import annotations

import functools
import itertools
from bisect import bisect_right
from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from licet.decide import Decision, Facts, No, Policy, Request, decide
from licet.decide.clauses import Clause, Control
from licet.decide.combination import NOBODY, SubjectAnswer, answer_of, combine
from licet.decide.policy import Cell
from licet.terms import EVERY_USE, Code
from licet.terms.moments import OLDEST_YEARS
from licet.terms.regions import lies_in
from licet.terms.vocabulary import is_never_learnt

#: Classes of people whose answers one table remembers.
_MOST_KNOWN = 10_000


class Dimensions(NamedTuple):
    """What the rules in scope look at; everything else about people and rows cannot matter.

    ages:         boundaries in whole years, ascending; a class is the largest boundary not above the age.
    settings:     ids of settings whose choices can matter.
    visibilities: the values rules name; other known words are one class, and whatever nobody declared is not known.
    audiences:    those other words, where rules name any.
    cuts:         dates between which the making of a record cannot matter, ascending.
    yeses:        setting, pack (its digest) under which a yes to it was given, and the pack that stands for all those
                  under which it would be the same; a yes under any other is like one under a pack that nobody knows.
    noes:         the same of a no: the pack stands for those under which it is lifted by the same yeses.
    refusals:     what is said no to of single rows, each set of noes that rows may have once, none first; empty where
                  nobody said anything of a row.
    """

    ages: tuple[int, ...]
    plans: bool
    settings: tuple[str, ...]
    signals: tuple[str, ...]
    visibilities: tuple[str, ...]
    audiences: tuple[str, ...]
    cuts: tuple[datetime, ...]
    yeses: tuple[tuple[str, str, str], ...] = ()
    noes: tuple[tuple[str, str, str], ...] = ()
    refusals: tuple[frozenset[No], ...] = ()

    @property
    def row_classes(self) -> int:
        return self.visibility_classes * self.created_classes * max(1, len(self.refusals))

    @property
    def visibility_classes(self) -> int:
        return len(self.visibilities) + 2 if self.visibilities else 1  # + any other known, + not known

    @property
    def created_classes(self) -> int:
        return len(self.cuts) + 2 if self.cuts else 1  # + before the first, + not known


def dimensions(policy: Policy, purpose: str, recipient: str, categories: Sequence[str]) -> Dimensions:
    """What can matter for these kinds of data, read off the rules that speak of them."""
    cells = [policy.cell(purpose, category, recipient) for category in categories]
    clauses = [clause for cell in cells for clause in (*cell.permits, *cell.forbids)]
    controls = [clause.control for clause in clauses if clause.control is not None]
    settings = _settings(cells, controls)
    ages = {0}
    for clause in clauses:
        if clause.minimum_age is not None:
            ages.add(clause.minimum_age)
        if clause.maximum_age is not None:
            ages |= {clause.maximum_age, clause.maximum_age + 1}
    for control in controls:
        ages |= {start.below_age for start in control.starts if start.below_age is not None}
    if len(ages) > 1:
        ages.add(OLDEST_YEARS + 1)  # from there on nobody's age is known
    named = {value for clause in clauses for value in clause.visibility or ()}
    return Dimensions(
        tuple(sorted(ages)),
        any(clause.plans is not None for clause in clauses)
        or any(start.plans is not None for control in controls for start in control.starts),
        tuple(sorted(settings | ({EVERY_USE} if any(cell.permits for cell in cells) else set()))),
        tuple(
            sorted(
                {signal for control in controls for signal in control.honours}
                | {signal for cell in cells for signal in cell.signals}
            )
        ),
        tuple(sorted(named)),
        tuple(sorted(policy.pack.audiences - named)) if named else (),
        tuple(sorted(_cuts(clauses))),
        # A yes under any of them may be told from one under a pack that nobody knows: by what a no had reached by then.
        tuple((setting, pack, pack) for setting in sorted(settings) for pack in sorted(policy.numbers)),
        _noes(policy, settings),
    )


def _settings(cells: list[Cell], controls: list[Control]) -> set[str]:
    found = {control.id for control in controls}
    found |= {old for control in controls for old in control.answers_for}
    return found | {setting for cell in cells for setting in cell.carried}


def _noes(policy: Policy, settings: set[str]) -> tuple[tuple[str, str, str], ...]:
    if not policy.earlier:
        return ()  # there was no other pack to say anything under
    found = []
    for setting in sorted(settings):
        alike: dict[int, str] = {}
        for pack in policy.numbers:
            found.append((setting, pack, alike.setdefault(policy.lifts_from(setting, pack), pack)))
    return tuple(sorted(found))


def _cuts(clauses: list[Clause]) -> set[datetime]:
    return {
        cut for clause in clauses for cut in (clause.created_from, clause.created_before) if cut is not None
    }


def joined(looks: Iterable[Dimensions]) -> Dimensions:
    """Everything that any of these look at."""
    found = list(looks)

    def every(name: str) -> tuple[Any, ...]:
        return tuple(sorted({value for one in found for value in getattr(one, name)}))

    # a word that one of them knows and another does not is a class of its own
    known = [{*looks.visibilities, *looks.audiences} for looks in found if looks.visibilities]
    others = set.intersection(*known).difference(every("visibilities")) if known else set()
    named = {word for words in known for word in words} - others
    return Dimensions(
        every("ages"), any(looks.plans for looks in found), every("settings"), every("signals"),
        tuple(sorted(named)), tuple(sorted(others)), every("cuts"),
        _joined([one.yeses for one in found]), _joined([one.noes for one in found]),
    )  # fmt: skip


def _joined(bindings: list[tuple[tuple[str, str, str], ...]]) -> tuple[tuple[str, str, str], ...]:
    """A pack stands for another where it does so in all of these."""
    told = [{(setting, pack): other for setting, pack, other in one} for one in bindings]
    alike: dict[tuple[str, ...], str] = {}
    return tuple(
        (setting, pack, alike.setdefault((setting, *(one.get((setting, pack), "") for one in told)), pack))
        for setting, pack in sorted({pair for one in told for pair in one})
    )


class RowClass(NamedTuple):
    """One of a class of rows: its words and dates as `Request` has them, None where they are not known."""

    visibility: str | None = None
    created: datetime | None = None
    noes: frozenset[No] = frozenset()


class VerdictTable:
    """What is answered about one table's kinds of data in one use at one moment; asked of `decide` when first wanted.

    Per class of people and class of rows: by mask the kinds that are permitted, and where none is, the code and rule
    that came nearest.
    """

    def __init__(
        self,
        policy: Policy,
        purpose: str,
        recipient: str,
        at: datetime,
        categories: Sequence[str],
        looks: Dimensions | None = None,
        *,
        for_training: bool = False,
    ) -> None:
        """looks: what is looked at, where it is not just what the policy's rules for these kinds look at.
        for_training: as the gate has it: no private communication then, whatever the policy permits.
        """
        self.categories = tuple(categories)
        self.looks = dimensions(policy, purpose, recipient, self.categories) if looks is None else looks
        self._policy, self._use = policy, (purpose, recipient, at)
        self._closed = frozenset(filter(is_never_learnt, self.categories) if for_training else ())
        refusals = self.looks.refusals or (frozenset[No](),)
        rows = itertools.product(_visibilities(self.looks), _dates(self.looks), refusals)
        self._requests = [self._asked(RowClass(*row)) for row in rows]
        self._known: dict[object, tuple[SubjectAnswer, ...]] = {}
        self._places = _places(policy, purpose, recipient, at, self.categories)
        self._lies: dict[str | None, tuple[bool | None, ...]] = {}

    def answers(self, facts: Facts | None) -> tuple[SubjectAnswer, ...]:
        """What somebody permits of each class of rows, in their order. facts: None for whom nobody knows."""
        people = None if facts is None else class_of(facts, self.looks, self._where(facts.region))
        known = self._known.get(people)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            told = [answer_of(self._decided(asked, facts)) for asked in self._requests]
            # Without the decision that came nearest: it names one person, and the answer is a whole class's.
            known = self._known[people] = tuple(
                [SubjectAnswer(mask, reason, None) for mask, reason, _ in told]
            )
        return known

    def _where(self, region: str | None) -> tuple[bool | None, ...]:
        """Whether a region lies in each of the places named; two for which this is the same no rule tells apart."""
        lies = self._lies.get(region)
        if lies is None:
            if len(self._lies) >= _MOST_KNOWN:
                self._lies.clear()
            lies = self._lies[region] = tuple([lies_in(region, places) for places in self._places])
        return lies

    @functools.cached_property
    def about_nobody(self) -> tuple[SubjectAnswer, ...]:
        """What may be had of rows about nobody: what all of `combination.NOBODY` permit."""
        found = [combine(each) for each in zip(*map(self.answers, NOBODY), strict=True)]
        return tuple(SubjectAnswer(answer.mask, answer.reason, None) for answer in found)

    def decisions(self, facts: Facts | None, row: RowClass) -> list[Decision]:
        """What is decided about each kind of data of one row."""
        return self._decided(self._asked(row), facts)

    def _asked(self, row: RowClass) -> list[Request]:
        purpose, recipient, at = self._use
        visibility, created, noes = row
        return [
            Request(purpose, category, recipient, at, visibility, created, noes)
            for category in self.categories
        ]

    def _decided(self, asked: list[Request], facts: Facts | None) -> list[Decision]:
        decisions = [decide(request, facts, self._policy) for request in asked]
        if not self._closed:
            return decisions
        return [_closed(one) if one.request.category in self._closed else one for one in decisions]


def class_of(facts: Facts, looks: Dimensions, where: Hashable) -> Hashable:
    """What tells some facts from others, as far as anything looks at them. where: what is looked at of the region."""
    age, choices, bound = facts.age, facts.choices, facts.bound
    return (
        where,
        None if age is None else bisect_right(looks.ages, age),
        facts.plan if looks.plans else None,
        facts.signals.intersection(looks.signals) if facts.signals else None,
        tuple([(choices.get(setting), bound.get(setting)) for setting in looks.settings]),
        _narrow(facts, looks) if facts.narrow else None,
    )


def _narrow(facts: Facts, looks: Dimensions) -> frozenset[object]:
    return frozenset(
        (setting, kind, state, facts.narrow_bound.get(setting, {}).get(kind))
        for setting in looks.settings
        for kind, state in facts.narrow.get(setting, {}).items()
    )


def _places(
    policy: Policy, purpose: str, recipient: str, at: datetime, categories: Sequence[str]
) -> list[frozenset[str]]:
    """All places that are named by a rule, a setting's beginnings or a scope that `decide` looks at, each once."""
    cells = [policy.cell(purpose, category, recipient) for category in categories]
    clauses = [clause for cell in cells for clause in (*cell.permits, *cell.forbids)]
    controls = [clause.control for clause in clauses if clause.control is not None]
    named = [
        *(clause.places for clause in clauses),
        *(start.places for control in controls for start in control.starts),
        *(places for cell in cells for _, _, places in cell.read or ()),
    ]
    return list({places.at(at): None for places in named if places is not None})


def _closed(decision: Decision) -> Decision:
    return decision._replace(permitted=False, code=Code.CLOSED_BY_VOCABULARY, rule=None)


def _visibilities(looks: Dimensions) -> list[str | None]:
    """One representative per visibility class: each named value, any other known word, not known."""
    if not looks.visibilities:
        return [None]
    return [*looks.visibilities, next(iter(looks.audiences), None), None]


def _dates(looks: Dimensions) -> list[datetime | None]:
    """One representative per class of making: before the first cut, on each cut, not known."""
    if not looks.cuts:
        return [None]
    return [just_before(looks.cuts[0]), *looks.cuts, None]


def just_before(cut: datetime) -> datetime:
    """A moment on the other side of a cut."""
    try:
        return cut - timedelta(microseconds=1)
    except OverflowError:  # the first moment of the calendar; in the east it began an hour sooner
        return cut.replace(tzinfo=timezone(timedelta(hours=1)))
