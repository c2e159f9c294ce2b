"""Laws 6 and 7: a deny is a value that says why and what would turn it; the past can be asked."""

from __future__ import annotations

import json
import random

from hypothesis import given

from licet.decide import Facts, Policy, Request, decide
from licet.packs import Pack
from licet.terms import ChoiceState, Code
from licet.testing.drawn_policies import make_pack, packs
from licet.testing.drawn_questions import facts, make_facts, make_request, requests, under
from licet.testing.effort import EFFORT, examples
from licet.testing.plain_reading import speaks_of


def test_a_deny_says_what_would_turn_it() -> None:
    """What is offered was tried: applied to the question, it is permitted. And what is offered differs from now."""
    offered, kinds = 0, set()
    for seed in range(300 * EFFORT):
        rng = random.Random(seed)
        policy = Policy(make_pack(rng))
        for _ in range(20):
            request, who = make_request(rng), make_facts(rng, policy.pack)
            told = decide(request, who, policy)
            change = told.would_change
            if told.permitted:
                assert change is None
            if change is None:
                continue
            offered += 1
            kinds |= {step.kind for step in change.steps}
            assert decide(change.request, change.facts, policy).permitted
            assert change.steps and (change.request, change.facts) != (request, who)
            assert change.request[:3] == request[:3]  # the question itself is never changed
            assert change.sentence.startswith("permitted ")
            for step in change.steps:
                assert step.value in change.sentence or step.kind in _SAID_OTHERWISE
    assert offered > 500
    assert kinds == {
        "moment", "setting", "record", "organisation", "signal", "visibility", "plan", "age", "region", "created",
    }  # fmt: skip


#: Steps whose sentence has not their value's own text.
_SAID_OTHERWISE = ("moment", "setting", "region", "record", "organisation")


def test_the_offered_change_touches_nothing_it_does_not_name() -> None:
    touched = {
        "moment": "at", "visibility": "visibility", "created": "created", "region": "region", "age": "age",
        "plan": "plan", "setting": "choices", "signal": "signals", "record": "noes", "organisation": "noes",
    }  # fmt: skip
    for seed in range(200 * EFFORT):
        rng = random.Random(seed)
        policy = Policy(make_pack(rng))
        for _ in range(10):
            request, who = make_request(rng), make_facts(rng, policy.pack)
            change = decide(request, who, policy).would_change
            if change is None:
                continue
            named = {touched[step.kind] for step in change.steps}
            differing = {
                name for name in Request._fields if getattr(request, name) != getattr(change.request, name)
            }
            differing |= {name for name in Facts._fields if getattr(who, name) != getattr(change.facts, name)}
            with_choices = {"narrow", "bound", "narrow_bound"}
            assert differing - with_choices <= named
            assert differing.isdisjoint(with_choices) or "choices" in named


def test_when_one_switch_would_do_no_more_is_offered() -> None:
    one_switch = 0
    for seed in range(300 * EFFORT):
        rng = random.Random(seed)
        pack = make_pack(rng)
        policy = Policy(pack)
        for _ in range(10):
            request, who = make_request(rng), make_facts(rng, pack)
            told = decide(request, who, policy)
            for setting in () if told.permitted else pack.settings:
                choices = {**who.choices, setting: ChoiceState.GIVEN}
                narrow = {id_: kinds for id_, kinds in who.narrow.items() if id_ != setting}
                bound = {**who.bound, setting: pack.digest}
                if decide(
                    request, who._replace(choices=choices, narrow=narrow, bound=bound), policy
                ).permitted:
                    one_switch += 1
                    assert told.would_change is not None and len(told.would_change.steps) == 1
    assert one_switch > 30


@examples(150)
@given(packs(), requests(), facts())
def test_a_deny_is_a_value_with_its_reason(pack: Pack, request: Request, who: Facts) -> None:
    who = under(pack, who)
    told = decide(request, who, Policy(pack))
    assert told.reason and "{" not in told.reason and "None" not in told.reason
    said = json.loads(json.dumps(told.as_json()))
    assert said["permitted"] is told.permitted and said["code"] == told.code.value
    if told.rule is not None:
        rule = pack.rules_by_id[told.rule]
        assert speaks_of(rule, request, pack)
        assert rule.setting == told.setting
        assert rule.effect == ("forbid" if told.code is Code.FORBIDDEN else rule.effect)
        assert not told.permitted or rule.effect == "permit"


@examples(40)
@given(packs(), requests(), facts())
def test_the_past_can_be_asked(pack: Pack, request: Request, who: Facts) -> None:
    """The answer follows from its arguments alone: not from what was asked before, nor from the clock."""
    rng = random.Random(0)
    used = Policy(pack)
    first = decide(request, who, used)
    for _ in range(20):
        decide(make_request(rng), make_facts(rng, pack), used)
    assert decide(request, who, used)[:-1] == first[:-1] == decide(request, who, Policy(pack))[:-1]
    if request.at is not None:
        elsewhere = request._replace(at=request.at.astimezone())
        assert decide(elsewhere, who, used).code is first.code
