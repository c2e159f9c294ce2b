"""The records of decisions: each has a number of its own, and links lead to one that is there."""

from __future__ import annotations

import re
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_RECORDS = sorted((_ROOT / "docs/decisions").glob("*.md"))


def test_each_record_has_a_number_of_its_own_and_begins_with_it() -> None:
    numbers = [int(record.name[:4]) for record in _RECORDS]
    assert numbers == list(range(1, len(_RECORDS) + 1))
    for number, record in zip(numbers, _RECORDS, strict=True):
        assert record.read_text().startswith(f"# {number}. "), record.name


def test_what_names_a_record_by_its_file_names_one_that_is_there() -> None:
    names = {record.name for record in _RECORDS}
    pages = [*_ROOT.glob("*.md"), *_ROOT.glob("docs/*.md"), *_RECORDS]
    named = {
        name for page in pages for name in re.findall(r"\b(\d{4}-[a-z][a-z0-9-]*\.md)", page.read_text())
    }
    assert named and named <= names, sorted(named - names)
