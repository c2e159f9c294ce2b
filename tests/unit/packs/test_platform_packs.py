"""The packs of the other platforms: what rests on no text is marked so, and they decide what the texts say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from licet.decide import Decision, Facts, Policy, Request, decide
from licet.decide.explain import status_told
from licet.packs import Pack, PackErrors, open_pack, parse_pack, shipped
from licet.packs.model import NEVER, Status, Topic
from licet.packs.pack_references import citations
from licet.policies.lint import Severity, lint
from licet.terms import ChoiceState, Code
from licet.testing.drawn_questions import under
from unit.packs.pack_samples import pack_value

NOTES = (Path(__file__).parents[3] / "docs" / "platforms.md").read_text(encoding="utf-8")
OTHERS = [name for name in shipped() if not name.startswith("linkedin") and name != "exemplum"]
NOW = datetime(2026, 11, 30, tzinfo=UTC)
TRAIN = "generative_ai_training"


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def bare(text: str) -> str:
    """Text without the marks of Markdown, on one line."""
    return " ".join(text.replace("*", "").replace("`", "").split())


def ask(name: str, purpose: str, category: str, recipient: str = "self", **about: object) -> Decision:
    request = {key: about.pop(key) for key in ("visibility", "created", "at") if key in about}
    facts = Facts(**{"region": "CA", "age": 40, "plan": "free", **about})  # type: ignore[arg-type]
    facts = under(open_pack(name), facts)
    asked = Request(purpose, category, recipient, **{"at": NOW, **request})  # type: ignore[arg-type]
    return decide(asked, facts, Policy(open_pack(name)))


def test_there_are_eleven() -> None:
    assert OTHERS == [
        "claude", "github_copilot", "gmail_smart_features", "google_gemini", "meta_ai", "microsoft_copilot",
        "openai_chatgpt", "openai_jobs", "reddit", "stack_overflow", "x_grok",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [*OTHERS, "linkedin_official"])
def test_a_text_is_named_by_archive_document_commit_and_day_and_nothing_else_states_a_fact(name: str) -> None:
    pack = open_pack(name)
    assert pack.scope is not None
    for id_, source in pack.sources.items():
        named = (source.archive, source.document, source.commit, source.recorded)
        assert (source.kind == "official") == all(named) == any(named), id_
        assert source.observed == date(2026, 11, 30) or source.kind == "secondary"
    for path, cite in citations(pack):
        assert "…" not in cite.quote and "..." not in cite.quote, path
        if pack.sources[cite.source].kind == "secondary":
            assert cite.status in (Status.UNVERIFIED, Status.DISPUTED), path


@pytest.mark.parametrize("name", OTHERS)
def test_what_rests_on_no_text_stands_in_the_notes(name: str) -> None:
    pack = open_pack(name)
    for path, cite in citations(pack):
        if pack.sources[cite.source].kind == "secondary":
            assert bare(cite.quote) in bare(NOTES), path


@pytest.mark.parametrize("name", OTHERS)
def test_everything_in_it_is_cited_and_nothing_is_wrong_but_a_missing_legal_basis(name: str) -> None:
    pack = open_pack(name)
    found = lint(pack, today=date(2026, 12, 1))
    assert {one.code for one in found if one.severity is Severity.WARNING} <= {"PACK-107"}
    assert "PACK-114" not in {one.code for one in found}
    for part in (pack.categories, pack.purposes, pack.recipients, pack.region_groups):
        assert all(entry.cite is not None for entry in part.values())
    assert pack.review_by is not None and pack.review_by > pack.observed


def test_meta_trains_with_adults_public_posts_in_the_union_until_they_object() -> None:
    public = {"region": "DE", "visibility": "public"}
    assert ask("meta_ai", TRAIN, "content.posts", **public).permitted
    assert ask("meta_ai", TRAIN, "content.posts", **public, at=day("2025-06-15")).code is Code.NOT_READ
    for region in ("GB", "US", "CH", "NO"):
        asked = ask("meta_ai", TRAIN, "content.posts", **(public | {"region": region}))
        assert asked.code is Code.NOT_READ, "the texts are those for the Union"
    assert ask("meta_ai", TRAIN, "content.posts", **public, age=17).code is Code.FORBIDDEN
    assert (
        ask("meta_ai", TRAIN, "content.posts", **(public | {"visibility": "friends"})).code
        is Code.VISIBILITY_NOT_COVERED
    )
    objected = {"objection_form": ChoiceState.REFUSED}
    assert ask("meta_ai", TRAIN, "ai_conversation", region="DE", choices=objected).code is Code.REFUSED
    assert open_pack("meta_ai").settings["objection_form"].kind == "form"


def test_meta_has_public_content_of_people_under_18_in_the_row_of_one_version() -> None:
    public = {"region": "DE", "visibility": "public", "age": 17}
    assert ask("meta_ai", TRAIN, "content.posts", **public, at=day("2025-12-15")).code is Code.UNDER_AGE
    assert ask("meta_ai", TRAIN, "content.posts", **public, at=day("2025-12-16")).permitted
    assert ask("meta_ai", TRAIN, "content.posts", **public, at=day("2026-07-22")).permitted
    assert ask("meta_ai", TRAIN, "content.posts", **public, at=day("2026-07-23")).code is Code.FORBIDDEN


def test_meta_uses_ai_chats_for_ads_everywhere_but_in_three_places_and_no_setting_stops_it() -> None:
    assert ask("meta_ai", "ad_targeting", "ai_conversation").permitted
    assert ask("meta_ai", "ad_targeting", "ai_conversation.sensitive").code is Code.FORBIDDEN
    for region in ("FR", "GB", "KR"):
        assert ask("meta_ai", "ad_targeting", "ai_conversation", region=region).code is Code.FORBIDDEN
    assert open_pack("meta_ai").rules_by_id["target_ads_with_ai_chats"].no_opt_out


def test_of_other_data_for_metas_ads_outside_the_union_nobody_has_read_what_applies() -> None:
    for region in ("US", "GB", "CA"):
        assert ask("meta_ai", "ad_targeting", "content.posts", region=region).code is Code.NOT_READ
        assert ask("meta_ai", "ad_targeting", "activity.searches", region=region).code is Code.NOT_READ
    assert ask("meta_ai", "ad_targeting", "content.posts", region="FR").code is Code.NOT_ASKED


def test_gemini_keeps_an_earlier_off_and_leaves_temporary_chats_out() -> None:
    assert ask("google_gemini", TRAIN, "ai_conversation").permitted
    assert ask("google_gemini", TRAIN, "ai_conversation", age=17).code is Code.UNDER_AGE
    assert ask("google_gemini", TRAIN, "ai_conversation.temporary_chats").code is Code.FORBIDDEN
    earlier = {"gemini_apps_activity": ChoiceState.REFUSED}
    assert ask("google_gemini", TRAIN, "ai_conversation", choices=earlier).code is Code.REFUSED


def test_whether_gmail_trains_is_disputed_and_is_a_no() -> None:
    pack = open_pack("gmail_smart_features")
    sides = [one for one in pack.statements.values() if one.cite.status is Status.DISPUTED]
    assert len(sides) == 3 and len({one.cite.source for one in sides}) == 3
    assert {one.about for one in sides} == {Topic.DATA}
    email = "private_communication.email"
    assert ask(pack.id, TRAIN, email).code is Code.CLOSED_BY_VOCABULARY
    assert ask(pack.id, "smart_features", email).code is Code.OFF_BY_DEFAULT, "no source says that it is on"
    assert ask(pack.id, "smart_features", email, choices={"smart_features": ChoiceState.GIVEN}).permitted


def test_chatgpt_starts_on_for_consumers_only() -> None:
    assert ask("openai_chatgpt", TRAIN, "ai_conversation").permitted
    assert ask("openai_chatgpt", TRAIN, "ai_conversation", plan="enterprise").code is Code.OFF_BY_DEFAULT


def test_chatgpt_is_read_for_europe_and_of_america_only_in_the_page_on_training() -> None:
    def asked(region: str, purpose: str, category: str, **about: object) -> Code:
        return ask("openai_chatgpt", purpose, category, region=region, **about).code

    assert asked("BR", TRAIN, "ai_conversation") is Code.NOT_READ
    assert [asked(region, TRAIN, "feedback") for region in ("DE", "CH", "US", "CA")] == [
        Code.PERMITTED, Code.PERMITTED, Code.NOT_READ, Code.NOT_READ,
    ]  # fmt: skip
    assert [asked(region, "ad_targeting", "ai_conversation") for region in ("US", "DE", "NO", "CH", "CA")] == [
        Code.OFF_BY_DEFAULT, Code.NOT_READ, Code.NOT_READ, Code.NOT_READ, Code.NOT_READ,
    ]  # fmt: skip
    assert asked("CA", "ad_targeting", "ai_conversation", at=day("2026-03-12")) is Code.FORBIDDEN
    assert [asked(region, "product_improvement", "activity") for region in ("GB", "US")] == [
        Code.PERMITTED, Code.NOT_READ,
    ]  # fmt: skip
    assert asked("DE", TRAIN, "ai_conversation", at=day("2024-11-03")) is Code.NOT_READ


def test_two_provinces_are_said_to_be_limited_where_the_rest_of_canada_is_not() -> None:
    pack = open_pack("openai_chatgpt")
    told = status_told(pack, pack.statements["two_provinces"].cite)
    assert told == "unverified, limited by a regulator in Alberta, Canada; British Columbia, Canada"
    cite = pack.rules_by_id["train_on_conversations_in_canada"].cite
    assert cite is not None and status_told(pack, cite) == "regulator_limited"


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
        assert posts("DE", day("2024-05-06"), recipient) is Code.PERMITTED
        assert posts("DE", day("2024-05-07"), recipient) is Code.FORBIDDEN
        assert posts("DE", datetime(2024, 8, 1, 23, 59, tzinfo=UTC), recipient) is Code.FORBIDDEN
        assert posts("DE", day("2024-08-02"), recipient) is Code.PERMITTED
        assert posts("CA", day("2024-06-01"), recipient) is Code.PERMITTED


def test_the_only_control_of_what_reddit_licenses_is_deleting() -> None:
    pack = open_pack("reddit")
    licensing = {rule.setting for rule in pack.permits(TRAIN, "licensees")}
    assert {pack.settings[one or ""].kind for one in licensing} == {"delete-content"}
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


def test_claude_trains_until_one_opts_out_and_with_what_is_flagged_all_the_same() -> None:
    off = {"model_training": ChoiceState.REFUSED}
    assert ask("claude", TRAIN, "ai_conversation").permitted
    assert ask("claude", TRAIN, "ai_conversation", choices=off).code is Code.REFUSED
    assert ask("claude", TRAIN, "ai_conversation.flagged", choices=off).permitted
    assert ask("claude", TRAIN, "ai_conversation", age=17).code is Code.FORBIDDEN
    assert ask("claude", TRAIN, "ai_conversation", plan="enterprise").code is Code.FORBIDDEN
    assert ask("claude", "ad_targeting", "ai_conversation").code is Code.NOT_READ
    assert ask("claude", TRAIN, "ai_conversation", at=day("2026-07-07")).code is Code.NOT_READ


def test_copilot_of_microsoft_names_no_market_and_a_signal_stops_its_sharing() -> None:
    training = next(iter(open_pack("microsoft_copilot").permits(TRAIN, "self"))).setting
    assert ask("microsoft_copilot", TRAIN, "ai_conversation").code is Code.OFF_BY_DEFAULT
    yes = {str(training): ChoiceState.GIVEN}
    assert ask("microsoft_copilot", TRAIN, "ai_conversation", choices=yes).permitted
    assert ask("microsoft_copilot", TRAIN, "ai_conversation.health", choices=yes).code is Code.FORBIDDEN
    assert ask("microsoft_copilot", TRAIN, "activity", choices=yes).code is Code.NOT_READ
    signal = {"signals": frozenset({"gpc"})}
    assert ask("microsoft_copilot", "ad_sharing", "activity", "ad_partners").permitted
    assert ask("microsoft_copilot", "ad_sharing", "activity", "ad_partners", **signal).code is Code.REFUSED


def test_gemini_trains_with_the_rest_of_the_activity_under_the_same_switch_and_not_with_recordings() -> None:
    off = {"keep_activity": ChoiceState.REFUSED}
    for category in ("activity.websites", "activity.product_usage", "device.location"):
        assert ask("google_gemini", TRAIN, category).permitted
        assert ask("google_gemini", TRAIN, category, choices=off).code is Code.REFUSED
    assert ask("google_gemini", TRAIN, "activity.voice_and_live_recordings").code is Code.OFF_BY_DEFAULT
    assert ask("google_gemini", "ad_targeting", "device").code is Code.NOT_READ


def test_who_reddit_and_x_do_not_speak_of_nobody_has_read() -> None:
    public = {"visibility": "public"}
    assert ask("reddit", TRAIN, "content.posts", "self", **public).code is Code.NOT_READ
    assert ask("x_grok", TRAIN, "content.posts", "xai", **public, at=day("2025-07-09")).code is Code.NOT_READ
    assert ask("x_grok", TRAIN, "content.posts", "xai", **public, at=day("2025-07-10")).permitted
    assert ask("x_grok", TRAIN, "content.posts", **public, at=day("2025-07-09")).permitted


def test_of_training_ai_stack_overflow_says_nothing_so_nobody_has_read_what_applies() -> None:
    assert ask("stack_overflow", TRAIN, "content.posts").code is Code.NOT_READ
    assert ask("stack_overflow", "ad_targeting", "activity").code is Code.NOT_ASKED


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
