"""Every choice beside every signal, place, age and advertising purpose: what stands here by hand is what is decided.

Signals are read from strings, as they come. The wanted answer is worked out here, apart from licet; `decide`, the
specification and the gate's batches are held to it.
"""

from __future__ import annotations

import functools
import itertools
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from licet.decide import Facts, Policy, Request, decide
from licet.decide.explain import nearest_change
from licet.decide.specification import decide as specified
from licet.enforce.batch_decisions import decide_batch
from licet.packs import parse_pack
from licet.terms import ChoiceState, Code
from licet.terms.signals import ConsentStrings
from licet.terms.vocabulary import NEVER_ADVERTISED

PACK = """
licet_pack: 1
id: quay
title: The quay's policy
version: "1"
observed: 2025-01-01
controller: {name: Quay}
sources: {page: {title: A page, kind: official}}
notices: {winter: {title: Winter, published: 2024-12-01, effective: 2025-01-01}}
categories: {profile: {}, activity: {}, special: {}, special.health: {}, private_communication: {}, identity: {},
  payment.receipts: {}, security.logins: {}}
purposes: {ad_sharing: {}, ad_targeting: {}, house_ads: {kind_of: ad_targeting}, recommendation: {}}
recipients: {ferry: {name: The ferry, kind: affiliate}}
settings:
  share:
    {label: Share, path: [Settings], observed: 2025-01-01, default: {state: on}, honours: [gpc, gpp, tcf]}
rules:
  - {id: share, effect: permit, purposes: [ad_sharing], categories: [profile, special, identity], recipients: [ferry],
     notice: winter, setting: share}
  - {id: target, effect: permit, purposes: [ad_targeting, recommendation], minimum_age: 16, notice: winter,
     setting: share, categories: [profile, activity, special, private_communication, identity, payment, security]}
  - {id: not_there, effect: forbid, purposes: [ad_sharing], categories: [profile], recipients: [ferry],
     regions: [EEA, CH, GB]}
"""
AT = datetime(2026, 1, 1, tzinfo=UTC)
CHOICES = (None, *ChoiceState)
REGIONS = ("US", "US-CA", "CA", "DE", "GB", None)
AGES = (None, 12, 15, 16, 17, 18, 40)
PURPOSES = (
    ("ad_sharing", "ferry"),
    ("ad_targeting", "self"),
    ("house_ads", "self"),
    ("recommendation", "self"),
)
#: Each string with the signals that it is, said by hand.
TCF = {
    None: set(),
    "CPTtLAAPTtLAAAAAAAENAAFgALwAAEAAAAAAAOgAgABgAAAA.IAoAAgABgAAEAQAAEAAA.d4AACEAAAAAA": set(),
    "CPTtLAAPTtLAAAAAAAENAAFgALwAAEAAAAAAAOgAgABgAAAA": {"tcf"},  # no vendor was disclosed
    "CPSG_8APSG_8ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA.IDKQA4AAgAKAGQAygAAA.YAAAAAAAAAAA": {"tcf"},
    "CPSG_8A": {"tcf"},
}
GPP = {
    None: set(),
    "DBABTA~1YNN": set(),
    "DBABTA~1YYN": {"gpp"},  # sale
    "DBABLA~CVVVkkkkkpFY.QA": {"gpp"},  # sale, sharing and targeting
    "DBABLA~CAAAAAAAAABA.YA": {"gpp", "gpc"},
    "DBABTA~1Y": {"gpp"},
}


@functools.cache
def policy() -> Policy:
    return Policy(parse_pack(PACK))


def wanted(
    purpose: str, region: str | None, age: int | None, choice: ChoiceState | None, sent: frozenset[str]
) -> bool:
    is_advertising = purpose != "recommendation"
    least = 0 if purpose == "ad_sharing" else 16
    return (
        region is not None
        and not (purpose == "ad_sharing" and region in ("DE", "GB"))
        and (age is not None and age >= (18 if is_advertising else least))
        and choice not in (ChoiceState.REFUSED, ChoiceState.WITHDRAWN)
        and not sent
    )


def facts_of(region: str | None, age: int | None, choice: ChoiceState | None, sent: frozenset[str]) -> Facts:
    choices = {} if choice is None else {"share": choice}
    return Facts(region, age, "free", choices, {}, sent, dict.fromkeys(choices, policy().pack.digest))


@pytest.mark.parametrize(("purpose", "recipient"), PURPOSES)
def test_choice_signals_place_and_age_are_decided_as_said_by_hand(purpose: str, recipient: str) -> None:
    request, digest = Request(purpose, "profile", recipient, AT), policy().pack.digest
    answers: dict[tuple[object, ...], bool] = {}
    rows, expected = list[tuple[object, ...]](), list[bool]()
    for gpc, tcf, gpp in itertools.product((False, True), TCF, GPP):
        sent = ConsentStrings(gpp, (), tcf).refusals() | ({"gpc"} if gpc else set())
        assert sent == TCF[tcf] | GPP[gpp] | ({"gpc"} if gpc else set())
        for place in itertools.product(CHOICES, REGIONS, AGES):
            if (*place, sent) not in answers:
                choice, region, age = place
                facts = facts_of(region, age, choice, sent)
                answers[(*place, sent)] = is_yes = wanted(purpose, region, age, choice, sent)
                answer, said = decide(request, facts, policy()), specified(request, facts, [policy().pack])
                assert (answer.permitted, said.permitted, said.code) == (is_yes, is_yes, answer.code), facts
            rows.append((*place, digest, *(name in sent for name in ("gpc", "gpp", "tcf"))))
            expected.append(answers[(*place, sent)])
    names = ("choice.share", "region", "age", "pack.share", "signal.gpc", "signal.gpp", "signal.tcf")
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    told = decide_batch(policy(), purpose, "profile", AT, table, recipient=recipient)
    assert told["permitted"].to_pylist() == expected
    assert len(expected) == 6 * 60 * 6 * 7


@pytest.mark.parametrize(("purpose", "recipient"), PURPOSES)
def test_what_is_most_private_chooses_no_advertisement_whatever_a_policy_says(
    purpose: str, recipient: str
) -> None:
    adult = facts_of("US", 40, ChoiceState.GIVEN, frozenset())
    kinds = [
        *NEVER_ADVERTISED,
        "special.health",
        "payment.receipts",
        "security.logins",
        "private_communication.messages",
    ]
    for kind in kinds:
        request = Request(purpose, kind, recipient, AT)
        answer = decide(request, adult, policy())
        assert specified(request, adult, [policy().pack])[:2] == (answer.permitted, answer.code)
        if purpose == "recommendation":
            assert answer.permitted, "only advertising is closed"
        else:
            assert (answer.permitted, answer.code) == (False, Code.CLOSED_BY_VOCABULARY)
            assert nearest_change(request, adult, policy()) is None


def test_what_would_turn_a_no_is_the_age_or_the_signal() -> None:
    request = Request("ad_targeting", "profile", "self", AT)
    for age in (None, 12, 17):
        change = nearest_change(request, facts_of("US", age, None, frozenset()), policy())
        assert change is not None and change.sentence == "permitted from the age of 18"
    change = nearest_change(request, facts_of("US", 30, None, frozenset({"gpp", "tcf"})), policy())
    assert change is not None and change.sentence == "permitted without the signal gpp, tcf"


def test_as_written_a_policy_says_what_it_says_of_advertising() -> None:
    """For reading somebody else's policy: as if the purposes were of another kind, under which nothing is closed."""
    written = Policy(parse_pack(PACK), as_written=True)
    other = parse_pack(
        PACK.replace("kind_of: ad_targeting", "kind_of: personalisation").replace(
            "ad_targeting", "personalisation"
        )
    )
    for kind, age, region in itertools.product((*NEVER_ADVERTISED, "profile"), AGES, REGIONS):
        facts = Facts(region, age)
        answer = decide(Request("ad_targeting", kind, "self", AT), facts, written)
        like = specified(Request("personalisation", kind, "self", AT), facts, [other])
        assert (answer.permitted, answer.code) == (like.permitted, like.code)
    assert written.digest != policy().digest
