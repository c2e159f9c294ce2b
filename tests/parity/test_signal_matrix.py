"""Every choice beside every signal, place, age and advertising purpose: what stands here by hand is what is decided.

Signals are read from strings, as they come. The wanted answer is worked out here, apart from licet; held to it are
`decide`, the specification and the gate's batches, and, in a workspace with somebody of every kind, what the gate lets
through, what the API answers, and what members' own pages say.
"""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import licet
from journeys.api import platform
from journeys.site import ADDRESS, Browser, site
from licet.app import Workspace
from licet.decide import Facts, Policy, Request, decide
from licet.decide.explain import nearest_change
from licet.decide.specification import decide as specified
from licet.enforce.batch_decisions import decide_batch
from licet.ledger import EntryKind, NewEntry
from licet.packs import parse_pack
from licet.terms import ChoiceState, Code
from licet.terms.signals import ConsentStrings
from licet.terms.vocabulary import NEVER_ADVERTISED
from licet.testing.drawn_strings import GPP_STRINGS, TC_STRINGS
from licet.testing.effort import EFFORT

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
#: By what a browser sends altogether, every way of sending it: with the header or without, and strings.
WAYS: dict[frozenset[str], list[tuple[bool, ConsentStrings]]] = {}
for _header, _tcf, _gpp in itertools.product((False, True), TC_STRINGS, GPP_STRINGS):
    _sent = TC_STRINGS[_tcf] | GPP_STRINGS[_gpp] | ({"gpc"} if _header else frozenset())
    WAYS.setdefault(_sent, []).append((_header, ConsentStrings(_gpp, (), _tcf)))


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
    for gpc, tcf, gpp in itertools.product((False, True), TC_STRINGS, GPP_STRINGS):
        sent = ConsentStrings(gpp, (), tcf).refusals() | ({"gpc"} if gpc else set())
        assert sent == TC_STRINGS[tcf] | GPP_STRINGS[gpp] | ({"gpc"} if gpc else set())
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


class Member(NamedTuple):
    """Somebody of one kind, and how what their browser sends comes in."""

    id: str
    region: str | None
    age: int | None
    choice: ChoiceState | None
    sent: frozenset[str]
    header: bool
    strings: ConsentStrings

    def wants(self, purpose: str) -> bool:
        return wanted(purpose, self.region, self.age, self.choice, self.sent)


#: Everybody: each state of a choice beside each place, age and set of signals, every string in turn.
MEMBERS = [
    Member(f"m{number}", region, age, choice, sent, *WAYS[sent][number % len(WAYS[sent])])
    for number, (sent, region, age, choice) in enumerate(
        itertools.product(WAYS, REGIONS, AGES, [one for one in CHOICES if one is not ChoiceState.NEVER_ASKED])
    )
]
#: Those whose pages are looked at: some of every kind by day, everybody by night.
_USED = [one for one in MEMBERS if any(one.wants(purpose) for purpose, _ in PURPOSES)]
LOOKED_AT = MEMBERS[:: max(1, 51 // EFFORT)] + _USED[:: max(1, 13 // EFFORT)]
#: What was switched, to be in each state.
SWITCHED = {
    None: [],
    ChoiceState.GIVEN: ["on"],
    ChoiceState.GIVEN_AGAIN: ["off", "on"],
    ChoiceState.REFUSED: ["off"],
    ChoiceState.WITHDRAWN: ["on", "off"],
}
CATALOGUE = """
licet_catalogue: 2
facts: {table: members, subject: id, region: region, age: age}
tables:
  members:
    location: {parquet: members.parquet}
    key: id
    subjects: [id]
    columns: {id: profile, region: null, age: null}
"""


@pytest.fixture(scope="module")
def quay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    root = tmp_path_factory.mktemp("quay") / "quay"
    with licet.create(root, clock=lambda: AT) as workspace:
        columns = {name: [getattr(one, name) for one in MEMBERS] for name in ("id", "region", "age")}
        pq.write_table(pa.table(columns), root / "members.parquet")
        (root / "catalogue.yaml").write_text(CATALOGUE)
        (root / "quay.yaml").write_text(PACK)
        workspace.policies.use(str(root / "quay.yaml"))
        entries = []
        for one in MEMBERS:
            said = {"setting": "share", "category": None, "via": "web", "pack": policy().pack.digest}
            entries += [
                NewEntry(EntryKind.CHOICE, one.id, {**said, "value": v}) for v in SWITCHED[one.choice]
            ]
            signals = workspace.choices.refused_by(one.strings) | ({"gpc"} if one.header else set())
            entries += [NewEntry(EntryKind.SIGNAL, one.id, {"signal": s, "value": True}) for s in signals]
        workspace.ledger.append(entries)
        yield workspace


def test_there_is_somebody_of_every_kind_and_every_string_is_sent() -> None:
    assert len(MEMBERS) == len(WAYS) * 6 * 7 * 5 and len(WAYS) == 8
    assert {one.strings.gpp for one in MEMBERS} == {*GPP_STRINGS} and {
        one.strings.tcf for one in MEMBERS
    } == {*TC_STRINGS}
    assert {one.choice for one in LOOKED_AT} == {*SWITCHED} and {one.sent for one in LOOKED_AT} == {*WAYS}
    assert {one.age for one in LOOKED_AT} == {*AGES} and {one.region for one in LOOKED_AT} == {*REGIONS}
    for purpose, _ in PURPOSES:
        assert {one.wants(purpose) for one in LOOKED_AT} == {True, False}


@pytest.mark.parametrize(("purpose", "recipient"), PURPOSES)
def test_the_gate_lets_through_and_the_api_permits_just_those(
    quay: Workspace, purpose: str, recipient: str
) -> None:
    permitted = {one.id for one in MEMBERS if one.wants(purpose)}
    assert {*quay.gate(purpose, recipient=recipient).read("members")["id"].to_pylist()} == permitted
    questions = [
        {"subject": one.id, "purpose": purpose, "category": "profile", "recipient": recipient}
        for one in MEMBERS
    ]
    with platform(quay.layout.root) as api:
        answers = api.post("/decisions/batch", json={"questions": questions, "at": "2026-01-01"}).json()[
            "decisions"
        ]
    request = Request(purpose, "profile", recipient, AT)
    for one, answer in zip(MEMBERS, answers, strict=True):
        told = decide(request, facts_of(one.region, one.age, one.choice, one.sent), policy())
        assert (answer["permitted"], answer["code"]) == (one.wants(purpose), told.code.value), one


def test_members_own_pages_say_the_same(quay: Workspace) -> None:
    with site(quay.layout.root) as first, platform(quay.layout.root) as api:
        for place, one in enumerate(LOOKED_AT):
            where = f"127.1.{place // 250}.{place % 250}"  # each from an address of their own
            browser = Browser(first.app, client=(where, 50000), base_url=ADDRESS)
            is_on = one.choice not in (ChoiceState.REFUSED, ChoiceState.WITHDRAWN) and not one.sent
            page = browser.sign_in(one.id).get("/settings/share").text
            assert f'role="switch" aria-checked="{json.dumps(is_on)}"' in page, one
            shown = api.get(f"/subjects/{one.id}/settings/share").json()
            reached = {rule["rule"]: rule["reaches"] == "yes" for rule in shown["governs"]}
            aimed = one.wants("ad_targeting") or one.wants("recommendation")
            assert reached == {"share": one.wants("ad_sharing"), "target": aimed}, one
            flows = api.get(f"/subjects/{one.id}/flows").json()["flows"]
            used = {(flow["purpose"], flow["recipient"]): flow["used"] > 0 for flow in flows}
            assert used == {use: one.wants(use[0]) for use in PURPOSES}, one


def test_a_controls_page_tells_the_age_that_is_decided_by(quay: Workspace) -> None:
    told = {
        rule.rule: rule.conditions for rule in quay.members.member(MEMBERS[0].id).setting("share").governs
    }
    assert told["share"] == ("from the age of 18",), "the policy names none, and 18 is asked for all the same"
    assert told["target"] == ("from the age of 18 for advertising by personal data, of 16 for the rest",)
