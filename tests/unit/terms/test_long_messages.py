"""What an error repeats may be of any length: what is told of it is short, and says how much it leaves out."""

from __future__ import annotations

import pytest

from licet.terms import AppError
from licet.terms.errors import MOST_TOLD


@pytest.mark.parametrize("part", ["what", "where", "fix"])
def test_of_a_long_part_both_ends_are_told(part: str) -> None:
    told = {"what": "it is", "where": "", "fix": ""} | {part: f"begins {'x' * 10_000_000} ends"}
    error = AppError("APP-013", **told)
    said = getattr(error, part)
    assert said.startswith("begins xxx") and said.endswith("xxx ends") and len(said) < MOST_TOLD + 100
    assert "9,998,012 characters left out" in said
    assert len(str(error)) == len(error.line()) < MOST_TOLD + 200 and error.as_dict()[part] == said


def test_what_can_be_read_is_told_whole() -> None:
    assert AppError("APP-013", "x" * MOST_TOLD).what == "x" * MOST_TOLD
