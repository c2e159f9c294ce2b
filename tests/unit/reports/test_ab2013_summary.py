"""California's twelve items: each answered from a manifest, a policy or the operator, or said to be not recorded."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from licet.app import Workspace
from licet.cli.main import app
from licet.reports.disclosure import Drawn, Item, Report
from licet.reports.disclosure_page import lines, page
from licet.terms import LicetError, ReportError

EVIL = '<script>alert(1)</script>\u202e"><img src=x onerror=y>'


def items(report: Report) -> dict[str, Item]:
    return {item.place: item for section in report.sections for item in section.items}


def drawn(report: Report, place: str) -> set[Drawn]:
    return {one.drawn for one in items(report)[place].statements}


def said(report: Report, place: str) -> str:
    return " ".join(one.says for one in items(report)[place].statements)


def test_every_item_of_the_law_is_there_in_its_order(reported: Workspace) -> None:
    places = list(items(reported.reports.report("ab2013")))
    assert places == ["3111", *(f"3111(a)({number})" for number in range(1, 13))]
    assert all(item.statements for item in items(reported.reports.report("ab2013")).values())


def test_what_the_operator_did_not_say_is_not_recorded(reported: Workspace) -> None:
    report = reported.reports.report("ab2013")
    assert not report.bound.is_known
    for number in (2, 5, 6, 8, 10, 12):
        assert Drawn.NOWHERE in drawn(report, f"3111(a)({number})"), number
        assert f"3111(a)({number})" in report.not_recorded
    assert "3111(a)(3)" not in report.not_recorded, "counts are in the manifest"


def test_what_the_operator_says_is_said_to_be_theirs(told: Workspace) -> None:
    report = told.reports.report("ab2013")
    assert report.title == "Training data of Quay writer"
    assert report.bound.drawn is Drawn.OPERATOR and "to be posted" in report.bound.says
    assert drawn(report, "3111(a)(10)") == {Drawn.OPERATOR}
    assert "from 2019-05-01, with no last day. Collection is ongoing." in said(report, "3111(a)(10)")
    assert "Members keep the rights" in said(report, "3111(a)(5)")
    assert report.not_recorded == ("3111(a)(8)", "3111(a)(12)")


def test_counts_are_those_of_the_manifests(reported: Workspace) -> None:
    model = reported.uses["model"].show().manifest
    corpus = reported.uses["corpus"].show().manifest
    amounts = said(reported.reports.report("ab2013"), "3111(a)(3)")
    assert (
        f"{corpus['counts']['documents']} documents about {corpus['counts']['subjects']} members" in amounts
    )
    assert f"{model['counts']['tokens']} tokens in {model['counts']['documents']} documents" in amounts
    assert f"entry {model['ledger']['position']} of the ledger" in amounts


def test_no_member_table_or_path_is_named(reported: Workspace) -> None:
    for form, of in (("ab2013", "model"), ("ab2013", "corpus"), ("cyclonedx", "model")):
        text = json.dumps(reported.reports.document(form, of), ensure_ascii=False)
        for member in ("ann", "ben", "dot", "eve", "fay", "quay", "boats"):
            assert not re.search(rf"\b{member}\b", text), (form, member)
        assert str(reported.layout.root) not in text and ".parquet" not in text


def test_the_same_artefact_gives_the_same_bytes(reported: Workspace) -> None:
    first = json.dumps(reported.reports.document("ab2013", "model"))
    reported.choose("fay", "talk", "off")  # a later choice changes no artefact that is made
    assert json.dumps(reported.reports.document("ab2013", "model")) == first


def test_what_is_not_at_hand_any_more_is_not_recorded(reported: Workspace) -> None:
    recipe = reported.layout.recipe
    before = recipe.read_text()
    recipe.write_text(before.replace("redact: ", "shortest_characters: 2\nredact: "))
    try:
        report = reported.reports.report("ab2013")
    finally:
        recipe.write_text(before)
    assert Drawn.NOWHERE in drawn(report, "3111(a)(9)")
    assert "the recipe with SHA-256" in said(report, "3111(a)(9)")
    assert "email" not in said(report, "3111(a)(9)"), "nothing is told of another recipe"


def test_markup_in_a_name_becomes_none_on_the_page(reported: Workspace) -> None:
    reported.layout.reports.write_text(
        json.dumps({"provider": {"name": EVIL}, "model": {"name": EVIL}, "datasets": {"copyright": EVIL}})
    )
    try:
        report = reported.reports.report("ab2013")
    finally:
        reported.layout.reports.unlink()
    html = page(report)
    assert "<script" not in html and "<img" not in html and "\u202e" not in html
    assert html.count("&lt;script&gt;") >= 3
    assert "default-src &#39;none&#39;" in html


def test_every_statement_stands_on_the_page_with_where_it_is_from(told: Workspace) -> None:
    report = told.reports.report("ab2013")
    html = page(report)
    for item in items(report).values():
        assert item.asks.replace("'", "&#39;") in html
        for one in item.statements:
            assert one.says.replace("'", "&#39;") in html
            assert f'<span class="drawn">{one.drawn}</span>' in html
    assert [kind for _, kind in lines(report)].count("item") == 13


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("provider: {nme: x}", "provider.nme"),
        ("provider: {name: ''}", "provider.name"),
        ("model: [1]", "model"),
        ("licet_reports: 2", "licet_reports"),
        ("datasets: {collected_from: soon}", "datasets.collected_from"),
        (": : :", "no YAML"),
        ("[" * 3000, "no YAML"),
    ],
)
def test_settings_that_make_no_sense_are_refused(reported: Workspace, text: str, why: str) -> None:
    reported.layout.reports.write_text(text)
    try:
        with pytest.raises(ReportError, match="RPT-001") as refused:
            reported.reports.report("ab2013")
    finally:
        reported.layout.reports.unlink()
    assert why in refused.value.what


def test_what_no_report_can_be_made_of_is_refused(reported: Workspace) -> None:
    for form, of, code in (
        ("haiku", "model", "RPT-002"),
        ("ab2013", "model-99", "STOR"),
        ("ab2013", "nobody", "STOR"),
        ("ab2013", "../x", "STOR"),
    ):
        with pytest.raises(LicetError, match=code):
            reported.reports.document(form, of)
    with pytest.raises(ReportError, match="RPT-004"):
        reported.reports.report("cyclonedx", "model")


def test_an_artefact_of_another_use_is_refused(reported: Workspace) -> None:
    with reported.store.build("popularity") as build:
        build.publish({"root": "0"})
    with pytest.raises(ReportError, match="RPT-003"):
        reported.reports.document("ab2013", "popularity")


def run(workspace: Workspace, *words: str) -> tuple[int, str]:
    told = CliRunner().invoke(app, ["reports", *words, "--workspace", str(workspace.layout.root)])
    return told.exit_code, told.output


def test_the_command_lists_shows_and_writes(told: Workspace, tmp_path: Path) -> None:
    status, listed = run(told, "--json")
    forms = {one["form"]: one for one in json.loads(listed)}
    assert status == 0 and forms["ab2013"]["page"] and not forms["cyclonedx"]["page"]
    assert all(one["applies_to"] for one in forms.values())
    status, shown = run(told, "ab2013")
    assert status == 0 and "3111(a)(12)" in shown and "[not recorded]" in shown
    assert json.loads(run(told, "ab2013", "--json")[1])["of"]["name"].startswith("model-")
    status, _ = run(told, "ab2013", "--html", "--out", str(tmp_path / "summary.html"))
    assert status == 0 and (tmp_path / "summary.html").read_text().startswith("<!doctype html>")
    status, _ = run(told, "cyclonedx", "--out", str(tmp_path / "bom.json"))
    assert status == 0 and json.loads((tmp_path / "bom.json").read_text())["bomFormat"] == "CycloneDX"
    status, refused = run(told, "cyclonedx", "--html")
    assert status == 2 and "RPT-004" in refused
