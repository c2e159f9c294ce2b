"""What a reader is shown when policies are laid side by side, and when they are told how to opt out.

To accept a change, run once with LICET_GOLDEN=write and read the difference.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from licet.cli.main import app
from licet.policies.comparison import as_html, as_markdown, compare

HERE = Path(__file__).parent
DAY = date(2026, 12, 1)


def held(name: str, text: str) -> None:
    file = HERE / name
    if os.environ.get("LICET_GOLDEN") == "write":
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("region", [None, "CA", "DE"])
def test_the_shipped_policies_side_by_side(region: str | None) -> None:
    held(f"compare_{region or 'everywhere'}.md", as_markdown(compare(region=region, day=DAY)))


def test_one_page_of_html() -> None:
    held(
        "compare_gmail_openai.html",
        as_html(compare(["gmail_smart_features", "openai_jobs"], region="CH", day=DAY)),
    )


def test_a_pack_past_its_day_says_so() -> None:
    held("compare_stale.md", as_markdown(compare(["openai_jobs"], day=date(2027, 3, 1))))


@pytest.mark.parametrize(
    ("platform", "region"),
    [
        ("linkedin_official", "CH"), ("linkedin_official", "GB"), ("linkedin_as_reported", "CA"), ("meta_ai", "DE"),
        ("meta_ai", "US"), ("gmail_smart_features", "CA"), ("reddit", "CA"), ("openai_jobs", "CH"),
        ("github_copilot", "US"),
    ],
)  # fmt: skip
def test_the_guide(platform: str, region: str) -> None:
    told = CliRunner().invoke(app, ["guide", platform, "--region", region, "--on", DAY.isoformat()])
    assert told.exit_code == 0
    held(f"guide_{platform}_{region}.txt", told.stdout)
