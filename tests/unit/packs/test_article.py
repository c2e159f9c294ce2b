"""The article, sentence by sentence, in the pack `linkedin_as_reported`. docs/article.md lists these tests.

Each test is named after what the article tells its readers, and asks the pack alone; what a member then gets is
asked of `decide`.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from licet.packs import Pack, Rule, Setting, open_pack
from licet.packs.model import Notice, State, Status
from licet.packs.pack_references import citations
from licet.terms import SELF
from licet.terms.regions import COUNTRIES, members_of
from licet.terms.vocabulary import CATEGORIES, ancestors

DAY = date(2025, 11, 3)
AI, ADS = "data_for_generative_ai_improvement", "share_data_with_affiliates_and_partners"
#: The article as text, where it is at hand.
ARTICLE = Path(
    os.environ.get("LICET_ARTICLE", Path(__file__).parents[4] / "shared" / "facts" / "the-article.txt")
)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return open_pack("linkedin_as_reported")


def permits(pack: Pack, purpose: str, category: str, recipient: str = SELF) -> list[Rule]:
    """The permits that speak of this question, conditions aside."""
    return [
        rule
        for rule in pack.rules
        if rule.effect == "permit"
        and purpose in rule.purposes
        and recipient in rule.recipients
        and set(ancestors(category)) & set(rule.categories)
    ]


def test_starting_november_3_2025(pack: Pack) -> None:
    assert pack.in_force_from == datetime(2025, 11, 3, tzinfo=UTC)
    for rule in pack.rules:
        if rule.effect == "permit":
            assert pack.applies_from(rule) == pack.in_force_from
    assert pack.notices["announcement"].published == date(2025, 9, 20)


def test_collect_profile_details_for_training_generative_ai_models(pack: Pack) -> None:
    (rule,) = permits(pack, "generative_ai_training", "profile.work_history")
    assert rule.setting == AI and rule.visibility is None
    for category in (word for word in CATEGORIES if word.startswith("profile.")):
        assert permits(pack, "generative_ai_training", category) == [rule]


def test_contact_details_are_no_profile_details(pack: Pack) -> None:
    for category in (
        "contact.email",
        "contact.phone",
        "contact.address",
        "demographic.age",
        "job_seeking.salary",
    ):
        assert permits(pack, "generative_ai_training", category) == []


def test_collect_public_posts_for_training_generative_ai_models(pack: Pack) -> None:
    (rule,) = permits(pack, "generative_ai_training", "content.posts")
    assert rule.visibility == ("public",) and rule.setting == AI


def test_comments_and_articles_are_named_nowhere_and_silence_is_no(pack: Pack) -> None:
    for category in (
        "content.comments",
        "content.articles",
        "group_communication.messages",
        "ai_conversation",
    ):
        for purpose in pack.purposes:
            for recipient in (SELF, *pack.recipients):
                assert permits(pack, purpose, category, recipient) == []


def test_use_the_data_to_enhance_ai_features(pack: Pack) -> None:
    for category in ("profile.skills", "content.posts"):
        (rule,) = permits(pack, "recommender_training", category)
        assert rule.setting == AI


def test_smarter_job_recommendations_and_networking_tools_have_no_toggle(pack: Pack) -> None:
    for purpose in ("recommendation", "ai_assistance"):
        for category in ("profile.skills", "content.posts"):
            (rule,) = permits(pack, purpose, category)
            assert rule.setting is None


def test_share_some_user_data_with_microsoft_and_its_affiliates_for_personalized_ad_targeting(
    pack: Pack,
) -> None:
    assert pack.recipients["microsoft"].kind == "affiliate"
    for purpose in ("ad_sharing", "ad_targeting"):
        for category in ("profile.skills", "content.posts"):
            (rule,) = permits(pack, purpose, category, "microsoft")
            assert rule.setting == ADS
        for category in ("activity", "contact.email", "connections", "private_communication"):
            assert permits(pack, purpose, category, "microsoft") == []


def test_off_linkedin_data_from_affiliates_is_under_the_same_toggle_and_marked_unverified(pack: Pack) -> None:
    (rule,) = permits(pack, "ad_targeting", "advertising.affiliate_data")
    assert rule.setting == ADS and rule.cite is not None and rule.cite.status is Status.UNVERIFIED


def test_exclude_private_messages_from_ai_training(pack: Pack) -> None:
    rule = pack.rules_by_id["private_messages_never_train"]
    assert rule.effect == "forbid"
    assert {"generative_ai_training", "recommender_training"} <= set(rule.purposes)
    assert rule.categories == ("private_communication",) and set(rule.recipients) == {SELF, *pack.recipients}


def test_nothing_lifts_the_exclusion_of_private_messages(pack: Pack) -> None:
    rule = pack.rules_by_id["private_messages_never_train"]
    conditions = set(Rule.model_fields) - {
        "id",
        "effect",
        "purposes",
        "categories",
        "recipients",
        "cite",
        "no_opt_out",
    }
    assert all(getattr(rule, condition) is None for condition in conditions)
    for purpose in pack.purposes:
        for recipient in (SELF, *pack.recipients):
            assert permits(pack, purpose, "private_communication.messages", recipient) == []


def test_this_update_affects_users_in_the_eu_the_eea_canada_hong_kong_and_switzerland(pack: Pack) -> None:
    expected = members_of("EU", DAY) | members_of("EEA", DAY) | {"CA", "HK", "CH"}
    assert len(expected) == 33
    for rule in pack.rules:
        if rule.effect == "permit":
            assert rule.regions is not None and pack.places(rule.regions, DAY) == expected
    assert {"GB", "US"} <= COUNTRIES - expected


def test_the_eu_lies_inside_the_eea_so_the_group_names_it_once(pack: Pack) -> None:
    assert members_of("EU", DAY) < members_of("EEA", DAY)
    assert pack.region_groups["affected"].include == ("EEA", "CA", "HK", "CH")


def test_how_to_stop_linkedin_ai_training(pack: Pack) -> None:
    setting = pack.settings[AI]
    assert (setting.kind, setting.label) == ("toggle", "Data for Generative AI Improvement")
    assert setting.path == (
        "Settings & Privacy", "Data Privacy", "How LinkedIn uses your data", "Data for Generative AI Improvement",
    )  # fmt: skip
    assert setting.default.state is State.ON
    assert {purpose for rule in pack.rules if rule.setting == AI for purpose in rule.purposes} == {
        "generative_ai_training", "recommender_training",
    }  # fmt: skip


def test_how_to_stop_targeted_ads_with_microsoft(pack: Pack) -> None:
    setting = pack.settings[ADS]
    assert (setting.kind, setting.label) == ("toggle", "Share data with affiliates and partners")
    assert setting.path == (
        "Settings & Privacy", "Advertising Data", "Off LinkedIn data", "Share data with affiliates and partners",
    )  # fmt: skip
    assert {purpose for rule in pack.rules if rule.setting == ADS for purpose in rule.purposes} == {
        "ad_sharing", "ad_targeting",
    }  # fmt: skip


def test_this_ensures_your_profile_data_is_not_used_for_ai_training_or_ad_targeting(pack: Pack) -> None:
    governed = ("generative_ai_training", "recommender_training", "ad_sharing", "ad_targeting")
    for rule in pack.rules:
        if rule.effect == "permit" and set(rule.purposes) & set(governed):
            assert rule.setting in (AI, ADS)


def test_you_may_still_see_ads_but_they_will_not_be_as_personalized(pack: Pack) -> None:
    setting = pack.settings[ADS]
    assert setting.side_effects == ("advertisements are less personalised",)
    assert "advertisements still appear" in setting.unchanged


def test_ai_based_recommendations_may_also_be_less_refined(pack: Pack) -> None:
    assert pack.settings[AI].side_effects == ("recommendations by AI may be less refined",)
    assert permits(pack, "recommendation", "profile.skills")[0].setting is None


def test_opting_out_does_not_affect_the_experience_significantly(pack: Pack) -> None:
    for setting in pack.settings.values():
        assert "the rest of the LinkedIn experience" in setting.unchanged and len(setting.side_effects) == 1


def test_lack_of_clarity_on_long_term_data_usage_and_storage_stays_on_record(pack: Pack) -> None:
    assert pack.description is not None
    assert "Lack of clarity on long-term data usage and storage." in pack.description


def test_every_rule_setting_and_notice_cites_what_it_rests_on(pack: Pack) -> None:
    parts: list[Rule | Setting | Notice] = [*pack.rules, *pack.settings.values(), *pack.notices.values()]
    assert [part for part in parts if part.cite is None] == []


@pytest.mark.skipif(not ARTICLE.is_file(), reason="set LICET_ARTICLE to the article's text")
def test_every_quotation_is_in_the_article(pack: Pack) -> None:
    text = " ".join(ARTICLE.read_text(encoding="utf-8").split())
    quotes = [cite.quote for _, cite in citations(pack) if cite.source == "article"]
    assert len(quotes) > 20
    assert [quote for quote in quotes if " ".join(quote.split()) not in text] == []


def test_the_comparison_quotes_what_the_packs_cite() -> None:
    page = (Path(__file__).parents[3] / "docs" / "article.md").read_text(encoding="utf-8")
    quoted = re.findall(r"“((?:(?!” \(`).)*)” \(`(\w+)`\)", page)
    assert {name for _, name in quoted} == {
        "linkedin_official", "meta_ai", "google_gemini", "gmail_smart_features", "openai_chatgpt", "openai_jobs",
    }  # fmt: skip
    for quote, name in quoted:
        assert quote in {cite.quote for _, cite in citations(open_pack(name))}, (name, quote)
    disputed = [line for line in page.splitlines() if "**Disputed**" in line]
    for name in ("meta_ai", "gmail_smart_features"):
        told = {c.quote for _, c in citations(open_pack(name)) if c.status is Status.DISPUTED}
        assert any(quote in line for line in disputed for quote in told)
