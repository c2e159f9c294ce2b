"""Law 3: a member's refusal beats every permit it governs, at any level; a policy update never undoes it."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from licet.decide import Facts, Policy, Request, decide
from licet.packs import Pack
from licet.terms import ChoiceState, Code
from licet.terms.vocabulary import ancestors
from licet.testing.drawn_policies import make_pack, packs
from licet.testing.drawn_questions import facts, make_facts, make_request, requests, under
from licet.testing.effort import EFFORT, examples
from licet.testing.plain_reading import is_refused, speaks_of
from licet.testing.stories import Story
from licet.testing.successors import Successor, make_successor

NO = st.sampled_from([ChoiceState.REFUSED, ChoiceState.WITHDRAWN])


def refusals(who: Facts, setting: str, request: Request, pack: Pack, no: ChoiceState) -> dict[str, Facts]:
    """Every way the member can say no to a setting for this question."""
    ways = {"whole": who._replace(choices={**who.choices, setting: no})}
    for kind in ancestors(request.category):
        ways[f"narrow {kind}"] = who._replace(
            narrow={**who.narrow, setting: {**who.narrow.get(setting, {}), kind: no}}
        )
    for old in pack.settings[setting].replaces:
        ways[f"earlier {old}"] = who._replace(choices={**who.choices, old: no})
        ways[f"earlier narrow {old}"] = who._replace(narrow={**who.narrow, old: {request.category: no}})
    for signal in pack.settings[setting].honours:
        ways[f"signal {signal}"] = who._replace(signals=who.signals | {signal})
    return ways


def test_refusal_beats_every_permit_it_governs() -> None:
    refused = 0
    for seed in range(400 * EFFORT):
        rng = random.Random(seed)
        pack = make_pack(rng)
        policy = Policy(pack)
        for _ in range(12):
            request, who = make_request(rng), make_facts(rng, pack)
            told = decide(request, who, policy)
            if not told.permitted or told.setting is None:
                continue
            in_scope = [
                rule for rule in pack.rules if rule.effect == "permit" and speaks_of(rule, request, pack)
            ]
            no = rng.choice([ChoiceState.REFUSED, ChoiceState.WITHDRAWN])
            for way, after in refusals(who, told.setting, request, pack, no).items():
                refused += 1
                answer = decide(request, after, policy)
                assert not (answer.permitted and answer.setting == told.setting), way
                assert answer.rule != told.rule or answer.code is Code.REFUSED, way
                if all(rule.setting == told.setting for rule in in_scope):
                    assert not answer.permitted, way
    assert refused > 200


@examples(40)
@given(packs(), requests(), facts(), st.randoms(use_true_random=False), NO)
def test_a_refusal_more_never_turns_a_no_into_a_yes(
    pack: Pack, request: Request, who: Facts, rng: random.Random, no: ChoiceState
) -> None:
    """Except where nobody could say on which side a setting starts: then the no is what settles it."""
    who = under(pack, who)
    policy = Policy(pack)
    before = decide(request, who, policy)
    for setting in pack.settings:
        for way, after in refusals(who, setting, request, pack, no).items():
            assert (
                before.permitted
                or not decide(request, after, policy).permitted
                or (before.code is not Code.REFUSED)
            ), way


def governed_and_refused(request: Request, who: Facts, pack: Pack) -> bool:
    """Whether the member said no to a setting that governs this question, by choice or by a signal it honours."""
    for rule in pack.rules:
        if rule.effect == "permit" and rule.setting is not None and speaks_of(rule, request, pack):
            setting = pack.settings[rule.setting]
            if any(is_refused(one, request.category, who) for one in (rule.setting, *setting.replaces)):
                return True
            if set(setting.honours) & who.signals:
                return True
    return False


def test_policy_update_never_turns_a_no_into_a_yes() -> None:
    """Settings loosened, renamed, merged or dropped, rules without conditions, words renamed: a no stays a no.

    The member has chosen under the old pack only; what the new one added they never saw.
    """
    told_no = would_leak = 0
    for seed in range(600 * EFFORT):
        rng = random.Random(seed)
        old = make_pack(rng)
        new = make_successor(rng, old)
        policy = Policy(new.pack, [old])
        for _ in range(20):
            request, who = make_request(rng), make_facts(rng, old)
            if request.at is None or not governed_and_refused(request, who, old):
                continue
            asked = new.ask(request)
            told_no += 1
            assert not decide(asked, who, policy).permitted, (seed, request, who)
            would_leak += decide(asked, who, Policy(new.pack)).permitted
    assert told_no > 500 and would_leak > 50  # without what is carried, many would have turned


def test_two_policy_updates_never_turn_a_no_into_a_yes() -> None:
    told_no = 0
    for seed in range(300 * EFFORT):
        rng = random.Random(seed)
        first = make_pack(rng)
        second = make_successor(rng, first)
        third = make_successor(rng, second.pack)
        policy = Policy(third.pack, [first, second.pack])
        for _ in range(20):
            request, who = make_request(rng), make_facts(rng, first)
            if request.at is not None and governed_and_refused(request, who, first):
                told_no += 1
                asked = third.ask(second.ask(request))
                assert not decide(asked, who, policy).permitted, (seed, request, who)
    assert told_no > 200


def test_over_any_packs_and_choices_what_a_no_denied_stays_denied_until_a_yes_that_governs_it() -> None:
    denied = would_leak = lifted = 0
    for seed in range(1200 * EFFORT):
        story = Story(random.Random(seed))
        rng = story.rng
        for _ in range(rng.randint(2, 4)):
            story.say_something()
            story.next_pack()
        policy = story.policy
        for refused, request in zip(story.refused, story.asked[-1], strict=True):
            if request.at is None:
                continue
            permitted = decide(request, story.who, policy).permitted
            assert not (refused and permitted), (seed, request, story.who)
            denied += refused
            would_leak += refused and decide(request, story.who, Policy(story.packs[-1])).permitted
            noes = {**story.who.choices}.values()
            lifted += permitted and any(state is not ChoiceState.GIVEN for state in noes)
    assert denied > 500 and would_leak > 50 and lifted > 50, (denied, would_leak, lifted)


@examples(60)
@given(packs(), st.randoms(use_true_random=False), requests(), facts())
def test_what_is_carried_never_permits_more(
    pack: Pack, rng: random.Random, request: Request, who: Facts
) -> None:
    new: Successor = make_successor(rng, pack)
    who = under(new.pack, who)
    alone, following = Policy(new.pack), Policy(new.pack, [pack])
    if decide(request, who, following).permitted:
        assert decide(request, who, alone).permitted


def test_a_no_is_not_carried_to_what_it_never_governed() -> None:
    """Carrying is not blanket denial: elsewhere the new pack answers as it would alone."""
    same = 0
    for seed in range(200 * EFFORT):
        rng = random.Random(seed)
        old = make_pack(rng)
        ungoverned = tuple(
            rule.model_copy(update={"setting": None}) if rule.setting else rule for rule in old.rules
        )
        bare = Policy(old.model_copy(update={"rules": ungoverned}))
        for _ in range(10):
            request, who = make_request(rng)._replace(noes=frozenset()), make_facts(rng, old)
            quiet = who._replace(choices={}, narrow={}, signals=frozenset())
            carrying = Policy(bare.pack, [old])
            alone = decide(request, quiet, bare)
            assert decide(request, quiet, carrying)[:2] == alone[:2]
            same += alone.permitted
    assert same > 50
