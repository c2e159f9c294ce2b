"""The made-up network's pack: it quotes its notice, says that there is no such company, and keeps its noes apart."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from licet.decide import Decision, Facts, Policy, Request, decide
from licet.packs import open_pack
from licet.packs.pack_references import citations
from licet.policies.lint import lint
from licet.terms import ChoiceState, Code
from licet.testing.drawn_questions import under

PACK = open_pack("exemplum")
POLICY = Policy(PACK)
NOTICE = (Path(__file__).parents[3] / "docs" / "exemplum.md").read_text(encoding="utf-8")
NOW = datetime(2026, 6, 30, tzinfo=UTC)
AFFILIATE = "exemplum_media"


def ask(purpose: str, category: str, recipient: str = "self", **about: object) -> Decision:
    request = {key: about.pop(key) for key in ("visibility", "at") if key in about}
    facts = under(PACK, Facts(**{"region": "CA", "age": 40, "plan": "free", **about}))  # type: ignore[arg-type]
    return decide(Request(purpose, category, recipient, **{"at": NOW, **request}), facts, POLICY)  # type: ignore[arg-type]


def uses(**about: object) -> set[str]:
    """What a profile is used for."""
    return {
        use.purpose
        for use in PACK.uses()
        if ask(use.purpose, "profile.headline", use.recipient, **about).permitted
    }


def test_every_quotation_stands_in_its_notice() -> None:
    text = " ".join(NOTICE.replace("\n>", "\n").replace("**", "").split())
    quoted = list(citations(PACK))
    assert len(quoted) > 30
    for path, cite in quoted:
        assert " ".join(cite.quote.split()) in text, path


def test_it_says_that_there_is_no_such_company() -> None:
    assert "made-up" in PACK.title and "made up" in PACK.controller.name
    assert all("made up" in recipient.name for recipient in PACK.recipients.values())
    assert "There is no such company." in NOTICE


def test_the_lint_finds_nothing() -> None:
    assert lint(PACK, today=date(2026, 12, 1)) == []


@pytest.mark.parametrize(
    ("setting", "stopped"),
    [
        ("learning", {"generative_ai_training", "recommender_training"}),
        ("personalisation", {"recommendation"}),
        ("writing", {"ai_assistance"}),
        ("personal_ads", {"ad_targeting"}),
        ("sharing", {"ad_sharing"}),
    ],
)
def test_each_setting_is_a_no_of_its_own(setting: str, stopped: set[str]) -> None:
    everything = {use.purpose for use in PACK.uses()}
    assert uses() == everything and len(everything) == 6
    assert uses(choices={setting: ChoiceState.REFUSED}) == everything - stopped


def test_sharing_waits_for_a_yes_where_it_rests_on_consent() -> None:
    for region in ("DE", "NO", "CH", "GB"):
        assert ask("ad_sharing", "profile.headline", AFFILIATE, region=region).code is Code.NOT_ASKED
        given = {"sharing": ChoiceState.GIVEN}
        assert ask("ad_sharing", "profile.headline", AFFILIATE, region=region, choices=given).permitted
    assert ask("ad_sharing", "profile.headline", AFFILIATE, region="VN").code is Code.REGION_NOT_COVERED


def test_a_privacy_signal_switches_advertisements_off_and_nothing_else() -> None:
    for signal in ("gpc", "gpp", "tcf"):
        assert uses(signals=frozenset({signal})) == uses() - {"ad_targeting", "ad_sharing"}


def test_nobody_young_is_learnt_from_or_advertised_to() -> None:
    assert uses(age=17) == {"recommendation", "ai_assistance"} and uses(age=15) == set() == uses(age=None)


def test_learning_reads_what_is_public_and_recommending_all_that_is_ones_own() -> None:
    for visibility, learnt in (("public", True), ("connections", False)):
        for purpose in ("generative_ai_training", "recommender_training"):
            assert ask(purpose, "content.posts", visibility=visibility).permitted is learnt
        assert ask("recommendation", "content.posts", visibility=visibility).permitted


def test_nothing_applies_before_its_day() -> None:
    before = {"at": datetime(2025, 9, 30, 23, 59, tzinfo=UTC)}
    assert uses(**before) == set() and uses(at=datetime(2025, 10, 1, tzinfo=UTC)) == uses()


def test_it_says_how_long_is_kept_what_was_learnt_and_what_was_shared() -> None:
    told = {
        use.purpose: {rule.retention_days for rule in PACK.permits(*use) if rule.setting}
        for use in PACK.uses()
    }
    assert told == {
        "generative_ai_training": {365}, "recommender_training": {365}, "ad_sharing": {90},
        "recommendation": {None}, "ai_assistance": {None}, "ad_targeting": {None},
    }  # fmt: skip


def test_private_messages_are_used_for_nothing_whatever_anybody_says() -> None:
    yes = dict.fromkeys(PACK.settings, ChoiceState.GIVEN)
    for use in PACK.uses():
        for kind in ("private_communication", "private_communication.messages"):
            told = ask(use.purpose, kind, use.recipient, choices=yes, visibility="public")
            assert told.code in (Code.FORBIDDEN, Code.CLOSED_BY_VOCABULARY)


def test_other_kinds_are_used_for_nothing() -> None:
    kinds = ("contact.email", "payment", "ai_conversation", "group_communication.messages", "demographic.age")
    assert not any(
        ask(use.purpose, kind, use.recipient, visibility="public").permitted
        for use in PACK.uses()
        for kind in kinds
    )


def test_rules_about_nobody_ask_nothing_about_a_person() -> None:
    for rule in PACK.rules:
        if any(kind.startswith("organisation") for kind in rule.categories):
            asked = (rule.regions, rule.minimum_age, rule.maximum_age, rule.plans, rule.setting)
            assert asked == (None,) * 5
