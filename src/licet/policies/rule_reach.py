"""Whether a rule reaches somebody: asked of the rule itself and of `decide`, which has the last word.

What another rule permits is not what this one does: a rule that has ended reaches nobody, and one whose own control is
off is off, whatever else lets the same data be used. Outside the scope of a policy nobody has read what applies.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from licet.decide import Facts, Policy, Request, decide
from licet.decide.evaluator import judge
from licet.packs import Rule
from licet.packs.model import NEVER
from licet.terms import Code
from licet.terms.regions import lies_in

#: The ways in which a rule can fare, the one that a reader should know of first.
STATES = ("yes", "unstated", "depends", "if_on", "later", "announced", "not_read", "no")
#: An adult by any policy, on a plan that no policy names, unless the rule asks for another.
_AGE = 30
_SWITCHED_OFF = (Code.OFF_BY_DEFAULT, Code.NOT_ASKED)
#: In these a rule uses data, or would.
_USING = ("yes", "unstated", "if_on", "later")


class Reach(NamedTuple):
    """How a permit fares in a region.

    state: ``yes``, ``if_on`` (off unless switched on), ``unstated`` (no source says whether it starts on), ``depends``
           (on where in the region somebody is), ``later`` (from `starts` on), ``announced`` (no day), ``not_read``
           (nobody here has read what applies), ``no``.
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
    asked = [(kind, *_best(rule, kind, policy, region, at)) for kind in rule.categories]
    state = min((state for _, state, _, _ in asked), key=STATES.index)
    kinds = tuple(kind for kind, found, _, _ in asked if found == state and state in _USING)
    code, said_by = next((code, said_by) for _, found, code, said_by in asked if found == state)
    shown = None if starts is not None and starts >= NEVER else starts
    return Reach(state, kinds, shown, code, said_by)


def _best(rule: Rule, kind: str, policy: Policy, region: str, at: datetime) -> tuple[str, Code, str]:
    """The state, the code and the rule that says so, for the purpose and the recipient that it reaches furthest."""
    found = [
        _fate(rule, purpose, kind, recipient, policy, region, at)
        for purpose in rule.purposes
        for recipient in rule.recipients
    ]
    return min(found, key=lambda fate: STATES.index(fate[0]))


def _fate(
    rule: Rule, purpose: str, kind: str, recipient: str, policy: Policy, region: str, at: datetime
) -> tuple[str, Code, str]:
    """How one question about a record and a person such as the rule wants fares, but for the region."""
    clause = policy.clause(rule.id)
    facts = _somebody(rule, policy, region)
    starts = policy.pack.applies_from(rule)
    is_dated = starts is None or starts < NEVER
    moment = max(at, starts) if starts is not None and is_dated else at
    today, answer = (
        decide(such_a_record(rule, purpose, kind, recipient, when, policy), facts, policy)
        for when in (at, moment)
    )
    if Code.NOT_READ in (today.code, answer.code):
        return "not_read", Code.NOT_READ, rule.id
    inside = True if clause.places is None else lies_in(region, clause.places.at(moment))
    if clause.ends is not None and moment >= clause.ends:
        return "no", Code.TOO_LATE, rule.id
    if answer.code is Code.FORBIDDEN:
        return "no", answer.code, answer.rule or rule.id
    if inside is False:
        return "no", Code.REGION_NOT_COVERED, rule.id
    if inside is None:
        return "depends", Code.REGION_UNKNOWN, rule.id
    if not is_dated:
        return "announced", Code.TOO_EARLY, rule.id
    cell = policy.cell(purpose, kind, recipient)
    own = judge(clause, answer.request, facts, policy, cell)
    if own.code in _SWITCHED_OFF:
        assert rule.setting is not None  # only a setting is off
        is_stated = policy.pack.settings[rule.setting].default.stated is not False
        return "if_on" if is_stated or own.code is Code.NOT_ASKED else "unstated", own.code, rule.id
    if not own.applies:
        return "no", own.code, rule.id
    if answer.permitted:
        return "yes" if moment == at else "later", answer.code, rule.id
    if answer.code is Code.REGION_UNKNOWN:
        return "depends", answer.code, answer.rule or rule.id
    return "no", answer.code, answer.rule or rule.id


def such_a_record(
    rule: Rule, purpose: str, category: str, recipient: str, at: datetime, policy: Policy
) -> Request:
    """A record the rule speaks of: what does not depend on the member is as the rule wants it."""
    clause = policy.clause(rule.id)
    created = max(at, clause.created_from or at)
    if clause.created_before is not None and created >= clause.created_before:
        created = clause.created_from or datetime.min.replace(tzinfo=at.tzinfo)
    visibility = "public" if rule.visibility is None or "public" in rule.visibility else rule.visibility[0]
    return Request(purpose, category, recipient, at, visibility, created)


def _somebody(rule: Rule, policy: Policy, region: str) -> Facts:
    age = max(_AGE, rule.minimum_age or 0)
    return Facts(
        region,
        age if rule.maximum_age is None else min(age, rule.maximum_age),
        rule.plans[0] if rule.plans else policy.pack.other_plan,
    )
