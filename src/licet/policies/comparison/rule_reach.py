"""Whether a rule reaches somebody in a region: asked of `decide`, for an adult there who was never asked."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from licet.decide import Decision, Facts, Policy, Request, decide
from licet.packs import Rule
from licet.packs.model import NEVER
from licet.terms import Code
from licet.terms.regions import lies_in

#: An adult by any policy, on a plan that no policy names, unless the rule asks for another.
_AGE = 30
_SWITCHED_OFF = (Code.OFF_BY_DEFAULT, Code.NOT_ASKED)


class Reach(NamedTuple):
    """How a permit fares in a region.

    state: ``yes``, ``if_on`` (off unless switched on), ``unstated`` (no source says whether it starts on), ``later``
           (from `starts` on), ``announced`` (no day), ``no``.
    kinds: the kinds of data of the rule that are used there, or would be.
    code:  why not, where it is ``no``; rule: the rule that says so.
    """

    state: str
    kinds: tuple[str, ...]
    starts: datetime | None
    code: Code
    rule: str


def reach(rule: Rule, policy: Policy, region: str, at: datetime) -> Reach:
    """What a permit does to an adult in `region` who never chose anything, at `at` or on its first day after it."""
    starts = policy.pack.applies_from(rule)
    if starts is not None and starts >= NEVER:
        return Reach("announced", rule.categories, None, Code.TOO_EARLY, rule.id)
    moment = at if starts is None else max(at, starts)
    answers = {kind: _best(rule, kind, policy, region, moment) for kind in rule.categories}
    clause = policy.clause(rule.id)
    if clause.places is not None and lies_in(region, clause.places.at(moment)) is not True:
        why = next(iter(answers.values()))
        code = Code.REGION_NOT_COVERED if why.permitted or why.code in _SWITCHED_OFF else why.code
        return Reach(
            "no", (), starts, code, rule.id if code is Code.REGION_NOT_COVERED else why.rule or rule.id
        )
    used = tuple(kind for kind, answer in answers.items() if answer.permitted)
    if used:
        return Reach("yes" if moment == at else "later", used, starts, Code.PERMITTED, rule.id)
    off = tuple(kind for kind, answer in answers.items() if answer.code in _SWITCHED_OFF)
    if off:
        setting = None if rule.setting is None else policy.pack.settings[rule.setting]
        unstated = setting is not None and setting.default.stated is False
        return Reach("unstated" if unstated else "if_on", off, starts, Code.OFF_BY_DEFAULT, rule.id)
    why = next(iter(answers.values()))
    return Reach("no", (), starts, why.code, why.rule or rule.id)


def _best(rule: Rule, kind: str, policy: Policy, region: str, at: datetime) -> Decision:
    """The decision about a record and a person such as the rule wants, but for the region."""
    age = max(_AGE, rule.minimum_age or 0)
    facts = Facts(
        region,
        age if rule.maximum_age is None else min(age, rule.maximum_age),
        rule.plans[0] if rule.plans else policy.pack.other_plan,
    )
    clause = policy.clause(rule.id)
    created = at
    if clause.created_before is not None and created >= clause.created_before:
        created = clause.created_from or datetime.min.replace(tzinfo=at.tzinfo)
    elif clause.created_from is not None and created < clause.created_from:
        created = clause.created_from
    visibility = "public" if rule.visibility is None or "public" in rule.visibility else rule.visibility[0]
    answers = [
        decide(Request(purpose, kind, recipient, at, visibility, created), facts, policy)
        for purpose in rule.purposes
        for recipient in rule.recipients
    ]
    return next(
        (answer for answer in answers if answer.permitted),
        next((answer for answer in answers if answer.code in _SWITCHED_OFF), answers[0]),
    )
