"""Law 2: a forbid beats every permit, and the order of rules never matters."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from licet.decide import Decision, Facts, Policy, Request, decide
from licet.packs import Pack
from licet.terms import Code
from licet.terms.vocabulary import ancestors
from licet.testing.drawn_policies import make_pack, packs
from licet.testing.drawn_questions import facts, make_facts, make_request, requests, under
from licet.testing.effort import EFFORT, examples


def answer(told: Decision) -> tuple[Any, ...]:
    """All of an answer but the policy and the digest a yes is bound to, and but the order of regions in a sentence."""
    change, facts = told.would_change, told.facts
    turned = (
        (change.request, change.facts[:-2], sorted(step.kind for step in change.steps)) if change else None
    )
    return (*told[:-2], None if facts is None else facts[:-2], turned)


def test_forbid_beats_permit() -> None:
    """Whatever is permitted, one forbid that covers it, at any level of the words, ends it."""
    permitted = 0
    for seed in range(300 * EFFORT):
        rng = random.Random(seed)
        pack = make_pack(rng)
        policy = Policy(pack)
        for _ in range(12):
            request, who = make_request(rng), make_facts(rng, pack)
            told = decide(request, who, policy)
            if not told.permitted:
                continue
            permitted += 1
            values = pack.as_json()
            values["rules"].append(
                {
                    "id": rng.choice(["a", "zz"]),
                    "effect": "forbid",
                    "purposes": [rng.choice(pack.purpose_line(request.purpose))],
                    "categories": [rng.choice(ancestors(request.category))],
                    "recipients": [request.recipient],
                }
            )
            denied = decide(request, who, Policy(Pack.model_validate(values)))
            assert (denied.permitted, denied.code) == (False, Code.FORBIDDEN)
            assert denied.rule == values["rules"][-1]["id"]
    assert permitted > 200


@examples(100)
@given(packs(), requests(), facts())
def test_one_more_forbid_never_turns_a_no_into_a_yes(pack: Pack, request: Request, who: Facts) -> None:
    who = under(pack, who)
    fewer = tuple(rule for rule in pack.rules if rule.effect == "permit")
    without = Policy(pack.model_copy(update={"rules": fewer}))
    if decide(request, who, Policy(pack)).permitted:
        assert decide(request, who, without).permitted


@examples(100)
@given(packs(), requests(), facts(), st.randoms(use_true_random=False))
def test_order_of_rules_never_matters(pack: Pack, request: Request, who: Facts, rng: random.Random) -> None:
    """Nor does the order of settings, exceptions, words or regions: the whole answer is the same."""
    shuffled = Policy(Pack.model_validate(_shuffled(pack.as_json(), rng)))
    request = request._replace(purpose="recommendation", category="content.posts.video", recipient="self")
    for category in ("content.posts.video", "profile.headline"):
        asked = request._replace(category=category)
        told = decide(asked, under(shuffled.pack, who), shuffled)
        assert answer(told) == answer(decide(asked, under(pack, who), Policy(pack)))


def _shuffled(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict):
        items = list(value.items())
        rng.shuffle(items)
        return {key: item if key == "path" else _shuffled(item, rng) for key, item in items}
    if isinstance(value, list):
        found = [_shuffled(item, rng) for item in value]
        rng.shuffle(found)
        return found
    return value
