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
from licet.packs import Pack, parse_pack, shipped
from licet.packs.model import Topic
from licet.policies.comparison import COLUMNS, as_html, as_markdown, compare, compare_packs
from licet.policies.comparison.comparison_cells import SILENCE
from licet.policies.comparison.comparison_columns import LINES
from licet.policies.policy_guide import guide, guide_pack
from licet.terms import AppError
from licet.testing.drawn_policies import packs
from unit.packs.pack_samples import pack_value

DAY = date(2026, 11, 26)


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
        assert row.because is None or row.because.source is not None


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
    assert reaches("meta_ai", "DE") == {train: "yes", ads: "no"}
    assert reaches("meta_ai", "CA") == {train: "no", ads: "yes"}
    assert reaches("meta_ai", "GB") == {train: "no", ads: "no"}
    assert reaches("gmail_smart_features", "CA") == {train: "never", ("smart_features",): "unstated"}
    assert reaches("openai_jobs", "CA") == {(): "announced"}
    both = ("ad_sharing", "ad_targeting")
    assert (
        reaches("linkedin_official", "CA")[both] == "yes" and reaches("linkedin_official", "DE")[both] == "no"
    )
    assert reaches("linkedin_official", "US")[train] == "no"


def test_only_what_is_used_in_the_region_is_in_the_row() -> None:
    rows = {row.purposes: row for row in compare(["linkedin_official"], region="CA", day=DAY).rows}
    regions = rows[("generative_ai_training",)].cells["regions"]
    assert [line.text for line in regions.lines] == ["Canada, Hong Kong"]
    rows = {row.purposes: row for row in compare(["linkedin_official"], region="GB", day=DAY).rows}
    told = [line.text for line in rows[("generative_ai_training",)].cells["recipients"].lines]
    assert told == ["LinkedIn itself", "Microsoft and its affiliates"]


def test_a_day_before_the_first_is_later_and_past_the_review_is_stale() -> None:
    (row, *_) = compare(["linkedin_as_reported"], region="CH", day=date(2025, 10, 1)).rows
    assert row.reaches == "later" and "2025-11-03" in (row.because.text if row.because else "")
    assert not row.is_stale
    assert all(row.is_stale for row in compare(day=date(2028, 1, 1)).rows)


def test_a_dispute_shows_both_sides() -> None:
    row = next(
        row for row in compare(["gmail_smart_features"], day=DAY).rows if "smart_features" in row.purposes
    )
    disputed = [line for line in row.cells["data"].lines if line.status == "disputed"]
    assert len(disputed) == 2 and all("(disputed)" in line.told for line in disputed)


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

    (letter,) = letters("meta_ai", "DE")
    assert "Article 21 GDPR" in letter and "[YOUR NAME]" in letter and "legitimate interest" in letter
    assert "UK GDPR" in letters("linkedin_official", "GB")[0]
    for platform, region in (
        ("linkedin_official", "CH"), ("linkedin_official", "US"), ("meta_ai", "US"), ("openai_chatgpt", "DE"),
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
    told = json.loads(run("compare", "meta_ai", "--region", "CA", "--on", "2026-11-26", "--json").stdout)
    assert told["region_name"] == "Canada" and {row["pack"] for row in told["rows"]} == {"meta_ai"}
    target = tmp_path / "c.html"
    assert run("compare", "--html", str(target)).exit_code == 0 and target.read_text().startswith(
        "<!doctype html>"
    )
    assert "no opt-out" in run("compare", "meta_ai", "--region", "CA").stdout
    assert run("compare", "nowhere").exit_code == 2 and run("compare", "--region", "Canada").exit_code == 2
    told = json.loads(run("guide", "meta_ai", "--region", "DE", "--json").stdout)
    assert told["controls"][0]["letter"] and told["without"] == []
