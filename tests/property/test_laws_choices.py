"""Law 3 over sequences: packs one after another, and choices under each, default-on settings among them."""

from __future__ import annotations

import random
from typing import NamedTuple

from licet.decide import Facts, Policy, Request, decide
from licet.packs import Pack
from licet.terms import EVERY_USE, ChoiceState, Code
from licet.testing.drawn_policies import make_pack
from licet.testing.drawn_questions import make_facts, make_request
from licet.testing.drawn_words import chance, pick
from licet.testing.effort import EFFORT
from licet.testing.plain_reading import is_refused, speaks_of, stands_for
from licet.testing.successors import Successor, make_successor


class Denied(NamedTuple):
    """A question that a no denied, in the words of the pack in force, and who had said it."""

    request: Request
    who: Facts


def refuses(request: Request, who: Facts, pack: Pack) -> bool:
    """Whether the member said no to a setting that governs this question, by choice or by a signal it honours."""
    return any(
        any(is_refused(one, request.category, who) for one in stands_for(rule.setting, pack))
        or not {*pack.settings[rule.setting].honours}.isdisjoint(who.signals)
        for rule in pack.rules
        if rule.effect == "permit" and rule.setting is not None and speaks_of(rule, request, pack)
    )


def governed(request: Request, setting: str, then: Pack, now: Pack) -> bool:
    """Whether a pack let a setting govern a question that is asked in the words of a later one."""
    lines = [request._replace(purpose=word) for word in now.purpose_line(request.purpose)]
    return any(
        rule.effect == "permit" and rule.setting == setting and speaks_of(rule, asked, then)
        for rule in then.rules
        for asked in lines
    )


def chosen(rng: random.Random, who: Facts, pack: Pack, state: ChoiceState) -> Facts:
    """Who this is after one more choice under a pack."""
    setting = pick(rng, sorted(pack.settings) or ["ai"])
    return who._replace(choices={**who.choices, setting: state}, bound={**who.bound, setting: pack.digest})


def renamed(request: Request, to: Successor) -> list[Request]:
    """The question in the new pack's words, and in those of the halves of what was split."""
    asked = to.ask(request)
    found = [request, asked]
    for name in ("purpose", "category", "recipient"):
        if (twin := f"{getattr(asked, name)}_b") in (
            *to.pack.purposes,
            *to.pack.categories,
            *to.pack.recipients,
        ):
            found.append(asked._replace(**{name: twin}))
    return found


def test_no_question_that_a_no_denied_is_ever_permitted_without_a_new_yes() -> None:
    held, leaked, no = 0, 0, ChoiceState.REFUSED
    for seed in range(250 * EFFORT):
        rng = random.Random(seed)
        packs = [make_pack(rng)]
        denied: list[Denied] = []
        members = [make_facts(rng, packs[0]) for _ in range(8)]
        for _ in range(3):
            policy = Policy(packs[-1], packs[:-1])
            for who in members:
                for _ in range(3):
                    request = make_request(rng)
                    if request.at is None:
                        continue
                    told = decide(request, who, policy)
                    if told.setting == EVERY_USE and any(state.is_yes for state in who.choices.values()):
                        continue  # a yes said since speaks once its rule applies, and is a new one
                    if told.code is Code.REFUSED or (not told.permitted and refuses(request, who, packs[-1])):
                        denied.append(Denied(request, who))
            following = make_successor(rng, packs[-1])
            packs.append(following.pack)
            policy, alone = Policy(packs[-1], packs[:-1]), Policy(packs[-1])
            asked = [one._replace(request=new) for one in denied for new in renamed(one.request, following)]
            for request, who in asked:
                assert not decide(request, who, policy).permitted, (seed, request, who)
                leaked += decide(request, who, alone).permitted
            held += len(asked)
            # Now and then one more no, and no yes: what was denied stays so.
            denied = [
                Denied(following.ask(request), chosen(rng, who, packs[-1], no) if chance(rng, 30) else who)
                for request, who in denied
            ]
    assert held > 2000 and leaked > 100  # without what travels, many would have turned


def test_nothing_is_permitted_by_a_yes_that_did_not_govern_it() -> None:
    decisive = elsewhere = 0
    for seed in range(250 * EFFORT):
        rng = random.Random(seed)
        packs = [make_pack(rng)]
        members = [make_facts(rng, packs[0]) for _ in range(12)]
        for _ in range(3):
            policy = Policy(packs[-1], packs[:-1])
            by_digest = {pack.digest: pack for pack in packs}
            for who in members:
                for _ in range(4):
                    request = make_request(rng)
                    told = decide(request, who, policy)
                    if told.setting is None or who.choices.get(told.setting) is not ChoiceState.GIVEN:
                        continue
                    then = by_digest.get(who.bound.get(told.setting, ""))
                    silent = who._replace(
                        choices={id_: state for id_, state in who.choices.items() if id_ != told.setting}
                    )
                    if then is None or not governed(request, told.setting, then, packs[-1]):
                        elsewhere += 1
                        assert not told.permitted or decide(request, silent, policy).permitted, (
                            seed,
                            request,
                            who,
                        )
                    elif told.permitted and not decide(request, silent, policy).permitted:
                        decisive += 1
            packs.append(make_successor(rng, packs[-1]).pack)
            members = [
                chosen(rng, who, packs[-1], pick(rng, [ChoiceState.GIVEN, ChoiceState.REFUSED]))
                if chance(rng, 40)
                else who
                for who in members
            ]
    assert decisive > 30 and elsewhere > 20
