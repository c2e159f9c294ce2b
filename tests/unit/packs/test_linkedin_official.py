"""LinkedIn's own texts in the pack `linkedin_official`: rows, versions, regions, and where they are not the article."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from licet.decide import Facts, Policy, Request, decide
from licet.packs import Pack, Rule, open_pack
from licet.packs.model import Aspect, State, Status
from licet.terms import SELF, ChoiceState, Code
from licet.terms.regions import COUNTRIES, members_of
from licet.terms.vocabulary import ancestors

DAY = date(2025, 11, 3)
AI, ADS = "data_for_generative_ai_improvement", "share_data_with_affiliates_and_partners"
OBJECTION = "objection_to_product_improvement"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return open_pack("linkedin_official")


def rules(pack: Pack, effect: str, purpose: str, category: str, recipient: str = SELF) -> list[Rule]:
    return [
        rule
        for rule in pack.rules
        if rule.effect == effect
        and set(pack.purpose_line(purpose)) & set(rule.purposes)
        and recipient in rule.recipients
        and set(ancestors(category)) & set(rule.categories)
    ]


@pytest.fixture(scope="module")
def policy(pack: Pack) -> Policy:
    return Policy(pack)


def code(policy: Policy, at: str, region: str, purpose: str, category: str, **about: object) -> Code:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    recipient = str(about.pop("recipient", SELF))
    asked = Request(purpose, category, recipient, moment, "public", moment)
    return decide(asked, Facts(region, **{"age": 40, **about}), policy).code  # type: ignore[arg-type]


#: Days before and after each version, and what AI training with somebody's posts is on them, by region.
TRAINING = {
    "2024-09-17": {"DE": "not_read", "CH": "not_read", "GB": "not_read", "US": "not_read", "CA": "not_read"},
    "2024-09-18": {
        "DE": "not_read",
        "CH": "not_read",
        "GB": "not_read",
        "US": "permitted",
        "CA": "region_not_covered",
    },
    "2025-02-26": {"DE": "not_read", "US": "permitted", "HK": "region_not_covered"},
    "2025-02-27": {
        "DE": "region_not_covered",
        "CH": "region_not_covered",
        "GB": "region_not_covered",
        "US": "permitted",
    },
    "2025-11-02": {
        "DE": "region_not_covered",
        "GB": "region_not_covered",
        "CA": "region_not_covered",
        "HK": "region_not_covered",
        "US": "permitted",
    },
    "2025-11-03": dict.fromkeys(("DE", "CH", "GB", "CA", "HK", "US"), "permitted"),
    "2026-08-20": dict.fromkeys(("DE", "CH", "GB", "CA", "HK", "US"), "permitted"),
    "2026-08-21": dict.fromkeys(("DE", "CH", "GB", "CA", "HK", "US"), "permitted"),
}


@pytest.mark.parametrize("at", TRAINING)
def test_training_is_answered_by_the_version_in_force_that_day(policy: Policy, at: str) -> None:
    found = {
        place: code(policy, at, place, "generative_ai_training", "content.posts") for place in TRAINING[at]
    }
    assert found == {place: Code(word) for place, word in TRAINING[at].items()}


def test_identity_documents_came_with_the_last_version_and_serve_neither_training_nor_ads(
    policy: Policy, pack: Pack
) -> None:
    for purpose in ("generative_ai_training", "recommender_training"):
        assert code(policy, "2026-08-20", "FR", purpose, "identity") is Code.NO_RULE
        assert code(policy, "2026-08-21", "FR", purpose, "identity") is Code.FORBIDDEN
    written = Policy(pack, as_written=True)
    assert code(written, "2026-08-20", "FR", "ad_targeting", "identity") is Code.NO_RULE
    assert code(written, "2026-08-21", "FR", "ad_targeting", "identity") is Code.FORBIDDEN
    assert code(policy, "2026-08-21", "FR", "ad_targeting", "identity") is Code.CLOSED_BY_VOCABULARY
    ages = [one for one in pack.versions["2026-08-21"].changes if one.about is Aspect.AGES]
    assert len(ages) == 2 and "minimum age" in ages[0].says


def test_public_content_went_to_microsoft_from_the_uk_until_the_policy_followed_the_notice(
    policy: Policy,
) -> None:
    def shared(at: str, region: str) -> Code:
        return code(policy, at, region, "product_improvement", "content.posts", recipient="microsoft")

    assert [shared(day, "GB") for day in ("2025-02-26", "2025-02-27", "2025-11-02", "2025-11-03")] == [
        Code.NOT_READ, Code.PERMITTED, Code.PERMITTED, Code.REGION_NOT_COVERED,
    ]  # fmt: skip
    assert shared("2024-09-18", "US") is shared("2025-11-03", "US") is Code.PERMITTED
    assert shared("2025-11-02", "DE") is Code.REGION_NOT_COVERED


def test_a_no_holds_also_where_nobody_has_read_what_applies(policy: Policy) -> None:
    said = {"choices": {AI: ChoiceState.REFUSED}, "bound": {}}
    assert code(policy, "2025-12-01", "DE", "generative_ai_training", "content.posts", **said) is Code.REFUSED


@pytest.mark.parametrize(
    "category",
    [
        "profile.work_history",
        "content.comments",
        "content.articles",
        "content.poll_responses",
        "group_communication.messages",
        "ai_conversation",
        "job_seeking.screening_answers",
        "job_seeking.resumes",
    ],
)
def test_the_training_row_holds_more_than_the_article_says(pack: Pack, category: str) -> None:
    found = rules(pack, "permit", "generative_ai_training", category)
    assert [rule.id for rule in found] == [
        "train_generative_ai",
        "train_generative_ai_in_canada_and_hong_kong",
        "train_generative_ai_elsewhere",
    ]
    assert {rule.setting for rule in found} == {AI}
    announced = [rule for rule in found if rule.notice == "announcement"]
    covered = {place for rule in announced for place in pack.places(rule.regions or (), DAY)}
    assert covered == members_of("EEA", DAY) | {"CH", "GB", "CA", "HK"}
    for rule in found:
        assert (rule.legal_basis is None) == (rule is not found[0]), "the policy names none outside Europe"


def test_what_the_training_row_does_not_name_is_silent(pack: Pack) -> None:
    for category in (
        "profile.headline",
        "profile.languages",
        "connections",
        "activity.searches",
        "contact.email",
    ):
        assert rules(pack, "permit", "generative_ai_training", category) == []


@pytest.mark.parametrize(
    "category",
    ["private_communication.messages", "security.credentials", "payment.methods", "job_seeking.salary",
     "job_seeking.applications"],
)  # fmt: skip
@pytest.mark.parametrize("recipient", [SELF, "microsoft"])
def test_the_exclusions_are_forbids_without_conditions(pack: Pack, category: str, recipient: str) -> None:
    forbids = rules(pack, "forbid", "generative_ai_training", category, recipient)
    unconditional = [rule for rule in forbids if rule.maximum_age is None]
    assert len(unconditional) == 1
    assert unconditional[0].regions is None and pack.applies_from(unconditional[0]) is None


def test_minors_are_kept_out_of_everything_that_trains(pack: Pack) -> None:
    rule = pack.rules_by_id["minors_never_train"]
    assert rule.maximum_age == 17
    for permit in pack.rules:
        if permit.effect == "permit" and "generative_ai_training" in permit.purposes:
            assert set(permit.recipients) <= set(rule.recipients)
            for category in permit.categories:
                assert set(ancestors(category)) & set(rule.categories), category


def test_recommendations_and_assistance_are_rows_of_their_own_without_the_toggle(pack: Pack) -> None:
    for purpose in ("recommendation", "personalisation", "ai_assistance", "hiring_assistance"):
        found = rules(pack, "permit", purpose, "profile.skills")
        assert found and {rule.setting for rule in found} <= {None, "consent_to_ai_tools"}
    assert pack.purpose_line("hiring_assistance") == ("hiring_assistance", "ai_assistance")
    asked = rules(pack, "permit", "recommendation", "job_seeking.resumes")
    assert [rule.id for rule in asked if rule.setting is not None] == ["discover_jobs_by_consent"]


def test_improving_products_is_stopped_by_a_form_and_not_by_the_toggle(pack: Pack) -> None:
    assert pack.settings[OBJECTION].kind == "form"
    for purpose in ("product_improvement", "recommender_training"):
        europe, elsewhere = rules(pack, "permit", purpose, "group_communication.messages")
        assert europe.setting == OBJECTION and elsewhere.setting is None
    assert europe.cite is not None and europe.cite.status is Status.UNVERIFIED


def test_only_in_the_united_kingdom_microsoft_trains_its_own_ai(pack: Pack) -> None:
    (rule,) = rules(pack, "permit", "generative_ai_training", "content.posts", "microsoft")
    assert rule.regions == ("GB",) and rule.setting == AI
    assert rules(pack, "permit", "generative_ai_training", "organisation.courses", "microsoft") == [rule]
    assert rules(pack, "permit", "generative_ai_training", "profile.skills", "microsoft") == []


def test_sharing_for_ads_is_everywhere_but_where_the_notice_applies(pack: Pack) -> None:
    (permit,) = rules(pack, "permit", "ad_sharing", "profile.skills", "microsoft")
    (forbid,) = rules(pack, "forbid", "ad_sharing", "profile.skills", "microsoft")
    assert permit.setting == ADS and permit.regions is not None and forbid.regions is not None
    assert forbid.cite is not None and forbid.cite.status is Status.UNVERIFIED
    given, left = pack.places(permit.regions, DAY), COUNTRIES - pack.places(forbid.regions, DAY)
    assert {"US", "CA", "HK", "CN", "BR"} <= given <= left
    assert not left & (members_of("EEA", DAY) | {"CH", "GB"})
    for category in permit.categories:
        for purpose in permit.purposes:
            assert rules(pack, "forbid", purpose, category, "microsoft") == [forbid]


def test_outside_europe_members_get_both_uses_and_in_europe_only_the_training(policy: Policy) -> None:
    for place in ("US", "CA", "HK", "BR"):
        assert code(policy, "2025-11-03", place, "generative_ai_training", "profile.skills") is Code.PERMITTED
        assert (
            code(policy, "2025-11-03", place, "ad_sharing", "profile.skills", recipient="microsoft")
            is Code.PERMITTED
        )
    for place in ("DE", "CH", "GB"):
        assert code(policy, "2025-11-03", place, "generative_ai_training", "profile.skills") is Code.PERMITTED
        assert (
            code(policy, "2025-11-03", place, "ad_sharing", "profile.skills", recipient="microsoft")
            is Code.FORBIDDEN
        )


def test_hashes_of_addresses_go_to_microsoft_by_a_reading_of_the_clause_and_no_address_does(
    policy: Policy, pack: Pack
) -> None:
    def shared(place: str, category: str, day: str = "2026-11-30") -> Code:
        return code(policy, day, place, "ad_sharing", category, recipient="microsoft")

    assert shared("US", "contact.email.hashed") is Code.PERMITTED
    assert shared("US", "contact.email.hashed", "2025-11-02") is not Code.PERMITTED
    assert [shared(place, "contact.email.hashed") for place in ("DE", "CH", "GB")] == [
        Code.REGION_NOT_COVERED
    ] * 3
    assert shared("US", "contact.email") is shared("US", "contact") is Code.NO_RULE
    (permit,) = rules(pack, "permit", "ad_sharing", "contact.email.hashed", "microsoft")
    assert permit.setting == ADS and permit.cite is not None and permit.cite.status is Status.UNVERIFIED


def test_linkedins_own_ads_rest_on_consent_for_what_it_observes_and_on_interest_for_the_profile(
    policy: Policy,
) -> None:
    def ads(region: str, category: str) -> Code:
        return code(policy, "2026-11-30", region, "ad_targeting", category)

    assert [ads(place, "profile.skills") for place in ("DE", "CH", "GB", "US")] == [Code.PERMITTED] * 4
    assert [ads(place, "activity.searches") for place in ("DE", "CH", "GB", "US")] == [
        Code.NOT_ASKED, Code.NOT_ASKED, Code.PERMITTED, Code.PERMITTED,
    ]  # fmt: skip
    assert [ads(place, "advertising.partner_data") for place in ("DE", "GB", "US")] == [
        Code.NOT_ASKED, Code.NOT_ASKED, Code.PERMITTED,
    ]  # fmt: skip


def test_the_global_privacy_control_and_an_older_setting_stop_the_sharing(pack: Pack) -> None:
    setting = pack.settings[ADS]
    assert setting.honours == ("gpc",) and setting.replaces == ("ads_outside_of_linkedin",)


def test_training_waits_for_its_announced_day_and_the_rest_for_the_notice(pack: Pack) -> None:
    days = {rule.id: pack.applies_from(rule) for rule in pack.rules}
    assert str(days["train_generative_ai"]) == "2025-11-03 00:00:00+00:00"
    assert str(days["train_generative_ai_elsewhere"]) == "2024-09-18 00:00:00+00:00"
    assert str(days["personalise"]) == "2025-02-27 00:00:00+00:00"


def test_the_toggle_is_on_by_default_and_does_not_reach_back(pack: Pack) -> None:
    assert pack.settings[AI].default.state is State.ON and pack.settings[AI].retroactive is False
    assert "training that has already taken place" in pack.settings[AI].unchanged
    assert (pack.settings[AI].deep_link or "").endswith("/mypreferences/d/settings/data-for-ai-improvement")


def test_every_rule_cites_and_only_rows_of_the_notice_have_a_legal_basis(pack: Pack) -> None:
    for rule in pack.rules:
        assert rule.cite is not None
        is_row = rule.cite.source.startswith("notice")
        if rule.effect == "permit":
            assert (rule.legal_basis in ("eu-gdpr:A6-1-f", "eu-gdpr:A6-1-a")) is is_row, rule.id


def test_whether_people_under_18_train_is_disputed_and_is_a_no(pack: Pack, policy: Policy) -> None:
    sides = [one.cite.status for one in pack.statements.values() if one.rules == ("minors_never_train",)]
    assert sides == [Status.DISPUTED, Status.DISPUTED]
    for place in ("DE", "US"):
        assert (
            code(policy, "2026-11-30", place, "generative_ai_training", "content.posts", age=17)
            is Code.FORBIDDEN
        )


def test_each_version_opens_as_the_pack_was_that_day() -> None:
    names = [*open_pack("linkedin_official").versions]
    assert names == ["2024-09-18", "2025-02-27", "2025-11-03", "2026-08-21"]
    opened = {name: open_pack(f"linkedin_official@{name}") for name in names}
    trains = [name for name in names if "train_generative_ai" in opened[name].rules_by_id]
    assert trains == ["2025-11-03", "2026-08-21"]
    added = set(opened["2026-08-21"].rules_by_id) - set(opened["2025-11-03"].rules_by_id)
    assert added == {"identity_never_trains_or_advertises"}
    assert len({pack.digest for pack in opened.values()}) == len(names)
