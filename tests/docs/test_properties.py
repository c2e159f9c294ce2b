"""docs/properties.md names tests that exist, so a promise cannot lose its test unnoticed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("properties.md", "article.md")


@pytest.mark.parametrize("page", PAGES)
def test_every_test_a_page_names_exists(page: str) -> None:
    text = (ROOT / "docs" / page).read_text()
    files = set(re.findall(r"tests/[\w/]+\.py", text))
    assert files
    assert not [file for file in files if not (ROOT / file).exists()]
    defined = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))
    assert not [name for name in set(re.findall(r"`(test_\w+)`", text)) if f"def {name}(" not in defined]


def test_every_law_has_a_heading() -> None:
    text = (ROOT / "docs" / "properties.md").read_text()
    assert [int(n) for n in re.findall(r"^## (\d+)\.", text, re.MULTILINE)] == list(range(1, 15))
