"""LinkedIn's own notice in the pack `linkedin_official`: its rows, its exclusions, and where it is not the article."""

from __future__ import annotations

from datetime import date

import pytest

from licet.packs import Pack, Rule, open_pack
from licet.packs.model import State, Status
from licet.terms import SELF
from licet.terms.regions import COUNTRIES, members_of
from licet.terms.vocabulary import ancestors

DAY = date(2025, 11, 4)
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
    ]
    assert {rule.setting for rule in found} == {AI}
    covered = {place for rule in found for place in pack.places(rule.regions or (), DAY)}
    assert covered == members_of("EEA", DAY) | {"CH", "GB", "CA", "HK"}


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
        assert found and all(rule.setting is None for rule in found)
    assert pack.purpose_line("hiring_assistance") == ("hiring_assistance", "ai_assistance")
    assert rules(pack, "permit", "ai_assistance", "job_seeking.resumes") == []
    assert rules(pack, "permit", "hiring_assistance", "job_seeking.resumes")


def test_improving_products_is_stopped_by_a_form_and_not_by_the_toggle(pack: Pack) -> None:
    assert pack.settings[OBJECTION].kind == "form"
    for purpose in ("product_improvement", "recommender_training"):
        (rule,) = rules(pack, "permit", purpose, "group_communication.messages")
        assert rule.setting == OBJECTION
    assert rule.cite is not None and rule.cite.status is Status.UNVERIFIED


def test_only_in_the_united_kingdom_microsoft_trains_its_own_ai(pack: Pack) -> None:
    (rule,) = rules(pack, "permit", "generative_ai_training", "content.posts", "microsoft")
    assert rule.regions == ("GB",) and rule.setting == AI
    assert rules(pack, "permit", "generative_ai_training", "organisation.courses", "microsoft") == [rule]
    assert rules(pack, "permit", "generative_ai_training", "profile.skills", "microsoft") == []


def test_sharing_for_ads_is_everywhere_but_where_the_notice_applies(pack: Pack) -> None:
    (permit,) = rules(pack, "permit", "ad_sharing", "profile.skills", "microsoft")
    (forbid,) = rules(pack, "forbid", "ad_sharing", "profile.skills", "microsoft")
    assert permit.regions == ("WORLD",) and permit.setting == ADS and forbid.regions is not None
    left = COUNTRIES - pack.places(forbid.regions, DAY)
    assert {"US", "CA", "HK"} <= left and not left & (members_of("EEA", DAY) | {"CH", "GB"})
    for category in permit.categories:
        for purpose in permit.purposes:
            assert rules(pack, "forbid", purpose, category, "microsoft") == [forbid]


def test_only_canada_and_hong_kong_get_both_uses(pack: Pack) -> None:
    training = pack.places(("notice_regions", "CA", "HK"), DAY)
    sharing = COUNTRIES - pack.places(("notice_regions",), DAY)
    assert training & sharing == {"CA", "HK"}


def test_the_global_privacy_control_and_an_older_setting_stop_the_sharing(pack: Pack) -> None:
    setting = pack.settings[ADS]
    assert setting.honours == ("gpc",) and setting.replaces == ("ads_outside_of_linkedin",)


def test_training_waits_for_its_announced_day_and_the_rest_for_the_notice(pack: Pack) -> None:
    days = {rule.id: pack.applies_from(rule) for rule in pack.rules}
    assert str(days["train_generative_ai"]) == "2025-11-03 00:00:00+00:00"
    assert str(days["personalise"]) == "2025-11-04 00:00:00+00:00"


def test_the_toggle_is_on_by_default_and_does_not_reach_back(pack: Pack) -> None:
    assert pack.settings[AI].default.state is State.ON and pack.settings[AI].retroactive is False
    assert "training that has already taken place" in pack.settings[AI].unchanged
    assert (pack.settings[AI].deep_link or "").endswith("/mypreferences/d/settings/data-for-ai-improvement")


def test_every_rule_cites_and_rows_of_the_notice_rest_on_legitimate_interest(pack: Pack) -> None:
    for rule in pack.rules:
        assert rule.cite is not None
        official = pack.sources[rule.cite.source].kind == "official"
        if rule.effect == "permit":
            assert (rule.legal_basis == "eu-gdpr:A6-1-f") is official
