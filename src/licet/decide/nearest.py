"""The nearest change that would turn a deny: a later day, a switch, a wider audience.

Every change offered is tried: it is applied to the request and the facts and decided again, so what licet
says would help does help. Off the hot path; asked for only when someone wants to know.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from licet.decide.policy import Clause, Policy
from licet.decide.reference import decide, judge, stands_on
from licet.decide.words import Decision, Facts, Request
from licet.terms import ChoiceState
from licet.terms.moments import format_moment
from licet.terms.regions import WORLD, lies_in
from licet.terms.vocabulary import ancestors


class Step(NamedTuple):
    """One thing that would have to be otherwise. `kind` is moment, setting, signal, region, age, plan,
    visibility or created; `value` what it would have to be."""

    kind: str
    name: str | None
    value: str
    sentence: str


class Change(NamedTuple):
    """All that would have to be otherwise, and the question as it would then stand."""

    steps: tuple[Step, ...]
    request: Request
    facts: Facts

    @property
    def sentence(self) -> str:
        return "permitted " + " and ".join(step.sentence for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        return {
            "sentence": self.sentence,
            "steps": [{"kind": step.kind, "name": step.name, "value": step.value} for step in self.steps],
        }


#: What is easier to change comes first: time passes by itself, a switch is the member's own.
_EASE = ("moment", "setting", "signal", "visibility", "plan", "age", "region", "created")


def nearest_change(decision: Decision) -> Change | None:
    """The smallest set of changes that permits what was denied; None when permitted or nothing would."""
    if decision.permitted or decision.request.at is None or decision.facts is None:
        return None
    request, policy = decision.request, decision.policy
    cell = policy.cell(request.purpose, request.category, request.recipient)
    if cell.code is not None:
        return None
    facts = decision.facts
    found = [
        change
        for clause in cell.permits
        if (change := _towards(clause, request, facts, policy)) is not None
        and decide(change.request, change.facts, policy).permitted
    ]
    return min(
        found,
        key=lambda change: (len(change.steps), [_EASE.index(step.kind) for step in change.steps]),
        default=None,
    )


def _towards(clause: Clause, request: Request, facts: Facts, policy: Policy) -> Change | None:
    """Change just what keeps this clause from applying."""
    steps: list[Step] = []
    assert request.at is not None
    starts = max((day for day in (clause.starts, policy.in_force_from) if day is not None), default=None)
    if starts is not None and request.at < starts:
        request = request._replace(at=starts)
        day = format_moment(starts).removesuffix("T00:00:00Z")
        steps.append(Step("moment", None, format_moment(starts), f"from {day}"))
    at = request.at
    assert at is not None
    if clause.ends is not None and at >= clause.ends:
        return None
    if clause.places is not None and lies_in(facts.region, places := clause.places.at(at)) is not True:
        if not places:
            return None
        region = "AQ" if WORLD in places else min(places)
        facts = facts._replace(region=region)
        rule = policy.pack.rules_by_id[clause.id]
        where = ", ".join(_region_label(entry, policy) for entry in rule.regions or (WORLD,))
        steps.append(Step("region", None, where, f"if the member were in {where}"))
    age = facts.age if type(facts.age) is int and facts.age >= 0 else None
    if clause.minimum_age is not None and (age is None or age < clause.minimum_age):
        facts = facts._replace(age=clause.minimum_age)
        steps.append(Step("age", None, str(clause.minimum_age), f"from the age of {clause.minimum_age}"))
    elif clause.maximum_age is not None and (age is None or age > clause.maximum_age):
        facts = facts._replace(age=clause.maximum_age)
        steps.append(Step("age", None, str(clause.maximum_age), f"up to the age of {clause.maximum_age}"))
    if clause.plans is not None and facts.plan not in clause.plans:
        plan = min(clause.plans)
        facts = facts._replace(plan=plan)
        steps.append(Step("plan", None, plan, f"on the {plan} plan"))
    if clause.visibility is not None and request.visibility not in clause.visibility:
        shown = min(clause.visibility)
        request = request._replace(visibility=shown)
        steps.append(Step("visibility", None, shown, f"if it were {shown}"))
    if clause.created_from is not None or clause.created_before is not None:
        bare = clause._replace(
            starts=None,
            ends=None,
            places=None,
            minimum_age=None,
            maximum_age=None,
            plans=None,
            visibility=None,
            control=None,
        )
        if judge(bare, request, facts).applies is not True:
            if clause.created_from is None:
                return None  # an older record cannot be made
            request = request._replace(created=clause.created_from)
            day = clause.created_from.date().isoformat()
            steps.append(Step("created", None, day, f"if it were made on or after {day}"))
    if (
        clause.control is not None
        and stands_on(clause.control, clause.needs_consent, request, facts).applies is not True
    ):
        facts, step = _switch(clause.control.id, request.category, facts, policy)
        steps.append(step)
        silenced = facts.signals & clause.control.honours
        if silenced:
            facts = facts._replace(signals=facts.signals - silenced)
            names = ", ".join(sorted(silenced))
            steps.append(Step("signal", None, names, f"without the signal {names}"))
    for setting in _carried_refusals(request, facts, policy):
        facts, step = _switch(setting, request.category, facts, policy)
        steps.append(step)
    return Change(tuple(steps), request, facts) if steps else None


def _switch(setting: str, category: str, facts: Facts, policy: Policy) -> tuple[Facts, Step]:
    """The facts as they would be had the member switched a setting on, for this kind of data too."""
    above = ancestors(category)
    narrow = {
        id_: {kind: state for kind, state in kinds.items() if id_ != setting or kind not in above}
        for id_, kinds in facts.narrow.items()
    }
    facts = facts._replace(choices={**facts.choices, setting: ChoiceState.GIVEN}, narrow=narrow)
    known = policy.pack.settings.get(setting)
    label = known.label if known else setting
    return facts, Step("setting", setting, "on", f"if “{label}” were on")


def _carried_refusals(request: Request, facts: Facts, policy: Policy) -> Iterator[str]:
    cell = policy.cell(request.purpose, request.category, request.recipient)
    for setting in cell.carried:
        refused = facts.choices.get(setting) in (ChoiceState.REFUSED, ChoiceState.WITHDRAWN)
        narrow = facts.narrow.get(setting, {})
        if refused or any(kind in narrow for kind in ancestors(request.category)):
            yield setting


def _region_label(entry: str, policy: Policy) -> str:
    group = policy.pack.region_groups.get(entry)
    return "a known region" if entry == WORLD else (group.label if group else entry)
