"""What a privacy notice is to say of training: a plain no only where all was read, and every yes with its rule."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from licet.cli.main import app
from licet.packs import open_pack, parse_pack, shipped
from licet.reports.disclosure import Drawn, Item, Report
from licet.reports.disclosure_page import page
from licet.reports.training_notice import notice_of, training_notice
from unit.packs.pack_samples import pack_value

DAY = date(2026, 11, 30)


def items(report: Report) -> dict[str, Item]:
    return {item.place: item for section in report.sections for item in section.items}


def said(report: Report, place: str) -> str:
    return " ".join(one.says for one in items(report)[place].statements)


def is_known(report: Report, place: str) -> bool:
    return all(one.is_known for one in items(report)[place].statements)


def made(**changes: Any) -> Report:
    return training_notice(parse_pack(yaml.safe_dump({**pack_value(), **changes})), DAY)


def rule(**parts: Any) -> dict[str, Any]:
    sample = pack_value()["rules"][0]
    return {
        **{name: sample[name] for name in ("notice", "cite") if name in sample},
        "id": "train", "effect": "permit", "purposes": ["generative_ai_training"], "categories": ["content.posts"],
        **parts,
    }  # fmt: skip


def test_every_shipped_policy_has_one_and_says_what_it_rests_on() -> None:
    for name in shipped():
        report = training_notice(open_pack(name), DAY)
        assert list(items(report)) == ["sentence", "collects", "uses", "sells", "scope"]
        assert not report.bound.is_known, "a policy file does not say whom the act binds"
        assert open_pack(name).controller.name in said(report, "sentence")


def test_a_use_is_told_with_its_kinds_its_control_and_its_source() -> None:
    report = notice_of("exemplum", DAY)
    assert "collects and uses personal data" in said(report, "sentence")
    assert "profile, posts and comments" in said(report, "sentence")
    assert "job postings" not in said(report, "uses"), "about nobody"
    assert "Settings → Your data → Learn from my data" in said(report, "uses")
    assert "“We learn from profiles" in said(report, "uses")
    assert said(report, "sells").startswith("No.") or "no. No rule" in said(report, "sells")


def test_what_nobody_has_read_is_no_no() -> None:
    report = notice_of("stack_overflow", DAY)
    assert "does not settle" in said(report, "sentence")
    assert "does not use" not in said(report, "sentence")
    for place in ("sentence", "collects", "uses", "sells"):
        assert not is_known(report, place), place


def test_a_no_is_of_the_products_that_were_read() -> None:
    sentence = said(notice_of("openai_jobs", DAY), "sentence")
    assert sentence.startswith("In the jobs platform that OpenAI announced: ") and "does not use" in sentence


def test_whoever_receives_it_is_named_and_only_an_affiliate_is_no_buyer() -> None:
    affiliates = notice_of("github_copilot", DAY)
    assert "discloses personal data for such training to GitHub's affiliates" in said(affiliates, "sentence")
    assert "Disclosure to an affiliate is no sale" in said(affiliates, "sells")
    partners = notice_of("reddit", DAY)
    assert "Whether that is a sale" in said(partners, "sells") and not is_known(partners, "sells")


def test_connecticut_decides() -> None:
    swiss = made(rules=[rule(regions=["CH"])])
    assert "does not use" in said(swiss, "sentence") and is_known(swiss, "sentence")
    there = made(rules=[rule(regions=["US-CT"])])
    assert "collects and uses" in said(there, "sentence")
    california = made(rules=[rule(regions=["US-CA"])])
    assert "does not use" in said(california, "sentence")


def test_a_forbid_beats_the_permit_it_meets() -> None:
    report = made(rules=[rule(), {**rule(id="never", effect="forbid")}])
    assert "does not use" in said(report, "sentence")


def test_what_is_to_come_is_no_yes_and_no_no() -> None:
    report = made(rules=[rule(**{"from": date(2027, 3, 1)})])
    assert "does not settle" in said(report, "sentence")
    assert "Not yet, from 2027-03-01 on" in said(report, "uses")


def test_names_with_markup_become_none_on_the_page() -> None:
    evil = "<script>alert(1)</script>"
    report = made(controller={"name": evil}, title=evil, rules=[rule()])
    html = page(report)
    assert "<script" not in html and "&lt;script&gt;" in html


def test_the_command_needs_no_workspace(tmp_path: Path) -> None:
    run = CliRunner()
    told = run.invoke(app, ["packs", "notice", "exemplum", "--on", "2026-11-30", "--json"])
    assert told.exit_code == 0 and json.loads(told.output)["report"] == "notice"
    again = run.invoke(app, ["packs", "notice", "exemplum", "--on", "2026-11-30", "--json"])
    assert again.output == told.output
    html = run.invoke(app, ["packs", "notice", "exemplum", "--html"])
    assert html.output.startswith("<!doctype html>")
    text = run.invoke(app, ["packs", "notice", "exemplum"])
    assert "Connecticut Public Act 25-113" in text.output
    unknown = run.invoke(app, ["packs", "notice", "nowhere"])
    assert unknown.exit_code == 2 and "PACK-027" in unknown.output


@pytest.mark.parametrize("name", ["linkedin_official", "x_grok"])
def test_where_each_statement_is_from_stands_beside_it(name: str) -> None:
    report = notice_of(name, DAY)
    drawn = {one.drawn for item in items(report).values() for one in item.statements}
    assert drawn <= {Drawn.POLICY, Drawn.NOWHERE}
