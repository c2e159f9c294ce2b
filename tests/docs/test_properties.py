"""docs/properties.md names tests that exist, so a promise cannot lose its test unnoticed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nightly_sample import left_to_the_night

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


def test_no_law_is_left_to_the_night_and_what_is_left_exists() -> None:
    whole = {each.place for each in left_to_the_night() if not each.but}
    for law in re.split(r"^## ", (ROOT / "docs" / "properties.md").read_text(), flags=re.MULTILINE)[1:]:
        by_day = [
            (file, name)
            for file, name in _named(law)
            if f"{file}::{name}" not in whole and not any(file.startswith(place) for place in whole)
        ]
        assert by_day, f"make test runs no test of law {law.splitlines()[0]}"
    for place, _ in left_to_the_night():
        file, _, name = place.partition("::")
        assert (ROOT / file).exists(), file
        of_class, _, test = name.rpartition("::")
        said = (ROOT / file).read_text() if name else ""
        if of_class:  # of a use: it inherits what every use must do
            assert f"class {of_class}(UseContract)" in said, place
            said = (ROOT / "src/licet/testing/use_contract.py").read_text()
        assert not name or f"def {test}(" in said, place


def _named(law: str) -> Iterator[tuple[str, str]]:
    """The files that a law names, each with the tests named behind it; with none, the file alone."""
    for file, behind in re.findall(r"(tests/[\w/]+\.py)(.*?)(?=tests/[\w/]+\.py|\Z)", law, flags=re.DOTALL):
        yield from ((file, name) for name in re.findall(r"`(test_\w+)`", behind) or [""])
