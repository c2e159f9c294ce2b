"""The comparison and the guide: every cell has a source or says that the pack is silent; regions come from `decide`."""

from __future__ import annotations

import json
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from licet.cli.main import app
from licet.decide import Facts, Policy
from licet.packs import Pack, parse_pack, shipped
from licet.packs.model import Topic
from licet.policies.choice_standing import Standing
from licet.policies.comparison import COLUMNS, as_html, as_markdown, compare, compare_packs
from licet.policies.comparison.comparison_cells import SILENCE
from licet.policies.comparison.comparison_columns import LINES
from licet.policies.control_pages import SettingPage, setting_page
from licet.policies.policy_guide import guide, guide_pack
from licet.terms import AppError, ChoiceState
from licet.terms.moments import midnight
from licet.testing.drawn_policies import packs
from unit.packs.pack_samples import pack_value

DAY = date(2026, 12, 1)


def run(*words: str) -> Any:
    return CliRunner().invoke(app, [*words])


def test_the_columns_are_the_topics_of_statements() -> None:
    assert [str(topic) for topic in Topic] == list(COLUMNS) == list(LINES)


@pytest.mark.parametrize("region", [None, "CA", "DE", "GB", "US", "KR", "CA-QC"])
def test_every_cell_of_the_shipped_packs_has_a_source_or_says_that_the_pack_says_nothing(
    region: str | None,
) -> None:
    comparison = compare(region=region, day=DAY)
    assert {row.pack for row in comparison.rows} == set(shipped())
    for row in comparison.rows:
        assert list(row.cells) == list(COLUMNS)
        for cell in row.cells.values():
            assert cell.is_silent or all(line.source is not None for line in cell.lines), (row.pack, cell)
            assert cell.lines
        assert (row.because is None) is (region is None)
        assert row.because is None or (row.because.source is None) is (row.reaches == "not_read")


@settings(deadline=None, max_examples=60)
@given(packs(), st.sampled_from([None, "CA", "CH", "GB"]))
def test_any_pack_can_be_compared_and_what_it_does_not_cite_is_said_to_have_no_source(
    pack: Pack, region: str | None
) -> None:
    comparison = compare_packs([pack], region=region, day=DAY)
    for row in comparison.rows:
        for cell in row.cells.values():
            for line in cell.lines:
                assert line.source is not None or line.told in (SILENCE, f"{line.text} (no source given)")
    assert json.loads(json.dumps(comparison.as_json()))["rows"]
    assert as_markdown(comparison) and as_html(comparison)
    guide_pack(pack, region or "CH", day=DAY)


def reaches(pack: str, region: str) -> dict[tuple[str, ...], str | None]:
    return {row.purposes: row.reaches for row in compare([pack], region=region, day=DAY).rows}


def test_where_a_use_reaches_is_what_decide_says() -> None:
    train, ads = ("generative_ai_training",), ("ad_targeting",)
    europe = reaches("meta_ai", "DE")
    assert europe[train] == "yes" and europe[ads] == "if_on"
    canada = reaches("meta_ai", "CA")
    assert canada.pop(ads) == "yes" and {*canada.values()} == {"not_read"}
    assert reaches("meta_ai", "GB")[train] == "not_read"
    gmail = reaches("gmail_smart_features", "CA")
    assert gmail == {train: "never", ads: "never", ("smart_features",): "unstated"}
    assert reaches("openai_jobs", "CA") == {(): "announced"}
    sharing = ("ad_sharing",)
    assert reaches("linkedin_official", "CA")[sharing] == "yes"
    assert reaches("linkedin_official", "DE")[sharing] == "no"
    assert reaches("linkedin_official", "US")[train] == "yes"


def test_only_what_is_used_in_the_region_is_in_the_row() -> None:
    rows = {row.purposes: row for row in compare(["linkedin_official"], region="CA", day=DAY).rows}
    regions = rows[("generative_ai_training",)].cells["regions"]
    assert regions.lines[0].text == "Canada, Hong Kong" and "the EEA" not in str(regions)
    rows = {row.purposes: row for row in compare(["linkedin_official"], region="GB", day=DAY).rows}
    told = [line.text for line in rows[("generative_ai_training",)].cells["recipients"].lines]
    assert told[:2] == ["LinkedIn itself", "Microsoft and its affiliates"]


def test_a_day_before_the_first_is_later_and_past_the_review_is_stale() -> None:
    (row, *_) = compare(["linkedin_as_reported"], region="CH", day=date(2025, 10, 1)).rows
    assert row.reaches == "later" and "2025-11-03" in (row.because.text if row.because else "")
    assert row.stale is None
    late = compare(day=date(2028, 1, 1)).rows
    assert {row.stale and row.stale.because for row in late} == {"review_by"}


def test_a_dispute_shows_both_sides() -> None:
    row = next(
        row for row in compare(["gmail_smart_features"], day=DAY).rows if "smart_features" in row.purposes
    )
    disputed = [line for line in row.cells["data"].lines if line.status == "disputed"]
    assert len(disputed) >= 2 and all("(disputed)" in line.told for line in disputed)
    assert len({line.source for line in disputed}) == len(disputed)


def test_what_is_not_a_region_is_refused() -> None:
    for region in ("Canada", "ca", "UK", "XX", ""):
        with pytest.raises(AppError) as caught:
            compare(region=region, day=DAY)
        assert caught.value.code == "APP-110"
    with pytest.raises(AppError):
        guide("meta_ai", "EU", day=DAY)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)


def test_a_hostile_pack_writes_no_markup_and_breaks_no_table() -> None:
    value = pack_value()
    value["title"] = "<script>alert(1)</script> | x"
    for setting in value["settings"].values():
        setting["label"] = "<img src=x onerror=alert(1)> | ] ["
    pack = parse_pack(yaml.safe_dump(value))
    comparison = compare_packs([pack], day=DAY)
    tags = Tags()
    tags.feed(as_html(comparison))
    assert {"script", "img"}.isdisjoint(tags.seen)
    text = as_markdown(comparison)
    assert "<script" not in text.replace("\\<", "") and "\\| x" in text


def test_the_page_of_html_asks_for_nothing() -> None:
    text = as_html(compare(day=DAY))
    assert "src=" not in text and "<link" not in text and "<script" not in text and "url(" not in text


def test_the_letter_stands_only_where_a_form_is_and_the_law_speaks() -> None:
    def letters(platform: str, region: str) -> list[str]:
        return [one.letter for one in guide(platform, region, day=DAY).controls if one.letter]

    letter, _ = letters("meta_ai", "DE")
    assert "Article 21 GDPR" in letter and "[YOUR NAME]" in letter and "legitimate interest" in letter
    assert "UK GDPR" in letters("linkedin_official", "GB")[0]
    for platform, region in (
        ("linkedin_official", "CH"), ("linkedin_official", "US"), ("meta_ai", "US"), ("openai_chatgpt", "US"),
    ):  # fmt: skip
        assert letters(platform, region) == []


def test_a_form_against_consent_has_no_letter_and_one_without_a_basis_says_so() -> None:
    def letter(basis: str | None) -> str | None:
        value = pack_value()
        rule = next(rule for rule in value["rules"] if "setting" in rule)
        rule.pop("legal_basis", None)
        rule["regions"] = ["DE"]
        if basis is not None:
            rule["legal_basis"] = basis
        value["rules"] = [rule]
        setting = value["settings"][rule["setting"]]
        setting["kind"], setting["default"] = "form", {"state": "on"}
        pack = parse_pack(yaml.safe_dump(value))
        return next(
            one.letter for one in guide_pack(pack, "DE", day=DAY).controls if one.id == rule["setting"]
        )

    assert letter("eu-gdpr:A6-1-a") is None and letter("eu-gdpr:A6-1-b") is None
    assert "no legal basis named" in (letter(None) or "")
    assert "You say that this rests" in (letter("eu-gdpr:A6-1-f") or "")


def test_the_commands(tmp_path: Any) -> None:
    told = json.loads(run("compare", "meta_ai", "--region", "CA", "--on", "2026-12-01", "--json").stdout)
    assert told["region_name"] == "Canada" and {row["pack"] for row in told["rows"]} == {"meta_ai"}
    target = tmp_path / "c.html"
    assert run("compare", "--html", str(target)).exit_code == 0 and target.read_text().startswith(
        "<!doctype html>"
    )
    assert "no opt-out" in run("compare", "meta_ai", "--region", "CA").stdout
    unread = run("compare", "meta_ai", "--region", "CA", "--at", "2026-12-01").stdout
    assert "Nobody here has read what applies" in unread and "It is not used" not in unread
    assert run("compare", "nowhere").exit_code == 2 and run("compare", "--region", "Canada").exit_code == 2
    told = json.loads(run("guide", "meta_ai", "--region", "DE", "--json").stdout)
    assert told["controls"][0]["letter"] and told["unread"] == [] and told["speaks_of"]


def scoped(**keys: Any) -> Pack:
    """The sample, speaking for a part only."""
    value = pack_value()
    value["scope"] = [{"purposes": ["generative_ai_training"], "products": ["Acme, the site"], **keys}]
    return parse_pack(yaml.safe_dump(value))


def test_outside_its_scope_a_policy_is_said_not_to_have_been_read() -> None:
    pack = scoped(regions=["EEA", "CH"])
    (row,) = compare_packs([pack], region="US", day=DAY).rows
    assert row.reaches == "not_read" and row.because is not None and row.because.told == row.because.text
    assert "read for European Economic Area, Switzerland" not in row.because.text
    assert "Nobody here has read what applies" in row.because.text
    found = guide_pack(pack, "US", day=DAY)
    assert found.answer == "Nobody here has read what applies where you are." and not found.is_quiet
    (control,) = found.controls
    assert control.state == "not_read" and control.letter is None and not control.will_change
    for text in (as_markdown(compare_packs([pack], region="US", day=DAY)), found.answer, control.when):
        assert "not used" not in text.lower().replace("it starts off", "") or "starts off" in text
    (row,) = compare_packs([pack], region="CH", day=DAY).rows
    assert row.reaches == "if_on" and guide_pack(pack, "CH", day=DAY).unread == ()


def test_before_and_after_what_was_read_nothing_is_said_of_the_use() -> None:
    pack = scoped(**{"from": "2025-11-03", "until": "2026-03-01"})
    for day in (date(2025, 11, 1), date(2026, 3, 1)):
        (row,) = compare_packs([pack], region="CH", day=day).rows
        assert row.reaches == "not_read" and guide_pack(pack, "CH", day=day).unread
    assert compare_packs([pack], region="CH", day=date(2026, 2, 28)).rows[0].reaches == "if_on"


def test_what_a_policy_speaks_of_stands_beside_it_and_of_the_rest_it_says_that_nobody_read_it() -> None:
    pack = scoped(regions=["CH"])
    comparison = compare_packs([pack, parse_pack(yaml.safe_dump(pack_value()))], day=DAY)
    assert [len(reading.speaks_of) for reading in comparison.readings] == [1, 0]
    for text in (as_markdown(comparison), as_html(comparison)):
        assert "Acme, the site" in str(text) and "people in Switzerland" in text
        assert "Of anything else nobody here has read what applies." in text
    assert guide_pack(pack, "CH", day=DAY).speaks_of == comparison.readings[0].speaks_of


def rules(*changed: dict[str, Any]) -> Pack:
    """The sample with its rule once for each change, and one more control."""
    value = pack_value()
    (rule,) = value["rules"]
    value["settings"]["more"] = value["settings"]["ai"] | {"label": "More", "path": ["More"]}
    value["settings"]["ai"]["default"] = {"state": "on"}
    value["rules"] = [rule | {"id": f"rule_{number}"} | one for number, one in enumerate(changed)]
    return parse_pack(yaml.safe_dump(value))


def test_a_rule_that_has_ended_reaches_nobody_whatever_another_permits() -> None:
    pack = rules({}, {"setting": "more", "until": "2026-01-01"})
    controls = {one.id: one for one in guide_pack(pack, "CH", day=DAY).controls}
    assert controls["ai"].state == "yes" and controls["more"].state == "no"
    assert controls["more"].when == "What it governed has ended."
    (row,) = compare_packs([pack], region="CH", day=DAY).rows
    assert "More" not in str(row.cells["control"])
    (row,) = compare_packs([rules({"until": "2026-01-01"})], region="CH", day=DAY).rows
    assert row.reaches == "no" and row.because is not None and "the rule has ended" in row.because.text


def test_a_control_that_asks_first_is_off_though_another_rule_permits_the_same_data() -> None:
    pack = rules({}, {"setting": "more", "legal_basis": "eu-gdpr:A6-1-a"})
    states = {one.id: one.state for one in guide_pack(pack, "CH", day=DAY).controls}
    assert states == {"ai": "yes", "more": "if_on"}


def test_a_use_that_only_partly_has_a_control_is_not_said_to_stop_with_it() -> None:
    (row,) = compare_packs([rules({}, {"setting": None})], region="CH", day=DAY).rows
    assert row.because is not None and "only part of it can be switched off" in row.because.text


def test_a_rule_for_a_province_depends_on_where_in_the_country_somebody_is() -> None:
    pack = rules({"regions": ["CA-QC"]})
    (row,) = compare_packs([pack], region="CA", day=DAY).rows
    assert row.reaches == "depends"
    assert guide_pack(pack, "CA-QC", day=DAY).controls[0].state == "yes"
    assert guide_pack(pack, "CA-ON", day=DAY).controls[0].state == "no"


def test_what_was_forbidden_until_a_day_is_no_longer_never_used() -> None:
    def never(day: date) -> str:
        pack = rules({}, {"effect": "forbid", "setting": None, "notice": None, "legal_basis": None,
                          "categories": ["content.media"], "regions": None, "from": "2025-01-01",
                          "until": "2026-04-04"})  # fmt: skip
        (row,) = compare_packs([pack], day=day).rows
        return row.cells["exclusions"].lines[0].text

    assert "until 2026-04-04" in never(date(2026, 4, 3)) and never(date(2026, 4, 4)) == SILENCE
    assert "from 2025-01-01 on" in never(date(2024, 1, 1))


def test_ages_that_together_are_everybody_are_not_told() -> None:
    pack = rules({"maximum_age": 17}, {"minimum_age": 18})
    (row,) = compare_packs([pack], region="CH", day=DAY).rows
    assert [line.text for line in row.cells["data"].lines] == ["posts"]


def test_a_history_says_which_version_was_in_force_and_can_be_asked_as_of_one() -> None:
    name = "linkedin_official"
    versions = [compare([name], day=day).readings[0].version for day in (date(2025, 12, 1), DAY)]
    assert versions == ["version of 2025-11-03", "version of 2026-08-21"]
    assert compare([name], day=date(2020, 1, 1)).readings[0].version == "before every version that was read"
    then = guide(f"{name}@2025-11-03", "CH", day=DAY)
    assert then.version == "version of 2025-11-03"
    assert run("compare", f"{name}@2025-11-03", "--region", "CH").exit_code == 0
    refused = run("guide", f"{name}@2025-11-04", "--region", "CH")
    assert refused.exit_code == 2 and "PACK-034" in refused.stderr and "2025-11-03" in refused.stderr


def control_page(pack: Pack, setting: str, region: str) -> SettingPage:
    stands = Standing(True, "default", ChoiceState.NEVER_ASKED, None, None, None, True, "")
    return setting_page(setting, Facts(region, 30), Policy(pack), midnight(DAY), stands)


def test_a_members_page_says_of_a_rule_what_the_rule_does_and_not_what_another_permits() -> None:
    pack = rules(
        {}, {"setting": "more", "legal_basis": "eu-gdpr:A6-1-a"}, {"setting": "more", "until": "2026-01-01"}
    )
    page = control_page(pack, "more", "CH")
    assert [(one.reaches, one.because) for one in page.governs] == [
        ("if_on", "Consent is needed and you were never asked."), ("no", "The rule has ended."),
    ]  # fmt: skip
    assert [one.reaches for one in control_page(pack, "ai", "CH").governs] == ["yes"]


def test_a_members_page_says_that_nobody_has_read_what_applies_to_them() -> None:
    page = control_page(scoped(regions=["EEA"]), "ai", "CH")
    (governed,) = page.governs
    assert (governed.reaches, governed.because) == ("not_read", "Nobody here has read what applies to you.")
    assert not page.applies and "does not reach you" not in page.applies_because
    assert "nobody here has read what applies to you" in page.applies_because
