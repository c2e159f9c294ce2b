"""Law 1, silence is no: what no rule permits, nobody knows or nobody can evaluate is denied. And nothing raises."""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.decide import Facts, Policy, Request, decide
from licet.packs import Pack
from licet.packs.pack_references import check_references
from licet.terms import ChoiceState, Code
from licet.terms.vocabulary import NEVER_ADVERTISED, PURPOSES
from licet.testing.drawn_policies import make_pack, packs
from licet.testing.drawn_questions import facts, make_facts, make_request, requests, under
from licet.testing.effort import EFFORT, examples
from licet.testing.plain_reading import applies, reads_as_permitted, speaks_of

#: Denied by the question itself, before any rule is read.
BY_ITS_WORDS = {
    Code.PURPOSE_UNKNOWN, Code.CATEGORY_UNKNOWN, Code.RECIPIENT_UNKNOWN, Code.MOMENT_UNKNOWN,
    Code.CLOSED_BY_VOCABULARY,
}  # fmt: skip

_NEW_YEAR = datetime.fromisoformat("2020-01-01T00:00:00+00:00")


@examples(60)
@given(packs())
def test_generated_packs_are_valid(pack: Pack) -> None:
    assert list(check_references(pack)) == []


def test_decide_permits_just_what_a_plain_reading_of_the_rules_permits() -> None:
    seen = set()
    for seed in range(500 * EFFORT):
        rng = random.Random(seed)
        policy = Policy(make_pack(rng))
        for _ in range(30):
            request, who = make_request(rng), make_facts(rng, policy.pack)
            told = decide(request, who, policy)
            seen.add(told.code)
            expected = told.code not in BY_ITS_WORDS and reads_as_permitted(request, who, policy.pack)
            assert told.permitted is expected, (seed, request, who)
            assert told.permitted is (told.code is Code.PERMITTED)
    assert seen == set(Code) - {
        Code.UNLABELLED, Code.SUBJECT_UNKNOWN, Code.SUBJECTS_DISAGREE, Code.REFERENCE_WITHHELD,
    }  # fmt: skip


@examples(100)
@given(packs(), requests(), facts())
def test_silence_is_no(pack: Pack, request: Request, who: Facts) -> None:
    who = under(pack, who)
    rules = tuple(
        rule for rule in pack.rules if rule.effect == "forbid" or not speaks_of(rule, request, pack)
    )
    silent = Policy(pack.model_copy(update={"rules": rules}))
    assert not decide(request, who, silent).permitted


def test_not_evaluable_denies() -> None:
    """A rule of which nobody can say whether it applies denies, permit or forbid, whatever the others say."""
    open_rules: Counter[str] = Counter()
    for seed in range(1200 * EFFORT):
        rng = random.Random(seed)
        policy = Policy(make_pack(rng))
        for _ in range(20):
            request, who = make_request(rng), make_facts(rng, policy.pack)
            told = decide(request, who, policy)
            if told.code in BY_ITS_WORDS:
                continue
            in_scope = [rule for rule in policy.pack.rules if speaks_of(rule, request, policy.pack)]
            truths = [(rule.effect, applies(rule, request, who, policy.pack)) for rule in in_scope]
            if ("permit", True) in truths and ("forbid", True) not in truths:
                open_rules.update(effect for effect, truth in truths if truth is None)
            assert not told.permitted or None not in [truth for _, truth in truths], (seed, request, who)
    assert min(open_rules["permit"], open_rules["forbid"]) > 20  # all that stood between them and a yes


NOT_KNOWN_OF_THE_MEMBER: tuple[dict[str, Any], ...] = ({"region": None}, {"age": None}, {"plan": None})
NOT_KNOWN_OF_THE_RECORD: tuple[dict[str, Any], ...] = ({"at": None}, {"visibility": None}, {"created": None})


def test_not_knowing_a_fact_never_turns_a_no_into_a_yes() -> None:
    blanked = 0
    for seed in range(200 * EFFORT):
        rng = random.Random(seed)
        policy = Policy(make_pack(rng))
        for _ in range(20):
            request, who = make_request(rng), make_facts(rng, policy.pack)
            less: list[tuple[Request, Facts | None]] = [(request, None)]
            for nothing in NOT_KNOWN_OF_THE_MEMBER:
                less.append((request, who._replace(**nothing)))
            for nothing in NOT_KNOWN_OF_THE_RECORD:
                less.append((request._replace(**nothing), who))
            known = decide(request, who, policy).permitted
            for blank_request, blank_facts in less:
                told = decide(blank_request, blank_facts, policy)
                blanked += known and not told.permitted
                assert known or not told.permitted, (seed, blank_request, blank_facts)
    assert blanked > 100  # not knowing did deny, often


@examples(80)
@given(packs(), requests(), facts(), st.sampled_from(["purpose", "category", "recipient"]))
def test_unknown_words_are_denied(pack: Pack, request: Request, who: Facts, field: str) -> None:
    who = under(pack, who)
    known = Request("recommendation", "content.posts", at=request.at)
    word: Any
    for word in ("", "Recommendation", "content.posts.", ".content", "self ", "nothing-of-the-kind", None, 7):
        spoilt: dict[str, Any] = {field: word}
        told = decide(known._replace(**spoilt), who, Policy(pack))
        assert told.code is Code(f"{field}_unknown")


@examples(60)
@given(packs(), requests(), facts())
def test_closed_by_vocabulary(pack: Pack, request: Request, who: Facts) -> None:
    """No pack opens it: not by a rule of its own, not by a purpose or a branch of its own, not by a yes."""
    who = under(pack, who)
    rule = {
        "id": "open_all", "effect": "permit", "notice": "n0",
        "purposes": [*PURPOSES, "acme_training"], "categories": ["private_communication", "content"],
        "recipients": ["self", "adco", "sisterco"],
    }  # fmt: skip
    values = pack.as_json()
    values.pop("scope", None)  # a pack that speaks for everything
    values["rules"] = [rule]
    values["categories"]["private_communication.messages.drafts"] = {}
    values["notices"]["n0"] = {"title": "n", "published": "2010-01-01", "effective": "2010-01-01"}
    policy = Policy(Pack.model_validate(values))
    who = who._replace(region="CH", choices={})
    kinds = (
        "private_communication",
        "private_communication.messages",
        "private_communication.messages.drafts",
    )
    for purpose, kind in itertools.product(("generative_ai_training", "acme_training"), kinds):
        told = decide(Request(purpose, kind, "self", request.at), who, policy)
        assert (told.permitted, told.code) == (False, Code.CLOSED_BY_VOCABULARY)
        assert told.would_change is None
    opened = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    assert decide(Request("generative_ai_training", "content.posts", "self", opened), who, policy).permitted


@examples(40)
@given(packs(), requests(), facts())
def test_no_policy_lets_minors_or_what_is_most_private_choose_advertisements(
    pack: Pack, request: Request, who: Facts
) -> None:
    """Neither by a rule of its own, nor by a purpose of its own, nor by an age of its own, nor by a yes."""
    values = pack.as_json()
    values.pop("scope", None)
    values["purposes"]["house_ads"] = {"kind_of": "ad_targeting"}
    values["categories"]["special.faith"] = {}
    values["notices"]["n0"] = {"title": "n", "published": "2010-01-01", "effective": "2010-01-01"}
    rule = {
        "effect": "permit", "notice": "n0", "recipients": ["self", "adco", "sisterco"],
        "purposes": ["ad_sharing", "ad_targeting", "recommendation", "house_ads"],
        "categories": ["content", "organisation", *sorted(NEVER_ADVERTISED)],
    }  # fmt: skip
    values["rules"] = [{**rule, "id": "open_all"}, {**rule, "id": "at_thirteen", "minimum_age": 13}]
    policy = Policy(Pack.model_validate(values))
    who = under(pack, who)._replace(region="CH", choices={})
    for purpose in ("ad_sharing", "ad_targeting", "house_ads"):
        for kind in (*NEVER_ADVERTISED, "special.faith"):
            told = decide(Request(purpose, kind, "adco", _NEW_YEAR), who, policy)
            assert (told.permitted, told.code) == (False, Code.CLOSED_BY_VOCABULARY)
        for age, code in (
            (None, Code.AGE_UNKNOWN),
            (13, Code.UNDER_AGE),
            (17, Code.UNDER_AGE),
            (18, Code.PERMITTED),
        ):
            told = decide(Request(purpose, "content.posts", "adco", _NEW_YEAR), who._replace(age=age), policy)
            assert told.code is code
        campaign = Request(purpose, "organisation.pages", "adco", _NEW_YEAR)
        assert decide(campaign, who._replace(age=13), policy).permitted, "an advertisement is nobody's data"
    adult = who._replace(age=40)
    assert decide(Request("recommendation", "special.faith", "self", _NEW_YEAR), adult, policy).permitted


class Hostile:
    """A value that answers nothing: not hashable, not comparable."""

    __hash__ = None  # type: ignore[assignment]


NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001 - just what must not be taken for a moment
GARBAGE: tuple[Any, ...] = (
    None, True, 0, -1, 3.5, float("nan"), 10**40, "", "x", "\x00", "gpc", b"x", (), [], {}, {"a": 1}, [None],
    {None: {}}, {"ai": {7: ChoiceState.REFUSED}}, {"ai": {None: "refused"}}, {"ai": 7}, {"ai": None}, {"ai": [1]},
    {7: 7}, set(), frozenset(), frozenset({7}), frozenset({"gpc", 7}), object(), Hostile(), date(2026, 1, 1), NAIVE,
    ChoiceState.GIVEN, Code.PERMITTED, int, lambda: None,
)  # fmt: skip


@pytest.mark.parametrize("field", [*Request._fields, *Facts._fields, "facts"])
def test_decide_never_raises(field: str) -> None:
    """Garbage of every type in every field: an answer comes, with a sentence, and never a yes to what was a no."""
    for seed in range(40):
        rng = random.Random(seed)
        policy = Policy(make_pack(rng))
        request = make_request(rng)._replace(
            purpose="recommendation", category="content.posts", recipient="self"
        )
        who = make_facts(rng, policy.pack)._replace(region="DE")
        for value in GARBAGE:
            asked, about = request, who
            if field == "facts":
                about = value
            elif field in Request._fields:
                asked = request._replace(**{field: value})
            else:
                about = who._replace(**{field: value})
            told = decide(asked, about, policy)
            assert told.reason and json.dumps(told.as_json())
            if field in ("purpose", "category", "recipient", "at", "facts", "region"):
                assert not told.permitted


def test_garbage_in_several_fields_at_once_raises_nothing() -> None:
    for seed in range(400 * EFFORT):
        rng = random.Random(seed)
        policy = Policy(make_pack(rng))
        request = make_request(rng)._replace(
            purpose="recommendation", category="content.posts", recipient="self"
        )
        for _ in range(6):
            spoilt = {
                name: rng.choice(GARBAGE) for name in ("visibility", "created", "at") if rng.random() < 0.4
            }
            who = make_facts(rng, policy.pack)._replace(
                **{name: rng.choice(GARBAGE) for name in Facts._fields if rng.random() < 0.4}
            )
            told = decide(request._replace(**spoilt), who, policy)
            assert told.reason and json.dumps(told.as_json())


@examples(60)
@given(packs(), requests(), facts(), st.randoms(use_true_random=False))
def test_outside_what_a_pack_speaks_for_it_permits_nothing_and_a_no_stays_a_no(
    pack: Pack, request: Request, who: Facts, rng: random.Random
) -> None:
    """A scope takes answers away and changes none: what it leaves out is `not_read`, or unknown where nobody knows."""
    who = under(pack, who)
    scope = rng.choice(
        [[{"regions": ["CH", "US-TX"]}], [{"purposes": ["recommendation"]}], [{"until": "2020-01-01"}]]
    )
    whole = decide(request, who, Policy(Pack.model_validate({**pack.as_json(), "scope": None})))
    told = decide(request, who, Policy(Pack.model_validate({**pack.as_json(), "scope": scope})))
    if whole.code in BY_ITS_WORDS or whole.code.says_no:
        assert told.code is whole.code
    elif told.code is not whole.code:
        assert not told.permitted
        assert told.code is Code.NOT_READ or (told.code is Code.REGION_UNKNOWN and "regions" in scope[0])
    if scope == [{"until": "2020-01-01"}] and whole.permitted and request.at is not None:
        assert (told.code is Code.NOT_READ) == (request.at >= _NEW_YEAR)
