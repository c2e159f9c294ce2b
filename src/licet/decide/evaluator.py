"""The answer, fast: one request, one subject, and a policy made ready for it. It must say what `specification` says.

Pure: no clock, no tables, no randomness, and it never raises. Each condition of a rule is true, false or not
evaluable. A rule applies when all are true; it does not when any is false; otherwise nobody can say, and what
nobody can say is denied, permit and forbid alike.

The answer is found in a fixed order, so that the reason is as certain as the answer and the order of the
rules never matters: unknown words, the closed vocabulary, the date of the policy, the subject, forbids,
what cannot be evaluated, refusals carried from earlier packs, permits, and last the permit that came nearest.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from licet.decide.clauses import Clause, Control
from licet.decide.policy import Cell, Policy, Told, View
from licet.decide.question import EVERYTHING, Answer, Facts, No, Request
from licet.decide.rule_index import EPOCH, Rules, day_number
from licet.decide.succession import EXACT, FOR_GOOD
from licet.terms import EVERY_USE, ChoiceState, Code
from licet.terms.moments import is_age
from licet.terms.regions import is_region, lies_in
from licet.terms.vocabulary import ancestors

_NO_NOES = frozenset[No]()
_SILENT = (None, ChoiceState.NEVER_ASKED)
_GIVEN, _GIVEN_AGAIN, _NEVER_ASKED = ChoiceState.GIVEN, ChoiceState.GIVEN_AGAIN, ChoiceState.NEVER_ASKED
#: By its own name: to find a word in an enumeration takes as long as to find a rule.
_PERMITTED, _REFUSED_CODE = Code.PERMITTED, Code.REFUSED


class Verdict(NamedTuple):
    """How a clause fares: `applies` is None when nobody can say.

    stage: how far it got, 0 (the dates) to 6 (the setting); of several failures the furthest is reported.
    code:  the first failing condition, or the first that cannot be evaluated; PERMITTED when it applies.
    """

    applies: bool | None
    stage: int
    code: Code


#: What is told of a rule whose conditions nobody can evaluate, by stage; dates can always be.
_UNKNOWN = (
    Code.MOMENT_UNKNOWN, Code.REGION_UNKNOWN, Code.AGE_UNKNOWN, Code.PLAN_UNKNOWN, Code.VISIBILITY_UNKNOWN,
    Code.CREATED_UNKNOWN, Code.DEFAULT_UNKNOWN,
)  # fmt: skip
#: What is told of one whose condition is false; of dates, ages and settings there are several.
_FALSE = {
    1: Code.REGION_NOT_COVERED, 3: Code.PLAN_NOT_COVERED, 4: Code.VISIBILITY_NOT_COVERED, 5: Code.CREATED_NOT_COVERED,
}  # fmt: skip

YES = Verdict(True, 7, Code.PERMITTED)
#: Every other verdict on a setting; made once, since deciding is hot.
_DEFAULT_UNKNOWN = Verdict(None, 6, Code.DEFAULT_UNKNOWN)
_NOT_ASKED = Verdict(False, 6, Code.NOT_ASKED)
_OFF_BY_DEFAULT = Verdict(False, 6, Code.OFF_BY_DEFAULT)
_REFUSED = Verdict(False, 6, Code.REFUSED)


def evaluate(request: Request, facts: Facts | None, policy: Policy) -> Answer:
    """Say whether one recipient may use one record of one subject for one purpose.

    facts: as `readable` passes them. Raises: nothing; what cannot be evaluated is denied with its code.
    """
    return Answer(*tell(request, facts, policy))


def tell(request: Request, facts: Facts | None, policy: Policy) -> Told:
    """The same, as cheap as can be."""
    try:
        view = policy.views[
            request.purpose,
            request.category,
            request.recipient,
            (request.at - EPOCH).days,  # type: ignore[operator]
            facts.region,  # type: ignore[union-attr]
        ]
    except (KeyError, TypeError, AttributeError):
        found = look(request, facts, policy)
        if not isinstance(found, View):
            return found
        view = found
    if view.told is not None:
        return view.told
    assert facts is not None  # `look` has answered
    told = by_rules(view, request, facts, policy)
    if view.is_read or told[1].says_no:
        return told
    return _told(Code.REGION_UNKNOWN if view.is_read is None else Code.NOT_READ)


def look(request: Request, facts: Facts | None, policy: Policy) -> View | Told:
    """What moment and region leave of a question, or its answer where they leave nothing of it, or nobody is known."""
    cell = policy.cell(request.purpose, request.category, request.recipient)
    at, day = request.at, day_number(request.at)
    # What the vocabulary closes is remembered like any question; unknown words are not: callers choose them.
    if at is None or day is None or cell.code not in (None, Code.CLOSED_BY_VOCABULARY):
        return _told(cell.code or Code.MOMENT_UNKNOWN)
    region = facts.region if facts is not None and is_region(facts.region) else None
    question = request.purpose, request.category, request.recipient, day, region
    view = policy.views.get(question)
    if view is None:
        view = _view(cell, at, day, region, policy)
        policy.remember(question, view)
    if facts is None and not view.is_early:
        return _told(Code.SUBJECT_UNKNOWN)
    return view


def _view(cell: Cell, at: datetime, day: int, region: str | None, policy: Policy) -> View:
    known = _is_read(cell, at, region)
    if cell.code is not None:
        return View(_told(cell.code), True, cell, known, 0, 0, 0, 0, None)
    if policy.in_force_from is None or at < policy.in_force_from:
        early = _told(Code.NOT_READ if known is False else Code.TOO_EARLY)
        return View(early, True, cell, known, 0, 0, 0, 0, None)
    forbids, unsure_forbids, _ = _left(cell.forbidding, at, day, region)
    permits, unsure_permits, nearest = _left(cell.permitting, at, day, region)
    told = None
    if not forbids and not permits:
        if not known:
            told = _told(Code.REGION_UNKNOWN if known is None else Code.NOT_READ)
        elif nearest is None:
            told = _told(Code.NO_RULE)
        elif nearest[1].control is None:
            told = (False, nearest[0], nearest[1].id, None, None)
    return View(told, False, cell, known, permits, unsure_permits, forbids, unsure_forbids, nearest)


def _left(
    rules: Rules | None, at: datetime, day: int, region: str | None
) -> tuple[int, int, tuple[Code, Clause] | None]:
    """The rules that moment and region do not leave out, those of them that nobody can place, and where none is left
    the one that came nearest, with the reason."""
    if rules is None:
        return 0, 0, None
    now = rules.on(day)
    if not now:
        first = rules.first(rules.every)
        return 0, 0, (_false(0, first, at, None), first)
    inside, unsure = rules.around(region, at, day)
    if not now & inside:
        return 0, 0, (Code.REGION_NOT_COVERED, rules.first(now))
    return now & inside, now & inside & unsure, None


def is_read(cell: Cell, at: datetime, facts: Facts | None) -> bool | None:
    """Whether a pack speaks for a question; None where that turns on a region that is not known.

    Outside its scope nobody has read what applies.
    """
    return _is_read(cell, at, None if facts is None else facts.region)


def _is_read(cell: Cell, at: datetime, region: str | None) -> bool | None:
    if cell.read is None:
        return True
    outside: bool | None = False
    for starts, ends, places in cell.read:
        if (starts is None or at >= starts) and (ends is None or at < ends):
            inside = places is None or lies_in(region, places.at(at))
            if inside:
                return True
            outside = None if inside is None else outside
    return outside


def by_rules(view: View, request: Request, facts: Facts, policy: Policy) -> Told:
    """What the rules say, and what the member said no to."""
    cell = view.cell
    if view.forbids:
        assert cell.forbidding is not None
        forbid = _forbid(cell.forbidding, view, request, facts, policy)
        if forbid is not None:
            return forbid
    if not view.permits:
        return (
            _told(Code.NO_RULE)
            if view.nearest is None
            else _deny(*view.nearest, request, facts, policy, cell)
        )
    rules = cell.permitting
    assert rules is not None
    left, doubts, stage, before = fare(rules, view.permits, view.unsure_permits, request, facts, policy, cell)
    for doubtful, bits in doubts:
        if bits & left:
            return _deny(_UNKNOWN[doubtful], rules.first(bits & left), request, facts, policy, cell)
    if not left:
        nearest = rules.first(before)
        code = _FALSE.get(stage) or _false_one(stage, nearest, request, facts, policy, cell)
        return _deny(code, nearest, request, facts, policy, cell)
    permit = rules.first(left)
    if cell.carried or EVERY_USE in facts.choices:
        refused = refusal_carried(cell, request, facts, policy, left)
        if refused is not None:
            stands = _stand(refused, request, facts, policy, cell, policy.controls.get(refused))
            return (False, _REFUSED_CODE, permit.id, refused, stands)
    if request.noes != _NO_NOES:
        for no in request.noes_in_order:
            if covers(no, request.category, policy, cell):
                return _deny_for(no, permit, request, facts, policy, cell)
    control = permit.control
    if control is None:
        return (True, _PERMITTED, permit.id, None, None)
    stands = _stand(control.id, request, facts, policy, cell, control)
    return (True, _PERMITTED, permit.id, control.id, stands)


def _forbid(rules: Rules, view: View, request: Request, facts: Facts, policy: Policy) -> Told | None:
    """What the forbids say; None where none applies, or may."""
    cell = view.cell
    left, doubts, _, _ = fare(rules, view.forbids, view.unsure_forbids, request, facts, policy, cell)
    if not left:
        return None
    certain = left
    for _, bits in doubts:
        certain &= ~bits
    if certain:
        return _deny(Code.FORBIDDEN, rules.first(certain), request, facts, policy, cell)
    doubtful, bits = next((stage, bits & left) for stage, bits in doubts if bits & left)
    return _deny(_UNKNOWN[doubtful], rules.first(bits), request, facts, policy, cell)


def fare(
    rules: Rules, left: int, unsure: int, request: Request, facts: Facts, policy: Policy, cell: Cell
) -> tuple[int, list[tuple[int, int]], int, int]:
    """How rules fare that moment and region do not leave out.

    unsure:  those of them that nobody can place.
    Returns: the rules of which no condition is false; by stage, ascending, those of which nobody can say (it may name
             others, too); and where no rule is left the last stage at which some were, and which.
    """
    doubts = [(1, unsure)] if unsure else []
    if rules.ages is not None:
        if not is_age(facts.age):
            doubts.append((2, rules.ages.asking))
        elif not (kept := left & rules.ages.at(facts.age)):
            return 0, doubts, 2, left
        else:
            left = kept
    for stage, words, word in ((3, rules.plans, facts.plan), (4, rules.visibilities, request.visibility)):
        if words is not None:
            holds = words.sets.get(word) if type(word) is str else None
            if holds is None and (holds := words.of(word)) is None:
                doubts.append((stage, words.asking))
            elif not (kept := left & holds):
                return 0, doubts, stage, left
            else:
                left = kept
    if rules.created is not None:
        day = day_number(request.created)
        if day is None:
            doubts.append((5, rules.created.asking))
        elif not (kept := left & rules.created.at(day)):
            return 0, doubts, 5, left
        else:
            left = kept
    kept = left
    for control, needs_consent, bits, others in rules.controls:
        if left & bits:
            on = stands_on(control, needs_consent, request, facts, policy, cell).applies
            if on is False:
                kept &= others
            elif on is None:
                doubts.append((6, bits))
    return kept, doubts, 6, left


def judge(clause: Clause, request: Request, facts: Facts, policy: Policy, cell: Cell) -> Verdict:
    """Whether every condition of one clause holds. A false one settles it, whatever else is not known.

    cell: that of the question.
    """
    at, day = request.at, day_number(request.at)
    assert at is not None and day is not None  # decide asks only with a moment
    rules = Rules((clause,), policy.pack.plans, policy.pack.audiences)
    left, unsure, nearest = _left(rules, at, day, facts.region)
    if nearest is not None:
        return Verdict(False, 0 if nearest[0] in (Code.TOO_EARLY, Code.TOO_LATE) else 1, nearest[0])
    left, doubts, stage, _ = fare(rules, left, unsure, request, facts, policy, cell)
    if not left:
        return Verdict(
            False, stage, _FALSE.get(stage) or _false_one(stage, clause, request, facts, policy, cell)
        )
    return Verdict(None, doubts[0][0], _UNKNOWN[doubts[0][0]]) if doubts else YES


def _false_one(
    stage: int, clause: Clause, request: Request, facts: Facts, policy: Policy, cell: Cell
) -> Code:
    """Which of the conditions of a stage is false."""
    if stage == 6:
        assert clause.control is not None
        return stands_on(clause.control, clause.needs_consent, request, facts, policy, cell).code
    return _false(stage, clause, request.at, facts.age)


def _false(stage: int, clause: Clause, at: datetime | None, age: int | None) -> Code:
    if stage == 0:
        return (
            Code.TOO_EARLY
            if clause.starts is not None and at is not None and at < clause.starts
            else Code.TOO_LATE
        )
    is_under = clause.minimum_age is not None and age is not None and age < clause.minimum_age
    return Code.UNDER_AGE if is_under else Code.AGE_NOT_COVERED


def _told(code: Code) -> Told:
    return (False, code, None, None, None)


def stands_on(
    control: Control, needs_consent: bool, request: Request, facts: Facts, policy: Policy, cell: Cell
) -> Verdict:
    """Whether a setting lets its rule apply: a refusal first, then a yes, then where it starts.

    A refusal of a setting that this one replaces counts as one of this, until a yes to this after that one was gone.
    A yes that does not speak for the question counts as never given.
    """
    yes, choices, narrow = -1, facts.choices, facts.narrow
    if choices or narrow:
        own = choices.get(control.id)
        if own is _GIVEN or own is _GIVEN_AGAIN:
            yes = yes_to(control, request, facts, policy, cell)
        elif own is not None and _is_no(own):
            return _REFUSED
        for setting in control.answers_for:
            state = choices.get(setting)
            if not narrow and (state is None or state is _GIVEN):
                continue  # nothing was refused
            lifted_from = refusal(setting, cell.bars.get(setting, FOR_GOOD), request, facts, policy, cell)
            if lifted_from is not None and yes < lifted_from:
                return _REFUSED
    if control.honours and not control.honours.isdisjoint(facts.signals):
        return _REFUSED
    if yes >= 0:
        return YES
    if needs_consent:
        return _NOT_ASKED
    if not control.starts:
        return YES if control.on_by_default else _OFF_BY_DEFAULT
    return starts_on(control, request, facts, policy)


def yes_to(control: Control, request: Request, facts: Facts, policy: Policy, cell: Cell) -> int:
    """The number of the pack under which the member said yes to a setting for this question; -1 where they did not."""
    own = facts.choices.get(control.id)
    if own is not _GIVEN and own is not _GIVEN_AGAIN:
        return -1
    return speaks(control.id, _bound(facts.bound, control.id), request, policy, cell)


def speaks(setting: str, pack: str | None, request: Request, policy: Policy, cell: Cell) -> int:
    """`Policy.speaks_for`, asked once for every question."""
    if pack is None:
        return -1
    yes = cell.yeses.get((setting, pack))
    if yes is None:
        yes = policy.speaks_for(setting, pack, request.purpose, request.category, request.recipient)
        if pack in policy.numbers:  # others are not kept: callers could fill the memory with them
            cell.yeses[setting, pack] = yes
    return yes


def starts_on(control: Control, request: Request, facts: Facts, policy: Policy) -> Verdict:
    """Where a setting stands for someone who was never asked. Off wins; an unknown exception is unknown."""
    on = control.on_by_default
    switched_on = unknown = False
    assert request.at is not None
    for start in control.starts:
        answers = []
        if start.places is not None:
            answers.append(lies_in(facts.region, start.places.at(request.at)))
        if start.plans is not None:
            known = isinstance(facts.plan, str) and facts.plan in policy.pack.plans
            answers.append(facts.plan in start.plans if known else None)
        if start.below_age is not None:
            answers.append(facts.age < start.below_age if is_age(facts.age) else None)
        if False in answers:
            continue
        if None in answers:
            unknown = True
        elif start.on:
            switched_on = True
        else:
            return _OFF_BY_DEFAULT
    if unknown:
        return _DEFAULT_UNKNOWN
    return YES if on or switched_on else _OFF_BY_DEFAULT


def refusal(setting: str, bar: int, request: Request, facts: Facts, policy: Policy, cell: Cell) -> int | None:
    """Whether the member refuses a setting for this kind of data: the pack from which on a yes ends that; None if not.

    bar: from which on a yes to another setting that speaks for the question ends a refusal of the whole; `FOR_GOOD`
         where the setting governs it still, and none does.
    Whatever is neither a yes nor silence is a refusal; so is a yes after one, to what the refusal had reached by then
    and the yes does not speak for.
    """
    own = facts.choices.get(setting)
    found = None
    if own is not None and own is not _GIVEN:
        found = _ended(own, setting, facts.bound, setting, EXACT, bar, request, policy, cell)
    narrow = facts.narrow.get(setting) if facts.narrow else None
    if not narrow or found == FOR_GOOD:
        return found
    above, bound = ancestors(request.category), facts.narrow_bound
    packs = bound.get(setting) if isinstance(bound, Mapping) else None
    for kind, state in narrow.items():
        since = reaches(kind, above, policy)
        if since is not None:
            ended = _ended(state, setting, packs, kind, since, bar, request, policy, cell)
            found = ended if found is None or (ended is not None and ended > found) else found
    return found


def _ended(
    state: object,
    setting: str,
    packs: object,
    name: object,
    since: int,
    bar: int,
    request: Request,
    policy: Policy,
    cell: Cell,
) -> int | None:
    """From which pack on a yes ends what was said of a setting or of one kind of data under it; None for no refusal.

    packs: under which each was said, by `name`. since: with which pack a refusal of the kind came to reach this one.
    """
    is_again = state is _GIVEN_AGAIN
    if not is_again and not _is_no(state):
        return None
    pack = _bound(packs, name)
    if is_again and not outlives(setting, pack, request, policy, cell):
        # A yes to one kind is none to others that the refusal had reached by then.
        number = policy.last_numbers[str(pack)]
        if since == EXACT or not policy.succession.has_grown(str(name), number):
            return None
    # What a refusal of one kind only came to reach ends with a yes to the setting itself, too.
    ended = since if since != EXACT and bar == FOR_GOOD else max(since, bar)
    return max(ended, policy.lifts_from(setting, pack))


def outlives(setting: str, pack: str | None, request: Request, policy: Policy, cell: Cell) -> bool:
    """Whether a refusal goes on for a question after a yes to the same setting, given under a pack.

    Not where the yes speaks for the question, nor where it was one to all that the refusal had reached by then. Nobody
    knows under which pack a yes was given that is bound to none: it speaks for nothing, and any refusal came before it.
    """
    number = None if pack is None else policy.last_numbers.get(pack)
    if pack is None or number is None:
        return True
    carry = cell.carried.get(setting)
    if carry is None or speaks(setting, pack, request, policy, cell) >= 0:
        return False
    if (setting, pack) not in cell.noes:
        cell.noes[setting, pack] = any(
            first <= number and not policy.covers(setting, number, governed)
            for governed, first in carry.sources
        )
    return cell.noes[setting, pack]


def _bound(packs: object, name: object) -> str | None:
    """The digest that a yes is bound to; None where nobody says."""
    pack = packs.get(name) if type(packs) is dict or isinstance(packs, Mapping) else None
    return pack if isinstance(pack, str) else None


def reaches(kind: object, above: tuple[str, ...], policy: Policy) -> int | None:
    """With which pack a refused kind of data came to cover one with these ancestors; what is none covers everything."""
    return policy.succession.kind_since(kind, above) if isinstance(kind, str) else EXACT


def _stand(
    setting: str, request: Request, facts: Facts, policy: Policy, cell: Cell, control: Control | None
) -> ChoiceState:
    """Where the member stands on a setting for a question, in the field's words; a yes to something else is none."""
    own = facts.choices.get(setting)
    if own is None:
        return ChoiceState.NEVER_ASKED
    if (own is _GIVEN or own is _GIVEN_AGAIN) and (
        control is None or yes_to(control, request, facts, policy, cell) < 0
    ):
        return ChoiceState.NEVER_ASKED
    return own if isinstance(own, ChoiceState) else ChoiceState.REFUSED


def _is_no(state: object) -> bool:
    return state not in _SILENT and state is not _GIVEN and state is not _GIVEN_AGAIN


def refusal_carried(
    cell: Cell, request: Request, facts: Facts, policy: Policy, applying: int | None = None
) -> str | None:
    """The setting of an earlier pack, or the signal, by which the member already said no to this question; `EVERY_USE`
    for an objection to every use, which any yes to this very question ends.

    applying: the permits that apply, as the cell numbers them; found where it is None.
    What a refusal only came to reach, or its setting has ceased to govern, ends with one given since.
    """
    found = [(EVERY_USE, 0)] if _is_no(facts.choices.get(EVERY_USE)) else []
    found += [
        (setting, lifted_from)
        for setting, carry in cell.carried.items()
        if (lifted_from := refusal(setting, carry.bar, request, facts, policy, cell)) is not None
    ]
    found += [(signal, bar) for signal, bar in cell.signals.items() if signal in facts.signals]
    if not found:
        return None
    if applying is None:
        applying = _applying(request, facts, policy, cell)
    yes = max(
        (
            yes_to(control, request, facts, policy, cell)
            for control, _, bits, _ in ([] if cell.permitting is None else cell.permitting.controls)
            if bits & applying
        ),
        default=-1,
    )
    return next((name for name, bar in found if yes < bar), None)


def _applying(request: Request, facts: Facts, policy: Policy, cell: Cell) -> int:
    """The permits that apply, as the cell numbers them."""
    view = look(request, facts, policy)
    if not isinstance(view, View) or not view.permits or cell.permitting is None:
        return 0
    left, doubts, _, _ = fare(
        cell.permitting, view.permits, view.unsure_permits, request, facts, policy, cell
    )
    for _, bits in doubts:
        left &= ~bits
    return left


def covers(no: No, category: str, policy: Policy, cell: Cell) -> bool:
    """Whether a no to one record is one to a question: to what its setting governs, and its kind of data reaches.

    Whatever lets a setting govern the question, under any name, stands in its cell's bars.
    """
    if no.code is not Code.RECORD_REFUSED and not policy.lets_organisations(no.setting, no.category):
        return False
    return (no.setting == EVERYTHING or no.setting in cell.bars) and (
        no.category == EVERYTHING or reaches(no.category, ancestors(category), policy) is not None
    )


def readable(facts: object) -> Facts | None:
    """Facts of the shape they should be; None for others, which say nothing about anybody."""
    is_readable = (
        isinstance(facts, Facts)
        and (type(facts.choices) is dict or isinstance(facts.choices, Mapping))
        and (type(facts.narrow) is dict or isinstance(facts.narrow, Mapping))
        and isinstance(facts.signals, frozenset)
        and (not facts.narrow or all(isinstance(kinds, Mapping) for kinds in facts.narrow.values()))
    )
    return facts if is_readable else None  # type: ignore[return-value]


def _deny_for(no: No, permit: Clause, request: Request, facts: Facts, policy: Policy, cell: Cell) -> Told:
    if no.named is None:
        return (False, no.code, permit.id, None, None)
    stands = _stand(no.setting, request, facts, policy, cell, policy.controls.get(no.setting))
    return (False, no.code, permit.id, no.setting, stands)


def _deny(code: Code, clause: Clause, request: Request, facts: Facts, policy: Policy, cell: Cell) -> Told:
    control = clause.control
    if control is None:
        return (False, code, clause.id, None, None)
    return (False, code, clause.id, control.id, _stand(control.id, request, facts, policy, cell, control))
