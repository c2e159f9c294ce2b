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

from licet.decide.policy import Cell, Clause, Control, Policy
from licet.decide.question import EVERYTHING, Answer, Facts, No, Request
from licet.decide.succession import EXACT, FOR_GOOD
from licet.terms import EVERY_USE, ChoiceState, Code
from licet.terms.moments import is_age
from licet.terms.regions import lies_in
from licet.terms.vocabulary import ancestors

_NO_NOES = frozenset[No]()
_SILENT = (None, ChoiceState.NEVER_ASKED)
_GIVEN, _GIVEN_AGAIN = ChoiceState.GIVEN, ChoiceState.GIVEN_AGAIN


class Verdict(NamedTuple):
    """How a clause fares: `applies` is None when nobody can say.

    stage: how far it got, 0 (the dates) to 6 (the setting); of several failures the furthest is reported.
    code:  the first failing condition, or the first that cannot be evaluated; PERMITTED when it applies.
    """

    applies: bool | None
    stage: int
    code: Code


YES = Verdict(True, 7, Code.PERMITTED)
#: Every other verdict there is; made once, since deciding is hot.
_TOO_EARLY = Verdict(False, 0, Code.TOO_EARLY)
_TOO_LATE = Verdict(False, 0, Code.TOO_LATE)
_REGION_NOT_COVERED = Verdict(False, 1, Code.REGION_NOT_COVERED)
_REGION_UNKNOWN = Verdict(None, 1, Code.REGION_UNKNOWN)
_AGE_NOT_COVERED = Verdict(False, 2, Code.AGE_NOT_COVERED)
_AGE_UNKNOWN = Verdict(None, 2, Code.AGE_UNKNOWN)
_UNDER_AGE = Verdict(False, 2, Code.UNDER_AGE)
_PLAN_NOT_COVERED = Verdict(False, 3, Code.PLAN_NOT_COVERED)
_PLAN_UNKNOWN = Verdict(None, 3, Code.PLAN_UNKNOWN)
_VISIBILITY_NOT_COVERED = Verdict(False, 4, Code.VISIBILITY_NOT_COVERED)
_VISIBILITY_UNKNOWN = Verdict(None, 4, Code.VISIBILITY_UNKNOWN)
_CREATED_NOT_COVERED = Verdict(False, 5, Code.CREATED_NOT_COVERED)
_CREATED_UNKNOWN = Verdict(None, 5, Code.CREATED_UNKNOWN)
_DEFAULT_UNKNOWN = Verdict(None, 6, Code.DEFAULT_UNKNOWN)
_NOT_ASKED = Verdict(False, 6, Code.NOT_ASKED)
_OFF_BY_DEFAULT = Verdict(False, 6, Code.OFF_BY_DEFAULT)
_REFUSED = Verdict(False, 6, Code.REFUSED)


def evaluate(request: Request, facts: Facts | None, policy: Policy) -> Answer:
    """Say whether one recipient may use one record of one subject for one purpose.

    facts: as `readable` passes them. Raises: nothing; what cannot be evaluated is denied with its code.
    """
    cell = policy.cell(request.purpose, request.category, request.recipient)
    if cell.code is not None:
        return Answer(False, cell.code)
    at = request.at
    if not isinstance(at, datetime) or at.utcoffset() is None:
        return Answer(False, Code.MOMENT_UNKNOWN)
    if policy.in_force_from is None or at < policy.in_force_from:
        return Answer(False, Code.NOT_READ if is_read(cell, at, facts) is False else Code.TOO_EARLY)
    if facts is None:
        return Answer(False, Code.SUBJECT_UNKNOWN)
    answer = by_rules(cell, request, facts, policy)
    if cell.read is None or answer.code.says_no:
        return answer
    known = is_read(cell, at, facts)
    return answer if known else Answer(False, Code.REGION_UNKNOWN if known is None else Code.NOT_READ)


def is_read(cell: Cell, at: datetime, facts: Facts | None) -> bool | None:
    """Whether a pack speaks for a question; None where that turns on a region that is not known.

    Outside its scope nobody has read what applies.
    """
    if cell.read is None:
        return True
    outside: bool | None = False
    region = None if facts is None else facts.region
    for starts, ends, places in cell.read:
        if (starts is None or at >= starts) and (ends is None or at < ends):
            inside = places is None or lies_in(region, places.at(at))
            if inside:
                return True
            outside = None if inside is None else outside
    return outside


def by_rules(cell: Cell, request: Request, facts: Facts, policy: Policy) -> Answer:
    """What the rules say, and what the member said no to."""
    undecided: tuple[Verdict, Clause] | None = None
    for clause in cell.forbids:
        verdict = judge(clause, request, facts, policy, cell)
        if verdict.applies:
            return _deny(Code.FORBIDDEN, clause, request, facts, policy, cell)
        if verdict.applies is None and (undecided is None or verdict.stage < undecided[0].stage):
            undecided = verdict, clause
    if undecided is not None:
        return _deny(undecided[0].code, undecided[1], request, facts, policy, cell)

    permit: Clause | None = None
    nearest: tuple[Verdict, Clause] | None = None
    for clause in cell.permits:
        verdict = judge(clause, request, facts, policy, cell)
        if verdict.applies:
            permit = permit or clause
        elif verdict.applies is None:
            if undecided is None or verdict.stage < undecided[0].stage:
                undecided = verdict, clause
        elif nearest is None or verdict.stage > nearest[0].stage:
            nearest = verdict, clause
    if undecided is not None:
        return _deny(undecided[0].code, undecided[1], request, facts, policy, cell)
    if permit is not None:
        may_be_refused = cell.carried or EVERY_USE in facts.choices
        refused = refusal_carried(cell, request, facts, policy) if may_be_refused else None
        if refused is not None:
            stands = _stand(refused, request, facts, policy, cell, policy.controls.get(refused))
            return Answer(False, Code.REFUSED, permit.id, refused, stands)
        if request.noes != _NO_NOES:
            for no in request.noes_in_order:
                if covers(no, request.category, policy, cell):
                    return _deny_for(no, permit, request, facts, policy, cell)
        control = permit.control
        if control is None:
            return Answer(True, Code.PERMITTED, permit.id)
        stands = _stand(control.id, request, facts, policy, cell, control)
        return Answer(True, Code.PERMITTED, permit.id, control.id, stands)
    if nearest is None:
        return Answer(False, Code.NO_RULE)
    return _deny(nearest[0].code, nearest[1], request, facts, policy, cell)


def judge(clause: Clause, request: Request, facts: Facts, policy: Policy, cell: Cell) -> Verdict:
    """Whether every condition of a clause holds. A false one settles it, whatever else is not known.

    cell: that of the question.
    """
    unknown: Verdict | None = None
    at = request.at
    assert at is not None  # decide asks only with a moment

    if clause.starts is not None and at < clause.starts:
        return _TOO_EARLY
    if clause.ends is not None and at >= clause.ends:
        return _TOO_LATE

    if clause.places is not None:
        inside = lies_in(facts.region, clause.places.at(at))
        if inside is False:
            return _REGION_NOT_COVERED
        if inside is None:
            unknown = _REGION_UNKNOWN

    if clause.minimum_age is not None or clause.maximum_age is not None:
        age = facts.age
        if not is_age(age):
            unknown = unknown or _AGE_UNKNOWN
        elif clause.minimum_age is not None and age < clause.minimum_age:
            return _UNDER_AGE
        elif clause.maximum_age is not None and age > clause.maximum_age:
            return _AGE_NOT_COVERED

    if clause.plans is not None:
        if not isinstance(facts.plan, str):
            unknown = unknown or _PLAN_UNKNOWN
        elif facts.plan not in clause.plans:
            if facts.plan in policy.pack.plans:
                return _PLAN_NOT_COVERED
            unknown = unknown or _PLAN_UNKNOWN

    if clause.visibility is not None:
        if not isinstance(request.visibility, str):
            unknown = unknown or _VISIBILITY_UNKNOWN
        elif request.visibility not in clause.visibility:
            if request.visibility in policy.pack.audiences:
                return _VISIBILITY_NOT_COVERED
            unknown = unknown or _VISIBILITY_UNKNOWN

    if clause.created_from is not None or clause.created_before is not None:
        created = request.created
        if not isinstance(created, datetime) or created.utcoffset() is None:
            unknown = unknown or _CREATED_UNKNOWN
        elif (clause.created_from is not None and created < clause.created_from) or (
            clause.created_before is not None and created >= clause.created_before
        ):
            return _CREATED_NOT_COVERED

    if clause.control is not None:
        on = stands_on(clause.control, clause.needs_consent, request, facts, policy, cell)
        if on.applies is False:
            return on
        if on.applies is None:
            unknown = unknown or on
    return unknown or YES


def stands_on(
    control: Control, needs_consent: bool, request: Request, facts: Facts, policy: Policy, cell: Cell
) -> Verdict:
    """Whether a setting lets its rule apply: a refusal first, then a yes, then where it starts.

    A refusal of a setting that this one replaces counts as one of this, until a yes to this after that one was gone.
    A yes that does not speak for the question counts as never given.
    """
    yes = -1
    own = facts.choices.get(control.id)
    if own is not None:
        if own is _GIVEN or own is _GIVEN_AGAIN:
            yes = yes_to(control, request, facts, policy, cell)
        elif _is_no(own):
            return _REFUSED
    for setting in control.answers_for:
        lifted_from = refusal(setting, cell.bars.get(setting, FOR_GOOD), request, facts, policy, cell)
        if lifted_from is not None and yes < lifted_from:
            return _REFUSED
    if control.honours and not control.honours.isdisjoint(facts.signals):
        return _REFUSED
    if yes >= 0:
        return YES
    if needs_consent:
        return _NOT_ASKED
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


def refusal_carried(cell: Cell, request: Request, facts: Facts, policy: Policy) -> str | None:
    """The setting of an earlier pack, or the signal, by which the member already said no to this question; `EVERY_USE`
    for an objection to every use, which any yes to this very question ends.

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
    yes = max(
        yes_to(clause.control, request, facts, policy, cell)
        if clause.control is not None and judge(clause, request, facts, policy, cell).applies
        else -1
        for clause in cell.permits
    )
    return next((name for name, bar in found if yes < bar), None)


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


def _deny_for(no: No, permit: Clause, request: Request, facts: Facts, policy: Policy, cell: Cell) -> Answer:
    if no.named is None:
        return Answer(False, no.code, permit.id)
    stands = _stand(no.setting, request, facts, policy, cell, policy.controls.get(no.setting))
    return Answer(False, no.code, permit.id, no.setting, stands)


def _deny(code: Code, clause: Clause, request: Request, facts: Facts, policy: Policy, cell: Cell) -> Answer:
    control = clause.control
    if control is None:
        return Answer(False, code, clause.id)
    return Answer(
        False, code, clause.id, control.id, _stand(control.id, request, facts, policy, cell, control)
    )
