"""docs/packs.md and docs/article.md say what is so: examples load, codes are listed, tests named there exist."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

import licet
from licet.packs import Pack, parse_pack, shipped
from licet.packs.model import (
    Category,
    Citation,
    Controller,
    Default,
    Notice,
    Purpose,
    Recipient,
    RegionGroup,
    Rule,
    Scope,
    Setting,
    Source,
    Statement,
    Version,
    VersionChange,
)
from licet.policies.lint import lint
from licet.policies.lint.findings import severity_of
from unit.packs import test_article

DOCS = Path(__file__).parents[3] / "docs"
PACKS = (DOCS / "packs.md").read_text(encoding="utf-8")
ARTICLE = (DOCS / "article.md").read_text(encoding="utf-8")
SOURCES = [
    file.read_text(encoding="utf-8")
    for room in ("packs", "policies")
    for file in (Path(licet.__file__).parent / room).rglob("*.py")
]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PACKS, re.DOTALL)


def test_the_small_complete_example_loads_and_has_the_one_finding_it_promises() -> None:
    text = blocks("yaml")[0]
    pack = parse_pack(text, "acme.yaml")
    (finding,) = lint(pack, today=date(2025, 12, 1))
    assert finding.code == "PACK-110" and "NO-03" in finding.what


def test_the_python_example_runs() -> None:
    (code,) = blocks("python")
    names: dict[str, object] = {}
    exec(code, names)
    assert names["changes"] and names["findings"] and isinstance(names["pack"], Pack)


def test_every_code_is_documented_and_every_documented_code_exists() -> None:
    raised = {code for source in SOURCES for code in re.findall(r'"(PACK-\d{3})"', source)}
    listed = set(re.findall(r"^\| (PACK-\d{3}) \|", PACKS, re.MULTILINE))
    assert raised == listed


def test_the_documented_weight_of_a_finding_is_its_weight() -> None:
    rows = re.findall(r"^\| (PACK-1\d\d) \| (\w+) \|", PACKS, re.MULTILINE)
    assert len(rows) == 26
    assert [(code, severity_of(code).value) for code, _ in rows] == rows


@pytest.mark.parametrize(
    "model",
    [
        Pack,
        Controller,
        Source,
        Notice,
        RegionGroup,
        Category,
        Purpose,
        Recipient,
        Setting,
        Default,
        Rule,
        Statement,
        Citation,
        Scope,
        Version,
        VersionChange,
    ],
)
def test_every_key_is_documented(model: type[Pack]) -> None:
    for name, field in model.model_fields.items():
        assert f"`{field.alias or name}`" in PACKS, name


def test_every_shipped_pack_is_described() -> None:
    assert [name for name in shipped() if f"`{name}`" not in PACKS] == []


def test_every_test_named_beside_a_line_of_the_article_exists_and_every_test_is_named() -> None:
    named = set(re.findall(r"`(test_\w+)`", ARTICLE))
    assert named == {name for name in vars(test_article) if name.startswith("test_")}


def test_every_rule_and_setting_of_the_article_is_in_its_table() -> None:
    pack = licet.packs.open_pack("linkedin_as_reported")
    for id_ in (*pack.rules_by_id, *pack.settings, *pack.notices, *pack.region_groups):
        assert f"`{id_}`" in ARTICLE, id_
