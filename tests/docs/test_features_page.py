"""docs/features.md: its samples are what is suggested first to the first twenty members of the demo network.

Nobody picked them. Run with LICET_GOLDEN=write to write them anew.
"""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path

import pytest

import licet
from licet.app import served_model
from licet.app.suggestions import Suggestions
from licet.terms.moments import parse_moment
from licet.uses.writing.phrasings import TEXT_KINDS

PAGE = Path(__file__).parents[2] / "docs" / "features.md"
AT = parse_moment("2026-06-30T18:00:00")
SAMPLES = re.compile(r"(?<=\| member \| kind \| suggested first \|\n\|---\|---\|---\|\n)(?:\|.*\n)*")


def test_the_samples_are_those_of_the_first_twenty_members_in_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served_model, "has_torch", lambda: False)  # counts rank alike on every machine
    with licet.open(tmp_path / "w", make=True, clock=lambda: AT) as workspace:
        workspace.make_demo_world(60)
        workspace.use_pack("exemplum")
        workspace.corpus_build()
        workspace.model_train()
        first = [one.subject for one in workspace.some_subjects(20)]
        made = [workspace.suggest(*asked, most=1) for asked in zip(first, itertools.cycle(TEXT_KINDS))]
    assert len(made) == 20 and {one.ranking.by for one in made} == {"counts"}
    rows = "".join(f"| {one.subject} | {one.kind} | {_told(one)} |\n" for one in made)
    if os.environ.get("LICET_GOLDEN") == "write":
        PAGE.write_text(SAMPLES.sub(lambda _: rows, PAGE.read_text(), count=1))
    (shown,) = SAMPLES.findall(PAGE.read_text())
    assert shown == rows


def _told(made: Suggestions) -> str:
    if made.suggestions:
        return made.suggestions[0].text.replace("|", "\\|")
    return (
        "*nothing: " + ", ".join(sorted({one.reason for one in made.left_out}) or ["nothing is there"]) + "*"
    )
