"""Rules into tables: ask `decide` once for every class of people and every kind of row, and write it down.

For a fixed purpose, recipient and moment a decision depends on little: on the subject's region, on which side
of a few ages they stand, on plan, choices and signals; and on the record's visibility and on which side of a
few dates it was made. Two people, or two rows, that agree in these get the same answer, so one representative
of each is asked. The gate holds no logic of its own: a wrong answer here is a wrong answer of `decide`.

Pure Python; knows no engine.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from licet.decide import Decision, Facts, No, Policy, Request, decide
from licet.decide.combination import NOBODY, SubjectAnswer, answer_of, combine
from licet.decide.policy import Cell, Clause, Control
from licet.terms import EVERY_USE, ChoiceState, Code
from licet.terms.moments import OLDEST_YEARS

#: The widest table the gate can mask: one bit per kind of data in a signed 64-bit integer.
MOST_CATEGORIES = 62

#: Separates the parts of a state; no id can hold it (see licet.terms.ids).
MARK = "\x1f"

#: Between a yes and the pack it is bound to.
BOUND = "@"


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


class Subject(NamedTuple):
    """A class of people: what `population` read about them. `state` lists choices, `signals` signals."""

    region: str | None
    age: int | None
    plan: str | None
    state: str
    signals: str


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


def facts_of(subject: Subject) -> Facts:
    """The representative of a class of people, as `decide` wants it. A yes is followed by the pack it is bound to."""
    choices: dict[str, ChoiceState] = {}
    bound: dict[str, str] = {}
    narrow: dict[str, dict[str, ChoiceState]] = {}
    narrow_bound: dict[str, dict[str, str]] = {}
    for part in filter(None, subject.state.split(MARK)):
        setting, _, rest = part.partition("=")
        category, _, stated = rest.rpartition("=")
        state, _, pack = stated.partition(BOUND)
        if category:
            narrow.setdefault(setting, {})[category] = ChoiceState(state)
            if pack:
                narrow_bound.setdefault(setting, {})[category] = pack
        else:
            choices[setting] = ChoiceState(state)
            if pack:
                bound[setting] = pack
    return Facts(
        subject.region, subject.age, subject.plan, choices, narrow,
        frozenset(filter(None, subject.signals.split(MARK))), bound, narrow_bound,
    )  # fmt: skip


def answers(
    policy: Policy,
    purpose: str,
    recipient: str,
    at: datetime,
    categories: Sequence[str],
    looks: Dimensions,
    facts: Facts | None,
    closed: Collection[str] = (),
) -> list[SubjectAnswer]:
    """What one class of people (None: nobody known) permits of each class of rows, in row-class order.

    closed: those of the categories that the use may not have, whatever the policy permits.
    """
    found = []
    for visibility, created, noes in itertools.product(
        _visibilities(looks), _dates(looks), looks.refusals or (frozenset[No](),)
    ):
        decisions = [
            decide(Request(purpose, category, recipient, at, visibility, created, noes), facts, policy)
            for category in categories
        ]
        found.append(
            answer_of([_closed(one) if one.request.category in closed else one for one in decisions])
        )
    return found


def answers_about_nobody(
    policy: Policy,
    purpose: str,
    recipient: str,
    at: datetime,
    categories: Sequence[str],
    looks: Dimensions,
    closed: Collection[str] = (),
) -> list[SubjectAnswer]:
    """What may be had of rows about nobody, in row-class order: what all of `combination.NOBODY` permit."""
    everywhere = [
        answers(policy, purpose, recipient, at, categories, looks, facts, closed) for facts in NOBODY
    ]
    found = [combine(told) for told in zip(*everywhere, strict=True)]
    return [SubjectAnswer(answer.mask, answer.reason, None) for answer in found]


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
