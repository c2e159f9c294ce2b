"""One readable example of every code: what is otherwise permitted is denied for one thing that is not so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from decide_samples import AT, MEMBER, PERMIT, REQUEST, make_pack, make_policy, make_setting

from licet.decide import Facts, decide
from licet.decide.policy import Policy
from licet.terms import ChoiceState, Code
from licet.testing.drawn_questions import under

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


def test_everything_in_place_is_permitted() -> None:
    told = decide(REQUEST, MEMBER, make_policy())
    assert told.permitted and told.code is Code.PERMITTED
    assert (told.rule, told.setting, told.choice) == ("share_posts", "sharing", ChoiceState.NEVER_ASKED)
    assert told.reason == "permitted by rule share_posts"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"purpose": "mind_reading"}, "purpose_unknown"),
        ({"category": "dreams"}, "category_unknown"),
        ({"category": "content.posts.songs"}, "category_unknown"),  # a branch that nobody declared
        ({"recipient": "stranger"}, "recipient_unknown"),
        ({"recipient": "partner"}, "no_rule"),
        ({"at": None}, "moment_unknown"),
        ({"at": datetime(2026, 1, 1)}, "moment_unknown"),  # noqa: DTZ001 - without a zone it is no moment
        ({"category": "profile"}, "no_rule"),
        ({"category": "content"}, "no_rule"),  # a rule about posts says nothing of content at large
        ({"purpose": "ad_sharing"}, "no_rule"),
        ({"at": datetime(2025, 11, 2, 23, 59, 59, 999999, tzinfo=UTC)}, "too_early"),
        ({"at": datetime(2025, 11, 3, tzinfo=UTC)}, "permitted"),  # 33 days after publication
        ({"at": datetime(2027, 1, 1, tzinfo=UTC) - MICROSECOND}, "permitted"),
        ({"at": datetime(2027, 1, 1, tzinfo=UTC)}, "too_late"),
        ({"visibility": None}, "visibility_unknown"),
        ({"visibility": "connections"}, "visibility_not_covered"),
        ({"visibility": "Public"}, "visibility_unknown"),
        ({"created": None}, "created_unknown"),
        ({"created": datetime(2020, 1, 1, tzinfo=UTC)}, "permitted"),
        ({"created": datetime(2020, 1, 1, tzinfo=UTC) - MICROSECOND}, "created_not_covered"),
        ({"created": datetime(2026, 1, 1, tzinfo=UTC)}, "created_not_covered"),
        ({"created": datetime(2026, 1, 1, tzinfo=UTC) - MICROSECOND}, "permitted"),
        ({"purpose": "acme_feed"}, "permitted"),  # a kind of recommendation
        ({"category": "content.posts.video"}, "permitted"),  # a part of posts
    ],
)
def test_the_question_decides(changed: dict[str, Any], code: str) -> None:
    assert decide(REQUEST._replace(**changed), MEMBER, make_policy()).code == code


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"region": None}, "region_unknown"),
        ({"region": "UK"}, "region_unknown"),
        ({"region": "de"}, "region_unknown"),
        ({"region": "CA"}, "region_unknown"),  # may or may not be Québec
        ({"region": "CA-QC"}, "permitted"),
        ({"region": "CA-ON"}, "region_not_covered"),
        ({"region": "US"}, "region_not_covered"),
        ({"region": "GB"}, "region_not_covered"),  # no longer in the EEA
        ({"region": "DE-BY"}, "permitted"),
        ({"age": None}, "age_unknown"),
        ({"age": -1}, "age_unknown"),
        ({"age": True}, "age_unknown"),
        ({"age": 17}, "under_age"),
        ({"age": 18}, "permitted"),
        ({"age": 99}, "permitted"),
        ({"age": 100}, "age_not_covered"),
        ({"plan": None}, "plan_unknown"),
        ({"plan": "gold"}, "plan_unknown"),
        ({"plan": "basic"}, "plan_not_covered"),
        ({"choices": {"sharing": ChoiceState.REFUSED}}, "refused"),
        ({"choices": {"sharing": ChoiceState.WITHDRAWN}}, "refused"),
        ({"choices": {"sharing": ChoiceState.NEVER_ASKED}}, "permitted"),
        ({"narrow": {"sharing": {"content": ChoiceState.REFUSED}}}, "refused"),
        ({"narrow": {"sharing": {"content.posts.video": ChoiceState.REFUSED}}}, "permitted"),
    ],
)
def test_the_member_decides(changed: dict[str, Any], code: str) -> None:
    assert decide(REQUEST, MEMBER._replace(**changed), make_policy()).code == code


def test_a_subject_nobody_knows_is_denied() -> None:
    assert decide(REQUEST, None, make_policy()).code is Code.SUBJECT_UNKNOWN


def test_private_messages_never_train_generative_ai() -> None:
    rule = PERMIT | {"purposes": ["generative_ai_training"], "categories": ["private_communication"]}
    asked = REQUEST._replace(purpose="generative_ai_training", category="private_communication.messages")
    told = decide(asked, MEMBER, make_policy(rule))
    assert told.code is Code.CLOSED_BY_VOCABULARY
    assert told.reason == "this kind of data is never used for this, under any policy"


def test_a_forbid_is_named() -> None:
    told = decide(
        REQUEST, MEMBER, make_policy(PERMIT, PERMIT | {"id": "not_here", "effect": "forbid", "setting": None})
    )
    assert (told.code, told.rule, told.reason) == (Code.FORBIDDEN, "not_here", "forbidden by rule not_here")


def test_a_forbid_that_cannot_be_evaluated_denies() -> None:
    forbid = {
        "id": "no_minors", "effect": "forbid", "purposes": ["recommendation"], "categories": ["content"],
        "maximum_age": 15,
    }  # fmt: skip
    policy = make_policy({**PERMIT, "minimum_age": None, "maximum_age": None}, forbid)
    assert decide(REQUEST, MEMBER._replace(age=16), policy).permitted
    assert decide(REQUEST, MEMBER._replace(age=15), policy).code is Code.FORBIDDEN
    told = decide(REQUEST, MEMBER._replace(age=None), policy)
    assert (told.code, told.rule) == (Code.AGE_UNKNOWN, "no_minors")


def test_off_by_default_waits_for_a_yes() -> None:
    policy = make_policy(settings={"sharing": make_setting("Share my data", "off")})
    told = decide(REQUEST, MEMBER, policy)
    assert told.code is Code.OFF_BY_DEFAULT
    assert told.reason == "“Share my data” is off unless the member switches it on"
    given = under(policy.pack, MEMBER._replace(choices={"sharing": ChoiceState.GIVEN}))
    assert decide(REQUEST, given, policy).permitted


def test_consent_is_asked_for_not_assumed() -> None:
    policy = make_policy(PERMIT | {"legal_basis": "eu-gdpr:A6-1-a"})
    assert decide(REQUEST, MEMBER, policy).code is Code.NOT_ASKED
    given = under(policy.pack, MEMBER._replace(choices={"sharing": ChoiceState.GIVEN}))
    assert decide(REQUEST, given, policy).permitted


def test_a_default_that_depends_on_an_unknown_fact_is_unknown() -> None:
    off_in_quebec = [{"state": "off", "regions": ["CA-QC"]}]
    policy = make_policy(
        PERMIT | {"regions": ["WORLD"]}, settings={"sharing": make_setting(exceptions=off_in_quebec)}
    )
    told = {
        region: decide(REQUEST, MEMBER._replace(region=region), policy).code
        for region in ("DE", "CA-QC", "CA")
    }
    assert told == {"DE": "permitted", "CA-QC": "off_by_default", "CA": "default_unknown"}


def test_when_exceptions_disagree_off_wins() -> None:
    exceptions = [{"state": "on", "regions": ["DE"]}, {"state": "off", "plans": ["free"]}]
    policy = make_policy(settings={"sharing": make_setting(state="off", exceptions=exceptions)})
    assert decide(REQUEST, MEMBER, policy).code is Code.OFF_BY_DEFAULT
    assert decide(REQUEST, MEMBER._replace(plan="premium"), policy).permitted


def test_a_privacy_signal_is_a_refusal_even_after_a_yes() -> None:
    policy = make_policy(settings={"sharing": make_setting(honours=["gpc"])})
    chose = MEMBER._replace(signals=frozenset({"gpc"}), choices={"sharing": ChoiceState.GIVEN})
    sends = under(policy.pack, chose)
    assert decide(REQUEST, sends, policy).code is Code.REFUSED
    assert decide(REQUEST, sends._replace(signals=frozenset({"other"})), policy).permitted


def test_membership_counts_on_the_day_of_the_use() -> None:
    rule = PERMIT | {"regions": ["EU"], "notice": "old", "created_from": None, "created_before": None}
    notice = {"title": "n", "published": "2013-01-01", "effective": "2013-01-01"}
    policy = make_policy(rule, notices={"old": notice})

    def told(region: str, year: int, month: int) -> bool:
        asked = REQUEST._replace(at=datetime(year, month, 1, tzinfo=UTC))
        return decide(asked, MEMBER._replace(region=region), policy).permitted

    assert told("GB", 2020, 1) and not told("GB", 2020, 2)
    assert not told("HR", 2013, 6) and told("HR", 2013, 7)


def test_the_furthest_failure_is_the_reason() -> None:
    """Of two permits, one for another region and one the member refused, the refusal is what stands between."""
    elsewhere = PERMIT | {"id": "a_elsewhere", "regions": ["US"], "setting": None}
    told = decide(
        REQUEST, MEMBER._replace(choices={"sharing": ChoiceState.REFUSED}), make_policy(elsewhere, PERMIT)
    )
    assert (told.code, told.rule, told.setting, told.choice) == (
        Code.REFUSED, "share_posts", "sharing", ChoiceState.REFUSED,
    )  # fmt: skip


def test_a_permit_without_regions_needs_a_known_one() -> None:
    policy = make_policy({**PERMIT, "regions": None})
    assert decide(REQUEST, MEMBER._replace(region="AQ"), policy).permitted
    assert decide(REQUEST, MEMBER._replace(region=None), policy).code is Code.REGION_UNKNOWN


def test_a_refusal_carried_from_an_earlier_pack_is_told_as_one() -> None:
    later = make_pack({**PERMIT, "setting": None}, settings={})
    refused = MEMBER._replace(choices={"sharing": ChoiceState.REFUSED})
    assert decide(REQUEST, refused, Policy(later)).permitted
    told = decide(REQUEST, refused, Policy(later, [make_pack()]))
    assert (told.code, told.setting, told.choice) == (Code.REFUSED, "sharing", ChoiceState.REFUSED)
    assert told.reason == "the member switched sharing off"


def test_answers_in_json_name_rule_setting_and_source() -> None:
    cite = {"source": "page", "quote": "We share your posts."}
    policy = make_policy(PERMIT | {"cite": cite})
    said = decide(REQUEST, MEMBER._replace(choices={"sharing": ChoiceState.WITHDRAWN}), policy).as_json()
    assert said == {
        "permitted": False,
        "code": "refused",
        "rule": "share_posts",
        "setting": "sharing",
        "choice": "withdrawn",
        "reason": "the member switched “Share my data” off",
        "would_change": {
            "sentence": "permitted if “Share my data” were on",
            "steps": [{"kind": "setting", "name": "sharing", "value": "on"}],
        },
        "source": {"source": "page", "quote": "We share your posts.", "status": "stated"},
        "pack": {"id": "acme", "version": "1"},
    }


def test_equal_questions_have_equal_answers() -> None:
    policy = make_policy()
    assert decide(REQUEST, MEMBER, policy) == decide(REQUEST._replace(at=AT), Facts(*MEMBER), policy)
    assert decide(REQUEST, MEMBER, policy) != decide(REQUEST._replace(at=AT + DAY), MEMBER, policy)
