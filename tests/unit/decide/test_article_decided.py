"""The article's sentences, asked of `decide` under `linkedin_as_reported`: what a member in fact gets.

docs/article.md lists the sentences beside the rules; here each is a question about somebody.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from licet.decide import Facts, Policy, Request, decide
from licet.packs import open_pack
from licet.terms import ChoiceState, Code
from licet.terms.regions import COUNTRIES, members_of

AI, ADS = "data_for_generative_ai_improvement", "share_data_with_affiliates_and_partners"
DAY = datetime(2025, 11, 3, tzinfo=UTC)
MEMBER = Facts("DE", 40)
AI_OFF = Facts("DE", 40, choices={AI: ChoiceState.REFUSED})
ADS_OFF = Facts("DE", 40, choices={ADS: ChoiceState.REFUSED})
POLICY = Policy(open_pack("linkedin_as_reported"))

PROFILE, POST, COMMENT = "profile.work_history", "content.posts", "content.comments"
MESSAGE, FROM_AFFILIATES = "private_communication.messages", "advertising.affiliate_data"

#: sentence, purpose, kind of data, recipient, visibility, who, answer
ANSWERS = [
    ("train on profiles", "generative_ai_training", PROFILE, "self", None, MEMBER, Code.PERMITTED),
    ("train on public posts", "generative_ai_training", POST, "self", "public", MEMBER, Code.PERMITTED),
    (
        "not on others",
        "generative_ai_training",
        POST,
        "self",
        "connections",
        MEMBER,
        Code.VISIBILITY_NOT_COVERED,
    ),
    ("not on unknown", "generative_ai_training", POST, "self", None, MEMBER, Code.VISIBILITY_UNKNOWN),
    ("comments not named", "generative_ai_training", COMMENT, "self", "public", MEMBER, Code.NO_RULE),
    (
        "messages never",
        "generative_ai_training",
        MESSAGE,
        "self",
        "public",
        MEMBER,
        Code.CLOSED_BY_VOCABULARY,
    ),
    ("messages never train", "recommender_training", MESSAGE, "self", "public", MEMBER, Code.FORBIDDEN),
    ("toggle stops training", "generative_ai_training", PROFILE, "self", None, AI_OFF, Code.REFUSED),
    ("toggle stops learning", "recommender_training", POST, "self", "public", AI_OFF, Code.REFUSED),
    ("not recommending", "recommendation", PROFILE, "self", None, AI_OFF, Code.PERMITTED),
    ("not assistance", "ai_assistance", POST, "self", "public", AI_OFF, Code.PERMITTED),
    ("share with Microsoft", "ad_sharing", PROFILE, "microsoft", None, MEMBER, Code.PERMITTED),
    ("ads by Microsoft", "ad_targeting", POST, "microsoft", "public", MEMBER, Code.PERMITTED),
    ("ads from affiliates", "ad_targeting", FROM_AFFILIATES, "self", None, MEMBER, Code.PERMITTED),
    ("toggle stops sharing", "ad_sharing", PROFILE, "microsoft", None, ADS_OFF, Code.REFUSED),
    ("toggle stops targeting", "ad_targeting", POST, "microsoft", "public", ADS_OFF, Code.REFUSED),
    ("toggle stops affiliates", "ad_targeting", FROM_AFFILIATES, "self", None, ADS_OFF, Code.REFUSED),
    ("AI toggle is not the ads one", "ad_sharing", PROFILE, "microsoft", None, AI_OFF, Code.PERMITTED),
    (
        "ads toggle is not the AI one",
        "generative_ai_training",
        PROFILE,
        "self",
        None,
        ADS_OFF,
        Code.PERMITTED,
    ),
    ("Microsoft trains nothing", "generative_ai_training", PROFILE, "microsoft", None, MEMBER, Code.NO_RULE),
    (
        "contact details unnamed",
        "generative_ai_training",
        "contact.email",
        "self",
        None,
        MEMBER,
        Code.NO_RULE,
    ),
]


@pytest.mark.parametrize(("purpose", "category", "recipient", "visibility", "who", "code"), [
    pytest.param(*row[1:], id=row[0].replace(" ", "_")) for row in ANSWERS
])  # fmt: skip
def test_the_article_as_a_member_meets_it(
    purpose: str, category: str, recipient: str, visibility: str | None, who: Facts, code: Code
) -> None:
    answer = decide(Request(purpose, category, recipient, DAY, visibility), who, POLICY)
    assert answer.code is code
    assert answer.permitted is (code is Code.PERMITTED)


def test_nothing_is_permitted_a_moment_before_the_day() -> None:
    for _, purpose, category, recipient, visibility, _, _ in ANSWERS:
        before = DAY - timedelta(microseconds=1)
        answer = decide(Request(purpose, category, recipient, before, visibility), MEMBER, POLICY)
        assert answer.code in (Code.TOO_EARLY, Code.CLOSED_BY_VOCABULARY)


def test_only_the_articles_regions_are_affected() -> None:
    affected = members_of("EEA", DAY.date()) | {"CA", "HK", "CH"}
    request = Request("generative_ai_training", PROFILE, "self", DAY)
    permitted = {code for code in COUNTRIES if decide(request, Facts(code), POLICY).permitted}
    assert permitted == affected
    assert decide(request, Facts("CA-QC"), POLICY).permitted
    assert decide(request, Facts(None), POLICY).code is Code.REGION_UNKNOWN


def test_no_choice_lifts_the_exclusion_of_private_messages() -> None:
    given = {AI: ChoiceState.GIVEN, ADS: ChoiceState.GIVEN}
    everything_on = Facts("DE", 40, choices=given, bound=dict.fromkeys(given, POLICY.pack.digest))
    for purpose in ("generative_ai_training", "recommender_training"):
        for recipient in ("self", "microsoft"):
            answer = decide(Request(purpose, MESSAGE, recipient, DAY, "public"), everything_on, POLICY)
            assert not answer.permitted and answer.would_change is None
