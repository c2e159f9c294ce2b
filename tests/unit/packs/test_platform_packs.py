"""The packs of the other platforms: every quotation stands in docs/platforms.md, and they decide what it says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from licet.decide import Decision, Facts, Policy, Request, decide
from licet.packs import Pack, PackErrors, open_pack, parse_pack, shipped
from licet.packs.model import NEVER, Status, Topic
from licet.packs.pack_references import citations
from licet.policies.lint import Severity, lint
from licet.terms import ChoiceState, Code
from licet.testing.drawn_questions import under
from unit.packs.pack_samples import pack_value

NOTES = (Path(__file__).parents[3] / "docs" / "platforms.md").read_text(encoding="utf-8")
OTHERS = [name for name in shipped() if not name.startswith("linkedin") and name != "exemplum"]
NOW = datetime(2026, 11, 24, tzinfo=UTC)
TRAIN = "generative_ai_training"


def bare(text: str) -> str:
    """Text without the marks of Markdown, on one line."""
    return " ".join(text.replace("*", "").replace("`", "").split())


def ask(name: str, purpose: str, category: str, recipient: str = "self", **about: object) -> Decision:
    request = {key: about.pop(key) for key in ("visibility", "created", "at") if key in about}
    facts = Facts(**{"region": "CA", "age": 40, "plan": "free", **about})  # type: ignore[arg-type]
    facts = under(open_pack(name), facts)
    asked = Request(purpose, category, recipient, **{"at": NOW, **request})  # type: ignore[arg-type]
    return decide(asked, facts, Policy(open_pack(name)))


def test_there_are_eight() -> None:
    assert OTHERS == [
        "github_copilot", "gmail_smart_features", "google_gemini", "meta_ai", "openai_chatgpt", "openai_jobs",
        "reddit", "x_grok",
    ]  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_every_quotation_stands_in_the_notes(name: str) -> None:
    pack = open_pack(name)
    quoted = list(citations(pack))
    assert quoted
    for path, cite in quoted:
        assert bare(cite.quote) in bare(NOTES), path
        assert pack.sources[cite.source].observed == date(2026, 11, 23)


@pytest.mark.parametrize("name", OTHERS)
def test_everything_in_it_is_cited_and_nothing_is_wrong_but_a_missing_legal_basis(name: str) -> None:
    pack = open_pack(name)
    found = lint(pack, today=date(2026, 11, 24))
    assert {one.code for one in found if one.severity is Severity.WARNING} <= {"PACK-107"}
    assert "PACK-114" not in {one.code for one in found}
    for part in (pack.categories, pack.purposes, pack.recipients, pack.region_groups):
        assert all(entry.cite is not None for entry in part.values())
    assert pack.review_by is not None and pack.review_by > pack.observed


def test_meta_trains_with_adults_public_posts_in_the_union_until_they_object() -> None:
    public = {"region": "DE", "visibility": "public"}
    assert ask("meta_ai", TRAIN, "content.posts", **public).permitted
    assert (
        ask("meta_ai", TRAIN, "content.posts", **public, at=datetime(2025, 5, 26, tzinfo=UTC)).code
        is Code.TOO_EARLY
    )
    assert (
        ask("meta_ai", TRAIN, "content.posts", **(public | {"region": "GB"})).code is Code.REGION_NOT_COVERED
    )
    assert ask("meta_ai", TRAIN, "content.posts", **public, age=17).code is Code.FORBIDDEN
    assert (
        ask("meta_ai", TRAIN, "content.posts", **(public | {"visibility": "friends"})).code
        is Code.VISIBILITY_NOT_COVERED
    )
    objected = {"objection_form": ChoiceState.REFUSED}
    assert ask("meta_ai", TRAIN, "ai_conversation", region="DE", choices=objected).code is Code.REFUSED
    assert open_pack("meta_ai").settings["objection_form"].kind == "form"


def test_meta_uses_ai_chats_for_ads_everywhere_but_in_three_places_and_no_setting_stops_it() -> None:
    assert ask("meta_ai", "ad_targeting", "ai_conversation").permitted
    assert ask("meta_ai", "ad_targeting", "ai_conversation.sensitive").code is Code.FORBIDDEN
    for region in ("FR", "GB", "KR"):
        assert ask("meta_ai", "ad_targeting", "ai_conversation", region=region).code is Code.FORBIDDEN
    assert open_pack("meta_ai").rules_by_id["target_ads_with_ai_chats"].no_opt_out


def test_gemini_keeps_an_earlier_off_and_leaves_temporary_chats_out() -> None:
    assert ask("google_gemini", TRAIN, "ai_conversation").permitted
    assert ask("google_gemini", TRAIN, "ai_conversation", age=17).code is Code.UNDER_AGE
    assert ask("google_gemini", TRAIN, "ai_conversation.temporary_chats").code is Code.FORBIDDEN
    earlier = {"gemini_apps_activity": ChoiceState.REFUSED}
    assert ask("google_gemini", TRAIN, "ai_conversation", choices=earlier).code is Code.REFUSED


def test_whether_gmail_trains_is_disputed_and_is_a_no() -> None:
    pack = open_pack("gmail_smart_features")
    sides = [one for one in pack.statements.values() if one.cite.status is Status.DISPUTED]
    assert len(sides) == 2 and len({one.cite.source for one in sides}) == 2
    assert {one.about for one in sides} == {Topic.DATA}
    email = "private_communication.email"
    assert ask(pack.id, TRAIN, email).code is Code.CLOSED_BY_VOCABULARY
    assert ask(pack.id, "smart_features", email).code is Code.OFF_BY_DEFAULT, "no source says that it is on"
    assert ask(pack.id, "smart_features", email, choices={"smart_features": ChoiceState.GIVEN}).permitted


def test_chatgpt_starts_on_for_consumers_only() -> None:
    assert ask("openai_chatgpt", TRAIN, "ai_conversation").permitted
    assert ask("openai_chatgpt", TRAIN, "ai_conversation", plan="enterprise").code is Code.OFF_BY_DEFAULT


def test_what_is_only_announced_permits_nothing_on_any_day() -> None:
    pack = open_pack("openai_jobs")
    assert pack.in_force_from is None and pack.rules == ()
    notice = pack.notices["jobs_platform"]
    assert notice.effective is None and notice.expected == "mid-2026"


def test_x_leaves_three_months_of_posts_out_in_europe() -> None:
    def posts(region: str, created: datetime, recipient: str = "self") -> Code:
        return ask(
            "x_grok", TRAIN, "content.posts", recipient, region=region, visibility="public", created=created
        ).code

    for recipient in ("self", "collaborators"):
        assert posts("DE", datetime(2024, 5, 6, tzinfo=UTC), recipient) is Code.PERMITTED
        assert posts("DE", datetime(2024, 5, 7, tzinfo=UTC), recipient) is Code.FORBIDDEN
        assert posts("DE", datetime(2024, 8, 1, 23, 59, tzinfo=UTC), recipient) is Code.FORBIDDEN
        assert posts("DE", datetime(2024, 8, 2, tzinfo=UTC), recipient) is Code.PERMITTED
        assert posts("CA", datetime(2024, 6, 1, tzinfo=UTC), recipient) is Code.PERMITTED


def test_reddits_only_control_is_deleting() -> None:
    pack = open_pack("reddit")
    assert [setting.kind for setting in pack.settings.values()] == ["delete-content"]
    assert ask("reddit", TRAIN, "content.posts", "licensees", visibility="public").permitted
    assert not ask(
        "reddit", TRAIN, "private_communication.messages", "licensees", visibility="public"
    ).permitted


def test_copilot_spares_some_plans_and_other_vendors() -> None:
    prompts = "ai_conversation.prompts"
    assert ask("github_copilot", TRAIN, prompts, "affiliates").permitted
    for plan in ("business", "enterprise", "student", "teacher"):
        assert ask("github_copilot", TRAIN, prompts, plan=plan).code is Code.FORBIDDEN
    assert ask("github_copilot", TRAIN, prompts, "model_vendors").code is Code.FORBIDDEN
    assert not ask("github_copilot", TRAIN, "content.private_repositories").permitted
    off = {"copilot_settings": ChoiceState.REFUSED}
    assert ask("github_copilot", TRAIN, prompts, choices=off).code is Code.REFUSED


def sample(**parts: object) -> str:
    return yaml.safe_dump({**pack_value(), **parts})


def test_a_rule_under_a_notice_without_a_day_never_applies() -> None:
    value = pack_value()
    for notice in value["notices"].values():
        del notice["effective"]
    pack: Pack = parse_pack(yaml.safe_dump(value))
    permits = [rule for rule in pack.rules if rule.effect == "permit"]
    assert {pack.applies_from(rule) for rule in permits} == {NEVER}
    assert pack.in_force_from is None
    assert "PACK-121" in {one.code for one in lint(pack, today=date(2026, 1, 1))}
    rule = permits[0]
    asked = Request(rule.purposes[0], rule.categories[0], "self", NOW, "public", NOW)
    decision = decide(asked, Facts("DE", 40), Policy(pack))
    assert decision.code is Code.TOO_EARLY and decision.would_change is None


def refused(text: str, code: str) -> str:
    with pytest.raises(PackErrors) as caught:
        parse_pack(text, "x.yaml")
    (problem,) = caught.value.problems
    assert problem.code == code
    return problem.where


def test_what_nobody_states_cannot_start_on() -> None:
    value = pack_value()
    id_, setting = next(iter(value["settings"].items()))
    setting["default"] = {"state": "on", "stated": False}
    assert refused(yaml.safe_dump(value), "PACK-029").startswith("x.yaml:"), id_


def test_a_statement_speaks_of_rules_that_are_there() -> None:
    source = next(iter(pack_value()["sources"]))
    one = {"about": "data", "says": "So.", "rules": ["nowhere"], "cite": {"source": source, "quote": "so"}}
    refused(sample(statements={"so": one}), "PACK-030")


def test_nothing_that_a_setting_governs_is_without_opt_out() -> None:
    value = pack_value()
    rule = next(rule for rule in value["rules"] if "setting" in rule)
    rule["no_opt_out"] = True
    refused(yaml.safe_dump(value), "PACK-031")
